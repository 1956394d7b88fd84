//! Who sees a request, and why: the people whom it concerns and those whose roles reach it, each with the reasons.

use super::tree_of;
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::known::OrganizationRules;
use crate::store::grants::{self, GrantPlaces, StoredGrant};
use crate::store::members::facts;
use crate::store::{groups, members, requests, roles};
use domain::Refusal;
use domain::access::reasons::{AccessReason, NamedGrant, explain_request, scope_covers};
use domain::access::wire::AccessStory;
use domain::access::{GrantScope, GrantSubject};
use domain::approvals::machine;
use domain::id::{GroupId, PersonId};
use domain::people::PersonRef;
use domain::permission::{GROUP_ROLES, Permission};
use domain::requests::lifecycle;
use std::collections::{BTreeMap, BTreeSet};

/// People that are looked at.
const LOOKED_AT: u64 = 60;

/// Who sees the request, and why.
///
/// # Errors
/// Not found when there is none for the caller, or they do not say who holds what where it is.
pub async fn tell_access(backend: &Backend, caller: &Caller, number: &str) -> Result<AccessStory> {
    let (handle, now) = (backend.store().read(caller.organization), backend.now());
    let request = requests::by_number(&handle, &crate::requests::number(number)?).await?.ok_or(Refusal::NotFound)?;
    let place = lifecycle::access_place(&request);
    let told = caller.facts.may(Permission::ManageGrants.over(place)) && lifecycle::may_see(&request, &caller.facts, now);
    if !told {
        return Err(Refusal::NotFound.into());
    }
    let known = backend.known_to(caller).await?;
    let above = place.space.map(|space| tree_of(&known).path(space)).unwrap_or_default();
    let approval = &request.state.approval;
    let mut concerned: Vec<PersonId> = vec![request.requester.id];
    concerned.extend(request.state.assignee.iter().map(|person| person.id));
    concerned.extend(approval.decisions.iter().map(|given| given.by.id));
    for rule in approval.rules() {
        for target in machine::targets(approval, rule) {
            concerned.extend(members::meant(&handle, target, now, LOOKED_AT).await?.into_iter().map(|person| person.id));
        }
    }
    let places = GrantPlaces::Any { spaces: above.clone(), items: place.item.into_iter().collect() };
    for permission in [Permission::SeeRequests, Permission::Lead] {
        concerned.extend(members::who_may(&handle, permission, &places, now, LOOKED_AT).await?.into_iter().map(|person| person.id));
    }
    let all_groups = groups::all(&handle).await?;
    for (role, allowed) in GROUP_ROLES {
        if !allowed.contains(&Permission::Lead) && !allowed.contains(&Permission::SeeRequests) {
            continue;
        }
        for group in &all_groups {
            let inside = members::in_group(&handle, group.id, Some(role), LOOKED_AT).await?.0;
            concerned.extend(inside.into_iter().map(|person| person.id));
        }
    }
    let mut seen = BTreeSet::new();
    concerned.retain(|person| seen.insert(*person));
    let more = concerned.len() as u64 > LOOKED_AT;
    let own = roles::all(&handle).await?;
    let group_names: BTreeMap<_, _> = all_groups.into_iter().map(|group| (group.id, group.name)).collect();
    let name = |stored: StoredGrant| {
        let covers = scope_covers(stored.grant.scope, place, &above);
        name_grant(stored, &known, &group_names, covers)
    };
    let mut people: Vec<(PersonRef, Vec<AccessReason>)> = Vec::new();
    for person in concerned.into_iter().take(LOOKED_AT as usize) {
        let Some(facts) = facts::acting(&handle, person, now).await? else { continue };
        let named: Vec<NamedGrant> = grants::of_person(&handle, person).await?.into_iter().map(&name).collect();
        let by_grant = |role: &&String| named.iter().any(|one| one.grant.scope == GrantScope::Organization && one.grant.role == **role);
        let listed: Vec<String> = facts.roles.iter().filter(|role| !by_grant(role)).cloned().collect();
        let reasons = explain_request(&request, &listed, &facts, &named, &own, now);
        if !reasons.is_empty() {
            people.push((facts.person.clone(), reasons));
        }
    }
    Ok(AccessStory { people, more })
}

/// A grant with the names of what it speaks of.
pub(crate) fn name_grant(
    stored: StoredGrant,
    known: &OrganizationRules,
    group_names: &BTreeMap<GroupId, String>,
    covers: bool,
) -> NamedGrant {
    let place = match stored.grant.scope {
        GrantScope::Organization => None,
        GrantScope::Space(space) => known.space(space).map(|space| space.name),
        GrantScope::Item(item) => known.items().iter().find(|known| known.id == item).map(|known| known.item.name.clone()),
    };
    let group = match stored.grant.subject {
        GrantSubject::Person(_) => None,
        GrantSubject::Group(group) => group_names.get(&group).cloned(),
    };
    NamedGrant { covers, group, place, since: stored.created_at, grant: stored.grant }
}
