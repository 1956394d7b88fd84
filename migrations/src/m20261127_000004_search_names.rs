//! Names to search by, folded again: the folding knows all of Unicode now, and knew the letters of some languages before.
//!
//! Doing it again changes nothing; a row is written only where its name folds to something else.

use domain::people::search_name;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, Statement};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = connection.get_database_backend();
        let find = "SELECT DISTINCT people.id, people.name, people.email, members.search_name FROM people \
                    JOIN members ON members.person_id = people.id";
        for row in connection.query_all_raw(Statement::from_string(backend, find)).await? {
            let id: uuid::Uuid = row.try_get("", "id")?;
            let (name, email, before): (String, String, String) =
                (row.try_get("", "name")?, row.try_get("", "email")?, row.try_get("", "search_name")?);
            let folded = search_name(&name, &email);
            if folded != before {
                let change =
                    Query::update().table("members").value("search_name", folded).and_where(Expr::col("person_id").eq(id)).to_owned();
                connection.execute(&change).await?;
            }
        }
        Ok(())
    }
}
