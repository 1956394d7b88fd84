//! Server functions of approvals: the inbox and its decisions.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::approvals::bulk::{HeldView, OneOfMany};
use domain::approvals::wire::{ApproverDecision, InboxView, LeadershipRow};
use domain::id::HeldId;
use domain::requests::wire::ActionResult;
use leptos::prelude::*;

/// What waits for the caller's decision, oldest first; of the oldest as many as `rows` says, within the inbox's bounds.
#[server(name = InboxCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "approvals/inbox")]
pub async fn inbox(#[server(default)] rows: u32) -> Result<InboxView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::approvals::inbox(&backend, &caller, rows).await)
}

/// Approves, declines or asks for changes at once, for programs; answers with what became of the request.
#[server(name = DecideCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "approvals/decide")]
pub async fn decide(decision: ApproverDecision) -> Result<ActionResult, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::approvals::decide(&backend, &caller, decision).await)
}

/// Decides one request or many, after the time to undo: what became of each at once.
#[server(name = DecideManyCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "approvals/decide_many")]
pub async fn decide_many(decisions: Vec<ApproverDecision>) -> Result<Vec<OneOfMany>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::held::decide_many(&backend, &caller, decisions).await)
}

/// Takes held decisions back; answers those that were still held.
#[server(name = UndoHeldCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "approvals/undo_held")]
pub async fn undo_held(ids: Vec<HeldId>) -> Result<Vec<HeldId>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::held::undo_held(&backend, &caller, ids).await)
}

/// Takes held decisions before their time is over; answers what became of each.
#[server(name = SendHeldCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "approvals/send_held")]
pub async fn send_held(ids: Vec<HeldId>) -> Result<Vec<HeldView>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::held::send_held(&backend, &caller, ids).await)
}

/// Notes that what went against these decisions has been read.
#[server(name = DismissRefusedCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "approvals/dismiss_refused")]
pub async fn dismiss_refused(ids: Vec<HeldId>) -> Result<Vec<HeldId>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::held::dismiss_refused(&backend, &caller, ids).await)
}

/// Everything that waits for approval, for those who lead (S0-019).
#[server(name = LeadershipCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "approvals/leadership")]
pub async fn leadership() -> Result<Vec<LeadershipRow>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::approvals::leadership(&backend, &caller).await)
}
