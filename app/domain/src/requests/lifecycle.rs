//! The lifecycle: one total transition table (`ROWS`), who may act (`guard`), and the fold of events (`apply`).
//!
//! Who acts: the requester (answer, cancel), approvers (decide), people who work on requests (start, complete, cancel), and Docket
//! itself, which observes deliveries. Every change is an event; `apply` is the only code that moves a state.
//!
//! The table holds every action of the product. `Action` offers those that can be taken now.

use super::wire::Allowed;
use super::{Decision, Event, Plan, Request, State, Status, What};
use crate::approvals::machine::{self, Outcome};
use crate::approvals::{Approval, Verdict};
use crate::effect::Effect;
use crate::people::{Facts, PersonRef};
use crate::permission::Permission;
use crate::refusal::Refusal;
use crate::requests::STATUSES;
use chrono::{DateTime, Utc};

/// Something that can be done to a request, as the table names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    Submit,
    Approve,
    Reject,
    Release,
    RequestInfo,
    ProvideInfo,
    Activate,
    Assign,
    Start,
    Block,
    Unblock,
    Escalate,
    TakeOver,
    SendToQa,
    PassQa,
    ReturnFromQa,
    Resolve,
    Reopen,
    Close,
    Complete,
    AutomationSucceeded,
    AutomationFailed,
    AutomationCancelled,
    Retry,
    Cancel,
    Uncancel,
    Delete,
}

/// Where an action leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    To(Status),
    /// Back to where it was (`State::returns_to`).
    Back,
    /// Out of the list; the event log stays.
    Gone,
}

/// One row of the table: the action leads from each of these statuses to the goal, and is impossible from every other.
pub struct Row {
    pub action: ActionKind,
    pub from: &'static [Status],
    pub to: Goal,
}

use ActionKind as A;
use Goal::{Back, Gone, To};
use Status as S;

const fn row(action: ActionKind, from: &'static [Status], to: Goal) -> Row {
    Row { action, from, to }
}

/// The table, one row for each action (product.md, section 5). Release is what follows the last approval: it opens the request, and
/// a plan with connectors starts it in the same decision.
pub const ROWS: &[Row] = &[
    row(A::Submit, &[S::Draft], To(S::PendingApproval)),
    row(A::Approve, &[S::PendingApproval], To(S::PendingApproval)),
    row(A::Reject, &[S::PendingApproval], To(S::Rejected)),
    row(A::Release, &[S::PendingApproval], To(S::Open)),
    row(A::RequestInfo, &[S::PendingApproval, S::Open, S::Assigned, S::InProgress, S::Blocked, S::InQa], To(S::NeedsInfo)),
    row(A::ProvideInfo, &[S::NeedsInfo], Back),
    row(A::Activate, &[S::Scheduled], To(S::Open)),
    row(A::Assign, &[S::Open], To(S::Assigned)),
    row(A::Start, &[S::Open, S::Assigned], To(S::InProgress)),
    row(A::Block, &[S::InProgress], To(S::Blocked)),
    row(A::Unblock, &[S::Blocked], To(S::InProgress)),
    row(A::Escalate, &[S::Assigned, S::InProgress, S::Blocked], To(S::Escalated)),
    row(A::TakeOver, &[S::Escalated], To(S::InProgress)),
    row(A::SendToQa, &[S::InProgress], To(S::InQa)),
    row(A::PassQa, &[S::InQa], To(S::Completed)),
    row(A::ReturnFromQa, &[S::InQa], To(S::InProgress)),
    row(A::Resolve, &[S::InProgress, S::Escalated], To(S::Resolved)),
    row(A::Reopen, &[S::Resolved], To(S::InProgress)),
    row(A::Close, &[S::Resolved], To(S::Completed)),
    row(A::Complete, &[S::InProgress], To(S::Completed)),
    row(A::AutomationSucceeded, &[S::InProgress], To(S::Completed)),
    row(A::AutomationFailed, &[S::InProgress], To(S::Failed)),
    row(A::AutomationCancelled, &[S::InProgress], To(S::Cancelled)),
    row(A::Retry, &[S::Failed], To(S::InProgress)),
    row(
        A::Cancel,
        &[
            S::PendingApproval,
            S::NeedsInfo,
            S::Scheduled,
            S::Open,
            S::Assigned,
            S::InProgress,
            S::Blocked,
            S::Escalated,
            S::InQa,
            S::Resolved,
            S::Failed,
        ],
        To(S::Cancelled),
    ),
    row(A::Uncancel, &[S::Cancelled], Back),
    row(A::Delete, &[S::PendingApproval, S::Rejected], Gone),
];

