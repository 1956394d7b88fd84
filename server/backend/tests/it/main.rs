//! The use cases on real databases: the same suite on SQLite and, when `TEST_POSTGRES_URL` names a server, on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod harness;

mod approvals;
mod catalog;
mod definitions;
mod delivery;
mod people;
mod requests;
mod writer;
