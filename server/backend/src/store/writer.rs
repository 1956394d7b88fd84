//! The writer: use cases queue as closures, each runs in its own savepoint, many share one commit, and each caller is answered after it.
//!
//! On SQLite there is one writer: a disk syncs a few hundred times a second, so that sharing a sync is what makes submissions fast.
//! On PostgreSQL every use case has its own transaction, in its own task. In both, a caller that goes away cancels nothing.

use super::adding::{self, Addition};
use super::batch::Batch;
use super::group::Group;
use super::{Limited, Tx, across::Teller};
use crate::error::{Error, Result};
use crate::live::{Change, Live};
use domain::id::OrganizationId;
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot};

/// Use cases that may wait for the writer; more wait for a place in the queue.
const QUEUE: usize = 4096;

/// Called after the commit with what became of it.
pub(super) type Finish = Box<dyn FnOnce(std::result::Result<(), String>) + Send>;
/// A use case: runs after a savepoint, says whether to keep its changes and how to answer.
pub(super) type Work = Box<dyn for<'t> FnOnce(&'t DatabaseTransaction) -> BoxFuture<'t, (bool, Finish)> + Send>;

/// Where use cases wait.
#[derive(Clone)]
enum Queue {
    /// SQLite: for the writer.
    One(mpsc::Sender<Job>),
    /// PostgreSQL: only those that add, for each other.
    Adding(mpsc::Sender<Addition>),
}

/// What waits for the writer of SQLite.
pub(super) enum Job {
    Run(Work),
    Add(Addition),
}

/// Runs use cases in transactions.
#[derive(Clone)]
pub(crate) struct Writer {
    connection: DatabaseConnection,
    live: Arc<Live>,
    queue: Queue,
    /// Tells other processes; None where they see for themselves.
    teller: Option<Teller>,
}

impl Writer {
    /// One connection, shared commits: SQLite.
    pub(crate) fn group_commit(connection: DatabaseConnection, live: Arc<Live>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(work(connection.clone(), live.clone(), receiver));
        Self { connection, live, queue: Queue::One(sender), teller: None }
    }

    /// One transaction per use case: PostgreSQL.
    pub(crate) fn concurrent(connection: DatabaseConnection, live: Arc<Live>, teller: Teller) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        adding::on_postgres(&connection, &live, &teller, receiver);
        Self { connection, live, queue: Queue::Adding(sender), teller: Some(teller) }
    }

    /// The connection that writes.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Runs one use case and answers after its commit.
    pub(crate) async fn run<T, F>(&self, organization: OrganizationId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx<'t>) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = job(organization, work, self.live.clone(), self.teller.clone(), answer);
        match &self.queue {
            Queue::One(queue) => queue.send(Job::Run(job)).await.map_err(|_| stopped())?,
            Queue::Adding(_) => {
                let connection = self.connection.clone();
                tokio::spawn(async move { alone(&connection, job).await });
            }
        }
        answered.await.map_err(|_| dropped())?
    }

    /// Writes a batch that depends on nothing else, and answers after its commit.
    pub(crate) async fn add(&self, batch: Batch, change: Change) -> Result<bool> {
        let (addition, answered) = Addition::new(batch, change);
        match &self.queue {
            Queue::One(queue) => queue.send(Job::Add(addition)).await.map_err(|_| stopped())?,
            Queue::Adding(queue) => queue.send(addition).await.map_err(|_| stopped())?,
        }
        answered.await.map_err(|_| dropped())?
    }
}

fn stopped() -> Error {
    Error::failed("the writer has stopped")
}

fn dropped() -> Error {
    Error::failed("the writer dropped a use case")
}

/// Packs a typed use case: what it returned is kept until the commit is known, then answered.
fn job<T, F>(organization: OrganizationId, work: F, live: Arc<Live>, teller: Option<Teller>, answer: oneshot::Sender<Result<T>>) -> Work
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t Tx<'t>) -> BoxFuture<'t, Result<T>> + Send + 'static,
{
    Box::new(move |transaction| {
        Box::pin(async move {
            let tx = Tx { transaction: Limited(transaction), organization, changes: Mutex::default(), undone: AtomicBool::new(false) };
            let result = AssertUnwindSafe(work(&tx)).catch_unwind().await.unwrap_or_else(|_| Err(Error::failed("a use case panicked")));
            let keep = result.is_ok() && !tx.undone.into_inner();
            let changes = tx.changes.into_inner().unwrap_or_default();
            let finish: Finish = Box::new(move |committed| {
                let result = match committed {
                    Ok(()) => result,
                    Err(cause) => result.and(Err(Error::Failed(cause))),
                };
                if keep && result.is_ok() && !changes.is_empty() {
                    if let Some(teller) = teller {
                        teller.tell(&changes);
                    }
                    changes.into_iter().for_each(|change| live.announce(change));
                    live.wake();
                }
                // The caller may have gone away; the change stands all the same.
                let _ = answer.send(result);
            });
            (keep, finish)
        })
    })
}

