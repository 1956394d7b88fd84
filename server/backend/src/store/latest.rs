//! The latest moment that anything of an organization is stored under, where lists are ordered by it.

use super::{StoreHandle, deliveries, notices, requests, time};
use crate::error::Result;
use crate::store::engine::own_rows;
use chrono::{DateTime, Utc};
use domain::requests::status::STATUSES;
use sea_orm::sea_query::{Alias, Expr, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait};

/// Of requests, deliveries and notices, each found by the end of an index. None where there is nothing yet.
pub(crate) async fn moment(handle: &impl StoreHandle) -> Result<Option<DateTime<Utc>>> {
    // Of each status, as the index of statuses has them in order.
    let parts = STATUSES.into_iter().map(|status| last_request(handle, status.key()));
    let parts: Vec<SelectStatement> = parts.chain([last_delivery(handle), last_notice(handle)]).collect();
    let mut query = Query::select();
    for (place, part) in parts.into_iter().enumerate() {
        query.expr_as(SimpleExpr::SubQuery(None, Box::new(part.into())), Alias::new(format!("last_{place}")));
    }
    let Some(row) = handle.connection().query_one(&query).await? else { return Ok(None) };
    let mut last: Option<i64> = None;
    for place in 0..STATUSES.len() + 2 {
        last = last.max(row.try_get_by_index(place)?);
    }
    Ok(last.map(time))
}

fn last_request(handle: &impl StoreHandle, status: &str) -> SelectStatement {
    use requests::{Column, Entity};
    last(Query::select().column(Column::SubmittedAt).from(Entity).to_owned(), Expr::col(Column::SubmittedAt))
        .and_where(Column::OrganizationId.eq(handle.organization()))
        .and_where(Column::Status.eq(status))
        .to_owned()
}

fn last_delivery(handle: &impl StoreHandle) -> SelectStatement {
    use deliveries::{Column, Entity};
    last(Query::select().column(Column::CreatedAt).from(Entity).to_owned(), Expr::col(Column::CreatedAt))
        .and_where(Column::OrganizationId.eq(handle.organization()))
        .to_owned()
}

fn last_notice(handle: &impl StoreHandle) -> SelectStatement {
    use notices::{Column, Entity};
    // The index of all notices by their time: those of an organization are among the last.
    last(Query::select().column(Column::CreatedAt).from(Entity).to_owned(), Expr::col(Column::CreatedAt))
        .and_where(own_rows(handle, Column::OrganizationId))
        .to_owned()
}

fn last(mut query: SelectStatement, moment: Expr) -> SelectStatement {
    query.order_by_expr(moment, Order::Desc).limit(1).to_owned()
}
