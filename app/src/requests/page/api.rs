//! Server functions of comments: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::id::CommentId;
use domain::requests::wire::RequestPage;
use domain::requests::work::CommentDraft;
use leptos::prelude::*;

/// Writes a comment on a request.
#[server(name = CommentCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/comment")]
pub async fn comment(number: String, draft: CommentDraft) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::comment(&backend, &caller, &number, draft).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}

/// Changes one's own comment.
#[server(name = EditCommentCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/edit_comment")]
pub async fn edit_comment(id: CommentId, body: String) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::edit_comment(&backend, &caller, id, body).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}

/// Removes one's own comment; `restore_comment` undoes it.
#[server(name = RemoveCommentCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/remove_comment")]
pub async fn remove_comment(id: CommentId) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::remove_comment(&backend, &caller, id).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}

/// Brings a removed comment back.
#[server(name = RestoreCommentCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/restore_comment")]
pub async fn restore_comment(id: CommentId) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::restore_comment(&backend, &caller, id).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}
