//! Who acts. There is no use case without a caller, and no query without the caller's organization.

use crate::zones::{self, Zone};
use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{OrganizationId, PersonId};
use domain::people::{Facts, OrganizationRef};

/// A signed-in person in one organization, with the facts rules need, loaded fresh for this HTTP request.
#[derive(Clone, Debug)]
pub struct Caller {
    pub organization: OrganizationId,
    pub facts: Facts,
    pub email: String,
    /// Where the person is: their own time zone, or their organization's.
    pub zone: Zone,
    /// When they signed in.
    pub since: DateTime<Utc>,
    /// The version of what rules read of the organization, as of this HTTP request.
    pub(crate) version: i64,
    /// The organization as shown.
    pub(crate) within: OrganizationRef,
    /// Whether the person is in other organizations too.
    pub(crate) elsewhere: bool,
}

impl Caller {
    /// The caller's id.
    pub fn id(&self) -> PersonId {
        self.facts.person.id
    }

    /// The date where the person is, at a moment: what "today" means in the forms they fill.
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        zones::date(self.zone, now)
    }
}
