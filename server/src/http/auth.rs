//! Signing in and out: sessions in the database (tower-sessions), who the session belongs to (axum-login), and their plain HTML forms.

use super::input::LONGEST_ADDRESS;
use super::{SiteState, remote};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Form, Router};
use axum_login::tower_sessions::session::{Id, Record};
use axum_login::tower_sessions::session_store::{self, SessionStore};
use axum_login::tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};
use axum_login::{AuthManagerLayer, AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend};
use backend::people::SignInPlace;
use backend::{Backend, Caller, CallerProof, Error, sessions};
use base64::Engine;
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::address::Address;
use domain::bounds::first_letters;
use domain::id::{OrganizationId, PersonId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::net::SocketAddr;

/// How long a sign-in lasts.
const SESSION_DAYS: i64 = 14;
const DATA_KEY: &str = "docket.account";

/// The session of the present request.
pub type Session = AuthSession<Accounts>;

/// What a session remembers: who signed in, when, and in which organization they are now.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    person: PersonId,
    organization: Option<OrganizationId>,
    since: DateTime<Utc>,
}

impl fmt::Display for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.person.fmt(f)
    }
}

/// A signed-in person with the facts of this moment.
#[derive(Clone, Debug)]
pub struct Account {
    signed_in: SignedIn,
    pub caller: Caller,
}

impl AuthUser for Account {
    type Id = SignedIn;

    fn id(&self) -> SignedIn {
        self.signed_in
    }

    /// A session is ended by the time of its sign-in (`load_caller`), so that nothing secret is needed here.
    fn session_auth_hash(&self) -> &[u8] {
        self.signed_in.person.0.as_bytes()
    }
}

impl Account {
    /// The person again, as they are now; None when the session should end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn again(&self, backend: &Backend) -> backend::Result<Option<Caller>> {
        let SignedIn { person, organization, since } = self.signed_in;
        backend::people::load_caller(backend, person, organization, CallerProof::SignIn(since)).await
    }
}

/// Where accounts come from.
#[derive(Clone)]
pub struct Accounts(Backend);

/// What the sign-in form sends, and from where.
pub struct Credentials {
    email: String,
    password: String,
    remote: String,
    device: Option<String>,
}

impl AuthnBackend for Accounts {
    type User = Account;
    type Credentials = Credentials;
    type Error = Error;

    async fn authenticate(&self, credentials: Credentials) -> Result<Option<Account>, Error> {
        let Credentials { email, password, remote, device } = credentials;
        let place = SignInPlace { remote: &remote, device: device.as_deref() };
        let (person, organization) = backend::people::sign_in(&self.0, &email, &password, place).await?;
        let since = backend::people::sign_in_moment(&self.0, person).await?;
        self.get_user(&SignedIn { person, organization, since }).await
    }

    async fn get_user(&self, signed_in: &SignedIn) -> Result<Option<Account>, Error> {
        let caller =
            backend::people::load_caller(&self.0, signed_in.person, signed_in.organization, CallerProof::SignIn(signed_in.since)).await?;
        Ok(caller.map(|caller| Account { signed_in: SignedIn { organization: Some(caller.organization), ..*signed_in }, caller }))
    }
}

/// Sessions in the database. An id is stored as its hash: who reads the table cannot take a session over.
#[derive(Clone)]
pub struct Sessions(Backend);

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

fn stored_id(id: &Id) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(id.0.to_le_bytes()))
}

fn failed(error: Error) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

#[async_trait::async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        // Ids are 128 random bits: two never meet.
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let person = record.data.get(DATA_KEY).and_then(|data| data.get("user_id")?.get("person")?.as_str()?.parse::<PersonId>().ok());
        let seconds = record.expiry_date.unix_timestamp();
        let stored = (&record.data, seconds);
        let text = serde_json::to_string(&stored).map_err(|error| session_store::Error::Encode(error.to_string()))?;
        let expires = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        sessions::save(self.0.store(), &stored_id(&record.id), person, &text, expires).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let Some(text) = sessions::load(self.0.store(), &stored_id(id), self.0.now()).await.map_err(failed)? else { return Ok(None) };
        let decode = |error: &dyn fmt::Display| session_store::Error::Decode(error.to_string());
        let (data, seconds): (_, i64) = serde_json::from_str(&text).map_err(|error| decode(&error))?;
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(seconds).map_err(|error| decode(&error))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        sessions::delete(self.0.store(), &stored_id(id)).await.map_err(failed)
    }
}

/// Loads the session and its account for every request below.
pub fn layer(site: &SiteState) -> AuthManagerLayer<Accounts, Sessions> {
    let https = site.config.https();
    let sessions = SessionManagerLayer::new(Sessions(site.backend.clone()))
        .with_name(if https { "__Host-docket" } else { "docket" })
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(https)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::days(SESSION_DAYS)));
    AuthManagerLayerBuilder::new(Accounts(site.backend.clone()), sessions).with_data_key(DATA_KEY).build()
}

