//! The database: the only place that names `sea_orm`. One table per file, each with its private entity and its queries.
//!
//! There is no query without an organization: tables are read through `Read` and written through `Tx`, and both carry one.
//! `Platform` serves what belongs to no organization: signing in, sessions, and the worker's search for due deliveries.

mod across;
mod adding;
pub(crate) mod batch;
mod column;
mod database_file;
mod database_state;
#[cfg(test)]
#[allow(dead_code, reason = "the integration tests use all of it")]
#[path = "../../tests/it/databases.rs"]
mod databases;
mod free;
mod group;
mod lapse;
mod limited;
mod nothing;
mod own;
mod probe;
mod reader;
mod sole;
mod sqlite;
mod writer;

pub(crate) mod addressed;
pub(crate) mod attempts;
pub(crate) mod calendars;
pub(crate) mod comments;
pub(crate) mod connector_tests;
pub(crate) mod connectors;
pub(crate) mod console;
pub(crate) mod count;
pub(crate) mod counted_approvers;
pub(crate) mod delegations;
pub(crate) mod deliveries;
pub(crate) mod destinations;
pub(crate) mod drafts;
pub(crate) mod effects;
pub(crate) mod events;
pub(crate) mod facts;
pub(crate) mod form_versions;
pub(crate) mod forms;
pub(crate) mod groups;
pub(crate) mod held_decisions;
pub(crate) mod items;
pub(crate) mod leases;
pub(crate) mod members;
pub(crate) mod notices;
pub(crate) mod organizations;
pub(crate) mod people;
pub(crate) mod queue;
pub(crate) mod receipts;
pub(crate) mod requests;
pub mod sessions;
pub(crate) mod share_links;
pub(crate) mod sign_in_attempts;
pub(crate) mod statistics;
pub(crate) mod tasks;
pub(crate) mod threads;
pub(crate) mod waiting_rules;
pub(crate) mod workers;

use crate::error::{Error, Result};
use crate::live::{Change, Live};
use chrono::{DateTime, Utc};
use database_state::DatabaseState;
use domain::id::OrganizationId;
use futures::future::BoxFuture;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseTransaction, DbErr, RuntimeErr, Statement};
use sea_orm_migration::MigratorTrait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use limited::Limited;

pub use probe::Obstacle;
pub(crate) use reader::Reader;
pub(crate) use sole::SoleConnection;

pub(crate) use column::{from_json, micros, time, to_json};

/// An open database: a pool of readers and the writer.
#[derive(Clone)]
pub struct Store {
    reader: Arc<Reader>,
    writer: writer::Writer,
    live: Arc<Live>,
    /// Where to listen for other processes: the address, and who tells them. None on SQLite.
    channel: Option<(Arc<str>, across::Teller)>,
    /// What hears other processes, once asked to.
    ear: Arc<tokio::sync::Mutex<Option<across::Ear>>>,
    /// Whether it could be used lately.
    state: Arc<DatabaseState>,
}

/// A handle to read one organization's rows.
pub(crate) struct Read {
    connection: Limited<Arc<Reader>>,
    organization: OrganizationId,
}

/// A handle inside one use case's transaction, on one organization's rows.
pub(crate) struct Tx<'t> {
    transaction: Limited<&'t DatabaseTransaction>,
    organization: OrganizationId,
    /// What to announce once this is committed.
    pub(crate) changes: Mutex<Vec<Change>>,
    /// Whether to undo what was written, whatever the use case answers.
    undone: AtomicBool,
}

/// A handle on what belongs to no organization.
pub(crate) struct Platform {
    connection: Limited<Arc<Reader>>,
}

/// What `Read` and `Tx` have in common: rows of one organization.
pub(crate) trait Handle: Sync {
    /// The connection queries run on.
    type Connection: ConnectionTrait;
    /// The connection queries run on.
    fn connection(&self) -> &Self::Connection;
    /// The organization every query must name.
    fn organization(&self) -> uuid::Uuid;
}

impl Handle for Read {
    type Connection = Limited<Arc<Reader>>;
    fn connection(&self) -> &Self::Connection {
        &self.connection
    }
    fn organization(&self) -> uuid::Uuid {
        self.organization.0
    }
}

impl<'t> Handle for Tx<'t> {
    type Connection = Limited<&'t DatabaseTransaction>;
    fn connection(&self) -> &Self::Connection {
        &self.transaction
    }
    fn organization(&self) -> uuid::Uuid {
        self.organization.0
    }
}

