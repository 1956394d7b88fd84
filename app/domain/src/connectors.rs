//! Deliveries: their schedule, and their status computed from timestamps.

pub mod breaker;
pub mod lint;
pub mod receipt;
pub mod wire;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// Pauses before tries 2 to 5, in minutes (S0-101). After the last try a delivery is permanently failed.
pub const DEFAULT_PAUSES: [u32; 4] = [1, 5, 15, 60];

/// A connector as its organization defines it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    pub key: String,
    pub name: String,
    /// A kind of the server's registry: `webhook`.
    pub kind: String,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub enabled: bool,
    /// Keys depend on the kind (S0-073): `url`, `headers`, `secret_env`.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

fn yes() -> bool {
    true
}

/// The times that decide where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTimes {
    pub next_at: Option<DateTime<Utc>>,
    pub leased_until: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub failed_at: Option<DateTime<Utc>>,
    pub attempts: u32,
    /// Tries in a row that were cut off: their worker ended before it could say what came of them.
    #[serde(default)]
    pub cut_off: u32,
}

/// Tries of a delivery that may be cut off before it is set aside.
pub const MOST_CUT_OFF: u32 = 2;

/// How a delivery is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialMode {
    /// Beside others.
    Together,
    /// While no other one begins: when its worker ends again, it was this one.
    Alone,
    /// Not by itself: it is set aside until somebody sends it again.
    Never,
}

/// How to try a delivery after so many of its tries were cut off.
///
/// A worker has hundreds in its hands when it ends, and one of them may be why. All of them were cut off once then, the innocent too; each
/// is tried alone after that, so that only the one that ends workers is cut off twice.
pub fn trial(cut_off: u32) -> TrialMode {
    match cut_off {
        0 => TrialMode::Together,
        MOST_CUT_OFF.. => TrialMode::Never,
        _ => TrialMode::Alone,
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waiting for its first try.
    Waiting,
    /// A worker has it.
    Sending,
    /// At least one try failed; another one is due.
    Retrying,
    Delivered,
    /// Permanently failed; can be replayed.
    Failed,
    /// Workers ended while they made it; can be replayed.
    SetAside,
}

impl DeliveryStatus {
    /// Not tried any further unless somebody sends it again.
    pub fn is_given_up(self) -> bool {
        matches!(self, Self::Failed | Self::SetAside)
    }
}

/// Status from timestamps, at `now`. An expired lease counts for nothing: a killed worker's delivery is taken up by another.
pub fn status(times: &DeliveryTimes, now: DateTime<Utc>) -> DeliveryStatus {
    if times.delivered_at.is_some() {
        DeliveryStatus::Delivered
    } else if times.failed_at.is_some() && trial(times.cut_off) == TrialMode::Never {
        DeliveryStatus::SetAside
    } else if times.failed_at.is_some() {
        DeliveryStatus::Failed
    } else if times.leased_until.is_some_and(|until| until > now) {
        DeliveryStatus::Sending
    } else if times.attempts > 0 {
        DeliveryStatus::Retrying
    } else {
        DeliveryStatus::Waiting
    }
}

/// When to try again after `attempts` failed tries; None when that was the last. `retry_after` is the other side's wish, kept
/// when it is later than the schedule and within a day.
pub fn next_try(pauses: &[u32], attempts: u32, now: DateTime<Utc>, retry_after: Option<Duration>) -> Option<DateTime<Utc>> {
    let pause = pauses.get(attempts.checked_sub(1)? as usize)?;
    let scheduled = Duration::minutes(i64::from(*pause));
    let wished = retry_after.unwrap_or_else(Duration::zero).min(Duration::days(1));
    Some(now + scheduled.max(wished))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_306_000, 0).unwrap() + Duration::minutes(minutes)
    }

    const NEW: DeliveryTimes =
        DeliveryTimes { next_at: None, leased_until: None, delivered_at: None, failed_at: None, attempts: 0, cut_off: 0 };

    #[test]
    fn tries_follow_after_1_5_15_and_60_minutes_then_no_more() {
        let tries: Vec<_> = (1..=6).map(|attempts| next_try(&DEFAULT_PAUSES, attempts, at(0), None)).collect();
        assert_eq!(tries, [Some(at(1)), Some(at(5)), Some(at(15)), Some(at(60)), None, None]);
        assert_eq!(next_try(&[], 1, at(0), None), None);
        assert_eq!(next_try(&DEFAULT_PAUSES, 0, at(0), None), None, "nothing failed, nothing to repeat");
    }

    #[test]
    fn the_other_side_can_ask_for_more_time_but_not_for_less_or_for_ever() {
        let wish = |minutes| next_try(&DEFAULT_PAUSES, 2, at(0), Some(Duration::minutes(minutes)));
        assert_eq!(wish(30), Some(at(30)));
        assert_eq!(wish(2), Some(at(5)));
        assert_eq!(wish(-10), Some(at(5)));
        assert_eq!(wish(60 * 24 * 365), Some(at(60 * 24)));
        assert_eq!(next_try(&DEFAULT_PAUSES, 5, at(0), Some(Duration::minutes(30))), None, "a wish adds no try");
    }

    #[test]
    fn status_comes_from_the_times() {
        assert_eq!(status(&NEW, at(0)), DeliveryStatus::Waiting);
        assert_eq!(status(&DeliveryTimes { next_at: Some(at(5)), attempts: 1, ..NEW }, at(0)), DeliveryStatus::Retrying);
        assert_eq!(status(&DeliveryTimes { delivered_at: Some(at(0)), attempts: 1, ..NEW }, at(0)), DeliveryStatus::Delivered);
        assert_eq!(status(&DeliveryTimes { failed_at: Some(at(0)), attempts: 5, ..NEW }, at(0)), DeliveryStatus::Failed);
        let both = DeliveryTimes { failed_at: Some(at(0)), delivered_at: Some(at(1)), leased_until: Some(at(9)), attempts: 6, ..NEW };
        assert_eq!(status(&both, at(2)), DeliveryStatus::Delivered);
    }

    #[test]
    fn a_delivery_is_tried_alone_after_a_worker_ended_with_it_and_set_aside_after_the_second() {
        assert_eq!([0, 1, 2, 3].map(trial), [TrialMode::Together, TrialMode::Alone, TrialMode::Never, TrialMode::Never]);
        let cut_off = |cut_off| DeliveryTimes { cut_off, attempts: 1, ..NEW };
        assert_eq!(status(&cut_off(1), at(0)), DeliveryStatus::Retrying);
        assert_eq!(status(&DeliveryTimes { failed_at: Some(at(0)), ..cut_off(1) }, at(0)), DeliveryStatus::Failed);
        assert_eq!(status(&DeliveryTimes { failed_at: Some(at(0)), ..cut_off(2) }, at(0)), DeliveryStatus::SetAside);
        assert_eq!(status(&DeliveryTimes { delivered_at: Some(at(0)), ..cut_off(2) }, at(0)), DeliveryStatus::Delivered);
    }

    #[test]
    fn a_lease_counts_until_it_ends() {
        for (attempts, after) in [(0, DeliveryStatus::Waiting), (2, DeliveryStatus::Retrying)] {
            let leased = DeliveryTimes { leased_until: Some(at(2)), attempts, ..NEW };
            assert_eq!(status(&leased, at(1)), DeliveryStatus::Sending);
            assert_eq!(status(&leased, at(2)), after);
            assert_eq!(status(&leased, at(3)), after);
        }
    }
}
