//! The interface for programs, `/api/…`: apart from pages and sessions, so that no cookie opens it and no page of another site is asked
//! about. Every request shows its token. What went wrong is said as problem details; what is not known is answered as everything else that
//! does not exist, never by a page.

use super::problem::{answer_failure, refuse_haste, refuse_method, refuse_stranger, refuse_unknown};
use super::{SiteState, remote};
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get};
use axum::{Json, Router};
use backend::Backend;
use backend::tokens::{self, TokenCaller};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::ApiTokenId;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Tokens whose pace is remembered at once.
const REMEMBERED: usize = 10_000;

/// `/api` and everything below it.
pub fn router() -> Router<SiteState> {
    let only = |route: MethodRouter<SiteState>| route.fallback(refuse_other_methods);
    Router::new()
        .route("/api/v1/me", only(get(me)))
        .route("/api/v1/requests/{number}", only(get(request)))
        .route("/api", any(answer_unknown))
        .route("/api/{*rest}", any(answer_unknown))
}

/// How often each token was shown within this minute.
#[derive(Debug, Default)]
pub struct TokenPace(Mutex<HashMap<ApiTokenId, (DateTime<Utc>, u32)>>);

impl TokenPace {
    /// Counts one request. Some(seconds to wait) when the minute's are used up.
    fn count(&self, token: ApiTokenId, most: u32, now: DateTime<Utc>) -> Option<u32> {
        let minute = TimeDelta::minutes(1);
        let is_over = |began: DateTime<Utc>| now < began || now - began >= minute;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (began, _)| !is_over(*began));
        }
        let (began, count) = known.entry(token).or_insert((now, 0));
        if is_over(*began) {
            (*began, *count) = (now, 0);
        }
        if *count < most {
            *count += 1;
            return None;
        }
        let wait = *began + minute - now;
        Some(u32::try_from(wait.num_seconds()).unwrap_or(0) + 1)
    }
}

/// Whoever calls, by the token that the request shows.
struct Bearer(TokenCaller);

impl FromRequestParts<SiteState> for Bearer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SiteState) -> Result<Self, Response> {
        let Some(token) = shown_token(&parts.headers) else { return Err(refuse_stranger()) };
        let address = remote::address_of(site, &parts.extensions, &parts.headers);
        let found = tokens::find_bearer(&site.backend, token, address).await.map_err(answer_failure)?;
        let Some(bearer) = found else { return Err(refuse_stranger()) };
        if let Some(seconds) = site.token_pace.count(bearer.id, site.config.api_pace, site.backend.now()) {
            return Err(refuse_haste(seconds));
        }
        note_use(&site.backend, &bearer);
        Ok(Self(bearer))
    }
}

/// The token in `Authorization: Bearer …`.
fn shown_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Beside the request: it is answered whether or not this can be written.
fn note_use(backend: &Backend, bearer: &TokenCaller) {
    let (backend, bearer) = (backend.clone(), bearer.clone());
    tokio::spawn(async move {
        if let Err(error) = tokens::note_use(&backend, &bearer).await {
            tracing::warn!(%error, "the last use of an API token could not be noted");
        }
    });
}

fn answer(found: backend::Result<impl Serialize>) -> Response {
    match found {
        Ok(found) => ([(header::CACHE_CONTROL, "no-store")], Json(found)).into_response(),
        Err(error) => answer_failure(error),
    }
}

async fn me(State(site): State<SiteState>, Bearer(bearer): Bearer) -> Response {
    answer(tokens::read_bearer(&site.backend, &bearer).await)
}

async fn request(State(site): State<SiteState>, Bearer(bearer): Bearer, number: Result<Path<String>, PathRejection>) -> Response {
    match number {
        Ok(Path(number)) => answer(tokens::read_request(&site.backend, &bearer, &number).await),
        // What is no text is no docket number either.
        Err(_) => refuse_unknown(),
    }
}

async fn refuse_other_methods() -> Response {
    refuse_method()
}

async fn answer_unknown() -> Response {
    refuse_unknown()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_token_has_so_many_requests_a_minute() {
        let (pace, now) = (TokenPace::default(), DateTime::UNIX_EPOCH);
        let [one, two] = [1, 2].map(|n| ApiTokenId(Uuid::from_u128(n)));
        let at = |seconds| now + TimeDelta::seconds(seconds);
        assert_eq!([pace.count(one, 2, now), pace.count(one, 2, at(10)), pace.count(one, 2, at(20))], [None, None, Some(41)]);
        assert_eq!(pace.count(two, 2, at(20)), None, "another token has its own");
        assert_eq!(pace.count(one, 2, at(60)), None, "a minute later");
        assert_eq!(pace.count(one, 2, at(-60)), None, "a clock that was set back locks nobody out");
    }

    #[test]
    fn a_token_is_shown_as_bearer() {
        let shown = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, axum::http::HeaderValue::from_static(text))]);
            shown_token(&headers).map(str::to_owned)
        };
        assert_eq!(shown("Bearer dkt_1").as_deref(), Some("dkt_1"));
        assert_eq!(shown("bearer  dkt_1").as_deref(), Some("dkt_1"));
        assert_eq!((shown("Basic dkt_1"), shown("dkt_1")), (None, None));
        assert_eq!(shown_token(&HeaderMap::new()), None);
    }
}
