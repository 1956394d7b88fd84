//! One try of one delivery: called outside of any transaction, recorded in one.

use super::call::{Sent, call};
use super::message::{self, About};
use crate::Backend;
use crate::connectors::{self, Created, Outcome, Outgoing, Verdict};
use crate::error::{Error, Result};
use crate::live::Change;
use crate::requests::record;
use crate::store::attempts::Attempt;
use crate::store::deliveries::{After, Delivery, Recipient};
use crate::store::effects::Recorded;
use crate::store::{attempts, connectors as definitions, deliveries, destinations, effects, organizations, requests, threads};
use chrono::{DateTime, Utc};
use domain::connectors::breaker::Met;
use domain::connectors::{Connector, next_try};
use domain::effect::{Effect, Notice};
use domain::notices::{Channel, told};
use domain::people::OrganizationRef;
use domain::requests::lifecycle::{self, Observation};
use domain::requests::{Request, Status};
use serde_json::Value;

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Delivered,
    Retrying,
    Failed,
}

/// What a try needs to know, read before it begins.
struct Prepared {
    connector: Option<Connector>,
    organization: OrganizationRef,
    request: Request,
    effect: Recorded,
    /// What began the request's thread there.
    thread: Option<String>,
}

/// Tries a leased delivery once. None when the lease was lost meanwhile: whoever has it now records it.
///
/// A delivery that cannot be read has failed, and says so; a database that does not answer is asked again when the lease runs out.
pub(super) async fn deliver(backend: Backend, delivery: Delivery, lease: String) -> Result<Option<Ended>> {
    let at = backend.now();
    let began = std::time::Instant::now();
    let outcome = match prepare(&backend, &delivery).await {
        Ok(prepared) => send(&backend, &delivery, &prepared, at).await?,
        Err(Error::Damaged(cause)) => {
            tracing::error!(delivery = %delivery.id, cause, "a delivery cannot be read");
            Outcome::not_set_up(format!("Not sent: what is stored for it cannot be read ({cause}). Have it restored, then send again."))
        }
        Err(error) => return Err(error),
    };
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    save(&backend, delivery, lease, outcome, at, milliseconds).await
}

async fn prepare(backend: &Backend, delivery: &Delivery) -> Result<Prepared> {
    let handle = backend.store().read(delivery.organization);
    let gone = |what: &str| Error::Damaged(format!("its {what} is gone"));
    let request = requests::by_id(&handle, delivery.request).await?.ok_or_else(|| gone("request"))?;
    let effect = effects::find(&handle, delivery.effect).await?.ok_or_else(|| gone("effect"))?;
    let organization =
        organizations::find(&backend.store().platform(), delivery.organization).await?.ok_or_else(|| gone("organization"))?;
    let own = definitions::by_key(&handle, &backend.settings().keys, &delivery.connector).await?;
    let connector = own.or_else(|| connectors::all_by_server(backend.settings()).into_iter().find(|one| one.key == delivery.connector));
    let kind = connector.as_ref().and_then(|connector| connectors::find(&connector.kind));
    let chats = kind.and_then(|kind| kind.carries()).is_some_and(|channel| channel != Channel::Email);
    let thread = match delivery.recipient {
        Recipient::Fulfilment if chats => threads::first(&handle, delivery.request, &delivery.connector, &delivery.recipient).await?,
        _ => None,
    };
    Ok(Prepared { connector, organization, request, effect, thread })
}

async fn send(backend: &Backend, delivery: &Delivery, prepared: &Prepared, now: DateTime<Utc>) -> Result<Outcome> {
    let fulfils = delivery.recipient == Recipient::Fulfilment;
    if fulfils && prepared.request.state.status == Status::Cancelled {
        return Ok(Outcome::not_set_up("Not sent: the request was cancelled."));
    }
    let Some(connector) = &prepared.connector else {
        return Ok(Outcome::not_set_up(format!("There is no connector “{}” any more.", delivery.connector)));
    };
    if !connector.enabled {
        return Ok(Outcome::not_set_up(format!("The connector “{}” is switched off.", connector.name)));
    }
    let organization = &prepared.organization;
    let notice = match &prepared.effect.effect {
        Effect::Notify(notice) => notice.clone(),
        Effect::Dispatch { .. } | Effect::Launch { .. } => Notice::default(),
    };
    let about = About { organization, request: &prepared.request, notice: &notice };
    let channel = connectors::find(&connector.kind).and_then(|kind| kind.carries());
    let data = match &delivery.recipient {
        Recipient::Fulfilment => super::data::of(backend, organization, &prepared.request).await?,
        Recipient::Subscription => super::data::event(backend, &about, prepared.effect.created_at).await?,
        Recipient::Channel | Recipient::Person(_) | Recipient::Summary(_) => Value::Null,
    };
    let sent = match (&delivery.recipient, channel) {
        (Recipient::Fulfilment | Recipient::Subscription, _) => {
            let name = if fulfils { prepared.effect.effect.name() } else { notice.event.as_str() };
            let (decided_at, thread) = (prepared.effect.created_at, prepared.thread.as_deref());
            Ok(Sent::Outgoing(Outgoing { id: delivery.id, name, decided_at, now, data: &data, thread }))
        }
        (_, None) => Err(Outcome::not_set_up(format!("Not sent: {} carries no messages to people any more.", connector.name))),
        (Recipient::Channel, _) => Ok(Sent::Message(message::to_channel(backend, &about, delivery, now).await?)),
        (Recipient::Person(id), Some(channel)) => {
            message::to_person(backend, &about, delivery, channel, *id, now).await?.map(Sent::Message)
        }
        (Recipient::Summary(id), _) => message::summary(backend, organization, delivery, *id, now).await?.map(Sent::Message),
    };
    Ok(match sent {
        Ok(sent) => call(backend, &organization.key, connector, &sent).await,
        Err(outcome) => outcome,
    })
}

