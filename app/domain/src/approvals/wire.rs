//! What the inbox and the approval panels receive and send.

use super::{Require, Verdict};
use crate::people::PersonRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who will have to approve, before sending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub require: Require,
    /// Empty when nobody has to.
    pub rules: Vec<RouteRule>,
}

/// One rule of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteRule {
    pub label: String,
    pub words: String,
    /// The people who may decide it now, at most 5, never the requester.
    pub people: Vec<PersonRef>,
    /// How many more there are.
    pub more: u64,
}

/// A request's approval as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalView {
    pub require: Require,
    pub rules: Vec<RuleView>,
}

/// One rule with what was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleView {
    pub label: String,
    pub words: String,
    /// The caller may decide this one now.
    pub yours: bool,
    pub given: Option<GivenView>,
}

/// A decision as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenView {
    pub by: PersonRef,
    pub at: DateTime<Utc>,
    pub verdict: Verdict,
    pub reason: String,
}

/// One request waiting for the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRow {
    pub number: String,
    pub title: String,
    pub requester: PersonRef,
    pub submitted_at: DateTime<Utc>,
    pub price: String,
    /// Approvals given, for the punch holes.
    pub given: u32,
    /// Rules in all.
    pub needed: u32,
    /// "Any 1 of 2", "1 of 2", "You".
    pub words: String,
}

/// The inbox: oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPage {
    pub rows: Vec<InboxRow>,
    pub count: u64,
}

/// A decision sent by an approver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decide {
    pub number: String,
    pub verdict: Verdict,
    /// Required to reject or to ask for changes.
    pub reason: String,
    /// `State::events` as the approver saw it: what was on screen.
    pub seen: u32,
}

/// A row of the leadership view (S0-019): everything that waits, with who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadershipRow {
    pub row: InboxRow,
    /// Rules that still wait, in words.
    pub waiting_on: Vec<String>,
}

/// What a browser learns over the live stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "LiveFields")]
pub enum LiveEvent {
    /// The caller's inbox changed; `count` is the new badge.
    Inbox { count: u64 },
    /// This request changed.
    Request { number: String },
}

/// A live event as it travels, read flat.
#[derive(Deserialize)]
struct LiveFields {
    kind: String,
    count: Option<u64>,
    number: Option<String>,
}

impl TryFrom<LiveFields> for LiveEvent {
    type Error = &'static str;

    fn try_from(fields: LiveFields) -> Result<Self, Self::Error> {
        match (fields.kind.as_str(), fields.count, fields.number) {
            ("inbox", Some(count), _) => Ok(Self::Inbox { count }),
            ("request", _, Some(number)) => Ok(Self::Request { number }),
            _ => Err("a live event of another version"),
        }
    }
}
