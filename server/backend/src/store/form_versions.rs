//! Form versions: resolved schemas as they were at submission, addressed by their content. Never changed, never deleted.

use super::{StoreHandle, Tx, from_json, to_json};
use crate::error::Result;
use domain::forms::Form;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "form_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub schema: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps a version; does nothing when the organization has it already.
pub(crate) async fn keep(tx: &Tx<'_>, hash: &str, form: &Form, now: i64) -> Result<()> {
    let row = Model { organization_id: tx.organization(), hash: hash.to_owned(), schema: to_json(form)?, created_at: now };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// The schema of a version.
pub(crate) async fn find(handle: &impl StoreHandle, hash: &str) -> Result<Option<Form>> {
    let schema: Option<String> = Entity::find_by_id((handle.organization(), hash.to_owned()))
        .select_only()
        .column(Column::Schema)
        .into_tuple()
        .one(handle.connection())
        .await?;
    schema.map(|schema| from_json(&schema)).transpose()
}

/// The schemas of these versions, by hash; those that cannot be read are errors of their own.
pub(crate) async fn these(handle: &impl StoreHandle, hashes: &BTreeSet<&str>) -> Result<BTreeMap<String, Result<Form>>> {
    let rows: Vec<(String, String)> = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Hash.is_in(hashes.iter().copied()))
        .select_only()
        .columns([Column::Hash, Column::Schema])
        .into_tuple()
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(|(hash, schema)| (hash, from_json(&schema))).collect())
}
