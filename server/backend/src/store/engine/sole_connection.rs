//! The one connection that writes to a SQLite file.
//!
//! When a COMMIT fails, as on a full disk, SQLite has undone the transaction by itself, but sqlx goes on counting it: the next BEGIN would
//! become a savepoint, and when its release fails too, SQLite keeps a transaction open that nobody commits. Whatever is written from then on
//! would be gone with the process.
//! So a connection that is still counted as inside a transaction when its turn comes, or that failed in any way to begin or end one, is
//! thrown away and another one is opened. One that is not counted so is sent a real BEGIN, which SQLite refuses inside a transaction.

use super::database_file::DatabaseFile;
use super::database_state::DatabaseState;
use sea_orm::sqlx::Connection;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The connection, by its pool of one. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SoleConnection {
    pool: DatabaseConnection,
    standing: Arc<ConnectionStanding>,
    file: Arc<DatabaseFile>,
    state: Arc<DatabaseState>,
}

/// What is known of the connection in the pool.
#[derive(Default)]
struct ConnectionStanding {
    /// Whether to throw it away when it is used next.
    doubted: AtomicBool,
    /// How many were thrown away.
    replaced: AtomicU64,
}

impl SoleConnection {
    /// Opens it.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) async fn open(mut options: ConnectOptions, state: Arc<DatabaseState>) -> Result<Self, DbErr> {
        let standing = Arc::<ConnectionStanding>::default();
        let path: SqliteConnectOptions = options.get_url().parse().map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))?;
        let file = Arc::new(DatabaseFile::of(path.get_filename()));
        let (judged, there) = (standing.clone(), file.clone());
        options.map_sqlx_sqlite_before_acquire(move |connection, _| {
            let doubted = judged.doubted.load(Ordering::SeqCst) || connection.is_in_transaction();
            // Another file is not opened: a connection that finds the log of the first one there, and ends as its only one, takes that log
            // away. What this one writes until the file is back is not acknowledged.
            let replace = doubted && there.check().is_ok();
            if replace {
                judged.doubted.store(false, Ordering::SeqCst);
                judged.replaced.fetch_add(1, Ordering::SeqCst);
            }
            Box::pin(std::future::ready(Ok(!replace)))
        });
        let pool = Database::connect(options).await?;
        keep_to_the_file(&pool);
        file.check().map_err(DbErr::Custom)?;
        Ok(Self { pool, standing, file, state })
    }

    /// Its pool, for statements of their own.
    pub(super) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// The file it writes to.
    pub(super) fn file(&self) -> &Arc<DatabaseFile> {
        &self.file
    }

    /// Begins a transaction that is one for SQLite too. After a failure it looks first whether the file is there, which each group is looked at
    /// for in the end.
    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, String> {
        if self.is_failing() {
            self.file.check()?;
        }
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        let begun = self.pool.begin_with_options(options).await;
        begun.map_err(|error| {
            self.distrust();
            format!("begin: {error}")
        })
    }

    /// Throws the connection away once it comes back.
    pub(super) fn distrust(&self) {
        self.standing.doubted.store(true, Ordering::SeqCst);
    }

    /// Which connection this is: what one saw of the file says nothing about another.
    pub(super) fn number(&self) -> u64 {
        self.standing.replaced.load(Ordering::SeqCst)
    }

    /// Whether the database could not be used lately.
    pub(super) fn is_failing(&self) -> bool {
        self.state.is_failing()
    }

    /// Takes note of how a group ended.
    pub(super) fn note(&self, ended: &Result<(), String>) {
        self.state.wrote(ended.as_ref().err().cloned());
    }
}

/// Connections from now on are to the file that is there: one that is gone must not be made again, empty.
pub(super) fn keep_to_the_file(pool: &DatabaseConnection) {
    let pool = pool.get_sqlite_connection_pool();
    pool.set_connect_options((*pool.connect_options()).clone().create_if_missing(false));
}
