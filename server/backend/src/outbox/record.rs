//! What came of tries, recorded: many together in one transaction, which moves their deliveries and tells their requests.

use super::deliver::FinishedAttempt;
use crate::Backend;
use crate::connectors::{AttemptOutcome, AttemptVerdict};
use crate::error::Result;
use crate::live::LiveChange;
use crate::requests::{announce, record_each};
use crate::store::attempts::NewAttempt;
use crate::store::deliveries::leases::{self, LeaseEnding};
use crate::store::deliveries::{self, Delivery};
use crate::store::{StoreHandle, Tx, attempts, destinations, effects, receipts, requests, threads};
use chrono::{DateTime, Utc};
use domain::connectors::breaker::{AttemptEvidence, DestinationHealth};
use domain::connectors::next_try;
use domain::connectors::receipt::RecipientReceipt;
use domain::id::{DeliveryId, OrganizationId, RequestId};
use domain::notices::told;
use domain::requests::lifecycle::{self, SystemObservation};
use domain::requests::{Request, StateChange, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a try ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TryEnding {
    Delivered,
    Retrying,
    Failed,
}

/// What became of recording one try: None when the lease was lost meanwhile, and whoever has it now records it.
pub(super) type RecordResult = Result<Option<TryEnding>>;

/// Records tries of one organization, one of each request that is handed on. What cannot be recorded with others is recorded alone.
pub(super) async fn record(
    backend: Backend,
    organization: OrganizationId,
    lease: Arc<str>,
    tries: Vec<FinishedAttempt>,
) -> Vec<RecordResult> {
    let tries: Arc<[FinishedAttempt]> = tries.into();
    match together(&backend, organization, &lease, tries.clone(), 0..tries.len()).await {
        Ok(ended) => ended.into_iter().map(Ok).collect(),
        Err(error) if tries.len() == 1 => vec![Err(error)],
        Err(error) => {
            tracing::warn!(%error, "failed to record {} attempts together; recording each alone", tries.len());
            let mut recorded = Vec::with_capacity(tries.len());
            for one in 0..tries.len() {
                let alone = together(&backend, organization, &lease, tries.clone(), one..one + 1).await;
                recorded.push(alone.map(|ended| ended.into_iter().next().flatten()));
            }
            recorded
        }
    }
}

async fn together(
    backend: &Backend,
    organization: OrganizationId,
    lease: &Arc<str>,
    tries: Arc<[FinishedAttempt]>,
    which: std::ops::Range<usize>,
) -> Result<Vec<Option<TryEnding>>> {
    let (be, lease) = (backend.clone(), lease.clone());
    backend
        .store()
        .write(organization, move |tx| Box::pin(async move { save(tx, &be, &lease, tries.get(which).unwrap_or_default()).await }))
        .await
}

/// What follows from a try.
struct Consequence<'a> {
    tried: &'a FinishedAttempt,
    after: LeaseEnding,
    error: String,
    cancelled: bool,
}

impl Consequence<'_> {
    fn ended(&self) -> TryEnding {
        match self.after {
            LeaseEnding::Again(_) => TryEnding::Retrying,
            LeaseEnding::Delivered => TryEnding::Delivered,
            LeaseEnding::Failed | LeaseEnding::SetAside => TryEnding::Failed,
        }
    }
}

async fn save(tx: &Tx<'_>, be: &Backend, lease: &str, tries: &[FinishedAttempt]) -> Result<Vec<Option<TryEnding>>> {
    let now = be.now();
    let requests = locked(tx, tries).await?;
    let follow = |tried| consequence(be, tried, &requests, now);
    let all: Vec<Consequence<'_>> = tries.iter().map(follow).collect();
    let mine = finish(tx, lease, &all, now).await?;
    let recorded: Vec<&Consequence<'_>> = all.iter().filter(|one| mine.contains(&one.tried.delivery.id)).collect();
    attempts::insert(tx, recorded.iter().map(|one| (one.tried.delivery.id, attempt(one))).collect()).await?;
    for one in recorded.iter().filter(|one| is_kept(&one.tried.outcome)) {
        receipts::keep(tx, one.tried.delivery.id, &one.tried.outcome.receipts, now).await?;
    }
    breakers(tx, &recorded, now).await?;
    let decided = observed(tx, &recorded, requests, now).await?;
    record_each(tx, be, &decided).await?;
    if !recorded.is_empty() {
        tx.announce(LiveChange::Deliveries { organization: OrganizationId(tx.organization()) });
    }
    Ok(all.iter().map(|one| mine.contains(&one.tried.delivery.id).then(|| one.ended())).collect())
}

