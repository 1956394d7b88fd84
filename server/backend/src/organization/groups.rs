//! Groups on screen: made, called otherwise and removed; who is in one, with which roles.
//!
//! Nobody gives by a group what they do not give themselves (`domain::access::granting::check_seat`). Files keep whom they name; whoever is
//! added here stays when files are applied.

use crate::Backend;
use crate::access::free_key;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::console::require;
use crate::definitions::{GroupRoles, draft_memberships};
use crate::error::Result;
use crate::fallback;
use crate::live::LiveChange;
use crate::store::grants::FROM_SCREEN;
use crate::store::{StoreHandle, Tx, grants, groups as stored, items, members, organizations, roles as own_roles, spaces};
use domain::Refusal;
use domain::access::granting::{check_own_loss, check_seat, spare_last_administrator};
use domain::access::reasons::role_word;
use domain::access::{GrantScope, GrantSubject, role_permissions};
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::catalog::CatalogItem;
use domain::forms::Form;
use domain::id::{GroupId, ItemId, OrganizationId};
use domain::people::groups::{
    ChangeSeat, GroupLine, GroupList, GroupSeatLine, GroupView, MOST_GROUPS, SaveGroup, read_group_name, read_seat_roles,
};
use domain::people::{Facts, GroupRef};
use domain::permission::{GROUP_ROLES, Permission, PermissionSet, granted_in_group};
use domain::text::fold_search;
use std::collections::{BTreeMap, BTreeSet};

/// People of a group that are shown.
const SHOWN: u64 = 500;

/// What is said about groups elsewhere: read once for all of them.
struct GroupUses {
    items: Vec<(ItemId, CatalogItem, Form)>,
    holds: BTreeMap<GroupId, Vec<String>>,
    counts: BTreeMap<GroupId, u64>,
}

impl GroupUses {
    async fn load(handle: &impl StoreHandle) -> Result<Self> {
        let (items, own) = (items::with_forms(handle).await?, own_roles::all(handle).await?);
        let places: BTreeMap<GrantScope, String> = spaces::all(handle)
            .await?
            .into_iter()
            .map(|space| (GrantScope::Space(space.id), space.name))
            .chain(items.iter().map(|(id, item, _)| (GrantScope::Item(*id), item.name.clone())))
            .collect();
        let mut holds: BTreeMap<GroupId, Vec<String>> = BTreeMap::new();
        for grant in grants::all(handle).await?.into_iter().map(|one| one.grant) {
            if let GrantSubject::Group(group) = grant.subject {
                let place = places.get(&grant.scope).map_or("the organization", String::as_str);
                holds.entry(group).or_default().push(format!("{} on {place}", role_word(&grant.role, &own)));
            }
        }
        Ok(Self { items, holds, counts: stored::counts(handle).await? })
    }

    fn line(&self, group: GroupRef) -> GroupLine {
        let key = group.key.as_str();
        let mut named_by = Vec::new();
        for (_, item, form) in &self.items {
            let name = &item.name;
            let approves = item.approval.iter().flat_map(|policy| policy.rules()).any(|rule| rule.group.as_deref() == Some(key));
            if approves || item.approver_team.as_deref() == Some(key) {
                named_by.push(format!("{name} asks it for approval"));
            }
            if item.visible_to.groups.iter().any(|one| one == key) {
                named_by.push(format!("{name} is there for its members"));
            }
            if form.sections.iter().flat_map(|section| &section.variants).any(|variant| variant.group == key) {
                named_by.push(format!("{name} asks its members questions of their own"));
            }
        }
        let (members, holds) = (self.counts.get(&group.id).copied().unwrap_or_default(), self.holds.get(&group.id).cloned());
        GroupLine { group, members, holds: holds.unwrap_or_default(), named_by }
    }

    /// Roles that an item asks for in a group.
    fn asked_roles(&self, key: &str) -> impl Iterator<Item = String> {
        let rules = self.items.iter().flat_map(|(_, item, _)| item.approval.iter().flat_map(|policy| policy.rules()));
        rules.filter(move |rule| rule.group.as_deref() == Some(key)).filter_map(|rule| rule.role.clone())
    }
}

/// Every group of the organization, by name.
///
/// # Errors
/// Not found for whoever says nowhere in the organization who is in it.
pub async fn groups(backend: &Backend, caller: &Caller) -> Result<GroupList> {
    let may_change = may_read(caller)?;
    let handle = backend.store().read(caller.organization);
    let uses = GroupUses::load(&handle).await?;
    let all = stored::all(&handle).await?;
    Ok(GroupList { groups: all.into_iter().map(|group| uses.line(group)).collect(), may_change })
}

