//! The fold: what each event makes of the state before it. Total, and the only code that changes a state.

use super::actions::{ActionGoal, ActionKind, goal};
use super::tasks::TaskStatus;
use super::{AutomationRun, Event, EventKind, RequestState, Status};
use crate::approvals::{Approval, ApproverVerdict, DeputyDecisions, FrozenRule, RuleMove, RuleTarget, StageSettlement, machine};
use ActionKind as A;
use Status as S;
use chrono::{DateTime, Duration, Utc};

/// The state after an event: total, and the only code that changes a state. An event the table does not know from here changes no
/// status, so that a log always folds.
pub fn apply(state: &RequestState, event: &Event) -> RequestState {
    let mut next = RequestState { events: event.seq, updated_at: event.at, ..state.clone() };
    match &event.what {
        EventKind::Submitted => {
            if go(&mut next, A::Submit) {
                open_stage(&mut next.approval, event);
            }
        }
        EventKind::Approved { rules, reason, on_behalf_of, .. } => {
            next.approval = given(state, event, rules, on_behalf_of, ApproverVerdict::Approve, reason);
            open_next(&mut next.approval, &state.approval, event);
        }
        EventKind::Rejected { rules, reason, on_behalf_of, .. } => {
            next.approval = given(state, event, rules, on_behalf_of, ApproverVerdict::Reject, reason);
            go(&mut next, A::Reject);
        }
        EventKind::Withdrawn { rules, .. } => {
            let by = event.actor.as_ref().map(|person| person.id);
            next.approval.decisions.retain(|given| !(rules.contains(&given.rule) && Some(given.by.id) == by));
        }
        EventKind::Rerouted { rule, target, words, .. } => {
            next.approval.moves.push(RuleMove { rule: rule.clone(), target: target.clone(), words: words.clone(), joins: false });
        }
        EventKind::Reminded { key } => next.approval.done.push(key.clone()),
        EventKind::ApprovalEscalated { key, rules, target, words } => {
            next.approval.done.push(key.clone());
            let join = |rule: &String| RuleMove { rule: rule.clone(), target: target.clone(), words: words.clone(), joins: true };
            next.approval.moves.extend(rules.iter().map(join));
        }
        EventKind::FellBack { rules } => fall_back(&mut next.approval, rules),
        EventKind::TimedOut { key, stage, verdict } => {
            next.approval.done.push(key.clone());
            next.approval.settled.push(StageSettlement { stage: stage.clone(), verdict: *verdict, at: event.at });
            open_next(&mut next.approval, &state.approval, event);
            if *verdict == ApproverVerdict::Reject {
                go(&mut next, A::Reject);
            }
        }
        EventKind::Scheduled { for_time } => {
            if go(&mut next, A::Schedule) {
                next.scheduled_for = Some(*for_time);
            }
        }
        EventKind::Activated => {
            if go(&mut next, A::Activate) {
                next.scheduled_for = None;
            }
        }
        EventKind::Assigned { to } => {
            if go(&mut next, A::Assign) || go(&mut next, A::Reassign) {
                next.assignee = Some(to.clone());
            }
        }
        EventKind::Started => {
            if go(&mut next, A::Start) && next.assignee.is_none() {
                next.assignee.clone_from(&event.actor);
            }
        }
        EventKind::Launching { attempt } => next.run = Some(AutomationRun { attempt: *attempt, job: None, ended: None }),
        EventKind::Launched { job } => {
            if let Some(run) = &mut next.run {
                run.job = Some(job.clone());
            }
        }
        EventKind::AutomationEnded { ended, .. } => {
            if let Some(run) = &mut next.run {
                run.ended = Some(*ended);
            }
        }
        EventKind::TakenOver => {
            if go(&mut next, A::TakeOver) {
                next.assignee.clone_from(&event.actor);
            }
        }
        EventKind::Cancelled { .. } => {
            if go(&mut next, A::Cancel) {
                next.cancelled_by = event.actor.as_ref().map(|person| person.id);
            }
        }
        EventKind::Uncancelled { .. } => {
            if go(&mut next, A::Uncancel) {
                next.cancelled_by = None;
            }
        }
        EventKind::TaskAdded { task, required, .. } => {
            if *required && !next.required_tasks.contains(task) {
                next.required_tasks.push(*task);
            }
        }
        EventKind::TaskChanged { task, to, required, .. } => {
            next.required_tasks.retain(|known| known != task);
            if *required && !matches!(to, TaskStatus::Done | TaskStatus::Cancelled) {
                next.required_tasks.push(*task);
            }
        }
        // All others move it as their action's row says; what was seen outside moves nothing.
        what => {
            if let Some(kind) = what.action() {
                go(&mut next, kind);
            }
        }
    }
    stand_still(&mut next, state.status, event.at);
    next
}

