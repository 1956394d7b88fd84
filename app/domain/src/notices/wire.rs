//! Notifications as the screens get them.

use super::{NoticeChannel, QuietTime, SummarySchedule};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One line of the bell's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeRow {
    /// Its id, as text.
    pub id: String,
    pub event: String,
    /// The docket number; empty when it is about no request.
    pub number: String,
    /// The item's name, or the person's whom it is about.
    pub title: String,
    pub icon: String,
    pub sentence: String,
    /// What somebody wrote; may be empty.
    pub text: String,
    pub at: DateTime<Utc>,
    pub read: bool,
    /// Where it leads.
    pub link: String,
}

/// A page of notices, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeList {
    pub rows: Vec<NoticeRow>,
    pub unread: u64,
    /// Asks for the next page.
    pub next: Option<String>,
}

/// A switch of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixSwitch {
    pub channel: NoticeChannel,
    pub on: bool,
    pub locked: bool,
}

/// One event of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixRow {
    pub event: String,
    pub label: String,
    /// The heading it stands under.
    pub group: String,
    /// Of the channels that it can go by.
    pub cells: Vec<MatrixSwitch>,
}

/// A column of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixColumn {
    pub channel: NoticeChannel,
    pub label: String,
    /// Where it reaches the person, or why it does not.
    pub note: String,
    /// Whether anything can arrive there.
    pub works: bool,
}

/// One's own choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MyNotices {
    pub columns: Vec<MatrixColumn>,
    pub rows: Vec<MatrixRow>,
    pub quiet: Option<QuietTime>,
    pub summary: Option<SummarySchedule>,
    /// Whether any switch differs from the organization's.
    pub differs: bool,
    pub administers: bool,
    pub time_zone: String,
}

/// A change of one's own choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeMine {
    Switch {
        event: String,
        channel: NoticeChannel,
        on: bool,
    },
    /// Forget every own switch.
    AsUsual,
    Quiet(Option<QuietTime>),
    Summary(Option<SummarySchedule>),
}

/// A connector that can carry a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelCarrier {
    /// Its key; empty for none.
    pub key: String,
    pub name: String,
}

/// What an organization decides, for its administrators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OurNotices {
    pub columns: Vec<MatrixColumn>,
    pub rows: Vec<MatrixRow>,
    /// For each channel but the bell: the one in use, and those to choose from.
    pub carriers: Vec<(NoticeChannel, String, Vec<ChannelCarrier>)>,
}

/// A change of what the organization decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeOurs {
    Switch { event: String, channel: NoticeChannel, on: bool, locked: bool },
    Carrier { channel: NoticeChannel, key: String },
}
