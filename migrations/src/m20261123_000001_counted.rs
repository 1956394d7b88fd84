//! Approvers who have decided and wait for others, where a number of people is needed; and requests that their requester may approve
//! wait for them too. Requests that were under way before are taken up at their next decision.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let id = match connection.get_database_backend() {
            DatabaseBackend::Postgres => "UUID",
            _ => "BLOB",
        };
        let table = "CREATE TABLE counted_approvers (request_id {id} NOT NULL REFERENCES requests(id), \
            person_id {id} NOT NULL REFERENCES people(id), organization_id {id} NOT NULL, PRIMARY KEY (request_id, person_id))";
        connection.execute_unprepared(&table.replace("{id}", id)).await?;
        Ok(())
    }
}