/// The requests that were handed on, as far as they can be read: the others hear nothing of it, and none of messages to people.
async fn locked(tx: &Tx<'_>, tries: &[FinishedAttempt]) -> Result<BTreeMap<RequestId, Request>> {
    let ids: Vec<RequestId> = tries.iter().filter_map(|one| one.delivery.fulfils()).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut requests = BTreeMap::new();
    for (id, request) in requests::lock_these(tx, &ids).await? {
        if let Some(request) = super::readable(request.map(Some))? {
            requests.insert(id, request);
        }
    }
    Ok(requests)
}

/// What comes after a try: the schedule is the domain's, and a cancelled request is not tried again.
fn consequence<'a>(
    be: &Backend,
    tried: &'a FinishedAttempt,
    requests: &BTreeMap<RequestId, Request>,
    now: DateTime<Utc>,
) -> Consequence<'a> {
    let request = tried.delivery.fulfils().and_then(|id| requests.get(&id));
    let cancelled = request.is_some_and(|request| request.state.status == Status::Cancelled);
    let error = tried.outcome.verdict.error().unwrap_or_default().to_owned();
    if tried.set_aside {
        return Consequence { tried, after: LeaseEnding::SetAside, error, cancelled };
    }
    let asked = match &tried.outcome.verdict {
        AttemptVerdict::Sent => return Consequence { tried, after: LeaseEnding::Delivered, error, cancelled },
        AttemptVerdict::Permanent { .. } => return Consequence { tried, after: LeaseEnding::Failed, error, cancelled },
        AttemptVerdict::Retry { after, .. } => *after,
        AttemptVerdict::Unauthorized { .. } => None,
    };
    let next = next_try(&be.settings().delivery_pauses, tried.delivery.times.attempts + 1, now, asked);
    let again = next.filter(|_| !cancelled);
    Consequence { tried, after: again.map_or(LeaseEnding::Failed, LeaseEnding::Again), error, cancelled }
}

/// Ends the leases, and says which of them were still this worker's.
async fn finish(tx: &Tx<'_>, lease: &str, all: &[Consequence<'_>], now: DateTime<Utc>) -> Result<BTreeSet<DeliveryId>> {
    let (mut arrived, mut mine) = (Vec::new(), BTreeSet::new());
    for one in all {
        let delivery = &one.tried.delivery;
        let made = one.tried.outcome.created.as_ref().map(|created| (created.number.as_str(), created.link.as_str()));
        if let Some((name, _)) = made.filter(|_| one.tried.outcome.names_message && delivery.subject.keeps_thread()) {
            threads::begin(tx, delivery.subject, &delivery.connector, &delivery.recipient, name).await?;
        }
        match (&one.after, made) {
            (LeaseEnding::Delivered, None) => arrived.push(delivery.id),
            (after, made) => {
                if leases::finish(tx, delivery.id, lease, after, made, one.tried.frozen.as_deref(), now).await? {
                    mine.insert(delivery.id);
                }
            }
        }
    }
    mine.append(&mut leases::arrived(tx, &arrived, lease, now).await?);
    for one in all.iter().filter(|one| !mine.contains(&one.tried.delivery.id)) {
        tracing::warn!(delivery = %one.tried.delivery.id, "the lease of delivery {} ran out before its attempt ended", one.tried.delivery.id);
    }
    Ok(mine)
}

