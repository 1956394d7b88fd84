//! The relay: effects become deliveries, each exactly once.

use crate::Backend;
use crate::error::Result;
use crate::requests::record;
use crate::store::effects::Recorded;
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
async fn relay_one(backend: &Backend, recorded: Recorded) -> Result<bool> {
    let be = backend.clone();
    backend
        .store()
        .write(recorded.organization, move |tx| {
            Box::pin(async move {
                let now = be.now();
                let Some(request) = requests::lock(tx, recorded.request).await? else {
                    return Ok(false);
                };
                if !effects::relay(tx, recorded.id, now).await? {
                    return Ok(false);
                }
                // Launches and notices have no destination yet: they stay recorded as effects.
                let Effect::Dispatch { connectors } = recorded.effect else {
                    return Ok(true);
                };
                // What was cancelled before it was handed on is not handed on.
                if request.state.status == Status::Cancelled || connectors.is_empty() {
                    return Ok(true);
                }
                let rows: Vec<_> = connectors.iter().map(|key| (DeliveryId(be.id()), key.clone())).collect();
                deliveries::insert(tx, recorded.id, request.id, &rows, now).await?;
                let decision = lifecycle::observe(&request, &Observation::Dispatched { connectors }, now);
                record(tx, &be, &request, &decision).await?;
                Ok(true)
            })
        })
        .await
}
