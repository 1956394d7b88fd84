//! The use cases on real databases: the same suite on SQLite and, when `TEST_POSTGRES_URL` names a server, on PostgreSQL.

mod harness;

mod approvals;
mod catalog;
mod definitions;
mod delivery;
mod people;
mod requests;
mod writer;