fn attempt(one: &Consequence<'_>) -> NewAttempt {
    let FinishedAttempt { at, milliseconds, outcome, .. } = one.tried;
    NewAttempt {
        at: *at,
        milliseconds: *milliseconds,
        code: outcome.code,
        error: one.error.clone(),
        request: outcome.request.clone(),
        response: outcome.response.clone(),
    }
}

/// Whether the answers to recipients are of use to a later try, or tell who did not get it.
fn is_kept(outcome: &AttemptOutcome) -> bool {
    outcome.receipts.len() > 1 && !outcome.receipts.iter().all(RecipientReceipt::took_it)
}

/// What a try says about its destination; nothing when it did not reach out.
fn met(outcome: &AttemptOutcome) -> Option<AttemptEvidence> {
    match &outcome.verdict {
        // What was not worth sending reached nobody.
        AttemptVerdict::Sent if outcome.request.is_empty() => None,
        AttemptVerdict::Sent => Some(AttemptEvidence::Taken),
        // It works, and told of a recipient that they have to wait.
        AttemptVerdict::Retry { .. } if !outcome.receipts.is_empty() => Some(AttemptEvidence::Answered),
        AttemptVerdict::Retry { error, .. } => Some(AttemptEvidence::Failed(error.clone())),
        AttemptVerdict::Unauthorized { error } => Some(AttemptEvidence::Refused(error.clone())),
        AttemptVerdict::Permanent { .. } => outcome.code.map(|_| AttemptEvidence::Answered),
    }
}

/// Lets the breakers know, destination by destination, always in the same order.
async fn breakers(tx: &Tx<'_>, recorded: &[&Consequence<'_>], now: DateTime<Utc>) -> Result<()> {
    let mut destinations: BTreeMap<&str, Vec<(AttemptEvidence, DateTime<Utc>)>> = BTreeMap::new();
    for one in recorded {
        let FinishedAttempt { delivery: Delivery { connector, .. }, outcome, at, .. } = one.tried;
        if let Some(met) = met(outcome) {
            destinations.entry(connector).or_default().push((met, *at));
        }
    }
    for (connector, met) in destinations {
        let after = |health| met.iter().fold(health, |health: DestinationHealth, (met, at)| health.after(met, *at, now));
        let seen = destinations::of(tx, connector).await?;
        // Most tries change nothing, and wait for nobody; those that do see what others changed before them.
        if after(seen.clone()) != seen {
            let was = destinations::lock(tx, connector).await?;
            destinations::save(tx, connector, &after(was)).await?;
        }
    }
    Ok(())
}

/// What the tries mean for their requests.
async fn observed(
    tx: &Tx<'_>,
    recorded: &[&Consequence<'_>],
    mut requests: BTreeMap<RequestId, Request>,
    now: DateTime<Utc>,
) -> Result<Vec<(Request, StateChange)>> {
    let fulfil: Vec<_> = recorded.iter().filter_map(|one| Some((one.tried.delivery.fulfils()?, one))).collect();
    let delivered: Vec<RequestId> = fulfil.iter().filter(|(_, one)| one.ended() == TryEnding::Delivered).map(|(id, _)| *id).collect();
    let mut unfinished = BTreeSet::new();
    if !delivered.is_empty() {
        unfinished = deliveries::not_arrived(tx, &delivered).await?;
        unfinished.append(&mut effects::waiting(tx, &delivered).await?);
    }
    let mut decided = Vec::with_capacity(fulfil.len());
    for (id, one) in fulfil {
        let Some(request) = requests.remove(&id) else { continue };
        let connector = one.tried.delivery.connector.clone();
        let seen = match one.ended() {
            TryEnding::Retrying => {
                announce(tx, &request);
                continue;
            }
            TryEnding::Delivered => SystemObservation::Delivered { connector, all: !unfinished.contains(&id) },
            TryEnding::Failed => SystemObservation::DeliveryFailed { connector, error: one.error.clone() },
        };
        let mut decision = lifecycle::observe(&request, &seen, now);
        if one.ended() == TryEnding::Failed && !one.cancelled {
            decision.effects.push(told::delivery_failed(&one.tried.name, &one.error));
        }
        decided.push((request, decision));
    }
    Ok(decided)
}
