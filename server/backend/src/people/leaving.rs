//! Leaving and coming back: an account that may not be used, everywhere or in one organization. From that moment its person signs in
//! nowhere there, decides nothing and is told nothing; what waited for them falls back (`fallback`).
//!
//! Who does this: the command line and an organization's files. Deliberately not here: which files say so (`definitions`).

use crate::audit::{self, AuditActor};
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::store::{StoreHandle, Tx, delegations, members, organizations, people, sessions, share_links};
use crate::{Backend, fallback};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::audit::{AuditDraft, AuditKind};
use domain::id::{OrganizationId, PersonId};
use domain::people::{OrganizationRef, normal_email};
use domain::permission::{Permission, granted};

/// Disables an account: in one organization, or everywhere when none is named. Says what was done.
///
/// # Errors
/// `Input` when nobody has this address there, or an organization would be left without an administrator.
pub async fn disable(backend: &Backend, email: &str, organization_key: Option<&str>) -> Result<String> {
    let (email, person, organizations) = found(backend, email, organization_key).await?;
    for organization in &organizations {
        let all = members::all(&backend.store().read(organization.id)).await?;
        spare_the_last(&organization.name, &all, &[person])?;
    }
    let everywhere = organization_key.is_none();
    if everywhere {
        let platform = backend.store().platform_writer();
        people::set_disabled(&platform, person, true).await?;
    }
    for organization in &organizations {
        let (be, id, name) = (backend.clone(), organization.id, organization.name.clone());
        let work = backend.store().write(id, move |tx| {
            Box::pin(async move {
                // Read again in here: two that are disabled at once must not both rely on the other.
                organizations::lock(tx).await?;
                let mut all = members::all(tx).await?;
                if everywhere {
                    all.iter_mut().filter(|member| member.account.id == person).for_each(|member| member.account_disabled = false);
                }
                spare_the_last(&name, &all, &[person])?;
                if !everywhere {
                    members::set_disabled(tx, person, true).await?;
                }
                leave(tx, person, be.now()).await?;
                record_account(tx, &be, person, AuditKind::PersonDisabled).await?;
                fallback::settle(tx, &be).await
            })
        });
        let fell_back = match work.await {
            Ok(fell_back) => fell_back,
            Err(error) => {
                if everywhere {
                    people::set_disabled(&backend.store().platform_writer(), person, false).await?;
                }
                return Err(error);
            }
        };
        tracing::info!(%email, organization = %organization.key, fell_back, "an account was disabled from the command line");
    }
    people::end_sessions(&backend.store().platform_writer(), person, backend.now()).await?;
    sessions::delete_of_person(backend.store(), person).await?;
    let place = organization_key.map_or_else(|| "anywhere".to_owned(), |key| format!("to {key}"));
    Ok(format!("{email} can no longer sign in {place}. Every session of theirs there has ended; what waited for them moved on."))
}

/// Enables an account again: in one organization, or wherever it is a member when none is named. What fell back meanwhile can be
/// decided by both; deputies and links that ended stay ended.
///
/// # Errors
/// `Input` when nobody has this address there.
pub async fn enable(backend: &Backend, email: &str, organization_key: Option<&str>) -> Result<String> {
    let (email, person, organizations) = found(backend, email, organization_key).await?;
    if organization_key.is_none() {
        people::set_disabled(&backend.store().platform_writer(), person, false).await?;
    }
    for organization in &organizations {
        let (be, id) = (backend.clone(), organization.id);
        let work = backend.store().write(id, move |tx| {
            Box::pin(async move {
                members::set_disabled(tx, person, false).await?;
                record_account(tx, &be, person, AuditKind::PersonEnabled).await?;
                tx.announce(LiveChange::Rights { organization: id, people: vec![person] });
                Ok::<(), Error>(())
            })
        });
        work.await?;
        tracing::info!(%email, organization = %organization.key, "an account was enabled from the command line");
    }
    let disabled = people::credentials(&backend.store().platform(), &email).await?.is_some_and(|account| account.disabled);
    if disabled {
        return Ok(format!("{email} is a member again, but the account is disabled everywhere: leave out --organization to enable it."));
    }
    Ok(format!("{email} can sign in again."))
}

/// Writes down what the command line did to an account.
pub(crate) async fn record_account(tx: &Tx<'_>, backend: &Backend, person: PersonId, kind: AuditKind) -> Result<()> {
    audit::record(tx, backend, &AuditActor::command_line(), vec![AuditDraft::of_person(kind, person)]).await
}

/// The account, and the organizations it concerns.
async fn found(backend: &Backend, email: &str, organization_key: Option<&str>) -> Result<(String, PersonId, Vec<OrganizationRef>)> {
    let email = normal_email(email);
    let platform = backend.store().platform();
    let nobody = || Refusal::input("email", format!("Nobody has the e-mail address {email}."));
    let account = people::credentials(&platform, &email).await?.ok_or_else(nobody)?;
    let all = organizations::with_person(&platform, account.id).await?;
    let Some(key) = organization_key else { return Ok((email, account.id, all)) };
    let one: Vec<OrganizationRef> = all.into_iter().filter(|organization| organization.key == key).collect();
    if one.is_empty() {
        return Err(Refusal::input("organization", format!("{email} is not a member of “{key}”.")).into());
    }
    Ok((email, account.id, one))
}

/// What ends with somebody who left an organization: their sign-ins, deputies, links to tasks, what their open pages show. In other
/// organizations they sign in again.
pub(crate) async fn leave(tx: &Tx<'_>, person: PersonId, now: DateTime<Utc>) -> Result<()> {
    let mut concerned = delegations::end_of_person(tx, person, now).await?;
    share_links::revoke_of_person(tx, person, now).await?;
    people::sign_out(tx, person, now).await?;
    concerned.push(person);
    tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: concerned });
    Ok(())
}

/// Refuses to leave an organization, which has administrators who can sign in, without any.
fn spare_the_last(organization: &str, all: &[members::Member], leaving: &[PersonId]) -> Result<()> {
    let mut administrators = all.iter().filter(|member| administers(member)).peekable();
    let left = || all.iter().any(|member| administers(member) && !leaving.contains(&member.account.id));
    if administrators.peek().is_some() && !left() {
        let message = format!(
            "This is the last administrator of {organization} who can sign in. Give somebody else the role admin first, then try again."
        );
        return Err(Refusal::input("email", message).into());
    }
    Ok(())
}

/// Whether a member administers the organization and can sign in.
pub(crate) fn administers(member: &members::Member) -> bool {
    member.can_sign_in() && granted(&member.roles, Permission::ManagePeople)
}
