//! Who shows an API token: found by its hash, with what it allows of what its owner may do at this moment.

use super::service_account;
use crate::Backend;
use crate::caller::{CallOrigin, Caller, CallerProof};
use crate::error::Result;
use crate::people::as_caller;
use crate::settings::SettingsToken;
use crate::store::api_tokens::{self, StoredToken};
use crate::store::members::facts;
use crate::store::{organizations, sign_in_attempts, spaces};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::access::{GrantScope, HeldScope};
use domain::id::{ApiTokenId, OrganizationId};
use domain::permission::Permission;
use domain::tokens::{TokenKind, TokenReach, is_token};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Wrong tokens from one address within a quarter of an hour. Nobody guesses one; this bounds what looking costs.
const WRONG_TOKENS: i32 = 100;
/// What the token of the server's settings is called.
const SETTINGS_NAME: &str = "Token of the server’s settings";

/// Whoever shows a token, with the facts cut down to what it allows.
#[derive(Clone, Debug)]
pub struct TokenCaller {
    pub caller: Caller,
    pub id: ApiTokenId,
    pub name: String,
    pub kind: TokenKind,
    pub ends_at: Option<DateTime<Utc>>,
    pub reach: TokenReach,
    noted_long_ago: bool,
}

/// What is kept of a token: its SHA-256, in hexadecimal.
pub fn hash_token(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Who shows this token. None when it does not count, whatever the reason: it is no token, unknown, revoked, over, or its owner may no longer
/// use the organization.
///
/// # Errors
/// Too many when as many wrong ones came from this address.
pub async fn find_bearer(backend: &Backend, token: &str, address: String) -> Result<Option<TokenCaller>> {
    let hash = hash_token(token);
    let setting = backend.settings().settings_token.as_ref().filter(|setting| setting.hash == hash);
    if setting.is_none() && !is_token(token) {
        return Ok(None);
    }
    let mut found = api_tokens::by_hash(&backend.store().platform(), &hash).await?;
    if let (None, Some(setting)) = (&found, setting) {
        found = settle(backend, setting).await?;
    }
    let caller = match found {
        // A token that the settings no longer say is worth nothing.
        Some((organization, stored)) if stored.from_settings == setting.is_some() => caller_of(backend, organization, stored).await?,
        _ => None,
    };
    if caller.is_none() {
        let bucket = format!("token:{address}");
        if let Some(seconds) = sign_in_attempts::count(&backend.store().platform_writer(), &bucket, WRONG_TOKENS, backend.now()).await? {
            return Err(Refusal::TooMany { seconds }.into());
        }
    }
    Ok(caller.map(|found| {
        let origin = CallOrigin { address, device: format!("API token “{}”", found.name) };
        TokenCaller { caller: found.caller.calling_from(origin), ..found }
    }))
}

async fn caller_of(backend: &Backend, organization: OrganizationId, stored: StoredToken) -> Result<Option<TokenCaller>> {
    let now = backend.now();
    if stored.revoked_at.is_some() || stored.ends_at.is_some_and(|ends| ends <= now) {
        return Ok(None);
    }
    let handle = backend.store().read(organization);
    let Some(mut record) = facts::find(&handle, stored.owner, now).await? else { return Ok(None) };
    // A service account is a member who never signs in: it ends with its tokens.
    if record.disabled && stored.kind == TokenKind::Personal {
        return Ok(None);
    }
    let over = match stored.scope {
        GrantScope::Organization => HeldScope::Organization,
        GrantScope::Space(space) => HeldScope::Spaces(spaces::tree(&handle).await?.below(space)),
        GrantScope::Item(item) => HeldScope::Item(item),
    };
    let reach = TokenReach { permissions: stored.permissions, over };
    record.facts = match stored.kind {
        TokenKind::Personal => reach.narrow(&record.facts),
        TokenKind::Service => reach.alone(&record.facts),
    };
    Ok(Some(TokenCaller {
        caller: as_caller(record, organization, CallerProof::Token(stored.id)),
        id: stored.id,
        noted_long_ago: stored.is_noted_long_ago(now),
        name: stored.name,
        kind: stored.kind,
        ends_at: stored.ends_at,
        reach,
    }))
}

/// Writes down the token of the server's settings when it is used for the first time, so that it is seen and named as the others are. None
/// where the settings do not say for which of several organizations it is.
async fn settle(backend: &Backend, setting: &SettingsToken) -> Result<Option<(OrganizationId, StoredToken)>> {
    let platform = backend.store().platform();
    let organization = match &setting.organization {
        Some(key) => organizations::by_key(&platform, key).await?,
        None => Some(organizations::all(&platform).await?).filter(|all| all.len() == 1).and_then(|all| all.into_iter().next()),
    };
    let Some(organization) = organization.map(|organization| organization.id) else {
        tracing::warn!(
            "IT_REQUESTS_API_TOKEN was shown, and it is for none of the organizations: set IT_REQUESTS_API_ORGANIZATION to the key of one"
        );
        return Ok(None);
    };
    let (be, hash) = (backend.clone(), setting.hash.clone());
    let work = backend.store().write(organization, move |tx| {
        Box::pin(async move {
            let owner = service_account(tx, &be, SETTINGS_NAME).await?;
            if let Some(known) = api_tokens::by_hash_within(tx, &hash).await? {
                return Ok(known);
            }
            let token = StoredToken {
                id: ApiTokenId(be.id()),
                owner,
                kind: TokenKind::Service,
                from_settings: true,
                name: SETTINGS_NAME.to_owned(),
                hash,
                permissions: [Permission::Request, Permission::SeeRequests].into_iter().collect(),
                scope: GrantScope::Organization,
                maker: None,
                made_at: be.now(),
                ends_at: None,
                revoked_at: None,
                last_used_at: None,
                last_used_from: String::new(),
            };
            api_tokens::insert(tx, &token).await?;
            Ok::<StoredToken, crate::Error>(token)
        })
    });
    Ok(Some((organization, work.await?)))
}

/// Notes that a token is used, at most once a minute: when, and from where.
///
/// # Errors
/// When the database does not take it.
pub async fn note_use(backend: &Backend, bearer: &TokenCaller) -> Result<()> {
    if !bearer.noted_long_ago {
        return Ok(());
    }
    let (organization, from) = (bearer.caller.organization, &bearer.caller.origin.address);
    api_tokens::note_use(&backend.store().platform_writer(), organization, bearer.id, from, backend.now()).await
}