/// The SQLite writer's task: takes what waits, runs it, commits once, answers all.
async fn work(connection: DatabaseConnection, live: Arc<Live>, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.recv().await {
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        let outer = match connection.begin_with_options(options).await {
            Ok(outer) => outer,
            Err(error) => {
                tracing::error!(%error, "the writer could not begin");
                continue; // the dropped job answers its caller with a failure
            }
        };
        let mut group = Group::new(outer, live.clone());
        let ran = group.run(first, &mut queue).await;
        group.end(ran).await;
    }
}

/// PostgreSQL: one use case, one transaction.
async fn alone(connection: &DatabaseConnection, job: Work) {
    let transaction = match connection.begin().await {
        Ok(transaction) => transaction,
        Err(error) => {
            tracing::error!(%error, "a transaction could not begin");
            return;
        }
    };
    let (keep, finish) = job(&transaction).await;
    let ended = if keep { transaction.commit().await } else { transaction.rollback().await };
    finish(ended.map_err(|error| format!("commit: {error}")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, organizations};
    use domain::Refusal;
    use uuid::Uuid;

    /// An empty SQLite database that goes away.
    struct Scratch(std::path::PathBuf, Store);

    impl Scratch {
        async fn new() -> Self {
            let path = std::env::temp_dir().join(format!("docket-writer-{}.sqlite", Uuid::new_v4().simple()));
            let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
            store.migrate().await.unwrap();
            Self(path, store)
        }

        /// Adds an organization, then ends as told.
        async fn add(&self, key: &str, end: Result<()>) -> Result<()> {
            let key = key.to_owned();
            self.1
                .write(OrganizationId(Uuid::new_v4()), move |tx| {
                    Box::pin(async move {
                        organizations::insert(tx, &key, &key, "", 0).await?;
                        end
                    })
                })
                .await
        }

        async fn keys(&self) -> Vec<String> {
            organizations::all(&self.1.platform()).await.unwrap().into_iter().map(|one| one.key).collect()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
            }
        }
    }

    #[tokio::test]
    async fn a_refused_use_case_is_undone_alone() {
        let scratch = Scratch::new().await;
        let (one, two, three, four) = tokio::join!(
            scratch.add("one", Ok(())),
            scratch.add("two", Err(Refusal::NotFound.into())),
            scratch.add("three", Ok(())),
            // The database refuses this one: the key is taken.
            scratch.add("one", Ok(())),
        );
        assert!(one.is_ok() && three.is_ok());
        assert!(matches!(two, Err(Error::Refused(Refusal::NotFound))));
        assert!(matches!(four, Err(Error::Failed(_))));
        assert_eq!(scratch.keys().await, ["one", "three"]);
    }

    #[tokio::test]
    async fn a_use_case_that_panics_is_undone_alone() {
        let scratch = Scratch::new().await;
        let panicking = scratch.1.write(OrganizationId(Uuid::new_v4()), |tx| {
            Box::pin(async move {
                organizations::insert(tx, "lost", "lost", "", 0).await?;
                if tx.changes.lock().is_ok() {
                    panic!("on purpose");
                }
                Ok(())
            })
        });
        let (kept, lost) = tokio::join!(scratch.add("kept", Ok(())), panicking);
        assert!(kept.is_ok() && lost.is_err());
        assert_eq!(scratch.keys().await, ["kept"]);
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_cancels_nothing() {
        let scratch = Scratch::new().await;
        {
            let gone = scratch.add("gone", Ok(()));
            let mut gone = std::pin::pin!(gone);
            assert!(futures::poll!(&mut gone).is_pending());
        }
        // Use cases run in the order they came: when this one is answered, the one before it is done.
        scratch.add("next", Ok(())).await.unwrap();
        assert_eq!(scratch.keys().await, ["gone", "next"]);
    }
}
