//! Delegations: who decides in whose place, from when until when. A row is never removed: ended, it is the record of who could decide.

use super::members::facts;
use super::{StoreHandle, Tx, from_json, groups, members, micros, people, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Duration, Utc};
use domain::approvals::delegation::{Delegation, DeputyRight};
use domain::id::{DelegationId, GroupId, ItemId, PersonId};
use domain::people::{GroupRef, Membership, PersonRef};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{Condition, FromQueryResult, IntoActiveModel, JoinType, QueryOrder, QuerySelect, RelationDef};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "delegations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    /// Who is away.
    pub from_id: Uuid,
    /// The deputy.
    pub to_id: Uuid,
    pub starts_at: i64,
    /// The first moment it is over.
    pub ends_at: i64,
    /// A JSON list of item ids; for all items when empty.
    pub items: String,
    pub created_at: i64,
    pub revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How long after its end a delegation is still told to the deputy's rules: they say why somebody may decide no more.
const LATELY: Duration = Duration::days(30);

/// Which end of a delegation a person is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DelegationEnd {
    /// They are away.
    From,
    /// They are the deputy.
    To,
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Whether a member was ever made a deputy, as a part of another query: for most people it is the last that is asked about delegations.
pub(super) fn exists_for(handle: &impl StoreHandle, person: PersonId) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Column::OrganizationId.eq(handle.organization()))
        .and_where(Column::ToId.eq(person.0))
        .to_owned()
}

/// A delegation to somebody, and the absent person in one of their groups, or in none.
#[derive(FromQueryResult)]
struct LentRow {
    id: Uuid,
    from_id: Uuid,
    starts_at: i64,
    ends_at: i64,
    items: String,
    revoked_at: Option<i64>,
    name: String,
    title: String,
    roles: String,
    group_id: Option<Uuid>,
    group_key: Option<String>,
    group_name: Option<String>,
    group_roles: Option<String>,
}

/// What a person may decide as a deputy: delegations in effect and those that ended lately, with what the absent people are now, in one query. Whoever
/// left or may not sign in has no deputy.
pub(crate) async fn deputy_rights_of(handle: &impl StoreHandle, person: PersonId, now: DateTime<Utc>) -> Result<Vec<DeputyRight>> {
    let lately = micros(now - LATELY);
    let to_member: RelationDef = Entity::belongs_to(members::Entity)
        .from((Column::OrganizationId, Column::FromId))
        .to((members::Column::OrganizationId, members::Column::PersonId))
        .into();
    let rows: Vec<LentRow> = of_organization(handle)
        .filter(Column::ToId.eq(person.0))
        .filter(Column::StartsAt.lte(micros(now)))
        .filter(Column::EndsAt.gt(lately))
        .filter(Condition::any().add(Column::RevokedAt.is_null()).add(Column::RevokedAt.gt(lately)))
        .join(JoinType::InnerJoin, to_member)
        .join(JoinType::InnerJoin, members::to_person())
        .filter(members::is_present())
        .join(JoinType::LeftJoin, facts::in_groups())
        .join(JoinType::LeftJoin, groups::membership::to_group())
        .select_only()
        .columns([Column::Id, Column::FromId, Column::StartsAt, Column::EndsAt, Column::Items, Column::RevokedAt])
        .column(people::Column::Name)
        .columns([members::Column::Title, members::Column::Roles])
        .column_as(groups::Column::Id, "group_id")
        .column_as(groups::Column::Key, "group_key")
        .column_as(groups::Column::Name, "group_name")
        .column_as(groups::membership::Column::Roles, "group_roles")
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .order_by_asc(groups::Column::Key)
        .into_model()
        .all(handle.connection())
        .await?;
    let mut found: Vec<(Uuid, DeputyRight)> = Vec::new();
    for row in rows {
        if found.last().is_none_or(|(id, _)| *id != row.id) {
            let absent = PersonRef { id: PersonId(row.from_id), name: row.name, title: row.title };
            let delegation = Delegation {
                id: DelegationId(row.id),
                from: absent,
                // Not asked for here: the deputy is the one whose facts these are.
                to: PersonRef { id: person, name: String::new(), title: String::new() },
                starts_at: time(row.starts_at),
                ends_at: time(row.ends_at),
                items: from_json(&row.items)?,
                revoked_at: row.revoked_at.map(time),
            };
            found.push((row.id, delegation.deputy_right(from_json(&row.roles)?, Vec::new())));
        }
        if let (Some(id), Some(key), Some(name), Some(roles), Some((_, right))) =
            (row.group_id, row.group_key, row.group_name, row.group_roles, found.last_mut())
        {
            right.absent.memberships.push(Membership { group: GroupRef { id: GroupId(id), key, name }, roles: from_json(&roles)? });
        }
    }
    Ok(found.into_iter().map(|(_, right)| right).collect())
}

/// Rows with the people they speak of, in their order; those of people who left are missing.
async fn named(handle: &impl StoreHandle, rows: Vec<Model>) -> Result<Vec<Delegation>> {
    let mut ids: Vec<PersonId> = rows.iter().flat_map(|row| [PersonId(row.from_id), PersonId(row.to_id)]).collect();
    ids.sort_unstable();
    ids.dedup();
    let people: BTreeMap<PersonId, PersonRef> = members::people(handle, &ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if let (Some(from), Some(to)) = (people.get(&PersonId(row.from_id)), people.get(&PersonId(row.to_id))) {
            found.push(Delegation {
                id: DelegationId(row.id),
                from: from.clone(),
                to: to.clone(),
                starts_at: time(row.starts_at),
                ends_at: time(row.ends_at),
                items: from_json(&row.items)?,
                revoked_at: row.revoked_at.map(time),
            });
        }
    }
    Ok(found)
}

