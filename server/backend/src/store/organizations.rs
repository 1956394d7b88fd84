//! Organizations: the tenants. Their rows belong to no organization, so that they are read through `Platform` and written in the
//! transaction that sets one up.

use super::{Platform, Tx};
use crate::error::Result;
use domain::id::{OrganizationId, PersonId};
use domain::people::OrganizationRef;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, JoinType, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub key: String,
    pub name: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn shown(row: Model) -> OrganizationRef {
    OrganizationRef { id: OrganizationId(row.id), key: row.key, name: row.name }
}

/// The organization with this key.
pub(crate) async fn by_key(platform: &Platform, key: &str) -> Result<Option<OrganizationRef>> {
    Ok(Entity::find().filter(Column::Key.eq(key)).one(platform.connection()).await?.map(shown))
}

/// The organization of a handle.
pub(crate) async fn find(platform: &Platform, id: OrganizationId) -> Result<Option<OrganizationRef>> {
    Ok(Entity::find_by_id(id.0).one(platform.connection()).await?.map(shown))
}

/// Every organization, by name.
pub(crate) async fn all(platform: &Platform) -> Result<Vec<OrganizationRef>> {
    Ok(Entity::find().order_by_asc(Column::Name).all(platform.connection()).await?.into_iter().map(shown).collect())
}

/// The organizations a person is a member of, the oldest first.
pub(crate) async fn of_person(platform: &Platform, person: PersonId) -> Result<Vec<OrganizationRef>> {
    let membership = Entity::belongs_to(super::members::Entity).from(Column::Id).to(super::members::Column::OrganizationId).into();
    let rows = Entity::find()
        .join(JoinType::InnerJoin, membership)
        .filter(super::members::Column::PersonId.eq(person.0))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Key)
        .all(platform.connection())
        .await?;
    Ok(rows.into_iter().map(shown).collect())
}

/// Sets up the organization of this transaction.
pub(crate) async fn insert(tx: &Tx<'_>, key: &str, name: &str, now: i64) -> Result<()> {
    let row = Model { id: tx.organization.0, key: key.to_owned(), name: name.to_owned(), created_at: now };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.transaction).await?;
    Ok(())
}

/// Renames the organization of this transaction.
pub(crate) async fn rename(tx: &Tx<'_>, name: &str) -> Result<()> {
    Entity::update_many().col_expr(Column::Name, Expr::value(name)).filter(Column::Id.eq(tx.organization.0)).exec(tx.transaction).await?;
    Ok(())
}
