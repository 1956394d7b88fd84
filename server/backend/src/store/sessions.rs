//! Sessions of the web server. What is in them is the server's; here they are text with an owner and an end.

use super::{Store, micros};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::PersonId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    person_id: Option<Uuid>,
    data: String,
    expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Writes a session: a new one, or over the one with this id.
///
/// # Errors
/// When the database does not take it.
pub async fn save(store: &Store, id: &str, person: Option<PersonId>, data: &str, expires_at: DateTime<Utc>) -> Result<()> {
    let row = Model { id: id.to_owned(), person_id: person.map(|person| person.0), data: data.to_owned(), expires_at: micros(expires_at) };
    let conflict = OnConflict::column(Column::Id).update_columns([Column::PersonId, Column::Data, Column::ExpiresAt]).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(store.platform_writer().connection()).await?;
    Ok(())
}

/// What was saved under this id, unless it has ended.
///
/// # Errors
/// When the database does not answer.
pub async fn load(store: &Store, id: &str, now: DateTime<Utc>) -> Result<Option<String>> {
    let data = Entity::find_by_id(id.to_owned())
        .filter(Column::ExpiresAt.gt(micros(now)))
        .select_only()
        .column(Column::Data)
        .into_tuple()
        .one(store.platform().connection())
        .await?;
    Ok(data)
}

/// Ends a session.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(store: &Store, id: &str) -> Result<()> {
    Entity::delete_by_id(id.to_owned()).exec(store.platform_writer().connection()).await?;
    Ok(())
}

/// Removes what has ended; says how many.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_expired(store: &Store, now: DateTime<Utc>) -> Result<u64> {
    let done = Entity::delete_many().filter(Column::ExpiresAt.lte(micros(now))).exec(store.platform_writer().connection()).await?;
    Ok(done.rows_affected)
}

/// Ends every session of a person; says how many.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_of_person(store: &Store, person: PersonId) -> Result<u64> {
    let done = Entity::delete_many().filter(Column::PersonId.eq(person.0)).exec(store.platform_writer().connection()).await?;
    Ok(done.rows_affected)
}
