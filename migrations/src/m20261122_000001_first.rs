//! The first schema. Written as SQL, the same for SQLite and PostgreSQL but for the type of ids and the guard triggers.
//!
//! Times are microseconds since 1970 in UTC (BIGINT): they sort, compare and page the same way in both databases.
//! Documents (forms, policies, answers) are JSON in TEXT: the domain's types read and write them, the database never looks inside.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE organizations (id {id} PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_at BIGINT NOT NULL)",
    "CREATE TABLE people (id {id} PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, search_name TEXT NOT NULL, password_hash TEXT, \
     time_zone TEXT NOT NULL, phone TEXT NOT NULL, disabled BOOLEAN NOT NULL, sessions_after BIGINT NOT NULL, created_at BIGINT NOT NULL)",
    "CREATE TABLE members (organization_id {id} NOT NULL REFERENCES organizations(id), person_id {id} NOT NULL REFERENCES people(id), \
     title TEXT NOT NULL, roles TEXT NOT NULL, search_name TEXT NOT NULL, PRIMARY KEY (organization_id, person_id))",
    "CREATE INDEX members_person ON members (person_id)",
    "CREATE INDEX members_search ON members (organization_id, search_name)",
    "CREATE TABLE groups (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), key TEXT NOT NULL, name TEXT NOT NULL, \
     UNIQUE (organization_id, key))",
    "CREATE TABLE group_members (group_id {id} NOT NULL REFERENCES groups(id), person_id {id} NOT NULL REFERENCES people(id), \
     organization_id {id} NOT NULL REFERENCES organizations(id), roles TEXT NOT NULL, PRIMARY KEY (group_id, person_id))",
    "CREATE INDEX group_members_person ON group_members (organization_id, person_id)",
    "CREATE TABLE sessions (id TEXT PRIMARY KEY, person_id {id}, data TEXT NOT NULL, expires_at BIGINT NOT NULL)",
    "CREATE INDEX sessions_expiry ON sessions (expires_at)",
    "CREATE TABLE sign_in_attempts (bucket TEXT PRIMARY KEY, failures INTEGER NOT NULL, window_started_at BIGINT NOT NULL)",
    "CREATE TABLE forms (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), key TEXT NOT NULL, definition TEXT NOT NULL, \
     updated_at BIGINT NOT NULL, UNIQUE (organization_id, key))",
    "CREATE TABLE connectors (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), key TEXT NOT NULL, definition TEXT NOT NULL, \
     updated_at BIGINT NOT NULL, UNIQUE (organization_id, key))",
    "CREATE TABLE items (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), key TEXT NOT NULL, name TEXT NOT NULL, \
     form_id {id} NOT NULL REFERENCES forms(id), position INTEGER NOT NULL, enabled BOOLEAN NOT NULL, definition TEXT NOT NULL, \
     updated_at BIGINT NOT NULL, UNIQUE (organization_id, key), UNIQUE (organization_id, name))",
    "CREATE TABLE form_versions (organization_id {id} NOT NULL REFERENCES organizations(id), hash TEXT NOT NULL, schema TEXT NOT NULL, \
     created_at BIGINT NOT NULL, PRIMARY KEY (organization_id, hash))",
    "CREATE TABLE drafts (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), person_id {id} NOT NULL REFERENCES people(id), \
     item_id {id} NOT NULL REFERENCES items(id), answers TEXT NOT NULL, step TEXT, form TEXT NOT NULL, created_at BIGINT NOT NULL, \
     saved_at BIGINT NOT NULL, discarded_at BIGINT)",
    "CREATE INDEX drafts_person ON drafts (organization_id, person_id, saved_at)",
    "CREATE TABLE requests (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), number TEXT NOT NULL, \
     item_id {id} NOT NULL REFERENCES items(id), requester_id {id} NOT NULL REFERENCES people(id), status TEXT NOT NULL, form_version TEXT NOT NULL, \
     snapshot TEXT NOT NULL, state TEXT NOT NULL, submitted_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, closed BOOLEAN NOT NULL, \
     UNIQUE (organization_id, number), FOREIGN KEY (organization_id, form_version) REFERENCES form_versions(organization_id, hash))",
    "CREATE INDEX requests_mine ON requests (organization_id, requester_id, closed, submitted_at, id)",
    "CREATE INDEX requests_status ON requests (organization_id, status, submitted_at, id)",
    "CREATE TABLE waiting_rules (request_id {id} NOT NULL REFERENCES requests(id), rule TEXT NOT NULL, organization_id {id} NOT NULL, \
     target TEXT NOT NULL, requester_id {id} NOT NULL, submitted_at BIGINT NOT NULL, PRIMARY KEY (request_id, rule))",
    "CREATE INDEX waiting_rules_target ON waiting_rules (organization_id, target, submitted_at, request_id)",
    "CREATE TABLE events (request_id {id} NOT NULL REFERENCES requests(id), seq INTEGER NOT NULL, organization_id {id} NOT NULL, at BIGINT NOT NULL, \
     event TEXT NOT NULL, PRIMARY KEY (request_id, seq))",
    "CREATE TABLE effects (id {id} PRIMARY KEY, organization_id {id} NOT NULL, request_id {id} NOT NULL REFERENCES requests(id), kind TEXT NOT NULL, \
     effect TEXT NOT NULL, created_at BIGINT NOT NULL, relayed_at BIGINT)",
    "CREATE INDEX effects_unrelayed ON effects (created_at) WHERE relayed_at IS NULL",
    "CREATE TABLE deliveries (id {id} PRIMARY KEY, organization_id {id} NOT NULL, effect_id {id} NOT NULL REFERENCES effects(id), \
     request_id {id} NOT NULL REFERENCES requests(id), connector TEXT NOT NULL, created_at BIGINT NOT NULL, next_at BIGINT, leased_until BIGINT, \
     lease TEXT, delivered_at BIGINT, failed_at BIGINT, attempts INTEGER NOT NULL, UNIQUE (effect_id, connector))",
    "CREATE INDEX deliveries_due ON deliveries (next_at) WHERE delivered_at IS NULL AND failed_at IS NULL",
    "CREATE INDEX deliveries_request ON deliveries (request_id)",
    "CREATE TABLE attempts (delivery_id {id} NOT NULL REFERENCES deliveries(id), number INTEGER NOT NULL, organization_id {id} NOT NULL, \
     at BIGINT NOT NULL, milliseconds INTEGER NOT NULL, code INTEGER, error TEXT NOT NULL, request TEXT NOT NULL, response TEXT NOT NULL, \
     PRIMARY KEY (delivery_id, number))",
    "CREATE TABLE workers (id TEXT PRIMARY KEY, seen_at BIGINT NOT NULL)",
];

