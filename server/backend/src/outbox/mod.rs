//! The outbox: how what was decided inside happens outside, at least once and in order.
//!
//! A use case writes an *effect* in the transaction of its decision. The *relay* turns the effect into one *delivery* per destination.
//! A worker *leases* a delivery, calls its connector outside of any transaction, and records the *attempt* with its outcome. A worker
//! that dies leaves a lease that runs out; the next one tries again under the same delivery id, by which the other side can tell.
//!
//! Woken by commits of this process and of others, and looking by itself every two seconds for what is due. Any number of workers may run.
//!
//! Deliberately not here: when to try again and what a status means (domain), how to call (connectors).

mod call;
mod data;
mod deliver;
mod message;
mod relay;
mod summaries;
mod tell;
mod tests;

pub(crate) use data::sample;
pub(crate) use tell::carriers;

use crate::Backend;
use crate::error::{Error, Result};
use crate::store::{attempts, connector_tests, deliveries, destinations, micros, notices, time, workers};
use crate::timers;
use chrono::{DateTime, Duration, Utc};
use futures::FutureExt;
use std::pin::pin;
use tokio::task::{JoinError, JoinSet};

/// How long a worker may take for one try before another one takes it up. Longer than the client's patience.
const LEASE: Duration = Duration::seconds(60);
/// Tries at once.
const AT_ONCE: usize = 16;
/// Between two looks at the database.
const LOOK: std::time::Duration = std::time::Duration::from_secs(2);
/// Between two signs of life.
const SIGN: Duration = Duration::seconds(10);

/// Between two looks for what need not be kept.
const FORGET: Duration = Duration::hours(1);

/// What a worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Effects handed on, as deliveries. What people are told is not counted.
    pub relayed: u32,
    pub delivered: u32,
    /// Tries that failed and will be made again.
    pub retrying: u32,
    /// Deliveries given up.
    pub failed: u32,
}

impl std::fmt::Display for Summary {
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
    let mut under_way = JoinSet::new();
    let mut signed: Option<DateTime<Utc>> = None;
    let mut forgot: Option<DateTime<Utc>> = None;
    loop {
        let now = backend.now();
        if forgot.is_none_or(|at| now - at >= FORGET) {
            forgot = Some(now);
            if let Err(error) = forget(&backend).await {
                tracing::error!(%error, "old attempts could not be removed");
            }
        }
        if signed.is_none_or(|at| now - at >= SIGN) {
            match sign_of_life(&backend, &id).await {
                Ok(()) => signed = Some(now),
                Err(error) => tracing::error!(%error, "the worker could not leave a sign of life"),
            }
        }
        let mut summary = Summary::default();
        match look(&backend, &mut under_way, &mut summary).await {
            Ok(true) => backend.live().wake(),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the worker could not look for work"),
        }
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(done) = under_way.join_next() => note(ended(done)),
            () = backend.live().woken() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    while let Some(done) = under_way.join_next().await {
        note(ended(done));
    }
    if let Err(error) = workers::forget(&backend.store().platform_writer(), &id).await {
        tracing::warn!(%error, "the worker could not sign off");
    }
    backend.store().flush().await;
}

/// Relays and delivers until nothing is due, and says what was done.
///
/// # Errors
/// When the database fails. A destination that fails is no error: its delivery is tried again when it is due.
pub async fn run_once(backend: &Backend) -> Result<Summary> {
    sign_of_life(backend, "once").await?;
    forget(backend).await?;
    let mut summary = Summary::default();
    let mut under_way = JoinSet::new();
    loop {
        let more = look(backend, &mut under_way, &mut summary).await?;
        match under_way.join_next().await.map(ended) {
            Some(Ok(done)) => summary.add(done),
            Some(Err(error)) => note(Err(error)),
            None if more => {}
            None => {
                backend.store().flush().await;
                return Ok(summary);
            }
        }
    }
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

/// What became of one try; None when it was no longer this worker's.
type Done = Result<Option<deliver::Ended>>;

impl Summary {
    fn add(&mut self, done: Option<deliver::Ended>) {
        match done {
            Some(deliver::Ended::Delivered) => self.delivered += 1,
            Some(deliver::Ended::Retrying) => self.retrying += 1,
            Some(deliver::Ended::Failed) => self.failed += 1,
            None => {}
        }
    }
}

/// A try that panicked is one that could not be recorded.
fn ended(done: std::result::Result<Done, JoinError>) -> Done {
    done.unwrap_or_else(|error| Err(Error::failed(error)))
}

fn note(done: Done) {
    if let Err(error) = done {
        tracing::error!(%error, "a try could not be recorded; it is made again when its lease runs out");
    }
}

/// What could be read; nothing when it is damaged, so that one damaged row holds up neither itself for ever nor the others.
fn readable<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Error::Damaged(cause)) => {
            tracing::error!(cause, "the worker found something that cannot be read");
            Ok(None)
        }
        other => other,
    }
}

/// Does what time brought, relays what waits, and begins as many due deliveries as there is room for: each in a task of its own, so that
/// none stands still, with a connection in its hands, while the worker looks for more. They end with the worker. Says whether more waits to
/// be relayed.
async fn look(backend: &Backend, under_way: &mut JoinSet<Done>, summary: &mut Summary) -> Result<bool> {
    timers::run(backend).await?;
    let (relayed, more) = relay::relay(backend).await?;
    summary.relayed += relayed;
    summaries::run(backend).await?;
    tests::begin(backend, under_way).await?;
    let room = AT_ONCE.saturating_sub(under_way.len());
    if room == 0 {
        return Ok(more);
    }
    let lease = backend.id().to_string();
    let (reader, writer) = (backend.store().platform(), backend.store().platform_writer());
    for delivery in deliveries::claim(&reader, &writer, &lease, backend.now(), LEASE, room as u64).await? {
        under_way.spawn(deliver::deliver(backend.clone(), delivery, lease.clone()));
    }
    Ok(more)
}

/// Forgets the attempts and tests that need not be kept any longer.
async fn forget(backend: &Backend) -> Result<()> {
    let platform = backend.store().platform_writer();
    let kept = backend.now() - Duration::days(i64::from(backend.settings().attempt_days));
    attempts::forget_before(&platform, kept).await?;
    connector_tests::forget_before(&platform, kept).await?;
    notices::forget_before(&platform, kept).await
}

async fn sign_of_life(backend: &Backend, id: &str) -> Result<()> {
    let platform = backend.store().platform_writer();
    workers::seen(&platform, id, micros(backend.now())).await?;
    workers::forget_before(&platform, micros(backend.now() - Duration::days(1))).await
}
