//! Adding a person on screen, and changing what is said of one. A new one has no password: they choose one by
//! a mailed link, or the command line sets one.

use super::person::{changeable_member, managed_member, page_again};
use crate::Backend;
use crate::access::record_grant;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::definitions::member_values;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::grants::FROM_SCREEN;
use crate::store::members::{self, Member, facts, roster};
use crate::store::{StoreHandle, Tx, account_links, grants, people, roles, spaces};
use domain::Refusal;
use domain::access::granting::check_grant;
use domain::access::{Grant, GrantScope, GrantSubject, role_permissions};
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::doors::invitation::EVERY_MEMBER;
use domain::id::{GrantId, OrganizationId, PersonId, SpaceId};
use domain::people::Facts;
use domain::people::managing::{check_person, manages, tidy_person};
use domain::people::wire::{PersonView, SavePerson};
use domain::permission::{Permission, ROLES};
use serde_json::{Value, json};

/// Adds a person, or changes what is said of one.
///
/// # Errors
/// Not found for whoever does not look after them, or would not any longer; input with the field that cannot be taken; not now when they
/// hold more than the caller, or a role was asked for that the caller does not hold.
pub async fn save_person(backend: &Backend, caller: &Caller, wanted: SavePerson) -> Result<PersonView> {
    // First: what is wrong with the rest is nothing to those who look after somebody else.
    match wanted.id {
        Some(id) => drop(managed_member(&backend.store().read(caller.organization), caller, id).await?),
        None if caller.facts.may_somewhere(Permission::ManagePeople) => {}
        None => return Err(Refusal::NotFound.into()),
    }
    let wanted = tidy_person(wanted);
    check_person(&wanted)?;
    let (be, maker, actor) = (backend.clone(), caller.clone(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            match wanted.id {
                Some(id) => change(tx, &be, &maker, &actor, id, wanted).await.map(|()| id),
                None => add(tx, &be, &maker, &actor, wanted).await,
            }
        })
    });
    let id = work.await?;
    page_again(backend, caller, id).await
}

/// What names others has to be there, and what has to be one's own may not be another one's.
pub(super) async fn check_named(tx: &Tx<'_>, maker: &Facts, wanted: &SavePerson, before: Option<&Member>) -> Result<()> {
    if !manages(maker, wanted.space) {
        let message = "Choose one of the spaces whose people you look after";
        return Err(Refusal::input("space", message).into());
    }
    let unknown = |space: SpaceId| Refusal::input("space", format!("The space {space} does not exist. Choose one from the list"));
    if let Some(space) = wanted.space.filter(|space| before.is_none_or(|before| before.space != Some(*space))) {
        spaces::all(tx).await?.iter().find(|known| known.id == space).ok_or_else(|| unknown(space))?;
    }
    if let Some(manager) = wanted.manager.filter(|manager| before.is_none_or(|before| before.manager != Some(*manager)))
        && members::present_people(tx, &[manager]).await?.is_empty()
    {
        return Err(Refusal::input("manager", "Choose a manager from the list who can sign in").into());
    }
    if !wanted.employee_number.is_empty() {
        let other = roster::by_employee_number(tx, &wanted.employee_number).await?;
        if other.is_some_and(|other| Some(other) != wanted.id) {
            let message = format!("Somebody else has the employee number {}. Correct one of the two", wanted.employee_number);
            return Err(Refusal::input("employee_number", message).into());
        }
    }
    let account = people::by_emails(tx, std::slice::from_ref(&wanted.email)).await?.into_iter().next();
    if account.is_some_and(|account| Some(account.id) != wanted.id) {
        let message = format!("{} has an account already. Choose another address, or look for the person in the list", wanted.email);
        return Err(Refusal::input("email", message).into());
    }
    Ok(())
}

async fn add(tx: &Tx<'_>, be: &Backend, caller: &Caller, actor: &AuditActor, wanted: SavePerson) -> Result<PersonId> {
    let maker = crate::requests::fresh(tx, caller.id(), be.now()).await?;
    if !maker.may_somewhere(Permission::ManagePeople) {
        return Err(Refusal::NotFound.into());
    }
    check_named(tx, &maker, &wanted, None).await?;
    let id = insert(tx, be, actor, &maker, &wanted).await?;
    if !wanted.role.is_empty() && wanted.role != EVERY_MEMBER {
        let scope = wanted.role_space.map_or(GrantScope::Organization, GrantScope::Space);
        give(tx, be, actor, &maker, id, &wanted.role, scope).await?;
    }
    Ok(id)
}

