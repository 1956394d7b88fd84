//! Periodic work: what workers look at again and again because time passes, a table of jobs. Adding one is one line here.
//!
//! Any number of workers may do a job at the same time: each decides on locked rows, or claims what it takes. A job that fails or panics
//! says so by its name, keeps no other from running, and is tried again when it is next due.
//!
//! Deliberately not here: what a worker does because something was committed (`outbox`), and its sign of life, which is its own.

use crate::error::{Error, Result};
use crate::requests::titles;
use crate::{Backend, doors, fallback, held, organization, outbox, people, timers};
use chrono::{DateTime, Duration, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

/// Something to be done again and again.
pub(crate) struct PeriodicJob {
    /// What it does, as the log says it.
    pub name: &'static str,
    /// From one time to the next in one process; zero at each look of a worker.
    pub pause: Duration,
    /// Whether it may take long. Then it runs beside the others, which do not wait for it.
    pub is_long: bool,
    /// Does it, and answers how much there is to relay or deliver because of it.
    pub run: for<'b> fn(&'b Backend) -> BoxFuture<'b, Result<u32>>,
}

const AT_EACH_LOOK: Duration = Duration::zero();
const MINUTE: Duration = Duration::minutes(1);
const HOUR: Duration = Duration::hours(1);

/// The job that may have more to do than one turn takes (`JobTimes::go_on`).
pub(crate) const TITLING: &str = "giving requests of before their titles";

/// Every job, in the order in which those that are due run.
pub(crate) static PERIODIC_JOBS: &[PeriodicJob] = &[
    PeriodicJob { name: "taking held decisions", pause: AT_EACH_LOOK, is_long: false, run: |be| held::run(be).boxed() },
    PeriodicJob { name: "finding requests that nobody can decide", pause: MINUTE, is_long: false, run: |be| fallback::run(be).boxed() },
    PeriodicJob { name: "doing what is due on requests", pause: AT_EACH_LOOK, is_long: false, run: |be| timers::run(be).boxed() },
    PeriodicJob { name: TITLING, pause: MINUTE, is_long: false, run: |be| titles::run(be).boxed() },
    PeriodicJob { name: "making daily summaries", pause: AT_EACH_LOOK, is_long: false, run: |be| outbox::make_summaries(be).boxed() },
    PeriodicJob { name: "testing connectors", pause: AT_EACH_LOOK, is_long: true, run: |be| outbox::check_connectors(be).boxed() },
    PeriodicJob {
        name: "renewing statistics of tables",
        pause: AT_EACH_LOOK,
        is_long: true,
        run: |be| outbox::renew_statistics(be).boxed(),
    },
    PeriodicJob { name: "forgetting old deliveries' traces", pause: HOUR, is_long: true, run: |be| outbox::forget(be).boxed() },
    PeriodicJob {
        name: "removing ended sessions",
        pause: HOUR,
        is_long: true,
        run: |be| people::sessions::remove_ended_sessions(be).boxed(),
    },
    PeriodicJob { name: "removing old account links", pause: HOUR, is_long: true, run: |be| doors::remove_old_links(be).boxed() },
    PeriodicJob {
        name: "forgetting what organizations no longer keep",
        pause: HOUR,
        is_long: true,
        run: |be| organization::forget_unkept(be).boxed(),
    },
    PeriodicJob {
        name: "removing old counts of sign-in tries",
        pause: HOUR,
        is_long: true,
        run: |be| people::remove_old_tries(be).boxed(),
    },
];

