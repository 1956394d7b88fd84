//! Who acts. There is no use case without a caller, and no query without the caller's organization.

use domain::id::{OrganizationId, PersonId};
use domain::people::Facts;

/// A signed-in person in one organization, with the facts rules need, loaded fresh for this HTTP request.
#[derive(Clone, Debug)]
pub struct Caller {
    pub organization: OrganizationId,
    pub facts: Facts,
    pub email: String,
}

impl Caller {
    /// The caller's id.
    pub fn id(&self) -> PersonId {
        self.facts.person.id
    }
}
