//! The relay: effects become deliveries, each exactly once.

use super::tell;
use crate::Backend;
use crate::error::Result;
use crate::requests::record;
use crate::store::deliveries::{New, Recipient};
use crate::store::effects::Unrelayed;
use crate::store::{deliveries, effects, requests};
use domain::effect::Effect;
use domain::id::{DeliveryId, RequestId};
use domain::requests::Status;
use domain::requests::lifecycle::{self, Observation};
use futures::{StreamExt, stream};
use std::collections::BTreeMap;

/// Effects looked at in one round.
const ROUND: u64 = 256;
/// Effects relayed at once: they share the writer's commit.
const AT_ONCE: usize = 64;

/// What became of an effect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relayed {
    HandedOn,
    Told,
    /// Another worker was faster.
    Elsewhere,
}

/// Rounds in one look: however much comes, what is due is delivered in between.
const ROUNDS: usize = 4;

/// Relays effects that wait, and says how many were handed on, and whether there may be more. One that cannot be relayed does not hold up
/// the others.
pub(super) async fn relay(backend: &Backend) -> Result<(u32, bool)> {
    let mut handed_on = 0;
    for _ in 0..ROUNDS {
        let found = effects::unrelayed(&backend.store().platform(), ROUND).await?;
        let done: Vec<Vec<Result<Relayed>>> =
            stream::iter(by_request(found)).map(|effects| in_order(backend, effects)).buffer_unordered(AT_ONCE).collect().await;
        let mut moved = false;
        for result in done.into_iter().flatten() {
            match result {
                Ok(relayed) => {
                    moved |= relayed != Relayed::Elsewhere;
                    handed_on += u32::from(relayed == Relayed::HandedOn);
                }
                Err(error) => tracing::error!(%error, "an effect could not be relayed; it is tried again"),
            }
        }
        if !moved {
            return Ok((handed_on, false));
        }
    }
    Ok((handed_on, true))
}

/// The effects of each request together, in their order.
fn by_request(found: Vec<Unrelayed>) -> Vec<Vec<Unrelayed>> {
    let mut requests: BTreeMap<RequestId, Vec<Unrelayed>> = BTreeMap::new();
    for recorded in found {
        requests.entry(recorded.request).or_default().push(recorded);
    }
    requests.into_values().collect()
}

/// One after the other: what happened to a request is told in the order it happened.
async fn in_order(backend: &Backend, effects: Vec<Unrelayed>) -> Vec<Result<Relayed>> {
    let mut done = Vec::with_capacity(effects.len());
    for recorded in effects {
        done.push(relay_one(backend, recorded).await);
    }
    done
}

async fn relay_one(backend: &Backend, mut recorded: Unrelayed) -> Result<Relayed> {
    let (mine, as_told) = match recorded.effect.take_if(|effect| matches!(effect, Effect::Notify(_))) {
        Some(Effect::Notify(notice)) => (tell::relay(backend, recorded, notice).await?, Relayed::Told),
        _ => {
            let as_what = if recorded.hands_on { Relayed::HandedOn } else { Relayed::Told };
            (hand_on(backend, recorded).await?, as_what)
        }
    };
    Ok(if mine { as_told } else { Relayed::Elsewhere })
}

/// False when another worker was faster.
async fn hand_on(backend: &Backend, recorded: Unrelayed) -> Result<bool> {
    let be = backend.clone();
    backend
        .store()
        .write(recorded.organization, move |tx| {
            Box::pin(async move {
                let now = be.now();
                let request = super::readable(requests::lock(tx, recorded.request).await)?;
                if !effects::relay(tx, recorded.id, now).await? {
                    return Ok(false);
                }
                // What cannot be read becomes deliveries all the same: they fail with words, and can be sent again once it is restored.
                let connectors = match (recorded.effect, &request) {
                    (Some(Effect::Dispatch { connectors }), _) => connectors,
                    // Launches have no destination yet: they stay recorded as effects.
                    (Some(_), _) => return Ok(true),
                    (None, _) if !recorded.hands_on => {
                        tracing::error!(effect = %recorded.id, "an effect cannot be read; nobody is told of it");
                        return Ok(true);
                    }
                    (None, Some(request)) => request.item.plan.connectors.clone(),
                    (None, None) => Vec::new(),
                };
                // What was cancelled before it was handed on is not handed on.
                let cancelled = request.as_ref().is_some_and(|request| request.state.status == Status::Cancelled);
                if cancelled || connectors.is_empty() {
                    return Ok(true);
                }
                let new =
                    |key: &String| New { id: DeliveryId(be.id()), connector: key.clone(), recipient: Recipient::Fulfilment, first_at: now };
                let rows: Vec<_> = connectors.iter().map(new).collect();
                deliveries::insert(tx, recorded.id, recorded.request, &rows, now).await?;
                let Some(request) = request else { return Ok(true) };
                let decision = lifecycle::observe(&request, &Observation::Dispatched { connectors }, now);
                record(tx, &be, &request, &decision).await?;
                Ok(true)
            })
        })
        .await
}
