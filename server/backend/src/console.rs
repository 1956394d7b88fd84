//! The delivery console: what leaves Docket, how destinations are, and how administrators take a hand.
//!
//! Who may see deliveries sees them; replaying, skipping, holding and setting up is for administrators. Calls themselves are made by the
//! outbox alone, tests of connectors included.

mod setup;

pub use setup::{connector, kinds, new_connector, preview, save, test};

use crate::audit::{self, AuditActor};
use crate::error::Result;
use crate::live::LiveChange;
use crate::requests::{announce, record};
use crate::store::attempts::NewAttempt;
use crate::store::count::{self, CountQuery};
use crate::store::deliveries::Delivery;
use crate::store::deliveries::console::{self, DeliverySearch};
use crate::store::members::facts;
use crate::store::{
    PageCursor, Read, Tx, attempts, connectors, cut_page, deliveries, destinations, effects, members, organizations, requests,
};
use crate::{Backend, Caller, outbox};
use chrono::{DateTime, Duration, Utc};
use domain::Refusal;
use domain::audit::{AuditDraft, AuditKind};
use domain::bounds::check_day;
use domain::connectors::breaker::DestinationHealth;
use domain::connectors::wire::{
    AttemptWhole, CHART_HOURS, CONSOLE_ROWS, ConsoleFilter, ConsoleRow, ConsoleView, DeliveryDetail, DestinationView, ShownDeliveries,
    WorkerView,
};
use domain::connectors::{Connector, TrialMode, status, trial};
use domain::id::{DeliveryId, EffectId, OrganizationId, PersonId, RequestId};
use domain::people::{Facts, PersonRef};
use domain::permission::Permission;
use domain::requests::Request;
use domain::requests::lifecycle::{self, SystemObservation};
use domain::requests::wire::ExternalRecord;
use domain::subject::Subject;
use domain::tally::MOST_COUNTED;
use std::collections::BTreeMap;

/// Deliveries replayed by one click, at most.
pub const MOST_REPLAYED: u64 = 1_000;
/// Without a sign of life for so long, a worker counts as gone.
const WORKER_PATIENCE: Duration = Duration::seconds(60);

