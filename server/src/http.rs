//! The router and the order of its layers, and the listening itself.
//!
//! Outermost first: reference and log line · security headers · host and origin checks · compression · length of the address · body limit
//! of the route · (pages, server functions, forms and the live stream only) session · caller · weight of what was sent. Files, health checks
//! and the interface for programs need no session.

mod accent;
mod answers;
mod api;
pub mod auth;
mod doors;
mod exports;
pub mod files;
pub mod health;
pub mod input;
mod kinds;
mod listen;
pub mod live;
pub mod pages;
mod problem;
mod pulse;
pub mod remote;
pub mod security;
pub mod sessions;
pub mod single_sign_on;
mod stream;
mod streams;

use crate::config::{HostList, ServerConfig};
use crate::handles;
use app::parts::PageParts;
use axum::Router;
use axum::middleware;
use backend::Backend;
use leptos::config::LeptosOptions;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use streams::OpenStreams;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// Largest body of what our own pages send.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// How long open connections may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct SiteState {
    pub backend: Backend,
    pub config: Arc<ServerConfig>,
    /// The hosts it answers for.
    pub hosts: Arc<HostList>,
    pub options: LeptosOptions,
    /// Where the browser finds the parts of the present build.
    pub parts: Arc<PageParts>,
    /// The open live streams.
    pub streams: Arc<OpenStreams>,
    /// How often API tokens are shown.
    pub token_pace: Arc<api::TokenPace>,
    /// Becomes true when the server stops: streams end then.
    pub stopping: watch::Receiver<bool>,
}

impl SiteState {
    /// The shared state; `stopping` turns true when open streams should end.
    pub fn new(backend: Backend, config: Arc<ServerConfig>, stopping: watch::Receiver<bool>) -> Self {
        let options = LeptosOptions::builder()
            .output_name("docket")
            .site_root(config.site_root.to_string_lossy().into_owned())
            .site_addr(config.address)
            .reload_port(config.reload_port.unwrap_or(3001))
            .build();
        let parts = Arc::new(files::page_parts(&config.site_root));
        let hosts = Arc::new(config.hosts());
        let streams = Arc::new(OpenStreams::new(config.pace.streams));
        Self { backend, config, hosts, options, parts, streams, token_pace: Arc::default(), stopping }
    }
}

/// The whole site.
pub fn router(site: &SiteState) -> Router {
    let app = pages::router(site)
        .merge(auth::router())
        .merge(doors::router())
        .merge(single_sign_on::router())
        .merge(live::router())
        .merge(exports::router())
        .layer(middleware::from_fn(input::weigh_input))
        .layer(middleware::from_fn_with_state(site.clone(), pages::enter))
        .layer(sessions::layer(site))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .with_state(site.clone());
    // Each part says what a body may weigh; what takes none says so too.
    let without_body = health::router().merge(api::router()).merge(accent::router()).with_state(site.clone()).merge(files::router(site));
    Router::new()
        .merge(without_body.layer(RequestBodyLimitLayer::new(0)))
        .fallback_service(app)
        .layer(middleware::from_fn(input::bound_address))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(site.clone(), security::origin))
        .layer(middleware::from_fn_with_state(site.clone(), security::host))
        .layer(middleware::from_fn_with_state(site.clone(), security::headers))
        .layer(middleware::from_fn(security::reference))
}

/// Listens until `stop`, then lets open requests end, for at most a few seconds.
pub async fn serve(listener: TcpListener, backend: Backend, config: Arc<ServerConfig>, stop: impl Future<Output = ()> + Send + 'static) {
    backend.store().follow().await;
    let (stopping, stopped) = watch::channel(false);
    let site = SiteState::new(backend, config.clone(), stopped.clone());
    tokio::spawn(async move {
        stop.await;
        let _ = stopping.send(true);
    });
    let most = match config.pace.most {
        Some(most) => most as usize,
        None => handles::connections(handles::raise()),
    };
    let mut forced = stopped.clone();
    tokio::select! {
        () = listen::listen(listener, router(&site), config.pace.clone(), most, stopped) => {}
        () = async move {
            let _ = forced.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        } => tracing::warn!("connections that did not end in time were closed"),
    }
}

/// Waits for Ctrl-C, or SIGTERM.
pub async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