/// Grants a person gave or was given, the one that ends last first.
pub(crate) async fn of_person(handle: &impl StoreHandle, person: PersonId, side: DelegationEnd, limit: u64) -> Result<Vec<Delegation>> {
    let column = if side == DelegationEnd::From { Column::FromId } else { Column::ToId };
    let query = of_organization(handle).filter(column.eq(person.0));
    let rows = query.order_by_desc(Column::EndsAt).order_by_desc(Column::Id).limit(limit).all(handle.connection()).await?;
    named(handle, rows).await
}

/// Everybody's delegations that are not over, the one that begins first first.
pub(crate) async fn not_over(handle: &impl StoreHandle, now: DateTime<Utc>, limit: u64) -> Result<Vec<Delegation>> {
    let rows = of_organization(handle)
        .filter(Column::EndsAt.gt(micros(now)))
        .filter(Column::RevokedAt.is_null())
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(handle.connection())
        .await?;
    named(handle, rows).await
}

/// Grants of these people that are in effect, to deputies who can sign in; the one that begins first first.
pub(crate) async fn in_effect(handle: &impl StoreHandle, absent: &[PersonId], now: DateTime<Utc>) -> Result<Vec<Delegation>> {
    if absent.is_empty() {
        return Ok(Vec::new());
    }
    let to_deputy: RelationDef = Entity::belongs_to(members::Entity)
        .from((Column::OrganizationId, Column::ToId))
        .to((members::Column::OrganizationId, members::Column::PersonId))
        .into();
    let rows = of_organization(handle)
        .filter(Column::FromId.is_in(absent.iter().map(|person| person.0)))
        .filter(Column::StartsAt.lte(micros(now)))
        .filter(Column::EndsAt.gt(micros(now)))
        .filter(Column::RevokedAt.is_null())
        .join(JoinType::InnerJoin, to_deputy)
        .join(JoinType::InnerJoin, members::to_person())
        .filter(members::is_present())
        .order_by_asc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .all(handle.connection())
        .await?;
    named(handle, rows).await
}

/// A delegation in effect, as the question who can decide needs it: who is away, the deputy when they can sign in, and for which items.
pub(crate) struct AbsenceRow {
    pub from: PersonId,
    pub to: Option<PersonId>,
    pub items: Vec<ItemId>,
}

/// Every delegation in effect, those to deputies who left too.
pub(crate) async fn absences(handle: &impl StoreHandle, now: DateTime<Utc>) -> Result<Vec<AbsenceRow>> {
    let rows = of_organization(handle)
        .filter(Column::StartsAt.lte(micros(now)))
        .filter(Column::EndsAt.gt(micros(now)))
        .filter(Column::RevokedAt.is_null())
        .all(handle.connection())
        .await?;
    let deputies: Vec<PersonId> = rows.iter().map(|row| PersonId(row.to_id)).collect();
    let there: Vec<PersonId> = members::present_people(handle, &deputies).await?.into_iter().map(|person| person.id).collect();
    let absence = |row: Model| {
        let to = Some(PersonId(row.to_id)).filter(|deputy| there.contains(deputy));
        Ok(AbsenceRow { from: PersonId(row.from_id), to, items: from_json(&row.items)? })
    };
    rows.into_iter().map(absence).collect()
}

/// Ends every delegation of a person, as who is away and as the deputy; answers with the people at the other ends.
pub(crate) async fn end_of_person(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<Vec<PersonId>> {
    let theirs = || {
        Condition::all()
            .add(Column::OrganizationId.eq(tx.organization()))
            .add(Column::EndsAt.gt(micros(now)))
            .add(Column::RevokedAt.is_null())
            .add(Condition::any().add(Column::FromId.eq(person.0)).add(Column::ToId.eq(person.0)))
    };
    let rows = Entity::find().filter(theirs()).all(tx.connection()).await?;
    Entity::update_many().col_expr(Column::RevokedAt, Expr::value(micros(now))).filter(theirs()).exec(tx.connection()).await?;
    let other = |row: Model| if row.from_id == person.0 { PersonId(row.to_id) } else { PersonId(row.from_id) };
    Ok(rows.into_iter().map(other).collect())
}

/// The delegation with this id, locked until the transaction ends.
pub(crate) async fn lock(tx: &Tx<'_>, id: DelegationId) -> Result<Option<Delegation>> {
    let row = of_organization(tx).filter(Column::Id.eq(id.0)).lock_exclusive().one(tx.connection()).await?;
    Ok(named(tx, row.into_iter().collect()).await?.pop())
}

/// A new delegation.
pub(crate) async fn insert(tx: &Tx<'_>, delegation: &Delegation, now: DateTime<Utc>) -> Result<()> {
    let row = Model {
        id: delegation.id.0,
        organization_id: tx.organization(),
        from_id: delegation.from.id.0,
        to_id: delegation.to.id.0,
        starts_at: micros(delegation.starts_at),
        ends_at: micros(delegation.ends_at),
        items: to_json(&delegation.items)?,
        created_at: micros(now),
        revoked_at: delegation.revoked_at.map(micros),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Sets when a delegation ended early, or that it did not. The caller holds the row's lock.
pub(crate) async fn set_revoked(tx: &Tx<'_>, id: DelegationId, at: Option<DateTime<Utc>>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(at.map(micros)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}
