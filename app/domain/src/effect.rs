//! Effects: what must happen outside after a decision. Recorded in the transaction that caused them, delivered later.

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
}

impl Effect {
    /// The name under which the effect is stored and sent (`type` of the webhook's payload).
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dispatch { .. } => "request.dispatched",
        }
    }
}
