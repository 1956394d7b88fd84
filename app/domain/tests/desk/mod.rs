//! The office as a model for stateright: the production functions, driven in every order by everybody, by time and by what Docket
//! sees. Beside the request it keeps what the properties need to know of the past. A fault makes one function answer wrongly, so that
//! each property can be seen to notice.

mod fault;
mod leaving;
mod recount;
mod shown;

pub use fault::Fault;

use crate::office::*;
use domain::approvals::machine;
use domain::approvals::{ApproverVerdict, RuleTarget};
use domain::effect::Effect;
use domain::people::Facts;
use domain::requests::lifecycle::{ActionInput, ActionKind as A, SystemObservation, allowed, observe};
use domain::requests::tasks::{self, Task, TaskActor, TaskStatus};
use domain::requests::{EventKind, Request, StateChange, Status};
use recount::{core, met};
use shown::shown_is_possible;
use stateright::{Model, Property};
use std::hash::{Hash, Hasher};

/// What happens next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Index of the person, index of the action.
    Acts(usize, usize),
    Sees(SystemObservation),
    /// A task is done by the person.
    TaskDone(usize),
    /// An hour passes.
    Hour,
    /// Samir leaves the group.
    Leaves,
    /// Samir is disabled.
    Gone,
    /// Docket looks whether anybody can decide.
    Looks,
    /// The deputy's delegation is revoked.
    Revoked,
}

/// A request with what is remembered about its past.
#[derive(Clone)]
pub struct Snap {
    pub request: Request,
    pub hour: u8,
    pub left: bool,
    pub gone: bool,
    pub revoked: bool,
    outcomes: u8,
    dispatched: u8,
    launched: u8,
    retries: u8,
    /// Where each interruption came from, by our own count.
    came_from: Vec<Status>,
    /// What went wrong, as flags of `Wrong`.
    wrong: u8,
    pub delivered: bool,
    key: String,
}

/// Flags of what a step did wrong.
#[derive(Clone, Copy)]
enum Wrong {
    Unentitled = 1,
    Unmet = 2,
    Changed = 4,
    Return = 8,
    Doubled = 16,
    Tasks = 32,
}

impl std::fmt::Debug for Snap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.key)
    }
}
impl PartialEq for Snap {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Hash for Snap {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.key.hash(hasher);
    }
}

impl Snap {
    /// What makes two moments the same to the rules: everything but counters and past times.
    fn seal(mut self) -> Self {
        let state = &self.request.state;
        let approval = &state.approval;
        let decisions: Vec<_> = approval
            .decisions
            .iter()
            .map(|d| (&d.rule, &d.by.name, d.on_behalf_of.as_ref().map(|person| &person.name), d.verdict))
            .collect();
        let targets: Vec<_> = approval.rules().map(|rule| machine::targets(approval, rule)).collect();
        let settled: Vec<_> = approval.settled.iter().map(|settled| settled.verdict).collect();
        let minutes = |time: Option<chrono::DateTime<chrono::Utc>>| time.map(|time| (time - at(0)).num_minutes());
        let times = [minutes(approval.opened_at), minutes(approval.paused_at), minutes(state.scheduled_for)];
        let who = (state.assignee.as_ref().map(|person| &person.name), state.cancelled_by);
        // Trying again for ever is nothing new: what counts is that launches and retries keep step.
        let surplus = i16::from(self.launched) - i16::from(self.retries);
        let run = state.run.as_ref().map(|run| (run.attempt.min(2), run.ended));
        let past = (self.outcomes, self.dispatched, surplus, &self.came_from, self.wrong, self.delivered);
        let world = (self.hour, self.left, self.gone, self.revoked);
        let key = format!(
            "{:?} {:?} {decisions:?} {targets:?} {settled:?} {:?} {times:?} {who:?} {:?} {} {} {past:?} {world:?}",
            state.status,
            state.returns_to,
            approval.done,
            run,
            state.required_tasks.len(),
            state.deleted
        );
        self.key = key;
        self
    }

