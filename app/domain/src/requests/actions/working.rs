//! The work: begun, held up, handed up.

use super::row::{EVERYBODY, SUPERVISORS, WORKERS, words};
use super::{ActionButton, ActionGoal, ActionKind as A, ActionRow, BulkWords, EventLine};
use crate::requests::Status as S;

pub(super) const START: ActionRow = ActionRow {
    from: &[S::Open, S::Assigned],
    to: ActionGoal::To(S::InProgress),
    who: WORKERS,
    button: Some(ActionButton {
        place: 30,
        likely: true,
        label: "Start the work",
        icon: "play",
        key: "s",
        working: "Starting",
        done: "Started",
    }),
    line: EventLine { icon: "circle-dot", mark: "go", text: "started the work", faster: "started the work" },
    bulk: Some(BulkWords { button: ("Start", ""), done: "started" }),
    ..ActionRow::new(A::Start)
};

pub(super) const BLOCK: ActionRow = ActionRow {
    from: &[S::InProgress],
    to: ActionGoal::To(S::Blocked),
    who: WORKERS,
    asks: words("Block", "What the work waits for", EVERYBODY, "Not now", "Write what the work waits for"),
    button: Some(ActionButton { place: 160, likely: false, label: "Block", icon: "hand", key: "b", working: "Blocking", done: "Blocked" }),
    line: EventLine { icon: "circle-alert", mark: "wait", text: "paused the work", faster: "blocked it" },
    undo: Some((A::Unblock, "Blocked by mistake")),
    ..ActionRow::new(A::Block)
};

pub(super) const UNBLOCK: ActionRow = ActionRow {
    from: &[S::Blocked],
    to: ActionGoal::Back,
    who: WORKERS,
    asks: words("Unblock", "Note", "What has changed, so that the work can go on.", "Not yet", ""),
    button: Some(ActionButton {
        place: 40,
        likely: true,
        label: "Unblock",
        icon: "play",
        key: "u",
        working: "Unblocking",
        done: "Unblocked",
    }),
    line: EventLine { icon: "circle-dot", mark: "go", text: "goes on with the work", faster: "unblocked it" },
    undo: Some((A::Block, "Unblocked by mistake")),
    ..ActionRow::new(A::Unblock)
};

pub(super) const ESCALATE: ActionRow = ActionRow {
    from: &[S::Assigned, S::InProgress, S::Blocked],
    to: ActionGoal::To(S::Escalated),
    who: SUPERVISORS,
    asks: words("Escalate", "Reason", EVERYBODY, "Not now", "Write why you escalate the request"),
    button: Some(ActionButton {
        place: 170,
        likely: false,
        label: "Escalate",
        icon: "triangle-alert",
        key: "e",
        working: "Escalating",
        done: "Escalated",
    }),
    line: EventLine { icon: "circle-alert", mark: "wait", text: "escalated it", faster: "escalated it" },
    undo: Some((A::TakeOver, "")),
    ..ActionRow::new(A::Escalate)
};

pub(super) const TAKE_OVER: ActionRow = ActionRow {
    from: &[S::Escalated],
    to: ActionGoal::To(S::InProgress),
    who: SUPERVISORS,
    button: Some(ActionButton {
        place: 10,
        likely: true,
        label: "Take over",
        icon: "user-round-check",
        key: "o",
        working: "Taking over",
        done: "Taken over",
    }),
    line: EventLine { icon: "circle-dot", mark: "go", text: "took it over", faster: "took it over" },
    ..ActionRow::new(A::TakeOver)
};
