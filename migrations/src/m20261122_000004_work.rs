//! Work on requests: who has one, what is due first, what happens by itself; deputies and managers; tasks, comments, share links;
//! calendars; decisions that are held for a moment.
//!
//! `queue_at` orders queues: when the work is due, or a month after submission when nothing is promised. `wakes_at` is when Docket itself
//! looks at the request again. `closed` is true of deleted requests too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: &[&str] = &[
    "ALTER TABLE requests ADD COLUMN assignee_id {id}",
    "ALTER TABLE requests ADD COLUMN queue_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE requests ADD COLUMN wakes_at BIGINT",
    "ALTER TABLE requests ADD COLUMN deleted BOOLEAN NOT NULL DEFAULT FALSE",
    "UPDATE requests SET queue_at = submitted_at + 2592000000000",
    "CREATE INDEX requests_wake ON requests (wakes_at) WHERE wakes_at IS NOT NULL",
    "CREATE INDEX requests_queue ON requests (organization_id, closed, queue_at, id)",
    "CREATE INDEX requests_queue_status ON requests (organization_id, status, queue_at, id)",
    "CREATE INDEX requests_queue_assignee ON requests (organization_id, assignee_id, closed, queue_at, id)",
    "CREATE INDEX requests_queue_item ON requests (organization_id, item_id, closed, queue_at, id)",
    "ALTER TABLE members ADD COLUMN manager_id {id}",
    "CREATE TABLE calendars (organization_id {id} NOT NULL REFERENCES organizations(id), key TEXT NOT NULL, definition TEXT NOT NULL, \
     updated_at BIGINT NOT NULL, PRIMARY KEY (organization_id, key))",
    "CREATE TABLE delegations (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), \
     from_id {id} NOT NULL REFERENCES people(id), to_id {id} NOT NULL REFERENCES people(id), starts_at BIGINT NOT NULL, ends_at BIGINT NOT NULL, \
     items TEXT NOT NULL, created_at BIGINT NOT NULL, revoked_at BIGINT)",
    "CREATE INDEX delegations_to ON delegations (organization_id, to_id, ends_at)",
    "CREATE INDEX delegations_from ON delegations (organization_id, from_id, ends_at)",
    "CREATE TABLE tasks (id {id} PRIMARY KEY, organization_id {id} NOT NULL, request_id {id} NOT NULL REFERENCES requests(id), \
     position INTEGER NOT NULL, status TEXT NOT NULL, assignee_id {id}, task TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
    "CREATE INDEX tasks_request ON tasks (request_id, position)",
    "CREATE INDEX tasks_assignee ON tasks (organization_id, assignee_id, status, updated_at)",
    "CREATE TABLE comments (id {id} PRIMARY KEY, organization_id {id} NOT NULL, request_id {id} NOT NULL REFERENCES requests(id), \
     comment TEXT NOT NULL, at BIGINT NOT NULL, removed_at BIGINT)",
    "CREATE INDEX comments_request ON comments (request_id, at, id)",
    "CREATE TABLE share_links (id {id} PRIMARY KEY, organization_id {id} NOT NULL, task_id {id} NOT NULL REFERENCES tasks(id), \
     token_hash TEXT NOT NULL UNIQUE, created_by TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT, \
     uses INTEGER NOT NULL, last_used_at BIGINT)",
    "CREATE INDEX share_links_task ON share_links (task_id)",
    "CREATE TABLE held_decisions (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), \
     person_id {id} NOT NULL REFERENCES people(id), request_id {id} NOT NULL REFERENCES requests(id), decision TEXT NOT NULL, \
     created_at BIGINT NOT NULL, due_at BIGINT NOT NULL, done_at BIGINT, outcome TEXT)",
    "CREATE INDEX held_decisions_due ON held_decisions (due_at) WHERE done_at IS NULL",
    "CREATE INDEX held_decisions_person ON held_decisions (organization_id, person_id, created_at)",
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
