//! Attempts: each try of a delivery, kept with what was sent and what came back.

use super::{Handle, micros, time};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::DeliveryId;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

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
pub(crate) struct Attempt {
    pub at: DateTime<Utc>,
    pub milliseconds: u64,
    pub code: Option<u16>,
    /// Empty on success.
    pub error: String,
    pub request: String,
    pub response: String,
}

/// One try, as listed.
pub(crate) struct Listed {
    pub delivery: DeliveryId,
    pub number: u32,
    pub at: DateTime<Utc>,
    pub milliseconds: u32,
    pub code: Option<u16>,
    pub error: String,
}

/// Keeps a try, numbered after those before it (also those before a replay).
pub(crate) async fn insert(handle: &impl Handle, delivery: DeliveryId, attempt: Attempt) -> Result<()> {
    let before: Option<Option<i32>> = Entity::find()
        .select_only()
        .column_as(Column::Number.max(), "last")
        .filter(Column::DeliveryId.eq(delivery.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .into_tuple()
        .one(handle.connection())
        .await?;
    // PostgreSQL stores no NUL characters in text.
    let plain = |text: String| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
    let row = Model {
        delivery_id: delivery.0,
        number: before.flatten().unwrap_or_default().saturating_add(1),
        organization_id: handle.organization(),
        at: micros(attempt.at),
        milliseconds: attempt.milliseconds.try_into().unwrap_or(i32::MAX),
        code: attempt.code.map(i32::from),
        error: plain(attempt.error),
        request: plain(attempt.request),
        response: plain(attempt.response),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(handle.connection()).await?;
    Ok(())
}

/// The tries of these deliveries, oldest first, without what was sent and received.
pub(crate) async fn of(handle: &impl Handle, deliveries: &[DeliveryId]) -> Result<Vec<Listed>> {
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
        .map(|(delivery, number, at, milliseconds, code, error)| Listed {
            delivery: DeliveryId(delivery),
            number: number.try_into().unwrap_or_default(),
            at: time(at),
            milliseconds: milliseconds.try_into().unwrap_or_default(),
            code: code.and_then(|code| code.try_into().ok()),
            error,
        })
        .collect())
}
