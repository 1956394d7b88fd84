//! Whether this process can do its work, for the machines that ask: looked at rarely, however many ask.

use crate::{Backend, outbox};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long what was found counts.
const COUNTS: Duration = Duration::from_secs(2);

/// What was found.
#[derive(Clone, Debug)]
pub struct ReadinessReport {
    /// Why the process cannot do its work, in a sentence for people; None when it can.
    pub obstacle: Option<String>,
    /// When a worker was seen last.
    pub worker_seen: Option<DateTime<Utc>>,
}

/// What was found last, and when.
#[derive(Clone, Default)]
pub(crate) struct LastReadiness(Arc<Mutex<Option<(Instant, ReadinessReport)>>>);

/// Whether the database can be used, as of a moment ago.
pub async fn ready(backend: &Backend) -> ReadinessReport {
    let backend = backend.clone();
    // In a task of its own: who hangs up does not make the next one look again.
    let looked = tokio::spawn(async move {
        let mut last = backend.lookout().0.lock().await;
        if let Some((at, found)) = &*last
            && at.elapsed() < COUNTS
        {
            return found.clone();
        }
        let obstacle = backend.store().examine(backend.now()).await.err().map(|obstacle| obstacle.sentence);
        let worker_seen = match obstacle {
            None => outbox::alive(&backend).await.ok().flatten(),
            Some(_) => None,
        };
        let found = ReadinessReport { obstacle, worker_seen };
        *last = Some((Instant::now(), found.clone()));
        found
    });
    looked
        .await
        .unwrap_or_else(|_| ReadinessReport { obstacle: Some("The check itself failed: the log says why.".to_owned()), worker_seen: None })
}
