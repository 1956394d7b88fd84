//! Time travel: a request as it was at any of its events, and what an approver saw when deciding.

use super::{Event, EventKind, Request, RequestState, filing, lifecycle};
use crate::approvals::{ApproverVerdict, SeenState};
use crate::connectors::DeliveryStatus;
use sha2::{Digest, Sha256};

/// The state before the first event: what the fold begins with. It can be told from any later state, as what is frozen stays.
pub fn start(request: &Request) -> RequestState {
    RequestState { begins_at: request.state.begins_at, ..filing::draft(request.state.approval.fresh(), request.submitted_at) }
}

/// The request as it was right after event number `seq`, whatever order the events are given in. 0 is the draft; a number beyond the
/// last event is the present.
pub fn at(request: &Request, events: &[Event], seq: u32) -> Request {
    let mut past: Vec<&Event> = events.iter().filter(|event| event.seq <= seq).collect();
    past.sort_by_key(|event| event.seq);
    let state = past.into_iter().fold(start(request), |state, event| lifecycle::apply(&state, event));
    Request { state, ..request.clone() }
}

/// What a decision was made on: the event of that number, when it is a decision that noted what was seen.
pub fn seen(events: &[Event], decision: u32) -> Option<(&Event, &SeenState, ApproverVerdict)> {
    let event = events.iter().find(|event| event.seq == decision)?;
    match &event.what {
        EventKind::Approved { seen: Some(seen), .. } => Some((event, seen, ApproverVerdict::Approve)),
        EventKind::Rejected { seen: Some(seen), .. } => Some((event, seen, ApproverVerdict::Reject)),
        _ => None,
    }
}

/// Where the deliveries stood after these events, by connector: as far as events tell. Tries in between are not events.
pub fn deliveries(events: &[Event]) -> Vec<(&str, DeliveryStatus)> {
    let mut known: Vec<(&str, DeliveryStatus)> = Vec::new();
    for event in events {
        match &event.what {
            EventKind::Dispatched { connectors } => known.extend(connectors.iter().map(|name| (name.as_str(), DeliveryStatus::Waiting))),
            EventKind::Delivered { connector } => stands(&mut known, connector, DeliveryStatus::Delivered),
            EventKind::DeliveryFailed { connector, .. } => stands(&mut known, connector, DeliveryStatus::Failed),
            EventKind::Replayed { connector } => stands(&mut known, connector, DeliveryStatus::Waiting),
            _ => {}
        }
    }
    known
}

fn stands(known: &mut [(&str, DeliveryStatus)], connector: &str, status: DeliveryStatus) {
    if let Some(found) = known.iter_mut().find(|(name, _)| *name == connector) {
        found.1 = status;
    }
}

/// Fingerprint of everything an approver reads that cannot change: the form version, the answers, the price, the item's name, who
/// asks and since when. 16 hexadecimal digits.
pub fn fingerprint(request: &Request) -> String {
    let read = serde_json::json!([
        request.number,
        request.form_version,
        request.answers,
        request.item.name,
        request.item.price,
        request.requester.id,
        request.submitted_at.timestamp_micros(),
    ]);
    let hash = Sha256::digest(read.to_string().as_bytes());
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
