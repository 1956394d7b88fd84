//! Spaces, roles and grants on screen: who holds which role where, given and taken away. The rules are the domain's (`access::granting`);
//! here they are given facts of the same transaction, and what they decide is saved.
//!
//! Deliberately not here: what the organization's files say about the same (`definitions`).

mod audited;
mod effect;
mod roles;
mod spaces;
mod story;

pub(crate) use audited::{draft_role, draft_space, record_grant};
pub use effect::preview_grant;
pub use roles::{remove_role, save_role};
pub use spaces::{remove_space, save_space};
pub(crate) use story::name_grant;
pub use story::tell_access;

use crate::Backend;
use crate::audit::AuditActor;
use crate::caller::Caller;
use crate::error::Result;
use crate::fallback;
use crate::known::OrganizationRules;
use crate::live::LiveChange;
use crate::store::grants::{FROM_SCREEN, StoredGrant};
use crate::store::{self, StoreHandle, Tx, grants, groups, members, roles as own_roles};
use crate::zones;
use chrono::{DateTime, Days, NaiveTime, Utc};
use domain::Refusal;
use domain::access::granting::{check_grant, check_own_loss, spare_last_administrator};
use domain::access::reasons::role_word;
use domain::access::spaces::SpaceTree;
use domain::access::wire::{AccessView, GiveGrant, GrantLine, RoleLine, SpaceLine};
use domain::access::{Grant, GrantScope, GrantSubject, OwnRole, role_permissions};
use domain::audit::AuditKind;
use domain::bounds::check_day;
use domain::id::{GrantId, GroupId, OrganizationId, PersonId, SpaceId};
use domain::people::{Facts, PersonRef};
use domain::permission::{AccessPlace, PERMISSIONS, Permission, ROLES, built_in};
use std::collections::{BTreeMap, BTreeSet};

/// People whose roles by files are listed.
const LISTED: u64 = 200;

/// Everything about spaces, grants and roles that the caller has to do with.
///
/// # Errors
/// Not found for whoever manages neither grants nor spaces anywhere.
pub async fn page(backend: &Backend, caller: &Caller) -> Result<AccessView> {
    let facts = &caller.facts;
    if !facts.may_somewhere(Permission::ManageGrants) && !facts.may_somewhere(Permission::ManageSpaces) {
        return Err(Refusal::NotFound.into());
    }
    let (handle, known) = (backend.store().read(caller.organization), backend.known_to(caller).await?);
    let own = own_roles::all(&handle).await?;
    let tree = tree_of(&known);
    let over = |space: SpaceId, permission: Permission| facts.may(permission.over(AccessPlace { item: None, space: Some(space) }));
    let mine = |space: &SpaceId| over(*space, Permission::ManageGrants) || over(*space, Permission::ManageSpaces);
    let ids = known.spaces().iter().map(|space| space.id);
    let shown: BTreeSet<SpaceId> = ids.filter(mine).flat_map(|space| tree.path(space)).collect();
    let spaces = known.spaces().iter().filter(|space| shown.contains(&space.id)).map(|space| SpaceLine {
        space: space.clone(),
        shapes: over(space.id, Permission::ManageSpaces),
        grants: over(space.id, Permission::ManageGrants),
    });
    let all = grants::all(&handle).await?;
    let reached = all.into_iter().filter(|one| facts.may(Permission::ManageGrants.over(one.grant.scope.place())));
    let names = GrantNames::load(&handle, &known, reached.collect()).await?;
    let mut grants = names.lines(facts, &own, backend.now());
    let grants_everywhere = facts.may(Permission::ManageGrants);
    if grants_everywhere {
        grants.extend(listed_lines(&handle, &own).await?);
    }
    Ok(AccessView {
        spaces: spaces.collect(),
        grants,
        roles: role_lines(&own),
        items: known.items().iter().map(|item| (item.id, item.item.name.clone())).collect(),
        grants_everywhere,
        shapes_everywhere: facts.may(Permission::ManageSpaces),
    })
}

