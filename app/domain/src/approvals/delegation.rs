//! Delegation: deciding in somebody's place for some days, for all items or some. It does not cascade: a stand-in carries the right of
//! the absent person alone, never what that person decides as a deputy.

use super::RuleTarget;
use crate::id::{DelegationId, ItemId, PersonId};
use crate::people::{Membership, PersonRef};
use crate::permission::{Permission, granted};
use crate::refusal::Refusal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What an absent person gives a deputy: "away from … until …, by …, for these items".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    pub id: DelegationId,
    /// Who is away.
    pub from: PersonRef,
    /// The deputy.
    pub to: PersonRef,
    pub starts_at: DateTime<Utc>,
    /// The first moment it is over.
    pub ends_at: DateTime<Utc>,
    /// For these items; for all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Delegation {
    /// When it ends, or ended: revoked early, or at its date.
    pub fn over_at(&self) -> DateTime<Utc> {
        self.revoked_at.map_or(self.ends_at, |revoked| revoked.min(self.ends_at))
    }

    /// Whether it is in effect at this moment.
    pub fn in_effect(&self, now: DateTime<Utc>) -> bool {
        self.starts_at <= now && now < self.over_at()
    }

    /// Whether it makes sense as a new delegation.
    ///
    /// # Errors
    /// Input: oneself as deputy, an end before the start, an end that has passed, more than a year.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.from.id == self.to.id {
            return Err(Refusal::input("to", "Choose somebody else as your deputy"));
        }
        if self.ends_at <= self.starts_at {
            return Err(Refusal::input("until", "The last day must not be before the first"));
        }
        if self.ends_at <= now {
            return Err(Refusal::input("until", "Choose a last day that has not passed"));
        }
        if self.ends_at - self.starts_at > chrono::Duration::days(366) {
            return Err(Refusal::input("until", "Choose a year or less"));
        }
        Ok(())
    }

    /// What the deputy's facts say about it; the absent person's roles and memberships are read fresh.
    pub fn deputy_right(&self, roles: Vec<String>, memberships: Vec<Membership>) -> DeputyRight {
        let (from, until, items) = (self.starts_at, self.over_at(), self.items.clone());
        DeputyRight { absent: OwnAuthority { person: self.from.clone(), roles, memberships }, from, until, items }
    }
}

/// What a person may decide by what they are, not as a deputy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAuthority {
    pub person: PersonRef,
    pub roles: Vec<String>,
    pub memberships: Vec<Membership>,
}

/// The right to decide in the place of somebody who is away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeputyRight {
    /// In whose place.
    pub absent: OwnAuthority,
    pub from: DateTime<Utc>,
    /// The first moment it is over.
    pub until: DateTime<Utc>,
    /// For these items; for all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemId>,
}

impl DeputyRight {
    /// Whether it is in effect for requests of this item.
    pub fn covers(&self, item: ItemId, now: DateTime<Utc>) -> bool {
        self.from <= now && now < self.until && self.about(item)
    }

    /// Whether it is, was or will be about this item.
    pub fn about(&self, item: ItemId) -> bool {
        self.items.is_empty() || self.items.contains(&item)
    }
}

/// Whether the target means this person.
pub fn meant(target: &RuleTarget, person: PersonId, roles: &[String], memberships: &[Membership]) -> bool {
    match target {
        RuleTarget::Person { id } => person == *id,
        RuleTarget::Group { id } => memberships.iter().any(|m| m.group.id == *id),
        RuleTarget::GroupRole { id, role } => memberships.iter().any(|m| m.group.id == *id && m.roles.contains(role)),
        RuleTarget::Administrators => granted(roles, Permission::DecideAsFallback),
    }
}

/// Every `RuleTarget::index_key` that means this person.
pub fn keys(person: PersonId, roles: &[String], memberships: &[Membership]) -> Vec<String> {
    let mut keys = vec![RuleTarget::Person { id: person }.index_key()];
    for membership in memberships {
        keys.push(RuleTarget::Group { id: membership.group.id }.index_key());
        keys.extend(membership.roles.iter().map(|role| RuleTarget::GroupRole { id: membership.group.id, role: role.clone() }.index_key()));
    }
    if granted(roles, Permission::DecideAsFallback) {
        keys.push(RuleTarget::Administrators.index_key());
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use uuid::Uuid;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_773_306_000, 0).unwrap() + Duration::hours(hours)
    }

    fn person(n: u128) -> PersonRef {
        PersonRef { id: Uuid::from_u128(n).into(), name: n.to_string(), title: String::new() }
    }

    fn away() -> Delegation {
        let id = Uuid::from_u128(9).into();
        Delegation { id, from: person(1), to: person(2), starts_at: at(0), ends_at: at(10), items: Vec::new(), revoked_at: None }
    }

    #[test]
    fn it_is_in_effect_from_its_first_moment_until_before_its_last() {
        let effects = [-1, 0, 9, 10].map(|hour| away().in_effect(at(hour)));
        assert_eq!(effects, [false, true, true, false]);
        let revoked = Delegation { revoked_at: Some(at(5)), ..away() };
        assert_eq!([4, 5, 9].map(|hour| revoked.in_effect(at(hour))), [true, false, false]);
        assert_eq!(Delegation { revoked_at: Some(at(50)), ..away() }.over_at(), at(10));
    }

    #[test]
    fn it_covers_its_items_alone() {
        let (one, other) = (ItemId(Uuid::from_u128(5)), ItemId(Uuid::from_u128(6)));
        let some = Delegation { items: vec![one], ..away() }.deputy_right(Vec::new(), Vec::new());
        assert_eq!((some.covers(one, at(1)), some.covers(other, at(1)), some.covers(one, at(10))), (true, false, false));
        assert!(away().deputy_right(Vec::new(), Vec::new()).covers(other, at(1)));
    }

    #[test]
    fn delegations_without_sense_are_refused() {
        assert_eq!(away().check(at(1)), Ok(()));
        for (wrong, path) in [
            (Delegation { to: person(1), ..away() }, "to"),
            (Delegation { ends_at: at(0), ..away() }, "until"),
            (Delegation { ends_at: at(24 * 400), ..away() }, "until"),
        ] {
            assert!(matches!(wrong.check(at(-1)), Err(Refusal::Input { path: p, .. }) if p == path));
        }
        assert!(away().check(at(10)).is_err(), "it has passed");
    }
}
