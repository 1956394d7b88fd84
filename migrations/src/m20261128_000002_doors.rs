//! Account links, by which people come in who are not signed in, and the code by which a new server is set up. What opens either is kept
//! as a hash alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 5] = [
    "CREATE TABLE account_links (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), purpose TEXT NOT NULL, \
     email TEXT NOT NULL, person_id {id} REFERENCES people(id), offer TEXT NOT NULL, made_by {id} REFERENCES people(id), \
     turn INTEGER NOT NULL, hash TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, \
     expires_at BIGINT NOT NULL, revoked_at BIGINT, used_at BIGINT)",
    "CREATE INDEX account_links_listed ON account_links (organization_id, purpose, created_at)",
    "CREATE INDEX account_links_email ON account_links (email)",
    "CREATE INDEX account_links_expires ON account_links (expires_at)",
    "CREATE TABLE setup_codes (hash TEXT PRIMARY KEY, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
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
