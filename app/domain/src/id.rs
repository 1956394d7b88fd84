//! Typed ids: one newtype per thing, so that a person's id never lands where a group's is asked for.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A tenant.
    OrganizationId,
    /// An account.
    PersonId,
    /// A named set of people in an organization.
    GroupId,
    /// A place or unit inside an organization.
    SpaceId,
    /// A role of a person or group over a scope.
    GrantId,
    /// Something that can be requested.
    ItemId,
    /// A draft, and the request it becomes: the same id.
    RequestId,
    /// A configured destination.
    ConnectorId,
    /// What somebody comes in by who is not signed in.
    AccountLinkId,
    /// An entry of the audit log.
    AuditEntryId,
    /// What must happen outside after a decision.
    EffectId,
    /// One effect to one destination.
    DeliveryId,
    /// A piece of work under a request.
    TaskId,
    /// A remark about a request or a task.
    CommentId,
    /// A delegation to decide in somebody's place.
    DelegationId,
    /// A decision that is held for a moment.
    HeldId,
    /// A way to one task for somebody without an account.
    ShareId,
    /// A key by which a program acts.
    ApiTokenId,
    /// Somebody at a provider, as whom they sign in.
    IdentityId,
}
