//! Server functions of tasks, comments and share links. Those of a link's holder need no account: the token is checked by the use case.

use crate::error::ApiError;
use crate::wire::Json;
use domain::id::{CommentId, ShareId, TaskId};
use domain::requests::tasks::TaskStatus;
use domain::requests::wire::RequestPage;
use domain::requests::work::{CommentDraft, MyTask, SharedTask, TaskDraft};
use leptos::prelude::*;

/// Adds a task to a request.
#[server(name = AddTaskCall, input = Json, output = Json, endpoint = "requests/add_task")]
pub async fn add_task(number: String, draft: TaskDraft) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::add_task(&backend, &caller, &number, draft).await)
}

/// Changes the texts, the assignee and the date of a task.
#[server(name = EditTaskCall, input = Json, output = Json, endpoint = "requests/edit_task")]
pub async fn edit_task(id: TaskId, draft: TaskDraft) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::edit_task(&backend, &caller, id, draft).await)
}

/// Moves a task to a status.
#[server(name = ChangeTaskCall, input = Json, output = Json, endpoint = "requests/change_task")]
pub async fn change_task(id: TaskId, to: TaskStatus, notes: String) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::change_task(&backend, &caller, id, to, notes).await)
}

/// The caller's own tasks.
#[server(name = MyTasksCall, input = Json, output = Json, endpoint = "requests/my_tasks")]
pub async fn my_tasks() -> Result<Vec<MyTask>, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::my_tasks(&backend, &caller).await)
}

/// Writes a comment on a request.
#[server(name = CommentCall, input = Json, output = Json, endpoint = "requests/comment")]
pub async fn comment(number: String, draft: CommentDraft) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::comment(&backend, &caller, &number, draft).await)
}

/// Changes one's own comment.
#[server(name = EditCommentCall, input = Json, output = Json, endpoint = "requests/edit_comment")]
pub async fn edit_comment(id: CommentId, body: String) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::edit_comment(&backend, &caller, id, body).await)
}

/// Removes one's own comment; `restore_comment` undoes it.
#[server(name = RemoveCommentCall, input = Json, output = Json, endpoint = "requests/remove_comment")]
pub async fn remove_comment(id: CommentId) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::remove_comment(&backend, &caller, id).await)
}

/// Brings a removed comment back.
#[server(name = RestoreCommentCall, input = Json, output = Json, endpoint = "requests/restore_comment")]
pub async fn restore_comment(id: CommentId) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::restore_comment(&backend, &caller, id).await)
}

/// Makes a link to a task: its address, and the request's page.
#[server(name = ShareTaskCall, input = Json, output = Json, endpoint = "requests/share_task")]
pub async fn share_task(id: TaskId, days: u32) -> Result<(String, RequestPage), ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::share_task(&backend, &caller, id, days).await)
}

/// Revokes a link.
#[server(name = RevokeShareCall, input = Json, output = Json, endpoint = "requests/revoke_share")]
pub async fn revoke_share(id: ShareId) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::revoke_share(&backend, &caller, id).await)
}

/// The task behind a link. What does not open is "not found" for every reason.
#[server(name = OpenShareCall, input = Json, output = Json, endpoint = "share/open")]
pub async fn open_share(token: String) -> Result<SharedTask, ApiError> {
    use crate::context::{as_stranger, reply};
    let (backend, address) = as_stranger()?;
    reply(backend::requests::open_share(&backend, &token, &address).await)
}

/// Moves the task behind a link.
#[server(name = ChangeSharedCall, input = Json, output = Json, endpoint = "share/change")]
pub async fn change_shared(token: String, name: String, to: TaskStatus, notes: String) -> Result<SharedTask, ApiError> {
    use crate::context::{as_stranger, reply};
    let (backend, address) = as_stranger()?;
    reply(backend::requests::change_shared(&backend, &token, &address, name, to, notes).await)
}

/// Writes a comment about the task behind a link.
#[server(name = CommentSharedCall, input = Json, output = Json, endpoint = "share/comment")]
pub async fn comment_shared(token: String, name: String, body: String) -> Result<SharedTask, ApiError> {
    use crate::context::{as_stranger, reply};
    let (backend, address) = as_stranger()?;
    reply(backend::requests::comment_shared(&backend, &token, &address, name, body).await)
}