fn tree_of(known: &OrganizationRules) -> SpaceTree {
    SpaceTree::of(known.spaces().iter().map(|space| (space.id, space.parent)))
}

fn role_lines(own: &[OwnRole]) -> Vec<RoleLine> {
    let built = ROLES.iter().map(|(key, word, _)| RoleLine {
        key: (*key).to_owned(),
        name: (*word).to_owned(),
        permissions: built_in(key, false).unwrap_or_default(),
        over_space: built_in(key, true).unwrap_or_default(),
        own: false,
    });
    let of_own = own.iter().map(|role| RoleLine {
        key: role.key.clone(),
        name: role.name.clone(),
        permissions: role.permissions,
        over_space: role.permissions,
        own: true,
    });
    built.chain(of_own).collect()
}

/// Roles over all of the organization that files and the command line gave, without what everybody has.
async fn listed_lines(handle: &impl StoreHandle, own: &[OwnRole]) -> Result<Vec<GrantLine>> {
    let found = members::with_listed_roles(handle, LISTED).await?;
    let lines = found.into_iter().flat_map(|(person, roles)| {
        let line = move |role: String| GrantLine {
            id: None,
            subject: GrantSubject::Person(person.id),
            name: person.name.clone(),
            role: role_word(&role, own),
            scope: GrantScope::Organization,
            place: String::new(),
            starts_at: None,
            ends_at: None,
            since: None,
            by: None,
            ends: false,
        };
        roles.into_iter().filter(|role| !matches!(role.as_str(), "requester" | "general_user")).map(line)
    });
    Ok(lines.collect())
}

/// Grants with the names of what they speak of.
struct GrantNames {
    grants: Vec<StoredGrant>,
    people: BTreeMap<PersonId, PersonRef>,
    groups: BTreeMap<GroupId, String>,
    places: BTreeMap<GrantScope, String>,
}

impl GrantNames {
    async fn load(handle: &impl StoreHandle, known: &OrganizationRules, grants: Vec<StoredGrant>) -> Result<Self> {
        let subjects = grants.iter().filter_map(|one| match one.grant.subject {
            GrantSubject::Person(person) => Some(person),
            GrantSubject::Group(_) => None,
        });
        let ids: BTreeSet<PersonId> = subjects.chain(grants.iter().filter_map(|one| one.granted_by)).collect();
        let mut people = BTreeMap::new();
        for some in ids.into_iter().collect::<Vec<_>>().chunks(500) {
            people.extend(members::people(handle, some).await?.into_iter().map(|person| (person.id, person)));
        }
        let groups = groups::all(handle).await?.into_iter().map(|group| (group.id, group.name)).collect();
        let spaces = known.spaces().iter().map(|space| (GrantScope::Space(space.id), space.name.clone()));
        let items = known.items().iter().map(|item| (GrantScope::Item(item.id), item.item.name.clone()));
        Ok(Self { grants, people, groups, places: spaces.chain(items).collect() })
    }

    fn person(&self, id: PersonId) -> String {
        self.people.get(&id).map(|person| person.name.clone()).unwrap_or_default()
    }

    /// Those that still count or will, as lines.
    fn lines(&self, facts: &Facts, own: &[OwnRole], now: DateTime<Utc>) -> Vec<GrantLine> {
        let lasting = self.grants.iter().filter(|one| one.grant.ends_at.is_none_or(|ends| now < ends));
        let line = |one: &StoredGrant| {
            let grant = &one.grant;
            let allowed = role_permissions(&grant.role, own, grant.scope);
            GrantLine {
                id: Some(grant.id),
                subject: grant.subject,
                name: match grant.subject {
                    GrantSubject::Person(person) => self.person(person),
                    GrantSubject::Group(group) => self.groups.get(&group).cloned().unwrap_or_default(),
                },
                role: role_word(&grant.role, own),
                scope: grant.scope,
                place: self.places.get(&grant.scope).cloned().unwrap_or_default(),
                starts_at: grant.starts_at,
                ends_at: grant.ends_at,
                since: Some(one.created_at),
                by: one.granted_by.map(|by| self.person(by)),
                ends: check_grant(facts, allowed, grant.scope).is_ok(),
            }
        };
        lasting.map(line).collect()
    }
}

