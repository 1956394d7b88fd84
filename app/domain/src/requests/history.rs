//! Time travel: a request as it was at any of its events, and what an approver saw when deciding.

use super::{Event, Request, State, filing, lifecycle};
use sha2::{Digest, Sha256};

/// The state before the first event: what the fold begins with. It can be told from any later state, as what is frozen stays.
pub fn start(request: &Request) -> State {
    State { begins_at: request.state.begins_at, ..filing::draft(request.state.approval.fresh(), request.submitted_at) }
}

/// The request as it was right after event number `seq`, whatever order the events are given in. 0 is the draft; a number beyond the
/// last event is the present.
pub fn at(request: &Request, events: &[Event], seq: u32) -> Request {
    let mut past: Vec<&Event> = events.iter().filter(|event| event.seq <= seq).collect();
    past.sort_by_key(|event| event.seq);
    let state = past.into_iter().fold(start(request), |state, event| lifecycle::apply(&state, event));
    Request { state, ..request.clone() }
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
