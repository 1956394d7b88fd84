//! The relay: effects become deliveries, each exactly once.

use crate::Backend;
use crate::error::Result;
use crate::requests::record;
use crate::store::effects::Unrelayed;
use crate::store::{deliveries, effects, requests};
use domain::effect::Effect;
use domain::id::DeliveryId;
use domain::requests::Status;
use domain::requests::lifecycle::{self, Observation};
use futures::{StreamExt, stream};

/// Effects looked at in one round.
const ROUND: u64 = 256;
/// Effects relayed at once: they share the writer's commit.
const AT_ONCE: usize = 64;

/// Relays every effect that waits, and says how many there were. One that cannot be relayed does not hold up the others.
pub(super) async fn relay(backend: &Backend) -> Result<u32> {
    let mut relayed = 0;
    loop {
        let found = effects::unrelayed(&backend.store().platform(), ROUND).await?;
        let done: Vec<Result<bool>> =
            stream::iter(found).map(|recorded| relay_one(backend, recorded)).buffer_unordered(AT_ONCE).collect().await;
        let mut moved = 0;
        for result in done {
            match result {
                Ok(mine) => moved += u32::from(mine),
                Err(error) => tracing::error!(%error, "an effect could not be relayed; it is tried again"),
            }
        }
        if moved == 0 {
            return Ok(relayed);
        }
        relayed += moved;
    }
}

/// False when another worker was faster.
async fn relay_one(backend: &Backend, recorded: Unrelayed) -> Result<bool> {
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
                    // Launches and notices have no destination yet: they stay recorded as effects.
                    (Some(_), _) => return Ok(true),
                    (None, Some(request)) => request.item.plan.connectors.clone(),
                    (None, None) => Vec::new(),
                };
                // What was cancelled before it was handed on is not handed on.
                let cancelled = request.as_ref().is_some_and(|request| request.state.status == Status::Cancelled);
                if cancelled || connectors.is_empty() {
                    return Ok(true);
                }
                let rows: Vec<_> = connectors.iter().map(|key| (DeliveryId(be.id()), key.clone())).collect();
                deliveries::insert(tx, recorded.id, recorded.request, &rows, now).await?;
                let Some(request) = request else { return Ok(true) };
                let decision = lifecycle::observe(&request, &Observation::Dispatched { connectors }, now);
                record(tx, &be, &request, &decision).await?;
                Ok(true)
            })
        })
        .await
}
