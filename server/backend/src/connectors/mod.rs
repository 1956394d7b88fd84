//! Connectors: how an effect reaches another system. One file per kind, listed in `CONNECTORS`.
//!
//! Only the outbox calls them, never a use case. A connector does not decide when to try again: it says what happened.

pub mod http;
pub mod webhook;

use crate::settings::Settings;
use chrono::{DateTime, Duration, Utc};
use domain::id::DeliveryId;
use serde_json::{Map, Value};

/// Every kind of connector.
pub static CONNECTORS: &[&dyn Connector] = &[&webhook::Webhook];

/// The connector of a kind.
pub fn find(kind: &str) -> Option<&'static dyn Connector> {
    CONNECTORS.iter().copied().find(|connector| connector.kind() == kind)
}

/// What a connector is asked to deliver.
pub struct Outgoing<'a> {
    /// The delivery's id: the same for every try, so that the other side can tell a repetition.
    pub id: DeliveryId,
    /// The effect's name: `request.dispatched`.
    pub name: &'a str,
    /// When the effect was decided; the same for every try.
    pub decided_at: DateTime<Utc>,
    /// When this try is made.
    pub now: DateTime<Utc>,
    pub data: &'a Value,
}

/// What came of a try.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub verdict: Verdict,
    /// HTTP status, when there was an answer.
    pub code: Option<u16>,
    /// What was sent, with secrets left out.
    pub request: String,
    /// The beginning of what came back.
    pub response: String,
}

/// Whether the other side took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Sent,
    /// Worth trying again. `after` is what the other side asked for.
    Retry {
        error: String,
        after: Option<Duration>,
    },
    /// Trying again would not help until somebody changes something.
    Permanent {
        error: String,
    },
}

impl Outcome {
    /// A try that could not begin, because of how the connector is set up.
    pub fn not_set_up(error: impl Into<String>) -> Self {
        Self { verdict: Verdict::Permanent { error: error.into() }, code: None, request: String::new(), response: String::new() }
    }
}

/// A kind of destination.
#[async_trait::async_trait]
pub trait Connector: Send + Sync {
    /// The name definitions use: `webhook`.
    fn kind(&self) -> &'static str;

    /// The words for people: "Webhook".
    fn label(&self) -> &'static str;

    /// What is wrong with the settings, as path and sentence; empty when they can be used.
    fn check(&self, settings: &Map<String, Value>) -> Vec<(String, String)>;

    /// Tries once.
    async fn deliver(&self, settings: &Map<String, Value>, outgoing: &Outgoing<'_>, server: &Settings, client: &http::Client) -> Outcome;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_are_unique_and_found() {
        let kinds: BTreeSet<_> = CONNECTORS.iter().map(|connector| connector.kind()).collect();
        assert_eq!(kinds.len(), CONNECTORS.len());
        assert!(kinds.iter().all(|kind| find(kind).is_some()));
        assert!(find("carrier_pigeon").is_none());
    }

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/connectors");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            if !["mod", "http"].contains(&name) {
                assert!(find(name).is_some(), "{name} is not in CONNECTORS");
            }
        }
    }
}
