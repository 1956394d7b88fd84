//! Requests: from the opened dialog to the last event. The rules are the domain's; here they are given facts, and saved.
//!
//! Who acts: the requester (drafts, submission, answers, cancelling), people who work on requests, supervisors, those who check quality,
//! and administrators (re-routing, replay). Approvers decide in `approvals`; Docket itself delivers in `outbox`, and acts in `timers`.

mod acting;
mod announcing;
mod comments;
mod drafts;
mod earlier;
mod filing;
mod free_number;
mod outcome;
mod page;
mod page_deliveries;
mod queue;
mod recording;
mod route;
mod share;
mod sla;
mod tasks;
pub(crate) mod titles;

pub use acting::{act, replay};
pub use comments::{comment, edit_comment, remove_comment, restore_comment};
pub use drafts::{discard_draft, drafts, open_draft, restore_draft, save_draft};
pub use earlier::{earlier_comments, earlier_events};
pub use filing::submit;
pub use outcome::RequestOutcome;
pub use page::{page, page_after, page_at};
pub(crate) use queue::work_count;
pub use queue::{board, queue};
pub use route::preview_route;
pub use share::{change_shared, comment_shared, open_share, revoke_share, share_task};
pub use tasks::{add_task, change_task, edit_task, my_tasks};

pub(crate) use acting::{decide_locked, fresh, perform, wake};
pub(crate) use announcing::{announce, change};
pub(crate) use recording::{record, record_each};
pub(crate) use tasks::hand_task;

use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::{PageCursor, cut_page, requests};
use domain::Refusal;
use domain::approvals::{FrozenRule, FrozenStage, StageRequirement, machine};
use domain::requests::wire::{MyFilter, RequestList, RequestSummary};
use domain::requests::{Request, RequestState, Status};

/// Rows of a page of one's own requests.
const PAGE: usize = 25;

/// The caller's own requests, newest first. `after` is the `next` of the page before.
///
/// # Errors
/// When `after` is not one of ours.
pub async fn mine(backend: &Backend, caller: &Caller, filter: MyFilter, after: Option<String>) -> Result<RequestList> {
    let after = PageCursor::read(after.as_deref())?;
    let closed = match filter {
        MyFilter::Open => Some(false),
        MyFilter::Finished => Some(true),
        MyFilter::All => None,
    };
    let handle = backend.store().read(caller.organization);
    let found = requests::of_person(&handle, caller.id(), closed, after, PAGE as u64 + 1).await?;
    let (found, next) = cut_page(found, PAGE, |last| PageCursor::at(last.submitted_at, last.id.0));
    Ok(RequestList { rows: found.iter().map(summary).collect(), next })
}

/// The caller's own open requests, newest change first, and how many there are.
///
/// # Errors
/// When the database fails.
pub async fn open_summaries(backend: &Backend, caller: &Caller, limit: u64) -> Result<(Vec<RequestSummary>, u64)> {
    let handle = backend.store().read(caller.organization);
    let (found, total) = requests::open_of_person(&handle, caller.id(), limit).await?;
    Ok((found.iter().map(summary).collect(), total))
}

/// A request as a row.
pub(crate) fn summary(request: &Request) -> RequestSummary {
    RequestSummary {
        number: request.number.clone(),
        title: request.title.clone(),
        item: request.item.name.clone(),
        icon: request.item.icon.clone(),
        category: request.item.category.clone(),
        status: request.state.status,
        note: note(request),
        requester: request.requester.clone(),
        space: request.space.as_ref().map(|space| space.name.clone()),
        submitted_at: request.submitted_at,
        updated_at: request.state.updated_at,
    }
}

/// One line of where a request stands.
fn note(request: &Request) -> String {
    let approval = &request.state.approval;
    let holder = request.state.assignee.as_ref().map(|person| person.name.as_str());
    match request.state.status {
        Status::PendingApproval => match (machine::open_rules(approval).as_slice(), machine::open_stage(approval)) {
            ([only], _) => format!("{} decides", capital(&machine::words(approval, only))),
            (rules, Some(FrozenStage { require: StageRequirement::Any, .. })) => format!("Any 1 of {} decides", rules.len()),
            (_, Some(stage @ FrozenStage { require: StageRequirement::AtLeast(_), .. })) => {
                let left = stage.require.needed(stage.rules.len()).saturating_sub(machine::approvals_in(approval, stage));
                if left == 1 { "1 more approval to come".to_owned() } else { format!("{left} more approvals to come") }
            }
            (rules, _) => format!("{} approvals to come", rules.len()),
        },
        Status::NeedsInfo => format!("{} has a question to answer", request.requester.name),
        Status::Draft => "Not sent yet".to_owned(),
        Status::Scheduled => "Begins at its time".to_owned(),
        Status::Open => "Waits for somebody to start".to_owned(),
        Status::Assigned => holder.map_or_else(|| "Waits for somebody to start".to_owned(), |name| format!("{name} has it")),
        Status::InProgress if request.state.runs() => "An automation is at work".to_owned(),
        Status::InProgress => match holder {
            Some(name) => format!("{name} works on it"),
            None if request.item.plan.connectors.is_empty() => "Work has started".to_owned(),
            None => "Handed on".to_owned(),
        },
        Status::Blocked => "Cannot go on for now".to_owned(),
        Status::Escalated => "Waits for a supervisor".to_owned(),
        Status::InQa => "The work is being checked".to_owned(),
        Status::Resolved => format!("{} can confirm or reopen it", request.requester.name),
        Status::Completed => "Done".to_owned(),
        Status::Failed => "The automation failed".to_owned(),
        Status::Rejected => match approval.decisions.last() {
            Some(given) => format!("Declined by {}", given.by.name),
            None => "Declined".to_owned(),
        },
        Status::Cancelled => match request.state.cancelled_by {
            Some(person) if person == request.requester.id => format!("Cancelled by {}", request.requester.name),
            _ => "Cancelled".to_owned(),
        },
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The rules that wait for a decision now: none while the requester has to answer first.
pub(crate) fn waiting(state: &RequestState) -> Vec<&FrozenRule> {
    if state.status == Status::PendingApproval { machine::open_rules(&state.approval) } else { Vec::new() }
}

/// The request of a typed docket number, or not found.
pub(crate) fn number(text: &str) -> Result<String> {
    Ok(domain::requests::number::parse(text).ok_or(Refusal::NotFound)?)
}
