//! Organizations: the tenants. Their rows belong to no organization, so that they are read through `PlatformReader` and written in the
//! transaction that sets one up.

use super::{PlatformReader, StoreHandle, Tx, from_json, to_json};
use crate::error::Result;
use domain::id::{OrganizationId, PersonId};
use domain::notices::NoticeDefaults;
use domain::organization::OrganizationSettings;
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
    /// An IANA name; empty for UTC.
    pub time_zone: String,
    /// What it decided about notifications, as JSON.
    pub notices: String,
    /// Another number whenever what rules read of the organization has changed (see `known`). The database sees to it.
    pub version: i64,
    /// What it decided for itself, as JSON.
    pub settings: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn shown(row: Model) -> OrganizationRef {
    OrganizationRef { id: OrganizationId(row.id), key: row.key, name: row.name }
}

/// The organization with this key.
pub(crate) async fn by_key(platform: &PlatformReader, key: &str) -> Result<Option<OrganizationRef>> {
    Ok(Entity::find().filter(Column::Key.eq(key)).one(platform.connection()).await?.map(shown))
}

/// As `by_key`, as it stands in this transaction.
pub(crate) async fn by_key_within(tx: &Tx<'_>, key: &str) -> Result<Option<OrganizationRef>> {
    Ok(Entity::find().filter(Column::Key.eq(key)).one(tx.connection()).await?.map(shown))
}

/// The organization of a handle.
pub(crate) async fn find(platform: &PlatformReader, id: OrganizationId) -> Result<Option<OrganizationRef>> {
    Ok(Entity::find_by_id(id.0).one(platform.connection()).await?.map(shown))
}

/// Every organization, by name.
pub(crate) async fn all(platform: &PlatformReader) -> Result<Vec<OrganizationRef>> {
    Ok(Entity::find().order_by_asc(Column::Name).all(platform.connection()).await?.into_iter().map(shown).collect())
}

/// Whether there is any organization.
pub(crate) async fn is_any(platform: &PlatformReader) -> Result<bool> {
    let one: Option<Uuid> = Entity::find().select_only().column(Column::Id).into_tuple().one(platform.connection()).await?;
    Ok(one.is_some())
}

/// As `is_any`, as it stands in this transaction.
pub(crate) async fn is_any_within(tx: &Tx<'_>) -> Result<bool> {
    let one: Option<Uuid> = Entity::find().select_only().column(Column::Id).into_tuple().one(tx.connection()).await?;
    Ok(one.is_some())
}

/// The organizations a person is a member of and did not leave, the oldest first.
pub(crate) async fn of_person(platform: &PlatformReader, person: PersonId) -> Result<Vec<OrganizationRef>> {
    let membership = Entity::belongs_to(super::members::Entity).from(Column::Id).to(super::members::Column::OrganizationId).into();
    let rows = Entity::find()
        .join(JoinType::InnerJoin, membership)
        .filter(super::members::Column::PersonId.eq(person.0))
        .filter(super::members::Column::Disabled.eq(false))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Key)
        .all(platform.connection())
        .await?;
    Ok(rows.into_iter().map(shown).collect())
}

/// The organizations a person is or was a member of, the oldest first.
pub(crate) async fn with_person(platform: &PlatformReader, person: PersonId) -> Result<Vec<OrganizationRef>> {
    let membership = Entity::belongs_to(super::members::Entity).from(Column::Id).to(super::members::Column::OrganizationId).into();
    let query = Entity::find().join(JoinType::InnerJoin, membership).filter(super::members::Column::PersonId.eq(person.0));
    let rows = query.order_by_asc(Column::CreatedAt).order_by_asc(Column::Key).all(platform.connection()).await?;
    Ok(rows.into_iter().map(shown).collect())
}

/// The name of the handle's organization; None when it is not set up.
pub(crate) async fn name(handle: &impl StoreHandle) -> Result<Option<String>> {
    let query = Entity::find_by_id(handle.organization()).select_only().column(Column::Name).into_tuple();
    Ok(query.one(handle.connection()).await?)
}

