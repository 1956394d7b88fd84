//! The rules of granting: nobody gives what they do not hold where they give it, nobody takes the last administrator away, and nobody
//! locks themselves out without being told.

use super::GrantScope;
use crate::people::Facts;
use crate::permission::{AccessPlace, Permission, PermissionSet};
use crate::refusal::Refusal;

/// Why a role of an organization's own cannot allow this; None when it can.
pub fn problem_of_role(allowed: PermissionSet) -> Option<&'static str> {
    if allowed.is_empty() {
        return Some("A role allows something. Choose at least one permission");
    }
    // Who that is has to be known whatever becomes of a role: requests wait for them.
    allowed
        .holds(Permission::DecideAsFallback)
        .then_some("Deciding where nobody who was asked can is left to administrators. Leave decide_as_fallback out")
}

/// What of these permissions somebody does not hold over all of that place.
pub fn not_held(facts: &Facts, wanted: PermissionSet, place: AccessPlace) -> PermissionSet {
    wanted.each().filter(|permission| !facts.may(permission.over(place))).collect()
}

/// Whether somebody may give a role that allows this over the scope, or take it away.
///
/// # Errors
/// Not found for whoever grants nothing there; not now, with what they do not hold.
pub fn check_grant(maker: &Facts, allowed: PermissionSet, scope: GrantScope) -> Result<(), Refusal> {
    let place = scope.place();
    if !maker.may(Permission::ManageGrants.over(place)) {
        return Err(Refusal::NotFound);
    }
    refuse_missing(not_held(maker, allowed, place))
}

/// Whether somebody may put people into a group that holds these grants, or take them out of it, where they hold what `in_group` allows.
///
/// # Errors
/// Not now, with what they do not hold themselves or do not grant.
pub fn check_seat(maker: &Facts, held: &[(PermissionSet, GrantScope)], in_group: PermissionSet) -> Result<(), Refusal> {
    for (allowed, scope) in held {
        match check_grant(maker, *allowed, *scope) {
            Err(Refusal::NotFound) => {
                let message = "The group holds a role that you do not grant. Ask somebody who grants it, or take the role back first.";
                return Err(Refusal::not_now(message));
            }
            checked => checked?,
        }
    }
    refuse_missing(not_held(maker, in_group, AccessPlace::default()))
}

/// Whether somebody may make a role of the organization's own that allows this, change one into it, or remove one that did.
///
/// # Errors
/// Not found for whoever does not grant over all of the organization; input when no role allows that; not now, with what they do not
/// hold.
pub fn check_role(maker: &Facts, allowed: PermissionSet) -> Result<(), Refusal> {
    if !maker.may(Permission::ManageGrants) {
        return Err(Refusal::NotFound);
    }
    if let Some(problem) = problem_of_role(allowed) {
        return Err(Refusal::input("permissions", problem));
    }
    refuse_missing(not_held(maker, allowed, AccessPlace::default()))
}

fn refuse_missing(missing: PermissionSet) -> Result<(), Refusal> {
    if missing.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = missing.each().map(Permission::words).collect();
    Err(Refusal::not_now(format!("Nobody can grant what they do not hold there. You do not hold: {}.", words.join("; "))))
}

/// Whether somebody administers the organization: says who is in it and who holds what, over all of it.
pub fn administers(facts: &Facts) -> bool {
    facts.may(Permission::ManagePeople) && facts.may(Permission::ManageGrants)
}

/// Refuses what would leave an organization without anybody who administers it and can sign in.
///
/// # Errors
/// Not now.
pub fn spare_last_administrator(left: u64) -> Result<(), Refusal> {
    if left > 0 {
        return Ok(());
    }
    Err(Refusal::not_now("This is the last administrator who can sign in. Make somebody else an administrator first, then try again."))
}

