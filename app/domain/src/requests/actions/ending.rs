//! The ends of a request, and the ways back from them.

use super::row::{BOTH_SIDES, DONE_FOR, WORKERS, ending, words};
use super::{ActionButton, ActionGoal, ActionKind as A, ActionNeed, ActionRow, ActionWho, ActorRight, EventLine};
use crate::permission::Permission;
use crate::requests::Status as S;

pub(super) const RESOLVE: ActionRow = ActionRow {
    from: &[S::InProgress, S::Escalated],
    to: ActionGoal::To(S::Resolved),
    who: WORKERS,
    needs: &[ActionNeed::NoQualityCheck, ActionNeed::NothingRuns, ActionNeed::TasksDone],
    asks: words(
        "Resolve",
        "How it was resolved",
        "For the requester, who can reopen it. It is locked until then.",
        "Not yet",
        "Write how it was resolved",
    ),
    button: Some(ActionButton {
        place: 110,
        likely: false,
        label: "Resolve",
        icon: "check",
        key: "r",
        working: "Resolving",
        done: "Resolved",
    }),
    line: EventLine { icon: "check", mark: "done", text: "resolved it", faster: "resolved it" },
    undo: Some((A::Reopen, "Resolved by mistake")),
    ..ActionRow::new(A::Resolve)
};

pub(super) const REOPEN: ActionRow = ActionRow {
    from: &[S::Resolved],
    to: ActionGoal::To(S::InProgress),
    who: BOTH_SIDES,
    asks: words("Reopen", "Reason", "What is still to be done.", "Leave it resolved", "Write why you reopen the request"),
    button: Some(ActionButton {
        place: 190,
        likely: false,
        label: "Reopen",
        icon: "rotate-cw",
        key: "j",
        working: "Reopening",
        done: "Reopened",
    }),
    line: EventLine { icon: "rotate-cw", mark: "go", text: "reopened it", faster: "reopened it" },
    ..ActionRow::new(A::Reopen)
};

pub(super) const CLOSE: ActionRow = ActionRow {
    from: &[S::Resolved],
    to: ActionGoal::To(S::Completed),
    who: BOTH_SIDES,
    needs: &[ActionNeed::TasksDone],
    asks: words("Close", "Note", "Nothing about it changes after that.", "Not yet", ""),
    button: Some(ActionButton {
        place: 80,
        likely: true,
        label: "Close",
        icon: "check-check",
        key: "l",
        working: "Closing",
        done: "Closed",
    }),
    line: EventLine { icon: "check-check", mark: "done", text: "closed it", faster: "closed it" },
    ..ActionRow::new(A::Close)
};

pub(super) const COMPLETE: ActionRow = ActionRow {
    from: &[S::InProgress],
    to: ActionGoal::To(S::Completed),
    who: WORKERS,
    needs: &[ActionNeed::NoQualityCheck, ActionNeed::NothingRuns, ActionNeed::TasksDone],
    asks: words("Complete", "Note", DONE_FOR, "Not yet", ""),
    button: Some(ActionButton {
        place: 70,
        likely: true,
        label: "Complete",
        icon: "check-check",
        key: "d",
        working: "Completing",
        done: "Completed",
    }),
    line: EventLine { icon: "check-check", mark: "done", text: "completed the request", faster: "completed it" },
    ..ActionRow::new(A::Complete)
};

pub(super) const CANCEL: ActionRow = ActionRow {
    from: &[
        S::PendingApproval,
        S::NeedsInfo,
        S::Scheduled,
        S::Open,
        S::Assigned,
        S::InProgress,
        S::Blocked,
        S::Escalated,
        S::InQa,
        S::Resolved,
        S::Failed,
    ],
    to: ActionGoal::To(S::Cancelled),
    who: ActionWho {
        rights: &[ActorRight::Requester, ActorRight::Holds(Permission::Work), ActorRight::Holds(Permission::ManageRequests)],
        refusal: "Only {requester} or the people who work on it can cancel this request.",
    },
    asks: ending("Cancel", "Everybody who sees the request sees it. Nobody works on it after that.", "Write why you cancel the request"),
    button: Some(ActionButton {
        place: 210,
        likely: false,
        label: "Cancel request",
        icon: "circle-slash",
        key: "x",
        working: "Cancelling",
        done: "Cancelled",
    }),
    line: EventLine { icon: "circle-slash", mark: "", text: "cancelled the request", faster: "cancelled it" },
    ..ActionRow::new(A::Cancel)
};

pub(super) const UNCANCEL: ActionRow = ActionRow {
    from: &[S::Cancelled],
    to: ActionGoal::Back,
    who: ActionWho {
        rights: &[ActorRight::Canceller, ActorRight::Holds(Permission::Work)],
        refusal: "Only the person who cancelled a request or the people who work on it can bring it back.",
    },
    asks: words("Bring back", "Reason", "It goes back to where it was.", "Leave it cancelled", ""),
    button: Some(ActionButton {
        place: 100,
        likely: true,
        label: "Bring back",
        icon: "rotate-ccw",
        key: "z",
        working: "Bringing back",
        done: "Brought back",
    }),
    line: EventLine { icon: "rotate-cw", mark: "go", text: "brought it back", faster: "brought it back" },
    ..ActionRow::new(A::Uncancel)
};

pub(super) const DELETE: ActionRow = ActionRow {
    from: &[S::PendingApproval, S::Rejected],
    to: ActionGoal::Gone,
    who: ActionWho {
        rights: &[ActorRight::Requester, ActorRight::Holds(Permission::ManageRequests)],
        refusal: "Only {requester} or an administrator can delete this request.",
    },
    asks: ending("Delete", "It leaves every list. What happened stays on record.", "Write why you delete the request"),
    button: Some(ActionButton {
        place: 220,
        likely: false,
        label: "Delete",
        icon: "trash-2",
        key: "delete",
        working: "Deleting",
        done: "Deleted",
    }),
    line: EventLine { icon: "circle-slash", mark: "", text: "deleted the request", faster: "deleted it" },
    ..ActionRow::new(A::Delete)
};
