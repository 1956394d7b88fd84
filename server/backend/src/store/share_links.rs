//! Share links: ways to one task for somebody without an account. What opens a link is kept as a hash alone.

use super::{PlatformReader, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::{OrganizationId, PersonId, ShareId, TaskId};
use domain::requests::share::ShareLink;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "share_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub task_id: Uuid,
    pub token_hash: String,
    pub created_by: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
    pub uses: i32,
    pub last_used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn link(row: Model) -> Result<ShareLink> {
    Ok(ShareLink {
        id: ShareId(row.id),
        task: TaskId(row.task_id),
        token_hash: row.token_hash,
        created_by: from_json(&row.created_by)?,
        created_at: time(row.created_at),
        expires_at: time(row.expires_at),
        revoked_at: row.revoked_at.map(time),
        uses: u32::try_from(row.uses).unwrap_or_default(),
        last_used_at: row.last_used_at.map(time),
    })
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Adds a link.
pub(crate) async fn insert(tx: &Tx<'_>, link: &ShareLink) -> Result<()> {
    let row = Model {
        id: link.id.0,
        organization_id: tx.organization(),
        task_id: link.task.0,
        token_hash: link.token_hash.clone(),
        created_by: to_json(&link.created_by)?,
        created_at: micros(link.created_at),
        expires_at: micros(link.expires_at),
        revoked_at: link.revoked_at.map(micros),
        uses: i32::try_from(link.uses).unwrap_or(i32::MAX),
        last_used_at: link.last_used_at.map(micros),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The link that this hash opens, and whose it is: whoever holds the token belongs to no organization yet.
pub(crate) async fn by_hash(platform: &PlatformReader, hash: &str) -> Result<Option<(OrganizationId, ShareLink)>> {
    let row = Entity::find().filter(Column::TokenHash.eq(hash)).one(platform.connection()).await?;
    row.map(|row| Ok((OrganizationId(row.organization_id), link(row)?))).transpose()
}

/// A link.
pub(crate) async fn find(handle: &impl StoreHandle, id: ShareId) -> Result<Option<ShareLink>> {
    of_organization(handle).filter(Column::Id.eq(id.0)).one(handle.connection()).await?.map(link).transpose()
}

/// The links of these tasks, the newest first.
pub(crate) async fn of_tasks(handle: &impl StoreHandle, tasks: &[TaskId]) -> Result<Vec<ShareLink>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let query = of_organization(handle).filter(Column::TaskId.is_in(tasks.iter().map(|task| task.0))).order_by_desc(Column::CreatedAt);
    query.all(handle.connection()).await?.into_iter().map(link).collect()
}

/// Counts one more use: in the database, so that two at once are two.
pub(crate) async fn used(tx: &Tx<'_>, link: &ShareLink) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Uses, Expr::col(Column::Uses).add(1))
        .col_expr(Column::LastUsedAt, Expr::value(link.last_used_at.map(micros)))
        .filter(Column::Id.eq(link.id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Revokes every link that a person made.
pub(crate) async fn revoke_of_person(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(micros(now)))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::RevokedAt.is_null())
        // The person as shown when they made it, as JSON.
        .filter(Column::CreatedBy.contains(person.to_string()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Saves that a link was revoked.
pub(crate) async fn revoke(tx: &Tx<'_>, link: &ShareLink) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(link.revoked_at.map(micros)))
        .filter(Column::Id.eq(link.id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}
