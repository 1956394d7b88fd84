//! Server functions of tasks: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::id::TaskId;
use domain::requests::tasks::TaskStatus;
use domain::requests::wire::RequestPage;
use domain::requests::work::{MyTask, TaskDraft};
use leptos::prelude::*;

/// Adds a task to a request.
#[server(name = AddTaskCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/add_task")]
pub async fn add_task(number: String, draft: TaskDraft) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::add_task(&backend, &caller, &number, draft).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}

/// Changes the texts, the assignee and the date of a task.
#[server(name = EditTaskCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/edit_task")]
pub async fn edit_task(id: TaskId, draft: TaskDraft) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::edit_task(&backend, &caller, id, draft).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}

/// Moves a task to a status.
#[server(name = ChangeTaskCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/change_task")]
pub async fn change_task(id: TaskId, to: TaskStatus, notes: String) -> Result<RequestPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let done = backend::requests::change_task(&backend, &caller, id, to, notes).await;
    reply(backend::requests::page_after(&backend, &caller, done).await)
}

/// The caller's own tasks.
#[server(name = MyTasksCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/my_tasks")]
pub async fn my_tasks() -> Result<Vec<MyTask>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::my_tasks(&backend, &caller).await)
}
