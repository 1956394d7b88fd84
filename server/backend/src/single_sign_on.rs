//! Single sign-on: signing in by a provider, the accounts it makes, the groups its claims put people into, and the identities that open an
//! account.
//!
//! Deliberately not here: whose account an identity opens and which claims mean which group (domain `single_sign_on`), cookies (server).

mod protocol;

pub use protocol::ProviderAttempt;

use crate::Backend;
use crate::audit::{self, AuditActor};
use crate::caller::{CallOrigin, Caller, CallerProof};
use crate::definitions::member_values;
use crate::error::{Error, Result};
use crate::fallback;
use crate::live::LiveChange;
use crate::settings::SignInProvider;
use crate::store::identities::{self, StoredIdentity};
use crate::store::{StoreHandle, Tx, groups, mapped_groups, members, organizations, people, sign_in_attempts};
use chrono::TimeDelta;
use domain::Refusal;
use domain::access::granting::spare_last_administrator;
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::id::{IdentityId, OrganizationId, PersonId};
use domain::single_sign_on::wire::{IdentityLine, IdentityList, ProviderChoice};
use domain::single_sign_on::{AddressHolder, FirstSignIn, ProvidedIdentity, SignInObstacle, check_unlink, decide_first, map_groups};
use serde_json::json;

/// Sign-ins by a provider that begin at one address within a quarter of an hour.
const BEGUN_PER_PLACE: i32 = 60;
/// How long ago somebody may have signed in who links an identity.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// Longest code that a provider sends.
const LONGEST_CODE: usize = 4 * 1024;

/// Whoever came back from a provider and is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSignIn {
    pub person: PersonId,
    /// The organization to begin in.
    pub organization: OrganizationId,
    /// Where signing out goes on, so that the provider's session ends as well.
    pub ends_at: Option<String>,
}

/// What a browser came back with.
#[derive(Clone, Copy, Debug)]
pub struct ProviderReturn<'a> {
    pub key: &'a str,
    pub code: &'a str,
}

/// The providers by which one can sign in.
pub fn provider_choices(backend: &Backend) -> Vec<ProviderChoice> {
    let choice = |provider: &SignInProvider| ProviderChoice { key: provider.key.clone(), name: provider.name.clone() };
    backend.settings().providers.iter().map(choice).collect()
}

fn provider<'b>(backend: &'b Backend, key: &str) -> Result<&'b SignInProvider> {
    Ok(backend.settings().providers.iter().find(|provider| provider.key == key).ok_or(Refusal::NotFound)?)
}

/// Where a provider sends browsers back to.
fn back(backend: &Backend, provider: &SignInProvider) -> String {
    format!("{}/single-sign-on/{}/return", backend.settings().public_url, provider.key)
}

/// Where the browser goes to sign in, and what its session keeps until it is back; None when the provider cannot be reached.
///
/// # Errors
/// Not found when there is no such provider; too many when as many began from this place.
pub async fn begin_sign_in(backend: &Backend, key: &str, remote: &str) -> Result<Option<(String, ProviderAttempt)>> {
    let provider = provider(backend, key)?;
    let bucket = format!("provider:{remote}");
    if let Some(seconds) = sign_in_attempts::count(&backend.store().platform_writer(), &bucket, BEGUN_PER_PLACE, backend.now()).await? {
        return Err(Refusal::TooMany { seconds }.into());
    }
    match protocol::begin(backend.clone(), provider.clone(), back(backend, provider)).await {
        Ok(begun) => Ok(Some(begun)),
        Err(error) => {
            tracing::warn!(provider = provider.key, %error, "a sign-in by the provider {} could not begin", provider.key);
            Ok(None)
        }
    }
}

/// What the provider says of whoever came back.
async fn checked(
    backend: &Backend,
    returned: ProviderReturn<'_>,
    attempt: ProviderAttempt,
) -> Result<std::result::Result<(ProvidedIdentity, Option<String>), SignInObstacle>> {
    let provider = provider(backend, returned.key)?;
    if returned.code.is_empty() || returned.code.len() > LONGEST_CODE {
        return Ok(Err(SignInObstacle::NoAnswer));
    }
    let back = back(backend, provider);
    match protocol::finish(backend.clone(), provider.clone(), back, returned.code.to_owned(), attempt).await {
        Ok(answer) => Ok(ProvidedIdentity::read(answer.claims).map(|identity| (identity, answer.ends_at))),
        Err(error) => {
            tracing::warn!(provider = provider.key, %error, "the answer of the provider {} does not count", provider.key);
            Ok(Err(SignInObstacle::NoAnswer))
        }
    }
}

