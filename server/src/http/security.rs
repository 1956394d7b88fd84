//! What every response and every request passes: a reference, security headers, and the origin check.

use super::SiteState;
use super::auth::DeviceCookie;
use super::kinds::RequestKind;
use crate::config::{HostList, HostPort};
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::address::Address;
use rand::Rng;
use std::borrow::Cow;
use std::time::Instant;
use tracing::Instrument;

/// Found in the logs and on error pages: tells one HTTP request from all others.
#[derive(Clone, Debug)]
pub struct RequestReference(pub String);

const REFERENCE_HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Letters and digits that are not mistaken for one another when read aloud.
const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

fn new_reference() -> String {
    let mut random = rand::rng();
    (0..10).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
}

/// A path as it is told in logs: without the secret that opens it.
pub fn told_path(path: &str) -> Cow<'_, str> {
    match Address::parse(path) {
        Some(page) if page.holds_secret() => Cow::Owned(format!("{}/(hidden)", page.root())),
        _ => Cow::Borrowed(path),
    }
}

/// Gives the request its reference and writes its line in the log. A failure that has no page gets a plain one here.
pub async fn reference(mut request: Request, next: Next) -> Response {
    let reference = new_reference();
    let span = tracing::info_span!("http", %reference, method = %request.method(), path = %told_path(request.uri().path()));
    request.extensions_mut().insert(RequestReference(reference.clone()));
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), milliseconds, "answered"));
    if response.status().is_server_error() && response.body().size_hint().exact() == Some(0) {
        let status = response.status();
        let text = format!("Something went wrong on our side. Try again; if it stays, quote reference {reference}.\n");
        response = (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    }
    if let Ok(value) = HeaderValue::from_str(&reference) {
        response.headers_mut().insert(REFERENCE_HEADER, value);
    }
    response
}

