//! Who acts. There is no use case without a caller, and no query without the caller's organization.

use crate::zones::{self, KnownZone};
use chrono::{DateTime, NaiveDate, Utc};
use domain::id::{ApiTokenId, OrganizationId, PersonId, SpaceId};
use domain::organization::accent::AccentColour;
use domain::people::{Facts, OrganizationRef};

/// What shows who calls. Whatever can show it makes a [`Caller`]; nothing that rules read depends on how it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerProof {
    /// A sign-in in a browser that was made at this moment. It counts until the person signs out everywhere, changes the password
    /// elsewhere, or may no longer sign in.
    SignIn(DateTime<Utc>),
    /// The command line: whoever may use it on the server's machine shows nothing else.
    CommandLine,
    /// An API token. The facts are cut down to what it allows; a use case that loads them anew for the person must not be called by it.
    Token(ApiTokenId),
}

/// Where a call comes from, as the audit log keeps it. Empty for the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOrigin {
    /// The network's address of the browser.
    pub address: String,
    /// The browser and its system, in words.
    pub device: String,
}

/// A known person in one organization, with the facts rules need, loaded fresh for this HTTP request.
#[derive(Clone, Debug)]
pub struct Caller {
    pub organization: OrganizationId,
    pub facts: Facts,
    pub email: String,
    /// Where the person is: their own time zone, or their organization's.
    pub zone: KnownZone,
    /// What shows that it is they.
    pub proof: CallerProof,
    /// Where they call from.
    pub origin: CallOrigin,
    /// The version of what rules read of the organization, as of this HTTP request.
    pub(crate) version: i64,
    /// The organization as shown.
    pub(crate) within: OrganizationRef,
    /// The organization's colour of links and buttons, where it has one of its own.
    pub(crate) accent: Option<AccentColour>,
    /// Whether the person is in other organizations too.
    pub(crate) elsewhere: bool,
    /// The space that the person belongs to.
    pub(crate) space: Option<SpaceId>,
    /// When the facts are others, if nobody changes anything: a grant begins or ends.
    pub changes_at: Option<DateTime<Utc>>,
}

impl Caller {
    /// The caller's id.
    pub fn id(&self) -> PersonId {
        self.facts.person.id
    }

    /// The caller, known to call from there.
    #[must_use]
    pub fn calling_from(self, origin: CallOrigin) -> Self {
        Self { origin, ..self }
    }

    /// The date where the person is, at a moment: what "today" means in the forms they fill.
    pub fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        zones::date(self.zone, now)
    }
}
