//! Attempts: each try of a delivery, kept with what was sent and what came back.

use super::{PlatformWriter, StoreHandle, Tx, deliveries, micros, time};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::DeliveryId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub delivery_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub organization_id: Uuid,
    pub at: i64,
    pub milliseconds: i32,
    pub code: Option<i32>,
    pub error: String,
    pub request: String,
    pub response: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// One try, to be kept.
pub(crate) struct NewAttempt {
    pub at: DateTime<Utc>,
    pub milliseconds: u64,
    pub code: Option<u16>,
    /// Empty on success.
    pub error: String,
    pub request: String,
    pub response: String,
}

/// One try, as listed.
pub(crate) struct ListedAttempt {
    pub delivery: DeliveryId,
    pub number: u32,
    pub at: DateTime<Utc>,
    pub milliseconds: u32,
    pub code: Option<u16>,
    pub error: String,
}

/// A text that both databases store: PostgreSQL takes no NUL characters.
pub(super) fn plain(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Keeps tries, each of another delivery, numbered after those before it (also those before a replay).
pub(crate) async fn insert(tx: &Tx<'_>, tries: Vec<(DeliveryId, NewAttempt)>) -> Result<()> {
    if tries.is_empty() {
        return Ok(());
    }
    let before: Vec<(Uuid, i32)> = Entity::find()
        .select_only()
        .column(Column::DeliveryId)
        .column_as(Column::Number.max(), "last")
        .filter(Column::DeliveryId.is_in(tries.iter().map(|(id, _)| id.0)))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .group_by(Column::DeliveryId)
        .into_tuple()
        .all(tx.connection())
        .await?;
    let before: BTreeMap<Uuid, i32> = before.into_iter().collect();
    let rows = tries.into_iter().map(|(id, attempt)| {
        Model {
            delivery_id: id.0,
            number: before.get(&id.0).copied().unwrap_or_default().saturating_add(1),
            organization_id: tx.organization(),
            at: micros(attempt.at),
            milliseconds: attempt.milliseconds.try_into().unwrap_or(i32::MAX),
            code: attempt.code.map(i32::from),
            error: plain(attempt.error),
            request: plain(attempt.request),
            response: plain(attempt.response),
        }
        .into_active_model()
    });
    Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The tries of these deliveries, oldest first, without what was sent and received.
pub(crate) async fn of(handle: &impl StoreHandle, deliveries: &[DeliveryId]) -> Result<Vec<ListedAttempt>> {
    if deliveries.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Uuid, i32, i64, i32, Option<i32>, String)> = Entity::find()
        .select_only()
        .columns([Column::DeliveryId, Column::Number, Column::At, Column::Milliseconds, Column::Code, Column::Error])
        .filter(Column::DeliveryId.is_in(deliveries.iter().map(|id| id.0)))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .order_by_asc(Column::Number)
        .into_tuple()
        .all(handle.connection())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(delivery, number, at, milliseconds, code, error)| ListedAttempt {
            delivery: DeliveryId(delivery),
            number: number.try_into().unwrap_or_default(),
            at: time(at),
            milliseconds: milliseconds.try_into().unwrap_or_default(),
            code: code.and_then(|code| code.try_into().ok()),
            error,
        })
        .collect())
}

/// The tries of one delivery whole, oldest first, with their numbers.
pub(crate) async fn whole(handle: &impl StoreHandle, delivery: DeliveryId) -> Result<Vec<(u32, NewAttempt)>> {
    let rows = Entity::find()
        .filter(Column::DeliveryId.eq(delivery.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .order_by_asc(Column::Number)
        .all(handle.connection())
        .await?;
    let attempt = |row: Model| {
        let attempt = NewAttempt {
            at: time(row.at),
            milliseconds: row.milliseconds.try_into().unwrap_or_default(),
            code: row.code.and_then(|code| code.try_into().ok()),
            error: row.error,
            request: row.request,
            response: row.response,
        };
        (row.number.try_into().unwrap_or_default(), attempt)
    };
    Ok(rows.into_iter().map(attempt).collect())
}

/// Tries of an hour at one destination: all of them, and those that were taken.
pub(crate) type HourCounts = (u32, u32);

/// Tries by destination and hour (hours since 1970), from `since` on.
pub(crate) async fn by_hour(handle: &impl StoreHandle, since: DateTime<Utc>) -> Result<BTreeMap<(String, i64), HourCounts>> {
    const HOUR: i64 = 3_600_000_000;
    let hour = || Expr::col((Entity, Column::At)).div(HOUR);
    let mut query = Query::select();
    query
        .column((deliveries::Entity, deliveries::Column::Connector))
        .expr_as(hour(), Alias::new("hour"))
        .expr_as(Expr::col((Entity, Column::Error)).eq(""), Alias::new("taken"))
        .expr_as(Expr::col((Entity, Column::Number)).count(), Alias::new("tries"))
        .from(Entity)
        .inner_join(deliveries::Entity, Expr::col((deliveries::Entity, deliveries::Column::Id)).equals((Entity, Column::DeliveryId)))
        .and_where(Expr::col((Entity, Column::At)).gte(micros(since)))
        .and_where(Expr::col((Entity, Column::OrganizationId)).eq(handle.organization()))
        .add_group_by([
            Expr::col((deliveries::Entity, deliveries::Column::Connector)),
            Expr::col(Alias::new("hour")),
            Expr::col(Alias::new("taken")),
        ]);
    let mut hours: BTreeMap<(String, i64), HourCounts> = BTreeMap::new();
    for row in handle.connection().query_all(&query).await? {
        let (connector, hour, taken, tries): (String, i64, bool, i64) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?, row.try_get_by_index(3)?);
        let tries = u32::try_from(tries).unwrap_or(u32::MAX);
        let counted = hours.entry((connector, hour)).or_default();
        counted.0 = counted.0.saturating_add(tries);
        counted.1 = counted.1.saturating_add(if taken { tries } else { 0 });
    }
    Ok(hours)
}

/// Forgets tries before `at` of deliveries that have ended.
pub(crate) async fn forget_before(platform: &PlatformWriter, at: DateTime<Utc>) -> Result<u64> {
    let of = |column: deliveries::Column| Expr::col((deliveries::Entity, column));
    // Asked for each old attempt: the deliveries that have not ended are few, all of them are many.
    let going_on = Query::select()
        .expr(Expr::val(1))
        .from(deliveries::Entity)
        .and_where(of(deliveries::Column::Id).equals((Entity, Column::DeliveryId)))
        .and_where(of(deliveries::Column::DeliveredAt).is_null())
        .and_where(of(deliveries::Column::FailedAt).is_null())
        .to_owned();
    let done =
        Entity::delete_many().filter(Column::At.lt(micros(at))).filter(Expr::exists(going_on).not()).exec(platform.connection()).await?;
    Ok(done.rows_affected)
}
