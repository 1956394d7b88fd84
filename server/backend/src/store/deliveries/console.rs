//! Deliveries as the console lists them, newest first. Each question is a range of one index (migration of the console).

use crate::error::Result;
use crate::store::deliveries::{Column, Delivery, Entity, delivery};
use crate::store::engine::CountQuery;
use crate::store::{PageCursor, StoreHandle, Tx, micros};
use chrono::{DateTime, Utc};
use domain::connectors::wire::ShownDeliveries;
use domain::id::DeliveryId;
use domain::subject::Subject;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{Condition, QueryOrder, QuerySelect};

/// What to look for.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeliverySearch {
    pub show: ShownDeliveries,
    pub connector: Option<String>,
    pub since: Option<DateTime<Utc>>,
    pub subject: Option<Subject>,
}

/// Neither failed nor delivered, in the words of the index of what waits: no other query has them, so that it answers no other.
fn waits() -> Expr {
    Expr::expr(Func::coalesce([Expr::col(Column::FailedAt), Expr::col(Column::DeliveredAt)])).is_null()
}

fn wanted(handle: &impl StoreHandle, wanted: &DeliverySearch) -> Condition {
    let all = Condition::all().add(Column::OrganizationId.eq(handle.organization()));
    let all = match wanted.show {
        ShownDeliveries::All => all,
        ShownDeliveries::Waiting => all.add(waits()),
        ShownDeliveries::Failed => all.add(Column::FailedAt.is_not_null()).add(Column::DeliveredAt.is_null()),
        ShownDeliveries::Delivered => all.add(Column::DeliveredAt.is_not_null()),
    };
    all.add_option(wanted.connector.as_ref().map(|key| Column::Connector.eq(key)))
        .add_option(wanted.since.map(|since| Column::CreatedAt.gte(micros(since))))
        .add_option(wanted.subject.map(|subject| Column::SubjectId.eq(subject.id())))
}

/// The next rows.
pub(crate) async fn page(handle: &impl StoreHandle, what: &DeliverySearch, after: Option<PageCursor>, limit: u64) -> Result<Vec<Delivery>> {
    let mut query = Entity::find().filter(wanted(handle, what));
    if let Some(cursor) = after {
        query = query.filter(cursor.rows_before(Column::CreatedAt, Column::Id));
    }
    let rows = query.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id).limit(limit).all(handle.connection()).await?;
    Ok(rows.into_iter().map(delivery).collect())
}

/// How many there are, counted no further than `most`.
pub(crate) fn count(handle: &impl StoreHandle, what: &DeliverySearch, most: u64) -> CountQuery {
    let mut found = Query::select();
    found.column(Column::Id).from(Entity).cond_where(wanted(handle, what)).limit(most);
    CountQuery::of(found)
}

/// Makes one that has not ended due at once. False when it has ended or is being sent.
pub(crate) async fn hurry(tx: &Tx<'_>, id: DeliveryId, now: DateTime<Utc>) -> Result<bool> {
    let done =
        Entity::update_many().col_expr(Column::NextAt, Expr::value(micros(now))).filter(idle(tx, id, now)).exec(tx.connection()).await?;
    Ok(done.rows_affected > 0)
}

/// Gives up one that has not ended. False when it has ended or is being sent.
pub(crate) async fn skip(tx: &Tx<'_>, id: DeliveryId, now: DateTime<Utc>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(None::<i64>))
        .col_expr(Column::FailedAt, Expr::value(micros(now)))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(idle(tx, id, now))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// One that has neither ended nor is being sent.
fn idle(handle: &impl StoreHandle, id: DeliveryId, now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::Id.eq(id.0))
        .add(Column::OrganizationId.eq(handle.organization()))
        .add(Column::DeliveredAt.is_null())
        .add(Column::FailedAt.is_null())
        .add(Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(micros(now))))
}
