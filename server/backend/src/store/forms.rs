//! Forms as authored, with their variants. What was submitted is kept apart (`form_versions`).

use super::{StoreHandle, Tx, from_json, micros, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::forms::Form;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "forms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub key: String,
    pub definition: String,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Every form with its row's id, by key.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<(Uuid, Form)>> {
    let rows =
        Entity::find().filter(Column::OrganizationId.eq(handle.organization())).order_by_asc(Column::Key).all(handle.connection()).await?;
    rows.into_iter().map(|row| Ok((row.id, from_json(&row.definition)?))).collect()
}

/// Writes a form: a new one under `id`, or over the one with its key.
pub(crate) async fn save(tx: &Tx<'_>, id: Uuid, form: &Form, now: DateTime<Utc>) -> Result<()> {
    let row = Model { id, organization_id: tx.organization(), key: form.key.clone(), definition: to_json(form)?, updated_at: micros(now) };
    let conflict =
        OnConflict::columns([Column::OrganizationId, Column::Key]).update_columns([Column::Definition, Column::UpdatedAt]).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}
