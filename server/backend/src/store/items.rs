//! Catalog items, in their organization's order.

use super::{StoreHandle, Tx, forms, from_json, micros, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::catalog::CatalogItem;
use domain::forms::Form;
use domain::id::ItemId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub key: String,
    pub name: String,
    pub form_id: Uuid,
    pub position: i32,
    pub enabled: bool,
    pub definition: String,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Every item with its form as authored, in the organization's order.
pub(crate) async fn with_forms(handle: &impl StoreHandle) -> Result<Vec<(ItemId, CatalogItem, Form)>> {
    let to_form = Entity::belongs_to(forms::Entity).from(Column::FormId).to(forms::Column::Id).into();
    let rows: Vec<(Uuid, String, String)> = of_organization(handle)
        .join(JoinType::InnerJoin, to_form)
        .select_only()
        .column(Column::Id)
        .column(Column::Definition)
        .column_as(forms::Column::Definition, "form")
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Key)
        .into_tuple()
        .all(handle.connection())
        .await?;
    rows.into_iter().map(|(id, item, form)| Ok((ItemId(id), from_json(&item)?, from_json(&form)?))).collect()
}

/// Every item, in the organization's order.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<(ItemId, CatalogItem)>> {
    let rows: Vec<(Uuid, String)> = of_organization(handle)
        .select_only()
        .columns([Column::Id, Column::Definition])
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Key)
        .into_tuple()
        .all(handle.connection())
        .await?;
    rows.into_iter().map(|(id, item)| Ok((ItemId(id), from_json(&item)?))).collect()
}

/// Gives up the names of items about to be renamed, so that two can swap theirs.
pub(crate) async fn free_names(tx: &Tx<'_>, ids: &[ItemId]) -> Result<()> {
    for id in ids {
        Entity::update_many()
            .col_expr(Column::Name, Expr::value(id.to_string()))
            .filter(Column::Id.eq(id.0))
            .filter(Column::OrganizationId.eq(tx.organization()))
            .exec(tx.connection())
            .await?;
    }
    Ok(())
}

/// Writes an item: a new one under `id`, or over the one with its key.
pub(crate) async fn save(tx: &Tx<'_>, id: ItemId, item: &CatalogItem, form: Uuid, position: i32, now: DateTime<Utc>) -> Result<()> {
    let row = Model {
        id: id.0,
        organization_id: tx.organization(),
        key: item.key.clone(),
        name: item.name.clone(),
        form_id: form,
        position,
        enabled: item.enabled,
        definition: to_json(item)?,
        updated_at: micros(now),
    };
    let conflict = OnConflict::columns([Column::OrganizationId, Column::Key])
        .update_columns([Column::Name, Column::FormId, Column::Position, Column::Enabled, Column::Definition, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Puts an item in its place.
pub(crate) async fn place(tx: &Tx<'_>, id: ItemId, position: i32) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Position, Expr::value(position))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Changes what an item says, without its key, name, form and place.
pub(crate) async fn redefine(tx: &Tx<'_>, id: ItemId, item: &CatalogItem, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Definition, Expr::value(to_json(item)?))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}
