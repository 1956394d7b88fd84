//! Sessions of browsers: who each belongs to, kept in the database, and the one extractor by which handlers learn who calls.
//!
//! What a session keeps was given its shape by an earlier release, so that people stay signed in over an update.

use super::{SiteState, auth, remote};
use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::response::Response;
use backend::people::sign_in_moment;
use backend::sessions::{self, NewSession};
use backend::single_sign_on::ProviderAttempt;
use backend::{Backend, Caller, CallerProof, Error};
use base64::Engine;
use chrono::{DateTime, Utc};
use domain::bounds::first_letters;
use domain::id::{OrganizationId, PersonId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, SessionStore};
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};

/// How long a sign-in lasts.
const SESSION_DAYS: i64 = 14;
/// Under which key a session keeps who signed in.
const DATA_KEY: &str = "docket.account";
/// Under which key it keeps a sign-in by a provider that has begun.
const TRY_KEY: &str = "docket.provider";
/// Letters that are kept of what a browser says it is.
const LONGEST_USER_AGENT: usize = 300;

/// Who signed in, when, and in which organization they are now.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct SignedIn {
    person: PersonId,
    organization: Option<OrganizationId>,
    since: DateTime<Utc>,
}

/// From where somebody signed in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct SignInOrigin {
    address: String,
    user_agent: String,
}

/// Where signing out goes on after a sign-in by a provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProviderEnd {
    /// Key of the provider.
    pub provider: String,
    pub address: String,
}

/// A sign-in by a provider that has begun: what has to be the same when the browser is back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProviderTry {
    pub provider: String,
    pub attempt: ProviderAttempt,
    /// The page to go on to.
    pub next: String,
    /// Whose account the identity is to open; it signs in when None.
    pub links: Option<PersonId>,
}

/// What a session remembers.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SessionMemory {
    user_id: SignedIn,
    #[serde(default)]
    origin: SignInOrigin,
    #[serde(default)]
    provider_end: Option<ProviderEnd>,
}

impl SessionMemory {
    fn of(record: &Record) -> Option<Self> {
        record.data.get(DATA_KEY).and_then(|value| Self::deserialize(value).ok())
    }
}

/// A signed-in person with the facts of this moment.
#[derive(Clone, Debug)]
pub struct SessionAccount {
    session: Option<Id>,
    memory: SessionMemory,
    pub caller: Caller,
}

impl SessionAccount {
    /// The person whom a session remembers, as they are now; None when their sign-in no longer counts.
    async fn load(backend: &Backend, session: Option<Id>, memory: SessionMemory) -> backend::Result<Option<Self>> {
        let SignedIn { person, organization, since } = memory.user_id;
        let caller = backend::people::load_caller(backend, person, organization, CallerProof::SignIn(since)).await?;
        Ok(caller.map(|caller| {
            let user_id = SignedIn { organization: Some(caller.organization), ..memory.user_id };
            Self { session, memory: SessionMemory { user_id, ..memory }, caller }
        }))
    }

    /// The person again, as they are now; None when the session has ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn again(&self, backend: &Backend) -> backend::Result<Option<Caller>> {
        if let Some(id) = &self.session
            && sessions::load(backend.store(), &stored_id(id), backend.now()).await?.is_none()
        {
            return Ok(None);
        }
        Ok(Self::load(backend, self.session, self.memory.clone()).await?.map(|account| account.caller))
    }
}

/// The session of the present request, and who is signed in by it.
#[derive(Clone, Debug)]
pub struct BrowserSession {
    session: Session,
    pub account: Option<SessionAccount>,
    origin: SignInOrigin,
}

impl FromRequestParts<SiteState> for BrowserSession {
    type Rejection = Response;

    /// Reads the session once for each request, however many ask for it.
    async fn from_request_parts(parts: &mut Parts, site: &SiteState) -> Result<Self, Response> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let session = Session::from_request_parts(parts, site).await.map_err(|(_, missing)| auth::failure(&missing))?;
        let value = session.get_value(DATA_KEY).await.map_err(|error| auth::failure(&error))?;
        // What cannot be read is of another release: the person signs in again.
        let memory = value.and_then(|value| SessionMemory::deserialize(value).ok());
        let account = match memory {
            Some(memory) => SessionAccount::load(&site.backend, session.id(), memory).await.map_err(|error| auth::failure(&error))?,
            None => None,
        };
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let origin = SignInOrigin {
            address: remote::address_of(site, &parts.extensions, &parts.headers),
            user_agent: first_letters(agent, LONGEST_USER_AGENT).to_owned(),
        };
        let known = Self { session, account, origin };
        parts.extensions.insert(known.clone());
        Ok(known)
    }
}

impl BrowserSession {
    /// By which this session is told from others; none before there is one.
    pub fn id(&self) -> Option<Id> {
        self.session.id()
    }

