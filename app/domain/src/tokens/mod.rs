//! API tokens: how one is written, who may make which, and what its bearer may do. A token never allows more than the person it belongs to
//! may do at that moment; one of a service account allows what whoever made it could have granted.

pub mod wire;

use crate::access::granting::{check_grant, not_held};
use crate::access::{GrantScope, HeldGrant, HeldScope};
use crate::people::{Facts, Membership};
use crate::permission::{AccessPlace, Permission, PermissionSet};
use crate::refusal::Refusal;
use crate::requests::Request;
use crate::requests::lifecycle::{access_place, may_see};
use crate::text::{count_characters, tidy_line};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// What every token begins with, so that whoever looks for leaked secrets knows one.
pub const TOKEN_PREFIX: &str = "dkt_";
/// Digits of the random part: 32 bytes.
const SECRET_DIGITS: usize = 64;
/// Digits of the checksum.
const CHECK_DIGITS: usize = 8;
/// Longest name of a token, in characters.
pub const LONGEST_TOKEN_NAME: usize = 80;
/// Tokens that somebody has at once, at most.
pub const MOST_TOKENS: usize = 50;
/// Days after which a token can be made to end.
pub const TOKEN_DAYS: [u32; 4] = [30, 90, 180, 365];

/// Whose a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// The person's who made it: what it does is done by them.
    Personal,
    /// A service account's of the organization: it goes on when whoever made it leaves.
    Service,
}

/// The token with this random part.
pub fn write_token(secret: &[u8; 32]) -> String {
    let mut text = TOKEN_PREFIX.to_owned();
    for byte in secret {
        let _ = write!(text, "{byte:02x}");
    }
    let check = checksum(&text.as_bytes()[TOKEN_PREFIX.len()..]);
    let _ = write!(text, "{check:08x}");
    text
}

/// Whether a text has the shape of a token and its checksum is right: whatever was mistyped or cut off is known without a look at what is
/// stored.
pub fn is_token(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(TOKEN_PREFIX) else { return false };
    let digits = rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !digits || rest.len() != SECRET_DIGITS + CHECK_DIGITS {
        return false;
    }
    let (secret, check) = rest.split_at(SECRET_DIGITS);
    u32::from_str_radix(check, 16) == Ok(checksum(secret.as_bytes()))
}

/// CRC-32 as in zip files, which everybody can compute.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

/// The name of a token as it is kept.
///
/// # Errors
/// Input when it is empty or too long.
pub fn read_token_name(text: &str) -> Result<String, Refusal> {
    let name = tidy_line(text).into_owned();
    if name.is_empty() || count_characters(&name) > LONGEST_TOKEN_NAME {
        return Err(Refusal::input("name", format!("Enter a name of 1 to {LONGEST_TOKEN_NAME} characters")));
    }
    Ok(name)
}

/// Whether somebody may make a token that allows this over the scope.
///
/// # Errors
/// Input when it would allow nothing, or what no program may do; not found where a service token is asked for by somebody who grants
/// nothing there; not now, with what they do not hold.
pub fn check_token(maker: &Facts, kind: TokenKind, allowed: PermissionSet, scope: GrantScope) -> Result<(), Refusal> {
    if allowed.is_empty() {
        return Err(Refusal::input("permissions", "Choose at least one thing that the token may do"));
    }
    if !allowed.without(offered_to_tokens()).is_empty() {
        return Err(Refusal::input("permissions", "Deciding where nobody who was asked can is left to people"));
    }
    if kind == TokenKind::Service {
        return check_grant(maker, allowed, scope);
    }
    let missing: Vec<&str> = not_held(maker, allowed, scope.place()).each().map(Permission::words).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Refusal::not_now(format!("A token never does more than you may do there. You may not: {}.", missing.join("; "))))
}

/// What a token can be made to allow.
pub fn offered_to_tokens() -> PermissionSet {
    let all = crate::permission::PERMISSIONS.iter().map(|(permission, _)| *permission);
    all.filter(|permission| *permission != Permission::DecideAsFallback).collect()
}

/// Whether somebody who does not own a token may end it: whoever grants where it counts.
pub fn may_end_tokens(facts: &Facts, scope: GrantScope) -> bool {
    facts.may(Permission::ManageGrants.over(scope.place()))
}

/// What a token allows, with the tree of spaces looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenReach {
    pub permissions: PermissionSet,
    pub over: HeldScope,
}