/// When this process began each job last.
#[derive(Default)]
pub(crate) struct JobTimes(Mutex<BTreeMap<&'static str, DateTime<Utc>>>);

impl JobTimes {
    /// Whether a job is due; then it counts as begun. None waits because the clock was set back.
    pub(crate) fn begins(&self, job: &PeriodicJob, now: DateTime<Utc>) -> bool {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = times.get(job.name).is_none_or(|last| now < *last || *last + job.pause <= now);
        if due {
            times.insert(job.name, now);
        }
        due
    }

    /// There was more than a job takes in one turn: it is due at the next look.
    pub(crate) fn go_on(&self, name: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// What came of jobs.
#[derive(Debug, Default)]
pub(crate) struct JobsDone {
    /// How much there is to relay or deliver because of them.
    pub changed: u32,
    /// Why the first one failed that did. All of them are logged.
    pub error: Option<Error>,
}

/// Does every short job that is due, one after the other. Answers how many requests and messages changed.
///
/// # Errors
/// When one of them failed; the others are done all the same.
pub async fn run(backend: &Backend) -> Result<u32> {
    let done = run_short(backend, PERIODIC_JOBS).await;
    done.error.map_or(Ok(done.changed), Err)
}

/// Does the short ones of these jobs that are due, one after the other.
pub(crate) async fn run_short(backend: &Backend, jobs: &[PeriodicJob]) -> JobsDone {
    let mut all = JobsDone::default();
    for job in jobs.iter().filter(|job| !job.is_long && backend.job_times().begins(job, backend.now())) {
        match run_one(backend, job).await {
            Ok(changed) => all.changed += changed,
            Err(error) => _ = all.error.get_or_insert(error),
        }
    }
    all
}

/// Does one job; a failure is logged by its name.
pub(crate) async fn run_one(backend: &Backend, job: &PeriodicJob) -> Result<u32> {
    let done = AssertUnwindSafe((job.run)(backend)).catch_unwind().await;
    let done = done.unwrap_or_else(|_| Err(Error::failed("it panicked")));
    done.inspect_err(|error| tracing::error!(%error, "the periodic job {} failed; trying again when it is next due", job.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MachineSources, Store, UseCaseSettings};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    static RUNS: AtomicU32 = AtomicU32::new(0);

    fn job(name: &'static str, pause: Duration, run: for<'b> fn(&'b Backend) -> BoxFuture<'b, Result<u32>>) -> PeriodicJob {
        PeriodicJob { name, pause, is_long: false, run }
    }

    #[tokio::test]
    async fn a_job_that_fails_or_panics_keeps_no_other_from_running() {
        let path = std::env::temp_dir().join(format!("docket-jobs-{}.sqlite", uuid::Uuid::new_v4().simple()));
        let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        let backend = Backend::new(store, UseCaseSettings::default(), Arc::new(MachineSources), Arc::new(MachineSources)).unwrap();
        let counted = |_: &Backend| -> BoxFuture<'_, Result<u32>> {
            RUNS.fetch_add(1, Ordering::SeqCst);
            async { Ok(1) }.boxed()
        };
        let jobs = [
            job("failing", AT_EACH_LOOK, |_| async { Err(Error::failed("on purpose")) }.boxed()),
            job("panicking", AT_EACH_LOOK, |_| async { panic!("on purpose") }.boxed()),
            job("counting", AT_EACH_LOOK, counted),
            job("counting by the hour", HOUR, counted),
        ];
        let first = run_short(&backend, &jobs).await;
        assert_eq!((first.changed, first.error.unwrap().to_string().as_str()), (2, "on purpose"));
        // The last one is not due a second time.
        assert_eq!(run_short(&backend, &jobs).await.changed, 1);
        assert_eq!(RUNS.load(Ordering::SeqCst), 3);
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }

    #[test]
    fn a_job_is_due_after_its_pause_and_when_the_clock_was_set_back() {
        let (times, at) = (JobTimes::default(), DateTime::<Utc>::default());
        let job = job("a job", MINUTE, |_| async { Ok(0) }.boxed());
        let due = [0, 30, 60, 61, 20, 50].map(|seconds| times.begins(&job, at + Duration::seconds(seconds)));
        assert_eq!(due, [true, false, true, false, true, false]);
    }

    #[test]
    fn no_two_jobs_have_one_name() {
        let names: std::collections::BTreeSet<_> = PERIODIC_JOBS.iter().map(|job| job.name).collect();
        assert_eq!(names.len(), PERIODIC_JOBS.len());
    }
}
