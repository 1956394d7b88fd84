//! The interface for programs, `/api/…`: apart from pages and sessions, so that no cookie opens it and no page of another site is asked
//! about. What it does not know is answered as everything else that does not exist, never by a page.

use super::SiteState;
use super::answers::answer_error;
use app::error::CallError;
use axum::Router;
use axum::response::Response;
use axum::routing::any;
use domain::Refusal;

/// `/api` and everything below it.
pub fn router() -> Router<SiteState> {
    Router::new().route("/api", any(answer_unknown)).route("/api/{*rest}", any(answer_unknown))
}

async fn answer_unknown() -> Response {
    answer_error(&CallError::Refused { refusal: Refusal::NotFound })
}
