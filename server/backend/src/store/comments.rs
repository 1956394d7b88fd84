//! Comments on requests. A removed one stays, so that removing can be undone.

use super::{PageCursor, StoreHandle, Tx, from_json, micros, time, to_json};
use crate::error::Result;
use chrono::{DateTime, Utc};
use domain::id::{CommentId, RequestId};
use domain::requests::comments::Comment;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "comments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub request_id: Uuid,
    pub comment: String,
    pub at: i64,
    pub removed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn of_organization(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization()))
}

/// Adds a comment to a request.
pub(crate) async fn insert(tx: &Tx<'_>, request: RequestId, comment: &Comment) -> Result<()> {
    let row = Model {
        id: comment.id.0,
        organization_id: tx.organization(),
        request_id: request.0,
        comment: to_json(comment)?,
        at: micros(comment.at),
        removed_at: None,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Saves a changed comment; `removed_at` takes it away, or brings it back.
pub(crate) async fn save(tx: &Tx<'_>, comment: &Comment, removed_at: Option<DateTime<Utc>>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Comment, Expr::value(to_json(comment)?))
        .col_expr(Column::RemovedAt, Expr::value(removed_at.map(micros)))
        .filter(Column::Id.eq(comment.id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// A comment, the request it is on, and whether it is removed.
pub(crate) async fn find(handle: &impl StoreHandle, id: CommentId) -> Result<Option<(RequestId, Comment, bool)>> {
    let row = of_organization(handle).filter(Column::Id.eq(id.0)).one(handle.connection()).await?;
    row.map(|row| Ok((RequestId(row.request_id), from_json(&row.comment)?, row.removed_at.is_some()))).transpose()
}

/// The comments on a request as they read at a moment, oldest first, without what they were before.
pub(crate) async fn of_request(handle: &impl StoreHandle, request: RequestId, moment: DateTime<Utc>) -> Result<Vec<Comment>> {
    let rows = of_organization(handle)
        .filter(Column::RequestId.eq(request.0))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .all(handle.connection())
        .await?;
    let then = |row: &Model| Ok(from_json::<Comment>(&row.comment)?.at(row.removed_at.is_some(), moment));
    rows.iter().map(then).filter_map(Result::transpose).collect()
}

/// Some comments on a request before a place, the newest first, and the place of the last one: None when there are no older ones. Those
/// that are removed are not among them, so that there may be fewer than `most`.
pub(crate) async fn before(
    handle: &impl StoreHandle,
    request: RequestId,
    place: Option<PageCursor>,
    most: u64,
) -> Result<(Vec<Comment>, Option<PageCursor>)> {
    let mut query = of_organization(handle).filter(Column::RequestId.eq(request.0));
    if let Some(place) = place {
        query = query.filter(place.rows_before(Column::At, Column::Id));
    }
    let rows = query.order_by_desc(Column::At).order_by_desc(Column::Id).limit(most).all(handle.connection()).await?;
    let last = rows.last().filter(|_| rows.len() as u64 == most).map(|row| PageCursor::at(time(row.at), row.id));
    // As they read now, also those that a clock wrote that was ahead.
    let now = |row: &Model| Ok(from_json::<Comment>(&row.comment)?.at(row.removed_at.is_some(), DateTime::<Utc>::MAX_UTC));
    let comments = rows.iter().map(now).filter_map(Result::transpose).collect::<Result<_>>()?;
    Ok((comments, last))
}
