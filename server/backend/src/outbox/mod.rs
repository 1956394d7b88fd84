//! The outbox: how what was decided inside happens outside, at least once and in order.
//!
//! A use case writes an *effect* in the transaction of its decision, about a *subject*: a request, or a person as an account. The *relay* turns the effect into one *delivery* per destination.
//! A worker *leases* a delivery, calls its connector outside of any transaction, and records the *attempt* with its outcome. A worker
//! that dies leaves a lease that runs out; the next one tries again under the same delivery id, by which the other side can tell. It tries
//! that delivery alone, and one that ends a second worker is set aside (`domain::connectors::trial`).
//!
//! Woken by commits of this process and of others, and looking by itself every two seconds for what is due. Any number of workers may run.
//!
//! Deliberately not here: when to try again and what a status means (domain), how to call (connectors).

mod call;
mod connector_checks;
mod data;
mod deliver;
mod frozen;
mod lanes;
mod link_message;
mod message;
mod prepare;
mod record;
mod relay;
mod summaries;
mod tell;
mod topic;
mod who;
mod worker;

pub(crate) use connector_checks::make_all as check_connectors;
pub(crate) use data::sample;
pub(crate) use summaries::run as make_summaries;
pub(crate) use tell::carriers;
pub(crate) use topic::load as load_topics;

use crate::Backend;
use crate::error::{Error, Result};
use crate::store::{self, attempts, deliveries, destinations, micros, notices, receipts, statistics, time, workers};
use chrono::{DateTime, Duration, Utc};
use futures::FutureExt;
use std::pin::pin;
use std::time::Instant;
use worker::OutboxWorker;

/// How long a worker may take for one try before another one takes it up. Longer than the client's patience.
const LEASE: Duration = Duration::seconds(60);
/// Between two looks at the database.
const LOOK: std::time::Duration = std::time::Duration::from_secs(2);
/// Between two signs of life.
const SIGN: std::time::Duration = std::time::Duration::from_secs(10);

/// What a worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerSummary {
    /// Effects handed on, as deliveries. What people are told is not counted.
    pub relayed: u32,
    pub delivered: u32,
    /// Tries that failed and will be made again.
    pub retrying: u32,
    /// Deliveries given up.
    pub failed: u32,
}

impl std::fmt::Display for WorkerSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { relayed, delivered, retrying, failed } = self;
        write!(f, "{relayed} effects relayed, {delivered} deliveries made, {retrying} to be tried again, {failed} given up")
    }
}

/// Works until `stop` is ready; then finishes the tries that are under way and returns.
pub async fn run(backend: Backend, stop: impl Future<Output = ()>) {
    backend.store().follow().await;
    let id = backend.id().to_string();
    let mut stop = pin!(stop.fuse());
    // Before anything is planned by those of a database that was filled a moment ago.
    if let Err(error) = renew_statistics(&backend).await {
        tracing::warn!(%error, "the worker failed to renew the statistics of tables before it began");
    }
    let mut worker = OutboxWorker::new(&backend);
    let mut looked: Option<Instant> = None;
    // Not by the clock, which may be set back.
    let mut signed = None::<Instant>;
    loop {
        let now = Instant::now();
        if signed.is_none_or(|at| now - at >= SIGN) {
            match sign_of_life(&backend, &id).await {
                Ok(()) => signed = Some(now),
                Err(error) => tracing::error!(%error, "the worker failed to record its heartbeat"),
            }
        }
        if looked.is_none_or(|at| at.elapsed() >= LOOK) {
            looked = Some(Instant::now());
            worker.look();
        }
        worker.begin();
        let pause = worker.solitude().unwrap_or(LOOK);
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(ended) = worker.next() => worker.end(ended),
            () = backend.live().woken() => worker.look(),
            () = tokio::time::sleep(pause) => {}
        }
    }
    worker.finish().await;
    if let Err(error) = workers::forget(&backend.store().platform_writer(), &id).await {
        tracing::warn!(%error, "the worker failed to sign off");
    }
    backend.store().flush().await;
}

/// Relays and delivers until nothing is due, and says what was done.
///
/// # Errors
/// When the database fails. A destination that fails is not an error: its delivery is tried again when it is due.
pub async fn run_once(backend: &Backend) -> Result<WorkerSummary> {
    sign_of_life(backend, "once").await?;
    let mut worker = OutboxWorker::new(backend);
    worker.look();
    loop {
        worker.begin();
        let solitude = worker.solitude();
        let ended = tokio::select! {
            ended = worker.next() => ended,
            () = tokio::time::sleep(solitude.unwrap_or(LOOK)), if solitude.is_some() => continue,
        };
        let Some(ended) = ended else { break };
        worker.end(ended);
        if let Some(error) = worker.error() {
            return Err(error);
        }
    }
    backend.store().flush().await;
    Ok(worker.summary())
}

/// When any worker was last seen; None when none runs.
///
/// # Errors
/// When the database fails.
pub async fn alive(backend: &Backend) -> Result<Option<DateTime<Utc>>> {
    Ok(workers::last_seen(&backend.store().platform()).await?.map(time))
}

/// Ends the pauses of every destination: all that waits for them is tried now.
///
/// # Errors
/// When the database fails.
pub async fn end_pauses(backend: &Backend) -> Result<()> {
    destinations::clear(&backend.store().platform_writer()).await
}

/// What could be read; nothing when it is damaged, so that one damaged row holds up neither itself for ever nor the others.
fn readable<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Error::Damaged(cause)) => {
            tracing::error!(cause, "the worker found a damaged row and goes on with the rest");
            Ok(None)
        }
        other => other,
    }
}

/// Forgets attempts, tests, notices and frozen content that need no longer be kept.
pub(crate) async fn forget(backend: &Backend) -> Result<u32> {
    let platform = backend.store().platform_writer();
    let kept = backend.now() - Duration::days(i64::from(backend.settings().attempt_days));
    attempts::forget_before(&platform, kept).await?;
    store::connector_checks::forget_before(&platform, kept).await?;
    receipts::forget_before(&platform, kept).await?;
    deliveries::forget_frozen_before(&platform, kept).await?;
    notices::forget_before(&platform, kept).await?;
    Ok(0)
}

/// Plans made for small tables are not kept for those that have grown.
pub(crate) async fn renew_statistics(backend: &Backend) -> Result<u32> {
    let renewed = statistics::renew(&backend.store().platform_writer()).await?;
    if !renewed.is_empty() {
        tracing::info!(tables = renewed.join(", "), "renewed the statistics of tables that have grown: {}", renewed.join(", "));
    }
    Ok(0)
}

async fn sign_of_life(backend: &Backend, id: &str) -> Result<()> {
    let platform = backend.store().platform_writer();
    workers::seen(&platform, id, micros(backend.now())).await?;
    workers::forget_before(&platform, micros(backend.now() - Duration::days(1))).await
}
