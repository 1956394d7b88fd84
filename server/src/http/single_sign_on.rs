//! Single sign-on: to a provider and back. What has to be the same on the way back is kept in the browser's session, and used once.

use super::auth::{failure, home, known, local};
use super::sessions::{BrowserSession, ProviderEnd, ProviderTry};
use super::{SiteState, remote};
use axum::Router;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use backend::single_sign_on::{self, ProviderReturn};
use backend::{CallOrigin, Error};
use domain::Refusal;
use domain::address::Address;
use domain::bounds::first_letters;
use domain::people::device::describe_device;
use domain::single_sign_on::SignInObstacle;
use domain::text::escape_html;
use serde::Deserialize;
use std::net::SocketAddr;

/// What its addresses begin with: open to strangers, who sign in here.
pub const ROOT: &str = "/single-sign-on/";
/// Longest address to go on to afterwards.
const LONGEST_NEXT: usize = 1024;

/// To a provider and back.
pub fn router() -> Router<SiteState> {
    Router::new().route("/single-sign-on/{provider}", get(begin)).route("/single-sign-on/{provider}/return", get(finish))
}

#[derive(Deserialize)]
struct BeginQuery {
    #[serde(default)]
    next: String,
    /// An identity is to be linked with the account that is signed in.
    #[serde(default)]
    link: String,
}

async fn begin(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    session: BrowserSession,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(query): Query<BeginQuery>,
) -> Response {
    let links = !query.link.is_empty();
    // A way in is added by a click on one's own page: another site must not begin it.
    if links && headers.get("sec-fetch-site").is_none_or(|site| site != "same-origin") {
        return Redirect::to(Address::Profile.root()).into_response();
    }
    let person = session.account.as_ref().map(|account| account.caller.id());
    match &session.account {
        Some(account) if links && !single_sign_on::is_fresh(&site.backend, &account.caller) => return refused(SignInObstacle::Stale, true),
        None if links => return Redirect::to(Address::SignIn.root()).into_response(),
        _ => {}
    }
    let remote = remote::remote(&site, address, &headers);
    match single_sign_on::begin_sign_in(&site.backend, &provider, &remote).await {
        Ok(Some((address, attempt))) => {
            let next = first_letters(&query.next, LONGEST_NEXT).to_owned();
            let kept = ProviderTry { provider, attempt, next, links: person.filter(|_| links) };
            match session.keep_try(&kept).await {
                Ok(()) => Redirect::to(&address).into_response(),
                Err(error) => failure(&error),
            }
        }
        Ok(None) => refused(SignInObstacle::NoAnswer, links),
        Err(Error::Refused(Refusal::TooMany { seconds })) => {
            Redirect::to(&Address::SignIn.with_query(&[("error", "wait"), ("seconds", &seconds.to_string())])).into_response()
        }
        Err(Error::Refused(_)) => (StatusCode::NOT_FOUND, "This way to sign in does not exist.\n").into_response(),
        Err(error) => failure(&error),
    }
}

#[derive(Deserialize)]
struct ReturnQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

async fn finish(
    State(site): State<SiteState>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    session: BrowserSession,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(query): Query<ReturnQuery>,
) -> Response {
    let kept = match session.take_try().await {
        Ok(kept) => kept.filter(|kept| kept.provider == provider && kept.attempt.has_state(&query.state)),
        Err(error) => return failure(&error),
    };
    // Nobody began here: a link of somebody else's sign-in, or a page that was loaded twice.
    let Some(kept) = kept else { return refused(SignInObstacle::NoAnswer, false) };
    let returned = ProviderReturn { key: &provider, code: &query.code };
    if let Some(person) = kept.links {
        let Some(account) = session.account.filter(|account| account.caller.id() == person) else {
            return refused(SignInObstacle::Stale, true);
        };
        return match single_sign_on::link_identity(&site.backend, &account.caller, returned, kept.attempt).await {
            Ok(Ok(())) => Redirect::to(Address::Profile.root()).into_response(),
            Ok(Err(obstacle)) => refused(obstacle, true),
            Err(error) => failure(&error),
        };
    }
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(describe_device).unwrap_or_default();
    let origin = CallOrigin { address: remote::remote(&site, address, &headers), device: agent };
    let signed_in = match single_sign_on::finish_sign_in(&site.backend, returned, kept.attempt, origin).await {
        Ok(Ok(signed_in)) => signed_in,
        Ok(Err(obstacle)) => return refused(obstacle, false),
        Err(error) => return failure(&error),
    };
    let end = signed_in.ends_at.map(|address| ProviderEnd { provider, address });
    match session.begin_by_provider(&site.backend, signed_in.person, signed_in.organization, end).await {
        Ok(Some(account)) => {
            let response = match local(&kept.next) {
                Some(next) => Redirect::to(next).into_response(),
                None => home(&site, &account.caller).await,
            };
            known(&site, &account, response)
        }
        Ok(None) => refused(SignInObstacle::Elsewhere, false),
        Err(error) => failure(&error),
    }
}

/// Back to where it began, with what stands in the way.
fn refused(obstacle: SignInObstacle, linking: bool) -> Response {
    let page = if linking { Address::Profile } else { Address::SignIn };
    Redirect::to(&page.with_query(&[("provider", obstacle.name())])).into_response()
}

/// On to the provider, whose session ends as well: by a page, as a form may lead to no other site.
pub fn end_there(site: &SiteState, ends_at: &str, client_id: &str) -> Response {
    let back = format!("{}{}", site.config.public_url, Address::SignIn.root());
    let before = if ends_at.contains('?') { '&' } else { '?' };
    let encoded =
        |text: &str| Address::SignIn.with_query(&[("x", text)]).split_once("x=").map(|(_, text)| text.to_owned()).unwrap_or_default();
    let address = format!("{ends_at}{before}client_id={}&post_logout_redirect_uri={}", encoded(client_id), encoded(&back));
    let address = escape_html(&address);
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Signing out · Docket</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={address}\"></head><body><p>You are signed out of Docket. \
         <a href=\"{address}\">Sign out of your provider as well</a>.</p></body></html>"
    );
    ([(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
}
