//! Deliveries: one effect to one destination and recipient. How workers take them up is in `leases`.

pub(crate) mod console;
pub(crate) mod leases;

use crate::error::Result;
use crate::store::engine::own_rows;
use crate::store::{PlatformWriter, StoreHandle, Tx, micros, time};
use chrono::{DateTime, Utc};
use domain::connectors::DeliveryTimes;
use domain::id::{DeliveryId, EffectId, OrganizationId, PersonId, RequestId};
use domain::subject::Subject;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub effect_id: Uuid,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub connector: String,
    pub created_at: i64,
    pub next_at: Option<i64>,
    pub leased_until: Option<i64>,
    pub lease: Option<String>,
    pub delivered_at: Option<i64>,
    pub failed_at: Option<i64>,
    pub attempts: i32,
    pub made_number: Option<String>,
    pub made_link: Option<String>,
    pub recipient: String,
    pub cut_off: i32,
    pub frozen: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where deliveries go: an organization's connector, by its key.
pub(crate) type DestinationKey = (OrganizationId, String);

/// For whom a delivery is, besides its connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryRecipient {
    /// The system that fulfils the request it is about.
    Fulfilment,
    /// Everybody in the connector's channel.
    Channel,
    /// Who subscribed to events.
    Subscription,
    /// One person, about one event.
    Person(PersonId),
    /// One person, about all they have not seen.
    Summary(PersonId),
    /// The address of the account link it is about.
    Link,
}

impl DeliveryRecipient {
    /// The person it is for, when it is for one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(id) | Self::Summary(id) => Some(*id),
            Self::Fulfilment | Self::Channel | Self::Subscription | Self::Link => None,
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Fulfilment => String::new(),
            Self::Channel => "channel".to_owned(),
            Self::Subscription => "subscription".to_owned(),
            Self::Link => "link".to_owned(),
            Self::Person(id) => format!("person:{id}"),
            Self::Summary(id) => format!("summary:{id}"),
        }
    }

    fn read(text: &str) -> Self {
        let person = |kind: &str| text.strip_prefix(kind).and_then(|id| id.parse().ok());
        match text {
            "" => Self::Fulfilment,
            "channel" => Self::Channel,
            "subscription" => Self::Subscription,
            "link" => Self::Link,
            _ => match (person("person:"), person("summary:")) {
                (Some(id), _) => Self::Person(id),
                (_, Some(id)) => Self::Summary(id),
                _ => Self::Channel,
            },
        }
    }
}

/// A delivery to be made.
#[derive(Clone, Debug)]
pub(crate) struct NewDelivery {
    pub id: DeliveryId,
    pub effect: EffectId,
    pub subject: Subject,
    pub connector: String,
    pub recipient: DeliveryRecipient,
    /// When it is first tried.
    pub first_at: DateTime<Utc>,
}

/// A delivery with its times.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub id: DeliveryId,
    pub organization: OrganizationId,
    pub effect: EffectId,
    pub subject: Subject,
    /// The connector's key.
    pub connector: String,
    /// `attempts` counts the tries of the present schedule; a replay begins a fresh one.
    pub times: DeliveryTimes,
    pub created_at: DateTime<Utc>,
    pub recipient: DeliveryRecipient,
    /// What it made in the other system: its name there and its address.
    pub made: Option<(String, String)>,
    /// What was sent under its id, as it was written down when it did not arrive.
    pub frozen: Option<String>,
}

impl Delivery {
    /// The request that it hands on to a system, when it does: that one hears what becomes of it.
    pub fn fulfils(&self) -> Option<RequestId> {
        self.subject.request().filter(|_| self.recipient == DeliveryRecipient::Fulfilment)
    }
}

pub(super) fn delivery(row: Model) -> Delivery {
    Delivery {
        id: DeliveryId(row.id),
        organization: OrganizationId(row.organization_id),
        effect: EffectId(row.effect_id),
        subject: Subject::from_parts(&row.subject_kind, row.subject_id),
        connector: row.connector,
        times: DeliveryTimes {
            next_at: row.next_at.map(time),
            leased_until: row.leased_until.map(time),
            delivered_at: row.delivered_at.map(time),
            failed_at: row.failed_at.map(time),
            attempts: row.attempts.try_into().unwrap_or_default(),
            cut_off: row.cut_off.try_into().unwrap_or_default(),
        },
        created_at: time(row.created_at),
        recipient: DeliveryRecipient::read(&row.recipient),
        made: row.made_number.map(|number| (number, row.made_link.unwrap_or_default())),
        frozen: row.frozen,
    }
}

