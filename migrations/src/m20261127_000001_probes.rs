//! The row that is written to see whether the database takes changes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE TABLE write_probes (id INTEGER PRIMARY KEY, written_at BIGINT NOT NULL)";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
