//! The audit log's entries: added, never changed. What changed about a person stands in a table of its own, which forgets.

use super::engine::CountQuery;
use super::{PageCursor, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditThing, AuditWay};
use domain::id::{AuditEntryId, PersonId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, LikeExpr, Query};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub at: i64,
    pub actor_id: Option<Uuid>,
    pub way: String,
    pub address: String,
    pub device: String,
    pub kind: String,
    pub thing: String,
    pub thing_id: String,
    pub thing_name: String,
    /// The person it is about.
    pub about_id: Option<Uuid>,
    /// What changed, as JSON; empty where it is about a person.
    pub changes: String,
    pub reason: String,
    /// What is searched, folded.
    pub search: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What changed about people.
mod personal {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_personal_values")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: Uuid,
        pub organization_id: Uuid,
        pub person_id: Uuid,
        pub changes: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Entries in one insert: SQLite and PostgreSQL both count bound values.
const ROWS: usize = 200;
/// The latest entries among which those who made them are looked for.
const LATEST: u64 = 5_000;

/// An entry as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct AuditEntry {
    pub id: AuditEntryId,
    pub at: DateTime<Utc>,
    pub actor: Option<PersonId>,
    /// Names of kinds, things and ways that this server does not know are a newer one's.
    pub way: String,
    pub address: String,
    pub device: String,
    pub kind: String,
    pub thing: String,
    pub thing_id: String,
    pub thing_name: String,
    pub about: Option<PersonId>,
    pub changes: ValueChanges,
    pub reason: String,
    pub search: String,
}

/// Which entries to look for.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuditQuestion {
    pub since: Option<DateTime<Utc>>,
    pub actor: Option<PersonId>,
    pub thing: Option<AuditThing>,
    pub thing_id: String,
    pub way: Option<AuditWay>,
    /// Words each of which has to stand somewhere in what is searched.
    pub words: Vec<String>,
    /// People whose entries fit whatever the words are: those who made them, and those they are about.
    pub people: Vec<PersonId>,
}

fn entry(row: Model) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: AuditEntryId(row.id),
        at: time(row.at),
        actor: row.actor_id.map(PersonId),
        way: row.way,
        address: row.address,
        device: row.device,
        kind: row.kind,
        thing: row.thing,
        thing_id: row.thing_id,
        thing_name: row.thing_name,
        about: row.about_id.map(PersonId),
        changes: if row.changes.is_empty() { ValueChanges::default() } else { from_json(&row.changes)? },
        reason: row.reason,
        search: row.search,
    })
}

/// Adds entries.
pub(crate) async fn insert(tx: &Tx<'_>, entries: Vec<AuditEntry>) -> Result<()> {
    let (mut rows, mut values) = (Vec::with_capacity(entries.len()), Vec::new());
    for one in entries {
        let changes = if one.changes.is_empty() { String::new() } else { to_json(&one.changes)? };
        if let Some(person) = one.about.filter(|_| !changes.is_empty()) {
            let organization_id = tx.organization();
            let changes = changes.clone();
            values.push(personal::Model { entry_id: one.id.0, organization_id, person_id: person.0, changes }.into_active_model());
        }
        rows.push(
            Model {
                id: one.id.0,
                organization_id: tx.organization(),
                at: micros(one.at),
                actor_id: one.actor.map(|person| person.0),
                way: one.way,
                address: one.address,
                device: one.device,
                kind: one.kind,
                thing: one.thing,
                thing_id: one.thing_id,
                thing_name: one.thing_name,
                about_id: one.about.map(|person| person.0),
                changes: if one.about.is_some() { String::new() } else { changes },
                reason: one.reason,
                search: one.search,
            }
            .into_active_model(),
        );
    }
    for some in rows.chunks(ROWS) {
        Entity::insert_many(some.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    for some in values.chunks(ROWS) {
        personal::Entity::insert_many(some.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

fn asked(handle: &impl StoreHandle, question: &AuditQuestion) -> Condition {
    let people = question.people.iter().map(|person| person.0);
    let holds = |word: &String| Column::Search.like(LikeExpr::new(format!("%{}%", super::members::escaped(word))).escape('\\'));
    let found = question.words.iter().map(holds).fold(Condition::all(), Condition::add);
    let found = match question.people.is_empty() {
        true => found,
        false => Condition::any().add(found).add(Column::ActorId.is_in(people.clone())).add(Column::AboutId.is_in(people)),
    };
    Condition::all()
        .add(Column::OrganizationId.eq(handle.organization()))
        .add_option(question.since.map(|since| Column::At.gte(micros(since))))
        .add_option(question.actor.map(|actor| Column::ActorId.eq(actor.0)))
        .add_option(question.thing.map(|thing| Column::Thing.eq(thing.name())))
        .add_option((!question.thing_id.is_empty()).then(|| Column::ThingId.eq(question.thing_id.as_str())))
        .add_option(question.way.map(|way| Column::Way.eq(way.name())))
        .add_option((!question.words.is_empty()).then_some(found))
}

/// The next entries, the newest first.
pub(crate) async fn page(
    handle: &impl StoreHandle,
    question: &AuditQuestion,
    after: Option<PageCursor>,
    limit: u64,
) -> Result<Vec<AuditEntry>> {
    let mut query = Entity::find().filter(asked(handle, question));
    if let Some(cursor) = after {
        query = query.filter(cursor.rows_before(Column::At, Column::Id));
    }
    let rows = query.order_by_desc(Column::At).order_by_desc(Column::Id).limit(limit).all(handle.connection()).await?;
    rows.into_iter().map(entry).collect()
}

/// How many there are, counted no further than `most`.
pub(crate) fn count(handle: &impl StoreHandle, question: &AuditQuestion, most: u64) -> CountQuery {
    let mut found = Query::select();
    found.column(Column::Id).from(Entity).cond_where(asked(handle, question)).limit(most);
    CountQuery::of(found)
}

/// One entry.
pub(crate) async fn find(handle: &impl StoreHandle, id: AuditEntryId) -> Result<Option<AuditEntry>> {
    let query = Entity::find().filter(Column::OrganizationId.eq(handle.organization())).filter(Column::Id.eq(id.0));
    query.one(handle.connection()).await?.map(entry).transpose()
}

/// What changed about the people whom these entries are about, as far as it is not forgotten.
pub(crate) async fn personal_values(handle: &impl StoreHandle, ids: &[AuditEntryId]) -> Result<BTreeMap<AuditEntryId, ValueChanges>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = personal::Entity::find()
        .filter(personal::Column::OrganizationId.eq(handle.organization()))
        .filter(personal::Column::EntryId.is_in(ids.iter().map(|id| id.0)))
        .all(handle.connection())
        .await?;
    rows.into_iter().map(|row| Ok((AuditEntryId(row.entry_id), from_json(&row.changes)?))).collect()
}

/// Who made the latest entries.
pub(crate) async fn latest_actors(handle: &impl StoreHandle) -> Result<Vec<PersonId>> {
    let mut latest = Query::select();
    latest.column(Column::ActorId).from(Entity).and_where(Column::OrganizationId.eq(handle.organization()));
    latest.order_by(Column::At, sea_orm::Order::Desc).limit(LATEST);
    let mut actors = Query::select();
    let found = sea_orm::sea_query::Alias::new("found");
    actors
        .distinct()
        .column(Column::ActorId)
        .from_subquery(latest, found)
        .and_where(sea_orm::sea_query::Expr::col(Column::ActorId).is_not_null());
    let rows = handle.connection().query_all(&actors).await?;
    rows.into_iter().map(|row| Ok(PersonId(row.try_get_by_index(0)?))).collect()
}
