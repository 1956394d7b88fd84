//! Who has decided about a request already and waits for others: where a number of people is needed, nobody counts twice, so the request
//! no longer waits for them although its open rules name them. Written and removed with the waiting rules.

use super::StoreHandle;
use super::engine::{ChangeBatch, own_rows};
use crate::error::Result;
use domain::id::{PersonId, RequestId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, IntoColumnRef, Query, SimpleExpr};
use sea_orm::{QueryOrder, QuerySelect, QueryTrait};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "counted_approvers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    pub organization_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Adds these people to a request that has none.
pub(super) fn insert(batch: &mut ChangeBatch, handle: &impl StoreHandle, request: RequestId, people: &[PersonId]) {
    let row = |person: &PersonId| Model { request_id: request.0, person_id: person.0, organization_id: handle.organization() };
    batch.insert::<Entity>(people.iter().map(row));
}

/// Removes all of a request.
pub(super) fn clear(batch: &mut ChangeBatch, handle: &impl StoreHandle, request: RequestId) {
    let of_request = Entity::delete_many().filter(Column::RequestId.eq(request.0)).filter(own_rows(handle, Column::OrganizationId));
    batch.delete(of_request.into_query());
}

/// Requests that a person has decided about and that wait for others, the oldest first.
pub(crate) async fn requests(handle: &impl StoreHandle, limit: u64) -> Result<Vec<RequestId>> {
    let query = Entity::find().filter(own_rows(handle, Column::OrganizationId)).select_only().column(Column::RequestId).distinct();
    let rows: Vec<Uuid> = query.order_by_asc(Column::RequestId).limit(limit).into_tuple().all(handle.connection()).await?;
    Ok(rows.into_iter().map(RequestId).collect())
}

/// Whether the request of this column has counted this person.
pub(super) fn has(person: PersonId, request: impl IntoColumnRef) -> SimpleExpr {
    let found = Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::RequestId)).equals(request))
        .and_where(Expr::col((Entity, Column::PersonId)).eq(person.0))
        .to_owned();
    Expr::exists(found)
}
