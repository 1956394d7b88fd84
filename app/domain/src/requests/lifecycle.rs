//! The lifecycle: what an action leads to (`act`), what Docket saw (`observe`), made of events.
//!
//! Who acts: the requester, approvers and their deputies, people who work on requests, administrators, and Docket itself. Every change
//! is an event; `fold::apply` is the only code that moves a state. The table is in `actions`, who may do what in `guard`.

pub use super::actions::{ACTION_TABLE, ActionDetail, ActionGoal, ActionInput, ActionKind, goal, print_table};
pub use super::fold::{apply, fold};
pub use super::guard::{access_place, allowed, case, lock, may_see, replay};
pub use super::observation::SystemObservation;

use super::guard::{approver, guard, resolve_kind};
use super::history;
use super::{AutomationEnd, Event, EventKind, FulfilmentPlan, Request, RequestState, StateChange, Status};
use crate::approvals::deadline::{self, DueKind};
use crate::approvals::machine;
use crate::approvals::{ApproverVerdict, RuleTarget, SeenState, able};
use crate::effect::{Effect, NoticeEffect};
use crate::people::{Facts, PersonRef};
use crate::permission::Permission;
use crate::refusal::Refusal;
use crate::stamp::stamp;
use ActionKind as A;
use Status as S;
use chrono::{DateTime, Utc};

/// What a person's action leads to, or why it does not. What a person may not see is not found.
///
/// # Errors
/// Not found; not theirs to do; not now; input when what the action asks for is missing or wrong.
pub fn act(request: &Request, actor: &Facts, input: &ActionInput, now: DateTime<Utc>) -> Result<StateChange, Refusal> {
    let mut steps = ChangeBuilder::new(&request.state, now);
    if let Some(verdict) = input.verdict() {
        approver(request, actor, now)?;
        decide(&mut steps, request, actor, verdict, input)?;
        return Ok(steps.done());
    }
    let kind = resolve_kind(&request.state, input.kind);
    guard(request, actor, kind, now)?;
    let words = kind.row().asks.read_words("words", &input.words)?;
    let what = match kind {
        A::Withdraw => EventKind::Withdrawn { rules: machine::withdrawable(&case(request, now), actor)?, reason: words },
        A::Reroute => reroute(request, input, words)?,
        A::Assign | A::Reassign => assign(request, actor, input)?,
        A::Schedule => schedule(request, input, now)?,
        // None for what no person does, which its guard has refused.
        _ => EventKind::of_words(kind, words).ok_or(Refusal::NotFound)?,
    };
    steps.push(Some(&actor.person), what);
    match (kind, &input.detail) {
        (A::Activate, _) => begin(&mut steps, &request.item.plan),
        (A::Retry, _) => launch(&mut steps),
        (A::Reroute, ActionDetail::Rule { target, .. }) => steps.effects.push(notify("request_pending_approval", &[target])),
        _ => {}
    }
    Ok(steps.done())
}

fn notify(event: &str, targets: &[&RuleTarget]) -> Effect {
    let mut targets: Vec<String> = targets.iter().map(|target| target.index_key()).collect();
    targets.sort();
    targets.dedup();
    Effect::Notify(NoticeEffect { event: event.to_owned(), targets, ..NoticeEffect::default() })
}

fn assign(request: &Request, actor: &Facts, input: &ActionInput) -> Result<EventKind, Refusal> {
    let to = match &input.detail {
        _ if input.kind == A::AssignToMe => actor,
        ActionDetail::Person(to) => to,
        _ => return Err(input.kind.row().asks.missing("to")),
    };
    if !to.may(Permission::Work.over(access_place(request))) {
        return Err(Refusal::input("to", format!("{} does not work on requests. Choose somebody who does", to.person.name)));
    }
    if request.state.assignee.as_ref().is_some_and(|person| person.id == to.person.id) && request.state.status != S::Open {
        return Err(Refusal::conflict(format!("{} has this request already.", to.person.name)));
    }
    Ok(EventKind::Assigned { to: to.person.clone() })
}

fn schedule(request: &Request, input: &ActionInput, now: DateTime<Utc>) -> Result<EventKind, Refusal> {
    let ActionDetail::Time(for_time) = input.detail else { return Err(input.kind.row().asks.missing("at")) };
    if for_time <= now {
        return Err(Refusal::input("at", "Choose a time that has not passed"));
    }
    if request.state.status == S::Scheduled && request.state.scheduled_for == Some(for_time) {
        return Err(Refusal::conflict("It is scheduled for this time already."));
    }
    Ok(EventKind::Scheduled { for_time })
}

