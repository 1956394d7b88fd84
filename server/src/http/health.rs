//! Health checks: for machines, without a session.

use super::Site;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};

/// `/health/live` and `/health/ready`.
pub fn router() -> Router<Site> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

/// The process answers.
async fn live() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// The database answers and its schema is the one this program knows.
async fn ready(State(site): State<Site>) -> impl IntoResponse {
    let ready = match site.backend.store().ready().await {
        Ok(ready) => ready,
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            false
        }
    };
    let worker = backend::outbox::alive(&site.backend).await.ok().flatten();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = Json(serde_json::json!({ "ready": ready, "worker_seen": worker }));
    (status, [(header::CACHE_CONTROL, "no-store")], body)
}
