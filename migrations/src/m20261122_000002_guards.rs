//! What is kept is not deleted either: events and requests, in both databases; and of a request everything that was submitted is frozen.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SQLITE: &[&str] = &[
    "CREATE TRIGGER events_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END",
    "CREATE TRIGGER requests_kept BEFORE DELETE ON requests BEGIN SELECT RAISE(ABORT, 'a request is never deleted'); END",
    "CREATE TRIGGER requests_submitted BEFORE UPDATE ON requests WHEN NEW.id IS NOT OLD.id OR NEW.organization_id IS NOT OLD.organization_id \
     OR NEW.item_id IS NOT OLD.item_id OR NEW.requester_id IS NOT OLD.requester_id OR NEW.submitted_at IS NOT OLD.submitted_at \
     BEGIN SELECT RAISE(ABORT, 'what was submitted never changes'); END",
];

// A truncation fires no trigger of rows. The message is that of the first schema.
const POSTGRES: &[&str] = &[
    "CREATE TRIGGER events_kept BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER requests_kept BEFORE DELETE ON requests FOR EACH ROW EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER requests_submitted BEFORE UPDATE ON requests FOR EACH ROW WHEN (NEW.id IS DISTINCT FROM OLD.id OR \
     NEW.organization_id IS DISTINCT FROM OLD.organization_id OR NEW.item_id IS DISTINCT FROM OLD.item_id OR \
     NEW.requester_id IS DISTINCT FROM OLD.requester_id OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at) \
     EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER events_not_emptied BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER requests_not_emptied BEFORE TRUNCATE ON requests FOR EACH STATEMENT EXECUTE FUNCTION docket_frozen()",
    "CREATE TRIGGER form_versions_not_emptied BEFORE TRUNCATE ON form_versions FOR EACH STATEMENT EXECUTE FUNCTION docket_frozen()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let guards = match connection.get_database_backend() {
            DatabaseBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for statement in guards {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
