//! The router and the order of its layers, and the listening itself.
//!
//! Outermost first: reference and log line · security headers · origin check · body limit · compression · (pages, server functions and
//! the live stream only) session · caller. Files and health checks need neither session nor caller.

pub mod auth;
pub mod health;
pub mod live;
pub mod pages;
pub mod security;

use crate::config::Config;
use axum::Router;
use axum::middleware;
use axum::serve::ListenerExt;
use backend::Backend;
use leptos::config::LeptosOptions;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

/// Largest request body.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// How long open connections may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    pub backend: Backend,
    pub config: Arc<Config>,
    pub options: LeptosOptions,
    /// Becomes true when the server stops: streams end then.
    pub stopping: watch::Receiver<bool>,
}

impl Site {
    /// The shared state; `stopping` turns true when open streams should end.
    pub fn new(backend: Backend, config: Arc<Config>, stopping: watch::Receiver<bool>) -> Self {
        let options = LeptosOptions::builder()
            .output_name("docket")
            .site_root(config.site_root.to_string_lossy().into_owned())
            .site_addr(config.address)
            .reload_port(config.reload_port.unwrap_or(3001))
            .build();
        Self { backend, config, options, stopping }
    }
}

/// The whole site.
pub fn router(site: &Site) -> Router {
    let app = pages::router(site)
        .merge(auth::router())
        .merge(live::router())
        .layer(middleware::from_fn_with_state(site.clone(), pages::enter))
        .layer(auth::layer(site))
        .with_state(site.clone());
    Router::new()
        .merge(health::router().with_state(site.clone()))
        .merge(pages::files(site))
        .fallback_service(app)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(site.clone(), security::origin))
        .layer(middleware::from_fn_with_state(site.clone(), security::headers))
        .layer(middleware::from_fn(security::reference))
}

/// Listens until `stop`, then lets open requests end, for at most a few seconds.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    backend: Backend,
    config: Arc<Config>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    backend.store().follow().await;
    let (stopping, stopped) = watch::channel(false);
    let site = Site::new(backend, config, stopped.clone());
    let service = router(&site).into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was refused");
        }
    });
    tokio::spawn(async move {
        stop.await;
        let _ = stopping.send(true);
    });
    let mut graceful = stopped.clone();
    let served = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = graceful.wait_for(|stopping| *stopping).await;
    });
    let mut forced = stopped;
    tokio::select! {
        result = async { served.await } => result,
        () = async move {
            let _ = forced.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(GRACE).await;
        } => {
            tracing::warn!("some connections did not end in time");
            Ok(())
        }
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
