//! People as administrators look after them: the number that the organization gave somebody, when they signed in last, and whose personal
//! data was deleted.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 4] = [
    "ALTER TABLE members ADD COLUMN employee_number TEXT NOT NULL DEFAULT ''",
    "CREATE UNIQUE INDEX members_employee_number ON members (organization_id, employee_number) WHERE employee_number <> ''",
    "ALTER TABLE people ADD COLUMN signed_in_at BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE people ADD COLUMN erased_at BIGINT",
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
