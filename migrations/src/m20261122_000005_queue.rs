//! Queues that answer at once whatever is asked of them: an index for every filter, in the order of the list, and one for what is late.
//!
//! `due_at` is when a running service level clock runs out; empty when nothing is promised, when the clock stands still, and when it
//! stopped. Where it is set it equals `queue_at`. Requests that have ended stand in `queue_at` at the time they did.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: &[&str] = &[
    "ALTER TABLE requests ADD COLUMN due_at BIGINT",
    "UPDATE requests SET queue_at = updated_at WHERE closed",
    "DROP INDEX requests_queue_status",
    "DROP INDEX requests_queue_assignee",
    "DROP INDEX requests_queue_item",
    "CREATE INDEX requests_queue_status ON requests (organization_id, closed, status, queue_at, id)",
    "CREATE INDEX requests_queue_assignee ON requests (organization_id, assignee_id, closed, status, queue_at, id) \
     WHERE assignee_id IS NOT NULL",
    // Of its own: PostgreSQL does not see that rows without somebody are in order too.
    "CREATE INDEX requests_queue_nobody ON requests (organization_id, closed, status, queue_at, id) WHERE assignee_id IS NULL",
    "CREATE INDEX requests_queue_item ON requests (organization_id, item_id, closed, status, queue_at, id)",
    "CREATE INDEX requests_queue_requester ON requests (organization_id, requester_id, closed, queue_at, id)",
    "CREATE INDEX requests_due ON requests (organization_id, closed, queue_at, id, due_at) WHERE due_at IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for statement in STATEMENTS {
            connection.execute_unprepared(statement).await?;
        }
        // The unique index over numbers is sorted as the database's language wants it, which is of no use for beginnings of numbers.
        if connection.get_database_backend() == DatabaseBackend::Postgres {
            let beginnings = "CREATE INDEX requests_number_beginnings ON requests (organization_id, number text_pattern_ops)";
            connection.execute_unprepared(beginnings).await?;
        }
        Ok(())
    }
}
