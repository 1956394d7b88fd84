//! Approvals: who has to agree before the work starts. The machine is a pure, total function (`machine`).
//!
//! A *policy* is what an item's author writes: ordered stages of rules. At submission it is frozen (`route::freeze`): conditions are
//! answered, names become ids. What is frozen never changes; decisions, re-routing and time are kept beside it, by events alone.

pub mod able;
pub mod authoring;
pub mod away;
pub mod bulk;
pub mod deadline;
pub mod delegation;
pub mod lint;
pub mod machine;
pub mod route;
pub mod stored;
pub mod wire;

use crate::forms::AnswerCondition;
use crate::id::{GroupId, PersonId};
use crate::people::PersonRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An item's approval policy as authored. With no stages, the item's approver team or the organization's administrators decide
/// (S4-017). One plain stage is written without `stages:`, as `require:` and `rules:`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "authoring::WrittenPolicy", into = "authoring::WrittenPolicy")]
pub struct ApprovalPolicy {
    /// One after the other: a stage opens when the one before it is met.
    pub stages: Vec<ApprovalStage>,
    /// Approval is needed only when this holds.
    pub when: Option<AnswerCondition>,
    /// The requester may decide their own request, where a rule names them.
    pub self_approval: bool,
}

/// One step of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovalStage {
    /// Stable key, unique in the policy.
    pub key: String,
    /// As shown: "Money". May be empty when it is the only one.
    pub label: String,
    pub require: StageRequirement,
    pub rules: Vec<ApprovalRule>,
    /// The stage is needed only when this holds.
    pub when: Option<AnswerCondition>,
    pub deadline: Option<StageDeadline>,
}

/// How many rules of a stage must be met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageRequirement {
    /// Every rule (S0-066).
    #[default]
    All,
    /// One approval by anybody eligible (S0-067).
    Any,
    /// So many rules, each by another person.
    AtLeast(u32),
}

impl StageRequirement {
    /// How many of `rules` rules have to be met: never more than there are, and at least one when there is one.
    pub fn needed(self, rules: usize) -> usize {
        match self {
            Self::All => rules,
            Self::Any => rules.min(1),
            Self::AtLeast(n) => (n.max(1) as usize).min(rules),
        }
    }

    /// "All 3", "Any 1 of 3", "2 of 3".
    pub fn words(self, rules: usize) -> String {
        match self {
            Self::All => format!("All {rules}"),
            Self::Any => format!("Any 1 of {rules}"),
            Self::AtLeast(_) => format!("{} of {rules}", self.needed(rules)),
        }
    }
}

/// One rule as authored: exactly one of `person`, `group` (with or without `role`), `manager`, `answer`, `team`, `administrators`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// Stable key, unique in the policy.
    pub key: String,
    /// Why this rule is there, as shown: "Finance systems owner".
    pub label: String,
    /// E-mail of the person (S0-068).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Key of the group (S0-069).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// With `group`: only holders of this role in it (S0-070).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The requester's manager.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub manager: bool,
    /// Key of a `user_picker` field: the person named in its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The item's approver team, or an administrator (S4-050).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub team: bool,
    /// Any administrator of the organization.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub administrators: bool,
    /// The rule is needed only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<AnswerCondition>,
}

impl ApprovalRule {
    /// How many of the ways to name somebody are used: exactly one is right. A role belongs to its group.
    pub fn names(&self) -> usize {
        [self.person.is_some(), self.group.is_some(), self.manager, self.answer.is_some(), self.team, self.administrators]
            .into_iter()
            .filter(|used| *used)
            .count()
    }
}

/// What happens while nobody decides. Hours count from the opening of the stage; while changes are asked they stand still.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageDeadline {
    /// The stage should be decided within these hours.
    pub hours: u32,
    /// Those who may decide are reminded after so many hours each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remind: Vec<u32>,
    /// E-mail of the person who may decide as well, from `escalate_after` on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_to: Option<String>,
    /// Hours; `hours` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_after: Option<u32>,
    /// What Docket decides by itself after `hours`: `approve` or `reject`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<ApproverVerdict>,
}

crate::reading::tagged_enum! {
    "kind", "RuleTarget", RuleTargetTwin;
    /// Who may decide a rule, as frozen at submission. Membership is read when somebody decides.
    #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum RuleTarget {
        Person { id: PersonId },
        Group { id: GroupId },
        GroupRole { id: GroupId, role: String },
        Administrators,
    }
}

impl RuleTarget {
    /// The text under which the store indexes waiting rules: `person:…`, `group:…`, `role:…:it-forms-admin`, `administrators`.
    pub fn index_key(&self) -> String {
        match self {
            Self::Person { id } => format!("person:{id}"),
            Self::Group { id } => format!("group:{id}"),
            Self::GroupRole { id, role } => format!("role:{id}:{role}"),
            Self::Administrators => "administrators".to_owned(),
        }
    }

