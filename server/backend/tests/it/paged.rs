//! What people do with a request, with the page that they see next: as the screens ask for it.

use backend::{Backend, Caller, Result, approvals, delegations, requests};
use domain::approvals::away::AwayView;
use domain::approvals::wire::ApproverDecision;
use domain::forms::Answers;
use domain::id::{CommentId, DelegationId, DeliveryId, ShareId, TaskId};
use domain::requests::actions::ActionCall;
use domain::requests::tasks::TaskStatus;
use domain::requests::wire::RequestPage;
use domain::requests::work::{CommentDraft, TaskDraft};
use requests::page_after;

pub async fn decide(be: &Backend, caller: &Caller, decision: ApproverDecision) -> Result<RequestPage> {
    requests::page(be, caller, &approvals::decide(be, caller, decision).await?.number).await
}

pub async fn act(be: &Backend, caller: &Caller, number: &str, call: ActionCall, seen: Option<u32>) -> Result<Option<RequestPage>> {
    let done = requests::act(be, caller, number, call, seen).await?;
    if done.visible { requests::page(be, caller, &done.number).await.map(Some) } else { Ok(None) }
}

pub async fn replay(be: &Backend, caller: &Caller, id: DeliveryId) -> Result<RequestPage> {
    page_after(be, caller, requests::replay(be, caller, id).await).await
}

pub async fn comment(be: &Backend, caller: &Caller, number: &str, draft: CommentDraft) -> Result<RequestPage> {
    page_after(be, caller, requests::comment(be, caller, number, draft).await).await
}

pub async fn edit_comment(be: &Backend, caller: &Caller, id: CommentId, body: String) -> Result<RequestPage> {
    page_after(be, caller, requests::edit_comment(be, caller, id, body).await).await
}

pub async fn remove_comment(be: &Backend, caller: &Caller, id: CommentId) -> Result<RequestPage> {
    page_after(be, caller, requests::remove_comment(be, caller, id).await).await
}

pub async fn restore_comment(be: &Backend, caller: &Caller, id: CommentId) -> Result<RequestPage> {
    page_after(be, caller, requests::restore_comment(be, caller, id).await).await
}

pub async fn add_task(be: &Backend, caller: &Caller, number: &str, draft: TaskDraft) -> Result<RequestPage> {
    page_after(be, caller, requests::add_task(be, caller, number, draft).await).await
}

pub async fn change_task(be: &Backend, caller: &Caller, id: TaskId, to: TaskStatus, notes: String) -> Result<RequestPage> {
    page_after(be, caller, requests::change_task(be, caller, id, to, notes).await).await
}

pub async fn share_task(be: &Backend, caller: &Caller, id: TaskId, days: u32) -> Result<(String, RequestPage)> {
    let (address, of) = requests::share_task(be, caller, id, days).await?;
    Ok((address, page_after(be, caller, Ok(of)).await?))
}

pub async fn revoke_share(be: &Backend, caller: &Caller, id: ShareId) -> Result<RequestPage> {
    page_after(be, caller, requests::revoke_share(be, caller, id).await).await
}

pub async fn begin_away(be: &Backend, caller: &Caller, answers: Answers) -> Result<AwayView> {
    delegations::begin(be, caller, answers).await?;
    delegations::page(be, caller).await
}

pub async fn end_away(be: &Backend, caller: &Caller, id: DelegationId) -> Result<AwayView> {
    delegations::end(be, caller, id).await?;
    delegations::page(be, caller).await
}

pub async fn resume_away(be: &Backend, caller: &Caller, id: DelegationId) -> Result<AwayView> {
    delegations::resume(be, caller, id).await?;
    delegations::page(be, caller).await
}
