//! A worker: the stages of the outbox beside each other, each with as much in one go as there is.
//!
//! Relay → claim and prepare → call → record; and what time brings, when nothing waits to be relayed. One relay and one claim are under
//! way at most, so that what comes meanwhile is taken together by the next one; calls stand alone, so that a slow destination holds up no
//! other; what ended is recorded together. Every stage runs in a task of its own: none stands still, with a connection in its hands, while
//! the worker looks at something else. They end with the worker.

use super::deliver::{FinishedAttempt, deliver};
use super::lanes::{DestinationLanes, OF_DESTINATION};
use super::prepare::{ReadyDelivery, prepare};
use super::record::{RecordResult, TryEnding, record};
use super::{LEASE, WorkerSummary, relay};
use crate::Backend;
use crate::connectors::AttemptVerdict;
use crate::error::{Error, Result};
use crate::periodic::{self, JobsDone, PERIODIC_JOBS, PeriodicJob};
use crate::store::deliveries::DestinationKey;
use crate::store::deliveries::leases::{self, ClaimLimits};
use domain::id::{DeliveryId, OrganizationId};
use futures::FutureExt;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::{JoinError, JoinSet};

/// Tries recorded in one transaction, at most.
const RECORDED: usize = 128;
/// So many that ended are recorded beside those that are being recorded; fewer wait for the next transaction.
const WORTHWHILE: usize = 64;
/// Such transactions at once.
const RECORDINGS: usize = 2;
/// What time brings is looked at no later than this, however much waits to be relayed.
const PATIENCE: Duration = Duration::from_secs(1);

/// What came of a stage.
pub(super) enum StageEnding {
    Relayed(Result<relay::RelaySummary>),
    /// What is ready to be tried, and whether there may be more.
    Claimed(Result<(Vec<ReadyDelivery>, bool)>),
    Called(DestinationKey, DeliveryId, Result<Box<FinishedAttempt>>),
    GivenBack(Result<()>),
    Recorded(Vec<DeliveryId>, Result<Vec<RecordResult>>),
    /// What came of the short periodic jobs that were due.
    TimePassed(Result<JobsDone>),
    /// A long one, by its name.
    LongJob(&'static str, Result<u32>),
}

/// What is to be looked at, and whether somebody looks.
#[derive(Default)]
struct Look {
    needed: Option<Instant>,
    under_way: bool,
}

impl Look {
    fn need(&mut self) {
        self.needed.get_or_insert_with(Instant::now);
    }

    /// Whether to look now; then it is under way.
    fn begins(&mut self) -> bool {
        let begins = self.needed.is_some() && !self.under_way;
        if begins {
            (self.needed, self.under_way) = (None, true);
        }
        begins
    }

    fn is_idle(&self) -> bool {
        self.needed.is_none() && !self.under_way
    }
}

pub(super) struct OutboxWorker {
    backend: Backend,
    /// The name of its leases: no other worker has it.
    lease: Arc<str>,
    stages: JoinSet<StageEnding>,
    relay: Look,
    claim: Look,
    time: Look,
    /// Long jobs that are under way.
    long_jobs: BTreeSet<&'static str>,
    lanes: DestinationLanes,
    ended: Vec<FinishedAttempt>,
    recordings: usize,
    summary: WorkerSummary,
    /// The first stage that could not be done, since the last one asked.
    error: Option<Error>,
}

impl OutboxWorker {
    pub fn new(backend: &Backend) -> Self {
        Self {
            backend: backend.clone(),
            lease: backend.id().to_string().into(),
            stages: JoinSet::new(),
            relay: Look::default(),
            claim: Look::default(),
            time: Look::default(),
            long_jobs: BTreeSet::new(),
            lanes: DestinationLanes::default(),
            ended: Vec::new(),
            recordings: 0,
            summary: WorkerSummary::default(),
            error: None,
        }
    }

    /// Looks at everything, soon.
    pub fn look(&mut self) {
        self.relay.need();
        self.claim.need();
        self.time.need();
    }

    /// What was done so far.
    pub fn summary(&self) -> WorkerSummary {
        self.summary
    }

