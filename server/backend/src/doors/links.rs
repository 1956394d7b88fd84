//! Account links: made, mailed and opened.
//!
//! The secret of a link is a digest of its id and turn by the server's key. So it stands in no table, whoever has a copy of the database
//! without the key cannot make it, and a mail that is tried again has the same one. What is compared is its hash.

use crate::Backend;
use crate::error::Result;
use crate::live::LiveChange;
use crate::outbox;
use crate::store::{StoreHandle, Tx, account_links, connectors, effects, organizations, sign_in_attempts};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Refusal;
use domain::address::Address;
use domain::doors::invitation::MemberOffer;
use domain::doors::{AccountLink, LinkPurpose, open_link};
use domain::effect::Effect;
use domain::id::{AccountLinkId, EffectId, OrganizationId, PersonId};
use domain::notices::NoticeChannel;
use domain::requests::share::hash;
use domain::subject::Subject;

/// What digests for secrets of links are made for.
const SECRET: &str = "account link";
/// Letters of a secret.
const SECRET_LETTERS: usize = 43;
/// Wrong secrets from one address in a quarter of an hour.
const WRONG_SECRETS: i32 = 30;

fn secrets(backend: &Backend, id: AccountLinkId, turn: i32) -> Result<Vec<String>> {
    let digests = backend.settings().keys.keyed_digests(SECRET, &[id.0.as_bytes(), &turn.to_be_bytes()])?;
    Ok(digests.into_iter().map(|digest| URL_SAFE_NO_PAD.encode(digest)).collect())
}

/// The secret that opens a link; None when it was made with a key that this server does not have.
pub(crate) fn secret_of(backend: &Backend, link: &AccountLink) -> Result<Option<String>> {
    Ok(secrets(backend, link.id, link.turn)?.into_iter().find(|secret| hash(secret) == link.hash))
}

fn newest_hash(backend: &Backend, id: AccountLinkId, turn: i32) -> Result<String> {
    Ok(secrets(backend, id, turn)?.first().map(|secret| hash(secret)).unwrap_or_default())
}

/// Where a link leads that this secret opens.
pub(crate) fn address_of(backend: &Backend, purpose: LinkPurpose, secret: &str) -> String {
    let page = match purpose {
        LinkPurpose::Reset => Address::Reset(secret),
        LinkPurpose::Invitation | LinkPurpose::Registration => Address::Join(secret),
    };
    format!("{}{page}", backend.settings().public_url)
}

/// A link that begins now.
pub(super) fn new_link(
    backend: &Backend,
    purpose: LinkPurpose,
    email: String,
    person: Option<PersonId>,
    offer: MemberOffer,
    made_by: Option<PersonId>,
) -> Result<AccountLink> {
    let (id, now) = (AccountLinkId(backend.id()), backend.now());
    let hash = newest_hash(backend, id, 0)?;
    let expires_at = now + purpose.lasts();
    Ok(AccountLink {
        id,
        purpose,
        email,
        person,
        offer,
        made_by,
        turn: 0,
        hash,
        created_at: now,
        expires_at,
        revoked_at: None,
        used_at: None,
    })
}

/// The link for its whole time again; what opened it until now opens nothing.
pub(super) fn renewed(backend: &Backend, link: AccountLink) -> Result<AccountLink> {
    let hash = newest_hash(backend, link.id, link.turn.saturating_add(1))?;
    Ok(link.renewed(hash, backend.now()))
}

/// Has a link mailed, with the transaction that makes it.
pub(super) async fn mail(tx: &Tx<'_>, backend: &Backend, id: AccountLinkId) -> Result<()> {
    effects::record(tx, &[(Subject::Link(id), EffectId(backend.id()), Effect::SendLink)], backend.stamp(tx).await?).await?;
    tx.announce(LiveChange::Deliveries { organization: OrganizationId(tx.organization()) });
    Ok(())
}

/// Whether an organization can send e-mail: by a connector that it chose, or by the server.
pub(super) async fn mails(backend: &Backend, handle: &impl StoreHandle) -> Result<bool> {
    let (defaults, known) = (organizations::notices(handle).await?, connectors::sealed(handle).await?);
    Ok(outbox::carriers(backend, &defaults, &known).contains_key(&NoticeChannel::Email))
}

/// The link of a secret that opens now, and through which organization. Wrong secrets are counted by address.
///
/// # Errors
/// Not now, in words that say nothing about what exists; too many wrong ones from the address.
pub(super) async fn opened(
    backend: &Backend,
    secret: &str,
    remote: &str,
    purposes: &[LinkPurpose],
) -> Result<(OrganizationId, AccountLink)> {
    let now = backend.now();
    let found =
        if secret.len() == SECRET_LETTERS { account_links::by_hash(&backend.store().platform(), &hash(secret)).await? } else { None };
    let (organization, link) = found.unzip();
    match (open_link(link, purposes, now), organization) {
        (Ok(link), Some(organization)) => Ok((organization, link)),
        (opened, _) => {
            let bucket = format!("account link {remote}");
            let wait = sign_in_attempts::count(&backend.store().platform_writer(), &bucket, WRONG_SECRETS, now).await?;
            let refusal = opened.err().unwrap_or(Refusal::NotFound);
            Err(wait.map_or(refusal, |seconds| Refusal::TooMany { seconds }).into())
        }
    }
}

/// What somebody is told who was a moment too late with a link: what everybody is told whose link opens nothing.
pub(super) fn too_late() -> Refusal {
    open_link(None, &[], chrono::DateTime::UNIX_EPOCH).err().unwrap_or(Refusal::NotFound)
}
