//! Who may do what when, as the table says (`actions`), in this order: seen at all, the right person, the right time, what else is needed.

use super::actions::{ACTION_TABLE, ActionKind, ActionNeed, ActorRight, AllowedActions, goal};
use super::{AutomationEnd, Request, RequestState, Status};
use crate::approvals::machine::{self, ApprovalCase};
use crate::people::Facts;
use crate::permission::{AccessPlace, Permission};
use crate::refusal::Refusal;
use crate::text::lower_case;
use ActionKind as A;
use ActionNeed as N;
use Status as S;
use chrono::{DateTime, Utc};

/// The request's approval, as the machine takes it.
pub fn case(request: &Request, now: DateTime<Utc>) -> ApprovalCase<'_> {
    ApprovalCase { approval: &request.state.approval, requester: request.requester.id, item: request.item_id, now }
}

/// What a permission has to reach over to be used on the request.
pub fn access_place(request: &Request) -> AccessPlace {
    AccessPlace { item: Some(request.item_id), space: request.space.as_ref().map(|space| space.id) }
}

/// Whether the request exists for this person: its requester, who has it, whoever may decide or decided a rule, and those who see
/// the requests of its space or item. What was deleted is seen by administrators alone.
pub fn may_see(request: &Request, facts: &Facts, now: DateTime<Utc>) -> bool {
    let about = access_place(request);
    if request.state.deleted {
        return facts.may(Permission::ManageRequests.over(about));
    }
    let (approval, me) = (&request.state.approval, facts.person.id);
    me == request.requester.id
        || facts.may(Permission::SeeRequests.over(about))
        || facts.may(Permission::Lead.over(about))
        || request.state.assignee.as_ref().is_some_and(|person| person.id == me)
        || approval.rules().any(|rule| machine::eligible(&case(request, now), rule, facts))
        || approval.decisions.iter().any(|given| given.by.id == me || given.on_behalf_of.as_ref().is_some_and(|person| person.id == me))
}

/// What this person may do now: exactly the actions `act` would not refuse, given what they ask for.
pub fn allowed(request: &Request, actor: &Facts, now: DateTime<Utc>) -> AllowedActions {
    let decides = approver(request, actor, now).is_ok();
    let may = |kind: ActionKind| match kind {
        A::Approve | A::Reject => decides,
        // What giving it is once somebody has it.
        A::Reassign => false,
        A::AssignToMe if request.state.assignee.as_ref().is_some_and(|person| person.id == actor.person.id) => false,
        kind => guard(request, actor, resolve_kind(&request.state, kind), now).is_ok(),
    };
    let of_people = ACTION_TABLE.iter().filter(|row| !row.who.rights.is_empty());
    let kinds = of_people.map(|row| row.kind).filter(|kind| may(*kind)).collect();
    AllowedActions { kinds, locked: lock(&request.state).map(str::to_owned) }
}

/// The row by which an action is judged now: its own, or that of what it is in this status.
pub(super) fn resolve_kind(state: &RequestState, kind: ActionKind) -> ActionKind {
    match kind.row().same_as.unwrap_or(kind) {
        A::Assign if goal(state.status, A::Assign).is_none() && goal(state.status, A::Reassign).is_some() => A::Reassign,
        kind => kind,
    }
}

/// Why nothing about the request can be edited (comments, tasks, files): it is resolved or over. None while it can.
pub fn lock(state: &RequestState) -> Option<&'static str> {
    match state.status {
        _ if state.deleted => Some("This request was deleted."),
        S::Resolved => Some("This request is resolved and locked. Reopen it to change anything."),
        S::Completed => Some("This request is completed. Nothing about it can be changed."),
        S::Rejected => Some("This request was declined. Nothing about it can be changed."),
        S::Cancelled => Some("This request is cancelled. Bring it back to change anything."),
        _ => None,
    }
}

/// Whether this person may have a failed delivery of the request sent again.
pub fn replay(request: &Request, actor: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    if !may_see(request, actor, now) {
        return Err(Refusal::NotFound);
    }
    if !actor.may(Permission::ReplayDeliveries.over(access_place(request))) {
        return Err(Refusal::not_now("Only an administrator can send a delivery again."));
    }
    match request.state.status {
        _ if request.state.deleted => Err(deleted()),
        S::Draft | S::PendingApproval | S::NeedsInfo | S::Scheduled | S::Open => Err(Refusal::not_now("Nothing was sent yet.")),
        S::Rejected => Err(Refusal::not_now("This request was declined. Nothing is sent for it.")),
        S::Cancelled => Err(Refusal::not_now("This request was cancelled. Nothing more is sent for it.")),
        _ if request.item.plan.connectors.is_empty() => Err(Refusal::not_now("This request is not sent anywhere.")),
        _ => Ok(()),
    }
}

fn deleted() -> Refusal {
    Refusal::not_now("This request was deleted.")
}

/// Whether this person may do this now. Deciding has its own door, `approver`; here `RequestInfo` is asked by those who work.
pub(super) fn guard(request: &Request, actor: &Facts, action: ActionKind, now: DateTime<Utc>) -> Result<(), Refusal> {
    if !may_see(request, actor, now) {
        return Err(Refusal::NotFound);
    }
    if request.state.deleted {
        return Err(deleted());
    }
    person(request, actor, action)?;
    let status = request.state.status;
    if action == A::RequestInfo && status == S::PendingApproval {
        return Err(Refusal::not_now("While it waits for approval, its approvers ask for changes."));
    }
    if goal(status, action).is_none() {
        return Err(too_late(status, action));
    }
    if action == A::Withdraw {
        machine::withdrawable(&case(request, now), actor)?;
    }
    action.row().needs.iter().try_for_each(|need| meets(request, actor, *need))
}

