//! A person's own requests by what changed last: the catalog shows the newest few beside the services.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "CREATE INDEX requests_mine_changed ON requests (organization_id, requester_id, closed, updated_at, id)";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }
}