fn reroute(request: &Request, input: &ActionInput, reason: String) -> Result<EventKind, Refusal> {
    let ActionDetail::Rule { rule, target, words } = &input.detail else { return Err(input.kind.row().asks.missing("to")) };
    let approval = &request.state.approval;
    let found = approval.rules().find(|known| known.key == *rule).ok_or(Refusal::NotFound)?;
    let stage = approval.stages.iter().find(|stage| stage.rules.iter().any(|known| known.key == *rule));
    if machine::given(approval, found).is_some() || stage.is_none_or(|stage| machine::met(approval, stage)) {
        return Err(Refusal::conflict("This was decided already. Nothing is left to re-route."));
    }
    if *target == (RuleTarget::Person { id: request.requester.id }) && !approval.self_approval {
        return Err(Refusal::input("to", "Nobody approves their own request. Choose somebody else"));
    }
    if machine::holders(approval, found) == [target] {
        return Err(Refusal::conflict(format!("{words} decides this already.")));
    }
    if words.is_empty() {
        return Err(input.kind.row().asks.missing("to"));
    }
    Ok(EventKind::Rerouted { rule: rule.clone(), target: target.clone(), words: words.clone(), reason })
}

fn decide(
    steps: &mut ChangeBuilder,
    request: &Request,
    actor: &Facts,
    verdict: ApproverVerdict,
    input: &ActionInput,
) -> Result<(), Refusal> {
    let right = machine::decide(&case(request, steps.now), actor, input.seen())?;
    let reason = input.kind.row().asks.read_words("reason", &input.words)?;
    let seen = input.seen().map(|events| SeenState { events: events.min(request.state.events), content: history::fingerprint(request) });
    let by = Some(&actor.person);
    let (rules, on_behalf_of) = (right.rules, right.on_behalf_of);
    match verdict {
        ApproverVerdict::AskForChanges => steps.push(by, EventKind::InfoRequested { question: reason }),
        ApproverVerdict::Reject => steps.push(by, EventKind::Rejected { rules, reason, on_behalf_of, seen }),
        ApproverVerdict::Approve => {
            steps.push(by, EventKind::Approved { rules, reason, on_behalf_of, seen });
            if machine::approved(&steps.state.approval) {
                release(steps, &request.item.plan);
            }
        }
    }
    Ok(())
}

/// Approval is complete: the work begins, now or at the time that was asked for.
pub(super) fn release(steps: &mut ChangeBuilder, plan: &FulfilmentPlan) {
    steps.push(None, EventKind::Released);
    match steps.state.begins_at.filter(|begins| *begins > steps.now) {
        Some(for_time) => steps.push(None, EventKind::Scheduled { for_time }),
        None => begin(steps, plan),
    }
}

/// The work begins: by connectors or an automation at once, otherwise when somebody starts it.
fn begin(steps: &mut ChangeBuilder, plan: &FulfilmentPlan) {
    if !plan.connectors.is_empty() || plan.automation.is_some() {
        steps.push(None, EventKind::Started);
    } else if let Some(to) = steps.state.assignee.clone() {
        steps.push(None, EventKind::Assigned { to });
    }
    if !plan.connectors.is_empty() {
        steps.effects.push(Effect::Dispatch { connectors: plan.connectors.clone() });
    }
    if plan.automation.is_some() {
        launch(steps);
    }
}

fn launch(steps: &mut ChangeBuilder) {
    let attempt = steps.state.run.as_ref().map_or(0, |run| run.attempt) + 1;
    steps.push(None, EventKind::Launching { attempt });
    steps.effects.push(Effect::Launch { attempt });
}

/// Records what Docket saw. Never refuses: what happened outside happened, also to a request that ended meanwhile. What is no
/// longer true, or is known, changes nothing (`StateChange::is_nothing`).
pub fn observe(request: &Request, observation: &SystemObservation, now: DateTime<Utc>) -> StateChange {
    let mut steps = ChangeBuilder::new(&request.state, now);
    let (plan, state) = (&request.item.plan, &request.state);
    match observation {
        SystemObservation::Dispatched { connectors } => steps.push(None, EventKind::Dispatched { connectors: connectors.clone() }),
        SystemObservation::Delivered { connector, all } => {
            steps.push(None, EventKind::Delivered { connector: connector.clone() });
            if *all && plan.complete_when_delivered && !state.runs() && completes_itself(request) {
                steps.push(None, EventKind::Completed { note: String::new() });
            }
        }
        SystemObservation::DeliveryFailed { connector, error } => {
            steps.push(None, EventKind::DeliveryFailed { connector: connector.clone(), error: error.clone() });
        }
        SystemObservation::Replayed { connector, by } => steps.push(Some(by), EventKind::Replayed { connector: connector.clone() }),
        SystemObservation::DeadlineReached { key } => fall_due(&mut steps, request, key),
        SystemObservation::NobodyLeft { deciders } => {
            let waits = state.status == S::PendingApproval && !state.deleted;
            let rules = if waits { able::undecidable(&case(request, now), deciders) } else { Vec::new() };
            if !rules.is_empty() {
                steps.push(None, EventKind::FellBack { rules });
            }
        }
        SystemObservation::TimeCame => {
            if state.status == S::Scheduled && !state.deleted && state.scheduled_for.is_some_and(|time| time <= now) {
                steps.push(None, EventKind::Activated);
                begin(&mut steps, plan);
            }
        }
        SystemObservation::Launched { attempt, job } => {
            if state.run.as_ref().is_some_and(|run| run.attempt == *attempt && run.job.is_none() && run.ended.is_none()) {
                steps.push(None, EventKind::Launched { job: job.clone() });
            }
        }
        SystemObservation::AutomationEnded { attempt, ended, note } => {
            if state.run.as_ref().is_some_and(|run| run.attempt == *attempt && run.ended.is_none()) {
                end(&mut steps, request, *ended, note);
            }
        }
    }
    steps.done()
}