fn see(caller: &Caller) -> Result<()> {
    if caller.facts.may(Permission::SeeDeliveries) { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// Refuses whoever does not hold the permission.
pub(crate) fn require(facts: &Facts, permission: Permission) -> Result<()> {
    if facts.may(permission) { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// The organization's connectors, and those of the server that carry messages of it.
async fn known(backend: &Backend, handle: &impl crate::store::StoreHandle) -> Result<Vec<Connector>> {
    let mut known = connectors::sealed(handle).await?;
    let carriers = outbox::carriers(backend, &organizations::notices(handle).await?, &known);
    let by_server = crate::connectors::all_by_server(backend.settings());
    known.extend(by_server.into_iter().filter(|one| carriers.values().any(|key| *key == one.key)));
    Ok(known)
}

/// The console.
///
/// # Errors
/// `NotFound` for who may not see deliveries.
pub async fn page(backend: &Backend, caller: &Caller, filter: ConsoleFilter, after: Option<String>) -> Result<ConsoleView> {
    see(caller)?;
    let after = PageCursor::read(after.as_deref())?;
    let handle = backend.store().read(caller.organization);
    let known = known(backend, &handle).await?;
    let mut wanted = DeliverySearch {
        show: filter.show,
        connector: (!filter.connector.is_empty()).then(|| filter.connector.clone()),
        since: filter.period.days().map(|days| backend.now() - Duration::days(days)),
        subject: None,
    };
    if !domain::text::is_blank_text(&filter.number) {
        let request = match domain::requests::number::parse(&filter.number) {
            Some(number) => requests::by_number(&handle, &number).await?,
            None => None,
        };
        // No request has the nil id: what is not a docket number finds nothing.
        wanted.subject = Some(Subject::Request(request.map_or(RequestId(uuid::Uuid::nil()), |request| request.id)));
    }
    let found = console::page(&handle, &wanted, after, CONSOLE_ROWS + 1).await?;
    let (found, next) = cut_page(found, CONSOLE_ROWS as usize, |last| PageCursor::at(last.created_at, last.id.0));
    let shown = |show| Some(console::count(&handle, &DeliverySearch { show, ..wanted.clone() }, MOST_COUNTED));
    let [waiting, failed] = count::all(&handle, [shown(ShownDeliveries::Waiting), shown(ShownDeliveries::Failed)]).await?;
    Ok(ConsoleView {
        now: backend.now(),
        destinations: destination_views(backend, caller, &known).await?,
        waiting,
        failed,
        rows: rows(backend, caller, found, &known).await?,
        next,
        pauses: backend.settings().delivery_pauses.clone(),
        worker: worker(backend).await?,
    })
}

/// How many destinations are paused because they fail; none for who may not see deliveries.
pub(crate) fn trouble(handle: &Read, caller: &Caller) -> Option<CountQuery> {
    see(caller).is_ok().then(|| destinations::paused(handle))
}

/// Whether anything is delivered at all.
///
/// # Errors
/// When the database fails.
pub async fn worker(backend: &Backend) -> Result<WorkerView> {
    Ok(match outbox::alive(backend).await? {
        None => WorkerView::Never,
        Some(seen) if backend.now() - seen > WORKER_PATIENCE => WorkerView::Gone(seen),
        Some(_) => WorkerView::Alive,
    })
}

async fn destination_views(backend: &Backend, caller: &Caller, known: &[Connector]) -> Result<Vec<DestinationView>> {
    let handle = backend.store().read(caller.organization);
    let this_hour = backend.now().timestamp() / 3600;
    let first = this_hour - (CHART_HOURS as i64 - 1);
    let since = DateTime::<Utc>::from_timestamp(first * 3600, 0).unwrap_or(backend.now());
    let tries = attempts::by_hour(&handle, since).await?;
    let health: BTreeMap<String, DestinationHealth> = destinations::all(&handle).await?.into_iter().collect();
    let mut views = Vec::with_capacity(known.len());
    for connector in known {
        let health = health.get(&connector.key).cloned().unwrap_or_default();
        let wanted = DeliverySearch { show: ShownDeliveries::Waiting, connector: Some(connector.key.clone()), ..DeliverySearch::default() };
        let kind = crate::connectors::find(&connector.kind);
        views.push(DestinationView {
            key: connector.key.clone(),
            name: connector.name.clone(),
            kind: connector.kind.clone(),
            kind_label: kind.map_or_else(|| connector.kind.clone(), |kind| kind.label().to_owned()),
            target: kind.map(|kind| kind.target(&connector.settings)).unwrap_or_default(),
            enabled: connector.enabled,
            standing: health.standing(),
            refuses_us: health.refuses_us,
            failing_since: health.failing_since,
            paused_until: health.paused_until,
            error: health.error,
            waiting: console::count(&handle, &wanted, MOST_COUNTED).ask(&handle).await?,
            hours: (first..=this_hour).map(|hour| tries.get(&(connector.key.clone(), hour)).copied().unwrap_or_default()).collect(),
        });
    }
    Ok(views)
}

async fn rows(backend: &Backend, caller: &Caller, found: Vec<Delivery>, known: &[Connector]) -> Result<Vec<ConsoleRow>> {
    let handle = backend.store().read(caller.organization);
    let topics = outbox::load_topics(&handle, found.iter().map(|delivery| delivery.subject)).await?;
    let ids: Vec<DeliveryId> = found.iter().map(|delivery| delivery.id).collect();
    let mut tried: BTreeMap<DeliveryId, u32> = BTreeMap::new();
    attempts::of(&handle, &ids).await?.into_iter().for_each(|attempt| *tried.entry(attempt.delivery).or_default() += 1);
    let effects: Vec<EffectId> = found.iter().map(|delivery| delivery.effect).collect();
    let effects = effects::words(&handle, &effects).await?;
    let told: Vec<PersonId> = found.iter().filter_map(|delivery| delivery.recipient.person()).collect();
    let people = members::people(&handle, &told).await?;
    let in_one_schedule = u32::try_from(backend.settings().delivery_pauses.len()).unwrap_or_default() + 1;
    let mut rows = Vec::with_capacity(found.len());
    for delivery in found {
        let about = topics.get(&delivery.subject).and_then(|topic| topic.as_ref().ok());
        let attempts = tried.get(&delivery.id).copied().unwrap_or_default();
        rows.push(ConsoleRow {
            id: delivery.id,
            queued_at: delivery.created_at,
            number: about.map(|topic| topic.number().to_owned()).unwrap_or_default(),
            title: about.map_or("Unreadable", |topic| topic.title()).to_owned(),
            event: effects.get(&delivery.effect).copied().unwrap_or("Unreadable").to_owned(),
            connector: to_whom(&delivery, known, &people),
            attempts,
            tries: attempts.saturating_sub(delivery.times.attempts) + in_one_schedule,
            status: status(&delivery.times, backend.now()),
            next_at: delivery.times.next_at,
        });
    }
    Ok(rows)
}

/// The connector's name, after the person's whom it reaches.
fn to_whom(delivery: &Delivery, known: &[Connector], people: &[PersonRef]) -> String {
    let connector = known.iter().find(|one| one.key == delivery.connector).map_or(delivery.connector.as_str(), |one| one.name.as_str());
    let person = delivery.recipient.person().and_then(|id| people.iter().find(|person| person.id == id));
    person.map_or_else(|| connector.to_owned(), |person| format!("{}, by {connector}", person.name))
}

/// One delivery with its tries.
///
/// # Errors
/// `NotFound` for who may not see it.
pub async fn delivery(backend: &Backend, caller: &Caller, id: DeliveryId) -> Result<DeliveryDetail> {
    see(caller)?;
    let handle = backend.store().read(caller.organization);
    let found = deliveries::find(&handle, id).await?.ok_or(Refusal::NotFound)?;
    let known = known(backend, &handle).await?;
    let made = found.made.clone().map(|(number, link)| ExternalRecord { number, link });
    let row = rows(backend, caller, vec![found], &known).await?.pop().ok_or(Refusal::NotFound)?;
    let attempts = attempts::whole(&handle, id).await?.into_iter().map(|(number, attempt)| whole(number, attempt)).collect();
    Ok(DeliveryDetail { row, made, attempts })
}

fn whole(number: u32, attempt: NewAttempt) -> AttemptWhole {
    AttemptWhole {
        number,
        at: attempt.at,
        milliseconds: attempt.milliseconds.try_into().unwrap_or(u32::MAX),
        code: attempt.code,
        error: attempt.error,
        request: readable(&attempt.request),
        response: readable(&attempt.response),
    }
}

/// What was sent or came back, with its JSON laid out.
fn readable(text: &str) -> String {
    let laid_out = |text: &str| -> Option<String> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        serde_json::to_string_pretty(&value).ok().filter(|_| value.is_object() || value.is_array())
    };
    match text.split_once("\n\n") {
        Some((head, body)) => format!("{head}\n\n{}", laid_out(body).unwrap_or_else(|| body.to_owned())),
        None => laid_out(text).unwrap_or_else(|| text.to_owned()),
    }
}

/// Sends these now: failed ones with a fresh schedule, waiting ones without waiting longer. Says how many; those that were delivered or
/// are being sent are left alone.
///
/// # Errors
/// `NotFound` for who may not.
pub async fn send_now(backend: &Backend, caller: &Caller, ids: Vec<DeliveryId>) -> Result<u32> {
    require(&caller.facts, Permission::ReplayDeliveries)?;
    let mut sent = 0;
    for id in ids.into_iter().take(MOST_REPLAYED as usize) {
        let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
        let work = backend.store().write(caller.organization, move |tx| {
            Box::pin(async move {
                let facts = fresh(tx, person, Permission::ReplayDeliveries, be.now()).await?;
                send_one(tx, &be, (&facts, &actor), id).await
            })
        });
        sent += u32::from(work.await?);
    }
    Ok(sent)
}

/// Sends every delivery to a destination that failed since a moment; any destination when `connector` is empty. Says how many.
///
/// # Errors
/// `NotFound` for who may not; input for a day that is not known.
pub async fn replay_since(backend: &Backend, caller: &Caller, connector: String, since: DateTime<Utc>) -> Result<u32> {
    require(&caller.facts, Permission::ReplayDeliveries)?;
    check_day("since", since.date_naive())?;
    let wanted = DeliverySearch {
        show: ShownDeliveries::Failed,
        connector: (!connector.is_empty()).then_some(connector),
        since: Some(since),
        subject: None,
    };
    let mut found = console::page(&backend.store().read(caller.organization), &wanted, None, MOST_REPLAYED).await?;
    // What ended workers is sent again by who looked at it, one by one.
    found.retain(|delivery| trial(delivery.times.cut_off) != TrialMode::Never);
    // The oldest first: a destination hears of a request in order.
    found.reverse();
    send_now(backend, caller, found.into_iter().map(|delivery| delivery.id).collect()).await
}

/// The request that a delivery hands on, locked: it hears what somebody does with it, as it hears of every try. None for a delivery that
/// tells somebody something.
async fn lock_request(tx: &Tx<'_>, delivery: &Delivery) -> Result<Option<Request>> {
    match delivery.fulfils() {
        Some(id) => Ok(Some(requests::lock(tx, id).await?.ok_or(Refusal::NotFound)?)),
        None => Ok(None),
    }
}

/// Sends one delivery now, in a transaction of its own. A pause of its destination is over: somebody wants to know.
pub(crate) async fn send_one(tx: &Tx<'_>, backend: &Backend, (actor, by): (&Facts, &AuditActor), id: DeliveryId) -> Result<bool> {
    let now = backend.now();
    let delivery = deliveries::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let request = lock_request(tx, &delivery).await?;
    match &request {
        Some(request) => lifecycle::replay(request, actor, now)?,
        None => require(actor, Permission::ReplayDeliveries)?,
    }
    let health = destinations::lock(tx, &delivery.connector).await?;
    if health.paused_until.is_some_and(|until| until > now) {
        destinations::save(tx, &delivery.connector, &DestinationHealth { paused_until: Some(now), ..health }).await?;
    }
    let draft = draft_of(AuditKind::DeliveriesReplayed, &delivery, request.as_ref());
    if deliveries::replay(tx, id, now).await? {
        let seen = SystemObservation::Replayed { connector: delivery.connector, by: actor.person.clone() };
        if let Some(request) = request {
            record(tx, backend, &request, &lifecycle::observe(&request, &seen, now)).await?;
        }
    } else if console::hurry(tx, id, now).await? {
        request.iter().for_each(|request| announce(tx, request));
    } else {
        return Ok(false);
    }
    audit::record(tx, backend, by, vec![draft]).await?;
    tx.announce(LiveChange::Deliveries { organization: OrganizationId(crate::store::StoreHandle::organization(tx)) });
    Ok(true)
}

/// What the audit log calls something that was done to a delivery.
fn draft_of(kind: AuditKind, delivery: &Delivery, request: Option<&Request>) -> AuditDraft {
    let about = request.map(|request| format!("{}, ", request.number)).unwrap_or_default();
    AuditDraft::of(kind, delivery.id.to_string(), format!("{about}to {}", delivery.connector))
}

/// Gives up a delivery that waits, so that those behind it go on. It can be sent again.
///
/// # Errors
/// `NotFound` for who may not; `NotNow` when it has ended or is being sent.
pub async fn skip(backend: &Backend, caller: &Caller, id: DeliveryId) -> Result<()> {
    require(&caller.facts, Permission::ReplayDeliveries)?;
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let now = be.now();
            let facts = fresh(tx, person, Permission::ReplayDeliveries, now).await?;
            let delivery = deliveries::find(tx, id).await?.ok_or(Refusal::NotFound)?;
            let request = lock_request(tx, &delivery).await?;
            if !console::skip(tx, id, now).await? {
                return Err(Refusal::not_now("This delivery has ended or is being sent. Only one that waits can be skipped.").into());
            }
            let error = format!("Skipped by {}.", facts.person.name);
            let attempt =
                NewAttempt { at: now, milliseconds: 0, code: None, error: error.clone(), request: String::new(), response: String::new() };
            attempts::insert(tx, vec![(id, attempt)]).await?;
            let draft = draft_of(AuditKind::DeliverySkipped, &delivery, request.as_ref());
            audit::record(tx, &be, &actor, vec![draft]).await?;
            let seen = SystemObservation::DeliveryFailed { connector: delivery.connector, error };
            if let Some(request) = request {
                record(tx, &be, &request, &lifecycle::observe(&request, &seen, now)).await?;
            }
            tx.announce(LiveChange::Deliveries { organization: delivery.organization });
            Ok(())
        })
    });
    work.await
}

