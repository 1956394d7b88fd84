//! Server functions of requests: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::id::DeliveryId;
use domain::requests::actions::ActionCall;
use domain::requests::wire::{ActionResult, MyFilter, RequestList, RequestPage};
use leptos::prelude::*;

/// The caller's own requests, newest first.
#[server(name = MyRequestsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/mine")]
pub async fn my_requests(filter: MyFilter, after: Option<String>) -> Result<RequestList, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::mine(&backend, &caller, filter, after).await)
}

/// One request, by its docket number.
#[server(name = RequestPageCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/page")]
pub async fn request_page(number: String) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::page(&backend, &caller, &number).await)
}

/// One request as it was after one of its events; with `seen`, as the person saw it whose decision that event is.
#[server(name = RequestPageAtCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/page_at")]
pub async fn request_page_at(number: String, seq: u32, seen: bool) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::page_at(&backend, &caller, &number, seq, seen).await)
}

/// Does something with a request; answers with what became of it. `seen` is the number of events on the screen.
#[server(name = ActCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/act")]
pub async fn act(number: String, act: ActionCall, seen: Option<u32>) -> Result<ActionResult, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::act(&backend, &caller, &number, act, seen).await)
}

/// Sends a permanently failed delivery again.
#[server(name = ReplayDeliveryCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/replay")]
pub async fn replay_delivery(id: DeliveryId) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::replay(&backend, &caller, id).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}
