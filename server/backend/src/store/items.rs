//! Catalog items, in their organization's order.

use super::{Handle, Tx, drafts, form_versions, forms, from_json, micros, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::catalog::Item;
use domain::forms::Form;
use domain::id::{ItemId, PersonId, RequestId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict, SimpleExpr};
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

fn of_organization(handle: &impl Handle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// The item with this key, joined with its form as authored: id, definition, the form's definition.
fn with_form(handle: &impl Handle, key: &str) -> Select<Entity> {
    let to_form = Entity::belongs_to(forms::Entity).from(Column::FormId).to(forms::Column::Id).into();
    of_organization(handle)
        .filter(Column::Key.eq(key))
        .join(JoinType::InnerJoin, to_form)
        .select_only()
        .column(Column::Id)
        .column(Column::Definition)
        .column_as(forms::Column::Definition, "form")
}

fn read(id: Uuid, item: &str, form: &str) -> Result<(ItemId, Item, Form)> {
    Ok((ItemId(id), from_json(item)?, from_json(form)?))
}

/// The item with this key and its form as authored, in one query.
pub(crate) async fn by_key(handle: &impl Handle, key: &str) -> Result<Option<(ItemId, Item, Form)>> {
    let row: Option<(Uuid, String, String)> = with_form(handle, key).into_tuple().one(handle.connection()).await?;
    row.map(|(id, item, form)| read(id, &item, &form)).transpose()
}

/// What a submission depends on.
pub(crate) struct ToFile {
    /// The item and its form as authored.
    pub item: (ItemId, Item, Form),
    /// Whether the organization keeps the form version it was filled in.
    pub kept: bool,
    /// Whose draft it was, if it was saved.
    pub owner: Option<PersonId>,
}

/// The item with this key, with what the submission of this draft depends on besides, in one query.
pub(crate) async fn to_file(handle: &impl Handle, key: &str, version: &str, draft: RequestId) -> Result<Option<ToFile>> {
    let kept = Expr::exists(form_versions::of_hash(handle, version));
    let owner = SimpleExpr::SubQuery(None, Box::new(drafts::owner(handle, draft).into()));
    let row: Option<(Uuid, String, String, bool, Option<Uuid>)> =
        with_form(handle, key).column_as(kept, "kept").column_as(owner, "owner").into_tuple().one(handle.connection()).await?;
    row.map(|(id, item, form, kept, owner)| Ok(ToFile { item: read(id, &item, &form)?, kept, owner: owner.map(PersonId) })).transpose()
}

/// Every item, in the organization's order.
pub(crate) async fn all(handle: &impl Handle) -> Result<Vec<(ItemId, Item)>> {
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
pub(crate) async fn save(tx: &Tx<'_>, id: ItemId, item: &Item, form: Uuid, position: i32, now: DateTime<Utc>) -> Result<()> {
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
