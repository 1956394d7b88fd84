//! Workers: who delivers, and when each was last seen. They serve every organization.

use super::{PlatformReader, PlatformWriter};
use crate::error::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub seen_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Notes that a worker is alive.
pub(crate) async fn seen(platform: &PlatformWriter, id: &str, now: i64) -> Result<()> {
    let row = Model { id: id.to_owned(), seen_at: now };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::Id).update_column(Column::SeenAt).to_owned())
        .exec_without_returning(platform.connection())
        .await?;
    Ok(())
}

/// Forgets a worker that ends in order.
pub(crate) async fn forget(platform: &PlatformWriter, id: &str) -> Result<()> {
    Entity::delete_by_id(id.to_owned()).exec(platform.connection()).await?;
    Ok(())
}

/// Forgets workers that were not seen since.
pub(crate) async fn forget_before(platform: &PlatformWriter, at: i64) -> Result<()> {
    Entity::delete_many().filter(Column::SeenAt.lt(at)).exec(platform.connection()).await?;
    Ok(())
}

/// When any worker was last seen.
pub(crate) async fn last_seen(platform: &PlatformReader) -> Result<Option<i64>> {
    let last: Option<Option<i64>> =
        Entity::find().select_only().column_as(Column::SeenAt.max(), "last").into_tuple().one(platform.connection()).await?;
    Ok(last.flatten())
}
