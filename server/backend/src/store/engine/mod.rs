//! The engine: how Docket reads and writes one of two databases, so that no table and no use case has to know which.
//!
//! **Reading.** A handle carries the organization that every query must name: `Read` outside of a transaction, `Tx` inside of one, and
//! `PlatformReader` for what belongs to no organization (`handles`). On SQLite several connections are kept to read with, since its pool would
//! ask each one whether it is still there (`reader`); on PostgreSQL a pool serves readers and writers alike. Statements pass through
//! `literal_limits`, because SQLite prepares a statement again whenever its limit is a parameter.
//!
//! **Writing.** A use case is a closure over a `Tx`: it loads, decides and saves, and is answered after the commit (`writer`). A caller
//! that goes away cancels nothing, and a use case that refuses, fails or panics is undone alone.
//! - *SQLite* takes one writer at a time, and a disk syncs a few hundred times a second. So there is one connection that writes
//!   (`sole_connection`), use cases queue for it, and many share one commit, each behind a savepoint of its own (`group_commit`).
//! - *PostgreSQL* runs every use case in a transaction and a task of its own; rows are locked where two could decide about the same.
//!
//! **Adding.** What depends on nothing else, as a submission does, is a `ChangeBatch` of rows: it needs no transaction of its own, and those of
//! many callers are written together, one statement for each table (`insert_queue`, `batch`).
//!
//! **Sharing work.** Workers that want the same rows share them. PostgreSQL skips the rows that another one has locked (`skip_locked`);
//! on SQLite nobody else writes meanwhile. What a worker has taken is its own until a time that survives a clock which is set back
//! (`lease_time`).
//!
//! **Other processes** on the same database are told of commits by a notification of PostgreSQL, or see them in the SQLite file
//! (`processes`).
//!
//! **Pages.** A list goes on after the last row that was shown, wherever new rows have come meanwhile (`cursor`); counts end where nobody
//! reads on, and several are asked for at once (`count`).
//!
//! **Plans.** SQLite plans without statistics, and has to be kept from indexes that find too much (`own_rows`). PostgreSQL plans by
//! statistics that may be a minute old, and has to be kept from joins over all that waits (`finds_nothing`) and from plans for tables that
//! have grown since (`statistics`).
//!
//! **Trust.** A SQLite file can be taken away or swapped while it is open (`database_file`); a COMMIT can fail on a full disk, and the
//! connection is thrown away then (`sole_connection`); after a statement that failed, PostgreSQL answers COMMIT as if it had kept
//! something (`Tx::is_spoiled`). Whether the database can be used, and what stands in the way, is looked at in `examination` and
//! remembered in `database_state`.

mod batch;
mod columns;
pub(crate) mod count;
mod cursor;
mod database_file;
mod database_state;
mod examination;
mod failures;
mod finds_nothing;
mod group_commit;
mod handle_connection;
mod handles;
mod insert_queue;
mod lease_time;
mod literal_limits;
mod own_rows;
mod processes;
mod reader;
mod skip_locked;
mod sole_connection;
mod sqlite;
mod statement_counter;
pub(crate) mod statistics;
mod writer;

pub(crate) use batch::ChangeBatch;
pub(in crate::store) use batch::{given, given_besides};
pub(crate) use columns::{from_json, micros, time, to_json};
pub(in crate::store) use count::CountQuery;
pub(crate) use cursor::{PageCursor, cut_page};
pub use examination::DatabaseObstacle;
pub(in crate::store) use finds_nothing::finds_nothing;
pub(crate) use handles::{PlatformReader, PlatformWriter, Read, StoreHandle, Tx};
pub(in crate::store) use lease_time::is_over;
pub(in crate::store) use own_rows::own_rows;
pub(in crate::store) use skip_locked::update_unlocked;
pub use statement_counter::StatementCounts;

use crate::error::{Error, Result};
use crate::live::{LiveAnnouncer, LiveChange};
use chrono::{DateTime, Utc};
use database_state::DatabaseState;
use domain::id::OrganizationId;
use futures::future::BoxFuture;
use handle_connection::HandleConnection;
use reader::ReadPool;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, Statement};
use sea_orm_migration::MigratorTrait;
use sole_connection::SoleConnection;
use statement_counter::StatementCounter;
use std::sync::Arc;
use std::time::Duration;

/// An open database: a pool of readers and the writer.
#[derive(Clone)]
pub struct Store {
    reader: Arc<ReadPool>,
    writer: writer::DatabaseWriter,
    live: Arc<LiveAnnouncer>,
    /// Where to listen for other processes: the address, and who tells them. None on SQLite.
    channel: Option<(Arc<str>, processes::ChangeNotifier)>,
    /// What hears other processes, once asked to.
    ear: Arc<tokio::sync::Mutex<Option<processes::ChangeListener>>>,
    /// Whether it could be used lately.
    state: Arc<DatabaseState>,
    counter: Arc<StatementCounter>,
}

