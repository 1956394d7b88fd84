//! Registration: becoming a member by oneself, where the organization lets in whoever proves an e-mail address, or one of its domains.
//! Asking for it tells nobody who has an account: a link is mailed or not, and the answer is the same.

use super::{count_mailed, links, read_asked};
use crate::Backend;
use crate::error::Result;
use crate::store::{account_links, organizations};
use domain::doors::LinkPurpose;
use domain::doors::invitation::MemberOffer;
use domain::doors::wire::RegistrationView;
use domain::organization::{OrganizationSettings, RegistrationMode};
use domain::people::OrganizationRef;

/// Where somebody can become a member by themselves, as far as it can be told to strangers: organizations that anybody may join by their
/// names, and only that there are others.
///
/// # Errors
/// When the database does not answer.
pub async fn registration(backend: &Backend) -> Result<RegistrationView> {
    let mut view = RegistrationView::default();
    for (organization, settings) in joinable(backend).await? {
        match settings.registration {
            RegistrationMode::Open => view.open.push((organization.key, organization.name)),
            _ => view.by_domain = true,
        }
    }
    Ok(view)
}

/// Organizations that let somebody in who was not invited, and can mail them a link.
async fn joinable(backend: &Backend) -> Result<Vec<(OrganizationRef, OrganizationSettings)>> {
    let mut found = Vec::new();
    for organization in organizations::all(&backend.store().platform()).await? {
        let handle = backend.store().read(organization.id);
        let settings = organizations::settings(&handle).await?;
        let lets_in = match settings.registration {
            RegistrationMode::Open => true,
            RegistrationMode::Domains => !settings.domains.is_empty(),
            RegistrationMode::Closed | RegistrationMode::Invitation => false,
        };
        if lets_in && links::mails(backend, &handle).await? {
            found.push((organization, settings));
        }
    }
    Ok(found)
}

/// Asks for a link by which the address is proved. `wanted` is the key of an organization that anybody may join; empty for the one that
/// the address belongs to.
///
/// # Errors
/// `Input` when this is no e-mail address; `TooMany` when too much was asked for, whatever it would have come to.
pub async fn ask_registration(backend: &Backend, email: &str, wanted: &str, remote: &str) -> Result<()> {
    let email = read_asked(backend, "registration", email, remote).await?;
    let (backend, wanted) = (backend.clone(), wanted.to_owned());
    tokio::spawn(async move {
        if let Err(error) = send(&backend, email, &wanted).await {
            tracing::error!(%error, "a link to register could not be sent");
        }
    });
    Ok(())
}

async fn send(backend: &Backend, email: String, wanted: &str) -> Result<()> {
    let fits = |organization: &OrganizationRef, settings: &OrganizationSettings| {
        let named = organization.key == wanted || (wanted.is_empty() && settings.registration == RegistrationMode::Domains);
        named && settings.may_register(&email, false)
    };
    let found = joinable(backend).await?.into_iter().find(|(organization, settings)| fits(organization, settings));
    let Some((organization, _)) = found else { return Ok(()) };
    if !count_mailed(backend, "registration", organization.id).await? {
        return Ok(());
    }
    let link = links::new_link(backend, LinkPurpose::Registration, email, None, MemberOffer::default(), None)?;
    let be = backend.clone();
    let work = backend.store().write(organization.id, move |tx| {
        Box::pin(async move {
            account_links::insert(tx, &link).await?;
            links::mail(tx, &be, link.id).await
        })
    });
    work.await
}
