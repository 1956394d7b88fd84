//! Deliveries: one effect to one destination. Claimed by a conditional update with a lease, so that a killed worker's delivery is
//! taken up by another.

use super::destinations;
use super::only::Only;
use super::{Handle, Platform, micros, time};
use crate::error::Result;
use chrono::{DateTime, Duration, Utc};
use domain::connectors::Times;
use domain::id::{DeliveryId, EffectId, OrganizationId, PersonId, RequestId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Query, SimpleExpr};
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub effect_id: Uuid,
    pub request_id: Uuid,
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
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// For whom a delivery is, besides its connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// The system that fulfils the request.
    Fulfilment,
    /// Everybody in the connector's channel.
    Channel,
    /// Who subscribed to events.
    Subscription,
    /// One person, about one event.
    Person(PersonId),
    /// One person, about all they have not seen.
    Summary(PersonId),
}

impl Recipient {
    /// The person it is for, when it is for one.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(id) | Self::Summary(id) => Some(*id),
            Self::Fulfilment | Self::Channel | Self::Subscription => None,
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Fulfilment => String::new(),
            Self::Channel => "channel".to_owned(),
            Self::Subscription => "subscription".to_owned(),
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
            _ => match (person("person:"), person("summary:")) {
                (Some(id), _) => Self::Person(id),
                (_, Some(id)) => Self::Summary(id),
                _ => Self::Channel,
            },
        }
    }
}

/// A delivery to be made.
pub(crate) struct New {
    pub id: DeliveryId,
    pub connector: String,
    pub recipient: Recipient,
    /// When it is first tried.
    pub first_at: DateTime<Utc>,
}

/// A delivery with its times.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub id: DeliveryId,
    pub organization: OrganizationId,
    pub effect: EffectId,
    pub request: RequestId,
    /// The connector's key.
    pub connector: String,
    /// `attempts` counts the tries of the present schedule; a replay begins a fresh one.
    pub times: Times,
    pub created_at: DateTime<Utc>,
    pub recipient: Recipient,
    /// What it made in the other system: its name there and its address.
    pub made: Option<(String, String)>,
}

pub(super) fn delivery(row: Model) -> Delivery {
    Delivery {
        id: DeliveryId(row.id),
        organization: OrganizationId(row.organization_id),
        effect: EffectId(row.effect_id),
        request: RequestId(row.request_id),
        connector: row.connector,
        times: Times {
            next_at: row.next_at.map(time),
            leased_until: row.leased_until.map(time),
            delivered_at: row.delivered_at.map(time),
            failed_at: row.failed_at.map(time),
            attempts: row.attempts.try_into().unwrap_or_default(),
        },
        created_at: time(row.created_at),
        recipient: Recipient::read(&row.recipient),
        made: row.made_number.map(|number| (number, row.made_link.unwrap_or_default())),
    }
}

/// Makes deliveries of an effect.
pub(crate) async fn insert(handle: &impl Handle, effect: EffectId, request: RequestId, new: &[New], now: DateTime<Utc>) -> Result<()> {
    for some in new.chunks(super::people::ROWS) {
        let rows = some.iter().map(|one| {
            Model {
                id: one.id.0,
                organization_id: handle.organization(),
                effect_id: effect.0,
                request_id: request.0,
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
            }
            .into_active_model()
        });
        Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(handle.connection())
            .await?;
    }
    Ok(())
}

/// What a request was handed on to, in the order it was: messages to people are not among them.
pub(crate) async fn of_request(handle: &impl Handle, request: RequestId) -> Result<Vec<Delivery>> {
    let rows = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::RequestId.eq(request.0))
        .filter(Column::Recipient.eq(""))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(handle.connection())
        .await?;
    Ok(rows.into_iter().map(delivery).collect())
}

/// One delivery.
pub(crate) async fn find(handle: &impl Handle, id: DeliveryId) -> Result<Option<Delivery>> {
    let row = Entity::find_by_id(id.0).filter(Column::OrganizationId.eq(handle.organization())).only(handle.connection()).await?;
    Ok(row.map(delivery))
}

