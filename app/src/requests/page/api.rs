//! Server functions of comments, and of what came before that which is shown: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use chrono::{DateTime, Utc};
use domain::id::CommentId;
use domain::requests::Event;
use domain::requests::wire::RequestPage;
use domain::requests::work::{CommentDraft, EarlierComments};
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

/// Events of a request before one, oldest first.
#[server(name = EarlierEventsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/earlier_events")]
pub async fn earlier_events(number: String, before: u32) -> Result<Vec<Event>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::earlier_events(&backend, &caller, &number, before).await)
}

/// Comments on a request before one, oldest first.
#[server(name = EarlierCommentsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/earlier_comments")]
pub async fn earlier_comments(number: String, at: DateTime<Utc>, id: CommentId) -> Result<EarlierComments, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::earlier_comments(&backend, &caller, &number, at, id).await)
}
