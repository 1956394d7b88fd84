//! Requests: submitted drafts, from their filing to their end. The request is the fold of its events.

pub mod actions;
pub mod board;
pub mod comments;
pub mod diagram;
pub mod event;
pub mod faster;
pub mod filing;
pub mod fold;
pub mod guard;
pub mod history;
pub mod lifecycle;
pub mod number;
pub mod observation;
pub mod queue;
pub mod share;
pub mod sla;
pub mod status;
pub mod tasks;
pub mod thread;
pub mod times;
pub mod title;
pub mod wire;
pub mod work;

pub use event::{AutomationEnd, Event, EventKind};
pub use status::STATUSES;
pub use times::AnswerTimes;

use crate::access::spaces::SpaceRef;
use crate::approvals::Approval;
use crate::catalog::CatalogItem;
use crate::effect::Effect;
use crate::forms::Answers;
use crate::id::{ItemId, PersonId, RequestId, TaskId};
use crate::people::PersonRef;
use crate::reading::JsonTree;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where a request stands. Names are product.md's; `label` gives the words on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Draft,
    PendingApproval,
    NeedsInfo,
    Scheduled,
    Open,
    Assigned,
    InProgress,
    Blocked,
    Escalated,
    InQa,
    Resolved,
    Completed,
    Failed,
    Rejected,
    Cancelled,
}

/// What happens after approval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FulfilmentPlan {
    /// Keys of the connectors the approved request is handed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connectors: Vec<String>,
    /// The request is completed by itself when every connector has taken it. Otherwise people complete it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub complete_when_delivered: bool,
    /// An automation does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automation: Option<AutomationPlan>,
    /// Finished work is checked before it counts as completed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub qa: bool,
    /// The work can be put off to a time, by those who do it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub schedule: bool,
    /// Key of the date or date-time field that says when the work begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_field: Option<String>,
    /// Work tasks made when the work begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<tasks::TaskTemplate>,
    /// What happens after approval, for the requester: "The service desk creates the accounts."
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

impl FulfilmentPlan {
    /// Whether nothing is planned.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What an automation runs: exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomationPlan {
    /// Name of the job template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_template: Option<String>,
    /// Name of the workflow template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_template: Option<String>,
}

/// A submitted request, as rules see it. `answers`, `times`, `form_version`, `item` and the approval's rules never change after filing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    /// Docket number: `IT-7F3K`.
    pub number: String,
    /// What it is about, see `title`. Never empty.
    pub title: String,
    pub item_id: ItemId,
    /// The item as it was at submission: name, icon, plan, policy.
    pub item: CatalogItem,
    pub requester: PersonRef,
    /// Where it belongs, settled at submission: its item's space, the one that was picked, or the requester's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<SpaceRef>,
    /// Hash of the frozen form version.
    pub form_version: String,
    pub answers: Answers,
    /// The moments that were answered.
    #[serde(default, skip_serializing_if = "AnswerTimes::is_empty")]
    pub times: AnswerTimes,
    pub submitted_at: DateTime<Utc>,
    /// The part that moves.
    pub state: RequestState,
}

/// The part of a request that changes; the fold of its events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestState {
    pub status: Status,
    /// Where `needs_info`, `blocked` and `cancelled` go back to, the last one first to be left.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub returns_to: Vec<Status>,
    pub approval: Approval,
    /// Number of events so far; the version of optimistic checks.
    pub events: u32,
    pub updated_at: DateTime<Utc>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PersonRef>,
    /// When the requester wants the work to begin, by the answer the plan names. Frozen at submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<DateTime<Utc>>,
    /// When the work begins, while it is put off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<DateTime<Utc>>,
    /// Who cancelled it, while it is cancelled; None when Docket did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<PersonId>,
    /// The automation's latest run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<AutomationRun>,
    /// Required work tasks that are not over: nothing is completed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_tasks: Vec<TaskId>,
    /// A tombstone: no list has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

impl RequestState {
    /// Where the present interruption goes back to.
    pub fn back(&self) -> Option<Status> {
        self.returns_to.last().copied()
    }

    /// Whether an automation is at work.
    pub fn runs(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.ended.is_none())
    }
}

/// One launch of an automation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationRun {
    /// 1 for the first.
    pub attempt: u32,
    /// The controller's name for it, once it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<AutomationEnd>,
}

/// States stored before interruptions could nest hold one status.
fn one_or_many<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Status>, D::Error> {
    let many = match Value::deserialize(from)? {
        Value::Null => return Ok(Vec::new()),
        Value::Array(many) => many,
        one => vec![one],
    };
    many.into_iter().map(|one| Status::deserialize(JsonTree(one)).map_err(serde::de::Error::custom)).collect()
}

/// What a rule decided: the next state, the events that say so, and what must happen outside.
#[derive(Clone, Debug, PartialEq)]
pub struct StateChange {
    pub state: RequestState,
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
}

impl StateChange {
    /// Whether nothing changes, and nothing is to be saved.
    pub fn is_nothing(&self) -> bool {
        self.events.is_empty()
    }
}
