//! Deliveries as administrators see them: what a delivery made in the other system, how each destination has been lately, tests of
//! connectors, and the orders the console lists by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: &[&str] = &[
    "ALTER TABLE deliveries ADD COLUMN made_number TEXT",
    "ALTER TABLE deliveries ADD COLUMN made_link TEXT",
    "CREATE INDEX deliveries_listed ON deliveries (organization_id, created_at, id)",
    "CREATE INDEX deliveries_destination ON deliveries (organization_id, connector, created_at, id)",
    "CREATE INDEX deliveries_failed ON deliveries (organization_id, created_at, id) WHERE failed_at IS NOT NULL",
    "CREATE INDEX deliveries_waiting ON deliveries (organization_id, created_at, id) WHERE delivered_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX attempts_at ON attempts (at)",
    "CREATE TABLE destinations (organization_id {id} NOT NULL REFERENCES organizations(id), connector TEXT NOT NULL, failures INTEGER NOT NULL, \
     failing_since BIGINT, paused_until BIGINT, paused_at BIGINT, pauses INTEGER NOT NULL, refuses_us BOOLEAN NOT NULL, error TEXT NOT NULL, held_at BIGINT, \
     PRIMARY KEY (organization_id, connector))",
    "CREATE TABLE connector_tests (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), connector TEXT NOT NULL, \
     asked_by {id} NOT NULL REFERENCES people(id), asked_at BIGINT NOT NULL, leased_until BIGINT, done_at BIGINT, milliseconds INTEGER NOT NULL, \
     code INTEGER, error TEXT NOT NULL, request TEXT NOT NULL, response TEXT NOT NULL)",
    "CREATE INDEX connector_tests_waiting ON connector_tests (asked_at) WHERE done_at IS NULL",
    "CREATE INDEX connector_tests_last ON connector_tests (organization_id, connector, asked_at)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let id = match connection.get_database_backend() {
            DatabaseBackend::Postgres => "UUID",
            _ => "BLOB",
        };
        for statement in STATEMENTS {
            connection.execute_unprepared(&statement.replace("{id}", id)).await?;
        }
        Ok(())
    }
}