/// Administrators decide these rules as well, where they do not already.
fn fall_back(approval: &mut Approval, rules: &[String]) {
    let theirs = |rule: &&FrozenRule| machine::targets(approval, rule).contains(&&RuleTarget::Administrators);
    let keys: Vec<String> =
        approval.rules().filter(|rule| rules.contains(&rule.key) && !theirs(rule)).map(|rule| rule.key.clone()).collect();
    let join = |rule| RuleMove { rule, target: RuleTarget::Administrators, words: "any administrator".to_owned(), joins: true };
    approval.moves.extend(keys.into_iter().map(join));
}

/// The first stage that is not met begins its time.
fn open_stage(approval: &mut Approval, event: &Event) {
    approval.opened_at = machine::open_stage(approval).map(|_| event.at);
    approval.opened_by = if approval.opened_at.is_some() { event.seq } else { 0 };
}

/// A stage that was not open before opens now.
fn open_next(next: &mut Approval, before: &Approval, event: &Event) {
    let key = |approval: &Approval| machine::open_stage(approval).map(|stage| stage.key.clone());
    if key(next) != key(before) {
        open_stage(next, event);
    }
}

/// The approval's time stands still while it does not wait for approvers.
fn stand_still(next: &mut RequestState, before: Status, at: DateTime<Utc>) {
    let approval = &mut next.approval;
    match (before, next.status) {
        (S::PendingApproval, S::NeedsInfo | S::Cancelled) => approval.paused_at = Some(at),
        (S::NeedsInfo | S::Cancelled, S::PendingApproval) => {
            if let Some(since) = approval.paused_at.take() {
                let stood = (at - since).max(Duration::zero());
                approval.opened_at = approval.opened_at.map(|opened| opened + stood);
            }
        }
        _ => {}
    }
}

fn given(
    state: &RequestState,
    event: &Event,
    rules: &[String],
    for_whom: &DeputyDecisions,
    verdict: ApproverVerdict,
    reason: &str,
) -> Approval {
    match &event.actor {
        Some(by) => machine::record(&state.approval, rules, by, for_whom, verdict, reason, event.at),
        None => state.approval.clone(),
    }
}

/// Takes the action's row of the table; false when there is none from here.
fn go(state: &mut RequestState, action: ActionKind) -> bool {
    let from = state.status;
    match goal(from, action) {
        _ if state.deleted => return false,
        Some(ActionGoal::To(to)) => {
            state.status = to;
            match to {
                S::NeedsInfo | S::Blocked | S::Cancelled => state.returns_to.push(from),
                _ => state.returns_to.clear(),
            }
        }
        Some(ActionGoal::Back) => {
            let usual = if from == S::Blocked { S::InProgress } else { S::PendingApproval };
            state.status = state.returns_to.pop().unwrap_or(usual);
        }
        Some(ActionGoal::Gone) => state.deleted = true,
        Some(ActionGoal::Stay) => {}
        None => return false,
    }
    true
}

/// The state all these events lead to.
pub fn fold(start: &RequestState, events: &[Event]) -> RequestState {
    events.iter().fold(start.clone(), |state, event| apply(&state, event))
}
