//! One person, for whoever looks after them: who they are, how they sign in and where they are signed in, what they hold and why, and
//! what waits for them.

use super::load::load_of;
use super::sessions::{SHOWN, announce_ended};
use crate::Backend;
use crate::access::name_grant;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::known::OrganizationRules;
use crate::store::members::{self, Member, facts};
use crate::store::{StoreHandle, grants, groups, people, roles, sessions};
use domain::Refusal;
use domain::access::reasons::{AccessReason, NamedGrant, explain_roles};
use domain::access::spaces::SpaceRef;
use domain::audit::{AuditDraft, AuditKind};
use domain::id::PersonId;
use domain::people::Facts;
use domain::people::device::describe_device;
use domain::people::managing::{check_managed, manages};
use domain::people::wire::{HandRights, HeldRoleLine, PersonState, PersonView, SessionLine};
use domain::permission::Permission;
use std::collections::BTreeMap;

/// Everything about a person.
///
/// # Errors
/// Not found for whoever does not look after them, and when there is no such person, or none any longer.
pub async fn person_page(backend: &Backend, caller: &Caller, id: PersonId) -> Result<PersonView> {
    let (handle, known, now) = (backend.store().read(caller.organization), backend.known_to(caller).await?, backend.now());
    let member = managed_member(&handle, caller, id).await?;
    let ways =
        people::sign_in_ways(&backend.store().platform(), id).await?.filter(|ways| ways.erased.is_none()).ok_or(Refusal::NotFound)?;
    let record = facts::find(&handle, id, now).await?.ok_or(Refusal::NotFound)?;
    let own = roles::all(&handle).await?;
    let group_names: BTreeMap<_, _> = groups::all(&handle).await?.into_iter().map(|group| (group.id, group.name)).collect();
    let stored = grants::of_person(&handle, id).await?;
    let named: Vec<NamedGrant> = stored.into_iter().map(|one| name_grant(one, &known, &group_names, true)).collect();
    let line = |reason: AccessReason| HeldRoleLine {
        words: reason.words(),
        since: match reason {
            AccessReason::Role { since, .. } => since,
            _ => None,
        },
    };
    let held = explain_roles(&member.roles, &record.facts, &named, &own, now);
    Ok(PersonView {
        load: load_of(&handle, &known, caller, (id, &member.account.email), now).await?,
        manager: manager_of(&handle, &member).await?,
        space: member.space.and_then(|space| known.space(space)),
        state: if member.can_sign_in() { PersonState::Active } else { PersonState::Disabled },
        disabled_everywhere: member.account_disabled,
        listed: member.listed,
        has_password: ways.has_password,
        signed_in: ways.signed_in,
        sessions: sessions_of_person(backend, id).await?,
        roles: held.into_iter().map(line).collect(),
        groups: record.facts.memberships.iter().map(|membership| membership.group.clone()).collect(),
        exports: [Permission::ManagePeople, Permission::ManageRequests].into_iter().all(|one| caller.facts.may(one)),
        manages: check_managed(&caller.facts, &record.facts, member.space).is_ok(),
        hands: hand_rights(&caller.facts),
        spaces: offered_spaces(caller, &known),
        elsewhere: record.elsewhere,
        is_reader: caller.id() == id,
        person: record.facts.person,
        email: member.account.email,
        phone: member.account.phone,
        employee_number: member.employee_number,
        time_zone: member.account.time_zone,
    })
}

/// Where the caller may put people: no space for those who look after everybody, and their spaces.
fn offered_spaces(caller: &Caller, known: &OrganizationRules) -> Vec<Option<SpaceRef>> {
    let none = manages(&caller.facts, None).then_some(None);
    let mine = known.spaces().iter().filter(|space| manages(&caller.facts, Some(space.id)));
    none.into_iter().chain(mine.map(|space| Some(space.shown()))).collect()
}