/// The content security policy of a page whose inline scripts carry this nonce; without one, no inline script runs.
pub fn policy(nonce: Option<&str>, reload_socket: Option<&str>) -> String {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let socket = reload_socket.map(|socket| format!(" {socket}")).unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'{socket}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Security headers on everything that leaves; a page has put its own policy, with its nonce, already.
pub async fn headers(State(site): State<SiteState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let device = response.extensions_mut().remove::<DeviceCookie>();
    let headers = response.headers_mut();
    if let Some(DeviceCookie(cookie)) = device {
        headers.append(header::SET_COOKIE, cookie);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(value) = HeaderValue::from_str(&policy(None, None))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        // A page may have said more already.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if site.config.https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    response
}

/// Refuses what another site made the browser send: see [`RequestKind::needs_our_origin`].
pub async fn origin(State(site): State<SiteState>, request: Request<Body>, next: Next) -> Response {
    let asked = RequestKind::of(&request).needs_our_origin(request.method());
    if asked && !from_here(request.headers(), &site.config.public_url, &site.hosts) {
        let path = told_path(request.uri().path());
        tracing::warn!(%path, "refused a request to {path} from another site");
        let text = "This request came from another site and was refused. Open Docket itself and try again there.\n";
        return (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    }
    next.run(request).await
}

/// Refuses what is asked of a host that is not ours: a page elsewhere can make its own name lead here, and would be at home then. Health
/// checks ask by address.
pub async fn host(State(site): State<SiteState>, request: Request<Body>, next: Next) -> Response {
    if RequestKind::of(&request) == RequestKind::Health {
        return next.run(request).await;
    }
    let (status, text) = match asked_host(&request) {
        Some(asked) if site.hosts.has(&asked) => return next.run(request).await,
        Some(asked) => {
            tracing::warn!(host = asked.host, "refused a request for the host {}, which is not in ALLOWED_HOSTS", asked.host);
            (StatusCode::MISDIRECTED_REQUEST, "Docket does not answer for this host. Whoever runs it can list it in ALLOWED_HOSTS.\n")
        }
        None => (StatusCode::BAD_REQUEST, "This request does not say clearly which host it is for.\n"),
    };
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The host that is asked, when the request names one and one alone: in its target (HTTP/2, and clients that think this is a proxy), in
/// its `Host`, or in both alike.
fn asked_host(request: &Request<Body>) -> Option<HostPort> {
    let named = |value: &HeaderValue| value.to_str().ok().and_then(HostPort::read);
    let target = request.uri().authority().map(|authority| HostPort::read(authority.as_str()));
    let mut all = target.into_iter().chain(request.headers().get_all(header::HOST).iter().map(named));
    let first = all.next()??;
    if request.headers().get_all(header::HOST).iter().count() > 1 || all.any(|other| other.as_ref() != Some(&first)) {
        return None;
    }
    Some(first)
}

/// Whether the browser says that the request comes from our own pages. A request that says nothing, or two things, is refused.
fn from_here(headers: &HeaderMap, public_url: &str, hosts: &HostList) -> bool {
    let text = |name: &str| {
        let mut all = headers.get_all(name).iter();
        let first = all.next().map(|value| value.to_str().unwrap_or("unreadable"));
        if all.next().is_some() { Some("several") } else { first }
    };
    let origin = text("origin");
    let listed = |origin: &str| origin == public_url || HostPort::of_url(origin).is_some_and(|origin| hosts.has(&origin));
    match text("sec-fetch-site") {
        // A form of a page that tells nobody its address has the origin "null".
        Some("same-origin" | "none") => origin.is_none_or(|origin| origin == "null" || listed(origin)),
        Some(_) => false,
        None => origin.is_some_and(|origin| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            origin == public_url || (listed(origin) && host.is_some() && host == text("host"))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServerConfig;

    const PUBLIC: &str = "https://docket.example.org";

    fn hosts() -> HostList {
        let variables = [("ALLOWED_HOSTS", "help.example.org,127.0.0.1"), ("DOCKET_PUBLIC_URL", PUBLIC)];
        ServerConfig::read(&variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()).unwrap().hosts()
    }

    fn asked(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        from_here(&headers, PUBLIC, &hosts())
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        assert!(asked(&[("sec-fetch-site", "same-origin")]));
        assert!(asked(&[("sec-fetch-site", "none")]));
        assert!(asked(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        // Behind a proxy that changes the host.
        assert!(asked(&[("sec-fetch-site", "same-origin"), ("origin", "https://help.example.org"), ("host", "10.0.0.7:3000")]));
        assert!(asked(&[("origin", PUBLIC), ("host", "10.0.0.7:3000")]));
        assert!(asked(&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")]));
        for refused in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", PUBLIC)],
            &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-origin"), ("origin", "http://evil.example"), ("host", "evil.example")],
            &[("origin", "null"), ("host", "docket.example.org")],
            &[("origin", "https://evil.example"), ("host", "docket.example.org")],
            &[("origin", "http://evil.example"), ("host", "evil.example")],
            &[("origin", "http://127.0.0.1:4444"), ("host", "127.0.0.1:3000")],
            &[("origin", "https://docket.example.org.evil.example"), ("host", "docket.example.org")],
            &[("origin", PUBLIC), ("origin", "https://evil.example")],
            &[("host", "docket.example.org")],
        ] {
            assert!(!asked(refused), "{refused:?}");
        }
    }

    #[test]
    fn a_request_names_one_host() {
        let asked = |target: &str, named: &[&str]| {
            let mut request = Request::builder().uri(target);
            for host in named {
                request = request.header("host", *host);
            }
            asked_host(&request.body(Body::empty()).unwrap()).map(|asked| asked.host)
        };
        let one = Some("docket.example.org".to_owned());
        assert_eq!(asked("/", &["Docket.example.org:443"]), one);
        assert_eq!(asked("http://docket.example.org/", &["docket.example.org"]), one);
        assert_eq!(asked("http://docket.example.org/", &[]), one);
        for (target, named) in [
            ("/", &[][..]),
            ("/", &["docket.example.org", "docket.example.org"]),
            ("/", &["docket.example.org", "evil.example"]),
            ("/", &["docket.example.org, evil.example"]),
            ("/", &["user@docket.example.org"]),
            ("http://evil.example/", &["docket.example.org"]),
            ("http://docket.example.org/", &["evil.example"]),
            ("http://user@docket.example.org/", &["docket.example.org"]),
        ] {
            assert_eq!(asked(target, named), None, "{target} {named:?}");
        }
    }

    #[test]
    fn a_policy_without_a_nonce_allows_no_inline_script() {
        assert!(policy(Some("abc"), None).contains("script-src 'self' 'nonce-abc' 'wasm-unsafe-eval';"));
        assert!(policy(None, None).contains("script-src 'self' 'wasm-unsafe-eval';"));
        assert!(!policy(Some("abc"), None).contains("unsafe-inline"));
    }

    #[test]
    fn references_differ_and_read_well() {
        let reference = new_reference();
        assert_eq!(reference.len(), 10);
        assert_ne!(reference, new_reference());
    }
}
