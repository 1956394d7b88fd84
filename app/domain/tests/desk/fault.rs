//! What people do, by the production function or with one fault in it.

use super::{Desk, Snap};
use crate::office::*;
use domain::approvals::StageRequirement;
use domain::effect::Effect;
use domain::people::Facts;
use domain::refusal::Refusal;
use domain::requests::lifecycle::{ActionInput, ActionKind as A, act, apply};
use domain::requests::{Event, EventKind, Request, StateChange, Status};

/// One wrong answer, for each property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The requester's approval is taken as somebody else's.
    SelfApproval,
    /// A decline that comes too late is recorded.
    SecondOutcome,
    /// One approval is enough everywhere.
    AllIsAny,
    /// What is completed or resolved can be started again.
    ChangeAfterEnd,
    /// Nobody can answer a question.
    DeadEnd,
    /// Bringing it back hands it over again.
    DispatchTwice,
    /// The automation is launched again on every return.
    LaunchTwice,
    /// It comes back somewhere else.
    WrongReturn,
    /// A deputy's delegation never ends.
    StaleDeputy,
    /// Escalating again is taken as new.
    DoubleClick,
    /// Required tasks hold nothing back.
    TasksForgotten,
    /// What nobody can decide waits for ever.
    NobodyPassesOn,
}

impl Desk {
    /// The production function, or what the fault makes of it.
    pub fn perform(&self, snap: &Snap, facts: &Facts, action: &ActionInput, sight: u32) -> Result<StateChange, Refusal> {
        let (request, now) = (&snap.request, Self::now(snap));
        let action = &aimed(action, sight);
        let real = || act(request, facts, action, now);
        let with = |change: &dyn Fn(&mut Request)| {
            let mut other = request.clone();
            change(&mut other);
            act(&other, facts, action, now)
        };
        let status = request.state.status;
        let decides = action.verdict();
        match (self.fault, action.kind) {
            (Some(Fault::SelfApproval), _) if decides.is_some() && facts.person.id == request.requester.id => {
                let mut decision = act(request, &ruth(), action, now)?;
                decision.state.approval.decisions.iter_mut().for_each(|given| given.by = facts.person.clone());
                Ok(decision)
            }
            (Some(Fault::SecondOutcome), A::Reject) => real().or_else(|refusal| {
                if !matches!(refusal, Refusal::Conflict { .. }) || !matches!(status, Status::Open | Status::InProgress) {
                    return Err(refusal);
                }
                let what = EventKind::Rejected { rules: vec![], reason: String::new(), on_behalf_of: Default::default(), seen: None };
                let event = Event { seq: request.state.events + 1, at: now, actor: Some(facts.person.clone()), what };
                Ok(StateChange { state: apply(&request.state, &event), events: vec![event], effects: vec![] })
            }),
            (Some(Fault::AllIsAny), _) if decides.is_some() => {
                let decision =
                    with(&|other| other.state.approval.stages.iter_mut().for_each(|stage| stage.require = StageRequirement::Any));
                decision.map(|mut decision| {
                    decision.state.approval.stages.clone_from(&request.state.approval.stages);
                    decision
                })
            }
            (Some(Fault::ChangeAfterEnd), A::Start) if matches!(status, Status::Completed | Status::Resolved) => {
                with(&|other| other.state.status = Status::Open)
            }
            (Some(Fault::DeadEnd), A::ProvideInfo) => Err(Refusal::NotFound),
            (Some(Fault::DispatchTwice), A::Uncancel) => real().map(|mut decision| {
                decision.effects.push(Effect::Dispatch { connectors: vec![] });
                decision
            }),
            (Some(Fault::LaunchTwice), A::Unblock) => real().map(|mut decision| {
                decision.effects.push(Effect::Launch { attempt: 1 });
                decision
            }),
            (Some(Fault::WrongReturn), A::ProvideInfo) => real().map(|mut decision| {
                decision.state.status = if decision.state.status == Status::InProgress { Status::Open } else { decision.state.status };
                decision
            }),
            (Some(Fault::StaleDeputy), _) if decides.is_some() => {
                let mut facts = facts.clone();
                facts.deputy_rights.iter_mut().for_each(|right| right.until = at(100_000));
                act(request, &facts, action, now)
            }
            (Some(Fault::DoubleClick), A::Escalate) if status == Status::Escalated => {
                with(&|other| other.state.status = Status::InProgress)
            }
            (Some(Fault::TasksForgotten), A::Complete) => with(&|other| other.state.required_tasks.clear()),
            _ => real(),
        }
    }
}

/// The action as the person means it: having seen so many events.
fn aimed(action: &ActionInput, sight: u32) -> ActionInput {
    match action.verdict() {
        Some(verdict) => ActionInput::decide(verdict, action.words.clone(), Some(sight)),
        None => action.clone(),
    }
}
