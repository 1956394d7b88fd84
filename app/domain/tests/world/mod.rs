//! A request with its history, checked after every step against what must always hold.

#![allow(dead_code, reason = "each test file uses its part")]

use crate::office::{admin, at, everybody, group, operator, requester, samir};
use chrono::NaiveDate;
use domain::approvals::machine::{self, ApprovalCase};
use domain::approvals::route::PolicyDirectory;
use domain::approvals::{ApprovalPolicy, ApprovalRule, ApprovalStage, ApproverVerdict, FrozenRule, RuleTarget, StageRequirement};
use domain::catalog::{CatalogItem, ItemVisibility};
use domain::effect::Effect;
use domain::forms::resolver::FormVersion;
use domain::forms::{Answers, Form};
use domain::id::{ItemId, RequestId};
use domain::people::Facts;
use domain::requests::actions::{ActionAsks, ActionRow};
use domain::requests::filing::{FiledRequest, RequestFiling, file};
use domain::requests::history;
use domain::requests::lifecycle::{ActionDetail, ActionInput, ActionKind, SystemObservation, fold};
use domain::requests::{AutomationEnd, Event, EventKind, FulfilmentPlan, Request, RequestState, StateChange, Status};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

pub fn actions() -> Vec<ActionInput> {
    let reason = || "A reason".to_owned();
    vec![
        ActionInput::decide(ApproverVerdict::Approve, "", None),
        ActionInput::decide(ApproverVerdict::Reject, reason(), None),
        ActionInput::decide(ApproverVerdict::AskForChanges, reason(), None),
        ActionInput::new(ActionKind::ProvideInfo, reason()),
        ActionInput::new(ActionKind::Cancel, "So"),
        ActionInput::new(ActionKind::Start, ""),
        ActionInput::new(ActionKind::Complete, ""),
    ]
}

/// The action with everything that it asks for.
pub fn filled(row: &ActionRow, words: impl Into<String>) -> ActionInput {
    match row.asks {
        ActionAsks::Person { .. } => {
            ActionInput { detail: ActionDetail::Person(Box::new(operator())), ..ActionInput::new(row.kind, words) }
        }
        ActionAsks::Time { .. } => ActionInput::schedule(at(1_000)),
        ActionAsks::Approver { .. } => ActionInput::reroute("ruth", RuleTarget::Person { id: samir().person.id }, "Samir Haddad", words),
        ActionAsks::Nothing | ActionAsks::Words(_) => ActionInput::new(row.kind, words),
    }
}

pub fn observations() -> Vec<SystemObservation> {
    vec![
        SystemObservation::Dispatched { connectors: vec!["hook".to_owned()] },
        SystemObservation::Delivered { connector: "hook".to_owned(), all: false },
        SystemObservation::Delivered { connector: "hook".to_owned(), all: true },
        SystemObservation::DeliveryFailed { connector: "hook".to_owned(), error: "no answer".to_owned() },
        SystemObservation::Replayed { connector: "hook".to_owned(), by: admin().person },
        SystemObservation::AutomationEnded { attempt: 1, ended: AutomationEnd::Failed, note: "no".to_owned() },
        SystemObservation::TimeCame,
    ]
}

/// A request with everything that happened to it.
#[derive(Clone)]
pub struct Node {
    pub request: Request,
    pub start: RequestState,
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
}

impl Node {
    pub fn filed(require: StageRequirement, rules: Option<Vec<FrozenRule>>, plan: FulfilmentPlan) -> Self {
        let filed = filing(require, rules, plan);
        let start = history::start(&filed.request);
        assert_eq!(filed.request.state, filed.decision.state);
        let node = Self { request: filed.request, start, events: filed.decision.events, effects: filed.decision.effects };
        node.check();
        node
    }

    pub fn after(&self, decision: StateChange) -> Self {
        let mut next = self.clone();
        next.request.state = decision.state;
        next.events.extend(decision.events);
        next.effects.extend(decision.effects);
        next.check();
        next
    }

    /// The same without the checks, which are for a request's first approval and its people alone.
    pub fn lax(&self, decision: StateChange) -> Self {
        let mut next = self.clone();
        next.request.state = decision.state;
        next.events.extend(decision.events);
        next.effects.extend(decision.effects);
        next
    }