/// Whoever says for a part of the organization who is in it reads groups; whether they change them too.
fn may_read(caller: &Caller) -> Result<bool> {
    match caller.facts.may_somewhere(Permission::ManagePeople) {
        true => Ok(caller.facts.may(Permission::ManagePeople)),
        false => Err(Refusal::NotFound.into()),
    }
}

/// One group with those in it, by its key.
///
/// # Errors
/// Not found, also for whoever says nowhere in the organization who is in it.
pub async fn group(backend: &Backend, caller: &Caller, key: &str) -> Result<GroupView> {
    let may_change = may_read(caller)?;
    let handle = backend.store().read(caller.organization);
    let group = stored::all(&handle).await?.into_iter().find(|group| group.key == key).ok_or(Refusal::NotFound)?;
    let uses = GroupUses::load(&handle).await?;
    let mut offered: BTreeSet<String> = stored::roles_in_use(&handle).await?;
    offered.extend(uses.asked_roles(&group.key));
    offered.extend(GROUP_ROLES.iter().map(|(role, _)| (*role).to_owned()));
    let seats = stored::seats(&handle, group.id, SHOWN).await?.into_iter();
    let seats = seats.map(|seat| GroupSeatLine { person: seat.person, roles: seat.roles, by_files: seat.origin != FROM_SCREEN });
    Ok(GroupView { seats: seats.collect(), offered_roles: offered.into_iter().collect(), may_change, line: uses.line(group) })
}

/// Makes a group, or calls one otherwise. Answers which it is.
///
/// # Errors
/// Not found for whoever does not say who is in the organization; input when the name cannot be or is another group's.
pub async fn save_group(backend: &Backend, caller: &Caller, wanted: SaveGroup) -> Result<GroupRef> {
    let name = read_group_name(&wanted.name)?;
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            require(&crate::requests::fresh(tx, person, be.now()).await?, Permission::ManagePeople)?;
            organizations::lock(tx).await?;
            let all = stored::all(tx).await?;
            if all.iter().any(|group| fold_search(&group.name) == fold_search(&name) && Some(group.id) != wanted.id) {
                return Err(Refusal::input("name", format!("Another group is called {name}. Choose another name")).into());
            }
            let mut changes = ValueChanges::default();
            let (kind, group) = match wanted.id {
                Some(id) => {
                    let was = all.into_iter().find(|group| group.id == id).ok_or(Refusal::NotFound)?;
                    changes.add("name", Some(was.name.clone()), Some(name.clone()));
                    stored::rename(tx, id, &name).await?;
                    (AuditKind::GroupChanged, GroupRef { name, ..was })
                }
                None if all.len() >= MOST_GROUPS => {
                    return Err(Refusal::input("name", format!("There can be {MOST_GROUPS} groups. Remove one first")).into());
                }
                None => {
                    let key = free_key(&name, &|key| all.iter().any(|group| group.key == key));
                    let group = GroupRef { id: GroupId(be.id()), key, name };
                    stored::insert(tx, &group).await?;
                    changes.add("name", None, Some(group.name.clone()));
                    (AuditKind::GroupCreated, group)
                }
            };
            if !changes.is_empty() {
                let draft = AuditDraft::of(kind, group.key.as_str(), group.name.as_str()).with(changes);
                audit::record(tx, &be, &actor, vec![draft]).await?;
            }
            Ok::<GroupRef, crate::Error>(group)
        })
    });
    work.await
}

/// Removes a group that nothing names and that holds nothing; whoever was in it no longer is.
///
/// # Errors
/// Not found for whoever does not say who is in the organization; not now, with what still needs it.
pub async fn remove_group(backend: &Backend, caller: &Caller, id: GroupId) -> Result<()> {
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let facts = crate::requests::fresh(tx, person, be.now()).await?;
            require(&facts, Permission::ManagePeople)?;
            organizations::lock(tx).await?;
            let group = stored::find(tx, id).await?.ok_or(Refusal::NotFound)?;
            let line = GroupUses::load(tx).await?.line(group.clone());
            let needs = line.named_by.iter().cloned().chain(line.holds.iter().map(|held| format!("it holds {held}"))).collect::<Vec<_>>();
            if !needs.is_empty() {
                let message = format!("{} is still needed: {}. Change that first, then remove it.", group.name, needs.join("; "));
                return Err(Refusal::not_now(message).into());
            }
            let in_it = seat_roles_of(tx, &group).await?;
            check_seat(&facts, &[], allowed_in_group(in_it.values().flatten()))?;
            stored::remove(tx, id).await?;
            let mut drafts = Vec::new();
            draft_memberships(&group.name, &in_it, &GroupRoles::new(), &mut drafts);
            drafts.push(AuditDraft::of(AuditKind::GroupRemoved, group.key.as_str(), group.name.as_str()));
            audit::record(tx, &be, &actor, drafts).await?;
            fallback::settle(tx, &be).await?;
            tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: in_it.into_keys().collect() });
            Ok::<(), crate::Error>(())
        })
    });
    work.await
}

