//! Events: everything that happens to a request.

use crate::approvals::{ApproverVerdict, DeputyDecisions, RuleTarget, SeenState};
use crate::id::TaskId;
use crate::people::PersonRef;
use crate::requests::actions::ActionKind;
use crate::requests::tasks::TaskStatus;
use crate::requests::{RequestState, StateChange, Status};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that happened, with who did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1 for the submission, then counting up without gaps.
    pub seq: u32,
    pub at: DateTime<Utc>,
    /// None when Docket itself acted.
    pub actor: Option<PersonRef>,
    pub what: EventKind,
}

/// How a run of an automation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutomationEnd {
    Succeeded,
    Failed,
    Cancelled,
}

crate::reading::tagged_enum! {
    "kind", "EventKind", EventKindTwin;
    /// What an event says. Stored as JSON for ever: variants and fields are only added.
    #[derive(Clone, Debug, PartialEq)]
    pub enum EventKind {
        Submitted,
        /// `rules` are the keys of the rules this decision counts for.
        Approved {
            rules: Vec<String>,
            reason: String,
            #[serde(default, skip_serializing_if = "DeputyDecisions::is_empty")]
            on_behalf_of: DeputyDecisions,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            seen: Option<SeenState>,
        },
        Rejected {
            rules: Vec<String>,
            reason: String,
            #[serde(default, skip_serializing_if = "DeputyDecisions::is_empty")]
            on_behalf_of: DeputyDecisions,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            seen: Option<SeenState>,
        },
        /// An approver took decisions back.
        Withdrawn {
            rules: Vec<String>,
            reason: String,
        },
        /// An administrator gave a rule to somebody else.
        Rerouted {
            rule: String,
            target: RuleTarget,
            words: String,
            reason: String,
        },
        /// Those who may decide were reminded; `key` is the deadline's.
        Reminded {
            key: String,
        },
        /// It takes too long: somebody else may decide these rules as well.
        ApprovalEscalated {
            key: String,
            rules: Vec<String>,
            target: RuleTarget,
            words: String,
        },
        /// Nobody whom these rules name can decide: administrators decide them as well.
        FellBack {
            rules: Vec<String>,
        },
        /// Docket decided the stage at its due date.
        TimedOut {
            key: String,
            stage: String,
            verdict: ApproverVerdict,
        },
        InfoRequested {
            question: String,
        },
        InfoProvided {
            answer: String,
        },
        /// The last approval arrived, or none was needed: the work begins.
        Released,
        /// Put off to a time.
        Scheduled {
            for_time: DateTime<Utc>,
        },
        /// The time came, or somebody did not wait for it.
        Activated,
        Assigned {
            to: PersonRef,
        },
        Dispatched {
            connectors: Vec<String>,
        },
        Delivered {
            connector: String,
        },
        DeliveryFailed {
            connector: String,
            error: String,
        },
        Replayed {
            connector: String,
        },
        /// The automation is to be launched, for the n-th time.
        Launching {
            attempt: u32,
        },
        /// The automation runs; `job` is the controller's name for it.
        Launched {
            job: String,
        },
        AutomationEnded {
            ended: AutomationEnd,
            note: String,
        },
        /// The automation failed, and the request with it until somebody tries again.
        Failed {
            error: String,
        },
        Retried,
        Started,
        Blocked {
            reason: String,
        },
        Unblocked {
            note: String,
        },
        Escalated {
            reason: String,
        },
        TakenOver,
        SentToQa {
            note: String,
        },
        ReturnedFromQa {
            reason: String,
        },
        PassedQa {
            note: String,
        },
        Resolved {
            note: String,
        },
        Reopened {
            reason: String,
        },
        Closed {
            note: String,
        },
        Completed {
            note: String,
        },
        Cancelled {
            reason: String,
        },
        Uncancelled {
            reason: String,
        },
        Deleted {
            reason: String,
        },
        TaskAdded {
            task: TaskId,
            title: String,
            required: bool,
        },
        /// `by_link` holds the name an outsider gave.
        TaskChanged {
            task: TaskId,
            title: String,
            to: TaskStatus,
            required: bool,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            by_link: Option<String>,
        },
    }
}

