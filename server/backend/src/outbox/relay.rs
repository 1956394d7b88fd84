//! The relay: effects become deliveries, each exactly once; many of them in one transaction.

use super::tell;
use crate::Backend;
use crate::error::Result;
use crate::requests::record_each;
use crate::store::deliveries::{DeliveryRecipient, NewDelivery};
use crate::store::effects::UnrelayedEffect;
use crate::store::{Tx, deliveries, effects, requests};
use domain::effect::Effect;
use domain::id::{DeliveryId, EffectId, OrganizationId, RequestId};
use domain::requests::lifecycle::{self, SystemObservation};
use domain::requests::{Request, StateChange, Status};
use domain::subject::Subject;
use futures::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Effects looked at in one round.
const ROUND: u64 = 256;
/// Effects relayed in one transaction, at most.
const TOGETHER: usize = 128;
/// Such transactions at once.
const AT_ONCE: usize = 2;

/// What a look for effects came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RelaySummary {
    /// Effects that hand requests on. What people are told is not counted.
    pub handed_on: u32,
    /// Whether anything was relayed.
    pub moved: bool,
    /// Whether there may be more.
    pub more: bool,
}

impl RelaySummary {
    fn add(&mut self, other: Self) {
        self.handed_on += other.handed_on;
        self.moved |= other.moved;
        self.more |= other.more;
    }
}

/// Effects of one organization that are relayed in one transaction, one of each subject.
#[derive(Clone)]
enum RelayBatch {
    HandOn(OrganizationId, Arc<[UnrelayedEffect]>),
    Tell(OrganizationId, Arc<[UnrelayedEffect]>),
}

/// Relays effects that wait. One that cannot be relayed does not hold up the others; one that another worker has is left to it.
pub(super) async fn relay(backend: &Backend) -> Result<RelaySummary> {
    let found = effects::unrelayed(&backend.store().platform(), ROUND).await?;
    let whole = found.len() as u64 == ROUND;
    let mut relayed = RelaySummary::default();
    for wave in waves(found) {
        let done: Vec<RelaySummary> =
            stream::iter(batches(wave)).map(|batch| relay_batch(backend, batch)).buffer_unordered(AT_ONCE).collect().await;
        done.into_iter().for_each(|one| relayed.add(one));
    }
    relayed.more = whole && relayed.moved;
    Ok(relayed)
}

/// One effect of each subject after the other: what happened to one is told in the order it happened.
fn waves(found: Vec<UnrelayedEffect>) -> Vec<Vec<UnrelayedEffect>> {
    let mut before: BTreeMap<(OrganizationId, Subject), usize> = BTreeMap::new();
    let mut waves: Vec<Vec<UnrelayedEffect>> = Vec::new();
    for recorded in found {
        let wave = before.entry((recorded.organization, recorded.subject)).or_default();
        match waves.get_mut(*wave) {
            Some(begun) => begun.push(recorded),
            None => waves.push(vec![recorded]),
        }
        *wave += 1;
    }
    waves
}

fn batches(wave: Vec<UnrelayedEffect>) -> Vec<RelayBatch> {
    let mut organizations: BTreeMap<OrganizationId, (Vec<UnrelayedEffect>, Vec<UnrelayedEffect>)> = BTreeMap::new();
    for recorded in wave {
        let (hand_on, tell) = organizations.entry(recorded.organization).or_default();
        match recorded.effect {
            Some(Effect::Notify(_) | Effect::Summarize | Effect::SendLink) => tell.push(recorded),
            Some(Effect::Dispatch { .. } | Effect::Launch { .. }) | None => hand_on.push(recorded),
        }
    }
    let mut batches = Vec::new();
    for (organization, (hand_on, tell)) in organizations {
        batches.extend(hand_on.chunks(TOGETHER).map(|some| RelayBatch::HandOn(organization, some.into())));
        batches.extend(tell.chunks(TOGETHER).map(|some| RelayBatch::Tell(organization, some.into())));
    }
    batches
}