/// Holds everything for a destination back, or lets it go on.
///
/// # Errors
/// `NotFound` for who may not, and when there is no such connector.
pub async fn hold(backend: &Backend, caller: &Caller, connector: String, held: bool) -> Result<()> {
    require(&caller.facts, Permission::ManageConnectors)?;
    let (be, person, organization, actor) = (backend.clone(), caller.id(), caller.organization, AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            fresh(tx, person, Permission::ManageConnectors, be.now()).await?;
            let name = known(&be, tx).await?.into_iter().find(|one| one.key == connector).ok_or(Refusal::NotFound)?.name;
            let health = destinations::lock(tx, &connector).await?;
            if health.held_at.is_some() != held {
                let kind = if held { AuditKind::ConnectorHeld } else { AuditKind::ConnectorReleased };
                audit::record(tx, &be, &actor, vec![AuditDraft::of(kind, connector.as_str(), name)]).await?;
            }
            let health = if held {
                DestinationHealth { held_at: health.held_at.or(Some(be.now())), ..health }
            } else {
                // Who releases it wants it tried.
                DestinationHealth { held_at: None, paused_until: health.paused_until.map(|until| until.min(be.now())), ..health }
            };
            destinations::save(tx, &connector, &health).await?;
            tx.announce(LiveChange::Deliveries { organization });
            Ok(())
        })
    });
    work.await
}

/// The person's rights as they are now: those of the page may be older.
async fn fresh(tx: &Tx<'_>, person: PersonId, permission: Permission, now: DateTime<Utc>) -> Result<Facts> {
    let facts = facts::acting(tx, person, now).await?.ok_or(Refusal::NotFound)?;
    require(&facts, permission)?;
    Ok(facts)
}
