//! A new password for whoever forgot theirs: a link to the address of the account. Neither the answer nor the time it takes tells whether
//! there is an account: both are the same before anybody looks, and looking happens in the background.

use super::{count_mailed, links, read_asked, tell_password_changed};
use crate::Backend;
use crate::audit::{self, AuditActor};
use crate::caller::CallOrigin;
use crate::connectors;
use crate::error::{Error, Result};
use crate::live::LiveChange;
use crate::people::password;
use crate::store::{account_links, api_tokens, identities, members, organizations, people, sessions};
use domain::audit::{AuditDraft, AuditKind};
use domain::doors::LinkPurpose;
use domain::doors::invitation::MemberOffer;
use domain::id::{OrganizationId, PersonId};
use domain::notices::NoticeChannel;
use domain::tokens::TokenKind;

/// Asks for a link to a new password.
///
/// # Errors
/// `Input` when this is no e-mail address; `TooMany` when too much was asked for, whether there is an account or not.
pub async fn ask_reset(backend: &Backend, email: &str, remote: &str) -> Result<()> {
    let email = read_asked(backend, "reset", email, remote).await?;
    let backend = backend.clone();
    tokio::spawn(async move {
        if let Err(error) = send(&backend, email).await {
            tracing::error!(%error, "a link to a new password could not be sent");
        }
    });
    Ok(())
}

/// Sends the link, by the first of the person's organizations that can send e-mail.
async fn send(backend: &Backend, email: String) -> Result<()> {
    let platform = backend.store().platform();
    let Some(account) = people::credentials(&platform, &email).await?.filter(|account| !account.disabled) else { return Ok(()) };
    let own = organizations::of_person(&platform, account.id).await?;
    // What one organization's connector carries must not open another one.
    if own.len() > 1 && connectors::by_server(NoticeChannel::Email, backend.settings()).is_none() {
        tracing::warn!(person = %account.id, "a person of several organizations asked for a new password, and the server has no e-mail of its own");
        return Ok(());
    }
    for organization in own {
        let handle = backend.store().read(organization.id);
        if !links::mails(backend, &handle).await? {
            continue;
        }
        if !count_mailed(backend, "reset", organization.id).await? {
            return Ok(());
        }
        let link = links::new_link(backend, LinkPurpose::Reset, email, Some(account.id), MemberOffer::default(), None)?;
        let be = backend.clone();
        let work = backend.store().write(organization.id, move |tx| {
            Box::pin(async move {
                account_links::insert(tx, &link).await?;
                links::mail(tx, &be, link.id).await
            })
        });
        return work.await;
    }
    tracing::warn!(person = %account.id, "a person asked for a new password, and none of their organizations can send e-mail");
    Ok(())
}

/// Sets the password by a link. Every sign-in of the person ends; they are told of it. Answers who they are and where they go on.
///
/// # Errors
/// `Input` when the password cannot be taken; not now when the link does not open, in words that say nothing else; `TooMany` after too
/// many wrong ones.
pub async fn finish_reset(
    backend: &Backend,
    secret: &str,
    new_password: String,
    remote: &str,
    origin: CallOrigin,
) -> Result<(PersonId, OrganizationId)> {
    let (organization, link) = links::opened(backend, secret, remote, &[LinkPurpose::Reset]).await?;
    password::judge(&new_password)?;
    let person = link.person.ok_or_else(links::too_late)?;
    let hash = password::hash(new_password).await?;
    let (be, actor) = (backend.clone(), AuditActor::visitor(person, &origin));
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            let now = be.now();
            let is_there = !members::present_people(tx, &[person]).await?.is_empty();
            if !is_there || !account_links::use_up(tx, &link, now).await? {
                return Err(links::too_late().into());
            }
            account_links::revoke_resets(tx, person, now).await?;
            // Whoever else has got in has made ways of their own. Whoever proves the address links an identity again.
            for identity in identities::of_person_within(tx, person).await? {
                identities::remove(tx, person, identity.id).await?;
            }
            for token in api_tokens::of_person(tx, person).await?.into_iter().filter(|token| token.kind == TokenKind::Personal) {
                api_tokens::revoke(tx, token.id, now).await?;
            }
            people::set_password(tx, person, &hash, now).await?;
            audit::record(tx, &be, &actor, vec![AuditDraft::of_person(AuditKind::PasswordReset, person)]).await?;
            let text = "It was set by a link that was mailed to you, and you were signed out everywhere; your API tokens and linked accounts no longer count. If that was not you, ask for a new \
                        link at once, and tell an administrator.";
            tell_password_changed(tx, &be, person, text.to_owned()).await?;
            tx.announce(LiveChange::Rights { organization, people: vec![person] });
            Ok::<AuditActor, Error>(actor)
        })
    });
    let actor = work.await?;
    sessions::delete_of_person(backend.store(), person).await?;
    for elsewhere in organizations::of_person(&backend.store().platform(), person).await? {
        if elsewhere.id != organization {
            note_elsewhere(backend, elsewhere.id, person, actor.clone()).await?;
        }
    }
    Ok((person, organization))
}

/// Writes down in another organization of the person that their password was reset, and has their pages there look again.
async fn note_elsewhere(backend: &Backend, organization: OrganizationId, person: PersonId, actor: AuditActor) -> Result<()> {
    let be = backend.clone();
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            audit::record(tx, &be, &actor, vec![AuditDraft::of_person(AuditKind::PasswordReset, person)]).await?;
            tx.announce(LiveChange::Rights { organization, people: vec![person] });
            Ok::<(), Error>(())
        })
    });
    work.await
}