/// What makes a delivery of any organization due: neither ended nor leased, and its time has come.
fn due(now: i64) -> Condition {
    Condition::all()
        .add(Column::DeliveredAt.is_null())
        .add(Column::FailedAt.is_null())
        .add(Column::NextAt.lte(now))
        .add(Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(now)))
}

/// Its destination is neither held nor paused.
fn open_destination(now: i64) -> SimpleExpr {
    use destinations::Column as Of;
    let of = |column: Of| Expr::col((destinations::Entity, column));
    let shut = Condition::any().add(of(Of::HeldAt).is_not_null()).add(of(Of::PausedUntil).gt(now));
    let query = Query::select()
        .expr(Expr::val(1))
        .from(destinations::Entity)
        .and_where(of(Of::OrganizationId).equals((Entity, Column::OrganizationId)))
        .and_where(of(Of::Connector).equals((Entity, Column::Connector)))
        .cond_where(shut)
        .to_owned();
    Expr::exists(query).not()
}

/// No unfinished delivery of the same request to the same destination and recipient is older: they hear of a request in order. What was
/// put off and not tried yet holds up nobody.
fn first_in_line(now: i64) -> SimpleExpr {
    let older = Alias::new("older");
    let of = |column: Column| Expr::col((older.clone(), column));
    let earlier = Condition::any().add(of(Column::CreatedAt).lt(Expr::col((Entity, Column::CreatedAt)))).add(
        Condition::all()
            .add(of(Column::CreatedAt).equals((Entity, Column::CreatedAt)))
            .add(of(Column::Id).lt(Expr::col((Entity, Column::Id)))),
    );
    let query = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, older.clone())
        .and_where(of(Column::RequestId).equals((Entity, Column::RequestId)))
        .and_where(of(Column::Connector).equals((Entity, Column::Connector)))
        .and_where(of(Column::Recipient).equals((Entity, Column::Recipient)))
        .and_where(of(Column::DeliveredAt).is_null())
        .and_where(of(Column::FailedAt).is_null())
        .cond_where(Condition::any().add(of(Column::Attempts).gt(0)).add(of(Column::NextAt).lte(now)))
        .cond_where(earlier)
        .to_owned();
    Expr::exists(query).not()
}

/// Leases due deliveries under this lease's name, and returns them. Another worker's update finds them leased.
pub(crate) async fn claim(
    reader: &Platform,
    writer: &Platform,
    lease: &str,
    now: DateTime<Utc>,
    length: Duration,
    limit: u64,
) -> Result<Vec<Delivery>> {
    let at = micros(now);
    let found: Vec<(Uuid, Uuid, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::OrganizationId, Column::Connector])
        .filter(due(at))
        .filter(first_in_line(at))
        .filter(open_destination(at))
        .order_by_asc(Column::NextAt)
        .limit(limit)
        .into_tuple()
        .all(reader.connection())
        .await?;
    let ids = with_probes(reader, writer, found, now, length).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let claimed = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::value(micros(now + length)))
        .col_expr(Column::Lease, Expr::value(lease))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(due(at))
        .exec(writer.connection())
        .await?;
    if claimed.rows_affected == 0 {
        return Ok(Vec::new());
    }
    let rows = Entity::find()
        .filter(Column::Id.is_in(ids))
        .filter(Column::Lease.eq(lease))
        .order_by_asc(Column::NextAt)
        .all(writer.connection())
        .await?;
    Ok(rows.into_iter().map(delivery).collect())
}

