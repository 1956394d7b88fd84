//! What the inbox and the approval panels receive and send.

use super::bulk::{DueGroup, HeldView};
use super::{ApproverVerdict, StageRequirement};
use crate::people::PersonRef;
use crate::requests::sla::shown::DueView;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Who will have to approve, before sending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRoute {
    pub require: StageRequirement,
    /// Of all stages, in order. Empty when nobody has to.
    pub rules: Vec<RouteRule>,
    /// In order; rules say which one they are of.
    #[serde(default)]
    pub stages: Vec<RouteStage>,
    /// Who does not have to, and which answer would change that.
    #[serde(default)]
    pub skipped: Vec<RouteSkipped>,
}

/// One stage of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteStage {
    /// May be empty when it is the only one.
    pub label: String,
    pub require: StageRequirement,
    pub rules: u32,
}

/// A rule or stage that these answers leave out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteSkipped {
    pub label: String,
    /// "Finance is not needed. It would be when amount is at least 500."
    pub words: String,
    /// Keys of the fields whose answers would change that.
    pub fields: Vec<String>,
}

/// One rule of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteRule {
    pub label: String,
    pub words: String,
    /// The people who may decide it now, at most 5, never the requester.
    pub people: Vec<PersonRef>,
    /// How many more there are.
    pub more: u64,
    /// Index of its stage.
    #[serde(default)]
    pub stage: u32,
    /// Why it is asked at all: "Because amount is at least 500. …". Empty when it always is.
    #[serde(default)]
    pub because: String,
    /// Deputies in effect, of the people shown.
    #[serde(default)]
    pub deputies: Vec<DeputyView>,
}

/// Who decides in whose place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeputyView {
    pub person: PersonRef,
    pub on_behalf_of: PersonRef,
    /// The first moment it is over.
    pub until: DateTime<Utc>,
}

/// A request's approval as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalView {
    pub require: StageRequirement,
    pub rules: Vec<RuleView>,
    /// In order; rules say which one they are of.
    #[serde(default)]
    pub stages: Vec<StageView>,
}

/// One stage with where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageView {
    pub label: String,
    pub require: StageRequirement,
    /// Rules that have to be met.
    pub needed: u32,
    pub met: bool,
    /// It is this one's turn.
    pub open: bool,
    /// When it should be decided.
    pub due_at: Option<DateTime<Utc>>,
    /// Docket decided it so, as nobody had decided in time.
    #[serde(default)]
    pub settled: Option<ApproverVerdict>,
}

/// One rule with what was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleView {
    pub label: String,
    pub words: String,
    /// The caller may decide this one now.
    pub yours: bool,
    pub given: Option<GivenView>,
    /// Index of its stage.
    #[serde(default)]
    pub stage: u32,
    /// Stable key, to re-route it by.
    #[serde(default)]
    pub key: String,
    /// Why somebody else than planned may decide: "Instead of Ruth Abel". Empty when nobody does.
    #[serde(default)]
    pub moved: String,
    /// In whose place the caller may decide it; None in their own right.
    #[serde(default)]
    pub on_behalf_of: Option<PersonRef>,
}

/// A decision as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenView {
    pub by: PersonRef,
    pub at: DateTime<Utc>,
    pub verdict: ApproverVerdict,
    pub reason: String,
    /// In whose place.
    #[serde(default)]
    pub on_behalf_of: Option<PersonRef>,
}

/// One request waiting for the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRow {
    pub number: String,
    /// What it is about.
    pub title: String,
    /// The name of what was asked for.
    #[serde(default)]
    pub item: String,
    pub requester: PersonRef,
    pub submitted_at: DateTime<Utc>,
    pub price: String,
    /// Approvals given, for the punch holes.
    pub given: u32,
    /// Rules in all.
    pub needed: u32,
    /// "Any 1 of 2", "1 of 2", "You".
    pub words: String,
    /// Number of events so far: what `seen` of a decision from the list is.
    #[serde(default)]
    pub events: u32,
    #[serde(default)]
    pub group: DueGroup,
    /// Its time in words; None without a deadline.
    #[serde(default)]
    pub due: Option<DueView>,
    /// The same for requests that are decided alike (`bulk::alike`).
    #[serde(default)]
    pub alike: String,
    /// What the caller approved already, when they are asked again: "You approved as line manager; now as head of operations".
    #[serde(default)]
    pub again: Option<String>,
    /// The caller's decision that is held.
    #[serde(default)]
    pub held: Option<ApproverVerdict>,
    /// In whose place the caller would decide; None in their own right.
    #[serde(default)]
    pub on_behalf_of: Option<PersonRef>,
}

/// Rows that the inbox begins with, and that each "Show more" adds.
pub const INBOX_ROWS: u32 = 200;
/// Rows that an inbox shows at most.
pub const MOST_INBOX_ROWS: u32 = 2_000;

/// The inbox: oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxView {
    /// The overdue first, then those due today; oldest first in each group.
    pub rows: Vec<InboxRow>,
    pub count: u64,
    /// What the caller holds, and what became of what they held in the last minutes.
    #[serde(default)]
    pub held: Vec<HeldView>,
}

/// A decision sent by an approver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproverDecision {
    pub number: String,
    pub verdict: ApproverVerdict,
    /// Required to reject or to ask for changes.
    pub reason: String,
    /// `State::events` as the approver saw it: what was on screen.
    pub seen: u32,
}

/// A row of the leadership view (S0-019): everything that waits, with who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadershipRow {
    pub row: InboxRow,
    /// Rules that still wait, in words.
    pub waiting_on: Vec<String>,
}
