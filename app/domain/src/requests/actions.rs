//! What can be done to a request: by people (`Action`), and what Docket itself sees (`Observation`).

use super::event::Ended;
use super::table::ActionKind;
use crate::approvals::able::Deciders;
use crate::approvals::{Target, Verdict};
use crate::people::{Facts, PersonRef};
use chrono::{DateTime, Utc};

/// What a person does. Reasons are required where the product says so; notes are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// An approver decides; `reason` is required unless it approves. `seen` is the number of events on the approver's screen.
    Decide {
        verdict: Verdict,
        reason: String,
        seen: Option<u32>,
    },
    /// An approver takes back what they decided in the stage that is still open.
    Withdraw {
        reason: String,
    },
    /// An administrator gives a rule that still waits to somebody else. `words` say to whom: "Ruth Abel".
    Reroute {
        rule: String,
        target: Target,
        words: String,
        reason: String,
    },
    /// Somebody who works on it asks the requester.
    RequestInfo {
        question: String,
    },
    /// The requester answers what was asked.
    ProvideInfo {
        answer: String,
    },
    /// Give it to somebody who works on requests (with their facts, read fresh), or to oneself.
    Assign {
        to: Box<Facts>,
    },
    Start,
    Block {
        reason: String,
    },
    Unblock {
        note: String,
    },
    Escalate {
        reason: String,
    },
    TakeOver,
    SendToQa {
        note: String,
    },
    PassQa {
        note: String,
    },
    ReturnFromQa {
        reason: String,
    },
    Resolve {
        note: String,
    },
    Reopen {
        reason: String,
    },
    Close {
        note: String,
    },
    Complete {
        note: String,
    },
    Retry,
    /// Put the work off.
    Schedule {
        for_time: DateTime<Utc>,
    },
    /// Begin before the time.
    Activate,
    Cancel {
        reason: String,
    },
    Uncancel {
        reason: String,
    },
    Delete {
        reason: String,
    },
}

impl Action {
    /// The action's row in the table. Giving it from one person to the next is `Reassign` there, see `guard`.
    pub fn kind(&self) -> ActionKind {
        use ActionKind as A;
        match self {
            Self::Decide { verdict: Verdict::Approve, .. } => A::Approve,
            Self::Decide { verdict: Verdict::Reject, .. } => A::Reject,
            Self::Decide { verdict: Verdict::AskForChanges, .. } | Self::RequestInfo { .. } => A::RequestInfo,
            Self::Withdraw { .. } => A::Withdraw,
            Self::Reroute { .. } => A::Reroute,
            Self::ProvideInfo { .. } => A::ProvideInfo,
            Self::Assign { .. } => A::Assign,
            Self::Start => A::Start,
            Self::Block { .. } => A::Block,
            Self::Unblock { .. } => A::Unblock,
            Self::Escalate { .. } => A::Escalate,
            Self::TakeOver => A::TakeOver,
            Self::SendToQa { .. } => A::SendToQa,
            Self::PassQa { .. } => A::PassQa,
            Self::ReturnFromQa { .. } => A::ReturnFromQa,
            Self::Resolve { .. } => A::Resolve,
            Self::Reopen { .. } => A::Reopen,
            Self::Close { .. } => A::Close,
            Self::Complete { .. } => A::Complete,
            Self::Retry => A::Retry,
            Self::Schedule { .. } => A::Schedule,
            Self::Activate => A::Activate,
            Self::Cancel { .. } => A::Cancel,
            Self::Uncancel { .. } => A::Uncancel,
            Self::Delete { .. } => A::Delete,
        }
    }
}

/// What Docket itself saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// The effect became deliveries.
    Dispatched { connectors: Vec<String> },
    /// A connector took it; `all` when it was the last one.
    Delivered { connector: String, all: bool },
    /// The last try failed.
    DeliveryFailed { connector: String, error: String },
    /// Somebody had a failed delivery sent again.
    Replayed { connector: String, by: PersonRef },
    /// Something is due (`deadline::due`); `key` names it. Nothing happens when it is not due any more.
    DeadlineReached { key: String },
    /// Nobody can decide what waits, as far as these people go. Nothing happens when somebody can, or administrators can already.
    NobodyLeft { deciders: Deciders },
    /// The time of a scheduled request may have come. Nothing happens when it has not.
    TimeCame,
    /// The controller took the launch of this attempt.
    Launched { attempt: u32, job: String },
    /// The run of this attempt ended. Nothing happens when that is known, or another attempt runs.
    AutomationEnded { attempt: u32, ended: Ended, note: String },
}