/// What never changes is guarded by the database too: form versions, events, and a request's snapshot.
const SQLITE_GUARDS: &[&str] = &[
    "CREATE TRIGGER form_versions_frozen BEFORE UPDATE ON form_versions BEGIN SELECT RAISE(ABORT, 'a form version never changes'); END",
    "CREATE TRIGGER form_versions_kept BEFORE DELETE ON form_versions BEGIN SELECT RAISE(ABORT, 'a form version is never deleted'); END",
    "CREATE TRIGGER events_frozen BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'an event never changes'); END",
    "CREATE TRIGGER requests_frozen BEFORE UPDATE ON requests WHEN NEW.snapshot IS NOT OLD.snapshot OR NEW.form_version IS NOT OLD.form_version \
     OR NEW.number IS NOT OLD.number BEGIN SELECT RAISE(ABORT, 'the snapshot of a request never changes'); END",
];

const POSTGRES_GUARDS: &[&str] = &[
    "CREATE FUNCTION docket_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% rows never change', TG_TABLE_NAME; END $$",
    "CREATE TRIGGER form_versions_frozen BEFORE UPDATE OR DELETE ON form_versions FOR EACH ROW EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER events_frozen BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER requests_frozen BEFORE UPDATE ON requests FOR EACH ROW WHEN (NEW.snapshot IS DISTINCT FROM OLD.snapshot OR \
     NEW.form_version IS DISTINCT FROM OLD.form_version OR NEW.number IS DISTINCT FROM OLD.number) EXECUTE FUNCTION docket_frozen()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let (id, guards) = match connection.get_database_backend() {
            DatabaseBackend::Postgres => ("UUID", POSTGRES_GUARDS),
            _ => ("BLOB", SQLITE_GUARDS),
        };
        for statement in TABLES.iter().chain(guards) {
            connection.execute_unprepared(&statement.replace("{id}", id)).await?;
        }
        Ok(())
    }
}
