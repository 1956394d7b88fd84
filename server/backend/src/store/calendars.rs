//! Business calendars as their organization defines them.

use super::{StoreHandle, Tx, from_json, micros, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::requests::sla::calendar::WorkCalendar;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "calendars")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub definition: String,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The calendar with this key.
pub(crate) async fn by_key(handle: &impl StoreHandle, key: &str) -> Result<Option<WorkCalendar>> {
    let row = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Key.eq(key))
        .one(handle.connection())
        .await?;
    row.map(|row| from_json(&row.definition)).transpose()
}

/// Every calendar, by key.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<WorkCalendar>> {
    let rows =
        Entity::find().filter(Column::OrganizationId.eq(handle.organization())).order_by_asc(Column::Key).all(handle.connection()).await?;
    rows.into_iter().map(|row| from_json(&row.definition)).collect()
}

/// Writes a calendar: a new one, or over the one with its key.
pub(crate) async fn save(tx: &Tx<'_>, calendar: &WorkCalendar, now: DateTime<Utc>) -> Result<()> {
    let row =
        Model { organization_id: tx.organization(), key: calendar.key.clone(), definition: to_json(calendar)?, updated_at: micros(now) };
    let conflict =
        OnConflict::columns([Column::OrganizationId, Column::Key]).update_columns([Column::Definition, Column::UpdatedAt]).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}
