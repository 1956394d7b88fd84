//! Server functions of drafts: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::approvals::wire::ApprovalRoute;
use domain::forms::Answers;
use domain::id::RequestId;
use domain::requests::wire::{DraftPage, DraftSaved, SaveDraft, SubmissionOutcome, SubmitDraft};
use leptos::prelude::*;

/// Opens the request dialog of an item: the caller's visible draft of it, or a new one. Saves nothing.
#[server(name = OpenDraftCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/open_draft")]
pub async fn open_draft(item_key: String) -> Result<DraftPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::open_draft(&backend, &caller, &item_key).await)
}

/// Saves a draft; the latest save wins.
#[server(name = SaveDraftCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/save_draft")]
pub async fn save_draft(draft: SaveDraft) -> Result<DraftSaved, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::save_draft(&backend, &caller, draft).await)
}

/// Discards a draft; `restore_draft` undoes it.
#[server(name = DiscardDraftCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/discard_draft")]
pub async fn discard_draft(id: RequestId) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::discard_draft(&backend, &caller, id).await)
}

/// Takes back a discard.
#[server(name = RestoreDraftCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/restore_draft")]
pub async fn restore_draft(id: RequestId) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::restore_draft(&backend, &caller, id).await)
}

/// Who would have to approve a request with these answers.
#[server(name = PreviewRouteCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/preview_route")]
pub async fn preview_route(item_key: String, answers: Answers) -> Result<ApprovalRoute, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::preview_route(&backend, &caller, &item_key, &answers).await)
}

/// Submits a draft. The same id gives the same request, however often it is sent.
#[server(name = SubmitDraftCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/submit_draft")]
pub async fn submit_draft(draft: SubmitDraft) -> Result<SubmissionOutcome, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::submit(&backend, &caller, draft).await)
}
