//! The breaker: a destination that keeps failing is left alone for a while, then tried with one delivery, and taken up again when that
//! one is taken.
//!
//! A wrong key pauses at once: more tries with it would fail alike, and some systems lock accounts for that.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// Tries in a row that may fail before a destination is paused.
pub const PATIENCE: u32 = 5;

/// Pauses in minutes, one after the other; the last one repeats.
const PAUSES: [i64; 4] = [1, 5, 15, 60];
/// The longest of them, in minutes.
pub const LONGEST_PAUSE: i64 = PAUSES[PAUSES.len() - 1];

/// How a destination has been lately. The default is one that nothing is known against.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationHealth {
    /// Tries that failed since the last one that was taken.
    pub failures: u32,
    /// Since when they fail.
    pub failing_since: Option<DateTime<Utc>>,
    /// Not tried before this; one delivery is the probe then.
    pub paused_until: Option<DateTime<Utc>>,
    /// When that pause began.
    pub paused_at: Option<DateTime<Utc>>,
    /// Pauses since the last try that was taken.
    pub pauses: u32,
    /// It refuses our key.
    pub refuses_us: bool,
    /// What the last failure was, in words.
    pub error: String,
    /// An administrator holds everything back since then.
    pub held_at: Option<DateTime<Utc>>,
}

/// What a try says about the destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptEvidence {
    Taken,
    /// Unreachable, overloaded or broken.
    Failed(String),
    /// Our key or our rights are not accepted.
    Refused(String),
    /// The delivery itself was at fault; the destination works.
    Answered,
}

/// Where a destination stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DestinationStanding {
    Healthy,
    /// Some tries failed; it is tried as before.
    Failing,
    /// Left alone until its pause ends.
    Paused,
    /// Held back by an administrator.
    Held,
}

impl DestinationHealth {
    /// Where it stands.
    pub fn standing(&self) -> DestinationStanding {
        match self {
            Self { held_at: Some(_), .. } => DestinationStanding::Held,
            Self { paused_until: Some(_), .. } => DestinationStanding::Paused,
            Self { failures: 1.., .. } => DestinationStanding::Failing,
            _ => DestinationStanding::Healthy,
        }
    }

    /// How it is after a try that began at `began` and ended at `now`.
    pub fn after(&self, met: &AttemptEvidence, began: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let (error, refused) = match met {
            AttemptEvidence::Taken | AttemptEvidence::Answered => return Self { held_at: self.held_at, ..Self::default() },
            AttemptEvidence::Failed(error) => (error, false),
            AttemptEvidence::Refused(error) => (error, true),
        };
        let failures = self.failures.saturating_add(1);
        // Tries that were under way when the pause began do not lengthen it. The probe, which began later, does.
        let already = self.paused_at.is_some_and(|at| began <= at);
        let pause = !already && (refused || self.pauses > 0 || failures >= PATIENCE);
        let step = PAUSES[(self.pauses as usize).min(PAUSES.len() - 1)];
        Self {
            failures,
            failing_since: self.failing_since.or(Some(now)),
            paused_until: if pause { Some(now + Duration::minutes(step)) } else { self.paused_until },
            paused_at: if pause { Some(now) } else { self.paused_at },
            pauses: self.pauses + u32::from(pause),
            refuses_us: refused,
            error: error.clone(),
            held_at: self.held_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_306_000, 0).unwrap() + Duration::minutes(minutes)
    }

    fn failed() -> AttemptEvidence {
        AttemptEvidence::Failed("It answered 503.".to_owned())
    }

    #[test]
    fn a_destination_is_paused_after_five_failures_in_a_row_and_longer_each_time() {
        let mut health = DestinationHealth::default();
        for failures in 1..PATIENCE {
            health = health.after(&failed(), at(0), at(0));
            assert_eq!((health.failures, health.standing()), (failures, DestinationStanding::Failing));
        }
        let mut now = at(0);
        for pause in [1, 5, 15, 60, 60] {
            health = health.after(&failed(), now, now);
            assert_eq!(health.paused_until, Some(now + Duration::minutes(pause)));
            assert_eq!(health.standing(), DestinationStanding::Paused);
            now += Duration::minutes(pause);
        }
        assert_eq!(health.failing_since, Some(at(0)));
        assert_eq!(health.after(&AttemptEvidence::Taken, now, now), DestinationHealth::default());
    }

    #[test]
    fn a_wrong_key_pauses_at_once() {
        let health = DestinationHealth::default().after(&AttemptEvidence::Refused("It refuses our key.".to_owned()), at(0), at(0));
        assert_eq!((health.paused_until, health.refuses_us), (Some(at(1)), true));
    }

    #[test]
    fn tries_under_way_when_a_pause_begins_do_not_lengthen_it_and_the_probe_does() {
        let paused = (0..PATIENCE).fold(DestinationHealth::default(), |health, _| health.after(&failed(), at(0), at(0)));
        let late = paused.after(&failed(), at(0), at(1));
        assert_eq!((late.paused_until, late.pauses), (Some(at(1)), 1));
        // While it is probed nobody else probes it.
        let probed = DestinationHealth { paused_until: Some(at(3)), ..late };
        assert_eq!(probed.after(&failed(), at(2), at(2)).paused_until, Some(at(7)));
    }

    #[test]
    fn a_delivery_at_fault_says_nothing_against_the_destination() {
        let failing = DestinationHealth::default().after(&failed(), at(0), at(0));
        assert_eq!(failing.after(&AttemptEvidence::Answered, at(1), at(1)), DestinationHealth::default());
    }

    #[test]
    fn nothing_but_a_release_ends_a_hold() {
        let held = DestinationHealth { held_at: Some(at(0)), ..DestinationHealth::default() };
        for met in [AttemptEvidence::Taken, failed(), AttemptEvidence::Answered] {
            assert_eq!(held.after(&met, at(1), at(1)).standing(), DestinationStanding::Held);
        }
    }
}
