//! Roles of an organization's own: a name and what it allows. The built-in ones are the domain's.

use super::{StoreHandle, Tx, from_json, micros, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::access::OwnRole;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "roles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub name: String,
    /// A JSON list of names of permissions.
    pub permissions: String,
    /// `files` or `screen`.
    pub origin: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Every role of the organization's own, by key.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<OwnRole>> {
    let rows =
        Entity::find().filter(Column::OrganizationId.eq(handle.organization())).order_by_asc(Column::Key).all(handle.connection()).await?;
    rows.into_iter().map(|row| Ok(OwnRole { key: row.key, name: row.name, permissions: from_json(&row.permissions)? })).collect()
}

/// Removes a role that nobody holds.
pub(crate) async fn remove(tx: &Tx<'_>, key: &str) -> Result<()> {
    let gone = Entity::delete_many().filter(Column::OrganizationId.eq(tx.organization())).filter(Column::Key.eq(key));
    gone.exec(tx.connection()).await?;
    Ok(())
}

/// Writes a role: a new one, or over the one with its key.
pub(crate) async fn save(tx: &Tx<'_>, role: &OwnRole, origin: &str, now: DateTime<Utc>) -> Result<()> {
    let row = Model {
        organization_id: tx.organization(),
        key: role.key.clone(),
        name: role.name.clone(),
        permissions: to_json(&role.permissions)?,
        origin: origin.to_owned(),
        created_at: micros(now),
        updated_at: micros(now),
    };
    let conflict = OnConflict::columns([Column::OrganizationId, Column::Key])
        .update_columns([Column::Name, Column::Permissions, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}
