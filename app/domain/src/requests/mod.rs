//! Requests: submitted drafts, from their filing to their end. The request is the fold of its events.

pub mod filing;
pub mod lifecycle;
pub mod number;
pub mod status;
pub mod wire;

pub use status::STATUSES;

use crate::approvals::Approval;
use crate::catalog::Item;
use crate::effect::Effect;
use crate::forms::Answers;
use crate::id::{ItemId, RequestId};
use crate::people::PersonRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where a request stands. Names are product.md's; `label` gives the words on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Draft,
    PendingApproval,
    NeedsInfo,
    Scheduled,
    Open,
    Assigned,
    InProgress,
    Blocked,
    Escalated,
    InQa,
    Resolved,
    Completed,
    Failed,
    Rejected,
    Cancelled,
}

/// What happens after approval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Keys of the connectors the approved request is handed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connectors: Vec<String>,
    /// The request is completed by itself when every connector has taken it. Otherwise people complete it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub complete_when_delivered: bool,
    /// What happens after approval, for the requester: "The service desk creates the accounts."
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

impl Plan {
    /// Whether nothing is planned.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A submitted request, as rules see it. `answers`, `form_version`, `item` and the approval's rules never change after filing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    /// Docket number: `IT-7F3K`.
    pub number: String,
    pub item_id: ItemId,
    /// The item as it was at submission: name, icon, plan, policy.
    pub item: Item,
    pub requester: PersonRef,
    /// Hash of the frozen form version.
    pub form_version: String,
    pub answers: Answers,
    pub submitted_at: DateTime<Utc>,
    /// The part that moves.
    pub state: State,
}

/// The part of a request that changes; the fold of its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub status: Status,
    /// Where `needs_info` and `cancelled` go back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns_to: Option<Status>,
    pub approval: Approval,
    /// Number of events so far; the version of optimistic checks.
    pub events: u32,
    pub updated_at: DateTime<Utc>,
}

/// Something that happened, with who did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// 1 for the submission, then counting up without gaps.
    pub seq: u32,
    pub at: DateTime<Utc>,
    /// None when Docket itself acted.
    pub actor: Option<PersonRef>,
    pub what: What,
}

/// What an event says. Stored as JSON for ever: variants and fields are only added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    Submitted,
    /// `rules` are the keys of the rules this decision counts for.
    Approved {
        rules: Vec<String>,
        reason: String,
    },
    Rejected {
        rules: Vec<String>,
        reason: String,
    },
    InfoRequested {
        question: String,
    },
    InfoProvided {
        answer: String,
    },
    /// The last approval arrived, or none was needed: the work begins.
    Released,
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
    Started,
    Completed {
        note: String,
    },
    Cancelled {
        reason: String,
    },
}

/// What a rule decided: the next state, the events that say so, and what must happen outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub state: State,
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
}