/// The actions whose events say nothing beyond words: each with its event and the field that keeps what was written, if it has one.
macro_rules! events_of_words {
    ($($kind:ident => $what:ident $({ $field:ident })?),* $(,)?) => {
        impl EventKind {
            /// The event of an action that needs nothing but words; None where it needs more, or no person does it.
            pub fn of_words(kind: ActionKind, words: String) -> Option<Self> {
                match kind {
                    $(ActionKind::$kind => Some(Self::$what $({ $field: words })?),)*
                    _ => None,
                }
            }

            fn action_of_words(&self) -> Option<ActionKind> {
                match self {
                    $(Self::$what $({ $field: _ })? => Some(ActionKind::$kind),)*
                    _ => None,
                }
            }

            fn only_words(&self) -> &str {
                match self {
                    $($(Self::$what { $field } => $field,)?)*
                    _ => "",
                }
            }
        }
    };
}

events_of_words! {
    RequestInfo => InfoRequested { question },
    ProvideInfo => InfoProvided { answer },
    Activate => Activated,
    Start => Started,
    Block => Blocked { reason },
    Unblock => Unblocked { note },
    Escalate => Escalated { reason },
    TakeOver => TakenOver,
    SendToQa => SentToQa { note },
    PassQa => PassedQa { note },
    ReturnFromQa => ReturnedFromQa { reason },
    Resolve => Resolved { note },
    Reopen => Reopened { reason },
    Close => Closed { note },
    Complete => Completed { note },
    Retry => Retried,
    Cancel => Cancelled { reason },
    Uncancel => Uncancelled { reason },
    Delete => Deleted { reason },
}

impl EventKind {
    /// The action that it records; None for what Docket saw or did beside the table.
    pub fn action(&self) -> Option<ActionKind> {
        Some(match self {
            Self::Submitted => ActionKind::Submit,
            Self::Approved { .. } => ActionKind::Approve,
            Self::Rejected { .. } => ActionKind::Reject,
            Self::Released => ActionKind::Release,
            Self::Withdrawn { .. } => ActionKind::Withdraw,
            Self::Rerouted { .. } => ActionKind::Reroute,
            Self::Scheduled { .. } => ActionKind::Schedule,
            Self::Assigned { .. } => ActionKind::Assign,
            Self::Failed { .. } => ActionKind::AutomationFailed,
            other => return other.action_of_words(),
        })
    }

    /// What somebody wrote when they did it; empty when they wrote nothing.
    pub fn words(&self) -> &str {
        match self {
            Self::Approved { reason, .. }
            | Self::Rejected { reason, .. }
            | Self::Withdrawn { reason, .. }
            | Self::Rerouted { reason, .. } => reason,
            other => other.only_words(),
        }
    }

    /// The event key of notifications that this sets off (S3-045 … S3-057); None when it sets off none. `keys` tells them for a
    /// whole decision.
    pub fn event_key(&self) -> Option<&'static str> {
        Some(match self {
            Self::Submitted => "new_request_created",
            Self::Released => "request_approved",
            Self::Activated => "scheduled_request_activated",
            Self::InfoRequested { .. } => "update_requested",
            Self::InfoProvided { .. } => "update_provided",
            Self::Blocked { .. } => "request_blocked",
            Self::Unblocked { .. } | Self::Resolved { .. } => "request_resolved",
            Self::SentToQa { .. } => "request_sent_to_qa",
            Self::Rejected { .. } | Self::TimedOut { verdict: ApproverVerdict::Reject, .. } => "request_rejected",
            Self::Cancelled { .. } => "request_cancelled",
            Self::Uncancelled { .. } => "request_uncancelled",
            Self::Completed { .. } | Self::PassedQa { .. } | Self::Closed { .. } => "request_completed",
            _ => return None,
        })
    }
}

/// The event keys a decision sets off, in order: those of its events, and `request_pending_approval` when approvers have something to
/// decide that they had not before. What needs no approval is not told as approved.
pub fn keys(before: &RequestState, decision: &StateChange) -> Vec<&'static str> {
    let after = &decision.state;
    let had_approval = !after.approval.stages.is_empty();
    let told = decision.events.iter().filter(|event| had_approval || event.what != EventKind::Released);
    let mut keys: Vec<&'static str> = told.filter_map(|event| event.what.event_key()).collect();
    let opened = before.status != Status::PendingApproval || before.approval.opened_by != after.approval.opened_by;
    if after.status == Status::PendingApproval && opened && !after.deleted {
        keys.push("request_pending_approval");
    }
    keys
}
