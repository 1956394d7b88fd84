//! Codes by which a new server is set up: each start writes one to the log, and any of them sets the server up once.

use super::{PlatformReader, PlatformWriter, StoreHandle, Tx, micros};
use crate::error::Result;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "setup_codes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps a code, as its hash, and forgets those that are over.
pub(crate) async fn keep(platform: &PlatformWriter, hash: String, now: DateTime<Utc>, expires: DateTime<Utc>) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresAt.lte(micros(now))).exec(platform.connection()).await?;
    let row = Model { hash, created_at: micros(now), expires_at: micros(expires) };
    Entity::insert(row.into_active_model()).exec_without_returning(platform.connection()).await?;
    Ok(())
}

/// Whether a code counts now.
pub(crate) async fn counts(platform: &PlatformReader, hash: &str, now: DateTime<Utc>) -> Result<bool> {
    let query = Entity::find_by_id(hash.to_owned()).filter(Column::ExpiresAt.gt(micros(now))).select_only().column(Column::Hash);
    Ok(query.into_tuple::<String>().one(platform.connection()).await?.is_some())
}

/// Uses every code up. False when the one of this hash is gone: somebody was faster.
pub(crate) async fn use_up(tx: &Tx<'_>, hash: &str, now: DateTime<Utc>) -> Result<bool> {
    // In one order, so that two who set up at once wait for one another and not both for each other.
    let there = Entity::find().order_by_asc(Column::Hash).lock_exclusive().all(tx.connection()).await?;
    let counts = there.iter().any(|row| row.hash == hash && row.expires_at > micros(now));
    if counts {
        Entity::delete_many().exec(tx.connection()).await?;
    }
    Ok(counts)
}