/// Of these deliveries, those to tries at once: a destination whose pause is over gets one, its probe.
async fn with_probes(
    reader: &Platform,
    writer: &Platform,
    found: Vec<(Uuid, Uuid, String)>,
    now: DateTime<Utc>,
    length: Duration,
) -> Result<Vec<Uuid>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut owed = destinations::to_probe(reader, now).await?;
    let mut shut = Vec::new();
    let mut ids = Vec::with_capacity(found.len());
    for (id, organization, connector) in found {
        let destination = (OrganizationId(organization), connector);
        if let Some(place) = owed.iter().position(|one| *one == destination) {
            let (organization, connector) = owed.swap_remove(place);
            if destinations::probe(writer, organization, &connector, now, length).await? {
                ids.push(id);
            }
            shut.push((organization, connector));
        } else if !shut.contains(&destination) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// What became of a try.
pub(crate) enum After {
    Delivered,
    /// Tried again at this time.
    Again(DateTime<Utc>),
    Failed,
}

/// Ends a lease with the outcome of its try. False when the lease was lost meanwhile: then nothing is written.
pub(crate) async fn finish(
    handle: &impl Handle,
    id: DeliveryId,
    lease: &str,
    after: &After,
    made: Option<&(String, String)>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let at = Some(micros(now));
    let (next, delivered, failed) = match after {
        After::Delivered => (None, at, None),
        After::Again(next) => (Some(micros(*next)), None, None),
        After::Failed => (None, None, at),
    };
    let mut update = Entity::update_many();
    if let Some((number, link)) = made {
        update = update.col_expr(Column::MadeNumber, Expr::value(number)).col_expr(Column::MadeLink, Expr::value(link));
    }
    let done = update
        .col_expr(Column::NextAt, Expr::value(next))
        .col_expr(Column::DeliveredAt, Expr::value(delivered))
        .col_expr(Column::FailedAt, Expr::value(failed))
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        .col_expr(Column::Lease, Expr::value(None::<String>))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Lease.eq(lease))
        .exec(handle.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Makes a failed delivery due again, with a fresh schedule. False when it has not failed.
pub(crate) async fn replay(handle: &impl Handle, id: DeliveryId, now: DateTime<Utc>) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(micros(now)))
        .col_expr(Column::FailedAt, Expr::value(None::<i64>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<i64>))
        .col_expr(Column::Lease, Expr::value(None::<String>))
        .col_expr(Column::Attempts, Expr::value(0))
        .filter(Column::Id.eq(id.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::FailedAt.is_not_null())
        .filter(Column::DeliveredAt.is_null())
        .exec(handle.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Stops what was not handed on yet of a cancelled request; people are told all the same. A try that is under way records its own end.
pub(crate) async fn stop(handle: &impl Handle, request: RequestId, now: DateTime<Utc>) -> Result<()> {
    let at = micros(now);
    Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(None::<i64>))
        .col_expr(Column::FailedAt, Expr::value(at))
        .filter(Column::RequestId.eq(request.0))
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Recipient.eq(""))
        .filter(Column::DeliveredAt.is_null())
        .filter(Column::FailedAt.is_null())
        .filter(Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(at)))
        .exec(handle.connection())
        .await?;
    Ok(())
}

/// When the summary before this one was made, of the same person.
pub(crate) async fn summary_before(handle: &impl Handle, this: &Delivery) -> Result<Option<DateTime<Utc>>> {
    let at: Option<i64> = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::Connector.eq(this.connector.as_str()))
        .filter(Column::Recipient.eq(this.recipient.written()))
        .filter(Column::CreatedAt.lt(micros(this.created_at)))
        .order_by_desc(Column::CreatedAt)
        .limit(1)
        .select_only()
        .column(Column::CreatedAt)
        .into_tuple()
        .only(handle.connection())
        .await?;
    Ok(at.map(time))
}

/// The earliest delivery of a request to a recipient at a destination: what the others of its thread refer to.
pub(crate) async fn first_of(handle: &impl Handle, like: &Delivery) -> Result<Option<DeliveryId>> {
    let id: Option<Uuid> = Entity::find()
        .filter(Column::OrganizationId.eq(handle.organization()))
        .filter(Column::RequestId.eq(like.request.0))
        .filter(Column::Connector.eq(like.connector.as_str()))
        .filter(Column::Recipient.eq(like.recipient.written()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(1)
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .only(handle.connection())
        .await?;
    Ok(id.map(DeliveryId))
}