/// What a try says about its destination; nothing when it did not reach out.
fn met(outcome: &Outcome) -> Option<Met> {
    match &outcome.verdict {
        // What was not worth sending reached nobody.
        Verdict::Sent if outcome.request.is_empty() => None,
        Verdict::Sent => Some(Met::Taken),
        Verdict::Retry { error, .. } => Some(Met::Failed(error.clone())),
        Verdict::Unauthorized { error } => Some(Met::Refused(error.clone())),
        Verdict::Permanent { .. } => outcome.code.map(|_| Met::Answered),
    }
}

/// Records the try, moves the delivery, and tells the request, in one transaction.
async fn save(
    backend: &Backend,
    delivery: Delivery,
    lease: String,
    outcome: Outcome,
    at: DateTime<Utc>,
    milliseconds: u64,
) -> Result<Option<Ended>> {
    let be = backend.clone();
    backend
        .store()
        .write(delivery.organization, move |tx| {
            Box::pin(async move {
                let now = be.now();
                let request = super::readable(requests::lock(tx, delivery.request).await)?;
                let fulfils = delivery.recipient == Recipient::Fulfilment;
                let cancelled = fulfils && request.as_ref().is_some_and(|request| request.state.status == Status::Cancelled);
                let met = met(&outcome);
                let made = outcome.created.map(|Created { number, link }| (number, link));
                let names_messages = outcome.names_message;
                let (after, error) = next(&be, cancelled, &delivery, outcome.verdict, now);
                if let Some((name, _)) = made.as_ref().filter(|_| names_messages) {
                    threads::begin(tx, delivery.request, &delivery.connector, &delivery.recipient, name).await?;
                }
                if !deliveries::finish(tx, delivery.id, &lease, &after, made.as_ref(), now).await? {
                    tracing::warn!(delivery = %delivery.id, "the lease ran out before the try ended");
                    return Ok(None);
                }
                let attempt = Attempt {
                    at,
                    milliseconds,
                    code: outcome.code,
                    error: error.clone(),
                    request: outcome.request,
                    response: outcome.response,
                };
                attempts::insert(tx, delivery.id, attempt).await?;
                if let Some(met) = met {
                    let seen = destinations::of(tx, &delivery.connector).await?;
                    // Most tries change nothing, and wait for nobody; those that do see what others changed before them.
                    if seen.after(&met, at, now) != seen {
                        let was = destinations::lock(tx, &delivery.connector).await?;
                        destinations::save(tx, &delivery.connector, &was.after(&met, at, now)).await?;
                    }
                }
                tx.announce(Change::Deliveries { organization: delivery.organization });
                let ended = match after {
                    After::Again(_) => Ended::Retrying,
                    After::Delivered => Ended::Delivered,
                    After::Failed => Ended::Failed,
                };
                // The try is on record; a request that cannot be read hears nothing of it, nor of messages to people.
                let Some(request) = request.filter(|_| fulfils) else { return Ok(Some(ended)) };
                let seen = match ended {
                    Ended::Retrying => {
                        crate::requests::announce(tx, &request);
                        return Ok(Some(ended));
                    }
                    Ended::Delivered => {
                        let all = deliveries::of_request(tx, request.id).await?.iter().all(|one| one.times.delivered_at.is_some())
                            && !effects::waiting(tx, request.id).await?;
                        Observation::Delivered { connector: delivery.connector.clone(), all }
                    }
                    Ended::Failed => Observation::DeliveryFailed { connector: delivery.connector.clone(), error: error.clone() },
                };
                let mut decision = lifecycle::observe(&request, &seen, now);
                if ended == Ended::Failed && !cancelled {
                    decision.effects.push(told::delivery_failed(&delivery.connector, &error));
                }
                record(tx, &be, &request, &decision).await?;
                Ok(Some(ended))
            })
        })
        .await
}

/// What comes after a try: the schedule is the domain's, and a cancelled request is not tried again.
fn next(backend: &Backend, cancelled: bool, delivery: &Delivery, verdict: Verdict, now: DateTime<Utc>) -> (After, String) {
    match verdict {
        Verdict::Sent => (After::Delivered, String::new()),
        Verdict::Permanent { error } => (After::Failed, error),
        Verdict::Retry { error, .. } | Verdict::Unauthorized { error } if cancelled => (After::Failed, error),
        Verdict::Unauthorized { error } => next(backend, cancelled, delivery, Verdict::Retry { error, after: None }, now),
        Verdict::Retry { error, after } => match next_try(&backend.settings().delivery_pauses, delivery.times.attempts + 1, now, after) {
            Some(at) => (After::Again(at), error),
            None => (After::Failed, error),
        },
    }
}
