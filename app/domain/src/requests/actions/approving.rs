//! Up to the approval, and the approval itself. Release is what follows the last approval: it opens the request, and a plan with a time
//! schedules it, one with connectors or an automation starts it in the same decision.

use super::row::{APPROVERS, EVERYBODY, words};
use super::{ActionAsks, ActionButton, ActionGoal, ActionKind as A, ActionNeed, ActionRow, ActionWho, ActorRight, EventLine, WordsField};
use crate::permission::Permission;
use crate::requests::Status as S;

/// Filing does it (`filing::file`): before that there is only a draft.
pub(super) const SUBMIT: ActionRow = ActionRow {
    from: &[S::Draft],
    to: ActionGoal::To(S::PendingApproval),
    line: EventLine { icon: "file-plus-2", mark: "", text: "submitted the request", faster: "" },
    ..ActionRow::new(A::Submit)
};

pub(super) const APPROVE: ActionRow = ActionRow {
    from: &[S::PendingApproval],
    to: ActionGoal::To(S::PendingApproval),
    who: APPROVERS,
    asks: words("Approve", "Note", EVERYBODY, "Not now", ""),
    line: EventLine { icon: "check", mark: "done", text: "approved", faster: "approved it" },
    ..ActionRow::new(A::Approve)
};

pub(super) const REJECT: ActionRow = ActionRow {
    from: &[S::PendingApproval],
    to: ActionGoal::To(S::Rejected),
    who: APPROVERS,
    asks: words("Decline", "Reason", EVERYBODY, "Not now", "Write why you decline; the requester sees it"),
    line: EventLine { icon: "x", mark: "bad", text: "declined", faster: "declined it" },
    ..ActionRow::new(A::Reject)
};

pub(super) const RELEASE: ActionRow = ActionRow { from: &[S::PendingApproval], to: ActionGoal::To(S::Open), ..ActionRow::new(A::Release) };

pub(super) const WITHDRAW: ActionRow = ActionRow {
    from: &[S::PendingApproval],
    to: ActionGoal::Stay,
    who: APPROVERS,
    asks: words("Take back your approval of", "Reason", "It waits for approval again.", "Keep it", ""),
    button: Some(ActionButton {
        place: 200,
        likely: false,
        label: "Take back my approval",
        icon: "undo-2",
        key: "w",
        working: "Taking back",
        done: "Approval taken back",
    }),
    line: EventLine { icon: "undo-2", mark: "wait", text: "took back their approval", faster: "took their approval back" },
    ..ActionRow::new(A::Withdraw)
};

pub(super) const REROUTE: ActionRow = ActionRow {
    from: &[S::PendingApproval, S::NeedsInfo],
    to: ActionGoal::Stay,
    who: ActionWho {
        rights: &[ActorRight::Holds(Permission::DecideAsFallback)],
        refusal: "Only an administrator can re-route an approval.",
    },
    needs: &[ActionNeed::NotOwn],
    asks: ActionAsks::Approver {
        missing: "Choose who decides instead",
        words: WordsField {
            title: "Re-route",
            label: "Reason",
            hint: EVERYBODY,
            keep: "Leave it",
            missing: "Write why you re-route the approval",
            danger: false,
        },
    },
    line: EventLine { icon: "arrow-up-right", mark: "wait", text: "gave the approval to", faster: "gave the approval to" },
    ..ActionRow::new(A::Reroute)
};