    /// The first stage that could not be done since this was last asked.
    pub fn error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Begins every stage that has something to do.
    pub fn begin(&mut self) {
        self.record();
        self.call();
        if self.relay.begins() {
            let backend = self.backend.clone();
            self.spawn(StageEnding::Relayed, async move { relay::relay(&backend).await });
        }
        if self.lanes.room() > 0 && self.claim.begins() {
            self.claim();
        }
        let waited = self.time.needed.is_some_and(|since| since.elapsed() >= PATIENCE);
        if (self.relay.is_idle() || waited) && self.time.begins() {
            let backend = self.backend.clone();
            self.spawn(StageEnding::TimePassed, async move { Ok(periodic::run_short(&backend, PERIODIC_JOBS).await) });
            PERIODIC_JOBS.iter().filter(|job| job.is_long).for_each(|job| self.begin_long(job));
        }
    }

    /// How long calls wait for one that is made alone.
    pub fn solitude(&self) -> Option<Duration> {
        self.lanes.solitude()
    }

    /// The next stage that ends; None when none is under way.
    pub async fn next(&mut self) -> Option<std::result::Result<StageEnding, JoinError>> {
        self.stages.join_next().await
    }

    /// Takes note of a stage that ended.
    pub fn end(&mut self, ended: std::result::Result<StageEnding, JoinError>) {
        match ended {
            Ok(StageEnding::Relayed(done)) => {
                self.relay.under_way = false;
                if let Some(relayed) = self.looked(done, "the worker could not relay") {
                    self.summary.relayed += relayed.handed_on;
                    if relayed.moved {
                        self.claim.need();
                    }
                    if relayed.more {
                        self.relay.need();
                    }
                }
            }
            Ok(StageEnding::Claimed(done)) => {
                self.claim.under_way = false;
                if let Some((ready, more)) = self.looked(done, "the worker could not look for what is due") {
                    if more {
                        self.claim.need();
                    }
                    ready.into_iter().for_each(|one| self.lanes.take(one));
                }
            }
            Ok(StageEnding::Called(destination, id, done)) => self.called(destination, id, done),
            Ok(StageEnding::GivenBack(done)) => {
                noted(done, "deliveries could not be given back; others take them up when their leases run out");
            }
            Ok(StageEnding::Recorded(ids, done)) => self.recorded(&ids, done),
            Ok(StageEnding::TimePassed(done)) => {
                self.time.under_way = false;
                if let Some(JobsDone { changed, error }) = self.looked(done, "the worker could not begin its periodic jobs") {
                    self.error = self.error.take().or(error);
                    if changed > 0 {
                        self.relay.need();
                        self.claim.need();
                    }
                }
            }
            Ok(StageEnding::LongJob(name, done)) => {
                self.long_jobs.remove(name);
                // Why it failed, if it did, is logged.
                if done.is_ok_and(|changed| changed > 0) {
                    self.relay.need();
                    self.claim.need();
                }
            }
            // Stages catch their panics: this one was stopped.
            Err(error) => tracing::error!(%error, "the worker lost one of its stages"),
        }
    }

    /// Lets the calls that are under way end, and records them; gives back what waits for its call.
    pub async fn finish(mut self) {
        loop {
            self.give_back(true);
            self.record();
            let Some(ended) = self.next().await else { return };
            self.end(ended);
        }
    }

    /// Begins a stage in a task of its own, which ends with an error when it panics.
    fn spawn<T: Send + 'static>(
        &mut self,
        stage: impl FnOnce(Result<T>) -> StageEnding + Send + 'static,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) {
        self.stages.spawn(async move {
            let done = AssertUnwindSafe(work).catch_unwind().await;
            stage(done.unwrap_or_else(|_| Err(Error::failed("a stage of the worker panicked"))))
        });
    }

    /// Begins a long job that is due, unless it is under way: nothing waits for it.
    fn begin_long(&mut self, job: &'static PeriodicJob) {
        if self.long_jobs.contains(job.name) || !self.backend.job_times().begins(job, self.backend.now()) {
            return;
        }
        self.long_jobs.insert(job.name);
        let backend = self.backend.clone();
        self.spawn(|done| StageEnding::LongJob(job.name, done), async move { periodic::run_one(&backend, job).await });
    }

