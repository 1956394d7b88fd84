//! Moments as they are written down, where lists are ordered by them and what happened later has to stand later.

use chrono::{DateTime, Duration, Utc};

/// How far a clock may be behind what was written down before, to be followed.
///
/// A clock that is set right goes back by seconds, by the hours of a wrong time zone, or by a wrong day: what happens then is written down as
/// of a moment after the last one, and stands where it belongs. Of a clock that was ahead by months nothing can be made right: if it were
/// followed, everything would bear that wrong day until it comes. Then the clock counts again at once, and what was written down in the wrong
/// future stays above, by itself.
const FOLLOWED: Duration = Duration::days(2);

/// The moment to write down for what happens now by the clock, after something that was written down as of `last`. Each is later than the one
/// before it, so that a clock that stands still behind `last` gives no moment twice.
pub fn stamp(clock: DateTime<Utc>, last: DateTime<Utc>) -> DateTime<Utc> {
    if clock >= last || last - clock > FOLLOWED { clock } else { last + Duration::microseconds(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_later_is_written_down_as_later() {
        let last = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let next = last + Duration::microseconds(1);
        assert_eq!(stamp(last + Duration::hours(1), last), last + Duration::hours(1));
        assert_eq!(stamp(last, last), last, "at the same moment, by the same clock");
        for behind in [Duration::microseconds(1), Duration::hours(14), Duration::days(1), Duration::days(2)] {
            assert_eq!(stamp(last - behind, last), next, "{behind}");
        }
        assert_eq!(stamp(last - Duration::days(365), last), last - Duration::days(365), "a wrong year is left at once");
    }
}
