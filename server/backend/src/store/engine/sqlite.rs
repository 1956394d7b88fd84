//! Opening a SQLite file: one connection that writes, several that read.
//!
//! SQLite runs in WAL mode with `synchronous=FULL`: an answered submission survives a power cut.

use super::ReadPool;
use super::database_state::DatabaseState;
use super::failures::failure_code;
use super::sole_connection::{SoleConnection, keep_to_the_file};
use crate::error::{Error, Result};
use crate::private_file;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DbErr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Connections that read.
const READERS: usize = 8;
/// Connections of the pool, which opens those that read.
const OPENING: u32 = 2;
/// Memory for pages of the file, in KiB: of a reader, and of the writer, which goes all over the indexes.
/// More of them was measured to file no more submissions a minute.
const READERS_CACHE: u32 = 4 * 1024;
const WRITERS_CACHE: u32 = 24 * 1024;
/// Statements a connection keeps prepared. Each holds memory of SQLite and of sqlx, and those for many rows hold most.
const STATEMENTS: usize = 300;
/// Pages of 4 KiB after which the log is written to the file. A page that changed often in between is written once.
const CHECKPOINT: u32 = 8000;
/// How long anything waits for a lock.
const PATIENCE: Duration = Duration::from_secs(60);
/// Until the file is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// The readers and the writer, in this order, of a file that is made when it is missing.
///
/// The writer comes first and alone: to put a new file in WAL mode takes a lock that SQLite refuses at once to a second connection,
/// however long that one would wait. Another process may be doing the same: then it is tried again.
///
/// # Errors
/// When the file cannot be opened, or stays locked for a minute.
pub(super) async fn open(url: &str, state: Arc<DatabaseState>) -> Result<(ReadPool, SoleConnection)> {
    let begin = Instant::now();
    keep_private(url)?;
    let writer = loop {
        match SoleConnection::open(options(url, 1, WRITERS_CACHE), state.clone()).await {
            Err(error) if locked(&error) && begin.elapsed() < PATIENCE => tokio::time::sleep(AGAIN).await,
            opened => break opened?,
        }
    };
    let pool = Database::connect(options(url, OPENING, READERS_CACHE)).await?;
    keep_to_the_file(&pool);
    Ok((ReadPool::keeping(pool, READERS, writer.file().clone()), writer))
}

/// Makes a missing file for its owner alone; SQLite gives its companions the same mode. What is there already is taken from others.
fn keep_private(url: &str) -> Result<()> {
    let options: SqliteConnectOptions = url.parse().map_err(Error::failed)?;
    let file = options.get_filename();
    // The folder may be missing too: then SQLite says so.
    if file.parent().is_some_and(Path::is_dir) || file.parent() == Some(Path::new("")) {
        private_file::create_missing(file).map_err(|error| Error::failed(format!("{}: {error}", file.display())))?;
    }
    for end in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(end);
        let path = Path::new(&path);
        match private_file::narrow(path) {
            Ok(true) => tracing::warn!("others could read {}; now its owner alone can", path.display()),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "failed to limit who may read {}", path.display()),
        }
    }
    Ok(())
}

/// Whether another connection stood in the way (`SQLITE_BUSY`, <https://sqlite.org/rescode.html#busy>).
fn locked(error: &DbErr) -> bool {
    // The lowest byte is the code, the others say more of the cause.
    failure_code(error).and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| code & 0xff == 5)
}

fn options(url: &str, connections: u32, cache: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).min_connections(1).acquire_timeout(PATIENCE).sqlx_logging(false);
    // A file does not hang up.
    options.test_before_acquire(false);
    // The writer's connection stays the same one while nothing fails: what it saw of the file counts (`across`).
    options.max_lifetime(None).idle_timeout(None);
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            // Negative: KiB (https://sqlite.org/pragma.html#pragma_cache_size).
            .pragma("cache_size", format!("-{cache}"))
            // What a savepoint may have to bring back is otherwise kept in a file.
            .pragma("temp_store", "MEMORY")
            .pragma("wal_autocheckpoint", CHECKPOINT.to_string())
            .statement_cache_capacity(STATEMENTS)
    });
    options
}

#[cfg(test)]
mod tests {
    use crate::store::Store;
    use uuid::Uuid;

    #[cfg(unix)]
    #[tokio::test]
    async fn a_database_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("docket-mode-{}.sqlite", Uuid::new_v4().simple()));
        let files = ["", "-wal", "-shm"].map(|end| std::path::PathBuf::from(format!("{}{end}", path.display())));
        let modes = || files.each_ref().map(|file| std::fs::metadata(file).unwrap().permissions().mode() & 0o777);
        let url = format!("sqlite:{}", path.display());
        let store = Store::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(modes(), [0o600; 3]);
        // As an earlier version made them.
        for file in &files {
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        let again = Store::open(&url).await.unwrap();
        assert_eq!(modes(), [0o600; 3]);
        drop((store, again));
        for file in &files {
            let _ = std::fs::remove_file(file);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_new_file_is_opened_by_several_at_once() {
        for _ in 0..200 {
            let path = std::env::temp_dir().join(format!("docket-open-{}.sqlite", Uuid::new_v4().simple()));
            let url = format!("sqlite:{}", path.display());
            let opening: Vec<_> = (0..3)
                .map(|_| {
                    tokio::spawn({
                        let url = url.clone();
                        async move { Store::open(&url).await.map(|_| ()) }
                    })
                })
                .collect();
            for opened in opening {
                opened.await.unwrap().unwrap();
            }
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", path.display()));
            }
        }
    }
}
