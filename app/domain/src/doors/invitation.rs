//! Invitations: who may be invited to what. Nobody offers what they do not hold themselves, when they invite and when it is taken up.

use crate::access::granting::check_grant;
use crate::access::{GrantScope, OwnRole, role_permissions};
use crate::id::SpaceId;
use crate::people::{Facts, LONGEST_EMAIL, is_email, normal_email};
use crate::permission::{AccessPlace, Permission, ROLES};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Addresses that are invited in one go.
pub const MOST_INVITED: usize = 50;
/// The role that every member has who was given no other.
pub const EVERY_MEMBER: &str = "requester";

/// What somebody gets who becomes a member. Stored as JSON: fields are only added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOffer {
    /// What they are called, as far as whoever invites them knows.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// A role beside what every member may do; empty for none. Over the space, when there is one, else over all of the organization.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// The space that they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<SpaceId>,
}

impl MemberOffer {
    /// Over what the role counts.
    pub fn scope(&self) -> GrantScope {
        self.space.map_or(GrantScope::Organization, GrantScope::Space)
    }

    /// What the invitation concerns: the space, or all of the organization.
    pub fn place(&self) -> AccessPlace {
        AccessPlace { item: None, space: self.space }
    }

    /// Whether it gives a role beside what every member may do.
    pub fn gives_role(&self) -> bool {
        !matches!(self.role.as_str(), "" | EVERY_MEMBER)
    }
}

/// Whether somebody may invite to this.
///
/// # Errors
/// Not found for whoever does not manage people there; input for a role that is not known; not now, with what they do not hold.
pub fn check_offer(maker: &Facts, own: &[OwnRole], offer: &MemberOffer) -> Result<(), Refusal> {
    if !maker.may(Permission::ManagePeople.over(offer.place())) {
        return Err(Refusal::NotFound);
    }
    if !offer.gives_role() {
        return Ok(());
    }
    if !ROLES.iter().any(|(key, _, _)| *key == offer.role) && !own.iter().any(|role| role.key == offer.role) {
        return Err(Refusal::input("role", "Choose a role from the list"));
    }
    match check_grant(maker, role_permissions(&offer.role, own, offer.scope()), offer.scope()) {
        Err(Refusal::NotFound) => Err(Refusal::input("role", "You do not grant roles there. Leave the role out, or ask somebody who does")),
        other => other,
    }
}

/// The addresses that somebody typed or pasted, each once: parted by blanks, commas or semicolons, or in angle brackets behind a name.
///
/// # Errors
/// Input: none, too many, or one that is none.
pub fn read_addresses(typed: &str) -> Result<Vec<String>, Refusal> {
    let parted = typed.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | ';'));
    let mut found = BTreeSet::new();
    let mut wrong = Vec::new();
    for word in parted.map(|word| word.trim_matches(['<', '>', '"', '\''])).filter(|word| word.contains('@')) {
        let email = normal_email(word);
        if email.len() <= LONGEST_EMAIL && is_email(&email) { _ = found.insert(email) } else { wrong.push(word.to_owned()) }
    }
    if let Some(first) = wrong.first() {
        let shown: String = first.chars().take(80).collect();
        return Err(Refusal::input("emails", format!("“{shown}” is not an e-mail address. Correct it, then try again")));
    }
    match found.len() {
        0 => Err(Refusal::input("emails", "Enter at least one e-mail address, like ruth.abel@example.org")),
        1..=MOST_INVITED => Ok(found.into_iter().collect()),
        _ => Err(Refusal::input("emails", format!("Invite {MOST_INVITED} people or fewer at once"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{HeldGrant, HeldScope};
    use crate::id::PersonId;
    use crate::people::PersonRef;
    use crate::permission::built_in;
    use uuid::Uuid;

    fn space(n: u128) -> SpaceId {
        SpaceId(Uuid::from_u128(n))
    }

    fn holding(roles: &[&str], over_space: &[&str]) -> Facts {
        let person = PersonRef { id: PersonId(Uuid::from_u128(7)), name: "Mei".to_owned(), title: String::new() };
        let held = |role: &&str| HeldGrant {
            role: (*role).to_owned(),
            permissions: built_in(role, true).unwrap(),
            over: HeldScope::Spaces([space(1)].into()),
        };
        Facts {
            person,
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            memberships: Vec::new(),
            grants: over_space.iter().map(held).collect(),
            deputy_rights: Vec::new(),
            without: crate::organization::FeatureSet::default(),
        }
    }

    fn offer(role: &str, of: Option<u128>) -> MemberOffer {
        MemberOffer { name: String::new(), role: role.to_owned(), space: of.map(space) }
    }

    #[test]
    fn nobody_invites_to_more_than_they_hold() {
        let (admin, local, requester) = (holding(&["admin"], &[]), holding(&["requester"], &["space_admin"]), holding(&["requester"], &[]));
        for (who, role, of, may) in [
            (&admin, "", None, true),
            (&admin, "admin", None, true),
            (&admin, "space_admin", Some(2), true),
            (&local, "", Some(1), true),
            (&local, "", None, false),
            (&local, "", Some(2), false),
            (&local, "maintainer", Some(1), true),
            (&local, "admin", Some(1), false),
            (&local, "maintainer", None, false),
            (&requester, "", None, false),
        ] {
            assert_eq!(check_offer(who, &[], &offer(role, of)).is_ok(), may, "{role} {of:?}");
        }
        assert_eq!(check_offer(&requester, &[], &offer("", None)), Err(Refusal::NotFound));
        assert!(matches!(check_offer(&admin, &[], &offer("king", None)), Err(Refusal::Input { .. })));
    }

    #[test]
    fn addresses_are_read_as_people_paste_them() {
        let read = |typed: &str| read_addresses(typed).map_err(|refusal| refusal.to_string());
        assert_eq!(
            read("Ruth Abel <Ruth.Abel@North.example>; hana@north.example,\nruth.abel@north.example").unwrap(),
            ["hana@north.example", "ruth.abel@north.example"]
        );
        assert!(read("Ruth Abel").is_err() && read("").is_err());
        assert!(read("ruth@").unwrap_err().contains("“ruth@”"));
        let many: String = (0..=MOST_INVITED).map(|n| format!("p{n}@north.example ")).collect();
        assert!(read(&many).is_err());
    }
}
