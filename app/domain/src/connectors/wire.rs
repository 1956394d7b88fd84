//! What the delivery console shows, as it travels to the browser.

use super::DeliveryStatus;
use super::breaker::DestinationStanding;
use crate::forms::{Answers, Form};
use crate::id::DeliveryId;
use crate::requests::wire::ExternalRecord;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Hours on a destination's chart.
pub const CHART_HOURS: usize = 24;
/// Rows on one page of the console.
pub const CONSOLE_ROWS: u64 = 25;

/// Which deliveries to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleFilter {
    pub show: ShownDeliveries,
    /// Key of a connector; any when empty.
    pub connector: String,
    pub period: ConsolePeriod,
    /// A docket number; any when empty.
    pub number: String,
}

/// Deliveries by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShownDeliveries {
    #[default]
    All,
    /// Not ended: waiting, being sent or to be tried again.
    Waiting,
    Failed,
    Delivered,
}

/// Deliveries by when they were queued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsolePeriod {
    Day,
    #[default]
    Week,
    Month,
    Ever,
}

/// Every period, with its word in addresses and its words on screen.
pub const PERIODS: &[(ConsolePeriod, &str, &str)] = &[
    (ConsolePeriod::Day, "day", "Last 24 hours"),
    (ConsolePeriod::Week, "week", "Last 7 days"),
    (ConsolePeriod::Month, "month", "Last 30 days"),
    (ConsolePeriod::Ever, "ever", "Any time"),
];

impl ConsolePeriod {
    /// Days back from now; None is without end.
    pub fn days(self) -> Option<i64> {
        match self {
            Self::Day => Some(1),
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Ever => None,
        }
    }
}

/// The console: how destinations are, and a page of deliveries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsoleView {
    /// When this was so.
    pub now: DateTime<Utc>,
    pub destinations: Vec<DestinationView>,
    pub rows: Vec<ConsoleRow>,
    /// Where older ones go on; None at the end.
    pub next: Option<String>,
    /// Not ended, with the filter's connector and period; at most `tally::MOST_COUNTED`.
    pub waiting: u64,
    pub failed: u64,
    /// Minutes between tries.
    pub pauses: Vec<u32>,
    /// No worker was seen for a minute: since when, or ever.
    pub worker: WorkerView,
}

/// Whether anything is delivered at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerView {
    Alive,
    /// None since then.
    Gone(DateTime<Utc>),
    Never,
}

/// A destination and how it has been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationView {
    pub key: String,
    pub name: String,
    /// The kind's name, and its words for people.
    pub kind: String,
    pub kind_label: String,
    /// Where it goes, without secrets.
    pub target: String,
    pub enabled: bool,
    pub standing: DestinationStanding,
    /// It refuses our key.
    pub refuses_us: bool,
    pub failing_since: Option<DateTime<Utc>>,
    pub paused_until: Option<DateTime<Utc>>,
    /// What the last failure was.
    pub error: String,
    /// Deliveries that wait for it, at most `tally::MOST_COUNTED`.
    pub waiting: u64,
    /// Tries of each of the last hours, oldest first: all, and taken.
    pub hours: Vec<(u32, u32)>,
}

/// One delivery as a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleRow {
    pub id: DeliveryId,
    pub queued_at: DateTime<Utc>,
    /// The docket number of the request it is about; empty when it is about something else.
    pub number: String,
    /// What that request asks for, or the name of the person it is about.
    pub title: String,
    /// What happened, in words: "Handed on".
    pub event: String,
    pub connector: String,
    /// Tries so far, and in all.
    pub attempts: u32,
    pub tries: u32,
    pub status: DeliveryStatus,
    pub next_at: Option<DateTime<Utc>>,
}

impl ConsoleRow {
    /// What it is about, in one word or name.
    pub fn subject(&self) -> &str {
        if self.number.is_empty() { &self.title } else { &self.number }
    }
}

/// One delivery whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryDetail {
    pub row: ConsoleRow,
    pub made: Option<ExternalRecord>,
    /// Oldest first.
    pub attempts: Vec<AttemptWhole>,
}

/// One try with what was sent and what came back, both without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptWhole {
    pub number: u32,
    pub at: DateTime<Utc>,
    pub milliseconds: u32,
    pub code: Option<u16>,
    /// Empty when it was taken.
    pub error: String,
    pub request: String,
    pub response: String,
}

/// A connector to look at and change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectorView {
    /// Empty for a new one.
    pub key: String,
    pub name: String,
    pub kind: String,
    pub kind_label: String,
    /// Asks for name, use and settings; secrets that are stored are not asked for again.
    pub form: Form,
    /// What is known, without secrets.
    pub settings: Answers,
    /// Settings that are templates: they can be previewed.
    pub templates: Vec<String>,
    /// Keys of the secrets that are stored.
    pub stored: Vec<String>,
    /// Whether its deliveries are held back.
    #[serde(default)]
    pub held: bool,
    pub test: TestView,
}

/// The last test of a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestView {
    Never,
    /// Asked for; a worker has still to make it.
    Waiting(DateTime<Utc>),
    Done(AttemptWhole),
}

/// A connector as an administrator wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectorInput {
    /// Empty for a new one: it gets a key from its name.
    pub key: String,
    pub kind: String,
    /// Answers to the form, `name` and `enabled` among them. Secrets that are left empty stay as they are.
    pub settings: Answers,
    /// Stored secrets to forget.
    pub forget: Vec<String>,
}

/// A kind of connector to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindView {
    pub kind: String,
    pub label: String,
}
