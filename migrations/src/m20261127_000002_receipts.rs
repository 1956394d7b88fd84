//! Receipts: what each recipient of a mail to several was answered.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: &[&str] = &[
    "CREATE TABLE receipts (delivery_id {id} NOT NULL REFERENCES deliveries(id), address TEXT NOT NULL, organization_id {id} NOT NULL, \
     at BIGINT NOT NULL, code INTEGER NOT NULL, words TEXT NOT NULL, PRIMARY KEY (delivery_id, address))",
    "CREATE INDEX receipts_at ON receipts (at)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let id = if connection.get_database_backend() == DatabaseBackend::Postgres { "UUID" } else { "BLOB" };
        for statement in STATEMENTS {
            connection.execute_unprepared(&statement.replace("{id}", id)).await?;
        }
        Ok(())
    }
}