/// Locks the organization of this transaction: who changes what it needs as a whole does it one after the other.
pub(crate) async fn lock(tx: &Tx<'_>) -> Result<()> {
    Entity::find_by_id(tx.organization())
        .lock_exclusive()
        .select_only()
        .column(Column::Id)
        .into_tuple::<Uuid>()
        .one(tx.connection())
        .await?;
    Ok(())
}

/// Sets up the organization of this transaction.
pub(crate) async fn insert(tx: &Tx<'_>, key: &str, name: &str, time_zone: &str, now: i64) -> Result<()> {
    let (key, name, time_zone) = (key.to_owned(), name.to_owned(), time_zone.to_owned());
    let (notices, settings) = ("{}".to_owned(), "{}".to_owned());
    let row = Model { id: tx.organization(), key, name, created_at: now, time_zone, notices, version: 0, settings };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Renames the organization of this transaction.
pub(crate) async fn rename(tx: &Tx<'_>, name: &str) -> Result<()> {
    Entity::update_many().col_expr(Column::Name, Expr::value(name)).filter(Column::Id.eq(tx.organization())).exec(tx.connection()).await?;
    Ok(())
}

/// The time zone of the handle's organization: an IANA name, or empty for UTC. None when there is no such organization yet.
pub(crate) async fn time_zone(handle: &impl StoreHandle) -> Result<Option<String>> {
    let zone = Entity::find_by_id(handle.organization()).select_only().column(Column::TimeZone).into_tuple().one(handle.connection());
    Ok(zone.await?)
}

/// The version of what rules read of the handle's organization; 0 when there is no such organization.
pub(crate) async fn version(handle: &impl StoreHandle) -> Result<i64> {
    let version = Entity::find_by_id(handle.organization()).select_only().column(Column::Version).into_tuple().one(handle.connection());
    Ok(version.await?.unwrap_or_default())
}

/// Moves the organization of this transaction to a time zone.
pub(crate) async fn set_time_zone(tx: &Tx<'_>, zone: &str) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::TimeZone, Expr::value(zone)).filter(Column::Id.eq(tx.organization()));
    update.exec(tx.connection()).await?;
    Ok(())
}

/// What the handle's organization decided about notifications.
pub(crate) async fn notices(handle: &impl StoreHandle) -> Result<NoticeDefaults> {
    let query = Entity::find_by_id(handle.organization()).select_only().column(Column::Notices).into_tuple();
    let text: Option<String> = query.one(handle.connection()).await?;
    text.map_or_else(|| Ok(NoticeDefaults::default()), |text| from_json(&text))
}

/// As `notices`, locked until the transaction ends.
pub(crate) async fn lock_notices(tx: &Tx<'_>) -> Result<NoticeDefaults> {
    let query = Entity::find_by_id(tx.organization()).lock_exclusive().select_only().column(Column::Notices).into_tuple();
    let text: Option<String> = query.one(tx.connection()).await?;
    text.map_or_else(|| Ok(NoticeDefaults::default()), |text| from_json(&text))
}

/// Decides about notifications.
pub(crate) async fn set_notices(tx: &Tx<'_>, defaults: &NoticeDefaults) -> Result<()> {
    let text = to_json(defaults)?;
    let update = Entity::update_many().col_expr(Column::Notices, Expr::value(text)).filter(Column::Id.eq(tx.organization()));
    update.exec(tx.connection()).await?;
    Ok(())
}

/// What the handle's organization decided for itself.
pub(crate) async fn settings(handle: &impl StoreHandle) -> Result<OrganizationSettings> {
    let query = Entity::find_by_id(handle.organization()).select_only().column(Column::Settings).into_tuple();
    let text: Option<String> = query.one(handle.connection()).await?;
    text.map_or_else(|| Ok(OrganizationSettings::default()), |text| from_json(&text))
}

/// Decides for the organization of this transaction.
pub(crate) async fn set_settings(tx: &Tx<'_>, settings: &OrganizationSettings) -> Result<()> {
    let text = to_json(settings)?;
    let update = Entity::update_many().col_expr(Column::Settings, Expr::value(text)).filter(Column::Id.eq(tx.organization()));
    update.exec(tx.connection()).await?;
    Ok(())
}
