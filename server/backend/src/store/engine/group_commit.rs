//! What shares a commit on SQLite: each use case after a savepoint, so that one that refuses is undone alone.

use super::SoleConnection;
use super::batch::ChangeBatch;
use super::handle_connection::HandleConnection;
use super::insert_queue::{self, InsertResult, QueuedInsert};
use super::statement_counter::StatementCounter;
use super::writer::{FinishCallback, QueuedWrite, UseCaseRun};
use crate::live::LiveAnnouncer;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseTransaction, Statement};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Use cases that share one commit, at most.
const LARGEST: usize = 128;

/// Where a use case begins, and what the next one's beginning makes of it.
const BEGIN: &str = "SAVEPOINT use_case";
const NEXT: &str = "RELEASE use_case; SAVEPOINT use_case";
const UNDO: &str = "ROLLBACK TO use_case";

/// A transaction with several use cases.
pub(super) struct CommitGroup {
    outer: DatabaseTransaction,
    live: Arc<LiveAnnouncer>,
    counter: Arc<StatementCounter>,
    finishes: Vec<FinishCallback>,
    /// Whether something was written since the savepoint, and stays.
    kept: bool,
    /// Why what ran can no longer be told apart: nothing of it is kept then, and nothing more runs.
    failed: Option<String>,
}

impl CommitGroup {
    /// In a transaction that has just begun.
    pub(super) fn new(outer: DatabaseTransaction, live: Arc<LiveAnnouncer>, counter: Arc<StatementCounter>) -> Self {
        Self { outer, live, counter, finishes: Vec::new(), kept: false, failed: None }
    }

    /// Runs the first use case and what waits behind it.
    pub(super) async fn run(&mut self, first: QueuedWrite, queue: &mut mpsc::Receiver<QueuedWrite>) {
        self.say(BEGIN).await;
        let (mut next, mut taken, mut adding) = (Some(first), 0, Vec::new());
        loop {
            match next.take() {
                Some(QueuedWrite::Add(addition)) => adding.push(addition),
                Some(QueuedWrite::Run(work)) => {
                    self.add(std::mem::take(&mut adding)).await;
                    self.work(work).await;
                }
                None => return self.add(adding).await,
            }
            taken += 1;
            if taken < LARGEST && self.failed.is_none() {
                next = queue.try_recv().ok();
            }
        }
    }

    /// Commits, unless what ran could no longer be told apart, and answers everybody.
    pub(super) async fn end(self, sole: &SoleConnection) {
        // Only what was written shows that the database takes changes again.
        let shows = !sole.is_failing() || has_changed(&self.outer).await;
        let ended = match self.failed {
            None => self.outer.commit().await.map_err(|error| format!("commit: {error}")),
            Some(cause) => {
                // Dropped, the transaction is undone.
                drop(self.outer);
                Err(cause)
            }
        };
        if ended.is_err() {
            sole.distrust();
        }
        // What is in a file that nobody finds is not kept.
        let ended = ended.and_then(|()| sole.file().check());
        if shows || ended.is_err() {
            sole.note(&ended);
        }
        for finish in self.finishes {
            finish(ended.clone());
        }
    }

    /// Says it to the database. False when it did not take it, or something before.
    async fn say(&mut self, sql: &str) -> bool {
        if self.failed.is_none() {
            let said = self.outer.execute_raw(Statement::from_string(DatabaseBackend::Sqlite, sql)).await;
            self.failed = said.err().map(|error| format!("savepoint: {error}"));
        }
        self.failed.is_none()
    }

    /// Begins a use case, unless the group has failed.
    async fn begin(&mut self) -> bool {
        if std::mem::take(&mut self.kept) { self.say(NEXT).await } else { self.failed.is_none() }
    }

    /// Keeps or undoes what was written since the beginning.
    async fn keep(&mut self, keep: bool) {
        self.kept = keep;
        if !keep {
            self.say(UNDO).await;
        }
    }

    async fn work(&mut self, work: UseCaseRun) {
        let outer = if self.begin().await { Some(&self.outer) } else { None };
        let (keep, finish) = work(outer).await;
        self.finishes.push(finish);
        self.keep(keep).await;
    }

    /// Writes additions: together, or each for itself when that does not go.
    async fn add(&mut self, additions: Vec<QueuedInsert>) {
        let mut together = vec![None; additions.len()];
        if additions.len() > 1 && self.begin().await {
            let batches: Vec<&ChangeBatch> = additions.iter().map(|addition| &addition.batch).collect();
            let written = ChangeBatch::write_merged(&batches, &HandleConnection::writing(&self.outer, self.counter.clone())).await;
            self.keep(written.is_ok()).await;
            together = written.unwrap_or(together);
        }
        for (addition, written) in additions.into_iter().zip(together) {
            let written = match written {
                Some(written) => Ok(written),
                None if self.begin().await => {
                    let written =
                        insert_queue::told(addition.batch.write(&HandleConnection::writing(&self.outer, self.counter.clone())).await);
                    self.keep(matches!(written, Ok(true))).await;
                    written
                }
                // Answered with the group's failure.
                None => Ok(false),
            };
            self.answer(addition, written);
        }
    }

    /// Answers after the commit.
    fn answer(&mut self, addition: QueuedInsert, written: InsertResult) {
        let live = self.live.clone();
        self.finishes.push(Box::new(move |committed| addition.end(committed.and(written), &live, None)));
    }
}

/// Whether anything was written on this connection, which a failure makes a new one.
async fn has_changed(outer: &DatabaseTransaction) -> bool {
    let asked = Statement::from_string(DatabaseBackend::Sqlite, "SELECT total_changes()");
    let answer = outer.query_one_raw(asked).await.ok().flatten();
    answer.and_then(|row| row.try_get_by_index::<i64>(0).ok()).is_some_and(|changes| changes > 0)
}
