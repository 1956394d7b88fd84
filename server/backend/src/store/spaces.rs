//! Spaces: the places and units of an organization. They are read as a whole: what is below one is for the domain to say.

use super::{StoreHandle, Tx, micros};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::access::spaces::{Space, SpaceTree};
use domain::id::SpaceId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "spaces")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub key: String,
    pub name: String,
    pub parent_id: Option<Uuid>,
    pub contact: String,
    /// `files` or `screen`.
    pub origin: String,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Every space, by name.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<Space>> {
    let rows = of_organization(handle).order_by_asc(Column::Name).order_by_asc(Column::Key).all(handle.connection()).await?;
    let space =
        |row: Model| Space { id: SpaceId(row.id), key: row.key, name: row.name, parent: row.parent_id.map(SpaceId), contact: row.contact };
    Ok(rows.into_iter().map(space).collect())
}

/// Which space is inside which.
pub(crate) async fn tree(handle: &impl StoreHandle) -> Result<SpaceTree> {
    let query = of_organization(handle).select_only().columns([Column::Id, Column::ParentId]);
    let rows: Vec<(Uuid, Option<Uuid>)> = query.into_tuple().all(handle.connection()).await?;
    Ok(SpaceTree::of(rows.into_iter().map(|(id, parent)| (SpaceId(id), parent.map(SpaceId)))))
}

/// What is still in a space, in words; None when nothing is.
pub(crate) async fn holds(handle: &impl StoreHandle, space: SpaceId) -> Result<Option<&'static str>> {
    use super::{grants, members, requests};
    let of = handle.organization();
    let people = members::Entity::find().filter(members::Column::OrganizationId.eq(of)).filter(members::Column::SpaceId.eq(space.0));
    let roles = grants::Entity::find().filter(grants::Column::OrganizationId.eq(of)).filter(grants::Column::SpaceId.eq(space.0));
    let filed = requests::Entity::find().filter(requests::Column::OrganizationId.eq(of)).filter(requests::Column::SpaceId.eq(space.0));
    if people.one(handle.connection()).await?.is_some() {
        return Ok(Some("people"));
    }
    if roles.one(handle.connection()).await?.is_some() {
        return Ok(Some("grants"));
    }
    Ok(filed.one(handle.connection()).await?.map(|_| "requests"))
}

/// Removes a space that nothing is in.
pub(crate) async fn remove(tx: &Tx<'_>, space: SpaceId) -> Result<()> {
    let gone = Entity::delete_many().filter(Column::OrganizationId.eq(tx.organization())).filter(Column::Id.eq(space.0));
    gone.exec(tx.connection()).await?;
    Ok(())
}

/// Writes spaces: new ones, or over those with their ids. What a space is a part of stands before it.
pub(crate) async fn save(tx: &Tx<'_>, spaces: &[Space], origin: &str, now: DateTime<Utc>) -> Result<()> {
    for space in spaces {
        let row = Model {
            id: space.id.0,
            organization_id: tx.organization(),
            key: space.key.clone(),
            name: space.name.clone(),
            parent_id: space.parent.map(|parent| parent.0),
            contact: space.contact.clone(),
            origin: origin.to_owned(),
            created_at: micros(now),
            updated_at: micros(now),
        };
        let conflict = OnConflict::column(Column::Id)
            .update_columns([Column::Name, Column::ParentId, Column::Contact, Column::UpdatedAt])
            .action_and_where(ExprTrait::eq(Expr::col((Entity, Column::OrganizationId)), tx.organization()))
            .to_owned();
        Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}
