//! Effects: what must happen outside, written in the transaction that decided it. The relay turns each into deliveries, once.

use super::engine::{ChangeBatch, finds_nothing, update_unlocked};
use super::{PlatformReader, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::effect::Effect;
use domain::id::{EffectId, OrganizationId, RequestId};
use domain::subject::Subject;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "effects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub kind: String,
    pub effect: String,
    pub created_at: i64,
    pub relayed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A recorded effect.
#[derive(Clone, Debug)]
pub(crate) struct RecordedEffect {
    pub effect: Effect,
    pub created_at: DateTime<Utc>,
}

/// An effect that has no deliveries yet.
#[derive(Clone, Debug)]
pub(crate) struct UnrelayedEffect {
    pub id: EffectId,
    pub organization: OrganizationId,
    pub subject: Subject,
    pub created_at: DateTime<Utc>,
    /// Whether it hands a request on, as its kind says.
    pub hands_on: bool,
    /// None when it cannot be read.
    pub effect: Option<Effect>,
}

fn recorded(row: Model) -> Result<RecordedEffect> {
    Ok(RecordedEffect { effect: from_json(&row.effect)?, created_at: time(row.created_at) })
}

/// Records effects, each about its subject.
pub(crate) fn insert(
    batch: &mut ChangeBatch,
    handle: &impl StoreHandle,
    effects: &[(Subject, EffectId, Effect)],
    now: DateTime<Utc>,
) -> Result<()> {
    let mut rows = Vec::with_capacity(effects.len());
    for (subject, id, effect) in effects {
        let row = Model {
            id: id.0,
            organization_id: handle.organization(),
            subject_kind: subject.kind().to_owned(),
            subject_id: subject.id(),
            kind: effect.name().to_owned(),
            effect: to_json(effect)?,
            created_at: micros(now),
            relayed_at: None,
        };
        rows.push(row);
    }
    batch.insert::<Entity>(rows);
    Ok(())
}

/// Records effects that come with nothing else. False when one has the id of another: the use case has to fail or be undone then.
pub(crate) async fn record(tx: &Tx<'_>, effects: &[(Subject, EffectId, Effect)], now: DateTime<Utc>) -> Result<bool> {
    let mut batch = ChangeBatch::default();
    insert(&mut batch, tx, effects, now)?;
    tx.write(batch).await
}

/// Effects of every organization that have no deliveries yet, oldest first.
pub(crate) async fn unrelayed(platform: &PlatformReader, limit: u64) -> Result<Vec<UnrelayedEffect>> {
    let rows = Entity::find()
        .filter(Column::RelayedAt.is_null())
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(platform.connection())
        .await?;
    let unrelayed = |row: Model| UnrelayedEffect {
        id: EffectId(row.id),
        organization: OrganizationId(row.organization_id),
        subject: Subject::from_parts(&row.subject_kind, row.subject_id),
        created_at: time(row.created_at),
        hands_on: row.kind == Effect::DISPATCHED,
        effect: from_json(&row.effect).ok(),
    };
    Ok(rows.into_iter().map(unrelayed).collect())
}

/// Claims effects for the relay's transaction, and says which: not those that another worker has, nor those with an earlier one of their
/// subject that is still to be relayed.
pub(crate) async fn relay(tx: &Tx<'_>, ids: &[EffectId], now: DateTime<Utc>) -> Result<BTreeSet<EffectId>> {
    let found = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .and_where(Column::OrganizationId.eq(tx.organization()))
        .and_where(Column::RelayedAt.is_null())
        .and_where(first_of_its_subject())
        .to_owned();
    let mut claim = Query::update();
    claim.table(Entity).value(Column::RelayedAt, micros(now)).returning_col(Column::Id);
    let rows = tx.connection().query_all(&update_unlocked(claim, (Entity, Column::Id), found)).await?;
    rows.iter().map(|row| Ok(EffectId(row.try_get_by_index(0)?))).collect()
}

/// No effect of the same subject that is older has still to be relayed. A person can be one in several organizations.
fn first_of_its_subject() -> SimpleExpr {
    let older = Alias::new("older");
    let of = |column: Column| Expr::col((older.clone(), column));
    let same_moment = Condition::all()
        .add(of(Column::CreatedAt).equals((Entity, Column::CreatedAt)))
        .add(of(Column::Id).lt(Expr::col((Entity, Column::Id))));
    let query = Query::select()
        .from_as(Entity, older.clone())
        .and_where(of(Column::SubjectId).equals((Entity, Column::SubjectId)))
        .and_where(of(Column::OrganizationId).equals((Entity, Column::OrganizationId)))
        .and_where(of(Column::RelayedAt).is_null())
        .cond_where(Condition::any().add(of(Column::CreatedAt).lt(Expr::col((Entity, Column::CreatedAt)))).add(same_moment))
        .to_owned();
    finds_nothing(query)
}

/// Those of these requests that are to be handed on and have no deliveries of it yet.
pub(crate) async fn waiting(handle: &impl StoreHandle, requests: &[RequestId]) -> Result<BTreeSet<RequestId>> {
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::SubjectId)
        .filter(Column::SubjectId.is_in(requests.iter().map(|id| id.0)))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Kind.eq(Effect::DISPATCHED))
        .filter(Column::RelayedAt.is_null())
        .into_tuple()
        .all(handle.connection())
        .await?;
    Ok(ids.into_iter().map(RequestId).collect())
}

/// What these effects are, for people; those that cannot be read are left out.
pub(crate) async fn words(handle: &impl StoreHandle, ids: &[EffectId]) -> Result<BTreeMap<EffectId, &'static str>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((EffectId(row.id), from_json::<Effect>(&row.effect).ok()?.words()))).collect())
}

/// These effects; what cannot be read is an error of its own.
pub(crate) async fn these(handle: &impl StoreHandle, ids: &[EffectId]) -> Result<BTreeMap<EffectId, Result<RecordedEffect>>> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (EffectId(row.id), recorded(row))).collect())
}
