//! Effects that wait, found by their request: which one comes first is asked for each that is relayed. An index by their time alone made
//! that a look at everything that waits.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "CREATE INDEX effects_of_request ON effects (request_id) WHERE relayed_at IS NULL";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }
}
