//! Deliveries as the page of their request shows them.

use super::earlier::SHOWN;
use super::page::VisibleRequest;
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::{StoreHandle, attempts, connectors as destinations, deliveries, effects};
use domain::connectors::wire::WorkerView;
use domain::connectors::{self, DeliveryStatus};
use domain::id::DeliveryId;
use domain::requests::wire::{AttemptView, DeliveryView, ExternalRecord};
use domain::requests::{Event, EventKind, Request, history};
use std::collections::BTreeMap;

/// Whether something of a request waits to be sent while no worker runs, for those who see its deliveries.
pub(super) async fn stalled(backend: &Backend, caller: &Caller, found: &VisibleRequest, deliveries: &[DeliveryView]) -> Result<bool> {
    let request = &found.request;
    let ended = |status: DeliveryStatus| status == DeliveryStatus::Delivered || status.is_given_up();
    let concerns = found.sees_errors || request.requester.id == caller.id();
    if !concerns || request.item.plan.connectors.is_empty() || request.state.status.is_terminal() {
        return Ok(false);
    }
    let handle = backend.store().read(caller.organization);
    let waits = deliveries.iter().any(|one| !ended(one.status)) || !effects::waiting(&handle, &[request.id]).await?.is_empty();
    Ok(waits && crate::console::worker(backend).await? != WorkerView::Alive)
}

/// The deliveries of a request that are shown, and whether there are more.
pub(super) async fn delivery_views(
    backend: &Backend,
    caller: &Caller,
    request: &Request,
    sees_errors: bool,
) -> Result<(Vec<DeliveryView>, bool)> {
    let handle = backend.store().read(caller.organization);
    let (found, has_more) = deliveries::of_request(&handle, request.id, SHOWN).await?;
    let ids: Vec<_> = found.iter().map(|delivery| delivery.id).collect();
    let mut tries = attempts::of(&handle, &ids).await?;
    let in_one_schedule = u32::try_from(backend.settings().delivery_pauses.len()).unwrap_or_default() + 1;
    let mut views = Vec::with_capacity(found.len());
    for delivery in found {
        let (own, others) = tries.into_iter().partition::<Vec<_>, _>(|attempt| attempt.delivery == delivery.id);
        tries = others;
        let before_replay = u32::try_from(own.len()).unwrap_or_default().saturating_sub(delivery.times.attempts);
        views.push(DeliveryView {
            id: delivery.id,
            connector: delivery.connector,
            status: connectors::status(&delivery.times, backend.now()),
            next_at: delivery.times.next_at,
            made: delivery.made.map(|(number, link)| ExternalRecord { number, link }),
            tries: before_replay + in_one_schedule,
            attempts: own
                .into_iter()
                .map(|attempt| AttemptView {
                    number: attempt.number,
                    at: attempt.at,
                    milliseconds: attempt.milliseconds,
                    code: attempt.code,
                    error: if sees_errors { attempt.error } else { String::new() },
                })
                .collect(),
        });
    }
    Ok((views, has_more))
}

/// The deliveries after these events. Their tries are not events, so none is told.
pub(super) fn then(events: &[Event]) -> Vec<DeliveryView> {
    let known = history::deliveries(events).into_iter().enumerate();
    let view = |(place, (connector, status)): (usize, (&str, _))| DeliveryView {
        made: None,
        id: DeliveryId(uuid::Uuid::from_u128(place as u128)),
        connector: connector.to_owned(),
        status,
        next_at: None,
        tries: 0,
        attempts: Vec::new(),
    };
    known.map(view).collect()
}

/// Calls connectors by their names.
pub(super) async fn name_connectors(
    handle: &impl StoreHandle,
    request: &Request,
    events: &mut [Event],
    deliveries: &mut [DeliveryView],
) -> Result<()> {
    if !request.item.plan.connectors.is_empty() {
        let known = destinations::sealed(handle).await?;
        let names: BTreeMap<_, _> = known.into_iter().map(|connector| (connector.key, connector.name)).collect();
        events.iter_mut().for_each(|event| by_name(event, &names));
        deliveries.iter_mut().for_each(|delivery| rename(&mut delivery.connector, &names));
    }
    Ok(())
}

/// Connectors are kept by key and read by name; one that is gone keeps its key.
fn by_name(event: &mut Event, names: &BTreeMap<String, String>) {
    match &mut event.what {
        EventKind::Dispatched { connectors } => connectors.iter_mut().for_each(|connector| rename(connector, names)),
        EventKind::Delivered { connector } | EventKind::DeliveryFailed { connector, .. } | EventKind::Replayed { connector } => {
            rename(connector, names)
        }
        _ => {}
    }
}

fn rename(connector: &mut String, names: &BTreeMap<String, String>) {
    if let Some(name) = names.get(connector) {
        connector.clone_from(name);
    }
}
