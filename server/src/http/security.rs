//! What every response and every request passes: a reference, security headers, and the origin check.

use super::Site;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rand::Rng;
use std::time::Instant;
use tracing::Instrument;

/// Found in the logs and on error pages: tells one HTTP request from all others.
#[derive(Clone, Debug)]
pub struct Reference(pub String);

const REFERENCE_HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Letters and digits that are not mistaken for one another when read aloud.
const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";

fn new_reference() -> String {
    let mut random = rand::rng();
    (0..10).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
}

/// Gives the request its reference and writes its line in the log. A failure that has no page gets a plain one here.
pub async fn reference(mut request: Request, next: Next) -> Response {
    let reference = new_reference();
    let span = tracing::info_span!("http", %reference, method = %request.method(), path = request.uri().path());
    request.extensions_mut().insert(Reference(reference.clone()));
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
pub async fn headers(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
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

/// Refuses what another site made the browser send. Asked of every unsafe method, and of every server function whatever its method.
pub async fn origin(State(site): State<Site>, request: Request<Body>, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let asked = !safe || request.uri().path().starts_with("/api/");
    if asked && !from_here(request.headers(), &site.config.public_url) {
        tracing::warn!(path = request.uri().path(), "refused a request from another site");
        let text = "This request came from another site and was refused. Open Docket itself and try again there.\n";
        return (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    }
    next.run(request).await
}

/// Whether the browser says that the request comes from our own pages. A request that says nothing is refused.
fn from_here(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return false };
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    origin == public_url || host.is_some_and(|host| !host.is_empty() && Some(host) == text("host"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
        from_here(&headers, "https://docket.example.org")
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        assert!(asked(&[("sec-fetch-site", "same-origin")]));
        assert!(asked(&[("sec-fetch-site", "none")]));
        assert!(asked(&[("origin", "https://docket.example.org"), ("host", "10.0.0.7:3000")]));
        assert!(asked(&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")]));
        for refused in [
            &[][..],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://docket.example.org")],
            &[("origin", "null"), ("host", "docket.example.org")],
            &[("origin", "https://evil.example"), ("host", "docket.example.org")],
            &[("origin", "https://docket.example.org.evil.example"), ("host", "docket.example.org")],
            &[("host", "docket.example.org")],
        ] {
            assert!(!asked(refused), "{refused:?}");
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
