//! Effects: what must happen outside, written in the transaction that decided it. The relay turns each into deliveries, once.

use super::only::Only;
use super::{Handle, Platform, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::effect::Effect;
use domain::id::{EffectId, OrganizationId, RequestId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "effects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub request_id: Uuid,
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
pub(crate) struct Recorded {
    pub effect: Effect,
    pub created_at: DateTime<Utc>,
}

/// An effect that has no deliveries yet.
#[derive(Clone, Debug)]
pub(crate) struct Unrelayed {
    pub id: EffectId,
    pub organization: OrganizationId,
    pub request: RequestId,
    pub created_at: DateTime<Utc>,
    /// Whether it hands the request on, as its kind says.
    pub hands_on: bool,
    /// None when it cannot be read.
    pub effect: Option<Effect>,
}

fn recorded(row: Model) -> Result<Recorded> {
    Ok(Recorded { effect: from_json(&row.effect)?, created_at: time(row.created_at) })
}

/// Records effects of a request.
pub(crate) async fn insert(handle: &impl Handle, request: RequestId, effects: &[(EffectId, Effect)], now: DateTime<Utc>) -> Result<()> {
    if effects.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(effects.len());
    for (id, effect) in effects {
        let row = Model {
            id: id.0,
            organization_id: handle.organization(),
            request_id: request.0,
            kind: effect.name().to_owned(),
            effect: to_json(effect)?,
            created_at: micros(now),
            relayed_at: None,
        };
        rows.push(row.into_active_model());
    }
    Entity::insert_many(rows).exec_without_returning(handle.connection()).await?;
    Ok(())
}

/// Effects of every organization that have no deliveries yet, oldest first.
pub(crate) async fn unrelayed(platform: &Platform, limit: u64) -> Result<Vec<Unrelayed>> {
    let rows = Entity::find()
        .filter(Column::RelayedAt.is_null())
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(platform.connection())
        .await?;
    let unrelayed = |row: Model| Unrelayed {
        id: EffectId(row.id),
        organization: OrganizationId(row.organization_id),
        request: RequestId(row.request_id),
        created_at: time(row.created_at),
        hands_on: row.kind == Effect::DISPATCHED,
        effect: from_json(&row.effect).ok(),
    };
    Ok(rows.into_iter().map(unrelayed).collect())
}

/// Claims an effect for the relay's transaction. False when another worker was faster, or has an earlier one of the request in its hands.
pub(crate) async fn relay(handle: &impl Handle, id: EffectId, now: DateTime<Utc>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::RelayedAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::RelayedAt.is_null())
        .filter(first_of_its_request())
        .exec(handle.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// No effect of the same request that is older has still to be relayed.
fn first_of_its_request() -> SimpleExpr {
    let older = Alias::new("older");
    let of = |column: Column| Expr::col((older.clone(), column));
    let same_moment = Condition::all()
        .add(of(Column::CreatedAt).equals((Entity, Column::CreatedAt)))
        .add(of(Column::Id).lt(Expr::col((Entity, Column::Id))));
    let query = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, older.clone())
        .and_where(of(Column::RequestId).equals((Entity, Column::RequestId)))
        .and_where(of(Column::RelayedAt).is_null())
        .cond_where(Condition::any().add(of(Column::CreatedAt).lt(Expr::col((Entity, Column::CreatedAt)))).add(same_moment))
        .to_owned();
    Expr::exists(query).not()
}

/// Whether a request is to be handed on and has no deliveries of it yet.
pub(crate) async fn waiting(handle: &impl Handle, request: RequestId) -> Result<bool> {
    let count = Entity::find()
        .filter(Column::RequestId.eq(request.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Kind.eq(Effect::DISPATCHED))
        .filter(Column::RelayedAt.is_null())
        .count(handle.connection())
        .await?;
    Ok(count > 0)
}

/// What these effects are, for people; those that cannot be read are left out.
pub(crate) async fn words(handle: &impl Handle, ids: &[EffectId]) -> Result<BTreeMap<EffectId, &'static str>> {
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

/// One effect.
pub(crate) async fn find(handle: &impl Handle, id: EffectId) -> Result<Option<Recorded>> {
    let row = Entity::find_by_id(id.0).filter(Column::OrganizationId.eq(handle.organization())).only(handle.connection()).await?;
    row.map(recorded).transpose()
}
