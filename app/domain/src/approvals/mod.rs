//! Approvals: who has to agree before the work starts. The machine is a pure, total function (`machine`).

pub mod machine;
pub mod wire;

use crate::id::{GroupId, PersonId};
use crate::people::PersonRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An item's approval policy as authored. With no rules, the organization's administrators decide (S4-017).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(default)]
    pub require: Require,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

/// How many rules must be met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Require {
    /// Every rule (S0-066).
    #[default]
    All,
    /// One approval by anybody eligible (S0-067).
    Any,
}

/// One rule as authored: exactly one of `person`, `group` (with or without `role`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
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
}

/// Who may decide a rule, as frozen at submission. Membership is read when somebody decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Target {
    Person { id: PersonId },
    Group { id: GroupId },
    GroupRole { id: GroupId, role: String },
    Administrators,
}

impl Target {
    /// The text under which the store indexes waiting rules: `person:…`, `group:…`, `role:…:it-forms-admin`, `administrators`.
    pub fn index_key(&self) -> String {
        match self {
            Self::Person { id } => format!("person:{id}"),
            Self::Group { id } => format!("group:{id}"),
            Self::GroupRole { id, role } => format!("role:{id}:{role}"),
            Self::Administrators => "administrators".to_owned(),
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
    pub target: Target,
}

/// A request's approval: frozen rules and the decisions so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub require: Require,
    /// Empty when the item needs no approval.
    pub rules: Vec<FrozenRule>,
    pub decisions: Vec<Given>,
}

/// One decision against one rule (S0-072).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub rule: String,
    pub by: PersonRef,
    pub at: DateTime<Utc>,
    pub verdict: Verdict,
    pub reason: String,
}

/// What an approver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approve,
    /// "Decline" on screen; needs a reason.
    Reject,
    /// "Ask for changes" on screen; needs a reason.
    AskForChanges,
}
