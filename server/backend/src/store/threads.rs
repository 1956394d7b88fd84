//! Threads: the first message about a subject in a channel or to a person, where the other side named it. Later ones stand below it.

use super::deliveries::DeliveryRecipient;
use super::{StoreHandle, Tx};
use crate::error::Result;
use domain::subject::Subject;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "threads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub connector: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub recipient: String,
    pub subject_kind: String,
    /// The other side's name of the message: Slack's `ts`, Telegram's `message_id`.
    pub first: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whose thread it is: a channel has one, whether a request is handed on there or told of; a person has their own.
fn place(recipient: &DeliveryRecipient) -> String {
    match recipient {
        DeliveryRecipient::Person(id) | DeliveryRecipient::Summary(id) => id.to_string(),
        DeliveryRecipient::Fulfilment | DeliveryRecipient::Channel | DeliveryRecipient::Subscription | DeliveryRecipient::Link => {
            String::new()
        }
    }
}

/// The first message of a thread, once there is one.
pub(crate) async fn first(
    handle: &impl StoreHandle,
    subject: Subject,
    connector: &str,
    recipient: &DeliveryRecipient,
) -> Result<Option<String>> {
    let first = Entity::find_by_id((handle.organization(), subject.id(), connector.to_owned(), place(recipient)))
        .select_only()
        .column(Column::First)
        .into_tuple()
        .one(handle.connection());
    Ok(first.await?)
}

/// Begins a thread; one that was begun stays as it is.
pub(crate) async fn begin(tx: &Tx<'_>, subject: Subject, connector: &str, recipient: &DeliveryRecipient, first: &str) -> Result<()> {
    let row = Model {
        subject_kind: subject.kind().to_owned(),
        subject_id: subject.id(),
        connector: connector.to_owned(),
        recipient: place(recipient),
        organization_id: tx.organization(),
        first: first.to_owned(),
    };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}
