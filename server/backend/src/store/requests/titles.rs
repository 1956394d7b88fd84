//! Requests without a title: filed before there were titles. An index holds them alone (migration `titles`).

use super::{Column, Entity, Model, make_search_title, request};
use crate::error::Result;
use crate::store::engine::own_rows;
use crate::store::{StoreHandle, Tx};
use domain::catalog::CatalogItem;
use domain::id::{ItemId, RequestId};
use domain::requests::Request;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QueryOrder, QuerySelect};

fn find_untitled(handle: &impl StoreHandle) -> Select<Entity> {
    Entity::find().filter(Column::OrganizationId.eq(handle.organization())).filter(Column::Title.is_null())
}

/// The next item, in the order of ids, with a request that has no title.
pub(crate) async fn next_untitled_item(handle: &impl StoreHandle, after: Option<ItemId>) -> Result<Option<ItemId>> {
    let mut query = find_untitled(handle);
    if let Some(after) = after {
        query = query.filter(Column::ItemId.gt(after.0));
    }
    let query = query.select_only().column(Column::ItemId).order_by_asc(Column::ItemId).limit(1);
    Ok(query.into_tuple::<Uuid>().one(handle.connection()).await?.map(ItemId))
}

/// Some requests of an item that have no title; what cannot be read is an error of its own.
pub(crate) async fn load_untitled(handle: &impl StoreHandle, item: ItemId, limit: u64) -> Result<Vec<(RequestId, Result<Request>)>> {
    let query = find_untitled(handle).filter(Column::ItemId.eq(item.0)).order_by_asc(Column::ItemId).order_by_asc(Column::Id).limit(limit);
    let rows: Vec<Model> = query.all(handle.connection()).await?;
    Ok(rows.into_iter().map(|row| (RequestId(row.id), request(row))).collect())
}

/// Gives a request its title, if it has none yet.
pub(crate) async fn give_title(tx: &Tx<'_>, id: RequestId, item: &CatalogItem, title: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Title, Expr::value(title))
        .col_expr(Column::SearchTitle, Expr::value(make_search_title(item, title)))
        .filter(Column::Id.eq(id.0))
        .filter(own_rows(tx, Column::OrganizationId))
        .filter(Column::Title.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}