    /// The target of an index key; None when it is none.
    pub fn from_index_key(key: &str) -> Option<Self> {
        match key.split_once(':') {
            None => (key == "administrators").then_some(Self::Administrators),
            Some(("person", id)) => Some(Self::Person { id: id.parse().ok()? }),
            Some(("group", id)) => Some(Self::Group { id: id.parse().ok()? }),
            Some(("role", rest)) => {
                let (id, role) = rest.split_once(':')?;
                Some(Self::GroupRole { id: id.parse().ok()?, role: role.to_owned() })
            }
            Some(_) => None,
        }
    }

    /// How few people it means: the smaller, the fewer.
    fn breadth(&self) -> u8 {
        match self {
            Self::Person { .. } => 0,
            Self::GroupRole { .. } => 1,
            Self::Group { .. } => 2,
            Self::Administrators => 3,
        }
    }
}

/// A rule as frozen at submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenRule {
    pub key: String,
    pub label: String,
    /// The rule in words: "Ruth Abel", "anyone in Web platform owners".
    pub words: String,
    pub target: RuleTarget,
    /// Others who may decide it from the start: the administrators, for an approver team.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<RuleTarget>,
}

/// A stage as frozen at submission: its conditions are answered, its rules all count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenStage {
    pub key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    pub require: StageRequirement,
    pub rules: Vec<FrozenRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<FrozenDeadline>,
}

/// A deadline as frozen at submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenDeadline {
    pub hours: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remind: Vec<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<ApprovalEscalation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<ApproverVerdict>,
}

/// Who may decide as well when it takes too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalEscalation {
    /// Hours after the opening of the stage.
    pub after: u32,
    pub target: RuleTarget,
    /// "Ruth Abel".
    pub words: String,
}

/// A request's approval. `stages` and `self_approval` are frozen; the rest is the fold of the request's events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "stored::StoredApproval")]
pub struct Approval {
    /// Empty when the item needs no approval.
    pub stages: Vec<FrozenStage>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub self_approval: bool,
    pub decisions: Vec<RuleDecision>,
    /// Rules that were given to somebody else, or to somebody as well, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<RuleMove>,
    /// Stages that Docket decided at their due date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<StageSettlement>,
    /// When the present stage opened, put off by the time it stood still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<DateTime<Utc>>,
    /// Number of the event that opened it; 0 when that is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub opened_by: u32,
    /// Since when it stands still: changes are asked, or it is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<DateTime<Utc>>,
    /// Keys of the reminders and escalations that happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<String>,
}

impl Approval {
    /// Every rule of every stage, in order.
    pub fn rules(&self) -> impl Iterator<Item = &FrozenRule> {
        self.stages.iter().flat_map(|stage| &stage.rules)
    }

    /// How many rules there are.
    pub fn rule_count(&self) -> usize {
        self.stages.iter().map(|stage| stage.rules.len()).sum()
    }

    /// The approval as it was frozen: nothing decided, nothing moved.
    pub fn fresh(&self) -> Self {
        Self { stages: self.stages.clone(), self_approval: self.self_approval, ..Self::default() }
    }

    /// The one stage that most approvals have.
    pub fn of_one_stage(require: StageRequirement, rules: Vec<FrozenRule>) -> Self {
        let key = authoring::ONLY_STAGE.to_owned();
        let stages =
            if rules.is_empty() { Vec::new() } else { vec![FrozenStage { key, label: String::new(), require, rules, deadline: None }] };
        Self { stages, ..Self::default() }
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A rule given to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleMove {
    pub rule: String,
    pub target: RuleTarget,
    /// The new words of the rule: "Ruth Abel".
    pub words: String,
    /// They decide as well (escalation), not instead (re-routing).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joins: bool,
}

/// A stage that Docket decided by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageSettlement {
    pub stage: String,
    pub verdict: ApproverVerdict,
    pub at: DateTime<Utc>,
}

/// One decision against one rule (S0-072).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDecision {
    pub rule: String,
    pub by: PersonRef,
    /// The person whose right was used, when `by` stood in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonRef>,
    pub at: DateTime<Utc>,
    pub verdict: ApproverVerdict,
    pub reason: String,
}

/// Rule keys and the people in whose place they were decided; rules decided in one's own right are not listed.
pub type DeputyDecisions = BTreeMap<String, PersonRef>;

/// What an approver had on screen when deciding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenState {
    /// Number of the last event shown: `history::at` gives the request as it was then.
    pub events: u32,
    /// Fingerprint of what cannot change: form version, answers, price (`history::fingerprint`).
    pub content: String,
}

/// What an approver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApproverVerdict {
    Approve,
    /// "Decline" on screen; needs a reason.
    Reject,
    /// "Ask for changes" on screen; needs a reason.
    AskForChanges,
}