/// Who came back from a provider: known already, linked by the address that they proved there, or new. Their groups follow their claims from
/// now on.
///
/// # Errors
/// Not found when there is no such provider; when the database fails.
pub async fn finish_sign_in(
    backend: &Backend,
    returned: ProviderReturn<'_>,
    attempt: ProviderAttempt,
    origin: CallOrigin,
) -> Result<std::result::Result<ProviderSignIn, SignInObstacle>> {
    let (identity, ends_at) = match checked(backend, returned, attempt).await? {
        Ok(found) => found,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    let provider = provider(backend, returned.key)?.clone();
    let platform = backend.store().platform();
    let home = match &provider.organization {
        Some(key) => match organizations::by_key(&platform, key).await? {
            Some(organization) => Some(organization.id),
            None => {
                tracing::warn!(provider = provider.key, "the provider {} is for an organization that does not exist", provider.key);
                return Ok(Err(SignInObstacle::Elsewhere));
            }
        },
        None => None,
    };
    let known = identities::by_subject(&platform, &identity.issuer, &identity.subject).await?;
    let step = match &known {
        Some(known) => FirstSignIn::Link(known.person),
        None => match decide_first(&provider.trust, &identity, holder(backend, home, &identity).await?) {
            Ok(step) => step,
            Err(obstacle) => return Ok(Err(obstacle)),
        },
    };
    // An account that is made belongs to the provider's organization: the settings say no other thing.
    let organization = match (home, &step) {
        (Some(home), _) => Some(home),
        (None, FirstSignIn::Link(person)) => organizations::of_person(&platform, *person).await?.into_iter().next().map(|first| first.id),
        (None, FirstSignIn::Create(_)) => None,
    };
    let Some(organization) = organization else { return Ok(Err(SignInObstacle::Elsewhere)) };
    let email = identity.email.clone();
    let be = backend.clone();
    let maps = home.is_some();
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            let person = match step {
                FirstSignIn::Link(person) => person,
                FirstSignIn::Create(email) => create(tx, &be, &provider, &identity, email, &origin).await?,
            };
            // Nothing is changed for whoever may not come in.
            if members::present_people(tx, &[person]).await?.is_empty() {
                return Ok(None);
            }
            let actor = AuditActor::visitor(person, &origin);
            if identities::by_subject_within(tx, &identity.issuer, &identity.subject).await?.is_none() {
                link(tx, &be, &actor, &provider, &identity, person).await?;
            }
            if maps {
                let before = members::lasting_administrators(tx).await?;
                map(tx, &be, &actor, &provider, &identity, person).await?;
                if before > 0 {
                    spare_last_administrator(members::lasting_administrators(tx).await?)?;
                }
            }
            Ok::<Option<PersonId>, Error>(Some(person))
        })
    });
    let Some(person) = work.await? else { return Ok(Err(SignInObstacle::Elsewhere)) };
    if let Some(known) = known {
        identities::note_use(&backend.store().platform_writer(), known.id, email.as_deref(), backend.now()).await?;
    }
    Ok(Ok(ProviderSignIn { person, organization, ends_at }))
}

/// The account that has the identity's address.
async fn holder(backend: &Backend, home: Option<OrganizationId>, identity: &ProvidedIdentity) -> Result<Option<AddressHolder>> {
    let Some(email) = &identity.email else { return Ok(None) };
    let Some(account) = people::credentials(&backend.store().platform(), email).await? else { return Ok(None) };
    let is_member = match home {
        Some(home) => members::by_email(&backend.store().read(home), email).await?.is_some(),
        None => !account.disabled,
    };
    Ok(Some(AddressHolder { person: account.id, is_member }))
}

/// Makes an account for whoever comes for the first time. They have proved their address at the provider.
async fn create(
    tx: &Tx<'_>,
    backend: &Backend,
    provider: &SignInProvider,
    identity: &ProvidedIdentity,
    email: String,
    origin: &CallOrigin,
) -> Result<PersonId> {
    if let Some(there) = people::by_emails(tx, std::slice::from_ref(&email)).await?.into_iter().next() {
        // Two sign-ins at once.
        return Ok(there.id);
    }
    let id = PersonId(backend.id());
    let account = people::Account { id, email, name: identity.name.clone(), time_zone: String::new(), phone: String::new() };
    people::insert(tx, &[(account.clone(), None)], backend.now()).await?;
    let member = members::Member {
        account,
        title: String::new(),
        employee_number: String::new(),
        roles: vec![provider.role.clone()],
        manager: None,
        disabled: false,
        listed: false,
        space: None,
        account_disabled: false,
    };
    members::save(tx, std::slice::from_ref(&member)).await?;
    let changes = ValueChanges::between(None, Some(&member_values(&member)));
    let draft = AuditDraft {
        reason: format!("First sign-in by {}", provider.name),
        ..AuditDraft::of_person(AuditKind::PersonCreated, id).with(changes)
    };
    audit::record(tx, backend, &AuditActor::visitor(id, origin), vec![draft]).await?;
    Ok(id)
}

/// Lets an identity open an account from now on.
async fn link(
    tx: &Tx<'_>,
    backend: &Backend,
    actor: &AuditActor,
    provider: &SignInProvider,
    identity: &ProvidedIdentity,
    person: PersonId,
) -> Result<()> {
    let linked = StoredIdentity {
        id: IdentityId(backend.id()),
        person,
        provider: provider.key.clone(),
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        email: identity.email.clone().unwrap_or_default(),
        linked_at: backend.now(),
        last_used_at: backend.now(),
    };
    identities::insert(tx, &linked).await?;
    let values = json!({ "provider": provider.name, "known there as": linked.email });
    let draft = AuditDraft::of_person(AuditKind::IdentityLinked, person).with(ValueChanges::between(None, Some(&values)));
    audit::record(tx, backend, actor, vec![draft]).await
}

