//! Pages and server functions: the Leptos side of the site.

use super::answers::{answer_error, answer_error_as};
use super::input::LONGEST_ADDRESS;
use super::kinds::RequestKind;
use super::security::{RequestReference, policy, told_path};
use super::sessions::BrowserSession;
use super::{BODY_LIMIT, SiteState};
use app::app::App;
use app::context::ServerContext;
use app::document::document;
use app::error::CallError;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use backend::CallOrigin;
use domain::Refusal;
use domain::address::Address;
use domain::people::device::describe_device;
use leptos::config::LeptosOptions;
use leptos::context::{provide_context, use_context};
use leptos::nonce::use_nonce;
use leptos::server_fn::error::FromServerFnError;
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};
use std::time::Duration;

/// Every page of `routes.rs` and every registered server function; whatever else is asked for is a page that says "not found".
pub fn router(site: &SiteState) -> Router<SiteState> {
    let options = site.options.clone();
    let shell_options = options.clone();
    let context = context(site);
    let missing_options = options.clone();
    let missing_page = leptos_axum::render_app_to_stream_with_context(context.clone(), move || document(missing_options.clone()));
    let missing = move |request: Request| async move {
        if RequestKind::of(&request) != RequestKind::Page {
            return (StatusCode::NOT_FOUND, "Not found.\n").into_response();
        }
        let mut response = missing_page(request).await;
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
    };
    Router::<LeptosOptions>::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context, move || document(shell_options.clone()))
        .fallback(missing)
        .with_state(options)
}

/// What every rendering and every server function finds in its Leptos context.
fn context(site: &SiteState) -> impl Fn() + Clone + Send + Sync + 'static {
    // Development only: the page listens for a new build on a socket of its own.
    let socket = site.config.reload_port.map(|port| format!("ws://{}:{port}", site.config.address.ip()));
    let parts = site.parts.clone();
    move || {
        provide_context(parts.clone());
        if let Some(entry) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<ServerContext>().cloned()) {
            provide_context(entry);
        }
        let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
        if let Ok(value) = HeaderValue::from_str(&policy(Some(&nonce), socket.as_deref())) {
            response.insert_header(header::CONTENT_SECURITY_POLICY, value);
        }
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// Server functions that answer a stranger. Reviewed: each line needs a reason.
pub const OPEN_TO_STRANGERS: &[&str] = &[
    // The sign-in page asks who is signed in, and is told: nobody.
    "/call/account/me",
    // The sign-in page names the providers by which one can sign in.
    "/call/account/providers",
    // Whoever holds a share link works on its task without an account; the token is checked by the use case, and tries are counted.
    "/call/share/open",
    "/call/share/change",
    "/call/share/comment",
    // Whoever holds an account link learns what it is for; the secret is checked by the use case, and tries are counted.
    "/call/doors/link",
    // Tells where anybody can become a member: what such an organization says to everybody.
    "/call/doors/registration",
    // A server without an organization has nobody who could sign in. Afterwards it is not found.
    "/call/doors/setup",
];

/// Whether an address holds a secret that opens it: kept by nobody, found by no search engine.
fn holds_secret(path: &str) -> bool {
    Address::parse(path).is_some_and(Address::holds_secret)
}

/// Knows the caller, and sends those who are not signed in to the sign-in page and back.
pub async fn enter(State(site): State<SiteState>, session: BrowserSession, mut request: Request, next: Next) -> Response {
    let signed_in = session.account.is_some();
    let (path, kind) = (request.uri().path(), RequestKind::of(&request));
    let (page, call) = (kind == RequestKind::Page, kind == RequestKind::Call);
    let door = if page { Address::parse(path).filter(|page| page.is_door()) } else { None };
    if page
        && !signed_in
        && let Some(elsewhere) = setup_first(&site, door).await
    {
        return elsewhere;
    }
    if let (Some(Address::SignIn | Address::Forgot | Address::Register | Address::Setup), Some(account)) = (door, &session.account) {
        return super::auth::home(&site, &account.caller).await;
    }
    if page && door.is_none() && !path.starts_with(super::single_sign_on::ROOT) && !signed_in {
        let wanted = request.uri().path_and_query().map_or(Address::Catalog.root(), |wanted| wanted.as_str());
        let back = Address::SignIn.with_query(&[("next", wanted)]);
        // Encoded it is up to three times as long.
        let long = wanted == Address::Catalog.root() || back.len() > LONGEST_ADDRESS;
        let address = if long { Address::SignIn.root() } else { &back };
        return Redirect::to(address).into_response();
    }
    if call && !signed_in && !OPEN_TO_STRANGERS.contains(&path) {
        return answer_error(&CallError::SignedOut);
    }
    let reference = request.extensions().get::<RequestReference>().map(|reference| reference.0.clone()).unwrap_or_default();
    let address = super::remote::address_of(&site, request.extensions(), request.headers());
    let origin = CallOrigin { address: address.clone(), device: device_words(request.headers()) };
    let caller = session.account.map(|account| account.caller.calling_from(origin));
    let theme = theme(request.headers());
    let me = match &caller {
        Some(caller) if page => backend::people::me(&site.backend, caller).await.ok(),
        _ => None,
    };
    let secret = page && holds_secret(path);
    request.extensions_mut().insert(ServerContext { backend: site.backend, address, caller, reference, me, theme });
    let response = if page { whole_page(next, request, PAGE_MAY_TAKE).await } else { next.run(request).await };
    match response {
        response if call && response.status() == StatusCode::INTERNAL_SERVER_ERROR => with_true_status(response).await,
        response if secret => kept_by_nobody(response),
        response => response,
    }
}

