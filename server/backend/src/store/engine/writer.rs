//! The writer: use cases queue as closures, each runs in its own savepoint, many share one commit, and each caller is answered after it.
//!
//! On SQLite there is one writer: a disk syncs a few hundred times a second, so that sharing a sync is what makes submissions fast.
//! On PostgreSQL every use case has its own transaction, in its own task. In both, a caller that goes away cancels nothing.

use super::batch::ChangeBatch;
use super::group_commit::CommitGroup;
use super::handle_connection::HandleConnection;
use super::insert_queue::{self, QueuedInsert};
use super::processes::ChangeNotifier;
use super::statement_counter::StatementCounter;
use super::{SoleConnection, Tx};
use crate::error::{Error, Result};
use crate::live::{LiveAnnouncer, LiveChange};
use domain::id::OrganizationId;
use futures::FutureExt;
use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot};

/// Use cases that may wait for the writer; more wait for a place in the queue.
const QUEUE: usize = 4096;

/// Called after the commit with what became of it.
pub(super) type FinishCallback = Box<dyn FnOnce(std::result::Result<(), String>) + Send>;
/// A use case: runs after a savepoint, says whether to keep its changes and how to answer. Without a transaction it only says how to answer.
pub(super) type UseCaseRun = Box<dyn for<'t> FnOnce(Option<&'t DatabaseTransaction>) -> BoxFuture<'t, (bool, FinishCallback)> + Send>;

/// Where use cases wait.
#[derive(Clone)]
enum Queue {
    /// SQLite: for the writer, which has one connection.
    One(mpsc::Sender<QueuedWrite>, SoleConnection),
    /// PostgreSQL: only those that add, for each other.
    Adding(mpsc::Sender<QueuedInsert>),
}

/// What waits for the writer of SQLite.
pub(super) enum QueuedWrite {
    Run(UseCaseRun),
    Add(QueuedInsert),
}

/// Runs use cases in transactions.
#[derive(Clone)]
pub(crate) struct DatabaseWriter {
    connection: DatabaseConnection,
    live: Arc<LiveAnnouncer>,
    queue: Queue,
    counter: Arc<StatementCounter>,
    /// Tells other processes; None where they see for themselves.
    teller: Option<ChangeNotifier>,
}

impl DatabaseWriter {
    /// One connection, shared commits: SQLite.
    pub(crate) fn group_commit(sole: SoleConnection, live: Arc<LiveAnnouncer>, counter: Arc<StatementCounter>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(work(sole.clone(), live.clone(), counter.clone(), receiver));
        Self { connection: sole.pool().clone(), live, queue: Queue::One(sender, sole), counter, teller: None }
    }

    /// One transaction per use case: PostgreSQL.
    pub(crate) fn concurrent(
        connection: DatabaseConnection,
        live: Arc<LiveAnnouncer>,
        teller: ChangeNotifier,
        counter: Arc<StatementCounter>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        insert_queue::on_postgres(&connection, &live, &teller, &counter, receiver);
        Self { connection, live, queue: Queue::Adding(sender), counter, teller: Some(teller) }
    }

    /// The connection that writes.
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// The one that writes to SQLite.
    pub(crate) fn sole(&self) -> Option<&SoleConnection> {
        match &self.queue {
            Queue::One(_, sole) => Some(sole),
            Queue::Adding(_) => None,
        }
    }

    /// Runs one use case and answers after its commit.
    pub(crate) async fn run<T, F>(&self, organization: OrganizationId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx<'t>) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.counter.commit();
        let job = self.pack(organization, work, answer);
        match &self.queue {
            Queue::One(queue, _) => queue.send(QueuedWrite::Run(job)).await.map_err(|_| stopped())?,
            Queue::Adding(_) => {
                let connection = self.connection.clone();
                tokio::spawn(async move { alone(&connection, job).await });
            }
        }
        answered.await.map_err(|_| dropped())?
    }

