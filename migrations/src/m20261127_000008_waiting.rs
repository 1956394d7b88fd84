//! What waits, as the console lists it, told apart from what is due: the worker asks for what is due in order, and where nothing waited
//! PostgreSQL took either index for it. With the wrong one it looks at everything that waits, however little it
//! takes. Nothing but the console says it in these words (`store/console.rs`).

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 2] = [
    "DROP INDEX deliveries_waiting",
    "CREATE INDEX deliveries_waiting ON deliveries (organization_id, created_at, id) WHERE COALESCE(failed_at, delivered_at) IS NULL",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if connection.get_database_backend() == DatabaseBackend::Postgres {
            // An index of a large table may take longer than what serves requests.
            connection.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
        }
        for statement in STATEMENTS {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
