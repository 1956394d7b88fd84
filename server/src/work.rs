//! The worker: hands approved requests to connectors. Inside `docket serve`, alone (`docket work`) or once (`docket work --once`).

use backend::{Backend, outbox};
use std::future::Future;

/// Works until `stop`; a failure is logged and work goes on.
pub async fn run(backend: Backend, stop: impl Future<Output = ()> + Send + 'static) {
    tracing::info!("the worker is starting");
    outbox::run(backend, stop).await;
    tracing::info!("the worker has stopped");
}

/// Does what is due now, and says what was done.
///
/// # Errors
/// When the database does not answer.
pub async fn once(backend: &Backend) -> Result<String, String> {
    outbox::run_once(backend).await.map(|summary| summary.to_string()).map_err(|error| error.to_string())
}
