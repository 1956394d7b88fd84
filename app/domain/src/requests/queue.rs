//! The queue and the board: what the people who work on requests receive and send.

use super::actions::AllowedActions;
use super::sla::shown::{DueView, due_view};
use super::wire::RequestSummary;
use super::{Request, Status};
use crate::id::PersonId;
use crate::people::PersonRef;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Which requests to show. Everything left out means all that have not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueFilter {
    pub status: Option<Status>,
    pub holder: Option<AssigneeChoice>,
    /// Key of a service.
    pub item: Option<String>,
    /// Key of a space, with all that is below it.
    pub space: Option<String>,
    pub due: Option<DueChoice>,
    /// A docket number or its beginning, or words of a title or of a service's or requester's name.
    pub text: String,
    /// Those that have ended instead.
    pub ended: bool,
}

/// Who has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssigneeChoice {
    Me,
    Nobody,
    Person(PersonId),
}

/// When it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueChoice {
    /// Its time is over.
    Late,
    /// Before the end of the person's day, late ones included.
    Today,
}

/// A request in the queue, or a card on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    pub summary: RequestSummary,
    pub assignee: Option<PersonRef>,
    pub price: String,
    /// When its work should be done; None when nothing is promised, or it has ended.
    pub due_at: Option<DateTime<Utc>>,
    /// The clock stands still: somebody else is waited for.
    pub paused: bool,
    /// `due_at` and `paused` in words, as they were when the row was made.
    #[serde(default)]
    pub due: Option<DueView>,
    /// Number of events: what `seen` of an action is.
    pub events: u32,
    pub allowed: AllowedActions,
}

/// How many; counted no further than `tally::MOST_COUNTED`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCounts {
    /// Not ended.
    pub open: u32,
    pub mine: u32,
    /// Nobody has it.
    pub unassigned: u32,
    pub late: u32,
}

/// A choice of the filters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterChoice {
    pub key: String,
    pub name: String,
}

/// A page of the queue, the next due first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePage {
    pub rows: Vec<QueueRow>,
    /// Give back as `after` to get the next page; None on the last one.
    pub next: Option<String>,
    pub counts: QueueCounts,
    /// The services to filter by.
    pub items: Vec<FilterChoice>,
    /// The spaces to filter by.
    #[serde(default)]
    pub spaces: Vec<FilterChoice>,
    /// The people who work on requests, at most 50.
    pub people: Vec<PersonRef>,
}

/// The statuses that are lanes, in their order.
pub const LANES: [Status; 8] = [
    Status::Open,
    Status::Assigned,
    Status::InProgress,
    Status::Blocked,
    Status::NeedsInfo,
    Status::Escalated,
    Status::InQa,
    Status::Resolved,
];

/// One lane of the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardLane {
    pub status: Status,
    /// The next due first, at most 50.
    pub rows: Vec<QueueRow>,
    pub count: u32,
}

/// The board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardPage {
    pub lanes: Vec<BoardLane>,
    pub counts: QueueCounts,
    pub items: Vec<FilterChoice>,
    #[serde(default)]
    pub spaces: Vec<FilterChoice>,
    pub people: Vec<PersonRef>,
}

/// A request as a row, for somebody who may do this with it.
pub fn row(
    request: &Request,
    summary: RequestSummary,
    allowed: AllowedActions,
    due_at: Option<DateTime<Utc>>,
    paused: bool,
    now: DateTime<Utc>,
) -> QueueRow {
    QueueRow {
        due: due_at.map(|due_at| due_view(request.submitted_at, due_at, paused, now)),
        summary,
        assignee: request.state.assignee.clone(),
        price: request.item.price.clone(),
        due_at,
        paused,
        events: request.state.events,
        allowed,
    }
}
