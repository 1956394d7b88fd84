//! The use cases on real databases: the same suite on SQLite and, when `TEST_POSTGRES_URL` names a server, on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod databases;
mod harness;

mod access;
mod accounts;
mod across;
mod approvals;
mod audit;
mod bulk;
mod catalog;
mod clock;
mod console;
mod damage;
mod definitions;
mod delivery;
mod deputies;
mod doors;
mod editing;
mod erasure;
mod fallback;
mod frozen;
mod granting;
mod handover;
mod import;
mod known;
mod leaving;
mod long_requests;
mod many_colleagues;
mod notices;
mod organization;
mod outside;
mod paged;
mod past;
mod people;
mod plans;
mod poison;
mod profile;
mod queue;
mod receiver;
mod request_lists;
mod requests;
mod roster;
mod shared_secrets;
mod sla;
mod slow;
mod statements;
mod timers;
mod titles;
mod upgrade;
mod work;
mod working;
mod writer;