/// What somebody may hand over of another one's.
fn hand_rights(facts: &Facts) -> HandRights {
    HandRights {
        decisions: facts.may(Permission::DecideAsFallback),
        work: facts.may_somewhere(Permission::Work),
        rules: facts.may(Permission::ManageDefinitions),
        groups: facts.may(Permission::ManageGrants) && facts.may(Permission::ManagePeople),
    }
}

/// A member whom the caller looks after.
pub(super) async fn managed_member(handle: &impl StoreHandle, caller: &Caller, id: PersonId) -> Result<Member> {
    let member = members::find(handle, id).await?.filter(|member| manages(&caller.facts, member.space));
    Ok(member.ok_or(Refusal::NotFound)?)
}

/// Their manager, also one who can no longer sign in.
async fn manager_of(handle: &impl StoreHandle, member: &Member) -> Result<Option<domain::people::PersonRef>> {
    let Some(manager) = member.manager else { return Ok(None) };
    Ok(members::people(handle, &[manager]).await?.into_iter().next())
}

/// The sign-ins of a person that count, as lines.
pub(super) async fn sessions_of_person(backend: &Backend, id: PersonId) -> Result<Vec<SessionLine>> {
    let (after, kept) = people::sign_ins_that_count(&backend.store().platform(), id).await?;
    let found = sessions::of_person(backend.store(), id, backend.now(), SHOWN).await?;
    let counting = found.into_iter().filter(|session| people::still_signed_in(false, after, kept, session.started));
    let line = |session: sessions::PersonSession| SessionLine {
        id: session.id,
        device: describe_device(&session.user_agent),
        address: session.address,
        started: session.started,
        seen: session.seen,
    };
    Ok(counting.map(line).collect())
}

/// Ends one sign-in of a person, or all of them when none is named. Their open pages learn of it at once.
///
/// # Errors
/// Not found for whoever does not look after them; not now when they hold more than the caller; conflict when it has ended already.
pub async fn end_sessions_of(backend: &Backend, caller: &Caller, id: PersonId, session: Option<String>) -> Result<PersonView> {
    let (be, maker, actor) = (backend.clone(), caller.clone(), AuditActor::from(caller));
    let all = session.is_none();
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            changeable_member(tx, &be, &maker, id).await?;
            if all {
                people::sign_out(tx, id, be.now()).await?;
            }
            audit::record(tx, &be, &actor, vec![AuditDraft::of_person(AuditKind::SessionsEnded, id)]).await
        })
    });
    // Looked at first: an entry about nothing would be wrong.
    managed_member(&backend.store().read(caller.organization), caller, id).await?;
    let counting = sessions_of_person(backend, id).await?;
    match session {
        Some(session) if !counting.iter().any(|one| one.id == session) => {
            return Err(Refusal::conflict("This session has ended already.").into());
        }
        Some(session) => {
            work.await?;
            sessions::delete_one_of_person(backend.store(), id, &session).await?;
        }
        None => {
            work.await?;
            sessions::delete_of_person(backend.store(), id).await?;
        }
    }
    announce_ended(backend, id).await?;
    page_again(backend, caller, id).await
}

/// The page as the caller sees it after what they did.
pub(super) async fn page_again(backend: &Backend, caller: &Caller, id: PersonId) -> Result<PersonView> {
    let again = super::load_caller(backend, caller.id(), Some(caller.organization), caller.proof).await?;
    person_page(backend, &again.ok_or(Refusal::NotFound)?, id).await
}

/// A member whom the caller may change, with fresh facts about both.
///
/// # Errors
/// Not found for whoever does not look after them; not now when they hold more than the caller.
pub(super) async fn changeable_member(tx: &crate::store::Tx<'_>, backend: &Backend, caller: &Caller, id: PersonId) -> Result<Member> {
    let now = backend.now();
    let maker = crate::requests::fresh(tx, caller.id(), now).await?;
    let member = members::find(tx, id).await?.filter(|member| manages(&maker, member.space)).ok_or(Refusal::NotFound)?;
    let record = facts::find(tx, id, now).await?.ok_or(Refusal::NotFound)?;
    check_managed(&maker, &record.facts, member.space)?;
    Ok::<Member, Error>(member)
}