    /// What a look found; an error is logged and kept.
    fn looked<T>(&mut self, done: Result<T>, words: &str) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                tracing::error!(%error, "the worker: {words}");
                self.error.get_or_insert(error);
                None
            }
        }
    }

    fn claim(&mut self) {
        let (backend, lease) = (self.backend.clone(), self.lease.clone());
        let (most, allowed, alone) = (self.lanes.room(), self.lanes.allowed(), self.lanes.takes_alone());
        self.spawn(StageEnding::Claimed, async move {
            let (reader, writer) = (backend.store().platform(), backend.store().platform_writer());
            let take = ClaimLimits { most, of_destination: OF_DESTINATION, allowed, alone };
            let (claimed, more) = leases::claim(&reader, &writer, &lease, backend.now(), LEASE, take).await?;
            Ok((prepare(&backend, claimed).await?, more))
        });
    }

    /// Calls what there is room for, and gives back what should not wait here.
    fn call(&mut self) {
        while let Some((destination, ready)) = self.lanes.next() {
            let (id, backend) = (ready.delivery.id, self.backend.clone());
            let tried = async move { deliver(backend, ready).await.map(Box::new) };
            self.spawn(move |done| StageEnding::Called(destination, id, done), tried);
        }
        self.give_back(false);
    }

    /// Gives back what should not wait here any longer, or all that waits.
    fn give_back(&mut self, all: bool) {
        let stale = self.lanes.stale(all);
        if stale.is_empty() {
            return;
        }
        let (backend, lease) = (self.backend.clone(), self.lease.clone());
        self.spawn(StageEnding::GivenBack, async move { leases::give_back(&backend.store().platform_writer(), &lease, &stale).await });
    }

    fn called(&mut self, destination: DestinationKey, id: DeliveryId, done: Result<Box<FinishedAttempt>>) {
        let failed = |verdict: &AttemptVerdict| matches!(verdict, AttemptVerdict::Retry { .. } | AttemptVerdict::Unauthorized { .. });
        let well = !done.as_ref().is_ok_and(|tried| failed(&tried.outcome.verdict));
        if self.lanes.called(&destination, well) {
            self.claim.need();
        }
        match noted(done, "a try could not be made; it is made again when its lease runs out") {
            Some(tried) => self.ended.push(*tried),
            None => self.lanes.let_go(&[id]),
        }
    }

    /// Begins to record what ended.
    fn record(&mut self) {
        while let Some(first) = self.ended.first() {
            if self.recordings > 0 && (self.recordings == RECORDINGS || self.ended.len() < WORTHWHILE) {
                return;
            }
            let organization = first.delivery.organization;
            let tries = together(&mut self.ended, organization);
            let ids: Vec<DeliveryId> = tries.iter().map(|one| one.delivery.id).collect();
            let (backend, lease) = (self.backend.clone(), self.lease.clone());
            self.recordings += 1;
            self.spawn(move |done| StageEnding::Recorded(ids, done), async move { Ok(record(backend, organization, lease, tries).await) });
        }
    }

    fn recorded(&mut self, ids: &[DeliveryId], done: Result<Vec<RecordResult>>) {
        self.recordings -= 1;
        self.lanes.let_go(ids);
        for one in noted(done, "tries could not be recorded").into_iter().flatten() {
            match noted(one, "a try could not be recorded; it is made again when its lease runs out").flatten() {
                Some(TryEnding::Delivered) => self.summary.delivered += 1,
                Some(TryEnding::Retrying) => self.summary.retrying += 1,
                Some(TryEnding::Failed) => self.summary.failed += 1,
                None => {}
            }
        }
        // Their requests may have more to tell, and the next in line is due.
        self.relay.need();
        self.claim.need();
    }
}

/// Takes out what can be recorded together: of one organization, one try of each request that means something for it.
fn together(ended: &mut Vec<FinishedAttempt>, organization: OrganizationId) -> Vec<FinishedAttempt> {
    let (mut requests, mut taken, mut left) = (BTreeSet::new(), Vec::new(), Vec::new());
    for tried in std::mem::take(ended) {
        let of = &tried.delivery;
        let fits = of.organization == organization && taken.len() < RECORDED;
        if fits && of.fulfils().is_none_or(|request| requests.insert(request)) {
            taken.push(tried);
        } else {
            left.push(tried);
        }
    }
    *ended = left;
    taken
}

/// What a try came to; an error is logged: the try is made again when its lease runs out.
fn noted<T>(done: Result<T>, words: &str) -> Option<T> {
    done.inspect_err(|error| tracing::error!(%error, "the worker: {words}")).ok()
}
