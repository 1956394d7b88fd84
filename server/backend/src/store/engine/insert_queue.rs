//! Changes that depend on nothing else, as a submission's: those of many use cases are written together, with one statement for many rows.
//! When that fails, each is written for itself, so that only what cannot be written fails.

use super::batch::ChangeBatch;
use super::failures::failure_code;
use super::handle_connection::HandleConnection;
use super::processes::ChangeNotifier;
use super::statement_counter::StatementCounter;
use crate::error::{Error, Result};
use crate::live::{LiveAnnouncer, LiveChange};
use futures::FutureExt;
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Transactions that PostgreSQL is given at once: measured; with more of them, each writes fewer submissions together.
const AT_ONCE: usize = 3;
/// How often an addition is written when it and others wait for each other.
const TRIES: u32 = 5;
/// Additions in one of them, at most.
const LARGEST: usize = 64;

/// What became of an addition: written, refused because a key is taken, or failed with a cause.
pub(super) type InsertResult = std::result::Result<bool, String>;

/// One use case's changes, and who waits for them.
pub(super) struct QueuedInsert {
    pub(super) batch: ChangeBatch,
    change: LiveChange,
    answer: oneshot::Sender<Result<bool>>,
}

impl QueuedInsert {
    pub(super) fn new(batch: ChangeBatch, change: LiveChange) -> (Self, oneshot::Receiver<Result<bool>>) {
        let (answer, answered) = oneshot::channel();
        (Self { batch, change, answer }, answered)
    }

    /// Announces what is on disk, and answers.
    pub(super) fn end(self, written: InsertResult, live: &LiveAnnouncer, teller: Option<&ChangeNotifier>) {
        if matches!(written, Ok(true)) {
            if let Some(teller) = teller {
                teller.tell(std::slice::from_ref(&self.change));
            }
            live.announce(self.change);
            live.wake();
        }
        // The caller may have gone away; what is written stands all the same.
        let _ = self.answer.send(written.map_err(Error::Failed));
    }
}

pub(super) fn told(done: std::result::Result<bool, DbErr>) -> InsertResult {
    done.map_err(|error| format!("database: {error}"))
}

/// PostgreSQL: several transactions at once, each with what waits.
pub(super) fn on_postgres(
    connection: &DatabaseConnection,
    live: &Arc<LiveAnnouncer>,
    teller: &ChangeNotifier,
    counter: &Arc<StatementCounter>,
    queue: mpsc::Receiver<QueuedInsert>,
) {
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..AT_ONCE {
        let (connection, live, teller, queue) = (connection.clone(), live.clone(), teller.clone(), queue.clone());
        let counter = counter.clone();
        tokio::spawn(async move {
            loop {
                let mut waiting = Vec::new();
                if queue.lock().await.recv_many(&mut waiting, LARGEST).await == 0 {
                    return;
                }
                let written = async {
                    for (addition, written) in write(&connection, &counter, waiting).await {
                        addition.end(written, &live, Some(&teller));
                    }
                };
                if AssertUnwindSafe(written).catch_unwind().await.is_err() {
                    // Those who waited for it are answered with a failure; those that come are not.
                    tracing::error!("inserts that were written together panicked");
                }
            }
        });
    }
}

async fn write(
    connection: &DatabaseConnection,
    counter: &Arc<StatementCounter>,
    waiting: Vec<QueuedInsert>,
) -> Vec<(QueuedInsert, InsertResult)> {
    let mut written = vec![None; waiting.len()];
    if waiting.len() > 1 {
        written = together(connection, counter, &waiting).await.unwrap_or(written);
    }
    let mut done = Vec::with_capacity(waiting.len());
    for (addition, written) in waiting.into_iter().zip(written) {
        let written = match written {
            Some(written) => Ok(written),
            None => alone(connection, counter, &addition.batch).await,
        };
        done.push((addition, written));
    }
    done
}

/// A transaction of its own.
async fn alone(connection: &DatabaseConnection, counter: &Arc<StatementCounter>, batch: &ChangeBatch) -> InsertResult {
    for _ in 1..TRIES {
        match written(connection, counter, batch).await {
            Err(error) if is_deadlock(&error) => {}
            done => return told(done),
        }
    }
    told(written(connection, counter, batch).await)
}

async fn written(
    connection: &DatabaseConnection,
    counter: &Arc<StatementCounter>,
    batch: &ChangeBatch,
) -> std::result::Result<bool, DbErr> {
    let transaction = connection.begin().await?;
    let written = batch.write(&HandleConnection::writing(&transaction, counter.clone())).await?;
    if written {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(written)
}

/// Whether two transactions waited for each other's keys, and this one was given up (`deadlock_detected`,
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn is_deadlock(error: &DbErr) -> bool {
    failure_code(error).as_deref() == Some("40P01")
}

async fn together(
    connection: &DatabaseConnection,
    counter: &Arc<StatementCounter>,
    waiting: &[QueuedInsert],
) -> std::result::Result<Vec<Option<bool>>, DbErr> {
    let transaction = connection.begin().await?;
    let batches: Vec<&ChangeBatch> = waiting.iter().map(|addition| &addition.batch).collect();
    let written = ChangeBatch::write_merged(&batches, &HandleConnection::writing(&transaction, counter.clone())).await?;
    transaction.commit().await?;
    Ok(written)
}