impl Store {
    /// Opens `sqlite:<path>` (created when missing) or `postgres://…`.
    ///
    /// # Errors
    /// When the address is of neither kind or the database does not answer.
    pub async fn open(url: &str) -> Result<Self> {
        let (live, ear, state) = (Arc::new(LiveAnnouncer::default()), Arc::default(), Arc::<DatabaseState>::default());
        let counter = Arc::<StatementCounter>::default();
        if url.starts_with("sqlite:") {
            let (reader, sole) = sqlite::open(url, state.clone()).await?;
            let reader = Arc::new(reader);
            let writer = writer::DatabaseWriter::group_commit(sole, live.clone(), counter.clone());
            Ok(Self { reader, writer, live, channel: None, ear, state, counter })
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut options = ConnectOptions::new(url);
            options.max_connections(32).acquire_timeout(Duration::from_secs(10)).sqlx_logging(false);
            // A connection in use a moment ago is still there: asking it each time would be one more way to the server and back.
            options.test_before_acquire_if_idle_for(Duration::from_secs(5));
            options.map_sqlx_postgres_opts(|options| {
                options.options([("statement_timeout", "30000"), ("lock_timeout", "10000")]).statement_cache_capacity(STATEMENTS)
            });
            let reader = Database::connect(options).await?;
            let teller = processes::ChangeNotifier::new(reader.clone());
            let writer = writer::DatabaseWriter::concurrent(reader.clone(), live.clone(), teller.clone(), counter.clone());
            Ok(Self { reader: Arc::new(ReadPool::pooled(reader)), writer, live, channel: Some((url.into(), teller)), ear, state, counter })
        } else {
            Err(Error::failed("DATABASE_URL must start with sqlite: or postgres://"))
        }
    }

    /// Brings the schema up to date; does nothing when it is.
    ///
    /// # Errors
    /// When a migration fails.
    pub async fn migrate(&self) -> Result<()> {
        Ok(migrations::Migrator::up(self.writer.connection(), None).await?)
    }

    /// The kind of database, for people.
    pub fn kind(&self) -> &'static str {
        match self.reader.get_database_backend() {
            DatabaseBackend::Postgres => "PostgreSQL",
            _ => "SQLite",
        }
    }

    /// What was sent to the database since this was opened.
    pub fn statements(&self) -> StatementCounts {
        self.counter.counts()
    }

    /// This process's announcements.
    pub fn live(&self) -> &LiveAnnouncer {
        &self.live
    }

    /// From when this returns, announces what other processes commit to this database, and wakes the worker; for as long as the store lives.
    pub async fn follow(&self) {
        let mut ear = self.ear.lock().await;
        if ear.is_none() {
            *ear = match (&self.channel, self.writer.sole()) {
                (Some((url, teller)), _) => Some(processes::listen(url, self.live.clone(), teller.clone()).await),
                (None, Some(sole)) => Some(processes::watch(self.reader.clone(), sole.clone(), self.live.clone()).await),
                (None, None) => None,
            };
        }
    }

    /// Returns when other processes were told of everything committed here so far: before this one ends.
    pub async fn flush(&self) {
        if let Some((_, teller)) = &self.channel {
            teller.flush().await;
        }
    }

    /// What the database's own clock says; None on SQLite, which has none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn time(&self) -> Result<Option<DateTime<Utc>>> {
        if self.channel.is_none() {
            return Ok(None);
        }
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
        let row = self.reader.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.map(time))
    }

    /// A handle to read one organization.
    pub(crate) fn read(&self, organization: OrganizationId) -> Read {
        Read { connection: HandleConnection::reading(self.reader.clone(), self.counter.clone()), organization }
    }

    /// A handle on what belongs to no organization.
    pub(crate) fn platform(&self) -> PlatformReader {
        PlatformReader { connection: HandleConnection::reading(self.reader.clone(), self.counter.clone()) }
    }

    /// A handle to change what belongs to no organization, one statement each. On SQLite it waits for the writer's turn.
    pub(crate) fn platform_writer(&self) -> PlatformWriter {
        let connection = match self.writer.sole() {
            Some(sole) => ReadPool::writing(sole),
            None => ReadPool::pooled(self.writer.connection().clone()),
        };
        PlatformWriter { connection: HandleConnection::writing(Arc::new(connection), self.counter.clone()) }
    }

    /// Runs one use case in one transaction. Answers after the commit; a caller that goes away cancels nothing.
    ///
    /// # Errors
    /// What `work` returns (its changes are undone), or `Failed` when the commit fails.
    pub(crate) async fn write<T, F>(&self, organization: OrganizationId, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Tx<'t>) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.writer.run(organization, work).await
    }

    /// Makes changes that depend on nothing else, together with those of others, and announces one once they are on disk. False, and
    /// nothing is changed, when a key of a new row is taken. Only rows that are added and removed: what a row becomes is a use case's.
    ///
    /// # Errors
    /// When the database does not take them.
    pub(crate) async fn add(&self, batch: ChangeBatch, change: LiveChange) -> Result<bool> {
        self.writer.add(batch, change).await
    }
}

/// Statements a connection to PostgreSQL keeps prepared: those for many rows at once are another one for each number of rows.
const STATEMENTS: usize = 1000;
