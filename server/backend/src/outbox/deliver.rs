//! One try of one delivery: called outside of any transaction, recorded in one.

use crate::Backend;
use crate::connectors::{Created, Outcome, Outgoing, Verdict};
use crate::error::{Error, Result};
use crate::live::Change;
use crate::requests::record;
use crate::store::attempts::Attempt;
use crate::store::deliveries::{After, Delivery};
use crate::store::{attempts, connectors as definitions, deliveries, destinations, effects, organizations, requests};
use chrono::{DateTime, Utc};
use domain::connectors::breaker::Met;
use domain::connectors::{Connector, next_try};
use domain::requests::Status;
use domain::requests::lifecycle::{self, Observation};
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
    cancelled: bool,
    name: &'static str,
    /// The organization's key.
    organization: String,
    decided_at: DateTime<Utc>,
    data: Value,
}

/// Tries a leased delivery once. None when the lease was lost meanwhile: whoever has it now records it.
///
/// A delivery that cannot be read has failed, and says so; a database that does not answer is asked again when the lease runs out.
pub(super) async fn deliver(backend: Backend, delivery: Delivery, lease: String) -> Result<Option<Ended>> {
    let at = backend.now();
    let began = std::time::Instant::now();
    let outcome = match prepare(&backend, &delivery).await {
        Ok(prepared) => send(&backend, &delivery, &prepared, at).await,
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
    Ok(Prepared {
        connector: definitions::by_key(&handle, &backend.settings().keys, &delivery.connector).await?,
        organization: organization.key.clone(),
        cancelled: request.state.status == Status::Cancelled,
        name: effect.effect.name(),
        decided_at: effect.created_at,
        data: super::data::of(backend, &organization, &request).await?,
    })
}

async fn send(backend: &Backend, delivery: &Delivery, prepared: &Prepared, now: DateTime<Utc>) -> Outcome {
    if prepared.cancelled {
        return Outcome::not_set_up("Not sent: the request was cancelled.");
    }
    let Some(connector) = &prepared.connector else {
        return Outcome::not_set_up(format!("There is no connector “{}” any more.", delivery.connector));
    };
    if !connector.enabled {
        return Outcome::not_set_up(format!("The connector “{}” is switched off.", connector.name));
    }
    let outgoing = Outgoing { id: delivery.id, name: prepared.name, decided_at: prepared.decided_at, now, data: &prepared.data };
    super::call::call(backend, &prepared.organization, connector, &outgoing).await
}

/// What a try says about its destination; nothing when it did not reach out.
fn met(outcome: &Outcome) -> Option<Met> {
    match &outcome.verdict {
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
                let cancelled = request.as_ref().is_some_and(|request| request.state.status == Status::Cancelled);
                let met = met(&outcome);
                let made = outcome.created.map(|Created { number, link }| (number, link));
                let (after, error) = next(&be, cancelled, &delivery, outcome.verdict, now);
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
                // The try is on record; a request that cannot be read hears nothing of it.
                let Some(request) = request else { return Ok(Some(ended)) };
                let seen = match ended {
                    Ended::Retrying => {
                        crate::requests::announce(tx, &request);
                        return Ok(Some(ended));
                    }
                    Ended::Delivered => {
                        let all = deliveries::of_request(tx, request.id).await?.iter().all(|one| one.times.delivered_at.is_some())
                            && !effects::waiting(tx, request.id).await?;
                        Observation::Delivered { connector: delivery.connector, all }
                    }
                    Ended::Failed => Observation::DeliveryFailed { connector: delivery.connector, error },
                };
                let decision = lifecycle::observe(&request, &seen, now);
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