/// The right person for the action.
fn person(request: &Request, actor: &Facts, action: ActionKind) -> Result<(), Refusal> {
    let own = actor.person.id == request.requester.id;
    let has = |right: &ActorRight| match right {
        ActorRight::Requester => own,
        ActorRight::Canceller => own && request.state.cancelled_by == Some(actor.person.id),
        // Which rules are theirs, and whether anything of them is open, is asked of the approval.
        ActorRight::Approver => true,
        ActorRight::Holds(permission) => actor.may(permission.over(access_place(request))),
    };
    let who = &action.row().who;
    if who.rights.iter().any(has) { Ok(()) } else { Err(Refusal::not_now(who.refusal.replace("{requester}", &request.requester.name))) }
}

/// Whether the request is as the action needs it.
fn meets(request: &Request, actor: &Facts, need: ActionNeed) -> Result<(), Refusal> {
    let (plan, state) = (&request.item.plan, &request.state);
    let require = |is: bool, otherwise: &str| if is { Ok(()) } else { Err(Refusal::not_now(otherwise)) };
    match need {
        N::NotOwn => {
            require(actor.person.id != request.requester.id, "This is your own request. Another administrator has to re-route it.")
        }
        N::QualityCheck => require(plan.qa, "This item has no quality check. Complete the request instead."),
        N::NoQualityCheck => require(!plan.qa, "The work on this item is checked before it counts. Send it to QA."),
        N::NothingRuns => require(!state.runs(), "An automation is at work. Docket records how it ends."),
        N::TasksDone => {
            let left = state.required_tasks.len();
            let tasks = if left == 1 { "1 required task is".to_owned() } else { format!("{left} required tasks are") };
            require(left == 0, &format!("{tasks} not done yet. Finish or cancel what is left first."))
        }
        N::MayBeScheduled => require(plan.schedule || plan.schedule_field.is_some(), "The work on this item cannot be put off to a time."),
        N::NotLaunched => require(plan.automation.is_none() || state.run.is_none(), "The automation has run already."),
        N::RunFailed if plan.automation.is_none() => require(false, "This request has no automation to try again."),
        N::RunFailed if state.status == S::InProgress => match state.run.as_ref().and_then(|run| run.ended) {
            Some(AutomationEnd::Failed | AutomationEnd::Cancelled) => Ok(()),
            Some(AutomationEnd::Succeeded) => require(false, "The automation has succeeded."),
            None => require(false, "The automation is at work."),
        },
        N::RunFailed => Ok(()),
    }
}

/// The approver's guard: eligible, at the right time, with a rule left to decide.
pub(super) fn approver(request: &Request, actor: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    let case = case(request, now);
    if !may_see(request, actor, now) {
        // A deputy whose delegation ended saw it a moment ago: the reason tells nothing new.
        let ended = !request.state.deleted && machine::ended(&case, actor).is_some();
        return Err(if ended { machine::standing(&case, actor).err().unwrap_or(Refusal::NotFound) } else { Refusal::NotFound });
    }
    if request.state.deleted {
        return Err(deleted());
    }
    let left = machine::standing(&case, actor);
    match request.state.status {
        S::PendingApproval => left.map(|_| ()),
        S::NeedsInfo if machine::open_stage(case.approval).is_some() => left.and_then(|_| {
            Err(Refusal::not_now(format!("Changes were asked. You can decide when {} has answered.", request.requester.name)))
        }),
        S::Cancelled => match left {
            Err(not_an_approver @ Refusal::NotNow { .. }) => Err(not_an_approver),
            _ => Err(Refusal::conflict("This request was cancelled. Nothing is left for you to decide.")),
        },
        _ => Err(left.err().unwrap_or_else(|| machine::over(&case, actor))),
    }
}

/// Why an action comes at the wrong time.
fn too_late(status: Status, action: ActionKind) -> Refusal {
    let state = lower_case(status.label());
    Refusal::not_now(match (action, status) {
        (A::Uncancel, _) => format!("Only a cancelled request can be brought back. It is {state} now."),
        (_, S::Completed) => "This request is completed already.".to_owned(),
        (_, S::Cancelled) => "This request was cancelled.".to_owned(),
        (_, S::Rejected) => "This request was declined.".to_owned(),
        (A::ProvideInfo, _) => "Nothing is asked of you now.".to_owned(),
        (A::Delete, _) => "Only a request that waits for approval or was declined can be deleted. Cancel it instead.".to_owned(),
        (A::Withdraw, _) => "What you decided can be taken back only while the approval is open.".to_owned(),
        (A::Reroute, _) => "Nothing waits for approval here.".to_owned(),
        (A::Reopen | A::Close, _) => format!("This is possible once the request is resolved. It is {state} now."),
        (_, S::Resolved) => "This request is resolved and locked. Reopen it first.".to_owned(),
        (A::Start, S::InProgress) => "Work on this request has started already.".to_owned(),
        (A::Start, _) => format!("Work can start when the request is open. It is {state} now."),
        (A::Complete, S::Open | S::Assigned) => "Start the work before you complete it.".to_owned(),
        (A::Complete, _) => format!("A request can be completed while it is in progress. It is {state} now."),
        _ => format!("This is not possible while the request is {state}."),
    })
}
