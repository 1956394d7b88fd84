//! A receiver for the demo: takes what the generic webhook connector sends, prints a line for each arrival, and lists them on a page.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Html;
use axum::routing::{get, post};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// Arrivals kept for the page.
const KEPT: usize = 100;

type Arrivals = Arc<Mutex<VecDeque<String>>>;

/// Serves until the process ends.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(address: SocketAddr) -> Result<(), String> {
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}"))?;
    println!("The demo's webhook receiver listens at http://{address}");
    axum::serve(listener, router()).await.map_err(|error| error.to_string())
}

fn router() -> Router {
    Router::new().route("/", get(list)).route("/hooks/{name}", post(receive)).with_state(Arrivals::default())
}

async fn receive(State(arrivals): State<Arrivals>, headers: HeaderMap, body: String) -> StatusCode {
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or("without webhook-id");
    println!("webhook {id}: {} bytes", body.len());
    if let Ok(mut arrivals) = arrivals.lock() {
        arrivals.push_front(format!("{id}\n{body}"));
        arrivals.truncate(KEPT);
    }
    StatusCode::OK
}

async fn list(State(arrivals): State<Arrivals>) -> Html<String> {
    let rows: String =
        arrivals.lock().map(|rows| rows.iter().map(|row| format!("<pre>{}</pre><hr>", escape(row))).collect()).unwrap_or_default();
    let rows =
        if rows.is_empty() { "<p>Nothing has arrived yet. Approve a request that goes to the service desk.</p>".to_owned() } else { rows };
    Html(format!("<!doctype html><html lang=en><meta charset=utf-8><title>Demo webhook receiver</title><h1>What arrived</h1>{rows}"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
