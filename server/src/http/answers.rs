//! How a refusal is answered: one status and one body, for server functions and for programs alike.

use app::error::CallError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use leptos::server_fn::error::FromServerFnError;

/// The error as JSON, with the status that is true for it.
pub fn answer_error(error: &CallError) -> Response {
    answer_error_as(error.status(), error)
}

/// The error as JSON, with a status that says more than its own: what could not be read has no refusal of its own kind.
pub fn answer_error_as(status: StatusCode, error: &CallError) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, error.ser()).into_response()
}
