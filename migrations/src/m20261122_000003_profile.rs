//! What people say about themselves: where messages reach them in an organization; and the organization's own time zone.
//!
//! An empty time zone of a person means the organization's, an empty one of an organization UTC. `sessions_kept` is the start of the one
//! sign-in that a changed password does not end.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: &[&str] = &[
    "ALTER TABLE organizations ADD COLUMN time_zone TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE members ADD COLUMN slack_member_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE members ADD COLUMN telegram_chat TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE people ADD COLUMN sessions_kept BIGINT NOT NULL DEFAULT 0",
    // What was written for those who had said nothing.
    "UPDATE people SET time_zone = '' WHERE time_zone = 'UTC'",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in COLUMNS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
