//! Connectors as their organization defines them. Their secrets are sealed here on the way in and opened on the way out: the database
//! never has them in the clear.

use super::{StoreHandle, Tx, from_json, micros, to_json};
use crate::error::Result;
use crate::secrets::SecretKeys;
use chrono::{DateTime, Utc};
use domain::connectors::Connector;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder};
use serde_json::{Map, Value};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connectors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub key: String,
    pub definition: String,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How secrets are sealed: with the server's keys, those settings of a kind that are secret.
#[derive(Clone, Copy)]
pub(crate) struct SecretSeal<'k> {
    pub keys: &'k SecretKeys,
    /// Whether the setting of a kind, named by its path, is secret.
    pub is_secret: fn(kind: &str, path: &[&str]) -> bool,
}

/// The connector with this key.
pub(crate) async fn by_key(handle: &impl StoreHandle, seal: SecretSeal<'_>, key: &str) -> Result<Option<Connector>> {
    let row = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Key.eq(key))
        .one(handle.connection())
        .await?;
    row.map(|row| opened(&row, seal)).transpose()
}

/// Every connector, by key.
pub(crate) async fn all(handle: &impl StoreHandle, seal: SecretSeal<'_>) -> Result<Vec<Connector>> {
    let rows =
        Entity::find().filter(Column::OrganizationId.eq(handle.organization())).order_by_asc(Column::Key).all(handle.connection()).await?;
    rows.iter().map(|row| opened(row, seal)).collect()
}

/// Writes a connector: a new one under `id`, or over the one with its key.
pub(crate) async fn save(tx: &Tx<'_>, seal: SecretSeal<'_>, id: Uuid, connector: &Connector, now: DateTime<Utc>) -> Result<()> {
    let mut sealed = connector.clone();
    each_secret(seal, &connector.kind, &mut sealed.settings, &|name, text| {
        seal.keys.seal(&place(tx.organization(), &connector.key, name), text)
    })?;
    let row = Model {
        id,
        organization_id: tx.organization(),
        key: connector.key.clone(),
        definition: to_json(&sealed)?,
        updated_at: micros(now),
    };
    let conflict =
        OnConflict::columns([Column::OrganizationId, Column::Key]).update_columns([Column::Definition, Column::UpdatedAt]).to_owned();
    Entity::insert(row.into_active_model()).on_conflict(conflict).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Every connector, by key, with its secrets as they are stored: for those who need none of them, whether they can be opened or not.
/// A connector that cannot be read is left out.
pub(crate) async fn sealed(handle: &impl StoreHandle) -> Result<Vec<Connector>> {
    let rows =
        Entity::find().filter(Column::OrganizationId.eq(handle.organization())).order_by_asc(Column::Key).all(handle.connection()).await?;
    let read = |row: &Model| {
        from_json(&row.definition).inspect_err(|error| tracing::error!(connector = row.key, %error, "connector {} cannot be read", row.key))
    };
    Ok(rows.iter().filter_map(|row| read(row).ok()).collect())
}

fn opened(row: &Model, seal: SecretSeal<'_>) -> Result<Connector> {
    let mut connector: Connector = from_json(&row.definition)?;
    let kind = connector.kind.clone();
    each_secret(seal, &kind, &mut connector.settings, &|name, text| {
        // What was stored before secrets were sealed is read as it is, and sealed when it is next saved.
        Ok(seal.keys.open(&place(row.organization_id, &row.key, name), text)?.unwrap_or_else(|| text.to_owned()))
    })?;
    Ok(connector)
}

/// What a sealed text is bound to.
fn place(organization: Uuid, connector: &str, setting: &str) -> String {
    format!("{organization}/{connector}/{setting}")
}

/// Replaces every secret among the settings.
fn each_secret(
    seal: SecretSeal<'_>,
    kind: &str,
    settings: &mut Map<String, Value>,
    change: &dyn Fn(&str, &str) -> Result<String>,
) -> Result<()> {
    for (name, value) in settings.iter_mut() {
        match value {
            Value::String(text) if (seal.is_secret)(kind, &[name]) => *text = change(name, text)?,
            Value::Object(inner) => {
                for (within, value) in inner.iter_mut() {
                    if let (Value::String(text), true) = (value, (seal.is_secret)(kind, &[name, within])) {
                        *text = change(&format!("{name}.{within}"), text)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