/// A new server begins with its set-up, and one that has an organization has none.
async fn setup_first(site: &SiteState, door: Option<Address<'_>>) -> Option<Response> {
    let needed = match backend::doors::needs_setup(&site.backend).await {
        Ok(needed) => needed,
        Err(error) => return Some(super::auth::failure(&error)),
    };
    let there = door == Some(Address::Setup);
    let elsewhere = match (needed, there) {
        (true, false) => Address::Setup,
        (false, true) => Address::SignIn,
        _ => return None,
    };
    Some(Redirect::to(elsewhere.root()).into_response())
}

/// The address of the page opens it: it is not to be stored, listed, or told to others.
fn kept_by_nobody(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}

/// Longest rendering of a page; a thousand times what one takes.
const PAGE_MAY_TAKE: Duration = Duration::from_secs(10);

/// Renders a page; once more when it is not there in time. Very rarely a rendering waits for data that is there already
/// (<https://github.com/leptos-rs/leptos/issues/4851>, issues 4673 and 4647): seen once in some ten thousand pages on a busy machine.
async fn whole_page(next: Next, request: Request, may_take: Duration) -> Response {
    let (parts, _) = request.into_parts();
    for _ in 0..2 {
        let again = Request::from_parts(parts.clone(), Body::empty());
        match tokio::time::timeout(may_take, next.clone().run(again)).await {
            Ok(response) => return response,
            Err(_) => {
                let path = told_path(parts.uri.path());
                tracing::warn!(%path, "the page {path} was not rendered in time");
            }
        }
    }
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::RETRY_AFTER, "1")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, "This page took too long. Nothing is lost: load it again.\n").into_response()
}

/// Leptos answers 500 when it cannot read what was sent, before any use case runs; that is the sender's doing.
async fn with_true_status(response: Response) -> Response {
    let Ok(bytes) = axum::body::to_bytes(response.into_body(), BODY_LIMIT).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match CallError::de(bytes) {
        error @ CallError::Refused { .. } => answer_error_as(StatusCode::UNPROCESSABLE_ENTITY, &error),
        // Failures of use cases have a reference that is known.
        CallError::Failed { reference } if reference == "unknown" => {
            let refusal = Refusal::input("", "The server could not read what was sent. Reload the page and try again.");
            answer_error(&CallError::Refused { refusal })
        }
        error => answer_error_as(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

/// What the browser calls itself, in words.
fn device_words(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(describe_device).unwrap_or_default()
}

/// The chosen theme, when it is one of ours.
fn theme(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    let mut chosen = cookies.filter_map(|cookie| cookie.trim().strip_prefix("theme="));
    chosen.find(|theme| matches!(*theme, "light" | "dark")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tower::ServiceExt;

    /// A page that never comes the first `stalls` times.
    async fn answer(stalls: u32) -> (StatusCode, u32) {
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        let page = get(move || async move {
            if count.fetch_add(1, Ordering::SeqCst) < stalls {
                std::future::pending::<()>().await;
            }
            "the page"
        });
        let guard = axum::middleware::from_fn(|request, next| whole_page(next, request, Duration::from_millis(20)));
        let response = Router::new().route("/", page).layer(guard).oneshot(Request::new(Body::empty())).await.unwrap();
        (response.status(), asked.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn a_page_that_stalls_is_rendered_again_and_then_given_up() {
        assert_eq!(answer(0).await, (StatusCode::OK, 1));
        assert_eq!(answer(1).await, (StatusCode::OK, 2));
        assert_eq!(answer(2).await, (StatusCode::SERVICE_UNAVAILABLE, 2));
    }
}