/// Relays effects together, or each alone when that fails.
async fn relay_batch(backend: &Backend, batch: RelayBatch) -> RelaySummary {
    match together(backend, batch.clone()).await {
        Ok(relayed) => relayed,
        Err(error) if batch.len() == 1 => {
            tracing::error!(%error, "failed to relay an effect; trying again");
            RelaySummary::default()
        }
        Err(error) => {
            tracing::warn!(%error, "failed to relay effects together; relaying each alone");
            let mut relayed = RelaySummary::default();
            for one in batch.alone() {
                match together(backend, one).await {
                    Ok(done) => relayed.add(done),
                    Err(error) => tracing::error!(%error, "failed to relay an effect; trying again"),
                }
            }
            relayed
        }
    }
}

impl RelayBatch {
    fn len(&self) -> usize {
        match self {
            Self::HandOn(_, effects) | Self::Tell(_, effects) => effects.len(),
        }
    }

    fn alone(&self) -> Vec<Self> {
        match self {
            Self::HandOn(of, effects) => effects.chunks(1).map(|one| Self::HandOn(*of, one.into())).collect(),
            Self::Tell(of, effects) => effects.chunks(1).map(|one| Self::Tell(*of, one.into())).collect(),
        }
    }
}

async fn together(backend: &Backend, batch: RelayBatch) -> Result<RelaySummary> {
    match batch {
        RelayBatch::Tell(organization, effects) => {
            let told = tell::relay(backend, organization, &effects).await?;
            Ok(RelaySummary { moved: told > 0, ..RelaySummary::default() })
        }
        RelayBatch::HandOn(organization, effects) => {
            let be = backend.clone();
            backend.store().write(organization, move |tx| Box::pin(async move { hand_on(tx, &be, &effects).await })).await
        }
    }
}

async fn hand_on(tx: &Tx<'_>, be: &Backend, effects: &[UnrelayedEffect]) -> Result<RelaySummary> {
    let now = be.now();
    let ids: Vec<RequestId> = effects.iter().filter_map(|one| one.subject.request()).collect();
    let mut requests = requests::lock_these(tx, &ids).await?;
    let ids: Vec<EffectId> = effects.iter().map(|one| one.id).collect();
    let mine: BTreeSet<EffectId> = effects::relay(tx, &ids, now).await?;
    let (mut rows, mut decided) = (Vec::new(), Vec::new());
    let mut relayed = RelaySummary { moved: !mine.is_empty(), ..RelaySummary::default() };
    for recorded in effects.iter().filter(|one| mine.contains(&one.id)) {
        relayed.handed_on += u32::from(recorded.hands_on);
        let request = recorded.subject.request().and_then(|id| requests.remove(&id));
        let request = super::readable(request.transpose())?;
        let connectors = destinations(recorded, request.as_ref());
        if connectors.is_empty() {
            continue;
        }
        rows.extend(connectors.iter().map(|key| NewDelivery {
            id: DeliveryId(be.id()),
            effect: recorded.id,
            subject: recorded.subject,
            connector: key.clone(),
            recipient: DeliveryRecipient::Fulfilment,
            first_at: now,
        }));
        if let Some(request) = request {
            let decision: StateChange = lifecycle::observe(&request, &SystemObservation::Dispatched { connectors }, now);
            decided.push((request, decision));
        }
    }
    deliveries::insert(tx, &rows, be.stamp(tx).await?).await?;
    record_each(tx, be, &decided).await?;
    Ok(relayed)
}

/// Where an effect hands its request on.
fn destinations(recorded: &UnrelayedEffect, request: Option<&Request>) -> Vec<String> {
    // What was cancelled before it was handed on is not handed on.
    if request.is_some_and(|request| request.state.status == Status::Cancelled) {
        return Vec::new();
    }
    // What cannot be read becomes deliveries all the same: they fail with words, and can be sent again once it is restored.
    match (&recorded.effect, request) {
        (Some(Effect::Dispatch { connectors }), _) => connectors.clone(),
        // Launches have no destination yet: they stay recorded as effects.
        (Some(_), _) => Vec::new(),
        (None, _) if !recorded.hands_on => {
            tracing::error!(effect = %recorded.id, "effect {} cannot be read; nobody is told of it", recorded.id);
            Vec::new()
        }
        (None, Some(request)) => request.item.plan.connectors.clone(),
        (None, None) => Vec::new(),
    }
}
