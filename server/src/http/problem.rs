//! How programs are told what went wrong: problem details (RFC 9457), with a status that is true for it.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use backend::Error;
use domain::Refusal;
use serde::Serialize;

/// What went wrong, as RFC 9457 writes it.
#[derive(Clone, Debug, Serialize)]
pub struct ProblemDetails {
    /// What kind of problem it is: nothing more than its status says.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// What is wrong with single inputs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<InputProblem>,
}

/// What is wrong with one input.
#[derive(Clone, Debug, Serialize)]
struct InputProblem {
    path: String,
    detail: String,
}

impl ProblemDetails {
    fn of(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or_default();
        Self { kind: "about:blank", title, status: status.as_u16(), detail: detail.into(), errors: Vec::new() }
    }
}

impl IntoResponse for ProblemDetails {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        (status, headers, body).into_response()
    }
}

/// The answer to whoever shows no token that counts: the same words whatever is wrong with it.
pub fn refuse_stranger() -> Response {
    let detail = "Send a token that works as Authorization: Bearer dkt_…. Tokens are made and revoked on the page API tokens.";
    let mut response = ProblemDetails::of(StatusCode::UNAUTHORIZED, detail).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// The answer to what does not exist, and to what may not be seen.
pub fn refuse_unknown() -> Response {
    ProblemDetails::of(StatusCode::NOT_FOUND, "This does not exist, or is not yours to see.").into_response()
}

/// The answer to another method than an address takes.
pub fn refuse_method() -> Response {
    let mut response = ProblemDetails::of(StatusCode::METHOD_NOT_ALLOWED, "This address answers GET alone.").into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

/// The answer to whoever asks too often.
pub fn refuse_haste(seconds: u32) -> Response {
    let detail = format!("Too many requests. Wait {seconds} seconds, then go on.");
    let mut response = ProblemDetails::of(StatusCode::TOO_MANY_REQUESTS, detail).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The answer to what a use case did not do.
pub fn answer_failure(error: Error) -> Response {
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        error => {
            tracing::error!(%error, "a program's request could not be worked on");
            let detail = "The server could not do this. Try again; the request's reference is in x-request-id.";
            return ProblemDetails::of(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response();
        }
    };
    let words = refusal.to_string();
    match refusal {
        Refusal::NotFound => refuse_unknown(),
        Refusal::TooMany { seconds } => refuse_haste(seconds),
        Refusal::Conflict { .. } | Refusal::NotNow { .. } => ProblemDetails::of(StatusCode::CONFLICT, words).into_response(),
        Refusal::Input { path, message } => {
            let errors = vec![InputProblem { path, detail: message }];
            ProblemDetails { errors, ..ProblemDetails::of(StatusCode::UNPROCESSABLE_ENTITY, words) }.into_response()
        }
        Refusal::Problems { problems } => {
            let errors = problems.into_iter().map(|problem| InputProblem { path: problem.field, detail: problem.message });
            ProblemDetails { errors: errors.collect(), ..ProblemDetails::of(StatusCode::UNPROCESSABLE_ENTITY, words) }.into_response()
        }
    }
}
