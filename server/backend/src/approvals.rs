//! Approvals: the inbox, its decisions, and the view of those who lead. Who may decide is read from fresh facts each time.

use crate::caller::Caller;
use crate::error::Result;
use crate::requests::{perform, waiting};
use crate::store::count::CountQuery;
use crate::store::requests::scope::RequestScope;
use crate::store::waiting_rules::DecidingReach;
use crate::store::{Read, requests, waiting_rules};
use crate::{Backend, held, zones};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::approvals::bulk::{self, DueGroup};
use domain::approvals::wire::{ApproverDecision, INBOX_ROWS, InboxRow, InboxView, LeadershipRow, MOST_INBOX_ROWS};
use domain::approvals::{ApproverVerdict, RuleDecision, RuleTarget, StageRequirement, machine};
use domain::permission::Permission;
use domain::requests::actions::ActionInput;
use domain::requests::lifecycle;
use domain::requests::sla::shown::due_view;
use domain::requests::wire::ActionResult;
use domain::requests::{Request, Status};
use domain::tally::MOST_COUNTED;

/// Rows of the leadership view.
const ROWS: u64 = 200;

/// What waits for the caller's decision: by how soon it is due, oldest first. Of the oldest requests as many as `rows` says, at least
/// `INBOX_ROWS` and at most `MOST_INBOX_ROWS`.
///
/// # Errors
/// When the database fails.
pub async fn inbox(backend: &Backend, caller: &Caller, rows: u32) -> Result<InboxView> {
    let most = u64::from(rows.clamp(INBOX_ROWS, MOST_INBOX_ROWS));
    let handle = backend.store().read(caller.organization);
    let reach = DecidingReach::of(&caller.facts, backend.now());
    let found = requests::waiting_for(&handle, &reach, most).await?;
    let held = held::held(backend, caller).await?;
    let mut rows: Vec<InboxRow> = found.iter().map(|request| row(request, caller, backend.now())).collect();
    for row in &mut rows {
        let open = held.iter().find(|held| held.outcome.is_none() && held.number == row.number);
        row.held = open.map(|held| held.verdict);
    }
    rows.sort_by(|a, b| (a.group, a.submitted_at, &a.number).cmp(&(b.group, b.submitted_at, &b.number)));
    let count = if found.len() as u64 == most { count(backend, caller).await? } else { found.len() as u64 };
    Ok(InboxView { rows, count, held })
}

/// How many requests wait for the caller's decision, counted no further than `MOST_COUNTED`.
///
/// # Errors
/// When the database fails.
pub async fn count(backend: &Backend, caller: &Caller) -> Result<u64> {
    let handle = backend.store().read(caller.organization);
    match counted(&handle, backend, caller).await? {
        Some(count) => count.ask(&handle).await,
        None => Ok(0),
    }
}

/// What `count` asks.
pub(crate) async fn counted(handle: &Read, backend: &Backend, caller: &Caller) -> Result<Option<CountQuery>> {
    waiting_rules::count(handle, &DecidingReach::of(&caller.facts, backend.now()), MOST_COUNTED).await
}

/// Approves, declines or asks for changes.
///
/// # Errors
/// Not found; not an approver; a missing reason; conflict when somebody was faster, naming who and when.
pub async fn decide(backend: &Backend, caller: &Caller, decision: ApproverDecision) -> Result<ActionResult> {
    let input = ActionInput::decide(decision.verdict, decision.reason, Some(decision.seen));
    perform(backend, caller, &decision.number, input, Some(decision.seen)).await
}

/// Everything that waits for approval, for those who lead (S0-019).
///
/// # Errors
/// Not found for everybody else.
pub async fn leadership(backend: &Backend, caller: &Caller) -> Result<Vec<LeadershipRow>> {
    let reach = caller.facts.reach(Permission::Lead);
    if reach.is_nothing() {
        return Err(Refusal::NotFound.into());
    }
    let handle = backend.store().read(caller.organization);
    let found = requests::of_status(&handle, Status::PendingApproval, &RequestScope::of(reach, None), ROWS).await?;
    Ok(found
        .iter()
        .map(|request| LeadershipRow {
            row: row(request, caller, backend.now()),
            waiting_on: waiting(&request.state).into_iter().map(|rule| rule.words.clone()).collect(),
        })
        .collect())
}

/// What the caller approved in an earlier stage, and as what they are asked now.
fn again(request: &Request, caller: &Caller, now: DateTime<Utc>) -> Option<String> {
    let approval = &request.state.approval;
    let open = machine::standing(&lifecycle::case(request, now), &caller.facts).ok()?;
    let open: Vec<&str> = open.iter().map(|(rule, _)| rule.label.as_str()).collect();
    let mine = |given: &RuleDecision| given.by.id == caller.id() && given.verdict == ApproverVerdict::Approve;
    let given = approval.rules().filter(|rule| machine::given(approval, rule).is_some_and(mine)).map(|rule| rule.label.as_str());
    bulk::asked_again(&given.collect::<Vec<_>>(), &open)
}

fn row(request: &Request, caller: &Caller, now: DateTime<Utc>) -> InboxRow {
    let me = caller.id();
    let due = bulk::due_at(request);
    let approval = &request.state.approval;
    let stage = machine::open_stage(approval).or(approval.stages.last());
    let rules = stage.map(|stage| stage.rules.as_slice()).unwrap_or_default();
    let given = stage.map_or(0, |stage| machine::approvals_in(approval, stage));
    let needed = rules.len();
    let words = match (rules, stage.map(|stage| stage.require).unwrap_or_default()) {
        ([only], _) if machine::targets(approval, only) == [&RuleTarget::Person { id: me }] => "You".to_owned(),
        ([only], _) => machine::words(approval, only),
        (_, StageRequirement::All) => format!("{given} of {needed}"),
        (_, require) => require.words(needed),
    };
    InboxRow {
        number: request.number.clone(),
        title: request.title.clone(),
        item: request.item.name.clone(),
        requester: request.requester.clone(),
        submitted_at: request.submitted_at,
        price: request.item.price.clone(),
        given: u32::try_from(given).unwrap_or(u32::MAX),
        needed: u32::try_from(needed).unwrap_or(u32::MAX),
        words,
        on_behalf_of: machine::on_behalf_of(&lifecycle::case(request, now), &caller.facts),
        events: request.state.events,
        group: DueGroup::of(due, now, caller.today(now), |moment| zones::date(caller.zone, moment)),
        due: due.map(|due| due_view(request.submitted_at, due, false, now)),
        alike: bulk::alike(request),
        again: again(request, caller, now),
        held: None,
    }
}