/// When Docket itself has to look at it again: the time it is put off to, or the next thing that falls due while nobody decides.
pub fn wakes_at(state: &RequestState) -> Option<DateTime<Utc>> {
    match state.status {
        _ if state.deleted => None,
        S::Scheduled => state.scheduled_for,
        S::PendingApproval => deadline::next(&state.approval),
        _ => None,
    }
}

/// What Docket sees when it looks at a request by itself: everything that is due now, in order.
pub fn due(request: &Request, now: DateTime<Utc>) -> Vec<SystemObservation> {
    let state = &request.state;
    match state.status {
        _ if state.deleted => Vec::new(),
        S::Scheduled => vec![SystemObservation::TimeCame],
        S::PendingApproval => {
            deadline::due(&state.approval, now).into_iter().map(|due| SystemObservation::DeadlineReached { key: due.key }).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether the end of what Docket waits for completes the request: nobody checks it, no required task is left.
fn completes_itself(request: &Request) -> bool {
    let state = &request.state;
    goal(state.status, A::Complete).is_some() && !request.item.plan.qa && state.required_tasks.is_empty()
}

fn end(steps: &mut ChangeBuilder, request: &Request, ended: AutomationEnd, note: &str) {
    steps.push(None, EventKind::AutomationEnded { ended, note: note.to_owned() });
    if request.state.status != S::InProgress {
        return;
    }
    match ended {
        AutomationEnd::Succeeded if completes_itself(request) => steps.push(None, EventKind::Completed { note: String::new() }),
        AutomationEnd::Succeeded => {}
        AutomationEnd::Failed => steps.push(None, EventKind::Failed { error: note.to_owned() }),
        AutomationEnd::Cancelled => steps.push(None, EventKind::Cancelled { reason: note.to_owned() }),
    }
}

fn fall_due(steps: &mut ChangeBuilder, request: &Request, key: &str) {
    let approval = &request.state.approval;
    let waits = request.state.status == S::PendingApproval && !request.state.deleted;
    let Some(due) = deadline::due(approval, steps.now).into_iter().find(|due| waits && due.key == key) else {
        return;
    };
    let open = machine::open_rules(approval);
    let key = due.key;
    match due.what {
        DueKind::Remind => {
            let targets: Vec<&RuleTarget> = open.iter().flat_map(|rule| machine::targets(approval, rule)).collect();
            steps.effects.push(notify("request_approval_reminder", &targets));
            steps.push(None, EventKind::Reminded { key });
        }
        DueKind::Escalate { target, words } => {
            steps.effects.push(notify("request_approval_escalated", &[&target]));
            let rules = open.into_iter().map(|rule| rule.key.clone()).collect();
            steps.push(None, EventKind::ApprovalEscalated { key, rules, target, words });
        }
        DueKind::Outcome { verdict } => {
            let stage = machine::open_stage(approval).map(|stage| stage.key.clone()).unwrap_or_default();
            steps.push(None, EventKind::TimedOut { key, stage, verdict });
            if steps.state.status == S::PendingApproval && machine::approved(&steps.state.approval) {
                release(steps, &request.item.plan);
            }
        }
    }
}

/// A decision being made: events pushed one by one, each applied at once.
pub(super) struct ChangeBuilder {
    pub(super) state: RequestState,
    events: Vec<Event>,
    pub(super) effects: Vec<Effect>,
    now: DateTime<Utc>,
}

impl ChangeBuilder {
    pub(super) fn new(state: &RequestState, now: DateTime<Utc>) -> Self {
        Self { state: state.clone(), events: Vec::new(), effects: Vec::new(), now }
    }

    pub(super) fn push(&mut self, actor: Option<&PersonRef>, what: EventKind) {
        let at = stamp(self.now, self.state.updated_at);
        let event = Event { seq: self.state.events + 1, at, actor: actor.cloned(), what };
        self.state = apply(&self.state, &event);
        self.events.push(event);
    }

    pub(super) fn done(self) -> StateChange {
        StateChange { state: self.state, events: self.events, effects: self.effects }
    }
}