    /// Signs a person in. The session gets a new id: one that was planted before is worth nothing afterwards. None when they may not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(
        self,
        backend: &Backend,
        person: PersonId,
        organization: Option<OrganizationId>,
    ) -> Result<Option<SessionAccount>, Error> {
        self.begin_with(backend, person, organization, None).await
    }

    /// The same after a sign-in by a provider.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_by_provider(
        self,
        backend: &Backend,
        person: PersonId,
        organization: OrganizationId,
        provider_end: Option<ProviderEnd>,
    ) -> Result<Option<SessionAccount>, Error> {
        self.begin_with(backend, person, Some(organization), provider_end).await
    }

    async fn begin_with(
        self,
        backend: &Backend,
        person: PersonId,
        organization: Option<OrganizationId>,
        provider_end: Option<ProviderEnd>,
    ) -> Result<Option<SessionAccount>, Error> {
        let since = sign_in_moment(backend, person).await?;
        let memory = SessionMemory { user_id: SignedIn { person, organization, since }, origin: self.origin, provider_end };
        let Some(account) = SessionAccount::load(backend, None, memory).await? else { return Ok(None) };
        self.session.cycle_id().await.map_err(session_failed)?;
        self.session.clear().await;
        self.session.insert(DATA_KEY, &account.memory).await.map_err(session_failed)?;
        Ok(Some(account))
    }

    /// Goes on in another organization of the same person; None when they are not in it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn enter(
        self,
        backend: &Backend,
        account: &SessionAccount,
        organization: OrganizationId,
    ) -> Result<Option<SessionAccount>, Error> {
        let user_id = SignedIn { organization: Some(organization), ..account.memory.user_id };
        let memory = SessionMemory { user_id, ..account.memory.clone() };
        let Some(account) = SessionAccount::load(backend, account.session, memory).await? else { return Ok(None) };
        self.session.insert(DATA_KEY, &account.memory).await.map_err(session_failed)?;
        Ok(Some(account))
    }

    /// Keeps a sign-in by a provider that has begun. A newer one takes the place of an older one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_try(&self, begun: &ProviderTry) -> Result<(), Error> {
        self.session.insert(TRY_KEY, begun).await.map_err(session_failed)
    }

    /// The sign-in by a provider that has begun here; it is forgotten with this.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_try(&self) -> Result<Option<ProviderTry>, Error> {
        let kept = self.session.remove_value(TRY_KEY).await.map_err(session_failed)?;
        Ok(kept.and_then(|kept| ProviderTry::deserialize(kept).ok()))
    }

    /// Where signing out goes on.
    pub fn provider_end(&self) -> Option<ProviderEnd> {
        self.account.as_ref().and_then(|account| account.memory.provider_end.clone())
    }

    /// Ends this session.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end(self) -> Result<(), Error> {
        match self.session.id() {
            Some(_) => self.session.flush().await.map_err(session_failed),
            None => Ok(()),
        }
    }
}

fn session_failed(error: tower_sessions::session::Error) -> Error {
    Error::Failed(format!("the session: {error}"))
}

/// Sessions in the database. An id is stored as its hash: who reads the table cannot take a session over.
#[derive(Clone)]
pub struct SessionTable(Backend);

impl fmt::Debug for SessionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionTable")
    }
}

fn stored_id(id: &Id) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(id.0.to_le_bytes()))
}

fn failed(error: Error) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

fn encoded(record: &Record) -> session_store::Result<String> {
    let stored = (&record.data, record.expiry_date.unix_timestamp());
    serde_json::to_string(&stored).map_err(|error| session_store::Error::Encode(error.to_string()))
}

#[async_trait::async_trait]
impl SessionStore for SessionTable {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let memory = SessionMemory::of(record);
        let origin = memory.as_ref().map(|memory| memory.origin.clone()).unwrap_or_default();
        let session = NewSession {
            // Ids are 128 random bits: two never meet.
            id: &stored_id(&record.id),
            person: memory.as_ref().map(|memory| memory.user_id.person),
            data: &encoded(record)?,
            started: memory.map_or_else(|| self.0.now(), |memory| memory.user_id.since),
            expires: DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0).unwrap_or_default(),
            address: &origin.address,
            user_agent: &origin.user_agent,
        };
        sessions::create(self.0.store(), session).await.map_err(failed)
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let person = SessionMemory::of(record).map(|memory| memory.user_id.person);
        sessions::save(self.0.store(), &stored_id(&record.id), person, &encoded(record)?).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let (stored, now) = (stored_id(id), self.0.now());
        let Some(loaded) = sessions::load(self.0.store(), &stored, now).await.map_err(failed)? else { return Ok(None) };
        if loaded.is_seen_long_ago {
            // Beside the request: a page is shown whether or not this can be written.
            let backend = self.0.clone();
            tokio::spawn(async move {
                if let Err(error) = sessions::note_seen(backend.store(), &stored, now).await {
                    tracing::warn!(%error, "the last use of a session could not be noted");
                }
            });
        }
        let decode = |error: &dyn fmt::Display| session_store::Error::Decode(error.to_string());
        let (data, _): (_, i64) = serde_json::from_str(&loaded.data).map_err(|error| decode(&error))?;
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(loaded.expires.timestamp()).map_err(|error| decode(&error))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        sessions::delete(self.0.store(), &stored_id(id)).await.map_err(failed)
    }
}

/// Gives every request below its session.
pub fn layer(site: &SiteState) -> SessionManagerLayer<SessionTable> {
    let https = site.config.https();
    SessionManagerLayer::new(SessionTable(site.backend.clone()))
        .with_name(if https { "__Host-docket" } else { "docket" })
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(https)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::days(SESSION_DAYS)))
}
