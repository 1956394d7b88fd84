//! Spaces made, renamed, moved and removed on screen.

use super::{draft_space, free_key, page_again};
use crate::Backend;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::Result;
use crate::live::LiveChange;
use crate::store::grants::FROM_SCREEN;
use crate::store::{StoreHandle, items, organizations, spaces};
use domain::Refusal;
use domain::access::lint::{LONGEST_CONTACT, LONGEST_NAME};
use domain::access::spaces::{DEEPEST, MOST_SPACES, Space, SpaceTree};
use domain::access::wire::{AccessView, SaveSpace};
use domain::id::{OrganizationId, SpaceId};
use domain::people::Facts;
use domain::permission::{AccessPlace, Permission};
use domain::text::{count_characters, tidy_line};

/// Whether somebody shapes what is in a space; the organization itself when None.
fn shapes(facts: &Facts, space: Option<SpaceId>) -> bool {
    facts.may(Permission::ManageSpaces.over(AccessPlace { item: None, space }))
}

/// Adds a space, or renames and moves one with all that is below it.
///
/// # Errors
/// Not found for whoever does not shape both the space and where it goes; input when its name or its place cannot be.
pub async fn save_space(backend: &Backend, caller: &Caller, wanted: SaveSpace) -> Result<AccessView> {
    let (name, contact) = (tidy_line(&wanted.name).into_owned(), tidy_line(&wanted.contact).into_owned());
    if name.is_empty() || count_characters(&name) > LONGEST_NAME {
        return Err(Refusal::input("name", format!("Enter a name of 1 to {LONGEST_NAME} characters")).into());
    }
    if count_characters(&contact) > LONGEST_CONTACT {
        return Err(Refusal::input("contact", format!("Enter at most {LONGEST_CONTACT} characters")).into());
    }
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let facts = crate::requests::fresh(tx, person, be.now()).await?;
            // One after the other: two moves at once could make a circle of what each of them may do.
            organizations::lock(tx).await?;
            let all = spaces::all(tx).await?;
            let was = wanted.id.map(|id| all.iter().find(|space| space.id == id).cloned().ok_or(Refusal::NotFound)).transpose()?;
            let moved = was.as_ref().is_none_or(|was| was.parent != wanted.parent);
            let own = was.as_ref().is_none_or(|was| shapes(&facts, Some(was.id)));
            if !own || (moved && !shapes(&facts, wanted.parent)) {
                return Err(Refusal::NotFound.into());
            }
            if let Some(parent) = wanted.parent.filter(|_| moved) {
                let tree = SpaceTree::of(all.iter().map(|space| (space.id, space.parent)));
                let depth = tree.path(parent).len();
                let problem = match &was {
                    _ if depth == 0 => Some("Choose a space from the list".to_owned()),
                    Some(was) => tree.problem_of_move(was.id, parent),
                    None => (depth >= DEEPEST).then(|| format!("Spaces can be {DEEPEST} deep. Choose one that is less deep")),
                };
                if let Some(problem) = problem {
                    return Err(Refusal::input("parent", problem).into());
                }
            }
            if was.is_none() && all.len() >= MOST_SPACES {
                return Err(Refusal::input("name", format!("There can be {MOST_SPACES} spaces. Remove one first")).into());
            }
            let key = was.as_ref().map_or_else(|| free_key(&name, &|key| all.iter().any(|one| one.key == key)), |was| was.key.clone());
            let id = was.as_ref().map_or_else(|| SpaceId(be.id()), |was| was.id);
            let space = Space { id, key, name, parent: wanted.parent, contact };
            let draft = draft_space(was.as_ref(), Some(&space), all.iter());
            spaces::save(tx, &[space], FROM_SCREEN, be.now()).await?;
            audit::record(tx, &be, &actor, draft.into_iter().collect()).await?;
            // Who reaches what may be anything now.
            tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: Vec::new() });
            Ok::<(), crate::Error>(())
        })
    });
    work.await?;
    page_again(backend, caller).await
}

/// Removes a space that nothing is in.
///
/// # Errors
/// Not found for whoever does not shape it; not now, with what is still in it.
pub async fn remove_space(backend: &Backend, caller: &Caller, id: SpaceId) -> Result<AccessView> {
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let facts = crate::requests::fresh(tx, person, be.now()).await?;
            organizations::lock(tx).await?;
            let all = spaces::all(tx).await?;
            let space = all.iter().find(|space| space.id == id).filter(|_| shapes(&facts, Some(id))).ok_or(Refusal::NotFound)?;
            let named = items::all(tx).await?.iter().any(|(_, item)| item.space.as_ref() == Some(&space.key));
            let holds = match () {
                () if all.iter().any(|one| one.parent == Some(id)) => Some("other spaces"),
                () if named => Some("items of the catalog"),
                () => spaces::holds(tx, id).await?,
            };
            if let Some(what) = holds {
                let message = format!("{} still has {what}. Move them first, then remove it.", space.name);
                return Err(Refusal::not_now(message).into());
            }
            spaces::remove(tx, id).await?;
            audit::record(tx, &be, &actor, draft_space(Some(space), None, all.iter()).into_iter().collect()).await?;
            Ok::<(), crate::Error>(())
        })
    });
    work.await?;
    page_again(backend, caller).await
}
