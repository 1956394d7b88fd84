//! The quality check, where the plan has one.

use super::row::{CHECKERS, WORKERS, words};
use super::{ActionButton, ActionGoal, ActionKind as A, ActionNeed, ActionRow, EventLine};
use crate::requests::Status as S;

pub(super) const SEND_TO_QA: ActionRow = ActionRow {
    from: &[S::InProgress],
    to: ActionGoal::To(S::InQa),
    who: WORKERS,
    needs: &[ActionNeed::QualityCheck, ActionNeed::NothingRuns],
    asks: words("Send to QA:", "Note", "What is ready to be checked, and where it is.", "Not yet", ""),
    button: Some(ActionButton {
        place: 60,
        likely: true,
        label: "Send to QA",
        icon: "scan-search",
        key: "k",
        working: "Sending",
        done: "Sent to QA",
    }),
    line: EventLine { icon: "arrow-up-right", mark: "go", text: "sent it to QA", faster: "sent it to QA" },
    undo: Some((A::ReturnFromQa, "Sent to QA by mistake")),
    ..ActionRow::new(A::SendToQa)
};

pub(super) const PASS_QA: ActionRow = ActionRow {
    from: &[S::InQa],
    to: ActionGoal::To(S::Completed),
    who: CHECKERS,
    needs: &[ActionNeed::TasksDone],
    asks: words("Pass", "Note", "What was checked. The request is completed with it.", "Not yet", ""),
    button: Some(ActionButton {
        place: 20,
        likely: true,
        label: "Pass",
        icon: "check-check",
        key: "p",
        working: "Passing",
        done: "Passed",
    }),
    line: EventLine { icon: "check-check", mark: "done", text: "passed it in QA", faster: "passed it in QA" },
    ..ActionRow::new(A::PassQa)
};

pub(super) const RETURN_FROM_QA: ActionRow = ActionRow {
    from: &[S::InQa],
    to: ActionGoal::To(S::InProgress),
    who: CHECKERS,
    asks: words(
        "Return",
        "What has to be done again",
        "For whoever has it. The work goes on.",
        "Not now",
        "Write what has to be done again",
    ),
    button: Some(ActionButton {
        place: 120,
        likely: false,
        label: "Return to work",
        icon: "undo-2",
        key: "n",
        working: "Returning",
        done: "Returned to work",
    }),
    line: EventLine { icon: "undo-2", mark: "wait", text: "sent it back from QA", faster: "returned it from QA" },
    ..ActionRow::new(A::ReturnFromQa)
};
