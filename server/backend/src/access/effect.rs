//! What a grant would change, said before it is given: who would see how many more requests.

use super::{allowed_words, check_wanted, read_grant, tree_of};
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::requests::queue::{QueueSearch, count};
use crate::store::requests::scope::RequestScope;
use crate::store::{Read, members, roles};
use domain::access::wire::{GiveGrant, GrantEffect};
use domain::access::{GrantScope, GrantSubject, HeldScope, PermissionReach, role_permissions};
use domain::id::GrantId;
use domain::permission::Permission;
use domain::tally::MOST_COUNTED;
use std::collections::BTreeMap;

/// People of a group that are looked at.
const LOOKED_AT: u64 = 200;
/// People for whom nothing changes that are named.
const NAMED: usize = 3;

/// What giving the grant would change.
///
/// # Errors
/// As `give_grant`.
pub async fn preview_grant(backend: &Backend, caller: &Caller, wanted: GiveGrant) -> Result<GrantEffect> {
    let now = backend.now();
    let grant = read_grant(caller, &wanted, GrantId(backend.id()), now)?;
    let (handle, known) = (backend.store().read(caller.organization), backend.known_to(caller).await?);
    check_wanted(&handle, &caller.facts, &grant).await?;
    let own = roles::all(&handle).await?;
    let allowed = role_permissions(&grant.role, &own, grant.scope);
    let mut effect = GrantEffect { allows: allowed_words(allowed), ..GrantEffect::default() };
    let over = match grant.scope {
        GrantScope::Organization => HeldScope::Organization,
        GrantScope::Space(space) => HeldScope::Spaces(tree_of(&known).below(space)),
        GrantScope::Item(item) => HeldScope::Item(item),
    };
    let people = match grant.subject {
        GrantSubject::Person(person) => members::present_people(&handle, &[person]).await?,
        GrantSubject::Group(group) => members::in_group(&handle, group, None, LOOKED_AT).await?.0,
    };
    // Those who see the same now see the same more.
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for person in people {
        let Some(facts) = members::facts::own(&handle, person.id, now).await? else { continue };
        let before = facts.reach(Permission::SeeRequests);
        let after = if allowed.holds(Permission::SeeRequests) { before.clone().and(&over) } else { before.clone() };
        let more = match counted.get(&format!("{before:?}")) {
            Some(more) => *more,
            None => {
                let more =
                    if after == before { 0 } else { seen(&handle, after).await?.saturating_sub(seen(&handle, before.clone()).await?) };
                counted.insert(format!("{before:?}"), more);
                more
            }
        };
        if more > 0 {
            effect.people += 1;
            effect.requests = effect.requests.max(more);
        } else if effect.unchanged.len() < NAMED {
            effect.unchanged.push(person.name);
        }
    }
    Ok(effect)
}

/// How many open requests somebody sees who reaches so far, counted no further than `MOST_COUNTED`.
async fn seen(handle: &Read, reach: PermissionReach) -> Result<u64> {
    if reach.is_nothing() {
        return Ok(0);
    }
    let wanted = QueueSearch { scope: RequestScope::of(reach, None), ..QueueSearch::default() };
    match count(handle, &wanted, MOST_COUNTED) {
        Some(count) => count.ask(handle).await,
        None => Ok(0),
    }
}