/// Makes deliveries.
pub(crate) async fn insert(tx: &Tx<'_>, new: &[NewDelivery], now: DateTime<Utc>) -> Result<()> {
    for some in new.chunks(crate::store::people::ROWS) {
        let rows = some.iter().map(|one| {
            Model {
                id: one.id.0,
                organization_id: tx.organization(),
                effect_id: one.effect.0,
                subject_kind: one.subject.kind().to_owned(),
                subject_id: one.subject.id(),
                connector: one.connector.clone(),
                created_at: micros(now),
                next_at: Some(micros(one.first_at)),
                leased_until: None,
                lease: None,
                delivered_at: None,
                failed_at: None,
                attempts: 0,
                made_number: None,
                made_link: None,
                recipient: one.recipient.written(),
                cut_off: 0,
                frozen: None,
            }
            .into_active_model()
        });
        Entity::insert_many(rows).on_conflict(OnConflict::new().do_nothing().to_owned()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// What a request was handed on to, in the order it was, and whether that is not all: `most` of it, first what has not arrived, then what
/// arrived last. Messages to people are not among them.
pub(crate) async fn of_request(handle: &impl StoreHandle, request: RequestId, most: usize) -> Result<(Vec<Delivery>, bool)> {
    let of = |arrived: bool| {
        let rows = Entity::find()
            .filter(own_rows(handle, Column::OrganizationId))
            .filter(Column::SubjectId.eq(request.0))
            .filter(Column::Recipient.eq(""))
            .limit(most as u64 + 1);
        // Each is a range of one index, in its order or short.
        match arrived {
            true => rows.filter(Column::DeliveredAt.is_not_null()).order_by_desc(Column::DeliveredAt),
            false => rows.filter(Column::DeliveredAt.is_null()).order_by_desc(Column::CreatedAt),
        }
    };
    let mut rows = of(false).all(handle.connection()).await?;
    rows.extend(of(true).all(handle.connection()).await?);
    let is_cut = rows.len() > most;
    rows.truncate(most);
    rows.sort_by_key(|row| (row.created_at, row.id));
    Ok((rows.into_iter().map(delivery).collect(), is_cut))
}

/// One delivery.
pub(crate) async fn find(handle: &impl StoreHandle, id: DeliveryId) -> Result<Option<Delivery>> {
    let row = Entity::find_by_id(id.0).filter(Column::OrganizationId.eq(handle.organization())).one(handle.connection()).await?;
    Ok(row.map(delivery))
}

/// Those of these requests that were handed on somewhere and have not arrived everywhere.
pub(crate) async fn not_arrived(handle: &impl StoreHandle, requests: &[RequestId]) -> Result<BTreeSet<RequestId>> {
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::SubjectId)
        .filter(Column::SubjectId.is_in(requests.iter().map(|id| id.0)))
        .filter(own_rows(handle, Column::OrganizationId))
        .filter(Column::Recipient.eq(""))
        .filter(Column::DeliveredAt.is_null())
        .into_tuple()
        .all(handle.connection())
        .await?;
    Ok(ids.into_iter().map(RequestId).collect())
}

/// Makes a failed delivery due again, with a fresh schedule. False when it has not failed.
pub(crate) async fn replay(tx: &Tx<'_>, id: DeliveryId, now: DateTime<Utc>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(micros(now)))
        .col_expr(Column::FailedAt, Expr::value(None::<i64>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        .col_expr(Column::Lease, Expr::value(None::<String>))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::CutOff, Expr::value(0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::FailedAt.is_not_null())
        .filter(Column::DeliveredAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Stops what was not handed on yet of a cancelled request; people are told all the same. A try that is under way records its own end.
pub(crate) async fn stop(tx: &Tx<'_>, request: RequestId, now: DateTime<Utc>) -> Result<()> {
    let at = micros(now);
    Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(None::<i64>))
        .col_expr(Column::FailedAt, Expr::value(at))
        .filter(Column::SubjectId.eq(request.0))
        .filter(own_rows(tx, Column::OrganizationId))
        .filter(Column::Recipient.eq(""))
        .filter(Column::DeliveredAt.is_null())
        .filter(Column::FailedAt.is_null())
        .filter(Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(at)))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Forgets what was kept of deliveries that were given up before a moment: one that is sent again says what there is to say then.
pub(crate) async fn forget_frozen_before(platform: &PlatformWriter, moment: DateTime<Utc>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Frozen, Expr::value(None::<String>))
        .filter(Column::FailedAt.lt(micros(moment)))
        .filter(Column::Frozen.is_not_null())
        .exec(platform.connection())
        .await?;
    Ok(())
}

/// When the last summary of a person before a moment was made.
pub(crate) async fn summary_before(handle: &impl StoreHandle, person: PersonId, before: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let at: Option<i64> = Entity::find()
        .filter(own_rows(handle, Column::OrganizationId))
        .filter(Column::SubjectId.eq(person.0))
        .filter(Column::Recipient.eq(DeliveryRecipient::Summary(person).written()))
        .filter(Column::CreatedAt.lt(micros(before)))
        .order_by_desc(Column::CreatedAt)
        .limit(1)
        .select_only()
        .column(Column::CreatedAt)
        .into_tuple()
        .one(handle.connection())
        .await?;
    Ok(at.map(time))
}

/// The earliest delivery about a subject to a recipient at a destination: what the others of its thread refer to.
pub(crate) async fn first_of(handle: &impl StoreHandle, like: &Delivery) -> Result<Option<DeliveryId>> {
    let id: Option<Uuid> = Entity::find()
        .filter(own_rows(handle, Column::OrganizationId))
        .filter(Column::SubjectId.eq(like.subject.id()))
        .filter(Column::Connector.eq(like.connector.as_str()))
        .filter(Column::Recipient.eq(like.recipient.written()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(1)
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .one(handle.connection())
        .await?;
    Ok(id.map(DeliveryId))
}
