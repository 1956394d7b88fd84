//! The systems on the other side, for trying Docket without an account anywhere: ConnectWise, SendGrid, Slack, Telegram, webhooks, a
//! mail server and a provider of single sign-on. They speak the real wire formats, refuse what the real ones refuse, keep what arrived, show it on a
//! page, and can be told to fail.
//!
//! A development command; nothing here is used by `docket serve`.

mod letter;
mod mail;
mod page;
pub mod provider;
mod script;
mod sendgrid;
mod slack;
mod systems;
mod telegram;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use script::{BehaviourScript, SystemBehaviour};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;

/// Arrivals kept.
const KEPT: usize = 200;
/// Bytes taken of one call.
const LARGEST: usize = 4 * 1024 * 1024;

/// Something that arrived.
#[derive(Clone, Debug, Serialize)]
pub struct SimulatedArrival {
    /// Counts from 1.
    pub number: u64,
    /// `webhook`, `connectwise`, `sendgrid`, `slack_webhook`, `slack_bot`, `telegram`, `smtp`.
    pub system: &'static str,
    /// When, in RFC 3339.
    pub at: String,
    /// What identifies it: an id, a subject, a channel.
    pub what: String,
    /// Headers and body, as they came.
    pub text: String,
    /// What was answered: a status or a word.
    pub answered: String,
}

/// What the simulators remember.
#[derive(Default)]
struct SimulatorMemory {
    arrived: VecDeque<SimulatedArrival>,
    total: u64,
    script: BehaviourScript,
    /// ConnectWise's tickets, as they are read.
    tickets: Vec<Value>,
    /// Telegram's messages that can be replied to.
    telegram_messages: Vec<u64>,
    provider: provider::ProviderMemory,
    /// How often the mail server was asked for each recipient that it puts off.
    deferred: BTreeMap<String, u32>,
}

/// The simulators' shared state.
#[derive(Clone, Default)]
pub struct SimulatorState(Arc<Mutex<SimulatorMemory>>);

impl SimulatorState {
    fn memory(&self) -> MutexGuard<'_, SimulatorMemory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, system: &'static str, what: String, text: String, answered: String) {
        let mut memory = self.memory();
        memory.total += 1;
        let arrival = SimulatedArrival { number: memory.total, system, at: chrono::Utc::now().to_rfc3339(), what, text, answered };
        memory.arrived.push_front(arrival);
        memory.arrived.truncate(KEPT);
    }

    /// What takes webhooks breaks, or works.
    pub fn fail(&self, broken: bool) {
        let behaviour = if broken { SystemBehaviour::Broken } else { SystemBehaviour::Well };
        self.memory().script.tell("webhook", behaviour, 0);
    }

    /// Everything kept, the newest first.
    pub fn arrived(&self) -> Vec<SimulatedArrival> {
        self.memory().arrived.iter().cloned().collect()
    }
}

/// Listens for HTTP at the address, and for mail at the next port.
///
/// # Errors
/// When one of them cannot be listened on.
pub async fn listen(address: SocketAddr) -> Result<(TcpListener, TcpListener), String> {
    let bind = |address: SocketAddr| async move { TcpListener::bind(address).await.map_err(|error| format!("{address}: {error}")) };
    Ok((bind(address).await?, bind(SocketAddr::new(address.ip(), address.port().wrapping_add(1))).await?))
}

/// Serves until the process ends.
///
/// # Errors
/// When an address cannot be listened on.
pub async fn serve(address: SocketAddr) -> Result<(), String> {
    let (http, smtp) = listen(address).await?;
    println!("The simulated systems listen at http://{address} and, for mail, at the next port. Open the page to see what arrives.");
    run(http, smtp, SimulatorState::default()).await
}

/// Serves on these listeners.
///
/// # Errors
/// When serving ends.
pub async fn run(http: TcpListener, smtp: TcpListener, world: SimulatorState) -> Result<(), String> {
    tokio::spawn(mail::serve(smtp, world.clone()));
    axum::serve(http, router(world)).await.map_err(|error| error.to_string())
}

fn router(world: SimulatorState) -> Router {
    Router::new()
        .route("/", get(page::show))
        .route("/arrivals", get(page::arrivals).delete(page::forget))
        .route("/script", post(page::script))
        .route("/hooks/{*path}", post(systems::webhook))
        .route("/v4_6_release/apis/3.0/service/tickets", get(systems::find_ticket).post(systems::create_ticket))
        .route("/v3/mail/send", post(sendgrid::send))
        .route("/services/{*path}", post(slack::webhook))
        .route("/api/chat.postMessage", post(slack::post_message))
        .route("/oidc/.well-known/openid-configuration", get(provider::describe))
        .route("/oidc/jwks", get(provider::keys))
        .route("/oidc/authorize", get(provider::ask).post(provider::give_code))
        .route("/oidc/token", post(provider::exchange))
        .route("/oidc/userinfo", get(provider::tell))
        .route("/oidc/end", get(provider::end))
        .route("/{bot}/sendMessage", post(telegram::send_message))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(world)
}
