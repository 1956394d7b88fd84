//! Server functions of approvals: the inbox and its decisions.

use crate::error::ApiError;
use crate::wire::Json;
use domain::approvals::wire::{Decide, InboxPage, LeadershipRow};
use domain::requests::wire::RequestPage;
use leptos::prelude::*;

/// What waits for the caller's decision, oldest first.
#[server(name = InboxCall, input = Json, output = Json, endpoint = "approvals/inbox")]
pub async fn inbox() -> Result<InboxPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::approvals::inbox(&backend, &caller).await)
}

/// Approves, declines or asks for changes; answers with the request as it is then.
#[server(name = DecideCall, input = Json, output = Json, endpoint = "approvals/decide")]
pub async fn decide(decision: Decide) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::approvals::decide(&backend, &caller, decision).await)
}

/// Everything that waits for approval, for those who lead (S0-019).
#[server(name = LeadershipCall, input = Json, output = Json, endpoint = "approvals/leadership")]
pub async fn leadership() -> Result<Vec<LeadershipRow>, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::approvals::leadership(&backend, &caller).await)
}
