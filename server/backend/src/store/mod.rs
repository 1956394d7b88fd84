//! The database: the only place that names `sea_orm`. One table per file, each with its private entity and its queries; questions over
//! several tables stand beside the one they are about (`members/facts`, `deliveries/leases`, `requests/queue`). How they reach SQLite and
//! PostgreSQL is told in `engine`.
//!
//! There is no query without an organization: tables are read through `Read` and written through `Tx`, and both carry one.
//! `PlatformReader` serves what belongs to no organization: signing in, sessions, and the worker's search for due deliveries.

#[cfg(test)]
#[allow(dead_code, reason = "the integration tests use all of it")]
#[path = "../../tests/it/databases.rs"]
mod databases;
mod engine;
#[cfg(test)]
mod signature_tests;

pub(crate) mod account_links;
pub(crate) mod api_tokens;
pub(crate) mod attempts;
pub(crate) mod audit;
pub(crate) mod calendars;
pub(crate) mod comments;
pub(crate) mod connector_checks;
pub(crate) mod connectors;
pub(crate) mod counted_approvers;
pub(crate) mod delegations;
pub(crate) mod deliveries;
pub(crate) mod destinations;
pub(crate) mod drafts;
pub(crate) mod effects;
pub(crate) mod events;
pub(crate) mod form_versions;
pub(crate) mod forms;
pub(crate) mod grants;
pub(crate) mod groups;
pub(crate) mod held_decisions;
pub(crate) mod identities;
pub(crate) mod items;
pub(crate) mod latest;
pub(crate) mod mapped_groups;
pub(crate) mod members;
pub(crate) mod notices;
pub(crate) mod organizations;
pub(crate) mod people;
pub(crate) mod personal;
pub(crate) mod receipts;
pub(crate) mod requests;
pub(crate) mod roles;
pub mod sessions;
pub(crate) mod setup_codes;
pub(crate) mod share_links;
pub(crate) mod sign_in_attempts;
pub(crate) mod spaces;
pub(crate) mod tasks;
pub(crate) mod threads;
pub(crate) mod waiting_rules;
pub(crate) mod workers;

pub(crate) use engine::{
    ChangeBatch, PageCursor, PlatformReader, PlatformWriter, Read, StoreHandle, Tx, count, cut_page, from_json, micros, statistics, time,
    to_json,
};
pub use engine::{DatabaseObstacle, StatementCounts, Store};
