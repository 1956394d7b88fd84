//! Sessions that a person can tell apart: when and from where each was begun, with which browser, and when it was used last.
//!
//! Those of before stay. They were begun fourteen days before they end, as far as anybody knows, and from a place nobody noted.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 6] = [
    "ALTER TABLE sessions ADD COLUMN started_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE sessions ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sessions ADD COLUMN user_agent TEXT NOT NULL DEFAULT ''",
    "UPDATE sessions SET started_at = expires_at - 1209600000000, seen_at = expires_at - 1209600000000",
    "CREATE INDEX sessions_of_person ON sessions (person_id) WHERE person_id IS NOT NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