/// Gives a role to somebody over a part of the organization.
///
/// # Errors
/// Not found for whoever grants nothing there; not now when they do not hold all of it themselves; input when something does not exist;
/// conflict when it is held already.
pub async fn give_grant(backend: &Backend, caller: &Caller, wanted: GiveGrant) -> Result<AccessView> {
    let grant = read_grant(caller, &wanted, GrantId(backend.id()), backend.now())?;
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let maker = crate::requests::fresh(tx, person, be.now()).await?;
            check_wanted(tx, &maker, &grant).await?;
            let same = |one: &StoredGrant| {
                let one = &one.grant;
                (one.subject, &one.role, one.scope) == (grant.subject, &grant.role, grant.scope)
                    && one.ends_at.is_none_or(|ends| grant.starts_at.unwrap_or(be.now()) < ends)
            };
            if grants::all(tx).await?.iter().any(same) {
                return Err(Refusal::conflict("This is granted already. Take the grant back first to change its time.").into());
            }
            grants::insert(tx, &grant, FROM_SCREEN, Some(person), be.now()).await?;
            audited::record_grant(tx, &be, &actor, AuditKind::GrantCreated, &grant).await?;
            announce(tx, grant.subject);
            Ok::<(), crate::Error>(())
        })
    });
    work.await?;
    page_again(backend, caller).await
}

/// The grant as it was asked for, its days as moments where the caller is.
fn read_grant(caller: &Caller, wanted: &GiveGrant, id: GrantId, now: DateTime<Utc>) -> Result<Grant> {
    let midnight = |day: chrono::NaiveDate| zones::moment(caller.zone, day.and_time(NaiveTime::MIN));
    for (field, day) in [("from", wanted.from), ("until", wanted.until)] {
        day.map_or(Ok(()), |day| check_day(field, day))?;
    }
    let starts_at = wanted.from.map(midnight).filter(|starts| *starts > now);
    let ends_at = wanted.until.and_then(|last| last.checked_add_days(Days::new(1))).map(midnight);
    if ends_at.is_some_and(|ends| ends <= now) {
        return Err(Refusal::input("until", "Choose a last day that has not passed").into());
    }
    if let (Some(starts), Some(ends)) = (starts_at, ends_at)
        && ends <= starts
    {
        return Err(Refusal::input("until", "The last day must not be before the first").into());
    }
    Ok(Grant { id, subject: wanted.subject, role: wanted.role.clone(), scope: wanted.scope, starts_at, ends_at })
}

/// Whether somebody may add people to a group: whoever says who is in the organization and holds all that the group was granted.
///
/// # Errors
/// Not found for whoever does not grant over all of the organization; not now, with what they do not hold.
pub(crate) async fn check_group_grants(tx: &Tx<'_>, maker: &Facts, group: GroupId) -> Result<()> {
    if !maker.may(Permission::ManageGrants) || !maker.may(Permission::ManagePeople) {
        return Err(Refusal::NotFound.into());
    }
    let own = own_roles::all(tx).await?;
    for one in grants::all(tx).await?.iter().filter(|one| one.grant.subject == GrantSubject::Group(group)) {
        check_grant(maker, role_permissions(&one.grant.role, &own, one.grant.scope), one.grant.scope)?;
    }
    Ok(())
}

