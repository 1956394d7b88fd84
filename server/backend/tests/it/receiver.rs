//! A webhook's receiver: notes what arrives, checks its signature as the other side does, and answers as it is told.

use crate::harness::World;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

/// What the receiver and the connector share.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a receiver does with the next call.
#[derive(Clone, Debug)]
pub enum Answer {
    Code(u16),
    After(u16, &'static str),
    /// Never answers.
    Hang,
}

/// A call that arrived.
pub struct Got {
    pub headers: HeaderMap,
    pub body: Bytes,
}

#[derive(Clone)]
struct Desk {
    answer: Arc<Mutex<Answer>>,
    sender: mpsc::UnboundedSender<Got>,
}

/// A receiver on a free port.
pub struct Receiver {
    pub port: u16,
    answer: Arc<Mutex<Answer>>,
    pub got: mpsc::UnboundedReceiver<Got>,
}

impl Receiver {
    pub async fn open() -> Self {
        let (sender, got) = mpsc::unbounded_channel();
        let answer = Arc::new(Mutex::new(Answer::Code(200)));
        let desk = Desk { answer: answer.clone(), sender };
        let app = Router::new().route("/{*path}", any(receive)).with_state(desk);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { port, answer, got }
    }

    pub fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Calls since the last look.
    pub fn calls(&mut self) -> Vec<Got> {
        std::iter::from_fn(|| self.got.try_recv().ok()).collect()
    }

    /// Makes the connector of `north` call this receiver.
    pub async fn connect(&self, world: &World, host: &str) {
        let port = self.port;
        let text = format!(
            "- key: desk\n  name: Service desk\n  kind: webhook\n  settings:\n    url: http://{host}:{port}/hooks/desk?token=abc\n    secret_env: DESK\n    \
             headers: {{ X-Desk: north-key }}\n"
        );
        world.apply_file("north", "connectors.yaml", &text).await;
    }
}

async fn receive(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> axum::response::Response {
    let answer = desk.answer.lock().unwrap().clone();
    desk.sender.send(Got { headers, body }).unwrap();
    match answer {
        Answer::Code(code) => (StatusCode::from_u16(code).unwrap(), "taken").into_response(),
        Answer::After(code, after) => {
            let headers = HeaderMap::from_iter([(axum::http::header::RETRY_AFTER, HeaderValue::from_static(after))]);
            (StatusCode::from_u16(code).unwrap(), headers, "later").into_response()
        }
        Answer::Hang => std::future::pending().await,
    }
}

impl Got {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// The payload, when the signature is right.
    pub fn verified(&self) -> Value {
        let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp")).as_bytes());
        mac.update(&self.body);
        let given = self.header("webhook-signature").strip_prefix("v1,").unwrap();
        mac.verify_slice(&STANDARD.decode(given).unwrap()).unwrap();
        serde_json::from_slice(&self.body).unwrap()
    }
}
