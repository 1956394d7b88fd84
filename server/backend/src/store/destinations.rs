//! How each destination has been lately: what the breaker knows, and whether an administrator holds it back. No row is a healthy one.

use super::engine::{CountQuery, is_over};
use super::{PlatformReader, PlatformWriter, StoreHandle, Tx, micros, time};
use crate::error::Result;
use chrono::{DateTime, Duration, Utc};
use domain::connectors::breaker::{DestinationHealth, LONGEST_PAUSE};
use domain::id::OrganizationId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "destinations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connector: String,
    pub failures: i32,
    pub failing_since: Option<i64>,
    pub paused_until: Option<i64>,
    pub paused_at: Option<i64>,
    pub pauses: i32,
    pub refuses_us: bool,
    pub error: String,
    pub held_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn health(row: Model) -> DestinationHealth {
    DestinationHealth {
        failures: row.failures.try_into().unwrap_or_default(),
        failing_since: row.failing_since.map(time),
        paused_until: row.paused_until.map(time),
        paused_at: row.paused_at.map(time),
        pauses: row.pauses.try_into().unwrap_or_default(),
        refuses_us: row.refuses_us,
        error: row.error,
        held_at: row.held_at.map(time),
    }
}

fn model(handle: &impl StoreHandle, connector: &str, health: &DestinationHealth) -> Model {
    Model {
        organization_id: handle.organization(),
        connector: connector.to_owned(),
        failures: health.failures.try_into().unwrap_or(i32::MAX),
        failing_since: health.failing_since.map(micros),
        paused_until: health.paused_until.map(micros),
        paused_at: health.paused_at.map(micros),
        pauses: health.pauses.try_into().unwrap_or(i32::MAX),
        refuses_us: health.refuses_us,
        error: health.error.clone(),
        held_at: health.held_at.map(micros),
    }
}

/// How one destination is.
pub(crate) async fn of(handle: &impl StoreHandle, connector: &str) -> Result<DestinationHealth> {
    let row = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Connector.eq(connector))
        .one(handle.connection())
        .await?;
    Ok(row.map(health).unwrap_or_default())
}

/// How one destination is, for a change in this transaction: others that want to change it wait until it ends.
pub(crate) async fn lock(tx: &Tx<'_>, connector: &str) -> Result<DestinationHealth> {
    let row = model(tx, connector, &DestinationHealth::default()).into_active_model();
    Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned()).exec_without_returning(tx.connection()).await?;
    let row = Entity::find()
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::Connector.eq(connector))
        .lock_exclusive()
        .one(tx.connection())
        .await?;
    Ok(row.map(health).unwrap_or_default())
}

/// Every destination that something is known of, by connector.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<(String, DestinationHealth)>> {
    let rows = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .order_by_asc(Column::Connector)
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.connector.clone(), health(row))).collect())
}

/// Notes how a destination is.
pub(crate) async fn save(tx: &Tx<'_>, connector: &str, health: &DestinationHealth) -> Result<()> {
    let row = model(tx, connector, health);
    let changed = [
        Column::Failures,
        Column::FailingSince,
        Column::PausedUntil,
        Column::PausedAt,
        Column::Pauses,
        Column::RefusesUs,
        Column::Error,
        Column::HeldAt,
    ];
    let conflict = OnConflict::columns([Column::OrganizationId, Column::Connector]).update_columns(changed).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}

fn pause_is_over(now: DateTime<Utc>) -> Condition {
    is_over(Expr::col((Entity, Column::PausedUntil)), now, Duration::minutes(LONGEST_PAUSE))
}

/// Whether a destination is paused now.
pub(super) fn is_paused(now: DateTime<Utc>) -> Condition {
    Condition::all().add(Expr::col((Entity, Column::PausedUntil)).is_not_null()).add(pause_is_over(now).not())
}

/// Claims the probe of a destination whose pause is over: nobody else gets it for `length`. False when somebody was faster.
pub(crate) async fn probe(
    platform: &PlatformWriter,
    organization: OrganizationId,
    connector: &str,
    now: DateTime<Utc>,
    length: Duration,
) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::PausedUntil, Expr::value(micros(now + length)))
        .filter(Column::OrganizationId.eq(organization.0))
        .filter(Column::Connector.eq(connector))
        .filter(pause_is_over(now))
        .exec(platform.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// The destinations, of any organization, that are paused with their pause over: each is owed a probe.
pub(crate) async fn to_probe(platform: &PlatformReader, now: DateTime<Utc>) -> Result<Vec<(OrganizationId, String)>> {
    let rows = Entity::find().filter(pause_is_over(now)).all(platform.connection()).await?;
    Ok(rows.into_iter().map(|row| (OrganizationId(row.organization_id), row.connector)).collect())
}

/// Forgets how destinations have been, unless they are held.
pub(crate) async fn clear(platform: &PlatformWriter) -> Result<()> {
    Entity::delete_many().filter(Column::HeldAt.is_null()).exec(platform.connection()).await?;
    Ok(())
}

/// How many destinations are paused.
pub(crate) fn paused(handle: &impl StoreHandle) -> CountQuery {
    let paused = Entity::find().filter(Column::OrganizationId.eq(handle.organization())).filter(Column::PausedUntil.is_not_null());
    CountQuery::of(paused.select_only().column(Column::OrganizationId).into_query())
}
