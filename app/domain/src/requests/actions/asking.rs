//! Asking for changes, and the answer.

use super::row::WORKERS;
use super::row::words;
use super::{ActionButton, ActionGoal, ActionKind as A, ActionRow, ActionWho, ActorRight, EventLine};
use crate::requests::Status as S;

/// Those who work ask while the work is theirs; while it waits for approval, its approvers ask (`ActionInput::verdict`).
pub(super) const REQUEST_INFO: ActionRow = ActionRow {
    from: &[S::PendingApproval, S::Open, S::Assigned, S::InProgress, S::Blocked, S::InQa],
    to: ActionGoal::To(S::NeedsInfo),
    who: WORKERS,
    asks: words(
        "Ask for changes to",
        "Question",
        "What the requester should say or change. They answer on this page, and the clocks stand still until then.",
        "Not now",
        "Write what should change; the requester sees it",
    ),
    button: Some(ActionButton {
        place: 150,
        likely: false,
        label: "Ask for changes",
        icon: "message-circle-question-mark",
        key: "q",
        working: "Asking",
        done: "Changes asked",
    }),
    line: EventLine { icon: "message-circle-question-mark", mark: "wait", text: "asked for changes", faster: "asked for changes" },
    ..ActionRow::new(A::RequestInfo)
};

pub(super) const PROVIDE_INFO: ActionRow = ActionRow {
    from: &[S::NeedsInfo],
    to: ActionGoal::Back,
    who: ActionWho { rights: &[ActorRight::Requester], refusal: "Only {requester} can answer this." },
    asks: words(
        "Answer about",
        "Your answer",
        "It goes back to where it was; everybody who sees the request sees your answer.",
        "Not now",
        "Write your answer",
    ),
    line: EventLine { icon: "message-square", mark: "go", text: "answered", faster: "answered the question" },
    ..ActionRow::new(A::ProvideInfo)
};
