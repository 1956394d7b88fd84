//! Roles of the organization's own, made and changed on screen: never more than whoever does it holds.

use super::{draft_role, free_key, page_again};
use crate::Backend;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::Result;
use crate::live::LiveChange;
use crate::store::grants::FROM_SCREEN;
use crate::store::{StoreHandle, grants, members, organizations, roles};
use domain::Refusal;
use domain::access::OwnRole;
use domain::access::granting::{check_own_loss, check_role, spare_last_administrator};
use domain::access::lint::LONGEST_NAME;
use domain::access::wire::{AccessView, SaveRole};
use domain::id::OrganizationId;
use domain::permission::ROLES;
use domain::text::{count_characters, tidy_line};

/// Makes a role, or changes what one allows for everybody who holds it. `confirmed`: whoever does it was told that they take something
/// from themselves.
///
/// # Errors
/// Not found for whoever does not grant over all of the organization; not now when they do not hold all of it, before and after; input
/// when the name or what it allows cannot be; conflict when they were not told what they lose.
pub async fn save_role(backend: &Backend, caller: &Caller, wanted: SaveRole, confirmed: bool) -> Result<AccessView> {
    let name = tidy_line(&wanted.name).into_owned();
    if name.is_empty() || count_characters(&name) > LONGEST_NAME {
        return Err(Refusal::input("name", format!("Enter a name of 1 to {LONGEST_NAME} characters")).into());
    }
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let facts = crate::requests::fresh(tx, person, be.now()).await?;
            check_role(&facts, wanted.permissions)?;
            organizations::lock(tx).await?;
            let all = roles::all(tx).await?;
            let key = if wanted.key.is_empty() {
                let taken = |key: &str| all.iter().any(|role| role.key == key) || ROLES.iter().any(|(known, _, _)| *known == key);
                free_key(&name, &taken)
            } else {
                let was = all.iter().find(|role| role.key == wanted.key).ok_or(Refusal::NotFound)?;
                check_role(&facts, was.permissions)?;
                was.key.clone()
            };
            let before = members::lasting_administrators(tx).await?;
            let role = OwnRole { key, name, permissions: wanted.permissions };
            roles::save(tx, &role, FROM_SCREEN, be.now()).await?;
            let draft = draft_role(all.iter().find(|was| was.key == role.key), Some(&role))?;
            audit::record(tx, &be, &actor, draft.into_iter().collect()).await?;
            if before > 0 {
                spare_last_administrator(members::lasting_administrators(tx).await?)?;
            }
            check_own_loss(&facts, &crate::requests::fresh(tx, person, be.now()).await?, confirmed)?;
            tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: Vec::new() });
            Ok::<(), crate::Error>(())
        })
    });
    work.await?;
    page_again(backend, caller).await
}

/// Removes a role that nobody holds.
///
/// # Errors
/// As `save_role`; not now when somebody holds it.
pub async fn remove_role(backend: &Backend, caller: &Caller, key: String) -> Result<AccessView> {
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let facts = crate::requests::fresh(tx, person, be.now()).await?;
            let found = roles::all(tx).await?.into_iter().find(|role| role.key == key).ok_or(Refusal::NotFound)?;
            check_role(&facts, found.permissions)?;
            let granted = grants::all(tx).await?.iter().any(|one| one.grant.role == key);
            if granted || members::holds_listed_role(tx, &key).await? {
                let message = format!("Somebody still holds {}. Take it back from everybody first.", found.name);
                return Err(Refusal::not_now(message).into());
            }
            roles::remove(tx, &key).await?;
            audit::record(tx, &be, &actor, draft_role(Some(&found), None)?.into_iter().collect()).await?;
            Ok::<(), crate::Error>(())
        })
    });
    work.await?;
    page_again(backend, caller).await
}