/// Refuses what takes from whoever does it what they grant by, unless they were told and said yes.
///
/// # Errors
/// Conflict, with what they would lose.
pub fn check_own_loss(before: &Facts, after: &Facts, confirmed: bool) -> Result<(), Refusal> {
    let lost = before.permissions().without(after.permissions());
    if confirmed || lost.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = lost.each().map(Permission::words).collect();
    Err(Refusal::conflict(format!("This takes from you yourself: {}. Confirm that you mean it.", words.join("; "))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::spaces::SpaceTree;
    use crate::access::{Grant, GrantSubject, OwnRole, PermissionReach, hold_grants, role_permissions};
    use crate::id::{GrantId, ItemId, PersonId, SpaceId};
    use crate::organization::FeatureSet;
    use crate::people::PersonRef;
    use crate::permission::{PERMISSIONS, ROLES};
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

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

    fn own() -> Vec<OwnRole> {
        let permissions = [Permission::SeeRequests, Permission::Supervise].into_iter().collect();
        vec![OwnRole { key: "night-desk".to_owned(), name: "Night desk".to_owned(), permissions }]
    }

    fn grant(role: &str, scope: GrantScope, starts: Option<i64>, ends: Option<i64>) -> Grant {
        let me = GrantSubject::Person(PersonId(Uuid::from_u128(7)));
        let id = GrantId(Uuid::nil());
        Grant { id, subject: me, role: role.to_owned(), scope, starts_at: starts.map(at), ends_at: ends.map(at) }
    }

    fn facts(grants: &[Grant], now: i64) -> Facts {
        let held = hold_grants(&[], grants, &own(), &tree(), at(now));
        let person = PersonRef { id: PersonId(Uuid::from_u128(7)), name: "Mei".to_owned(), title: String::new() };
        Facts {
            person,
            roles: held.everywhere,
            memberships: Vec::new(),
            grants: held.grants,
            deputy_rights: Vec::new(),
            without: FeatureSet::default(),
        }
    }

    fn any_scope() -> impl Strategy<Value = GrantScope> {
        prop_oneof![
            Just(GrantScope::Organization),
            (1_u128..6).prop_map(|n| GrantScope::Space(space(n))),
            (1_u128..3).prop_map(|n| GrantScope::Item(item(n))),
        ]
    }

    fn any_grant() -> impl Strategy<Value = Grant> {
        let role = prop::sample::select(ROLES.iter().map(|(role, _, _)| *role).chain(["night-desk", "gone"]).collect::<Vec<_>>());
        (role, any_scope(), prop::option::of(0_i64..10), prop::option::of(0_i64..10))
            .prop_map(|(role, scope, starts, ends)| grant(role, scope, starts, ends))
    }

    fn any_place() -> impl Strategy<Value = AccessPlace> {
        (prop::option::of(1_u128..3), prop::option::of(1_u128..6))
            .prop_map(|(of, at)| AccessPlace { item: of.map(item), space: at.map(space) })
    }

    #[test]
    fn nobody_gives_by_a_group_what_they_do_not_give_themselves() {
        let work: PermissionSet = [Permission::Work].into_iter().collect();
        let lead: PermissionSet = [Permission::Lead].into_iter().collect();
        let none = PermissionSet::default();
        let [admin, local] = [GrantScope::Organization, GrantScope::Space(space(2))].map(|scope| match scope {
            GrantScope::Organization => facts(&[grant("admin", scope, None, None)], 1),
            _ => facts(&[grant("space_admin", scope, None, None)], 1),
        });
        let (here, beside) = (GrantScope::Space(space(4)), GrantScope::Space(space(3)));
        assert_eq!(check_seat(&admin, &[(work, here), (work, beside)], lead), Ok(()));
        assert_eq!(check_seat(&local, &[(work, here)], none), Ok(()));
        let told = |refused: Result<(), Refusal>| refused.unwrap_err().to_string();
        assert!(
            told(check_seat(&local, &[(work, here), (work, beside)], none)).starts_with("The group holds a role that you do not grant")
        );
        assert!(told(check_seat(&local, &[(lead, here)], none)).contains("You do not hold: See all that waits for a decision"));
        assert!(told(check_seat(&local, &[], lead)).contains("You do not hold: See all that waits for a decision"));
    }

    proptest! {
        /// What lists are cut down to is what a page of one request asks, for every permission and place.
        #[test]
        fn reach_and_may_are_one(grants in prop::collection::vec(any_grant(), 0..5), now in 0_i64..10, place in any_place()) {
            let facts = facts(&grants, now);
            for (permission, _) in PERMISSIONS {
                prop_assert_eq!(facts.reach(*permission).covers(place), facts.may(permission.over(place)));
                prop_assert_eq!(!facts.reach(*permission).is_nothing(), facts.may_somewhere(*permission));
            }
        }

        /// Said once more without trees and sets: somebody holds what a role of a grant that counts now allows there.
        #[test]
        fn nothing_is_held_but_by_a_grant(grants in prop::collection::vec(any_grant(), 0..5), now in 0_i64..10, place in any_place()) {
            let facts = facts(&grants, now);
            for (permission, _) in PERMISSIONS {
                let by = |grant: &Grant| {
                    let counts = grant.starts_at.is_none_or(|at_| at_ <= at(now)) && grant.ends_at.is_none_or(|at_| at(now) < at_);
                    let there = match grant.scope {
                        GrantScope::Organization => true,
                        GrantScope::Space(held) => place.space.is_some_and(|one| tree().path(one).contains(&held)),
                        GrantScope::Item(held) => place.item == Some(held),
                    };
                    counts && there && role_permissions(&grant.role, &own(), grant.scope).holds(*permission)
                };
                prop_assert_eq!(facts.may(permission.over(place)), grants.iter().any(by), "{:?}", permission);
            }
        }

        /// Time changes what is held at the moment that is said, and at none before.
        #[test]
        fn what_is_held_stays_until_it_is_said_to_change(grants in prop::collection::vec(any_grant(), 0..5), now in 0_i64..10) {
            let held = hold_grants(&[], &grants, &own(), &tree(), at(now));
            for later in now..12 {
                if held.changes_at.is_none_or(|changes| at(later) < changes) {
                    let then = hold_grants(&[], &grants, &own(), &tree(), at(later));
                    prop_assert_eq!((&then.everywhere, &then.grants), (&held.everywhere, &held.grants));
                }
            }
        }

        /// By granting nobody gets further: whoever was given something by somebody may do nothing there that the giver may not.
        #[test]
        fn nobody_gives_what_they_do_not_hold(
            of_maker in prop::collection::vec(any_grant(), 0..4), given in any_grant(), now in 0_i64..10, place in any_place(),
        ) {
            let maker = facts(&of_maker, now);
            let allowed = role_permissions(&given.role, &own(), given.scope);
            if check_grant(&maker, allowed, given.scope).is_ok() {
                let given = facts(&[Grant { starts_at: None, ends_at: None, ..given }], now);
                for (permission, _) in PERMISSIONS {
                    prop_assert!(!given.may(permission.over(place)) || maker.may(permission.over(place)), "{:?}", permission);
                }
            }
        }
    }

    #[test]
    fn a_grant_counts_from_its_first_moment_to_before_its_last() {
        let grants = [grant("maintainer", GrantScope::Space(space(1)), Some(3), Some(6))];
        let works = |now| facts(&grants, now).may(Permission::Work.over(GrantScope::Space(space(4)).place()));
        assert_eq!((0..8).map(works).collect::<Vec<_>>(), [false, false, false, true, true, true, false, false]);
    }

    #[test]
    fn what_is_held_over_a_space_is_nothing_over_the_organization() {
        let admin = facts(&[grant("space_admin", GrantScope::Space(space(2)), None, None)], 0);
        assert!(!admin.may(Permission::ManagePeople) && !administers(&admin) && admin.may_somewhere(Permission::ManagePeople));
        assert_eq!(admin.reach(Permission::Work), PermissionReach::Parts { spaces: [space(2), space(4)].into(), items: [].into() });
    }

    #[test]
    fn taking_from_oneself_is_said_first() {
        let (before, after) = (facts(&[grant("admin", GrantScope::Organization, None, None)], 0), facts(&[], 0));
        let refused = check_own_loss(&before, &after, false).unwrap_err();
        assert!(matches!(&refused, Refusal::Conflict { message } if message.contains("Confirm")), "{refused:?}");
        assert_eq!((check_own_loss(&before, &after, true), check_own_loss(&after, &before, false)), (Ok(()), Ok(())));
        assert!(spare_last_administrator(0).is_err() && spare_last_administrator(1).is_ok());
    }

    #[test]
    fn a_role_of_its_own_is_made_by_whoever_holds_all_of_it() {
        let wide = facts(&[grant("admin", GrantScope::Organization, None, None)], 0);
        let narrow = facts(&[grant("space_admin", GrantScope::Space(space(1)), None, None)], 0);
        let desk: PermissionSet = [Permission::Work].into_iter().collect();
        let fallback: PermissionSet = [Permission::DecideAsFallback].into_iter().collect();
        assert_eq!((check_role(&wide, desk), check_role(&narrow, desk)), (Ok(()), Err(Refusal::NotFound)));
        assert!(check_role(&wide, fallback).is_err() && check_role(&wide, PermissionSet::default()).is_err());
    }
}
