//! How an automation ends, and trying it again.

use super::row::WORKERS;
use super::{ActionButton, ActionGoal, ActionKind as A, ActionNeed, ActionRow, EventLine};
use crate::requests::Status as S;

pub(super) const SUCCEEDED: ActionRow =
    ActionRow { from: &[S::InProgress], to: ActionGoal::To(S::Completed), ..ActionRow::new(A::AutomationSucceeded) };

pub(super) const FAILED: ActionRow = ActionRow {
    from: &[S::InProgress],
    to: ActionGoal::To(S::Failed),
    line: EventLine { icon: "circle-alert", mark: "bad", text: "failed", faster: "recorded that the automation failed" },
    ..ActionRow::new(A::AutomationFailed)
};

pub(super) const CANCELLED: ActionRow =
    ActionRow { from: &[S::InProgress], to: ActionGoal::To(S::Cancelled), ..ActionRow::new(A::AutomationCancelled) };

pub(super) const RETRY: ActionRow = ActionRow {
    from: &[S::Failed, S::InProgress],
    to: ActionGoal::To(S::InProgress),
    who: WORKERS,
    needs: &[ActionNeed::RunFailed],
    button: Some(ActionButton {
        place: 50,
        likely: true,
        label: "Try again",
        icon: "rotate-cw",
        key: "y",
        working: "Trying again",
        done: "Started again",
    }),
    line: EventLine { icon: "rotate-cw", mark: "go", text: "tries it again", faster: "tried it again" },
    ..ActionRow::new(A::Retry)
};
