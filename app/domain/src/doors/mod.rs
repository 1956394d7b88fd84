//! The doors: how people come in who are not signed in. An *account link* is mailed or handed over, is kept as a hash alone, opens once
//! and for a limited time: it sets a new password, takes an invitation up, or proves an e-mail address.
//!
//! Deliberately not here: passwords and sessions (backend, server), and what a new member may do (`access`).

pub mod invitation;
pub mod wire;

use crate::id::{AccountLinkId, PersonId};
use crate::refusal::Refusal;
use chrono::{DateTime, Duration, Utc};
use invitation::MemberOffer;

/// What an account link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkPurpose {
    /// A new password, for somebody who has an account.
    Reset,
    /// Becoming a member, on the word of somebody who manages people.
    Invitation,
    /// Becoming a member by oneself, once the address is proved.
    Registration,
}

/// Every purpose, with its name as it is stored and how long a link lasts, in hours.
pub const LINK_PURPOSES: &[(LinkPurpose, &str, i64)] =
    &[(LinkPurpose::Reset, "reset", 1), (LinkPurpose::Invitation, "invitation", 14 * 24), (LinkPurpose::Registration, "registration", 24)];

impl LinkPurpose {
    fn row(self) -> Option<&'static (Self, &'static str, i64)> {
        LINK_PURPOSES.iter().find(|(purpose, ..)| *purpose == self)
    }

    /// The name under which it is stored.
    pub fn name(self) -> &'static str {
        self.row().map_or("reset", |(_, name, _)| name)
    }

    /// The purpose that is stored under a name.
    pub fn find(name: &str) -> Option<Self> {
        LINK_PURPOSES.iter().find(|(_, known, _)| *known == name).map(|(purpose, ..)| *purpose)
    }

    /// How long a link for it lasts.
    pub fn lasts(self) -> Duration {
        Duration::hours(self.row().map_or(1, |(.., hours)| *hours))
    }

    /// How long a link for it lasts, in words.
    pub fn lasts_words(self) -> &'static str {
        match self {
            Self::Reset => "an hour",
            Self::Invitation => "two weeks",
            Self::Registration => "a day",
        }
    }
}

/// An account link as it is kept: without the secret that opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    pub id: AccountLinkId,
    pub purpose: LinkPurpose,
    /// To whom it is mailed.
    pub email: String,
    /// Whose account it is for, when it is for one.
    pub person: Option<PersonId>,
    /// What a new member gets.
    pub offer: MemberOffer,
    /// Who invited them.
    pub made_by: Option<PersonId>,
    /// How often it was renewed: with each turn the secret is another one, and the one before opens nothing.
    pub turn: i32,
    /// `requests::share::hash` of the secret.
    pub hash: String,
    pub created_at: DateTime<Utc>,
    /// The first moment at which it no longer opens.
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub used_at: Option<DateTime<Utc>>,
}

/// How a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    Open,
    Used,
    Revoked,
    Expired,
}

impl AccountLink {
    /// How it stands at this moment.
    pub fn state(&self, now: DateTime<Utc>) -> LinkState {
        match () {
            () if self.used_at.is_some() => LinkState::Used,
            () if self.revoked_at.is_some() => LinkState::Revoked,
            () if self.expires_at <= now => LinkState::Expired,
            () => LinkState::Open,
        }
    }

    /// The same link with another secret, for its whole time from now on.
    #[must_use]
    pub fn renewed(self, hash: String, now: DateTime<Utc>) -> Self {
        Self { turn: self.turn.saturating_add(1), hash, expires_at: now + self.purpose.lasts(), ..self }
    }
}

/// The link when it opens at this moment, or the one answer for links that never were, were used, ended or were revoked.
///
/// # Errors
/// Not now, in words that say nothing about what exists.
pub fn open_link(link: Option<AccountLink>, purposes: &[LinkPurpose], now: DateTime<Utc>) -> Result<AccountLink, Refusal> {
    let opened = link.filter(|link| purposes.contains(&link.purpose) && link.state(now) == LinkState::Open);
    opened.ok_or_else(|| {
        Refusal::not_now("This link does not open anything, or no longer does. It works once, and not for ever: ask for a new one.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hour * 3600, 0).unwrap()
    }

    fn link(purpose: LinkPurpose) -> AccountLink {
        AccountLink {
            id: AccountLinkId(Uuid::from_u128(1)),
            purpose,
            email: "ruth@north.example".to_owned(),
            person: None,
            offer: MemberOffer::default(),
            made_by: None,
            turn: 0,
            hash: "h".to_owned(),
            created_at: at(0),
            expires_at: at(0) + purpose.lasts(),
            revoked_at: None,
            used_at: None,
        }
    }

    #[test]
    fn a_link_opens_until_its_hour_and_for_its_purpose_alone() {
        let reset = link(LinkPurpose::Reset);
        let opens = |link: &AccountLink, purpose, hour| open_link(Some(link.clone()), &[purpose], at(hour)).is_ok();
        assert!(opens(&reset, LinkPurpose::Reset, 0) && !opens(&reset, LinkPurpose::Reset, 1));
        assert!(!opens(&reset, LinkPurpose::Invitation, 0));
        assert!(opens(&link(LinkPurpose::Invitation), LinkPurpose::Invitation, 14 * 24 - 1));
    }

    #[test]
    fn what_does_not_open_says_the_same_whatever_the_reason() {
        let never = open_link(None, &[LinkPurpose::Reset], at(0)).unwrap_err();
        for closed in [
            AccountLink { used_at: Some(at(0)), ..link(LinkPurpose::Reset) },
            AccountLink { revoked_at: Some(at(0)), ..link(LinkPurpose::Reset) },
            AccountLink { expires_at: at(0), ..link(LinkPurpose::Reset) },
            link(LinkPurpose::Registration),
        ] {
            assert_eq!(open_link(Some(closed), &[LinkPurpose::Reset], at(0)).unwrap_err(), never);
        }
    }

    #[test]
    fn a_renewed_link_has_its_whole_time_again() {
        let renewed = link(LinkPurpose::Invitation).renewed("other".to_owned(), at(100));
        assert_eq!((renewed.turn, renewed.hash.as_str(), renewed.expires_at), (1, "other", at(100 + 14 * 24)));
    }

    #[test]
    fn every_purpose_is_found_by_its_name() {
        assert!(LINK_PURPOSES.iter().all(|(purpose, name, _)| LinkPurpose::find(name) == Some(*purpose) && purpose.name() == *name));
        assert_eq!(LinkPurpose::find("dance"), None);
    }
}