/// Where the action leads from this status; None when it is impossible there.
pub fn goal(from: Status, action: ActionKind) -> Option<Goal> {
    ROWS.iter().find(|row| row.action == action && row.from.contains(&from)).map(|row| row.to)
}

/// The table as text, a status a line and an action a column entry: what the golden file holds.
pub fn table() -> String {
    let mut text = String::new();
    for status in STATUSES {
        text.push_str(status.key());
        text.push('\n');
        for row in ROWS.iter().filter(|row| row.from.contains(&status)) {
            let goal = match row.to {
                To(to) => to.key(),
                Back => "(back to where it was)",
                Gone => "(gone, the event log stays)",
            };
            text.push_str(&format!("    {:<20} -> {goal}\n", format!("{:?}", row.action)));
        }
    }
    text
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// An approver decides; `reason` is required unless it approves.
    Decide {
        verdict: Verdict,
        reason: String,
    },
    /// The requester answers what was asked.
    ProvideInfo {
        answer: String,
    },
    Cancel {
        reason: String,
    },
    Start,
    Complete {
        note: String,
    },
}

impl Action {
    /// The action's row in the table.
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Decide { verdict: Verdict::Approve, .. } => A::Approve,
            Self::Decide { verdict: Verdict::Reject, .. } => A::Reject,
            Self::Decide { verdict: Verdict::AskForChanges, .. } => A::RequestInfo,
            Self::ProvideInfo { .. } => A::ProvideInfo,
            Self::Cancel { .. } => A::Cancel,
            Self::Start => A::Start,
            Self::Complete { .. } => A::Complete,
        }
    }
}

/// What Docket itself saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// The effect became deliveries.
    Dispatched { connectors: Vec<String> },
    /// A connector took it; `all` when it was the last one.
    Delivered { connector: String, all: bool },
    /// The last try failed.
    DeliveryFailed { connector: String, error: String },
    /// Somebody had a failed delivery sent again.
    Replayed { connector: String, by: PersonRef },
}

/// What a person's action leads to, or why it does not. What a person may not see is not found.
pub fn act(request: &Request, actor: &Facts, action: &Action, now: DateTime<Utc>) -> Result<Decision, Refusal> {
    guard(request, actor, action.kind(), now)?;
    let mut steps = Steps::new(&request.state, now);
    let by = Some(&actor.person);
    match action {
        Action::Decide { verdict, reason } => decide(&mut steps, request, actor, *verdict, reason, now)?,
        Action::ProvideInfo { answer } => {
            let answer = machine::text(answer, "answer", "Answer")?;
            if answer.is_empty() {
                return Err(Refusal::input("answer", "Enter an answer"));
            }
            steps.push(by, What::InfoProvided { answer });
        }
        Action::Cancel { reason } => steps.push(by, What::Cancelled { reason: machine::text(reason, "reason", "Reason")? }),
        Action::Start => steps.push(by, What::Started),
        Action::Complete { note } => steps.push(by, What::Completed { note: machine::text(note, "note", "Note")? }),
    }
    Ok(steps.done())
}

fn decide(steps: &mut Steps, request: &Request, actor: &Facts, verdict: Verdict, reason: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let before = &request.state.approval;
    let (after, outcome) = machine::decide(before, actor, request.requester.id, verdict, reason, now)?;
    let by = Some(&actor.person);
    let rules: Vec<String> = after.decisions.iter().skip(before.decisions.len()).map(|given| given.rule.clone()).collect();
    let reason = reason.trim().to_owned();
    match outcome {
        Outcome::InfoAsked => steps.push(by, What::InfoRequested { question: reason }),
        Outcome::Rejected => steps.push(by, What::Rejected { rules, reason }),
        Outcome::Waiting => steps.push(by, What::Approved { rules, reason }),
        Outcome::Approved => {
            steps.push(by, What::Approved { rules, reason });
            release(steps, &request.item.plan);
        }
    }
    Ok(())
}

/// The work begins: by connectors at once, otherwise when somebody starts it.
pub(super) fn release(steps: &mut Steps, plan: &Plan) {
    steps.push(None, What::Released);
    if !plan.connectors.is_empty() {
        steps.push(None, What::Started);
        steps.effects.push(Effect::Dispatch { connectors: plan.connectors.clone() });
    }
}

