//! Notifications: what a person was told, what organizations and people chose, to whom a delivery goes, and the threads in which messages
//! about a request stand together.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: &[&str] = &[
    "ALTER TABLE organizations ADD COLUMN notices TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE members ADD COLUMN notices TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE members ADD COLUMN summary_at BIGINT",
    "CREATE INDEX members_summary ON members (summary_at) WHERE summary_at IS NOT NULL",
    "CREATE TABLE notices (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), person_id {id} NOT NULL REFERENCES people(id), \
     request_id {id} NOT NULL REFERENCES requests(id), effect_id {id} NOT NULL REFERENCES effects(id), event TEXT NOT NULL, number TEXT NOT NULL, \
     title TEXT NOT NULL, icon TEXT NOT NULL, sentence TEXT NOT NULL, body TEXT NOT NULL, in_app BOOLEAN NOT NULL, mailed BOOLEAN NOT NULL, \
     mentioned BOOLEAN NOT NULL, created_at BIGINT NOT NULL, read_at BIGINT, UNIQUE (effect_id, person_id))",
    "CREATE INDEX notices_listed ON notices (organization_id, person_id, created_at, effect_id)",
    "CREATE INDEX notices_unread ON notices (organization_id, person_id, created_at) WHERE read_at IS NULL",
    "CREATE INDEX notices_at ON notices (created_at)",
    "CREATE TABLE threads (request_id {id} NOT NULL REFERENCES requests(id), connector TEXT NOT NULL, recipient TEXT NOT NULL, \
     organization_id {id} NOT NULL REFERENCES organizations(id), first TEXT NOT NULL, PRIMARY KEY (request_id, connector, recipient))",
];

/// SQLite cannot take a constraint off a table: the tables are made anew, with their rows and indexes.
const DELIVERIES_SQLITE: &[&str] = &[
    "CREATE TABLE deliveries_new (id BLOB PRIMARY KEY, organization_id BLOB NOT NULL, effect_id BLOB NOT NULL REFERENCES effects(id), \
     request_id BLOB NOT NULL REFERENCES requests(id), connector TEXT NOT NULL, created_at BIGINT NOT NULL, next_at BIGINT, leased_until BIGINT, \
     lease TEXT, delivered_at BIGINT, failed_at BIGINT, attempts INTEGER NOT NULL, made_number TEXT, made_link TEXT, \
     recipient TEXT NOT NULL DEFAULT '', UNIQUE (effect_id, connector, recipient))",
    "INSERT INTO deliveries_new (id, organization_id, effect_id, request_id, connector, created_at, next_at, leased_until, lease, delivered_at, \
     failed_at, attempts, made_number, made_link) SELECT id, organization_id, effect_id, request_id, connector, created_at, next_at, leased_until, \
     lease, delivered_at, failed_at, attempts, made_number, made_link FROM deliveries",
    "CREATE TABLE attempts_new (delivery_id BLOB NOT NULL REFERENCES deliveries_new(id), number INTEGER NOT NULL, organization_id BLOB NOT NULL, \
     at BIGINT NOT NULL, milliseconds INTEGER NOT NULL, code INTEGER, error TEXT NOT NULL, request TEXT NOT NULL, response TEXT NOT NULL, \
     PRIMARY KEY (delivery_id, number))",
    "INSERT INTO attempts_new SELECT delivery_id, number, organization_id, at, milliseconds, code, error, request, response FROM attempts",
    "DROP TABLE attempts",
    "DROP TABLE deliveries",
    "ALTER TABLE deliveries_new RENAME TO deliveries",
    "ALTER TABLE attempts_new RENAME TO attempts",
    "CREATE INDEX deliveries_due ON deliveries (next_at) WHERE delivered_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX deliveries_request ON deliveries (request_id)",
    "CREATE INDEX deliveries_listed ON deliveries (organization_id, created_at, id)",
    "CREATE INDEX deliveries_destination ON deliveries (organization_id, connector, created_at, id)",
    "CREATE INDEX deliveries_failed ON deliveries (organization_id, created_at, id) WHERE failed_at IS NOT NULL",
    "CREATE INDEX deliveries_waiting ON deliveries (organization_id, created_at, id) WHERE delivered_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX attempts_at ON attempts (at)",
];

const DELIVERIES_POSTGRES: &[&str] = &[
    "ALTER TABLE deliveries ADD COLUMN recipient TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE deliveries DROP CONSTRAINT deliveries_effect_id_connector_key",
    "ALTER TABLE deliveries ADD CONSTRAINT deliveries_once UNIQUE (effect_id, connector, recipient)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let (id, deliveries) = match connection.get_database_backend() {
            DatabaseBackend::Postgres => ("UUID", DELIVERIES_POSTGRES),
            _ => ("BLOB", DELIVERIES_SQLITE),
        };
        for statement in STATEMENTS.iter().chain(deliveries) {
            connection.execute_unprepared(&statement.replace("{id}", id)).await?;
        }
        Ok(())
    }
}
