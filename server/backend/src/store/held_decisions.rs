//! Held decisions: what somebody decided, until the time to undo is over; and what became of each.

use super::engine::is_over;
use super::{PlatformReader, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Duration, Utc};
use domain::approvals::bulk::{HELD_SECONDS, HeldDecision, HeldOutcome, HeldView, seconds_left};
use domain::id::{HeldId, OrganizationId, PersonId, RequestId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

/// Decisions of a person that a page is told of: two strokes of the bulk bar at their largest, and what became of those before.
const MOST_TOLD: u64 = 600;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "held_decisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub person_id: Uuid,
    pub request_id: Uuid,
    pub decision: String,
    pub created_at: i64,
    pub due_at: i64,
    pub done_at: Option<i64>,
    pub outcome: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

fn view(row: &Model, now: DateTime<Utc>) -> Result<HeldView> {
    let held: HeldDecision = from_json(&row.decision)?;
    Ok(HeldView {
        id: HeldId(row.id),
        number: held.number,
        verdict: held.verdict,
        due_at: time(row.due_at),
        left: seconds_left(time(row.due_at), now),
        outcome: row.outcome.as_deref().map(from_json).transpose()?,
    })
}

/// Holds a decision until it is due.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    id: HeldId,
    person: PersonId,
    request: RequestId,
    held: &HeldDecision,
    now: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<()> {
    let row = Model {
        id: id.0,
        organization_id: tx.organization(),
        person_id: person.0,
        request_id: request.0,
        decision: to_json(held)?,
        created_at: micros(now),
        due_at: micros(due_at),
        done_at: None,
        outcome: None,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Whether the person holds a decision about this request already.
pub(crate) async fn holds(handle: &impl StoreHandle, person: PersonId, request: RequestId) -> Result<bool> {
    let open = of_organization(handle).filter(Column::PersonId.eq(person.0)).filter(Column::RequestId.eq(request.0));
    Ok(open.filter(Column::DoneAt.is_null()).count(handle.connection()).await? > 0)
}

/// What the person holds, and what became of what was held for as long back as they are told; oldest first.
pub(crate) async fn of_person(handle: &impl StoreHandle, person: PersonId, now: DateTime<Utc>, told: Duration) -> Result<Vec<HeldView>> {
    let rows = of_organization(handle)
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::CreatedAt.gte(micros(now - told)))
        // The newest of them: what is still held must not fall out because many were decided before.
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(MOST_TOLD)
        .all(handle.connection())
        .await?;
    rows.iter().rev().map(|row| view(row, now)).collect()
}

/// Decisions of any organization that are due by now, the longest due first.
pub(crate) async fn due(platform: &PlatformReader, now: DateTime<Utc>, limit: u64) -> Result<Vec<(OrganizationId, HeldId)>> {
    let rows: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::OrganizationId, Column::Id])
        .filter(Column::DoneAt.is_null())
        .filter(is_over(Expr::col(Column::DueAt), now, Duration::seconds(HELD_SECONDS)))
        .order_by_asc(Column::DueAt)
        .limit(limit)
        .into_tuple()
        .all(platform.connection())
        .await?;
    Ok(rows.into_iter().map(|(organization, id)| (OrganizationId(organization), HeldId(id))).collect())
}

/// Takes a held decision, once: None when somebody else took it, it was undone, or it is not of the person who is named.
pub(crate) async fn take(
    tx: &Tx<'_>,
    id: HeldId,
    person: Option<PersonId>,
    now: DateTime<Utc>,
) -> Result<Option<(PersonId, RequestId, HeldDecision)>> {
    if !end(tx, id, person, now).await? {
        return Ok(None);
    }
    let row = of_organization(tx).filter(Column::Id.eq(id.0)).one(tx.connection()).await?;
    row.map(|row| Ok((PersonId(row.person_id), RequestId(row.request_id), from_json(&row.decision)?))).transpose()
}

/// Undoes a person's held decision; false when it was taken already, or is not theirs.
pub(crate) async fn undo(tx: &Tx<'_>, id: HeldId, person: PersonId, now: DateTime<Utc>) -> Result<bool> {
    if !end(tx, id, Some(person), now).await? {
        return Ok(false);
    }
    say(tx, id, &HeldOutcome::Undone).await?;
    Ok(true)
}

/// Ends what is not ended yet: by one statement, so that of two who try one succeeds.
async fn end(tx: &Tx<'_>, id: HeldId, person: Option<PersonId>, now: DateTime<Utc>) -> Result<bool> {
    let mut update = Entity::update_many()
        .col_expr(Column::DoneAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::DoneAt.is_null());
    if let Some(person) = person {
        update = update.filter(Column::PersonId.eq(person.0));
    }
    Ok(update.exec(tx.connection()).await?.rows_affected > 0)
}

/// What became of a person's decision; None while it is held, and when it is not theirs.
pub(crate) async fn outcome(handle: &impl StoreHandle, id: HeldId, person: PersonId) -> Result<Option<HeldOutcome>> {
    let row = of_organization(handle).filter(Column::Id.eq(id.0)).filter(Column::PersonId.eq(person.0)).one(handle.connection()).await?;
    row.and_then(|row| row.outcome).as_deref().map(from_json).transpose()
}

/// Says what became of an ended one.
pub(crate) async fn say(tx: &Tx<'_>, id: HeldId, outcome: &HeldOutcome) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Outcome, Expr::value(to_json(outcome)?))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}