/// Records what Docket saw. Never refuses: what happened outside happened, also to a request that ended meanwhile.
pub fn observe(request: &Request, observation: &Observation, now: DateTime<Utc>) -> Decision {
    let mut steps = Steps::new(&request.state, now);
    match observation {
        Observation::Dispatched { connectors } => steps.push(None, What::Dispatched { connectors: connectors.clone() }),
        Observation::Delivered { connector, all } => {
            steps.push(None, What::Delivered { connector: connector.clone() });
            if *all && request.item.plan.complete_when_delivered && goal(request.state.status, A::Complete).is_some() {
                steps.push(None, What::Completed { note: String::new() });
            }
        }
        Observation::DeliveryFailed { connector, error } => {
            steps.push(None, What::DeliveryFailed { connector: connector.clone(), error: error.clone() });
        }
        Observation::Replayed { connector, by } => steps.push(Some(by), What::Replayed { connector: connector.clone() }),
    }
    steps.done()
}

/// Whether the request exists for this person: its requester, whoever may decide or decided a rule, and those who see all of them.
pub fn may_see(request: &Request, facts: &Facts) -> bool {
    let approval = &request.state.approval;
    facts.person.id == request.requester.id
        || facts.may(Permission::SeeAllRequests)
        || facts.leads()
        || approval.rules.iter().any(|rule| machine::eligible(rule, facts, request.requester.id))
        || approval.decisions.iter().any(|given| given.by.id == facts.person.id)
}

/// What this person may do now: exactly the actions `act` and `replay` would not refuse.
pub fn allowed(request: &Request, actor: &Facts) -> Allowed {
    let may = |action| guard(request, actor, action, request.state.updated_at).is_ok();
    Allowed {
        decide: may(A::Approve),
        cancel: may(A::Cancel),
        provide_info: may(A::ProvideInfo),
        start: may(A::Start),
        complete: may(A::Complete),
        replay: replay(request, actor).is_ok(),
    }
}

/// Whether this person may have a failed delivery of the request sent again.
pub fn replay(request: &Request, actor: &Facts) -> Result<(), Refusal> {
    if !may_see(request, actor) {
        return Err(Refusal::NotFound);
    }
    if !actor.may(Permission::Administer) {
        return Err(Refusal::not_now("Only an administrator can send a delivery again."));
    }
    match request.state.status {
        S::Draft | S::PendingApproval | S::NeedsInfo | S::Scheduled | S::Open => Err(Refusal::not_now("Nothing was sent yet.")),
        S::Rejected => Err(Refusal::not_now("This request was declined. Nothing is sent for it.")),
        S::Cancelled => Err(Refusal::not_now("This request was cancelled. Nothing more is sent for it.")),
        _ if request.item.plan.connectors.is_empty() => Err(Refusal::not_now("This request is not sent anywhere.")),
        _ => Ok(()),
    }
}

/// Whether this person may do this now, in this order: seen at all, the right person, the right time.
fn guard(request: &Request, actor: &Facts, action: ActionKind, now: DateTime<Utc>) -> Result<(), Refusal> {
    if !may_see(request, actor) {
        return Err(Refusal::NotFound);
    }
    let status = request.state.status;
    let own = actor.person.id == request.requester.id;
    match action {
        A::Approve | A::Reject | A::RequestInfo => return approver(request, actor, now),
        A::ProvideInfo if !own => {
            return Err(Refusal::not_now(format!("Only {} can answer this.", request.requester.name)));
        }
        A::Cancel if !own && !actor.may(Permission::Work) && !actor.may(Permission::Administer) => {
            return Err(Refusal::not_now(format!("Only {} or the people who work on it can cancel this request.", request.requester.name)));
        }
        A::Start | A::Complete if !actor.may(Permission::Work) => {
            return Err(Refusal::not_now("Only the people who work on requests can do this."));
        }
        _ => {}
    }
    if goal(status, action).is_some() { Ok(()) } else { Err(too_late(status, action)) }
}

