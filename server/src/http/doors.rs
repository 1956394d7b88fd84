//! The forms of those who are not signed in: a new password, an invitation, registering, setting the server up. Plain HTML forms, as
//! signing in is: they need no script. What was filled in, but for passwords and codes, comes back with the page that says what is wrong.

use super::auth::{device_of, failure, home, known};
use super::input::LONGEST_ADDRESS;
use super::sessions::BrowserSession;
use super::{SiteState, remote};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Form, Router};
use backend::doors::{self, JoinForm, SetupForm};
use backend::people::SignInPlace;
use backend::{CallOrigin, Error};
use domain::Refusal;
use domain::address::Address;
use domain::bounds::first_letters;
use domain::id::{OrganizationId, PersonId};
use domain::people::device::describe_device;
use serde::Deserialize;
use std::net::SocketAddr;

/// Letters of an answer that comes back with a page.
const LONGEST_ANSWER: usize = 254;

/// The forms.
pub fn router() -> Router<SiteState> {
    Router::new()
        .route(Address::Forgot.root(), post(forgot))
        .route(Address::Reset("").root(), post(reset))
        .route(Address::Join("").root(), post(join))
        .route(Address::Register.root(), post(register))
        .route(Address::Setup.root(), post(set_up))
}

/// From where a form comes.
struct Visit {
    remote: String,
    device: Option<String>,
    origin: CallOrigin,
}

impl Visit {
    fn of(site: &SiteState, address: SocketAddr, headers: &HeaderMap) -> Self {
        let remote = remote::remote(site, address, headers);
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(describe_device);
        let origin = CallOrigin { address: remote.clone(), device: agent.unwrap_or_default() };
        Self { device: device_of(site, headers), origin, remote }
    }
}

/// The page again, with what is wrong and what was filled in; without it where that is too long.
fn again(page: Address<'_>, error: Error, answers: &[(&str, &str)]) -> Response {
    let (what, seconds) = match error {
        Error::Refused(Refusal::Input { path, .. }) => (path, String::new()),
        Error::Refused(Refusal::TooMany { seconds }) => ("wait".to_owned(), seconds.to_string()),
        Error::Refused(Refusal::Conflict { .. }) => ("changed".to_owned(), String::new()),
        Error::Refused(_) => ("closed".to_owned(), String::new()),
        error => return failure(&error),
    };
    let mut query = vec![("error", what.as_str()), ("seconds", seconds.as_str())];
    query.extend(answers.iter().map(|(key, value)| (*key, first_letters(value, LONGEST_ANSWER))));
    let whole = page.with_query(&query);
    let short = || page.with_query(&[("error", &what), ("seconds", &seconds)]);
    Redirect::to(&if whole.len() <= LONGEST_ADDRESS { whole } else { short() }).into_response()
}

/// Signs somebody in who came through a door, in a session of its own, and leads on.
async fn enter(site: &SiteState, session: BrowserSession, done: (PersonId, OrganizationId), next: Option<String>) -> Response {
    match session.begin(&site.backend, done.0, Some(done.1)).await {
        Ok(Some(account)) => {
            let response = match next {
                Some(next) => Redirect::to(&next).into_response(),
                None => home(site, &account.caller).await,
            };
            known(site, &account, response)
        }
        Ok(None) => Redirect::to(Address::SignIn.root()).into_response(),
        Err(error) => failure(&error),
    }
}

#[derive(Deserialize)]
struct ForgotForm {
    email: String,
}

async fn forgot(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<ForgotForm>,
) -> Response {
    let visit = Visit::of(&site, address, &headers);
    let email = first_letters(&form.email, LONGEST_ANSWER);
    match doors::ask_reset(&site.backend, &form.email, &visit.remote).await {
        Ok(()) => Redirect::to(&Address::Forgot.with_query(&[("sent", "yes"), ("email", email)])).into_response(),
        Err(error) => again(Address::Forgot, error, &[("email", email)]),
    }
}

#[derive(Deserialize)]
struct RegisterForm {
    email: String,
    #[serde(default)]
    organization: String,
}

async fn register(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(form): Form<RegisterForm>,
) -> Response {
    let visit = Visit::of(&site, address, &headers);
    let (email, wanted) = (first_letters(&form.email, LONGEST_ANSWER), first_letters(&form.organization, LONGEST_ANSWER));
    match doors::ask_registration(&site.backend, &form.email, wanted, &visit.remote).await {
        Ok(()) => Redirect::to(&Address::Register.with_query(&[("sent", "yes"), ("email", email)])).into_response(),
        Err(error) => again(Address::Register, error, &[("email", email), ("organization", wanted)]),
    }
}

#[derive(Deserialize)]
struct ResetForm {
    secret: String,
    password: String,
}

async fn reset(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    session: BrowserSession,
    headers: HeaderMap,
    Form(form): Form<ResetForm>,
) -> Response {
    let visit = Visit::of(&site, address, &headers);
    match doors::finish_reset(&site.backend, &form.secret, form.password, &visit.remote, visit.origin).await {
        Ok(done) => enter(&site, session, done, None).await,
        Err(error) => again(Address::Reset(first_letters(&form.secret, LONGEST_ANSWER)), error, &[]),
    }
}

#[derive(Deserialize)]
struct JoinFields {
    secret: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

async fn join(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    session: BrowserSession,
    headers: HeaderMap,
    Form(form): Form<JoinFields>,
) -> Response {
    let visit = Visit::of(&site, address, &headers);
    let visitor = session.account.as_ref().map(|account| account.caller.clone());
    let wanted = JoinForm { secret: form.secret.clone(), name: form.name.clone(), password: form.password };
    let place = SignInPlace { remote: &visit.remote, device: visit.device.as_deref() };
    match doors::accept_link(&site.backend, wanted, visitor.as_ref(), place, visit.origin).await {
        Ok(done) => enter(&site, session, done, None).await,
        Err(error) => again(Address::Join(first_letters(&form.secret, LONGEST_ANSWER)), error, &[("name", &form.name)]),
    }
}

#[derive(Deserialize)]
struct SetupFields {
    code: String,
    organization: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    time_zone: String,
    #[serde(default)]
    start: String,
    name: String,
    email: String,
    password: String,
}

async fn set_up(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    session: BrowserSession,
    headers: HeaderMap,
    Form(form): Form<SetupFields>,
) -> Response {
    let visit = Visit::of(&site, address, &headers);
    let wanted = SetupForm {
        code: form.code,
        organization: form.organization.clone(),
        key: form.key.clone(),
        time_zone: form.time_zone.clone(),
        starter: form.start != "empty",
        name: form.name.clone(),
        email: form.email.clone(),
        password: form.password,
    };
    match doors::set_up(&site.backend, wanted, &visit.remote, visit.origin).await {
        Ok(done) => enter(&site, session, done, Some(Address::Catalog.with_query(&[("welcome", "yes")]))).await,
        // Somebody else was faster, or it was done long ago.
        Err(Error::Refused(Refusal::NotFound)) => Redirect::to(Address::SignIn.root()).into_response(),
        Err(error) => {
            let answers = [
                ("organization", form.organization.as_str()),
                ("key", &form.key),
                ("time_zone", &form.time_zone),
                ("start", &form.start),
                ("name", &form.name),
                ("email", &form.email),
            ];
            again(Address::Setup, error, &answers)
        }
    }
}