    fn is(&self, wrong: Wrong) -> bool {
        self.wrong & wrong as u8 != 0
    }
}

/// What is explored.
#[derive(Clone)]
pub struct Desk {
    pub start: Request,
    pub effects: Vec<Effect>,
    pub people: Vec<Facts>,
    pub actions: Vec<ActionInput>,
    pub hours: u8,
    /// Samir may leave, a delegation may be revoked.
    pub unsteady: bool,
    /// Samir may be disabled.
    pub leaver: bool,
    /// The work has one required task.
    pub task: Option<Task>,
    pub fault: Option<Fault>,
}

impl Desk {
    fn now(snap: &Snap) -> chrono::DateTime<chrono::Utc> {
        at(i64::from(snap.hour) * 60)
    }

    /// Whether the person can no longer sign in.
    pub fn is_gone(&self, snap: &Snap, index: usize) -> bool {
        snap.gone && self.people[index].person.id == samir().person.id
    }

    /// A person's facts as they are at this moment.
    pub fn facts(&self, snap: &Snap, index: usize) -> Facts {
        let mut facts = self.people[index].clone();
        if snap.left && facts.person.id == samir().person.id {
            facts.memberships.clear();
        }
        if snap.revoked {
            let now = at(0);
            facts.deputy_rights.iter_mut().for_each(|right| right.until = right.until.min(now));
        }
        facts
    }

    /// The moment after a decision, with everything that is wrong about it noted.
    fn after(&self, snap: &Snap, decision: StateChange, action: Option<&ActionInput>) -> Snap {
        let before = &snap.request.state;
        let mut next = snap.clone();
        next.request.state = decision.state;
        let mut note = |wrong: Wrong, is: bool| next.wrong |= if is { wrong as u8 } else { 0 };
        let state = &next.request.state;
        let released = decision.events.iter().any(|event| event.what == EventKind::Released);
        let rejected = decision
            .events
            .iter()
            .any(|event| matches!(event.what, EventKind::Rejected { .. } | EventKind::TimedOut { verdict: ApproverVerdict::Reject, .. }));
        next.outcomes += u8::from(released) + u8::from(rejected);
        next.dispatched += decision.effects.iter().filter(|effect| matches!(effect, Effect::Dispatch { .. })).count() as u8;
        next.launched += decision.effects.iter().filter(|effect| matches!(effect, Effect::Launch { .. })).count() as u8;
        next.dispatched = next.dispatched.min(9);
        next.launched = next.launched.min(9);
        next.retries += u8::from(action.is_some_and(|action| action.kind == A::Retry));
        note(Wrong::Unmet, released && !met(state));
        for given in state.approval.decisions.iter().skip(before.approval.decisions.len()) {
            note(Wrong::Unentitled, action.is_some() && !self.entitled(snap, &given.rule, given));
        }
        let ended = before.status.is_terminal() || before.status == Status::Resolved || before.deleted;
        let kind = action.map(|action| action.kind);
        let exit = match kind {
            Some(A::Uncancel) => before.status == Status::Cancelled,
            Some(A::Reopen | A::Close | A::Cancel) => before.status == Status::Resolved,
            Some(A::Delete) => before.status == Status::Rejected,
            _ => false,
        };
        note(Wrong::Changed, ended && !exit && core(before) != core(state));
        let required = before.required_tasks.len();
        note(Wrong::Tasks, required > 0 && matches!(state.status, Status::Completed | Status::Resolved) && state.status != before.status);
        // Our own count of interruptions.
        match kind {
            Some(A::ProvideInfo | A::Unblock | A::Uncancel) => {
                let came_from = next.came_from.pop();
                note(Wrong::Return, came_from != Some(state.status));
            }
            _ if state.status == before.status => {}
            _ => match state.status {
                Status::NeedsInfo | Status::Blocked | Status::Cancelled => next.came_from.push(before.status),
                _ => next.came_from.clear(),
            },
        }
        next
    }

