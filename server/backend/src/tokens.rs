//! API tokens: made and revoked on screen, and what their bearers are let into (`bearer`, `reading`).
//!
//! Deliberately not here: what a token may allow and how one is written (domain `tokens`), and HTTP (server).

mod bearer;
mod reading;

pub use bearer::{TokenCaller, find_bearer, hash_token, note_use};
pub use reading::{BearerAnswer, RequestAnswer, read_bearer, read_request};

use crate::Backend;
use crate::audit::{self, AuditActor};
use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::known::OrganizationRules;
use crate::store::api_tokens::{self, StoredToken};
use crate::store::{StoreHandle, Tx, members, organizations, people};
use chrono::{DateTime, Duration, Utc};
use domain::Refusal;
use domain::access::GrantScope;
use domain::audit::compare::ValueChanges;
use domain::audit::{AuditDraft, AuditKind};
use domain::catalog::may_request;
use domain::id::{ApiTokenId, PersonId};
use domain::permission::{AccessPlace, Permission};
use domain::tokens::wire::{MakeToken, NewToken, TokenLine, TokenPage};
use domain::tokens::{MOST_TOKENS, TOKEN_DAYS, TokenKind, check_token, may_end_tokens, offered_to_tokens, read_token_name, write_token};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The caller's tokens, and those of the organization as far as the caller grants where they count.
///
/// # Errors
/// When the database does not answer.
pub async fn page(backend: &Backend, caller: &Caller) -> Result<TokenPage> {
    let (handle, known) = (backend.store().read(caller.organization), backend.known_to(caller).await?);
    let facts = &caller.facts;
    let grants = facts.may_somewhere(Permission::ManageGrants);
    let found = if grants { api_tokens::all(&handle).await? } else { api_tokens::of_person(&handle, caller.id()).await? };
    let (own, others): (Vec<_>, Vec<_>) =
        found.into_iter().filter(|token| counts(backend, token)).partition(|token| token.owner == caller.id());
    let others: Vec<_> = others.into_iter().filter(|token| may_end_tokens(facts, token.scope)).collect();
    let names = TokenNames::load(&handle, &known, own.iter().chain(&others)).await?;
    let now = backend.now();
    Ok(TokenPage {
        own: own.iter().map(|token| names.line(token, true, now)).collect(),
        ours: grants.then(|| others.iter().map(|token| names.line(token, !token.from_settings, now)).collect()),
        offered: offered_to_tokens().each().filter(|permission| facts.may_somewhere(*permission)).collect(),
        places: places(caller, &known),
        makes_service: grants,
        site: backend.settings().public_url.clone(),
    })
}

/// Whether a token is one that can be used: what the settings no longer say is gone.
fn counts(backend: &Backend, token: &StoredToken) -> bool {
    !token.from_settings || backend.settings().settings_token.as_ref().is_some_and(|setting| setting.hash == token.hash)
}

/// Where a token of the caller's can count.
fn places(caller: &Caller, known: &OrganizationRules) -> Vec<(GrantScope, String)> {
    let facts = &caller.facts;
    let over = |space| {
        let place = AccessPlace { item: None, space: Some(space) };
        facts.may(Permission::ManageGrants.over(place)) || facts.may(Permission::Request.over(place))
    };
    let whole = (GrantScope::Organization, "All of the organization".to_owned());
    let spaces = known.spaces().iter().filter(|space| over(space.id));
    let spaces = spaces.map(|space| (GrantScope::Space(space.id), format!("{}, all in it", space.name)));
    let items = known.items().iter().filter(|item| may_request(&item.item, facts));
    let items = items.map(|item| (GrantScope::Item(item.id), format!("Only the service {}", item.item.name)));
    std::iter::once(whole).chain(spaces).chain(items).collect()
}

/// What tokens speak of, by name.
struct TokenNames {
    people: BTreeMap<PersonId, String>,
    places: BTreeMap<GrantScope, String>,
}

impl TokenNames {
    async fn load<'t>(handle: &impl StoreHandle, known: &OrganizationRules, tokens: impl Iterator<Item = &'t StoredToken>) -> Result<Self> {
        let ids: BTreeSet<PersonId> = tokens.flat_map(|token| [Some(token.owner), token.maker]).flatten().collect();
        let mut people = BTreeMap::new();
        for some in ids.into_iter().collect::<Vec<_>>().chunks(500) {
            people.extend(members::people(handle, some).await?.into_iter().map(|person| (person.id, person.name)));
        }
        let spaces = known.spaces().iter().map(|space| (GrantScope::Space(space.id), space.name.clone()));
        let items = known.items().iter().map(|item| (GrantScope::Item(item.id), item.item.name.clone()));
        Ok(Self { people, places: spaces.chain(items).collect() })
    }

    fn person(&self, id: PersonId) -> String {
        self.people.get(&id).cloned().unwrap_or_default()
    }

    fn line(&self, token: &StoredToken, ends: bool, now: DateTime<Utc>) -> TokenLine {
        let gone = || if token.scope == GrantScope::Organization { String::new() } else { "A place that was removed".to_owned() };
        TokenLine {
            id: token.id,
            name: token.name.clone(),
            kind: token.kind,
            owner: self.person(token.owner),
            maker: token.maker.map(|maker| self.person(maker)).unwrap_or_default(),
            made_at: token.made_at,
            permissions: token.permissions,
            place: self.places.get(&token.scope).cloned().unwrap_or_else(gone),
            last_used_at: token.last_used_at,
            last_used_from: token.last_used_from.clone(),
            ends_at: token.ends_at,
            is_over: token.ends_at.is_some_and(|ends| ends <= now),
            ends,
        }
    }
}