impl Tx<'_> {
    /// Announces a change to open pages, and wakes the worker, once this transaction is committed.
    pub(crate) fn announce(&self, change: Change) {
        if let Ok(mut changes) = self.changes.lock() {
            changes.push(change);
        }
    }

    /// Makes the changes of a batch. False when a key of a new row is taken: the use case has to fail or be undone then.
    ///
    /// # Errors
    /// When the database does not take them.
    pub(crate) async fn write(&self, batch: batch::Batch) -> Result<bool> {
        Ok(batch.write(&self.transaction).await?)
    }

    /// Whether PostgreSQL undoes all of it whatever is said: after a statement that failed it answers COMMIT as if it had kept something.
    fn is_spoiled(&self) -> bool {
        self.transaction.failed() && self.transaction.get_database_backend() == DatabaseBackend::Postgres
    }

    /// Undoes what this use case writes, although it succeeds with an answer.
    pub(crate) fn undo(&self) {
        self.undone.store(true, Ordering::Relaxed);
    }
}

impl Platform {
    /// The connection queries run on.
    pub(crate) fn connection(&self) -> &Limited<Arc<Reader>> {
        &self.connection
    }
}

impl Store {
    /// Opens `sqlite:<path>` (created when missing) or `postgres://…`.
    ///
    /// # Errors
    /// When the address is of neither kind or the database does not answer.
    pub async fn open(url: &str) -> Result<Self> {
        let (live, ear, state) = (Arc::new(Live::default()), Arc::default(), Arc::<DatabaseState>::default());
        if url.starts_with("sqlite:") {
            let (reader, sole) = sqlite::open(url, state.clone()).await?;
            let reader = Arc::new(reader);
            let writer = writer::Writer::group_commit(sole, live.clone());
            Ok(Self { reader, writer, live, channel: None, ear, state })
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut options = ConnectOptions::new(url);
            options.max_connections(32).acquire_timeout(Duration::from_secs(10)).sqlx_logging(false);
            // A connection in use a moment ago is still there: asking it each time would be one more way to the server and back.
            options.test_before_acquire_if_idle_for(Duration::from_secs(5));
            options.map_sqlx_postgres_opts(|options| {
                options.options([("statement_timeout", "30000"), ("lock_timeout", "10000")]).statement_cache_capacity(STATEMENTS)
            });
            let reader = Database::connect(options).await?;
            let teller = across::Teller::new(reader.clone());
            let writer = writer::Writer::concurrent(reader.clone(), live.clone(), teller.clone());
            Ok(Self { reader: Arc::new(Reader::pooled(reader)), writer, live, channel: Some((url.into(), teller)), ear, state })
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

    /// This process's announcements.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// From when this returns, announces what other processes commit to this database, and wakes the worker; for as long as the store lives.
    pub async fn follow(&self) {
        let mut ear = self.ear.lock().await;
        if ear.is_none() {
            *ear = match (&self.channel, self.writer.sole()) {
                (Some((url, teller)), _) => Some(across::listen(url, self.live.clone(), teller.clone()).await),
                (None, Some(sole)) => Some(across::watch(self.reader.clone(), sole.clone(), self.live.clone()).await),
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
        Read { connection: Limited::over(self.reader.clone()), organization }
    }

    /// A handle on what belongs to no organization.
    pub(crate) fn platform(&self) -> Platform {
        Platform { connection: Limited::over(self.reader.clone()) }
    }

    /// A handle to change what belongs to no organization, one statement each. On SQLite it waits for the writer's turn.
    pub(crate) fn platform_writer(&self) -> Platform {
        let connection = match self.writer.sole() {
            Some(sole) => Reader::writing(sole),
            None => Reader::pooled(self.writer.connection().clone()),
        };
        Platform { connection: Limited::over(Arc::new(connection)) }
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
    pub(crate) async fn add(&self, batch: batch::Batch, change: Change) -> Result<bool> {
        self.writer.add(batch, change).await
    }
}

/// The database's own code for a failure.
fn code(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else { return None };
    let RuntimeErr::SqlxError(cause) = cause else { return None };
    Some(cause.as_database_error()?.code()?.into_owned())
}

/// Statements a connection keeps prepared: those for many rows at once are another one for each number of rows.
const STATEMENTS: usize = 1000;
