//! What a request is about: a title, frozen at submission, and its words as they are searched.
//!
//! No row is written here. A request of before has no title; until it gets one it is called as its item was, so that no list shows an empty
//! one. The item that was frozen with it has no template either, there were none. So its title is made from its frozen answers by the first
//! template that its item gets, a few requests at a time, beside the work on new ones (`backend/requests/titles.rs`): a table can be large, and
//! what an answer reads like is nothing that SQL knows. The index holds only what still waits for a title, and is empty in the end.
//!
//! A title that is there never changes; the database refuses it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

#[derive(DeriveMigrationName)]
pub struct Migration;

const STATEMENTS: [&str; 3] = [
    "ALTER TABLE requests ADD COLUMN title TEXT",
    "ALTER TABLE requests ADD COLUMN search_title TEXT",
    "CREATE INDEX requests_untitled ON requests (organization_id, item_id, id) WHERE title IS NULL",
];

const SQLITE: &str = "CREATE TRIGGER requests_titled BEFORE UPDATE OF title ON requests \
    WHEN OLD.title IS NOT NULL AND NEW.title IS NOT OLD.title \
    BEGIN SELECT RAISE(ABORT, 'what was submitted never changes'); END";
const POSTGRES: &str = "CREATE TRIGGER requests_titled BEFORE UPDATE OF title ON requests FOR EACH ROW \
    WHEN (OLD.title IS NOT NULL AND NEW.title IS DISTINCT FROM OLD.title) EXECUTE FUNCTION docket_frozen()";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let guard = match connection.get_database_backend() {
            DatabaseBackend::Postgres => {
                // An index of a large table may take longer than what serves requests.
                connection.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
                POSTGRES
            }
            _ => SQLITE,
        };
        for statement in STATEMENTS {
            connection.execute_unprepared(statement).await?;
        }
        connection.execute_unprepared(guard).await?;
        Ok(())
    }
}