/// Makes a token. What it answers is the only place where the token stands whole.
///
/// # Errors
/// Input when the name, the days or what it would allow cannot be; not found and not now as `check_token` says; conflict when the caller has
/// as many as anybody may have.
pub async fn make_token(backend: &Backend, caller: &Caller, wanted: MakeToken) -> Result<NewToken> {
    let name = read_token_name(&wanted.name)?;
    if wanted.days.is_some_and(|days| !TOKEN_DAYS.contains(&days)) {
        return Err(Refusal::input("days", "Choose one of the times that are offered").into());
    }
    let secret = write_token(&backend.token());
    let now = backend.now();
    let token = StoredToken {
        id: ApiTokenId(backend.id()),
        owner: caller.id(),
        kind: wanted.kind,
        from_settings: false,
        name: name.clone(),
        hash: hash_token(&secret),
        permissions: wanted.permissions,
        scope: wanted.scope,
        maker: Some(caller.id()),
        made_at: now,
        ends_at: wanted.days.map(|days| now + Duration::days(i64::from(days))),
        revoked_at: None,
        last_used_at: None,
        last_used_from: String::new(),
    };
    let (be, known, actor) = (backend.clone(), backend.known_to(caller).await?, AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let mut token = token;
            let maker = crate::requests::fresh(tx, token.owner, be.now()).await?;
            check_place(&known, token.scope)?;
            check_token(&maker, token.kind, token.permissions, token.scope)?;
            if token.kind == TokenKind::Service {
                token.owner = service_account(tx, &be, &token.name).await?;
            }
            if api_tokens::of_person(tx, token.owner).await?.len() >= MOST_TOKENS {
                let message = format!("There can be {MOST_TOKENS} tokens at once. Revoke one that nothing uses, then try again.");
                return Err(Refusal::conflict(message).into());
            }
            api_tokens::insert(tx, &token).await?;
            let place = TokenNames::load(tx, &known, std::iter::once(&token)).await?;
            record(tx, &be, &actor, AuditKind::TokenCreated, &token, &place).await
        })
    });
    work.await?;
    Ok(NewToken { name, secret, page: page(backend, caller).await? })
}

fn check_place(known: &OrganizationRules, scope: GrantScope) -> Result<()> {
    let there = match scope {
        GrantScope::Organization => true,
        GrantScope::Space(id) => known.space(id).is_some(),
        GrantScope::Item(id) => known.items().iter().any(|item| item.id == id),
    };
    if there { Ok(()) } else { Err(Refusal::input("scope", "Choose where the token counts from the list").into()) }
}

/// The service account of this name, made when there is none: a member to whom nobody signs in, and who holds no role.
async fn service_account(tx: &Tx<'_>, backend: &Backend, name: &str) -> Result<PersonId> {
    organizations::lock(tx).await?;
    if let Some(known) = members::service_account(tx, name).await? {
        return Ok(known);
    }
    let account = people::insert_service(tx, PersonId(backend.id()), name, backend.now()).await?;
    let id = account.id;
    let member = members::Member {
        employee_number: String::new(),
        account,
        title: "Service account".to_owned(),
        roles: Vec::new(),
        manager: None,
        // Nobody signs in, nothing is given to it, and no search finds it.
        disabled: true,
        listed: false,
        space: None,
        account_disabled: false,
    };
    members::save(tx, &[member]).await?;
    Ok(id)
}

/// Revokes a token at once.
///
/// # Errors
/// Not found when there is none that the caller may end.
pub async fn revoke_token(backend: &Backend, caller: &Caller, id: ApiTokenId) -> Result<TokenPage> {
    let (be, person, known, actor) = (backend.clone(), caller.id(), backend.known_to(caller).await?, AuditActor::from(caller));
    let work = backend.store().write(caller.organization, move |tx| {
        Box::pin(async move {
            let facts = crate::requests::fresh(tx, person, be.now()).await?;
            let found = api_tokens::find(tx, id).await?.filter(|token| !token.from_settings);
            let found = found.filter(|token| token.owner == person || may_end_tokens(&facts, token.scope)).ok_or(Refusal::NotFound)?;
            if !api_tokens::revoke(tx, id, be.now()).await? {
                return Err(Refusal::NotFound.into());
            }
            let place = TokenNames::load(tx, &known, std::iter::once(&found)).await?;
            record(tx, &be, &actor, AuditKind::TokenRevoked, &found, &place).await
        })
    });
    work.await?;
    page(backend, caller).await
}

/// What the audit log keeps of a token: everything but what opens it.
async fn record(
    tx: &Tx<'_>,
    backend: &Backend,
    actor: &AuditActor,
    kind: AuditKind,
    token: &StoredToken,
    names: &TokenNames,
) -> Result<()> {
    let line = names.line(token, false, backend.now());
    let values = json!({
        "for": if token.kind == TokenKind::Service { "a service account" } else { "the person who made it" },
        "allows": serde_json::to_value(token.permissions).map_err(Error::failed)?,
        "where": if line.place.is_empty() { "The whole organization" } else { line.place.as_str() },
        "until": token.ends_at,
    });
    let changes = match kind {
        AuditKind::TokenRevoked => ValueChanges::between(Some(&values), None),
        _ => ValueChanges::between(None, Some(&values)),
    };
    audit::record(tx, backend, actor, vec![AuditDraft::of(kind, token.id.to_string(), token.name.as_str()).with(changes)]).await
}
