//! Signing in and out: the plain HTML forms, and the mark by which a device is known.

use super::input::LONGEST_ADDRESS;
use super::sessions::{BrowserSession, SessionAccount};
use super::{SiteState, remote, single_sign_on};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Form, Router};
use backend::people::SignInPlace;
use backend::{Caller, Error};
use domain::Refusal;
use domain::address::Address;
use domain::bounds::first_letters;
use serde::Deserialize;
use std::fmt;
use std::net::SocketAddr;

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
    session: BrowserSession,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Response {
    let remote = remote::remote(&site, address, &headers);
    let device = device_of(&site, &headers);
    let place = SignInPlace { remote: &remote, device: device.as_deref() };
    let again = |error: &str, seconds: &str| {
        let email = first_letters(&form.email, domain::people::LONGEST_EMAIL);
        let address = |next: &str| Address::SignIn.with_query(&[("error", error), ("seconds", seconds), ("email", email), ("next", next)]);
        let whole = address(&form.next);
        Redirect::to(&if whole.len() <= LONGEST_ADDRESS { whole } else { address("") }).into_response()
    };
    let account = match backend::people::sign_in(&site.backend, &form.email, &form.password, place).await {
        Ok((person, organization)) => session.begin(&site.backend, person, organization).await,
        Err(error) => Err(error),
    };
    match account {
        Ok(Some(account)) => {
            let response = match local(&form.next) {
                Some(next) => Redirect::to(next).into_response(),
                None => home(&site, &account.caller).await,
            };
            known(&site, &account, response)
        }
        Ok(None) | Err(Error::Refused(Refusal::Input { .. } | Refusal::NotFound)) => again("credentials", ""),
        Err(Error::Refused(Refusal::TooMany { seconds })) => again("wait", &seconds.to_string()),
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
pub(super) fn device_of(site: &SiteState, headers: &HeaderMap) -> Option<String> {
    let name = device_name(site);
    let mut pairs = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
    let mark = pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))?;
    Some(mark.to_owned())
}

/// The response, by which the browser is known from now on: what a stranger guesses does not keep it out.
pub(super) fn known(site: &SiteState, account: &SessionAccount, mut response: Response) -> Response {
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

async fn sign_out(State(site): State<SiteState>, session: BrowserSession) -> Response {
    let provider = session.provider_end();
    let client = provider.as_ref().and_then(|end| site.config.providers.iter().find(|provider| provider.key == end.provider));
    match session.end().await {
        Ok(()) if let (Some(end), Some(client)) = (&provider, client) => single_sign_on::end_there(&site, &end.address, &client.client_id),
        Ok(()) => Redirect::to(Address::SignIn.root()).into_response(),
        Err(error) => failure(&error),
    }
}

async fn sign_out_everywhere(State(site): State<SiteState>, session: BrowserSession) -> Response {
    if let Some(account) = &session.account
        && let Err(error) = backend::people::sign_out_everywhere(&site.backend, &account.caller).await
    {
        return failure(&error);
    }
    sign_out(State(site), session).await
}

#[derive(Deserialize)]
struct OrganizationForm {
    key: String,
}

/// Goes on in another organization of the same person; one they are not in does not exist for them.
async fn organization(State(site): State<SiteState>, session: BrowserSession, Form(form): Form<OrganizationForm>) -> Response {
    let Some(account) = session.account.clone() else { return Redirect::to(Address::SignIn.root()).into_response() };
    let me = match backend::people::me(&site.backend, &account.caller).await {
        Ok(me) => me,
        Err(error) => return failure(&error),
    };
    let Some(chosen) = me.organizations.iter().find(|organization| organization.key == form.key) else {
        return (StatusCode::NOT_FOUND, "This organization does not exist, or is not yours to see.\n").into_response();
    };
    match session.enter(&site.backend, &account, chosen.id).await {
        Ok(Some(account)) => home(&site, &account.caller).await,
        Ok(None) => Redirect::to(Address::SignIn.root()).into_response(),
        Err(error) => failure(&error),
    }
}

/// What is answered when a session or a form of an account could not be worked on.
pub fn failure(error: &dyn fmt::Display) -> Response {
    tracing::error!(%error, "a session or an account form could not be worked on");
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
pub(super) fn local(next: &str) -> Option<&str> {
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
