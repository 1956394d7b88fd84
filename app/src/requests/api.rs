//! Server functions of drafts and requests: thin; the use cases are the backend's.

use crate::error::ApiError;
use crate::wire::Json;
use domain::approvals::wire::Route;
use domain::forms::Answers;
use domain::id::{DeliveryId, RequestId};
use domain::people::{GroupRef, PersonRef};
use domain::requests::actions::ActionCall;
use domain::requests::wire::{DraftPage, DraftSaved, MyFilter, RequestList, RequestPage, SaveDraft, SubmitDraft, Submitted};
use leptos::prelude::*;

/// Opens the request dialog of an item: the caller's visible draft of it, or a new one. Saves nothing.
#[server(name = OpenDraftCall, input = Json, output = Json, endpoint = "requests/open_draft")]
pub async fn open_draft(item_key: String) -> Result<DraftPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::open_draft(&backend, &caller, &item_key).await)
}

/// Saves a draft; the latest save wins.
#[server(name = SaveDraftCall, input = Json, output = Json, endpoint = "requests/save_draft")]
pub async fn save_draft(draft: SaveDraft) -> Result<DraftSaved, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::save_draft(&backend, &caller, draft).await)
}

/// Discards a draft; `restore_draft` undoes it.
#[server(name = DiscardDraftCall, input = Json, output = Json, endpoint = "requests/discard_draft")]
pub async fn discard_draft(id: RequestId) -> Result<(), ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::discard_draft(&backend, &caller, id).await)
}

/// Takes back a discard.
#[server(name = RestoreDraftCall, input = Json, output = Json, endpoint = "requests/restore_draft")]
pub async fn restore_draft(id: RequestId) -> Result<(), ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::restore_draft(&backend, &caller, id).await)
}

/// Who would have to approve a request with these answers.
#[server(name = PreviewRouteCall, input = Json, output = Json, endpoint = "requests/preview_route")]
pub async fn preview_route(item_key: String, answers: Answers) -> Result<Route, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::preview_route(&backend, &caller, &item_key, &answers).await)
}

/// Submits a draft. The same id gives the same request, however often it is sent.
#[server(name = SubmitDraftCall, input = Json, output = Json, endpoint = "requests/submit_draft")]
pub async fn submit_draft(draft: SubmitDraft) -> Result<Submitted, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::submit(&backend, &caller, draft).await)
}

/// The caller's own requests, newest first.
#[server(name = MyRequestsCall, input = Json, output = Json, endpoint = "requests/mine")]
pub async fn my_requests(filter: MyFilter, after: Option<String>) -> Result<RequestList, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::mine(&backend, &caller, filter, after).await)
}

/// One request, by its docket number.
#[server(name = RequestPageCall, input = Json, output = Json, endpoint = "requests/page")]
pub async fn request_page(number: String) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::page(&backend, &caller, &number).await)
}

/// One request as it was after one of its events; with `seen`, as the person saw it whose decision that event is.
#[server(name = RequestPageAtCall, input = Json, output = Json, endpoint = "requests/page_at")]
pub async fn request_page_at(number: String, seq: u32, seen: bool) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::page_at(&backend, &caller, &number, seq, seen).await)
}

/// Does something with a request; None when the person does not see it any more. `seen` is the number of events on the screen.
#[server(name = ActCall, input = Json, output = Json, endpoint = "requests/act")]
pub async fn act(number: String, act: ActionCall, seen: Option<u32>) -> Result<Option<RequestPage>, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::act(&backend, &caller, &number, act, seen).await)
}

/// Sends a permanently failed delivery again.
#[server(name = ReplayDeliveryCall, input = Json, output = Json, endpoint = "requests/replay")]
pub async fn replay_delivery(id: DeliveryId) -> Result<RequestPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::requests::replay(&backend, &caller, id).await)
}

/// People of the organization whose name or e-mail fits, at most 20.
#[server(name = SearchPeopleCall, input = Json, output = Json, endpoint = "requests/search_people")]
pub async fn search_people(text: String) -> Result<Vec<PersonRef>, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::search_people(&backend, &caller, &text).await)
}

/// People who work on requests and whose name fits, at most 20; the first ones for no text.
#[server(name = SearchWorkersCall, input = Json, output = Json, endpoint = "requests/search_workers")]
pub async fn search_workers(text: String) -> Result<Vec<PersonRef>, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::search_workers(&backend, &caller, &text).await)
}

/// Groups of the organization whose name fits, at most 20.
#[server(name = SearchGroupsCall, input = Json, output = Json, endpoint = "requests/search_groups")]
pub async fn search_groups(text: String) -> Result<Vec<GroupRef>, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::search_groups(&backend, &caller, &text).await)
}
