//! API tokens, kept as a hash alone, and accounts of programs: members to whom nobody signs in.
//!
//! A token's space and item refer to nothing: when one is removed, the token allows nothing there, and never more than before.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 4] = [
    "ALTER TABLE people ADD COLUMN service BOOLEAN NOT NULL DEFAULT FALSE",
    "CREATE TABLE api_tokens (id {id} PRIMARY KEY, organization_id {id} NOT NULL REFERENCES organizations(id), \
     person_id {id} NOT NULL REFERENCES people(id), service BOOLEAN NOT NULL, origin TEXT NOT NULL, name TEXT NOT NULL, \
     token_hash TEXT NOT NULL UNIQUE, permissions TEXT NOT NULL, space_id {id}, item_id {id}, made_by {id}, created_at BIGINT NOT NULL, \
     updated_at BIGINT NOT NULL, ends_at BIGINT, revoked_at BIGINT, last_used_at BIGINT, last_used_from TEXT NOT NULL DEFAULT '', \
     CHECK (space_id IS NULL OR item_id IS NULL))",
    "CREATE INDEX api_tokens_of_person ON api_tokens (organization_id, person_id)",
    "CREATE INDEX people_service ON people (name) WHERE service",
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
