//! API tokens. What opens one is kept as a hash alone; who shows it belongs to no organization until it is found.

use super::{PlatformReader, PlatformWriter, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use domain::access::GrantScope;
use domain::id::{ApiTokenId, ItemId, OrganizationId, PersonId, SpaceId};
use domain::permission::PermissionSet;
use domain::tokens::TokenKind;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "api_tokens")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub person_id: Uuid,
    pub service: bool,
    /// `screen` or `settings`.
    pub origin: String,
    pub name: String,
    pub token_hash: String,
    /// A JSON list of permissions.
    pub permissions: String,
    pub space_id: Option<Uuid>,
    pub item_id: Option<Uuid>,
    pub made_by: Option<Uuid>,
    pub created_at: i64,
    pub updated_at: i64,
    pub ends_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub last_used_from: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A use is noted once in this time.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// Origin of what the server's settings say.
const FROM_SETTINGS: &str = "settings";

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredToken {
    pub id: ApiTokenId,
    /// The person or service account that it belongs to.
    pub owner: PersonId,
    pub kind: TokenKind,
    /// The server's settings say it; it counts while they do.
    pub from_settings: bool,
    pub name: String,
    pub hash: String,
    pub permissions: PermissionSet,
    pub scope: GrantScope,
    pub maker: Option<PersonId>,
    pub made_at: DateTime<Utc>,
    pub ends_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_from: String,
}

impl StoredToken {
    /// Whether its use should be noted again.
    pub(crate) fn is_noted_long_ago(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| last <= now - NOTED_EVERY)
    }
}

fn stored(row: Model) -> Result<StoredToken> {
    Ok(StoredToken {
        id: ApiTokenId(row.id),
        owner: PersonId(row.person_id),
        kind: if row.service { TokenKind::Service } else { TokenKind::Personal },
        from_settings: row.origin == FROM_SETTINGS,
        name: row.name,
        hash: row.token_hash,
        permissions: from_json(&row.permissions)?,
        scope: match (row.space_id, row.item_id) {
            (Some(space), _) => GrantScope::Space(SpaceId(space)),
            (None, Some(item)) => GrantScope::Item(ItemId(item)),
            (None, None) => GrantScope::Organization,
        },
        maker: row.made_by.map(PersonId),
        made_at: time(row.created_at),
        ends_at: row.ends_at.map(time),
        revoked_at: row.revoked_at.map(time),
        last_used_at: row.last_used_at.map(time),
        last_used_from: row.last_used_from,
    })
}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Adds a token.
pub(crate) async fn insert(tx: &Tx<'_>, token: &StoredToken) -> Result<()> {
    let place = token.scope.place();
    let row = Model {
        id: token.id.0,
        organization_id: tx.organization(),
        person_id: token.owner.0,
        service: token.kind == TokenKind::Service,
        origin: if token.from_settings { FROM_SETTINGS } else { super::grants::FROM_SCREEN }.to_owned(),
        name: token.name.clone(),
        token_hash: token.hash.clone(),
        permissions: to_json(&token.permissions)?,
        space_id: place.space.map(|space| space.0),
        item_id: place.item.map(|item| item.0),
        made_by: token.maker.map(|maker| maker.0),
        created_at: micros(token.made_at),
        updated_at: micros(token.made_at),
        ends_at: token.ends_at.map(micros),
        revoked_at: None,
        last_used_at: None,
        last_used_from: String::new(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The token that this hash opens, and whose it is.
pub(crate) async fn by_hash(platform: &PlatformReader, hash: &str) -> Result<Option<(OrganizationId, StoredToken)>> {
    let row = Entity::find().filter(Column::TokenHash.eq(hash)).one(platform.connection()).await?;
    row.map(|row| Ok((OrganizationId(row.organization_id), stored(row)?))).transpose()
}

/// The organization's token that this hash opens.
pub(crate) async fn by_hash_within(tx: &Tx<'_>, hash: &str) -> Result<Option<StoredToken>> {
    of_organization(tx).filter(Column::TokenHash.eq(hash)).one(tx.connection()).await?.map(stored).transpose()
}

/// One token.
pub(crate) async fn find(handle: &impl StoreHandle, id: ApiTokenId) -> Result<Option<StoredToken>> {
    of_organization(handle).filter(Column::Id.eq(id.0)).one(handle.connection()).await?.map(stored).transpose()
}

/// The tokens of one person that were not revoked, the newest first.
pub(crate) async fn of_person(handle: &impl StoreHandle, person: PersonId) -> Result<Vec<StoredToken>> {
    listed(handle, Condition::all().add(Column::PersonId.eq(person.0))).await
}

/// Every token that was not revoked, the newest first.
pub(crate) async fn all(handle: &impl StoreHandle) -> Result<Vec<StoredToken>> {
    listed(handle, Condition::all()).await
}

async fn listed(handle: &impl StoreHandle, which: Condition) -> Result<Vec<StoredToken>> {
    let query = of_organization(handle).filter(which).filter(Column::RevokedAt.is_null());
    let rows = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).all(handle.connection()).await?;
    rows.into_iter().map(stored).collect()
}

/// Revokes a token; false when it was already.
pub(crate) async fn revoke(tx: &Tx<'_>, id: ApiTokenId, now: DateTime<Utc>) -> Result<bool> {
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(micros(now)))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::Id.eq(id.0))
        .filter(Column::RevokedAt.is_null());
    Ok(update.exec(tx.connection()).await?.rows_affected > 0)
}

/// Notes that a token is used now, unless that was noted a moment ago.
pub(crate) async fn note_use(
    platform: &PlatformWriter,
    organization: OrganizationId,
    id: ApiTokenId,
    from: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let long_ago = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lte(micros(now - NOTED_EVERY)));
    let update = Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(micros(now)))
        .col_expr(Column::LastUsedFrom, Expr::value(from))
        .filter(Column::OrganizationId.eq(organization.0))
        .filter(Column::Id.eq(id.0))
        .filter(long_ago);
    update.exec(platform.connection()).await?;
    Ok(())
}
