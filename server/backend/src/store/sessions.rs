//! Sessions of the web server. What is in them is the server's; here they are text with an owner, a beginning, a place and an end.

use super::{Store, StoreHandle, Tx, members, micros, time};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::PersonId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    id: String,
    person_id: Option<Uuid>,
    data: String,
    expires_at: i64,
    started_at: i64,
    seen_at: i64,
    address: String,
    user_agent: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A use of a session is noted once in this time, not with each look at a page.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(10);

/// A session that begins.
pub struct NewSession<'a> {
    pub id: &'a str,
    /// Whose it is; nobody's before somebody signed in.
    pub person: Option<PersonId>,
    /// What the server keeps in it.
    pub data: &'a str,
    pub started: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    /// From where, as limits name a place.
    pub address: &'a str,
    /// What the browser says it is.
    pub user_agent: &'a str,
}

/// A session of a person, as they tell theirs apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSession {
    /// By which it can be ended; it opens nothing.
    pub id: String,
    pub started: DateTime<Utc>,
    /// Used last at this time, or up to ten minutes later.
    pub seen: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    pub address: String,
    pub user_agent: String,
}

/// What a session keeps, and whether its use should be noted again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedSession {
    pub data: String,
    pub expires: DateTime<Utc>,
    pub is_seen_long_ago: bool,
}

/// Writes a session that begins.
///
/// # Errors
/// When the database does not take it.
pub async fn create(store: &Store, session: NewSession<'_>) -> Result<()> {
    let row = Model {
        id: session.id.to_owned(),
        person_id: session.person.map(|person| person.0),
        data: session.data.to_owned(),
        expires_at: micros(session.expires),
        started_at: micros(session.started),
        seen_at: micros(session.started),
        address: session.address.to_owned(),
        user_agent: session.user_agent.to_owned(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(store.platform_writer().connection()).await?;
    Ok(())
}

/// Changes what a session keeps. One that was ended meanwhile stays ended, and every one ends when it was to.
///
/// # Errors
/// When the database does not take it.
pub async fn save(store: &Store, id: &str, person: Option<PersonId>, data: &str) -> Result<()> {
    let update = Entity::update_many()
        .col_expr(Column::PersonId, Expr::value(person.map(|person| person.0)))
        .col_expr(Column::Data, Expr::value(data))
        .filter(Column::Id.eq(id));
    update.exec(store.platform_writer().connection()).await?;
    Ok(())
}

/// What was saved under this id, unless it has ended.
///
/// # Errors
/// When the database does not answer.
pub async fn load(store: &Store, id: &str, now: DateTime<Utc>) -> Result<Option<LoadedSession>> {
    let row = Entity::find_by_id(id.to_owned())
        .filter(Column::ExpiresAt.gt(micros(now)))
        .select_only()
        .columns([Column::Data, Column::ExpiresAt, Column::SeenAt])
        .into_tuple::<(String, i64, i64)>()
        .one(store.platform().connection())
        .await?;
    Ok(row.map(|(data, expires, seen)| LoadedSession { data, expires: time(expires), is_seen_long_ago: seen <= micros(now - SEEN_EVERY) }))
}

/// Notes that a session is used now, unless that was noted a moment ago.
///
/// # Errors
/// When the database does not take it.
pub async fn note_seen(store: &Store, id: &str, now: DateTime<Utc>) -> Result<()> {
    let update = Entity::update_many()
        .col_expr(Column::SeenAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(id))
        .filter(Column::SeenAt.lte(micros(now - SEEN_EVERY)));
    update.exec(store.platform_writer().connection()).await?;
    Ok(())
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

/// The sessions of a person that have not ended by their time, the one used last first; `most` at most.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn of_person(store: &Store, person: PersonId, now: DateTime<Utc>, most: u64) -> Result<Vec<PersonSession>> {
    let rows = Entity::find()
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::ExpiresAt.gt(micros(now)))
        .order_by_desc(Column::SeenAt)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(store.platform().connection())
        .await?;
    let session = |row: Model| PersonSession {
        id: row.id,
        started: time(row.started_at),
        seen: time(row.seen_at),
        expires: time(row.expires_at),
        address: row.address,
        user_agent: row.user_agent,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// When these people used a session last, as far as theirs have not ended.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn last_seen(store: &Store, people: &[PersonId]) -> Result<BTreeMap<PersonId, DateTime<Utc>>> {
    let rows: Vec<(Option<Uuid>, i64)> = Entity::find()
        .filter(Column::PersonId.is_in(people.iter().map(|person| person.0)))
        .select_only()
        .column(Column::PersonId)
        .column_as(Column::SeenAt.max(), "seen")
        .group_by(Column::PersonId)
        .into_tuple()
        .all(store.platform().connection())
        .await?;
    Ok(rows.into_iter().filter_map(|(person, seen)| Some((PersonId(person?), time(seen)))).collect())
}

/// Ends one session of a person; false when they have none with this id.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn delete_one_of_person(store: &Store, person: PersonId, id: &str) -> Result<bool> {
    let delete = Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::PersonId.eq(person.0));
    Ok(delete.exec(store.platform_writer().connection()).await?.rows_affected > 0)
}

/// Ends every session of a person; says how many.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_of_person(store: &Store, person: PersonId) -> Result<u64> {
    let done = Entity::delete_many().filter(Column::PersonId.eq(person.0)).exec(store.platform_writer().connection()).await?;
    Ok(done.rows_affected)
}

/// Ends the sessions of members of the transaction's organization that nobody has used since a moment; says how many.
pub(crate) async fn delete_unused(tx: &Tx<'_>, moment: DateTime<Utc>) -> Result<u64> {
    let members = Query::select()
        .column(members::Column::PersonId)
        .from(members::Entity)
        .and_where(members::Column::OrganizationId.eq(tx.organization()))
        .to_owned();
    let delete = Entity::delete_many().filter(Column::SeenAt.lt(micros(moment))).filter(Column::PersonId.in_subquery(members));
    Ok(delete.exec(tx.connection()).await?.rows_affected)
}
