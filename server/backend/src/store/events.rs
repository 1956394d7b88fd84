//! Events: what happened to a request, in order. Only added, never changed.

use super::engine::ChangeBatch;
use super::{StoreHandle, from_json, micros, to_json};
use crate::error::Result;
use domain::id::RequestId;
use domain::requests::Event;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    pub organization_id: Uuid,
    pub at: i64,
    pub event: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Adds events to requests.
pub(crate) fn insert(batch: &mut ChangeBatch, handle: &impl StoreHandle, events: &[(RequestId, Event)]) -> Result<()> {
    let mut rows = Vec::with_capacity(events.len());
    for (request, event) in events {
        let row = Model {
            request_id: request.0,
            seq: event.seq.try_into().unwrap_or(i32::MAX),
            organization_id: handle.organization(),
            at: micros(event.at),
            event: to_json(event)?,
        };
        rows.push(row);
    }
    batch.insert::<Entity>(rows);
    Ok(())
}

/// The events of a request after a sequence number, oldest first.
pub(crate) async fn after(handle: &impl StoreHandle, request: RequestId, seq: u32) -> Result<Vec<Event>> {
    let rows: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Event)
        .filter(Column::RequestId.eq(request.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Seq.gt(i32::try_from(seq).unwrap_or(i32::MAX)))
        .order_by_asc(Column::Seq)
        .into_tuple()
        .all(handle.connection())
        .await?;
    rows.iter().map(|event| from_json(event)).collect()
}

/// The latest events of a request before a sequence number, oldest first.
pub(crate) async fn latest_before(handle: &impl StoreHandle, request: RequestId, seq: u32, most: u64) -> Result<Vec<Event>> {
    let rows: Vec<String> = Entity::find()
        .select_only()
        .column(Column::Event)
        .filter(Column::RequestId.eq(request.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Seq.lt(i32::try_from(seq).unwrap_or(i32::MAX)))
        .order_by_desc(Column::Seq)
        .limit(most)
        .into_tuple()
        .all(handle.connection())
        .await?;
    rows.iter().rev().map(|event| from_json(event)).collect()
}
