//! The audit log as it travels to the browser.

use super::compare::ValueChanges;
use super::{AuditThing, AuditWay};
use crate::bounds::{SEARCH_LETTERS, first_letters};
use crate::connectors::wire::{ConsolePeriod, PERIODS};
use crate::id::{AuditEntryId, PersonId};
use crate::people::PersonRef;
use crate::text::tidy_line;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Entries on one page.
pub const AUDIT_ROWS: u64 = 25;

/// Which entries to list. A field that is empty or None leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Words of the thing's name, of a value, or the name of a person who did it or whom it is about.
    pub text: String,
    /// How far back.
    pub period: ConsolePeriod,
    pub actor: Option<PersonId>,
    pub thing: Option<AuditThing>,
    /// The key or id of one thing of that kind: its history.
    pub thing_id: String,
    pub way: Option<AuditWay>,
}

/// The period of an address that says none.
pub const USUAL_PERIOD: ConsolePeriod = ConsolePeriod::Month;

impl AuditFilter {
    /// From the values of an address, `text=…&period=…&who=…&what=…&thing=…&way=…`; a value that is not understood is ignored.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let get = |key: &str| get(key).map(|value| tidy_line(&value).into_owned()).unwrap_or_default();
        let period = get("period");
        Self {
            text: first_letters(&get("text"), SEARCH_LETTERS).to_owned(),
            period: PERIODS.iter().find(|(_, word, _)| *word == period).map_or(USUAL_PERIOD, |(period, ..)| *period),
            actor: get("who").parse().ok(),
            thing: AuditThing::find(&get("what")),
            thing_id: get("thing"),
            way: AuditWay::find(&get("way")),
        }
    }
}

/// One entry in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    pub id: AuditEntryId,
    pub at: DateTime<Utc>,
    /// Who did it; None for the command line, where nobody says who they are.
    pub actor: Option<PersonRef>,
    /// What was done, in words.
    pub words: String,
    /// What it was done to, as it was called then; a person as they are called now.
    pub name: String,
    /// By which way, in a word.
    pub way: String,
}

/// One entry whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditDetail {
    pub row: AuditRow,
    pub thing: Option<AuditThing>,
    /// The key or id of the thing, by which its history is listed.
    pub thing_id: String,
    /// Where it came from: the network's address of the browser. Empty for the command line.
    pub address: String,
    /// With what: "Firefox on Linux". Empty when it did not say.
    pub device: String,
    pub reason: String,
    pub changes: ValueChanges,
    /// Whether what changed was about a person who was forgotten since.
    pub forgotten: bool,
}

/// A page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// When this was so.
    pub now: DateTime<Utc>,
    pub rows: Vec<AuditRow>,
    /// Where older ones go on; None at the end.
    pub next: Option<String>,
    /// Entries that fit; at most `tally::MOST_COUNTED`.
    pub total: u64,
    /// Who has made some of the latest entries, by name: whom the filter offers.
    pub actors: Vec<PersonRef>,
}