    /// Whether the decision was its maker's to give, told anew: named by the rule as it stood, at this moment, in their own right or
    /// by a delegation in effect.
    fn entitled(&self, snap: &Snap, rule: &str, given: &domain::approvals::RuleDecision) -> bool {
        let approval = &snap.request.state.approval;
        let rule = approval.rules().find(|known| known.key == rule).expect("a rule");
        let targets = machine::targets(approval, rule);
        let index = self.people.iter().position(|facts| facts.person.id == given.by.id).expect("known");
        let facts = self.facts(snap, index);
        let names = |facts: &Facts, target: &RuleTarget| match target {
            RuleTarget::Person { id } => facts.person.id == *id,
            RuleTarget::Group { .. } => !facts.memberships.is_empty(),
            RuleTarget::GroupRole { role, .. } => facts.memberships.iter().any(|m| m.roles.contains(role)),
            RuleTarget::Administrators => facts.roles.iter().any(|role| role == "admin"),
        };
        match &given.on_behalf_of {
            None => targets.iter().any(|target| names(&facts, target)),
            Some(absent) => {
                let index = self.people.iter().position(|facts| facts.person.id == absent.id).expect("known");
                let right = facts.deputy_rights.iter().any(|right| right.absent.person.id == absent.id && Self::now(snap) < right.until);
                right && targets.iter().any(|target| names(&self.facts(snap, index), target))
            }
        }
    }
}

impl Model for Desk {
    type State = Snap;
    type Action = Step;

    fn init_states(&self) -> Vec<Snap> {
        let count = |wanted: fn(&Effect) -> bool| self.effects.iter().filter(|effect| wanted(effect)).count() as u8;
        let snap = Snap {
            outcomes: u8::from(self.start.state.status != Status::PendingApproval),
            request: self.start.clone(),
            hour: 0,
            left: false,
            gone: false,
            revoked: false,
            dispatched: count(|effect| matches!(effect, Effect::Dispatch { .. })),
            launched: count(|effect| matches!(effect, Effect::Launch { .. })),
            retries: 0,
            came_from: Vec::new(),
            wrong: 0,
            delivered: false,
            key: String::new(),
        };
        vec![snap.seal()]
    }

    fn actions(&self, snap: &Snap, steps: &mut Vec<Step>) {
        for person in (0..self.people.len()).filter(|person| !self.is_gone(snap, *person)) {
            let facts = self.facts(snap, person);
            let may = allowed(&snap.request, &facts, Self::now(snap));
            for (index, action) in self.actions.iter().enumerate() {
                let result = self.perform(snap, &facts, action, snap.request.state.events);
                if self.fault.is_none() {
                    shown_is_possible(snap, &facts, action, &may, &result);
                }
                if result.is_ok() {
                    steps.push(Step::Acts(person, index));
                }
            }
        }
        if snap.hour < self.hours {
            steps.push(Step::Hour);
        }
        if self.unsteady && !snap.left {
            steps.push(Step::Leaves);
        }
        if self.leaver && !snap.gone {
            steps.push(Step::Gone);
        }
        if self.pass_on(snap).is_some() {
            steps.push(Step::Looks);
        }
        if self.unsteady && !snap.revoked {
            steps.push(Step::Revoked);
        }
        let due = domain::approvals::deadline::due(&snap.request.state.approval, Self::now(snap));
        steps.extend(due.into_iter().map(|due| Step::Sees(SystemObservation::DeadlineReached { key: due.key })));
        steps.push(Step::Sees(SystemObservation::TimeCame));
        if let Some(run) = &snap.request.state.run {
            for ended in [
                domain::requests::AutomationEnd::Succeeded,
                domain::requests::AutomationEnd::Failed,
                domain::requests::AutomationEnd::Cancelled,
            ] {
                steps.push(Step::Sees(SystemObservation::AutomationEnded { attempt: run.attempt, ended, note: String::new() }));
            }
        }
        if snap.dispatched > 0 && !snap.delivered {
            steps.push(Step::Sees(SystemObservation::Delivered { connector: "hook".to_owned(), all: true }));
        }
        if self.task.is_some() {
            steps.extend((0..self.people.len()).map(Step::TaskDone));
        }
    }

