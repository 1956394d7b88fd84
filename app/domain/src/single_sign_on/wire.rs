//! What the account page and the sign-in page receive of providers and linked identities.

use crate::id::IdentityId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A provider by which one can sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderChoice {
    pub key: String,
    pub name: String,
}

/// An identity that opens an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityLine {
    pub id: IdentityId,
    /// The provider's name; its address where the server no longer knows it.
    pub provider: String,
    /// As whom the provider knows the person.
    pub email: String,
    pub linked_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// The identities that open one's account, and what else could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityList {
    pub linked: Vec<IdentityLine>,
    /// Providers none of whose identities is linked.
    pub others: Vec<ProviderChoice>,
    /// One signed in a moment ago, and can link another identity.
    pub is_fresh: bool,
}
