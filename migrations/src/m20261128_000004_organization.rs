//! What an organization decides for itself, what one of its members does without, and which groups and memberships in them were made on
//! screen: files take back only what files gave.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: &[&str] = &[
    "ALTER TABLE organizations ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
    "ALTER TABLE members ADD COLUMN without TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE group_members ADD COLUMN origin TEXT NOT NULL DEFAULT 'files'",
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
