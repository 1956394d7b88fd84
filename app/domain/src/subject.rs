//! Subjects: what an effect, a delivery, a notice or a thread is about. Loans, reports and imports come as further kinds: a line in each
//! function here, and what the outbox reads and says of them (`outbox/topic.rs`).

use crate::id::{AccountLinkId, PersonId, RequestId};
use uuid::Uuid;

/// What something is about. It is stored as its kind and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Request(RequestId),
    /// A member of the organization, as an account and not as somebody's requester.
    Person(PersonId),
    /// What somebody comes in by who is not signed in.
    Link(AccountLinkId),
    /// Of a kind that this version does not know: nothing can be said of it.
    Unknown(Uuid),
}

impl Subject {
    /// As it is stored; a kind that is not known is `Unknown`.
    pub fn from_parts(kind: &str, id: Uuid) -> Self {
        match kind {
            "request" => Self::Request(RequestId(id)),
            "person" => Self::Person(PersonId(id)),
            "link" => Self::Link(AccountLinkId(id)),
            _ => Self::Unknown(id),
        }
    }

    /// The kind as it is stored, and as logs and errors name it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Person(_) => "person",
            Self::Link(_) => "link",
            Self::Unknown(_) => "unknown",
        }
    }

    pub fn id(self) -> Uuid {
        match self {
            Self::Request(id) => id.0,
            Self::Person(id) => id.0,
            Self::Link(id) => id.0,
            Self::Unknown(id) => id,
        }
    }

    /// The request, when it is one.
    pub fn request(self) -> Option<RequestId> {
        if let Self::Request(id) = self { Some(id) } else { None }
    }

    /// Whether messages about it stand in one thread. Those about a person or a link have nothing to do with each other.
    pub fn keeps_thread(self) -> bool {
        matches!(self, Self::Request(_))
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind(), self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_read_as_it_was_stored() {
        let id = Uuid::from_u128(7);
        for subject in
            [Subject::Request(RequestId(id)), Subject::Person(PersonId(id)), Subject::Link(AccountLinkId(id)), Subject::Unknown(id)]
        {
            assert_eq!(Subject::from_parts(subject.kind(), subject.id()), subject);
        }
        assert_eq!(Subject::from_parts("starship", id), Subject::Unknown(id));
    }
}
