//! Receipts: what each recipient of a mail to several was answered, so that a later try asks only those who still wait.

use super::attempts::plain;
use super::{PlatformWriter, StoreHandle, Tx, micros};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::connectors::receipt::RecipientReceipt;
use domain::id::DeliveryId;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "receipts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub delivery_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    pub organization_id: Uuid,
    pub at: i64,
    pub code: i32,
    pub words: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps the answers of one try. Of an address the latest counts.
pub(crate) async fn keep(tx: &Tx<'_>, delivery: DeliveryId, receipts: &[RecipientReceipt], at: DateTime<Utc>) -> Result<()> {
    let rows = receipts.iter().map(|receipt| {
        Model {
            delivery_id: delivery.0,
            address: receipt.address.clone(),
            organization_id: tx.organization(),
            at: micros(at),
            code: receipt.code.into(),
            words: plain(receipt.words.clone()),
        }
        .into_active_model()
    });
    let latest =
        OnConflict::columns([Column::DeliveryId, Column::Address]).update_columns([Column::At, Column::Code, Column::Words]).to_owned();
    Entity::insert_many(rows).on_conflict(latest).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// The answers to the recipients of these deliveries.
pub(crate) async fn of(handle: &impl StoreHandle, deliveries: &[DeliveryId]) -> Result<BTreeMap<DeliveryId, Vec<RecipientReceipt>>> {
    let mut found: BTreeMap<DeliveryId, Vec<RecipientReceipt>> = BTreeMap::new();
    if deliveries.is_empty() {
        return Ok(found);
    }
    let rows = Entity::find()
        .filter(Column::DeliveryId.is_in(deliveries.iter().map(|id| id.0)))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .order_by_asc(Column::Address)
        .all(handle.connection())
        .await?;
    for row in rows {
        let receipt = RecipientReceipt { address: row.address, code: row.code.try_into().unwrap_or_default(), words: row.words };
        found.entry(DeliveryId(row.delivery_id)).or_default().push(receipt);
    }
    Ok(found)
}

/// Forgets answers from before.
pub(crate) async fn forget_before(platform: &PlatformWriter, at: DateTime<Utc>) -> Result<()> {
    Entity::delete_many().filter(Column::At.lt(micros(at))).exec(platform.connection()).await?;
    Ok(())
}
