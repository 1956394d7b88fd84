//! What can be done to a request: one table, a row for each action. The machine reads from it where an action leads, who may do it and
//! what it asks for; the screens read its words and keys; the help and the demo read its names.
//!
//! A new action is a row in a file of its family and a line in the registry below. What it records is an event (`EventKind`).

mod approving;
mod asking;
mod automation;
pub mod document;
mod ending;
mod giving;
mod input;
mod quality;
mod row;
mod scheduling;
mod working;

pub use input::{ActionCall, ActionDetail, ActionInput, ActionReceiver, AllowedActions};
pub use row::{ActionAsks, ActionButton, ActionGoal, ActionNeed, ActionRow, ActionWho, ActorRight, BulkWords, EventLine, WordsField};

use super::{STATUSES, Status};
use serde::{Deserialize, Serialize};

/// Makes the kinds, their keys and the table out of the registry: a kind, its key, the row that says everything else about it.
macro_rules! registry {
    ($($kind:ident $key:literal => $row:path),* $(,)?) => {
        /// Something that can be done to a request, as the table, the API and the demo name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ActionKind {
            $(#[serde(rename = $key)] #[doc = $key] $kind),*
        }

        impl ActionKind {
            /// Its name in data: `send_to_qa`.
            pub fn key(self) -> &'static str {
                const KEYS: &[&str] = &[$($key),*];
                KEYS[self as usize]
            }
        }

        /// The table, in the order in which a request meets its actions.
        pub static ACTION_TABLE: &[ActionRow] = &[$($row),*];

        // A row stands where its kind says, so that it is found by it.
        $(const _: () = assert!($row.kind as usize == ActionKind::$kind as usize);)*
    };
}

registry! {
    Submit "submit" => approving::SUBMIT,
    Approve "approve" => approving::APPROVE,
    Reject "reject" => approving::REJECT,
    Release "release" => approving::RELEASE,
    Withdraw "withdraw" => approving::WITHDRAW,
    Reroute "reroute" => approving::REROUTE,
    RequestInfo "request_info" => asking::REQUEST_INFO,
    ProvideInfo "provide_info" => asking::PROVIDE_INFO,
    Schedule "schedule" => scheduling::SCHEDULE,
    Activate "activate" => scheduling::ACTIVATE,
    AssignToMe "assign_to_me" => giving::ASSIGN_TO_ME,
    Assign "assign" => giving::ASSIGN,
    Reassign "reassign" => giving::REASSIGN,
    Start "start" => working::START,
    Block "block" => working::BLOCK,
    Unblock "unblock" => working::UNBLOCK,
    Escalate "escalate" => working::ESCALATE,
    TakeOver "take_over" => working::TAKE_OVER,
    SendToQa "send_to_qa" => quality::SEND_TO_QA,
    PassQa "pass_qa" => quality::PASS_QA,
    ReturnFromQa "return_from_qa" => quality::RETURN_FROM_QA,
    Resolve "resolve" => ending::RESOLVE,
    Reopen "reopen" => ending::REOPEN,
    Close "close" => ending::CLOSE,
    Complete "complete" => ending::COMPLETE,
    AutomationSucceeded "automation_succeeded" => automation::SUCCEEDED,
    AutomationFailed "automation_failed" => automation::FAILED,
    AutomationCancelled "automation_cancelled" => automation::CANCELLED,
    Retry "retry" => automation::RETRY,
    Cancel "cancel" => ending::CANCEL,
    Uncancel "uncancel" => ending::UNCANCEL,
    Delete "delete" => ending::DELETE,
}

impl ActionKind {
    /// Everything about it.
    pub fn row(self) -> &'static ActionRow {
        &ACTION_TABLE[self as usize]
    }

    /// The words of its button; empty where it has none.
    pub fn label(self) -> &'static str {
        self.row().button.as_ref().map_or("", |button| button.label)
    }
}

/// Where the action leads from this status; None when it is impossible there.
pub fn goal(from: Status, action: ActionKind) -> Option<ActionGoal> {
    let row = action.row();
    row.from.contains(&from).then_some(row.to)
}

/// The rows that lead out of a status, each way once.
pub fn rows_from(status: Status) -> impl Iterator<Item = &'static ActionRow> {
    ACTION_TABLE.iter().filter(move |row| row.same_as.is_none() && row.from.contains(&status))
}

/// The table as text, a status a line and an action a column entry: what the golden file holds.
pub fn print_table() -> String {
    let mut text = String::new();
    for status in STATUSES {
        text.push_str(status.key());
        text.push('\n');
        for row in rows_from(status) {
            let goal = match row.to {
                ActionGoal::To(to) => to.key(),
                ActionGoal::Back => "(back to where it was)",
                ActionGoal::Stay => "(stays)",
                ActionGoal::Gone => "(gone, the event log stays)",
            };
            text.push_str(&format!("    {:<20} -> {goal}\n", format!("{:?}", row.kind)));
        }
    }
    text
}

/// The actions that a page offers as buttons, the first in the menu first.
pub fn buttons() -> Vec<(&'static ActionRow, &'static ActionButton)> {
    let mut all: Vec<_> = ACTION_TABLE.iter().filter_map(|row| Some((row, row.button.as_ref()?))).collect();
    all.sort_by_key(|(_, button)| button.place);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn keys_and_places_are_unique_and_collide_with_no_key_of_every_page() {
        let all = buttons();
        let keys: BTreeSet<&str> = all.iter().map(|(_, button)| button.key).collect();
        let places: BTreeSet<u8> = all.iter().map(|(_, button)| button.place).collect();
        let names: BTreeSet<&str> = ACTION_TABLE.iter().map(|row| row.kind.key()).collect();
        assert_eq!((keys.len(), places.len(), names.len()), (all.len(), all.len(), ACTION_TABLE.len()));
        for taken in ["g", "t", "/", "?"] {
            assert!(!keys.contains(taken), "{taken}");
        }
    }

    #[test]
    fn an_action_is_named_in_data_by_its_key() {
        for row in ACTION_TABLE {
            let json = serde_json::to_string(&row.kind).unwrap();
            assert_eq!((json.trim_matches('"'), row.kind.row().kind), (row.kind.key(), row.kind));
        }
    }

    /// What is likely next stands before the rest, so that the first one allowed is the primary button.
    #[test]
    fn what_is_likely_next_stands_first() {
        let all = buttons();
        let likely = all.iter().filter(|(_, button)| button.likely).count();
        assert!(likely > 0 && all[..likely].iter().all(|(_, button)| button.likely));
    }

    #[test]
    fn every_action_of_people_has_a_button_or_a_place_of_its_own() {
        let elsewhere = ["approve", "reject", "reroute", "provide_info", "reassign"];
        for row in ACTION_TABLE {
            let offered = row.button.is_some() || elsewhere.contains(&row.kind.key());
            assert_eq!(offered, !row.who.rights.is_empty(), "{:?}", row.kind);
        }
    }

    #[test]
    fn words_are_whole_and_say_what_is_missing_the_same_way() {
        for row in ACTION_TABLE {
            if let Some(field) = row.asks.words() {
                assert!(!field.label.is_empty() && !field.label.contains("optional"), "{:?}", row.kind);
                assert!(field.missing.is_empty() || field.missing.starts_with("Write "), "{:?}: {}", row.kind, field.missing);
            }
        }
    }
}