    fn next_state(&self, snap: &Snap, step: Step) -> Option<Snap> {
        let next = match step {
            Step::Acts(person, action) => {
                let (facts, action) = (self.facts(snap, person), &self.actions[action]);
                let sight = snap.request.state.events;
                let mut next = self.after(snap, self.perform(snap, &facts, action, sight).ok()?, Some(action));
                if self.perform(&next, &facts, action, sight).is_ok() {
                    next.wrong |= Wrong::Doubled as u8;
                }
                next
            }
            Step::Sees(seen) => {
                let decision = observe(&snap.request, &seen, Self::now(snap));
                if decision.is_nothing() {
                    return None;
                }
                let mut next = self.after(snap, decision, None);
                next.delivered |= matches!(seen, SystemObservation::Delivered { .. });
                let again = observe(&next.request, &seen, Self::now(snap));
                if !again.is_nothing() && !matches!(seen, SystemObservation::Delivered { .. }) {
                    next.wrong |= Wrong::Doubled as u8;
                }
                next
            }
            Step::TaskDone(person) => {
                let facts = self.facts(snap, person);
                let open = !snap.request.state.required_tasks.is_empty();
                let status = if open { TaskStatus::Open } else { TaskStatus::Done };
                let task = Task { status, ..self.task.clone()? };
                let (_, decision) =
                    tasks::change(&snap.request, TaskActor::Person(&facts), &task, TaskStatus::Done, "", Self::now(snap)).ok()?;
                self.after(snap, decision, None)
            }
            Step::Hour => Snap { hour: snap.hour + 1, ..snap.clone() },
            Step::Leaves => Snap { left: true, ..snap.clone() },
            Step::Gone => Snap { gone: true, ..snap.clone() },
            Step::Looks => {
                let next = self.after(snap, self.pass_on(snap)?, None);
                let again = self.pass_on(&next).is_some();
                Snap { wrong: next.wrong | if again { Wrong::Doubled as u8 } else { 0 }, ..next }
            }
            Step::Revoked => Snap { revoked: true, ..snap.clone() },
        };
        Some(next.seal())
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nobody approves their own request", |_, snap: &Snap| {
                let me = snap.request.requester.id;
                let of_me = |given: &domain::approvals::RuleDecision| {
                    given.by.id == me || given.on_behalf_of.as_ref().is_some_and(|person| person.id == me)
                };
                !snap.request.state.approval.decisions.iter().any(of_me)
            }),
            Property::always("who decides has the right at that moment", |_, snap: &Snap| !snap.is(Wrong::Unentitled)),
            Property::always("at most one outcome", |_, snap: &Snap| snap.outcomes <= 1),
            Property::always("all means all, n means n", |_, snap: &Snap| !snap.is(Wrong::Unmet)),
            Property::always("what is over changes by its own exits only", |_, snap: &Snap| !snap.is(Wrong::Changed)),
            Property::always("dispatched once, after the approval", |_, snap: &Snap| snap.dispatched <= snap.outcomes.min(1)),
            Property::always("launched once, and once for each retry", |_, snap: &Snap| {
                snap.launched <= snap.retries + 1 && (snap.launched == 0 || snap.outcomes > 0)
            }),
            Property::always("interruptions go back to where they came from", |_, snap: &Snap| !snap.is(Wrong::Return)),
            Property::always("a second click does nothing", |_, snap: &Snap| !snap.is(Wrong::Doubled)),
            Property::always("what waits can be decided by somebody, or passes on", |desk: &Desk, snap| desk.goes_on(snap)),
            Property::always("required tasks come first", |_, snap: &Snap| !snap.is(Wrong::Tasks)),
        ]
    }
}
