//! Giving the request to somebody who works on it.

use super::row::WORKERS;
use super::{ActionAsks, ActionButton, ActionGoal, ActionKind as A, ActionRow, BulkWords, EventLine};
use crate::requests::Status as S;

/// Taking it oneself: assigning, when somebody else or nobody has it.
pub(super) const ASSIGN_TO_ME: ActionRow = ActionRow {
    from: &[S::Open],
    to: ActionGoal::To(S::Assigned),
    who: WORKERS,
    button: Some(ActionButton {
        place: 130,
        likely: false,
        label: "Assign to me",
        icon: "user-round-check",
        key: "i",
        working: "Assigning",
        done: "You have it now",
    }),
    bulk: Some(BulkWords { button: ("Assign", "to me"), done: "assigned to you" }),
    same_as: Some(A::Assign),
    ..ActionRow::new(A::AssignToMe)
};

pub(super) const ASSIGN: ActionRow = ActionRow {
    from: &[S::Open],
    to: ActionGoal::To(S::Assigned),
    who: WORKERS,
    asks: ActionAsks::Person { missing: "Choose a person from the list" },
    button: Some(ActionButton {
        place: 140,
        likely: false,
        label: "Assign to…",
        icon: "user-round-plus",
        key: "a",
        working: "Assigning",
        done: "Assigned",
    }),
    line: EventLine { icon: "user-round-check", mark: "go", text: "gave it to", faster: "gave it to" },
    bulk: Some(BulkWords { button: ("Assign", "to…"), done: "assigned" }),
    ..ActionRow::new(A::Assign)
};

/// From one person to the next: what assigning is once somebody has it.
pub(super) const REASSIGN: ActionRow = ActionRow {
    from: &[S::Assigned, S::InProgress, S::Blocked, S::Escalated, S::InQa],
    to: ActionGoal::Stay,
    button: None,
    bulk: None,
    ..ActionRow { kind: A::Reassign, ..ASSIGN }
};