    fn count(&self, wanted: impl Fn(&EventKind) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(&event.what)).count()
    }

    /// Whether the frozen policy is met, counted anew from the decisions.
    fn policy_met(&self, people: &[Facts]) -> bool {
        let approval = &self.request.state.approval;
        let case = ApprovalCase { approval, requester: self.request.requester.id, item: self.request.item_id, now: at(0) };
        let met = |rule: &&FrozenRule| {
            approval.decisions.iter().any(|given| {
                let by = people.iter().find(|facts| facts.person.id == given.by.id).expect("known");
                given.rule == rule.key && given.verdict == ApproverVerdict::Approve && machine::eligible(&case, rule, by)
            })
        };
        approval.stages.iter().all(|stage| match stage.require {
            StageRequirement::All => stage.rules.iter().all(|rule| met(&rule)),
            StageRequirement::Any => stage.rules.iter().any(|rule| met(&rule)),
            StageRequirement::AtLeast(n) => stage.rules.iter().filter(met).count() >= n as usize,
        })
    }

    fn check(&self) {
        let people = everybody();
        let state = &self.request.state;
        let me = self.request.requester.id;
        assert_eq!(fold(&self.start, &self.events), *state, "the request is the fold of its events");
        assert!(self.events.iter().enumerate().all(|(i, event)| event.seq as usize == i + 1), "events count up without gaps");
        assert!(state.approval.decisions.iter().all(|given| given.by.id != me), "no self approval");
        let released = self.count(|what| *what == EventKind::Released);
        let rejected = self.count(|what| matches!(what, EventKind::Rejected { .. }));
        assert!(released + rejected <= 1, "at most one outcome");
        assert!(self.effects.len() <= 1, "dispatched at most once");
        assert!(released == 1 || self.effects.is_empty(), "dispatched only after approval");
        assert!(released == 0 || self.policy_met(&people), "released only when the policy is met");
        let each_once: BTreeSet<_> = state.approval.decisions.iter().map(|given| &given.rule).collect();
        assert_eq!(each_once.len(), state.approval.decisions.len(), "one decision a rule");
        if state.status == Status::PendingApproval {
            assert!(!self.policy_met(&people), "what is approved does not wait");
        }
    }
}

/// The rule as its author would write it.
fn authored(rule: &FrozenRule) -> ApprovalRule {
    let base = ApprovalRule { key: rule.key.clone(), label: rule.label.clone(), ..ApprovalRule::default() };
    match &rule.target {
        RuleTarget::Person { id } => ApprovalRule { person: Some(id.to_string()), ..base },
        RuleTarget::Group { .. } => ApprovalRule { group: Some(group().key), ..base },
        RuleTarget::GroupRole { role, .. } => ApprovalRule { group: Some(group().key), role: Some(role.clone()), ..base },
        RuleTarget::Administrators => ApprovalRule { administrators: true, ..base },
    }
}

/// Everybody of the office, by the addresses of `authored`.
pub fn directory() -> PolicyDirectory {
    let people = everybody().into_iter().map(|facts| (facts.person.id.to_string(), facts.person)).collect();
    PolicyDirectory { people, groups: [(group().key, group())].into(), ..PolicyDirectory::default() }
}

/// A filed request. No policy when `rules` is None.
fn filing(require: StageRequirement, rules: Option<Vec<FrozenRule>>, plan: FulfilmentPlan) -> FiledRequest {
    let policy = rules.as_ref().map(|rules| {
        let rules: Vec<ApprovalRule> = rules.iter().map(authored).collect();
        let stage = ApprovalStage { key: "approval".to_owned(), label: String::new(), require, rules, when: None, deadline: None };
        let stages = if stage.rules.is_empty() { vec![] } else { vec![stage] };
        ApprovalPolicy { stages, ..ApprovalPolicy::default() }
    });
    filed(policy, plan)
}

/// A request of an item with this policy and plan, filed by the requester at minute 0.
pub fn filed(policy: Option<ApprovalPolicy>, plan: FulfilmentPlan) -> FiledRequest {
    let item = CatalogItem {
        key: "web-access".to_owned(),
        name: "Web access".to_owned(),
        description: String::new(),
        icon: "globe".to_owned(),
        category: "Access".to_owned(),
        tags: Vec::new(),
        enabled: true,
        prefix: "IT".to_owned(),
        expected: String::new(),
        price: String::new(),
        form: "web-access".to_owned(),
        title_template: String::new(),
        approval: policy,
        approver_team: None,
        plan,
        sla: None,
        space: None,
        visible_to: ItemVisibility::default(),
    };
    file(RequestFiling {
        spaces: domain::requests::filing::FilingSpaces::default(),
        id: RequestId(Uuid::from_u128(1000)),
        number: "IT-7F3K".to_owned(),
        item_id: ItemId(Uuid::from_u128(1001)),
        item,
        requester: requester().person,
        form: Arc::new(FormVersion::of(Form {
            key: "web-access".to_owned(),
            title: "Web access".to_owned(),
            description: String::new(),
            sections: Vec::new(),
        })),
        answers: Answers::default(),
        directory: directory(),
        begins_at: None,
        times: domain::requests::AnswerTimes::default(),
        now: at(0),
        today: NaiveDate::from_ymd_opt(2026, 3, 12).expect("a date"),
    })
    .expect("filed")
}

/// A plan with these connectors, completed by delivery or by people.
pub fn plan(connectors: &[&str], complete_when_delivered: bool) -> FulfilmentPlan {
    FulfilmentPlan {
        connectors: connectors.iter().map(|c| (*c).to_owned()).collect(),
        complete_when_delivered,
        ..FulfilmentPlan::default()
    }
}