async fn seat_roles_of(tx: &Tx<'_>, group: &GroupRef) -> Result<GroupRoles> {
    let roster = stored::rosters(tx).await?.into_iter().find(|roster| roster.group.id == group.id);
    let mut found = GroupRoles::new();
    for (email, roles) in roster.into_iter().flat_map(|roster| roster.members) {
        // Whoever cannot sign in is in the group all the same.
        if let Some(person) = members::id_of_email(tx, &email).await? {
            found.insert(person, roles);
        }
    }
    Ok(found)
}

/// What roles allow whoever holds them in a group.
fn allowed_in_group<'a>(roles: impl Iterator<Item = &'a String>) -> PermissionSet {
    let roles: Vec<String> = roles.cloned().collect();
    domain::permission::PERMISSIONS.iter().map(|(one, _)| *one).filter(|one| granted_in_group(&roles, *one)).collect()
}

/// Puts somebody into a group, gives them other roles in it, or takes them out.
///
/// # Errors
/// Not found for whoever does not say who is in the organization, and for a group or person that is not in it; input for roles that cannot
/// be; not now when it gives or takes what they do not grant, or nobody would administer the organization; conflict when they were not told
/// what they lose.
pub async fn change_seat(backend: &Backend, caller: &Caller, wanted: ChangeSeat) -> Result<GroupView> {
    let roles = wanted.roles.map(read_seat_roles).transpose()?;
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let (group, whom, confirmed) = (wanted.group, wanted.person, wanted.confirmed);
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let maker = crate::requests::fresh(tx, person, be.now()).await?;
            require(&maker, Permission::ManagePeople)?;
            organizations::lock(tx).await?;
            let found = stored::find(tx, group).await?.ok_or(Refusal::NotFound)?;
            let was = stored::seat_roles(tx, group, whom).await?;
            if was.is_none() && (roles.is_none() || members::present_people(tx, &[whom]).await?.is_empty()) {
                return Err(Refusal::NotFound.into());
            }
            if was == roles {
                return Ok(found.key);
            }
            let moves = was.is_none() || roles.is_none();
            let held = if moves { held_by_group(tx, group).await? } else { Vec::new() };
            check_seat(&maker, &held, allowed_in_group(was.iter().chain(&roles).flatten()))?;
            let before = members::lasting_administrators(tx).await?;
            match &roles {
                Some(roles) => stored::put_member(tx, group, whom, roles).await?,
                None => stored::take_member(tx, group, whom).await?,
            }
            let side = |roles: Option<Vec<String>>| -> GroupRoles { roles.map(|roles| (whom, roles)).into_iter().collect() };
            let mut drafts = Vec::new();
            draft_memberships(&found.name, &side(was), &side(roles), &mut drafts);
            audit::record(tx, &be, &actor, drafts).await?;
            if before > 0 {
                spare_last_administrator(members::lasting_administrators(tx).await?)?;
            }
            check_loss(tx, &be, &maker, confirmed).await?;
            fallback::settle(tx, &be).await?;
            tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: vec![whom] });
            Ok::<String, crate::Error>(found.key)
        })
    });
    let key = work.await?;
    match crate::people::load_caller(backend, caller.id(), Some(caller.organization), caller.proof).await? {
        Some(again) => self::group(backend, &again, &key).await,
        None => Err(Refusal::NotFound.into()),
    }
}

async fn check_loss(tx: &Tx<'_>, backend: &Backend, before: &Facts, confirmed: bool) -> Result<()> {
    let after = crate::requests::fresh(tx, before.person.id, backend.now()).await?;
    Ok(check_own_loss(before, &after, confirmed)?)
}

/// What everybody in a group holds by it.
async fn held_by_group(tx: &Tx<'_>, group: GroupId) -> Result<Vec<(PermissionSet, GrantScope)>> {
    let own = own_roles::all(tx).await?;
    let grants = grants::all(tx).await?.into_iter().map(|one| one.grant);
    let of_group = grants.filter(|grant| grant.subject == GrantSubject::Group(group));
    Ok(of_group.map(|grant| (role_permissions(&grant.role, &own, grant.scope), grant.scope)).collect())
}
