//! Effects: what must happen outside after a decision. Recorded in the transaction that caused them, delivered later.

use crate::id::PersonId;
use crate::people::PersonRef;
use crate::requests::Status;
use serde::{Deserialize, Serialize};

/// What a decision asks the world to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Hand the approved request to the connectors of its fulfilment plan. One delivery each.
    Dispatch {
        /// Connector keys, in the plan's order.
        connectors: Vec<String>,
    },
    /// Start the automation of the fulfilment plan.
    Launch {
        /// 1 for the first time, one more for each retry: part of the launch's idempotency key.
        attempt: u32,
    },
    /// Tell people, and the addresses that subscribed to the event.
    Notify(NoticeEffect),
    /// Send the person it is about a summary of what they have not seen.
    Summarize,
    /// Send the account link it is about to whom it is for.
    SendLink,
}

/// Something to tell. It carries what it says, so that telling needs no event log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeEffect {
    /// An event key: `request_approval_reminder`, `mentioned`. `notices::NOTICES` lists them.
    pub event: String,
    /// Told by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<PersonId>,
    /// Told as those who may decide: `Target::index_key` values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<String>,
    /// Who did it; None when Docket did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonRef>,
    /// What they wrote: a reason, a question, a comment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where the request stood then; None in what older versions recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
}

impl Effect {
    /// The name of what is handed on to connectors.
    pub const DISPATCHED: &'static str = "request.dispatched";

    /// The name under which the effect is stored and sent (`type` of the webhook's payload).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dispatch { .. } => Self::DISPATCHED,
            Self::Launch { .. } => "request.launched",
            Self::Notify(_) => "told",
            Self::Summarize => "summary",
            Self::SendLink => "link",
        }
    }

    /// As an effect on a request that stands there: what is told of it later says so, wherever the request stands then.
    #[must_use]
    pub fn in_status(self, status: Status) -> Self {
        match self {
            Self::Notify(notice) => Self::Notify(NoticeEffect { status: Some(status), ..notice }),
            other => other,
        }
    }

    /// What it is, for people.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Dispatch { .. } => "Handed on",
            Self::Launch { .. } => "Automation started",
            Self::Notify(notice) => crate::notices::find(&notice.event).map_or("Message", |told| told.label),
            Self::Summarize => "Daily summary",
            Self::SendLink => "Link to come in",
        }
    }
}
