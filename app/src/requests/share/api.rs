//! Server functions of share links. Those of a link's holder need no account: the token is checked by the use case.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::id::{ShareId, TaskId};
use domain::requests::tasks::TaskStatus;
use domain::requests::wire::RequestPage;
use domain::requests::work::{SharedChange, SharedComment, SharedTask};
use leptos::prelude::*;

/// Makes a link to a task: its address, and the request's page.
#[server(name = ShareTaskCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/share_task")]
pub async fn share_task(id: TaskId, days: u32) -> Result<(String, RequestPage), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let shared = async {
        let (address, of) = backend::requests::share_task(&backend, &caller, id, days).await?;
        Ok((address, backend::requests::page_after(&backend, &caller, Ok(of)).await?))
    };
    reply(shared.await)
}

/// Revokes a link.
#[server(name = RevokeShareCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/revoke_share")]
pub async fn revoke_share(id: ShareId) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::revoke_share(&backend, &caller, id).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}

/// The task behind a link. What does not open is "not found" for every reason.
#[server(name = OpenShareCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "share/open")]
pub async fn open_share(token: String) -> Result<SharedTask, CallError> {
    use crate::context::{as_stranger, reply};
    let (backend, address) = as_stranger()?;
    reply(backend::requests::open_share(&backend, &token, &address).await)
}

/// Moves the task behind a link; answers with what became of it.
#[server(name = ChangeSharedCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "share/change")]
pub async fn change_shared(token: String, name: String, to: TaskStatus, notes: String) -> Result<SharedChange, CallError> {
    use crate::context::{as_stranger, reply};
    let (backend, address) = as_stranger()?;
    reply(backend::requests::change_shared(&backend, &token, &address, name, to, notes).await)
}

/// Writes a comment about the task behind a link; answers with it.
#[server(name = CommentSharedCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "share/comment")]
pub async fn comment_shared(token: String, name: String, body: String) -> Result<SharedComment, CallError> {
    use crate::context::{as_stranger, reply};
    let (backend, address) = as_stranger()?;
    reply(backend::requests::comment_shared(&backend, &token, &address, name, body).await)
}
