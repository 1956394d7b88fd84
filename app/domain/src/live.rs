//! What open pages are told while they are open. It carries no data to show: an event names what to ask for again.

use serde::{Deserialize, Serialize};

/// What a browser learns over the live stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "LiveFields")]
pub enum LiveEvent {
    /// The caller's inbox changed; `count` is the new badge.
    Inbox { count: u64 },
    /// This request changed.
    Request { number: String },
    /// Deliveries, destinations or tests of connectors changed.
    Deliveries,
    /// The caller was told something, or read it.
    Notices,
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
            ("deliveries", ..) => Ok(Self::Deliveries),
            ("notices", ..) => Ok(Self::Notices),
            _ => Err("a live event of another version"),
        }
    }
}
