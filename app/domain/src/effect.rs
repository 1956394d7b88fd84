//! Effects: what must happen outside after a decision. Recorded in the transaction that caused them, delivered later.

use crate::id::PersonId;
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
    /// Tell people. What happened is in the event log; this says who has to learn of it beyond those who follow the request.
    Notify {
        /// An event key: `request_approval_reminder`, `mentioned`.
        event: String,
        /// Told by name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        people: Vec<PersonId>,
        /// Told as those who may decide: `Target::index_key` values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        targets: Vec<String>,
    },
}

impl Effect {
    /// The name under which the effect is stored and sent (`type` of the webhook's payload).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dispatch { .. } => "request.dispatched",
            Self::Launch { .. } => "request.launched",
            Self::Notify { .. } => "request.noticed",
        }
    }

    /// What it is, for people.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Dispatch { .. } => "Handed on",
            Self::Launch { .. } => "Automation started",
            Self::Notify { .. } => "Message",
        }
    }
}