/// Adds a person whose fields were checked, with what everybody has as far as whoever adds them has it.
pub(super) async fn insert(tx: &Tx<'_>, be: &Backend, actor: &AuditActor, maker: &Facts, wanted: &SavePerson) -> Result<PersonId> {
    let id = PersonId(be.id());
    let account = people::Account {
        id,
        email: wanted.email.clone(),
        name: wanted.name.clone(),
        time_zone: String::new(),
        phone: wanted.phone.clone(),
    };
    people::insert(tx, &[(account.clone(), None)], be.now()).await?;
    let everywhere = maker.may(Permission::Request);
    let member = Member {
        account,
        title: wanted.title.clone(),
        employee_number: wanted.employee_number.clone(),
        roles: everywhere.then(|| EVERY_MEMBER.to_owned()).into_iter().collect(),
        manager: wanted.manager,
        disabled: false,
        listed: false,
        space: wanted.space,
        account_disabled: false,
    };
    members::save(tx, std::slice::from_ref(&member)).await?;
    let changes = ValueChanges::between(None, Some(&values(tx, &member).await?));
    audit::record(tx, be, actor, vec![AuditDraft::of_person(AuditKind::PersonCreated, id).with(changes)]).await?;
    if let Some(space) = wanted.space.filter(|_| !everywhere) {
        give(tx, be, actor, maker, id, EVERY_MEMBER, GrantScope::Space(space)).await?;
    }
    Ok(id)
}

/// Gives a role to a new person, as far as whoever does it holds all of it there.
async fn give(tx: &Tx<'_>, be: &Backend, actor: &AuditActor, maker: &Facts, to: PersonId, role: &str, scope: GrantScope) -> Result<()> {
    let own = roles::all(tx).await?;
    check_grant(maker, role_permissions(role, &own, scope), scope)?;
    if !ROLES.iter().any(|(key, ..)| *key == role) && !own.iter().any(|known| known.key == role) {
        return Err(Refusal::input("role", "Choose a role from the list").into());
    }
    let (subject, role) = (GrantSubject::Person(to), role.to_owned());
    let grant = Grant { id: GrantId(be.id()), subject, role, scope, starts_at: None, ends_at: None };
    grants::insert(tx, &grant, FROM_SCREEN, Some(maker.person.id), be.now()).await?;
    record_grant(tx, be, actor, AuditKind::GrantCreated, &grant).await
}

async fn change(tx: &Tx<'_>, be: &Backend, caller: &Caller, actor: &AuditActor, id: PersonId, wanted: SavePerson) -> Result<()> {
    let before = changeable_member(tx, be, caller, id).await?;
    let maker = crate::requests::fresh(tx, caller.id(), be.now()).await?;
    // Whoever has the address has the account, with what it decides in groups and by name: more than a part of the organization.
    if wanted.email != before.account.email && !maker.may(Permission::ManagePeople) {
        let message = "Only somebody who manages all people of the organization changes an address. Ask them";
        return Err(Refusal::input("email", message).into());
    }
    check_named(tx, &maker, &wanted, Some(&before)).await?;
    check_shared(tx, be, &before, &wanted).await?;
    update(tx, be, actor, &before, &wanted).await
}

/// What is not this organization's alone to say.
pub(super) async fn check_shared(tx: &Tx<'_>, be: &Backend, before: &Member, wanted: &SavePerson) -> Result<()> {
    let account = &before.account;
    if wanted.email != account.email && before.listed {
        let message = "The organization’s files name this person by their e-mail address. Change it there, then apply them";
        return Err(Refusal::input("email", message).into());
    }
    let shared = (wanted.name.as_str(), wanted.email.as_str(), wanted.phone.as_str());
    if shared == (account.name.as_str(), account.email.as_str(), account.phone.as_str()) {
        return Ok(());
    }
    let elsewhere = facts::find(tx, account.id, be.now()).await?.is_some_and(|record| record.elsewhere);
    if elsewhere {
        let message = "They belong to another organization too: only they themselves change their name, address and phone number";
        return Err(Refusal::input("name", message).into());
    }
    Ok(())
}

/// Writes what is said of a person from now on, when it is something else.
pub(super) async fn update(tx: &Tx<'_>, be: &Backend, actor: &AuditActor, before: &Member, wanted: &SavePerson) -> Result<()> {
    let id = before.account.id;
    let account =
        people::Account { email: wanted.email.clone(), name: wanted.name.clone(), phone: wanted.phone.clone(), ..before.account.clone() };
    let after = Member {
        account: account.clone(),
        title: wanted.title.clone(),
        employee_number: wanted.employee_number.clone(),
        manager: wanted.manager,
        space: wanted.space,
        ..before.clone()
    };
    if after == *before {
        return Ok(());
    }
    if account != before.account {
        people::update(tx, &account).await?;
    }
    if account.email != before.account.email {
        // The old address opens nothing from now on.
        account_links::revoke_resets(tx, id, be.now()).await?;
        people::sign_out(tx, id, be.now()).await?;
    }
    members::save(tx, std::slice::from_ref(&after)).await?;
    members::renamed(tx, &account).await?;
    let changes = ValueChanges::between(Some(&values(tx, before).await?), Some(&values(tx, &after).await?));
    audit::record(tx, be, actor, vec![AuditDraft::of_person(AuditKind::PersonChanged, id).with(changes)]).await?;
    tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: vec![id] });
    Ok::<(), Error>(())
}

/// What is known of a member, as values, with the name of their space.
async fn values(tx: &Tx<'_>, member: &Member) -> Result<Value> {
    let mut values = member_values(member);
    let name = match member.space {
        Some(space) => spaces::all(tx).await?.into_iter().find(|known| known.id == space).map(|space| space.name),
        None => None,
    };
    if let Some(values) = values.as_object_mut() {
        values.insert("space".to_owned(), json!(name));
    }
    Ok(values)
}