/// The four forms.
pub fn router() -> Router<SiteState> {
    Router::new()
        .route(Address::SignIn.root(), post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/sign-out-everywhere", post(sign_out_everywhere))
        .route("/organization", post(organization))
}

#[derive(Deserialize)]
struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    mut session: Session,
    Form(form): Form<SignInForm>,
) -> Response {
    let remote = remote::remote(&site, address, &headers);
    let device = device_of(&site, &headers);
    let credentials = Credentials { email: form.email.clone(), password: form.password, remote, device };
    let again = |error: &str, seconds: &str| {
        let email = first_letters(&form.email, domain::people::LONGEST_EMAIL);
        let address = |next: &str| Address::SignIn.with_query(&[("error", error), ("seconds", seconds), ("email", email), ("next", next)]);
        let whole = address(&form.next);
        Redirect::to(&if whole.len() <= LONGEST_ADDRESS { whole } else { address("") }).into_response()
    };
    match session.authenticate(credentials).await {
        Ok(Some(account)) => match rotate(&mut session, &account).await {
            Ok(()) => {
                let response = match local(&form.next) {
                    Some(next) => Redirect::to(next).into_response(),
                    None => home(&site, &account.caller).await,
                };
                known(&site, &account, response)
            }
            Err(response) => response,
        },
        Ok(None) | Err(axum_login::Error::Backend(Error::Refused(Refusal::Input { .. } | Refusal::NotFound))) => again("credentials", ""),
        Err(axum_login::Error::Backend(Error::Refused(Refusal::TooMany { seconds }))) => again("wait", &seconds.to_string()),
        Err(error) => failure(&error),
    }
}

/// The cookie by which a device is known on which somebody signed in; the outermost layer sends it, after the session's.
#[derive(Clone, Debug)]
pub struct DeviceCookie(pub HeaderValue);

/// How long a device is known, in seconds: as long as browsers keep a cookie at most.
const DEVICE_SECONDS: u32 = 400 * 24 * 60 * 60;

fn device_name(site: &SiteState) -> &'static str {
    if site.config.https() { "__Host-docket-device" } else { "docket-device" }
}

/// The mark that the browser carries from an earlier sign-in.
fn device_of(site: &SiteState, headers: &HeaderMap) -> Option<String> {
    let name = device_name(site);
    let mut pairs = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let mark = pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))?;
    Some(mark.to_owned())
}

/// The response, by which the browser is known from now on: what a stranger guesses does not keep it out.
fn known(site: &SiteState, account: &Account, mut response: Response) -> Response {
    let secure = if site.config.https() { "; Secure" } else { "" };
    let name = device_name(site);
    let cookie = backend::people::device_mark(&site.backend, account.caller.id())
        .map(|mark| format!("{name}={mark}; HttpOnly; SameSite=Lax; Path=/; Max-Age={DEVICE_SECONDS}{secure}"));
    match cookie.map(HeaderValue::try_from) {
        Ok(Ok(cookie)) => {
            response.extensions_mut().insert(DeviceCookie(cookie));
        }
        Ok(Err(error)) => tracing::error!(%error, "the mark of a device cannot be a cookie"),
        Err(error) => tracing::error!(%error, "the mark of a device could not be made"),
    }
    response
}

/// A new session id at every sign-in: one that was planted before is worth nothing afterwards.
async fn rotate(session: &mut Session, account: &Account) -> Result<(), Response> {
    if session.user.is_some() {
        session.logout().await.map_err(|error| failure(&error))?;
    }
    session.session.cycle_id().await.map_err(|error| failure(&error))?;
    session.login(account).await.map_err(|error| failure(&error))
}

async fn sign_out(mut session: Session) -> Response {
    match session.logout().await {
        Ok(_) => Redirect::to(Address::SignIn.root()).into_response(),
        Err(error) => failure(&error),
    }
}

async fn sign_out_everywhere(State(site): State<SiteState>, mut session: Session) -> Response {
    if let Some(account) = &session.user
        && let Err(error) = backend::people::sign_out_everywhere(&site.backend, &account.caller).await
    {
        return failure(&error);
    }
    match session.logout().await {
        Ok(_) => Redirect::to(Address::SignIn.root()).into_response(),
        Err(error) => failure(&error),
    }
}

#[derive(Deserialize)]
struct OrganizationForm {
    key: String,
}

/// Goes on in another organization of the same person; one they are not in does not exist for them.
async fn organization(State(site): State<SiteState>, mut session: Session, Form(form): Form<OrganizationForm>) -> Response {
    let Some(account) = session.user.clone() else { return Redirect::to(Address::SignIn.root()).into_response() };
    let me = match backend::people::me(&site.backend, &account.caller).await {
        Ok(me) => me,
        Err(error) => return failure(&error),
    };
    let Some(chosen) = me.organizations.iter().find(|organization| organization.key == form.key) else {
        return (StatusCode::NOT_FOUND, "This organization does not exist, or is not yours to see.\n").into_response();
    };
    let signed_in = SignedIn { organization: Some(chosen.id), ..account.signed_in };
    match session.backend.get_user(&signed_in).await {
        Ok(Some(account)) => match session.login(&account).await {
            Ok(()) => home(&site, &account.caller).await,
            Err(error) => failure(&error),
        },
        Ok(None) => Redirect::to(Address::SignIn.root()).into_response(),
        Err(error) => failure(&error),
    }
}

fn failure(error: &dyn fmt::Display) -> Response {
    tracing::error!(%error, "an account form failed");
    // Without a body: the outermost layer writes the sentence with the reference.
    let mut response = Response::new(axum::body::Body::empty());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// To the page the person begins with.
pub async fn home(site: &SiteState, caller: &Caller) -> Response {
    match backend::people::landing(&site.backend, caller).await {
        Ok(landing) => Redirect::to(&landing.to_string()).into_response(),
        Err(error) => failure(&error),
    }
}

/// Only a path of this site; anything else leads to where the person begins.
fn local(next: &str) -> Option<&str> {
    let inside = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']) && next.is_ascii();
    (inside && !next.starts_with(Address::SignIn.root())).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_one_stays_on_this_site() {
        assert_eq!(local("/requests/IT-7F3K?tab=1"), Some("/requests/IT-7F3K?tab=1"));
        for outside in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", "/sign-in?next=/"]
        {
            assert_eq!(local(outside), None, "{outside}");
        }
    }
}
