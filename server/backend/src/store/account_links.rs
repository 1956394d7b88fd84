//! Account links: what somebody comes in by who is not signed in. What opens one is kept as a hash alone.

use super::{PlatformReader, PlatformWriter, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};
use domain::doors::{AccountLink, LinkPurpose};
use domain::id::{AccountLinkId, OrganizationId, PersonId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub purpose: String,
    pub email: String,
    pub person_id: Option<Uuid>,
    /// What a new member gets, as JSON.
    pub offer: String,
    pub made_by: Option<Uuid>,
    pub turn: i32,
    pub hash: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub expires_at: i64,
    pub revoked_at: Option<i64>,
    pub used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn link(row: Model) -> Result<AccountLink> {
    let purpose = LinkPurpose::find(&row.purpose);
    Ok(AccountLink {
        id: AccountLinkId(row.id),
        purpose: purpose.ok_or_else(|| Error::Damaged(format!("an account link has the purpose {}", row.purpose)))?,
        email: row.email,
        person: row.person_id.map(PersonId),
        offer: from_json(&row.offer)?,
        made_by: row.made_by.map(PersonId),
        turn: row.turn,
        hash: row.hash,
        created_at: time(row.created_at),
        expires_at: time(row.expires_at),
        revoked_at: row.revoked_at.map(time),
        used_at: row.used_at.map(time),
    })
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Adds a link.
pub(crate) async fn insert(tx: &Tx<'_>, link: &AccountLink) -> Result<()> {
    let row = Model {
        id: link.id.0,
        organization_id: tx.organization(),
        purpose: link.purpose.name().to_owned(),
        email: link.email.clone(),
        person_id: link.person.map(|person| person.0),
        offer: to_json(&link.offer)?,
        made_by: link.made_by.map(|person| person.0),
        turn: link.turn,
        hash: link.hash.clone(),
        created_at: micros(link.created_at),
        updated_at: micros(link.created_at),
        expires_at: micros(link.expires_at),
        revoked_at: link.revoked_at.map(micros),
        used_at: link.used_at.map(micros),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The link that this hash opens, and through which organization: whoever holds the secret belongs to none yet.
pub(crate) async fn by_hash(platform: &PlatformReader, hash: &str) -> Result<Option<(OrganizationId, AccountLink)>> {
    let row = Entity::find().filter(Column::Hash.eq(hash)).one(platform.connection()).await?;
    row.map(|row| Ok((OrganizationId(row.organization_id), link(row)?))).transpose()
}

/// A link, locked until the transaction ends.
pub(crate) async fn lock(tx: &Tx<'_>, id: AccountLinkId) -> Result<Option<AccountLink>> {
    of_organization(tx).filter(Column::Id.eq(id.0)).lock_exclusive().one(tx.connection()).await?.map(link).transpose()
}

/// These links.
pub(crate) async fn these(handle: &impl StoreHandle, ids: &[AccountLinkId]) -> Result<BTreeMap<AccountLinkId, Result<AccountLink>>> {
    let rows = of_organization(handle).filter(Column::Id.is_in(ids.iter().map(|id| id.0))).all(handle.connection()).await?;
    Ok(rows.into_iter().map(|row| (AccountLinkId(row.id), link(row))).collect())
}

/// Links for a purpose, the newest first.
pub(crate) async fn listed(handle: &impl StoreHandle, purpose: LinkPurpose, limit: u64) -> Result<Vec<AccountLink>> {
    let query = of_organization(handle).filter(Column::Purpose.eq(purpose.name()));
    let query = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit);
    query.all(handle.connection()).await?.into_iter().map(link).collect()
}

/// Invitations to these addresses that nobody took up or back; those that expired too.
pub(crate) async fn waiting(tx: &Tx<'_>, emails: &[String]) -> Result<Vec<AccountLink>> {
    let query = of_organization(tx)
        .filter(Column::Purpose.eq(LinkPurpose::Invitation.name()))
        .filter(Column::Email.is_in(emails))
        .filter(Column::UsedAt.is_null())
        .filter(Column::RevokedAt.is_null());
    query.all(tx.connection()).await?.into_iter().map(link).collect()
}

/// Saves what a renewal changed, and what is offered.
pub(crate) async fn renew(tx: &Tx<'_>, link: &AccountLink, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Turn, Expr::value(link.turn))
        .col_expr(Column::Hash, Expr::value(link.hash.as_str()))
        .col_expr(Column::Offer, Expr::value(to_json(&link.offer)?))
        .col_expr(Column::MadeBy, Expr::value(link.made_by.map(|person| person.0)))
        .col_expr(Column::ExpiresAt, Expr::value(micros(link.expires_at)))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(link.id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Uses a link up. False when it is no longer open under this hash: somebody was faster, or it was revoked or renewed.
pub(crate) async fn use_up(tx: &Tx<'_>, link: &AccountLink, now: DateTime<Utc>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(micros(now)))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(link.id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::Hash.eq(link.hash.as_str()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(micros(now)))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Revokes a link. False when there was nothing to revoke.
pub(crate) async fn revoke(tx: &Tx<'_>, id: AccountLinkId, now: DateTime<Utc>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(micros(now)))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Revokes every open link to a new password of a person, whatever organization mailed it.
pub(crate) async fn revoke_resets(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(micros(now)))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::PersonId.eq(person.0))
        .filter(Column::Purpose.eq(LinkPurpose::Reset.name()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Removes links that ended before a moment.
pub(crate) async fn delete_ended_before(platform: &PlatformWriter, moment: DateTime<Utc>) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresAt.lt(micros(moment))).exec(platform.connection()).await?;
    Ok(())
}
