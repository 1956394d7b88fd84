//! Deciding, one request or many at once: each is checked for itself, held for some seconds in which it can be taken back, and then decided
//! as if the person had pressed the button at that moment. Pure: what is alike, when a list's row is due, what a held decision can become.

use super::{ApproverVerdict, deadline, machine};
use crate::forms::dates::{parse_date, parse_datetime};
use crate::id::HeldId;
use crate::requests::Request;
use crate::text::lower_case;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long a decision is held, in seconds: the time to undo.
pub const HELD_SECONDS: i64 = 8;
/// Decisions taken at once, at most.
pub const MOST_AT_ONCE: usize = 100;

/// How soon an approval is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueGroup {
    Overdue,
    Today,
    #[default]
    Later,
}

impl DueGroup {
    /// The heading of the group.
    pub fn label(self) -> &'static str {
        match self {
            Self::Overdue => "Overdue",
            Self::Today => "Due today",
            Self::Later => "Later",
        }
    }

    /// The group of a due time, for somebody whose day is `today`, with `date` telling the day of a moment where they are.
    pub fn of(due: Option<DateTime<Utc>>, now: DateTime<Utc>, today: NaiveDate, date: impl Fn(DateTime<Utc>) -> NaiveDate) -> Self {
        match due {
            Some(due) if due <= now => Self::Overdue,
            Some(due) if date(due) <= today => Self::Today,
            _ => Self::Later,
        }
    }
}

/// When the stage that waits should be decided.
pub fn due_at(request: &Request) -> Option<DateTime<Utc>> {
    deadline::due_at(&request.state.approval)
}

/// What requests have in common that an approver decides alike: the service, its form version, its price, the rules that wait, and every
/// answer but who and when (picked people and groups, dates and times). 12 hexadecimal digits.
pub fn alike(request: &Request) -> String {
    let who_or_when = |value: &Value| match value {
        Value::Object(_) => true,
        Value::String(text) => parse_date(text).is_some() || parse_datetime(text).is_some(),
        _ => false,
    };
    let answers: Vec<(&String, &Value)> = request.answers.0.iter().filter(|(_, value)| !who_or_when(value)).collect();
    let rules: Vec<&str> = machine::open_rules(&request.state.approval).into_iter().map(|rule| rule.key.as_str()).collect();
    let read = serde_json::json!([request.item.key, request.form_version, request.item.price, rules, answers]);
    Sha256::digest(read.to_string().as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// A decision that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldDecision {
    pub number: String,
    pub verdict: ApproverVerdict,
    pub reason: String,
    /// Number of events the person had seen.
    pub seen: u32,
}

crate::reading::tagged_enum! {
    "kind", "HeldOutcome", HeldOutcomeTwin;
    /// What became of a held decision.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum HeldOutcome {
        Decided,
        Undone,
        /// In words: somebody was faster, the request changed.
        Refused {
            words: String,
        },
        /// As `Refused`, and the person has read it.
        Dismissed {
            words: String,
        },
    }
}

/// A held decision as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldView {
    pub id: HeldId,
    pub number: String,
    pub verdict: ApproverVerdict,
    /// From this moment on it is taken.
    pub due_at: DateTime<Utc>,
    /// Whole seconds until then, by the server's clock.
    #[serde(default)]
    pub left: u32,
    /// None while it is held.
    pub outcome: Option<HeldOutcome>,
}

/// What became of one of many, at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneOfMany {
    pub number: String,
    /// It is held, and can be undone by this id.
    pub held: Option<HeldId>,
    /// Why it is not taken.
    pub refused: Option<String>,
}

/// Whole seconds until a decision is taken.
pub fn seconds_left(due_at: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    u32::try_from((due_at - now).num_seconds()).unwrap_or(0)
}

/// What is said to somebody who approved an earlier stage and is asked again: "You approved as line manager; now as head of operations".
/// Both sides are the labels of rules; None while there is nothing on one of them.
pub fn asked_again(given: &[&str], now: &[&str]) -> Option<String> {
    let as_role = |labels: &[&str]| labels.iter().map(|label| uncapitalized(label)).collect::<Vec<_>>().join(" and ");
    (!given.is_empty() && !now.is_empty()).then(|| format!("You approved as {}; now as {}", as_role(given), as_role(now)))
}

/// A label inside a sentence; what begins with an abbreviation stays as it is.
fn uncapitalized(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            format!("{}{}", lower_case(first.encode_utf8(&mut [0; 4])), letters.as_str())
        }
        _ => label.to_owned(),
    }
}

/// When a decision made now is taken.
pub fn due(now: DateTime<Utc>) -> DateTime<Utc> {
    now + Duration::seconds(HELD_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_again_reads_as_what() {
        let again = asked_again(&["Line manager"], &["Head of operations", "IT forms admins"]);
        assert_eq!(again.as_deref(), Some("You approved as line manager; now as head of operations and IT forms admins"));
        assert_eq!((asked_again(&[], &["Finance"]), asked_again(&["Finance"], &[])), (None, None));
    }

    #[test]
    fn the_time_left_is_never_below_zero() {
        let now = DateTime::from_timestamp(100, 0).unwrap();
        assert_eq!([seconds_left(due(now), now), seconds_left(now, due(now))], [8, 0]);
    }

    #[test]
    fn due_times_fall_into_groups_by_the_persons_day() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let now = at("2026-03-12T20:00:00Z");
        // In Auckland it is the 13th already.
        let auckland = |moment: DateTime<Utc>| (moment + Duration::hours(13)).date_naive();
        let group = |due: Option<&str>| DueGroup::of(due.map(at), now, auckland(now), auckland);
        assert_eq!(group(Some("2026-03-12T20:00:00Z")), DueGroup::Overdue);
        assert_eq!(group(Some("2026-03-13T10:00:00Z")), DueGroup::Today);
        assert_eq!(group(Some("2026-03-13T11:00:00Z")), DueGroup::Later);
        assert_eq!(group(None), DueGroup::Later);
    }
}
