//! What the catalog's pages receive.

use crate::id::RequestId;
use crate::requests::wire::RequestSummary;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One card.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ItemCard {
    pub key: String,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub category: String,
    pub tags: Vec<String>,
    pub prefix: String,
    pub expected: String,
    pub price: String,
    /// Who approves, short: "2 approvals", "Any 1 of 2 approves"; empty when nobody has to.
    pub approval: String,
}

/// "Continue where you left off".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSummary {
    pub id: RequestId,
    pub item_key: String,
    pub item_name: String,
    /// What it is about by its answers so far.
    pub title: String,
    pub prefix: String,
    /// "Step 2 of 4, Access".
    pub progress: String,
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub saved_at: DateTime<Utc>,
}

/// The catalog page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogView {
    /// In the organization's order; only enabled items this person may see.
    pub items: Vec<ItemCard>,
    pub drafts: Vec<DraftSummary>,
    /// The person's own open requests, newest change first, at most 4.
    pub open_requests: Vec<RequestSummary>,
    pub open_count: u64,
}
