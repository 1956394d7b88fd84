//! The transition table: every action of the product, from which statuses it is possible, and where it leads.

use super::{STATUSES, Status};

/// Something that can be done to a request, as the table names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    Submit,
    Approve,
    Reject,
    Release,
    Withdraw,
    Reroute,
    RequestInfo,
    ProvideInfo,
    Schedule,
    Activate,
    Assign,
    Reassign,
    Start,
    Block,
    Unblock,
    Escalate,
    TakeOver,
    SendToQa,
    PassQa,
    ReturnFromQa,
    Resolve,
    Reopen,
    Close,
    Complete,
    AutomationSucceeded,
    AutomationFailed,
    AutomationCancelled,
    Retry,
    Cancel,
    Uncancel,
    Delete,
}

/// Where an action leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    To(Status),
    /// Back to where it was (`State::returns_to`).
    Back,
    /// The status stays; something else about the request changes.
    Stay,
    /// Out of the list; the event log stays.
    Gone,
}

/// One row of the table: the action leads from each of these statuses to the goal, and is impossible from every other.
pub struct Row {
    pub action: ActionKind,
    pub from: &'static [Status],
    pub to: Goal,
}

use ActionKind as A;
use Goal::{Back, Gone, Stay, To};
use Status as S;

const fn row(action: ActionKind, from: &'static [Status], to: Goal) -> Row {
    Row { action, from, to }
}

/// The table, one row for each action. Release is what follows the last approval: it opens the request, and a plan with a time
/// schedules it, one with connectors or an automation starts it in the same decision.
pub const ROWS: &[Row] = &[
    row(A::Submit, &[S::Draft], To(S::PendingApproval)),
    row(A::Approve, &[S::PendingApproval], To(S::PendingApproval)),
    row(A::Reject, &[S::PendingApproval], To(S::Rejected)),
    row(A::Release, &[S::PendingApproval], To(S::Open)),
    row(A::Withdraw, &[S::PendingApproval], Stay),
    row(A::Reroute, &[S::PendingApproval, S::NeedsInfo], Stay),
    row(A::RequestInfo, &[S::PendingApproval, S::Open, S::Assigned, S::InProgress, S::Blocked, S::InQa], To(S::NeedsInfo)),
    row(A::ProvideInfo, &[S::NeedsInfo], Back),
    row(A::Schedule, &[S::Open, S::Assigned, S::Scheduled], To(S::Scheduled)),
    row(A::Activate, &[S::Scheduled], To(S::Open)),
    row(A::Assign, &[S::Open], To(S::Assigned)),
    row(A::Reassign, &[S::Assigned, S::InProgress, S::Blocked, S::Escalated, S::InQa], Stay),
    row(A::Start, &[S::Open, S::Assigned], To(S::InProgress)),
    row(A::Block, &[S::InProgress], To(S::Blocked)),
    row(A::Unblock, &[S::Blocked], Back),
    row(A::Escalate, &[S::Assigned, S::InProgress, S::Blocked], To(S::Escalated)),
    row(A::TakeOver, &[S::Escalated], To(S::InProgress)),
    row(A::SendToQa, &[S::InProgress], To(S::InQa)),
    row(A::PassQa, &[S::InQa], To(S::Completed)),
    row(A::ReturnFromQa, &[S::InQa], To(S::InProgress)),
    row(A::Resolve, &[S::InProgress, S::Escalated], To(S::Resolved)),
    row(A::Reopen, &[S::Resolved], To(S::InProgress)),
    row(A::Close, &[S::Resolved], To(S::Completed)),
    row(A::Complete, &[S::InProgress], To(S::Completed)),
    row(A::AutomationSucceeded, &[S::InProgress], To(S::Completed)),
    row(A::AutomationFailed, &[S::InProgress], To(S::Failed)),
    row(A::AutomationCancelled, &[S::InProgress], To(S::Cancelled)),
    row(A::Retry, &[S::Failed, S::InProgress], To(S::InProgress)),
    row(
        A::Cancel,
        &[
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
        To(S::Cancelled),
    ),
    row(A::Uncancel, &[S::Cancelled], Back),
    row(A::Delete, &[S::PendingApproval, S::Rejected], Gone),
];

/// Where the action leads from this status; None when it is impossible there.
pub fn goal(from: Status, action: ActionKind) -> Option<Goal> {
    ROWS.iter().find(|row| row.action == action && row.from.contains(&from)).map(|row| row.to)
}

/// The table as text, a status a line and an action a column entry: what the golden file holds.
pub fn table() -> String {
    let mut text = String::new();
    for status in STATUSES {
        text.push_str(status.key());
        text.push('\n');
        for row in ROWS.iter().filter(|row| row.from.contains(&status)) {
            let goal = match row.to {
                To(to) => to.key(),
                Back => "(back to where it was)",
                Stay => "(stays)",
                Gone => "(gone, the event log stays)",
            };
            text.push_str(&format!("    {:<20} -> {goal}\n", format!("{:?}", row.action)));
        }
    }
    text
}