impl TokenReach {
    /// What the person may do by the token: what both of them allow, where both reach. Roles in groups and the place of somebody who is
    /// away count for people alone.
    pub fn narrow(&self, facts: &Facts) -> Facts {
        let everywhere: PermissionSet = self.permissions.each().filter(|permission| facts.may(*permission)).collect();
        let whole = HeldGrant { role: String::new(), permissions: everywhere, over: self.over.clone() };
        let parts = facts.grants.iter().filter_map(|grant| {
            let over = grant.over.within(&self.over)?;
            let permissions = self.permissions.each().filter(|permission| grant.permissions.holds(*permission)).collect();
            Some(HeldGrant { role: String::new(), permissions, over })
        });
        self.with_grants(facts, std::iter::once(whole).chain(parts).filter(|grant| !grant.permissions.is_empty()).collect())
    }

    /// What a service account may do by the token: it holds nothing but that.
    pub fn alone(&self, facts: &Facts) -> Facts {
        self.with_grants(facts, vec![HeldGrant { role: String::new(), permissions: self.permissions, over: self.over.clone() }])
    }

    fn with_grants(&self, facts: &Facts, grants: Vec<HeldGrant>) -> Facts {
        let memberships = facts.memberships.iter().map(|one| Membership { group: one.group.clone(), roles: Vec::new() });
        Facts {
            person: facts.person.clone(),
            roles: Vec::new(),
            memberships: memberships.collect(),
            grants,
            deputy_rights: Vec::new(),
            without: facts.without.clone(),
        }
    }

    /// Whether the bearer reads a request: what they see by what the token allows, and what is their own where it allows to make requests.
    pub fn may_read(&self, request: &Request, bearer: &Facts, now: DateTime<Utc>) -> bool {
        let place = access_place(request);
        let sees = [Permission::SeeRequests, Permission::Lead].into_iter().any(|permission| bearer.may(permission.over(place)));
        (sees || self.opens_own(place)) && may_see(request, bearer, now)
    }

