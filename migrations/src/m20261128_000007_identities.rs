//! Identities at providers that open accounts: each opens one, and an account may have several.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 2] = [
    "CREATE TABLE identities (id {id} PRIMARY KEY, person_id {id} NOT NULL REFERENCES people(id), provider TEXT NOT NULL, \
     issuer TEXT NOT NULL, subject TEXT NOT NULL, email TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, \
     last_used_at BIGINT NOT NULL, UNIQUE (issuer, subject))",
    "CREATE INDEX identities_of_person ON identities (person_id)",
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
