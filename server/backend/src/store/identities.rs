//! Identities at providers that open accounts. As accounts do, they belong to no organization.

use super::{PlatformReader, PlatformWriter, StoreHandle, Tx, micros, time};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::{IdentityId, PersonId};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// Key of the provider by which it was linked.
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    /// As whom the provider knows the person; may be empty.
    pub email: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_used_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An identity that opens an account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredIdentity {
    pub id: IdentityId,
    pub person: PersonId,
    pub provider: String,
    pub issuer: String,
    pub subject: String,
    pub email: String,
    pub linked_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

fn stored(row: Model) -> StoredIdentity {
    StoredIdentity {
        id: IdentityId(row.id),
        person: PersonId(row.person_id),
        provider: row.provider,
        issuer: row.issuer,
        subject: row.subject,
        email: row.email,
        linked_at: time(row.created_at),
        last_used_at: time(row.last_used_at),
    }
}

/// The identity that a provider knows by this subject.
pub(crate) async fn by_subject(platform: &PlatformReader, issuer: &str, subject: &str) -> Result<Option<StoredIdentity>> {
    let query = Entity::find().filter(Column::Issuer.eq(issuer)).filter(Column::Subject.eq(subject));
    Ok(query.one(platform.connection()).await?.map(stored))
}

/// The same, in a transaction.
pub(crate) async fn by_subject_within(tx: &Tx<'_>, issuer: &str, subject: &str) -> Result<Option<StoredIdentity>> {
    let query = Entity::find().filter(Column::Issuer.eq(issuer)).filter(Column::Subject.eq(subject));
    Ok(query.one(tx.connection()).await?.map(stored))
}

/// The identities that open an account, the oldest first.
pub(crate) async fn of_person(platform: &PlatformReader, person: PersonId) -> Result<Vec<StoredIdentity>> {
    let rows = of(person).all(platform.connection()).await?;
    Ok(rows.into_iter().map(stored).collect())
}

/// The same, in a transaction.
pub(crate) async fn of_person_within(tx: &Tx<'_>, person: PersonId) -> Result<Vec<StoredIdentity>> {
    Ok(of(person).all(tx.connection()).await?.into_iter().map(stored).collect())
}

fn of(person: PersonId) -> Select<Entity> {
    Entity::find().filter(Column::PersonId.eq(person.0)).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id)
}

/// Adds an identity.
pub(crate) async fn insert(tx: &Tx<'_>, identity: &StoredIdentity) -> Result<()> {
    let row = Model {
        id: identity.id.0,
        person_id: identity.person.0,
        provider: identity.provider.clone(),
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        email: identity.email.clone(),
        created_at: micros(identity.linked_at),
        updated_at: micros(identity.linked_at),
        last_used_at: micros(identity.last_used_at),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Removes an identity of a person; false when they have none with this id.
pub(crate) async fn remove(tx: &Tx<'_>, person: PersonId, id: IdentityId) -> Result<bool> {
    let delete = Entity::delete_many().filter(Column::Id.eq(id.0)).filter(Column::PersonId.eq(person.0));
    Ok(delete.exec(tx.connection()).await?.rows_affected > 0)
}

/// Notes that an identity was used, and the address it has at its provider by now.
pub(crate) async fn note_use(platform: &PlatformWriter, id: IdentityId, email: Option<&str>, now: DateTime<Utc>) -> Result<()> {
    let mut update = Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(micros(now)))
        .col_expr(Column::UpdatedAt, Expr::value(micros(now)))
        .filter(Column::Id.eq(id.0));
    if let Some(email) = email {
        update = update.col_expr(Column::Email, Expr::value(email));
    }
    update.exec(platform.connection()).await?;
    Ok(())
}