/// The approver's guard: eligible, at the right time, with a rule left to decide.
fn approver(request: &Request, actor: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    let approval = &request.state.approval;
    let left = machine::standing(approval, actor, request.requester.id, now);
    match request.state.status {
        S::PendingApproval => left.map(|_| ()),
        S::NeedsInfo => left.and_then(|_| {
            Err(Refusal::not_now(format!("Changes were asked. You can decide when {} has answered.", request.requester.name)))
        }),
        S::Cancelled => match left {
            Err(not_an_approver @ Refusal::NotNow { .. }) => Err(not_an_approver),
            _ => Err(Refusal::conflict("This request was cancelled. Nothing is left for you to decide.")),
        },
        _ => Err(left.err().unwrap_or_else(|| machine::over(approval, actor, request.requester.id, now))),
    }
}

/// Why an action comes at the wrong time.
fn too_late(status: Status, action: ActionKind) -> Refusal {
    let state = status.label().to_lowercase();
    Refusal::not_now(match (action, status) {
        (_, S::Completed) => "This request is completed already.".to_owned(),
        (_, S::Cancelled) => "This request was cancelled.".to_owned(),
        (_, S::Rejected) => "This request was declined.".to_owned(),
        (A::ProvideInfo, _) => "Nothing is asked of you now.".to_owned(),
        (A::Start, S::InProgress) => "Work on this request has started already.".to_owned(),
        (A::Start, _) => format!("Work can start when the request is open. It is {state} now."),
        (A::Complete, S::Open | S::Assigned) => "Start the work before you complete it.".to_owned(),
        (A::Complete, _) => format!("A request can be completed while it is in progress. It is {state} now."),
        _ => format!("This is not possible while the request is {state}."),
    })
}

/// The state after an event: total, and the only code that changes a state. An event the table does not know from here changes no
/// status, so that a log always folds.
pub fn apply(state: &State, event: &Event) -> State {
    let mut next = State { events: event.seq, updated_at: event.at, ..state.clone() };
    match &event.what {
        What::Submitted => go(&mut next, A::Submit),
        What::Approved { rules, reason } => next.approval = given(state, event, rules, Verdict::Approve, reason),
        What::Rejected { rules, reason } => {
            next.approval = given(state, event, rules, Verdict::Reject, reason);
            go(&mut next, A::Reject);
        }
        What::InfoRequested { .. } => go(&mut next, A::RequestInfo),
        What::InfoProvided { .. } => go(&mut next, A::ProvideInfo),
        What::Released => go(&mut next, A::Release),
        What::Started => go(&mut next, A::Start),
        What::Completed { .. } => go(&mut next, A::Complete),
        What::Cancelled { .. } => go(&mut next, A::Cancel),
        What::Dispatched { .. } | What::Delivered { .. } | What::DeliveryFailed { .. } | What::Replayed { .. } => {}
    }
    next
}

fn given(state: &State, event: &Event, rules: &[String], verdict: Verdict, reason: &str) -> Approval {
    match &event.actor {
        Some(by) => machine::record(&state.approval, rules, by, verdict, reason, event.at),
        None => state.approval.clone(),
    }
}

fn go(state: &mut State, action: ActionKind) {
    let from = state.status;
    match goal(from, action) {
        Some(To(to)) => {
            state.status = to;
            match (to, from) {
                // Cancelled while changes were asked: it goes back to what the question interrupted.
                (S::Cancelled, S::NeedsInfo) => {}
                (S::NeedsInfo | S::Cancelled, _) => state.returns_to = Some(from),
                _ => state.returns_to = None,
            }
        }
        Some(Back) => state.status = state.returns_to.take().unwrap_or(S::PendingApproval),
        Some(Gone) | None => {}
    }
}

/// The state all these events lead to.
pub fn fold(start: &State, events: &[Event]) -> State {
    events.iter().fold(start.clone(), |state, event| apply(&state, event))
}

/// A decision being made: events pushed one by one, each applied at once.
pub(super) struct Steps {
    state: State,
    events: Vec<Event>,
    pub(super) effects: Vec<Effect>,
    now: DateTime<Utc>,
}

impl Steps {
    pub(super) fn new(state: &State, now: DateTime<Utc>) -> Self {
        Self { state: state.clone(), events: Vec::new(), effects: Vec::new(), now }
    }

    pub(super) fn push(&mut self, actor: Option<&PersonRef>, what: What) {
        let event = Event { seq: self.state.events + 1, at: self.now, actor: actor.cloned(), what };
        self.state = apply(&self.state, &event);
        self.events.push(event);
    }

    pub(super) fn done(self) -> Decision {
        Decision { state: self.state, events: self.events, effects: self.effects }
    }
}
