//! The database's history: an ordered list, one line each. Changes expand first and contract in a later release.

use sea_orm_migration::prelude::*;

mod m20261122_000001_first;
mod m20261122_000002_guards;
mod m20261122_000003_profile;
mod m20261122_000004_work;
mod m20261122_000005_queue;
mod m20261123_000001_counted;
mod m20261123_000002_console;
mod m20261123_000003_notices;
mod m20261123_000004_outbox;
mod m20261123_000005_version;
mod m20261127_000001_probes;
mod m20261127_000002_receipts;
mod m20261127_000003_tries;
mod m20261127_000004_search_names;
mod m20261127_000005_leaving;
mod m20261127_000006_subjects;
mod m20261127_000007_changed;
mod m20261127_000008_waiting;
mod m20261127_000009_titles;
mod m20261127_000010_audit;
mod m20261127_000011_access;
mod m20261127_000012_sessions;
mod m20261128_000001_people;
mod m20261128_000002_doors;
mod m20261128_000003_tokens;
mod m20261128_000004_organization;
mod m20261128_000005_erasures;
mod m20261128_000007_identities;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_first::Migration),
            Box::new(m20261122_000002_guards::Migration),
            Box::new(m20261122_000003_profile::Migration),
            Box::new(m20261122_000004_work::Migration),
            Box::new(m20261122_000005_queue::Migration),
            Box::new(m20261123_000001_counted::Migration),
            Box::new(m20261123_000002_console::Migration),
            Box::new(m20261123_000003_notices::Migration),
            Box::new(m20261123_000004_outbox::Migration),
            Box::new(m20261123_000005_version::Migration),
            Box::new(m20261127_000001_probes::Migration),
            Box::new(m20261127_000002_receipts::Migration),
            Box::new(m20261127_000003_tries::Migration),
            Box::new(m20261127_000004_search_names::Migration),
            Box::new(m20261127_000005_leaving::Migration),
            Box::new(m20261127_000006_subjects::Migration),
            Box::new(m20261127_000007_changed::Migration),
            Box::new(m20261127_000008_waiting::Migration),
            Box::new(m20261127_000009_titles::Migration),
            Box::new(m20261127_000010_audit::Migration),
            Box::new(m20261127_000011_access::Migration),
            Box::new(m20261127_000012_sessions::Migration),
            Box::new(m20261128_000001_people::Migration),
            Box::new(m20261128_000002_doors::Migration),
            Box::new(m20261128_000003_tokens::Migration),
            Box::new(m20261128_000005_erasures::Migration),
            Box::new(m20261128_000004_organization::Migration),
            Box::new(m20261128_000007_identities::Migration),
        ]
    }
}