/// Whether somebody may give the grant, and all that it speaks of is there.
async fn check_wanted(handle: &impl StoreHandle, maker: &Facts, grant: &Grant) -> Result<()> {
    let own = own_roles::all(handle).await?;
    // First: what is not theirs does not exist for them.
    check_grant(maker, role_permissions(&grant.role, &own, grant.scope), grant.scope)?;
    if !ROLES.iter().any(|(key, _, _)| *key == grant.role) && !own.iter().any(|role| role.key == grant.role) {
        return Err(Refusal::input("role", "Choose a role from the list").into());
    }
    let there = match grant.subject {
        GrantSubject::Person(person) => !members::present_people(handle, &[person]).await?.is_empty(),
        GrantSubject::Group(group) => groups::find(handle, group).await?.is_some(),
    };
    if !there {
        return Err(Refusal::input("subject", "Choose a person or a group from the list").into());
    }
    let there = match grant.scope {
        GrantScope::Organization => true,
        GrantScope::Space(space) => !store::spaces::tree(handle).await?.path(space).is_empty(),
        GrantScope::Item(item) => store::items::all(handle).await?.iter().any(|(known, _)| *known == item),
    };
    if there { Ok(()) } else { Err(Refusal::input("scope", "Choose a space or an item from the list").into()) }
}

/// Takes a grant back. `confirmed`: whoever does it was told that they take something from themselves.
///
/// # Errors
/// Not found for whoever grants nothing there; not now when they do not hold all of it, or nobody would administer the organization;
/// conflict when they were not told what they lose.
pub async fn take_back(backend: &Backend, caller: &Caller, id: GrantId, confirmed: bool) -> Result<AccessView> {
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let maker = crate::requests::fresh(tx, person, be.now()).await?;
            // One after the other: two that are taken back at once must not both rely on the other.
            store::organizations::lock(tx).await?;
            let stored = grants::all(tx).await?.into_iter().find(|one| one.grant.id == id).ok_or(Refusal::NotFound)?;
            let grant = stored.grant;
            let own = own_roles::all(tx).await?;
            check_grant(&maker, role_permissions(&grant.role, &own, grant.scope), grant.scope)?;
            let before = members::lasting_administrators(tx).await?;
            grants::remove(tx, id).await?;
            audited::record_grant(tx, &be, &actor, AuditKind::GrantEnded, &grant).await?;
            if before > 0 {
                spare_last_administrator(members::lasting_administrators(tx).await?)?;
            }
            check_own_loss(&maker, &crate::requests::fresh(tx, person, be.now()).await?, confirmed)?;
            fallback::settle(tx, &be).await?;
            announce(tx, grant.subject);
            Ok::<(), crate::Error>(())
        })
    });
    work.await?;
    page_again(backend, caller).await
}

/// Open pages of whom it concerns look again at what they may see.
fn announce(tx: &Tx<'_>, subject: GrantSubject) {
    let people = match subject {
        GrantSubject::Person(person) => vec![person],
        // Everybody in it; whoever it does not concern finds nothing changed.
        GrantSubject::Group(_) => Vec::new(),
    };
    tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people });
}

/// The page as the caller sees it after what they did.
async fn page_again(backend: &Backend, caller: &Caller) -> Result<AccessView> {
    let again = crate::people::load_caller(backend, caller.id(), Some(caller.organization), caller.proof).await?;
    page(backend, &again.ok_or(Refusal::NotFound)?).await
}

/// A key that is not taken, made of a name: "Building C, Lab 1" is `building-c-lab-1`.
pub(crate) fn free_key(name: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let folded = domain::text::fold_search(name);
    let words = folded.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut key: String = words.collect::<Vec<_>>().join("-").chars().take(50).collect();
    if key.is_empty() {
        key.push_str("unnamed");
    }
    let numbered = std::iter::once(key.clone()).chain((2..).map(|number| format!("{key}-{number}")));
    numbered.into_iter().find(|one| !taken(one)).unwrap_or(key)
}

/// The names of permissions, in words.
fn allowed_words(allowed: domain::permission::PermissionSet) -> Vec<String> {
    PERMISSIONS.iter().filter(|(one, _)| allowed.holds(*one)).map(|(one, _)| one.words().to_owned()).collect()
}
