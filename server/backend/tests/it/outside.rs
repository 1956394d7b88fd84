//! Where messages arrive: the other side of the real connectors, on this machine.

use crate::harness::World;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Slack, Telegram, SendGrid and a webhook's receiver in one: notes what arrives, and answers as they do.
#[derive(Clone, Default)]
pub struct Outside(Arc<Mutex<Vec<(String, Value)>>>, Arc<AtomicBool>, Arc<Mutex<String>>, Arc<Mutex<Vec<(String, String)>>>);

impl Outside {
    /// For the north.
    pub async fn open(world: &World) -> Self {
        Self::open_for(world, "north").await
    }

    /// For everything that an organization sends.
    pub async fn open_for(world: &World, organization: &str) -> Self {
        let outside = Self::default();
        let app = Router::new().route("/{*path}", any(take)).with_state(outside.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        *outside.2.lock().unwrap() = at.to_string();
        let connectors = format!(
            "- {{key: post, name: Post, kind: sendgrid, settings: {{to_email: desk@north.example, from_email: docket@north.example, api_key: SG.north, api_url: 'http://{at}/sg'}}}}\n\
             - {{key: chat, name: Chat, kind: slack_bot, settings: {{token: xoxb-north, channel: '#desk', api_url: 'http://{at}/slack'}}}}\n\
             - {{key: bot, name: Bot, kind: telegram, settings: {{token: '7:north', chat_id: '-1', api_url: 'http://{at}/tg'}}}}\n\
             - {{key: hook, name: Hook, kind: webhook, settings: {{url: 'http://{at}/hook', events: [request_approved, request_rejected, mentioned]}}}}\n"
        );
        world.apply_file(organization, "connectors.yaml", &connectors).await;
        let channels = format!(
            "key: {organization}\nname: Northmoor Utilities\nnotifications:\n  channels: {{email: post, slack: chat, telegram: bot}}\n"
        );
        world.apply_file(organization, "organization.yaml", &channels).await;
        outside
    }

    /// Where it listens: host and port.
    pub fn address(&self) -> String {
        self.2.lock().unwrap().clone()
    }

    /// Whether it answers that it cannot now.
    pub fn fail(&self, fails: bool) {
        self.1.store(fails, Ordering::SeqCst);
    }

    /// Every call since the last look, byte for byte, whatever was answered.
    pub fn calls(&self) -> Vec<(String, String)> {
        let mut calls = std::mem::take(&mut *self.3.lock().unwrap());
        calls.sort();
        calls
    }

    /// What arrived at an address since the last look.
    pub fn at(&self, place: &str) -> Vec<Value> {
        let mut all = self.0.lock().unwrap();
        let (here, rest) = std::mem::take(&mut *all).into_iter().partition(|(path, _)| path.contains(place));
        *all = rest;
        here.into_iter().map(|(_, body)| body).collect()
    }

    /// E-mails since the last look: to whom, subject, text.
    pub fn mails(&self) -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut mails: Vec<_> = self
            .at("/sg/")
            .iter()
            .map(|mail| (text(&mail["personalizations"][0]["to"][0]["email"]), text(&mail["subject"]), text(&mail["content"][0]["value"])))
            .collect();
        mails.sort();
        mails
    }
}

async fn take(State(outside): State<Outside>, uri: Uri, body: String) -> Response {
    outside.3.lock().unwrap().push((uri.path().to_owned(), body.clone()));
    if outside.1.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut all = outside.0.lock().unwrap();
    all.push((uri.path().to_owned(), serde_json::from_str(&body).unwrap()));
    let count = all.len();
    Json(match uri.path() {
        path if path.starts_with("/slack") => json!({"ok": true, "channel": "C1", "ts": format!("1503435956.{count:06}")}),
        path if path.starts_with("/tg") => json!({"ok": true, "result": {"message_id": count, "chat": {"id": 1}}}),
        _ => json!({}),
    })
    .into_response()
}
