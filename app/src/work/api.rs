//! Server functions of the queue and the board: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::requests::queue::{BoardPage, QueueFilter, QueuePage};
use leptos::prelude::*;

/// A page of the queue, the next due first; not found for those who do not work on requests. `after` is the `next` of the page before.
#[server(name = QueueCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/queue")]
pub async fn queue(filter: QueueFilter, after: Option<String>) -> Result<QueuePage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::queue(&backend, &caller, filter, after).await)
}

/// The board, lane by lane; not found for those who do not work on requests.
#[server(name = BoardCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/board")]
pub async fn board(filter: QueueFilter) -> Result<BoardPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::board(&backend, &caller, filter).await)
}
