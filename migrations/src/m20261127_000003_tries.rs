//! What deliveries remember between tries: how many in a row were cut off by the end of their worker, and what was sent under their id.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 2] =
    ["ALTER TABLE deliveries ADD COLUMN cut_off INTEGER NOT NULL DEFAULT 0", "ALTER TABLE deliveries ADD COLUMN frozen TEXT"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in STATEMENTS {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