    fn opens_own(&self, place: AccessPlace) -> bool {
        self.permissions.holds(Permission::Request) && self.over.covers(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::spaces::SpaceTree;
    use crate::access::{Grant, GrantSubject, hold_grants};
    use crate::id::{GrantId, ItemId, PersonId, SpaceId};
    use crate::people::PersonRef;
    use crate::permission::{PERMISSIONS, ROLES};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn space(n: u128) -> SpaceId {
        SpaceId(Uuid::from_u128(n))
    }

    fn item(n: u128) -> ItemId {
        ItemId(Uuid::from_u128(n))
    }

    /// 1 holds 2 and 3, 2 holds 4; 5 stands beside.
    fn tree() -> SpaceTree {
        SpaceTree::of([(1, None), (2, Some(1)), (3, Some(1)), (4, Some(2)), (5, None)].map(|(n, up)| (space(n), up.map(space))))
    }

    fn facts(roles: &[String], grants: &[Grant]) -> Facts {
        let held = hold_grants(roles, grants, &[], &tree(), chrono::DateTime::UNIX_EPOCH);
        let person = PersonRef { id: PersonId(Uuid::from_u128(7)), name: "N".to_owned(), title: String::new() };
        Facts {
            person,
            roles: held.everywhere,
            memberships: Vec::new(),
            grants: held.grants,
            deputy_rights: Vec::new(),
            without: crate::organization::FeatureSet::default(),
        }
    }

    fn over(scope: GrantScope) -> HeldScope {
        match scope {
            GrantScope::Organization => HeldScope::Organization,
            GrantScope::Space(space) => HeldScope::Spaces(tree().below(space)),
            GrantScope::Item(item) => HeldScope::Item(item),
        }
    }

    #[test]
    fn a_token_is_known_by_its_shape_and_its_checksum() {
        let token = write_token(&[0xA5; 32]);
        assert_eq!(token, format!("dkt_{}6ed11d10", "a5".repeat(32)));
        assert_eq!((token.len(), is_token(&token)), (76, true));
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926, "the check value of CRC-32");
        for wrong in [
            "".to_owned(),
            "dkt_".to_owned(),
            token[..75].to_owned(),
            format!("{token}0"),
            token.to_uppercase(),
            token.replacen('a', "b", 1),
            token.replacen("dkt_", "dkx_", 1),
            token.replacen("a5", "é", 1),
        ] {
            assert!(!is_token(&wrong), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_made_within_what_its_maker_holds() {
        let (staff, nobody) = (facts(&["operator".to_owned()], &[]), facts(&[], &[]));
        let set = |permissions: &[Permission]| permissions.iter().copied().collect::<PermissionSet>();
        let whole = GrantScope::Organization;
        assert_eq!(check_token(&staff, TokenKind::Personal, set(&[Permission::SeeRequests]), whole), Ok(()));
        let more = check_token(&staff, TokenKind::Personal, set(&[Permission::SeeRequests, Permission::SeeAudit]), whole);
        assert!(matches!(&more, Err(Refusal::NotNow { message }) if message.contains("Read what administrators changed")), "{more:?}");
        assert!(matches!(check_token(&nobody, TokenKind::Personal, set(&[]), whole), Err(Refusal::Input { .. })));
        let service = check_token(&staff, TokenKind::Service, set(&[Permission::SeeRequests]), whole);
        assert_eq!(service, Err(Refusal::NotFound), "who grants nothing makes no service token");
        let administrator = facts(&["admin".to_owned()], &[]);
        assert_eq!(check_token(&administrator, TokenKind::Service, set(&[Permission::SeeRequests]), whole), Ok(()));
        let fallback = check_token(&administrator, TokenKind::Service, set(&[Permission::DecideAsFallback]), whole);
        assert!(matches!(fallback, Err(Refusal::Input { .. })));
    }

    #[test]
    fn what_is_ones_own_is_open_where_the_token_makes_requests() {
        let place = AccessPlace { item: Some(item(1)), space: Some(space(4)) };
        let reach = |permission: Permission, scope| TokenReach { permissions: [permission].into_iter().collect(), over: over(scope) };
        assert!(reach(Permission::Request, GrantScope::Space(space(2))).opens_own(place));
        assert!(!reach(Permission::Request, GrantScope::Space(space(5))).opens_own(place));
        assert!(!reach(Permission::SeeRequests, GrantScope::Organization).opens_own(place));
    }

    fn any_scope() -> impl Strategy<Value = GrantScope> {
        prop_oneof![
            Just(GrantScope::Organization),
            (1u128..6).prop_map(|n| GrantScope::Space(space(n))),
            (1u128..3).prop_map(|n| GrantScope::Item(item(n))),
        ]
    }

    fn any_grant() -> impl Strategy<Value = Grant> {
        (0..ROLES.len(), any_scope()).prop_map(|(role, scope)| Grant {
            id: GrantId(Uuid::nil()),
            subject: GrantSubject::Person(PersonId(Uuid::from_u128(7))),
            role: ROLES[role].0.to_owned(),
            scope,
            starts_at: None,
            ends_at: None,
        })
    }

    fn any_permissions() -> impl Strategy<Value = PermissionSet> {
        proptest::collection::vec(0..PERMISSIONS.len(), 0..6).prop_map(|some| some.into_iter().map(|at| PERMISSIONS[at].0).collect())
    }

    proptest! {
        /// Whatever a token allows somewhere, its owner may do there, the token names it, and the place is the token's.
        #[test]
        fn a_token_never_exceeds_its_owner(
            grants in proptest::collection::vec(any_grant(), 0..4),
            permissions in any_permissions(),
            scope in any_scope(),
            at in (proptest::option::of(1u128..3), proptest::option::of(1u128..6)),
        ) {
            let owner = facts(&[], &grants);
            let reach = TokenReach { permissions, over: over(scope) };
            let bearer = reach.narrow(&owner);
            let place = AccessPlace { item: at.0.map(item), space: at.1.map(space) };
            for (permission, name) in PERMISSIONS {
                if bearer.may(permission.over(place)) {
                    prop_assert!(owner.may(permission.over(place)), "{} beyond the owner", name);
                    prop_assert!(permissions.holds(*permission) && reach.over.covers(place), "{} beyond the token", name);
                }
                // And it is as much as both allow, but for an item inside of a space, which no grant can say.
                let told = matches!(scope, GrantScope::Organization) || owner.may(*permission);
                if told && permissions.holds(*permission) && owner.may(permission.over(place)) && reach.over.covers(place) {
                    prop_assert!(bearer.may(permission.over(place)), "{} is missing", name);
                }
            }
            prop_assert!(bearer.roles.is_empty() && bearer.deputy_rights.is_empty());
        }
    }
}