    /// Writes a batch that depends on nothing else, and answers after its commit.
    pub(crate) async fn add(&self, batch: ChangeBatch, change: LiveChange) -> Result<bool> {
        self.counter.commit();
        let (addition, answered) = QueuedInsert::new(batch, change);
        match &self.queue {
            Queue::One(queue, _) => queue.send(QueuedWrite::Add(addition)).await.map_err(|_| stopped())?,
            Queue::Adding(queue) => queue.send(addition).await.map_err(|_| stopped())?,
        }
        answered.await.map_err(|_| dropped())?
    }

    /// Packs a typed use case: what it returned is kept until the commit is known, then answered.
    fn pack<T, F>(&self, organization: OrganizationId, work: F, answer: oneshot::Sender<Result<T>>) -> UseCaseRun
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx<'t>) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let (live, teller, counter) = (self.live.clone(), self.teller.clone(), self.counter.clone());
        Box::new(move |transaction| {
            Box::pin(async move {
                let Some(transaction) = transaction else {
                    let finish: FinishCallback = Box::new(move |committed| {
                        let _ = answer.send(Err(committed.map_or_else(Error::Failed, |()| dropped())));
                    });
                    return (false, finish);
                };
                let tx = Tx {
                    transaction: HandleConnection::writing(transaction, counter),
                    organization,
                    changes: Mutex::default(),
                    undone: AtomicBool::new(false),
                };
                let result = AssertUnwindSafe(async { work(&tx).await })
                    .catch_unwind()
                    .await
                    .unwrap_or_else(|_| Err(Error::failed("a use case panicked")));
                let undone = tx.undone.load(Ordering::Relaxed);
                let spoiled = !undone && tx.is_spoiled();
                let result = if spoiled { result.and(Err(Error::failed("a statement failed, and the use case went on"))) } else { result };
                let keep = result.is_ok() && !undone;
                let changes = tx.changes.into_inner().unwrap_or_default();
                let finish: FinishCallback = Box::new(move |committed| {
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
}

fn stopped() -> Error {
    Error::failed("the writer has stopped")
}

fn dropped() -> Error {
    Error::failed("the writer dropped a use case")
}

/// The SQLite writer's task: takes what waits, runs it, commits once, answers all.
async fn work(sole: SoleConnection, live: Arc<LiveAnnouncer>, counter: Arc<StatementCounter>, mut queue: mpsc::Receiver<QueuedWrite>) {
    while let Some(first) = queue.recv().await {
        let group = AssertUnwindSafe(group(&sole, &live, &counter, first, &mut queue));
        if group.catch_unwind().await.is_err() {
            // Those who waited for it are answered with a failure; those that come are not.
            sole.distrust();
            sole.note(&Err("a group of use cases panicked".to_owned()));
        }
    }
}

async fn group(
    sole: &SoleConnection,
    live: &Arc<LiveAnnouncer>,
    counter: &Arc<StatementCounter>,
    first: QueuedWrite,
    queue: &mut mpsc::Receiver<QueuedWrite>,
) {
    match sole.begin().await {
        Ok(outer) => {
            let mut group = CommitGroup::new(outer, live.clone(), counter.clone());
            group.run(first, queue).await;
            group.end(sole).await;
        }
        Err(cause) => {
            sole.note(&Err(cause.clone()));
            match first {
                QueuedWrite::Run(work) => refuse(work, cause).await,
                QueuedWrite::Add(addition) => addition.end(Err(cause), live, None),
            }
        }
    }
}

/// Answers a use case that cannot run.
async fn refuse(work: UseCaseRun, cause: String) {
    let (_, finish) = work(None).await;
    finish(Err(cause));
}

/// PostgreSQL: one use case, one transaction.
async fn alone(connection: &DatabaseConnection, job: UseCaseRun) {
    let transaction = match connection.begin().await {
        Ok(transaction) => transaction,
        Err(error) => return refuse(job, format!("begin: {error}")).await,
    };
    let (keep, finish) = job(Some(&transaction)).await;
    let ended = if keep { transaction.commit().await } else { transaction.rollback().await };
    finish(ended.map_err(|error| format!("commit: {error}")));
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
