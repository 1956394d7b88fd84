//! The list of people, for whoever looks after them: all of the organization's, or those of the spaces that they look after.

use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::members::roster::{self, RosterQuestion};
use crate::store::{count, grants, roles, sessions};
use domain::Refusal;
use domain::access::PermissionReach;
use domain::access::reasons::role_word;
use domain::access::spaces::{Space, SpaceTree};
use domain::bounds::SearchText;
use domain::id::{PersonId, SpaceId};
use domain::people::wire::{PEOPLE_ROWS, PeopleFilter, PeoplePage, PeopleRow, WITH_DUTIES};
use domain::permission::{Permission, ROLES};
use std::collections::BTreeSet;

/// A page of the people whom the caller looks after, by name. `after` is the `next` of the page before.
///
/// # Errors
/// Not found for whoever looks after nobody; input when the text is too long.
pub async fn people_page(backend: &Backend, caller: &Caller, filter: PeopleFilter, after: Option<PersonId>) -> Result<PeoplePage> {
    let reach = caller.facts.reach(Permission::ManagePeople);
    if reach.is_nothing() {
        return Err(Refusal::NotFound.into());
    }
    let (handle, known, now) = (backend.store().read(caller.organization), backend.known_to(caller).await?, backend.now());
    let tree = SpaceTree::of(known.spaces().iter().map(|space| (space.id, space.parent)));
    let wanted: Option<BTreeSet<SpaceId>> = filter.space.map(|space| tree.below(space));
    let mine = |space: &Space| match &reach {
        PermissionReach::Everything => true,
        PermissionReach::Parts { spaces, .. } => spaces.contains(&space.id),
    };
    let spaces: Vec<_> = known.spaces().iter().filter(|space| mine(space)).collect();
    let narrowed = wanted.is_some() || reach != PermissionReach::Everything;
    let listed = spaces.iter().map(|space| space.id).filter(|space| wanted.as_ref().is_none_or(|wanted| wanted.contains(space)));
    let question = RosterQuestion {
        text: SearchText::read("text", &filter.text)?,
        role: filter.role,
        spaces: narrowed.then(|| listed.collect()),
        group: filter.group,
        state: filter.state,
    };
    let mut found = roster::page(&handle, &question, after, now, PEOPLE_ROWS + 1).await?;
    let more = found.len() as u64 > PEOPLE_ROWS;
    found.truncate(PEOPLE_ROWS as usize);
    let [total] = count::all(&handle, [Some(roster::count(&handle, &question, now))]).await?;
    let ids: Vec<PersonId> = found.iter().map(|entry| entry.person.id).collect();
    let own = roles::all(&handle).await?;
    let granted = grants::roles_of(&handle, &ids, now).await?;
    let grouped = roster::groups_of(&handle, &ids).await?;
    let seen = sessions::last_seen(backend.store(), &ids).await?;
    let rank = |role: &str| ROLES.iter().position(|(key, ..)| *key == role).unwrap_or(ROLES.len());
    let rows = found.into_iter().map(|entry| {
        let id = entry.person.id;
        let of_grants = granted.iter().filter(|(person, _)| *person == id).map(|(_, role)| role.clone());
        let mut held: Vec<String> = entry.roles.into_iter().chain(of_grants).collect();
        held.sort_by_key(|role| rank(role));
        held.dedup();
        PeopleRow {
            person: entry.person,
            email: entry.email,
            employee_number: entry.employee_number,
            roles: held.iter().map(|role| role_word(role, &own)).collect(),
            groups: grouped.iter().filter(|(person, _)| *person == id).map(|(_, group)| group.clone()).collect(),
            space: entry.space.and_then(|space| known.space(space)).map(|space| space.name).unwrap_or_default(),
            state: entry.state,
            seen: seen.get(&id).copied(),
        }
    });
    let duties = (WITH_DUTIES.to_owned(), "Anybody with duties".to_owned());
    let built = ROLES.iter().map(|(key, word, _)| ((*key).to_owned(), (*word).to_owned()));
    let of_own = own.iter().map(|role| (role.key.clone(), role.name.clone()));
    Ok(PeoplePage {
        rows: rows.collect(),
        next: ids.last().copied().filter(|_| more),
        total,
        roles: std::iter::once(duties).chain(built).chain(of_own).collect(),
        spaces: spaces.into_iter().map(Space::shown).collect(),
        groups: {
            let mut groups = crate::store::groups::all(&handle).await?;
            groups.truncate(OFFERED);
            groups
        },
        everywhere: reach == PermissionReach::Everything,
    })
}

/// Groups that the filter offers.
const OFFERED: usize = 500;