/// Puts somebody into the groups that their claims mean, and takes them out of those that they no longer mean.
async fn map(
    tx: &Tx<'_>,
    backend: &Backend,
    actor: &AuditActor,
    provider: &SignInProvider,
    identity: &ProvidedIdentity,
    person: PersonId,
) -> Result<()> {
    let known = groups::all(tx).await?;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (key, inside) in map_groups(&provider.trust.rules, &identity.claims) {
        let Some(group) = known.iter().find(|group| group.key == key) else { continue };
        match (mapped_groups::is_inside(tx, group.id, person).await?, inside) {
            (false, true) => {
                mapped_groups::enter(tx, group.id, person).await?;
                after.push(group.name.clone());
            }
            (true, false) => {
                mapped_groups::leave(tx, group.id, person).await?;
                before.push(group.name.clone());
            }
            _ => {}
        }
    }
    if before.is_empty() && after.is_empty() {
        return Ok(());
    }
    let changes = ValueChanges::between(Some(&json!({ "groups": before })), Some(&json!({ "groups": after })));
    let reason = format!("Claims of {}", provider.name);
    let draft = AuditDraft { reason, ..AuditDraft::of_person(AuditKind::PersonChanged, person).with(changes) };
    audit::record(tx, backend, actor, vec![draft]).await?;
    // A group may have lost whoever decided for it.
    fallback::settle(tx, backend).await?;
    tx.announce(LiveChange::Rights { organization: OrganizationId(tx.organization()), people: vec![person] });
    Ok(())
}

/// Whether the caller signed in a moment ago, as linking asks for.
pub fn is_fresh(backend: &Backend, caller: &Caller) -> bool {
    matches!(caller.proof, CallerProof::SignIn(since) if backend.now() - since <= FRESH)
}

/// Links an identity with the caller's account, whatever address it has: they are signed in, and were a moment ago.
///
/// # Errors
/// Not found when there is no such provider; when the database fails.
pub async fn link_identity(
    backend: &Backend,
    caller: &Caller,
    returned: ProviderReturn<'_>,
    attempt: ProviderAttempt,
) -> Result<std::result::Result<(), SignInObstacle>> {
    if !is_fresh(backend, caller) {
        return Ok(Err(SignInObstacle::Stale));
    }
    let identity = match checked(backend, returned, attempt).await? {
        Ok((identity, _)) => identity,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let provider = provider(backend, returned.key)?.clone();
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            match identities::by_subject_within(tx, &identity.issuer, &identity.subject).await? {
                Some(known) if known.person == person => Ok(Ok(())),
                Some(_) => Ok(Err(SignInObstacle::Taken)),
                None => link(tx, &be, &actor, &provider, &identity, person).await.map(Ok),
            }
        })
    });
    work.await
}

/// The identities that open the caller's account, and what else could.
///
/// # Errors
/// When the database does not answer.
pub async fn list_identities(backend: &Backend, caller: &Caller) -> Result<IdentityList> {
    let linked = lines(backend, caller.id()).await?;
    let others = provider_choices(backend).into_iter().filter(|choice| !linked.iter().any(|line| line.provider == choice.name));
    Ok(IdentityList { others: others.collect(), linked, is_fresh: is_fresh(backend, caller) })
}

async fn lines(backend: &Backend, person: PersonId) -> Result<Vec<IdentityLine>> {
    let providers = &backend.settings().providers;
    let line = |identity: StoredIdentity| {
        let known = providers.iter().find(|provider| provider.key == identity.provider);
        IdentityLine {
            id: identity.id,
            provider: known.map_or(identity.issuer, |provider| provider.name.clone()),
            email: identity.email,
            linked_at: identity.linked_at,
            last_used_at: identity.last_used_at,
        }
    };
    Ok(identities::of_person(&backend.store().platform(), person).await?.into_iter().map(line).collect())
}

/// Takes an identity from the caller's account.
///
/// # Errors
/// Not found when they have none with this id; not now when it is their only way in.
pub async fn unlink_identity(backend: &Backend, caller: &Caller, id: IdentityId) -> Result<IdentityList> {
    let account = people::credentials(&backend.store().platform(), &caller.email).await?.ok_or(Refusal::NotFound)?;
    let has_password = account.password_hash.is_some();
    let (be, person, actor) = (backend.clone(), caller.id(), AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let linked = identities::of_person_within(tx, person).await?;
            let found = linked.iter().find(|identity| identity.id == id).ok_or(Refusal::NotFound)?;
            check_unlink(has_password, linked.len())?;
            identities::remove(tx, person, id).await?;
            let values = json!({ "provider": found.provider, "known there as": found.email });
            let draft = AuditDraft::of_person(AuditKind::IdentityRemoved, person).with(ValueChanges::between(Some(&values), None));
            audit::record(tx, &be, &actor, vec![draft]).await
        })
    });
    work.await?;
    list_identities(backend, caller).await
}
