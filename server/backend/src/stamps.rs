//! The moments under which an organization's records stand in lists: later ones never below earlier ones, also after the clock was set back.
//!
//! How long something lasts is a matter of the clock alone (`Backend::now`): a lease or a limit must not last longer because of it.

use crate::Backend;
use crate::error::Result;
use crate::store::{StoreHandle, latest};
use chrono::{DateTime, Utc};
use domain::stamp::stamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The last moment that this server gave, of each organization.
#[derive(Default)]
pub(crate) struct LastStamps(Mutex<BTreeMap<Uuid, DateTime<Utc>>>);

impl LastStamps {
    /// The clock's moment, where this server gave an earlier one before. None when the database has to be asked for the last one.
    fn of_clock(&self, organization: Uuid, clock: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = given.get_mut(&organization).filter(|last| **last <= clock)?;
        *last = clock;
        Some(clock)
    }

    /// A moment after the last one that was given and the last one that is stored.
    fn after(&self, organization: Uuid, clock: DateTime<Utc>, stored: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = given.get(&organization).copied().into_iter().chain(stored).max();
        let next = last.map_or(clock, |last| stamp(clock, last));
        given.insert(organization, next);
        next
    }
}

impl Backend {
    /// The present moment, to be written down in an organization: as the clock says it, but after all that was written down before.
    ///
    /// # Errors
    /// When the database fails, which is asked once, and while the clock is behind: other servers may have given later moments.
    pub(crate) async fn stamp(&self, handle: &impl StoreHandle) -> Result<DateTime<Utc>> {
        let (organization, clock) = (handle.organization(), self.now());
        match self.0.stamps.of_clock(organization, clock) {
            Some(stamp) => Ok(stamp),
            None => Ok(self.0.stamps.after(organization, clock, latest::moment(handle).await?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    #[test]
    fn a_clock_that_was_ahead_by_a_year_holds_no_moment_for_a_year() {
        let (stamps, one) = (LastStamps::default(), Uuid::nil());
        let right = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let wrong = right + Duration::days(365);
        assert_eq!(stamps.of_clock(one, wrong), None, "the database is asked first");
        assert_eq!(stamps.after(one, wrong, Some(right)), wrong);
        assert_eq!(stamps.of_clock(one, right), None, "and while the clock is behind");
        assert_eq!(stamps.after(one, right, Some(wrong)), right);
        assert_eq!(stamps.of_clock(one, right + Duration::seconds(1)), Some(right + Duration::seconds(1)));
        let hour = right - Duration::hours(1);
        let given: Vec<_> = (0..3).map(|_| stamps.after(one, hour, None)).collect();
        assert!(given.is_sorted_by(|a, b| a < b) && given[0] > right, "{given:?}");
        assert_eq!(stamps.of_clock(Uuid::max(), right), None, "each organization has its own");
    }
}
