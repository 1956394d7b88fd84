//! Health checks: for machines, without a session.

use super::SiteState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use backend::readiness::{self, ReadinessReport};

/// `/health/live` and `/health/ready`.
pub fn router() -> Router<SiteState> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

/// The process answers.
async fn live() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// The database takes changes and its schema is the one this program knows; if not, why.
async fn ready(State(site): State<SiteState>) -> impl IntoResponse {
    let ReadinessReport { obstacle, worker_seen } = readiness::ready(&site.backend).await;
    let status = if obstacle.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = Json(serde_json::json!({ "ready": obstacle.is_none(), "reason": obstacle, "worker_seen": worker_seen }));
    (status, [(header::CACHE_CONTROL, "no-store")], body)
}
