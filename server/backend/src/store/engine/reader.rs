//! What reads.
//!
//! A connection that comes back to sqlx's pool is asked whether it is still there: with SQLite, that is another way to its thread and back
//! for every statement. A file does not hang up, so that its connections are kept here instead.

use super::SoleConnection;
use super::database_file::DatabaseFile;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Sqlite, SqliteConnection};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Connections to read with.
pub(crate) struct ReadPool {
    pool: DatabaseConnection,
    kept: Option<IdleReaders>,
    /// The file, with SQLite.
    file: Option<Arc<DatabaseFile>>,
}

/// Connections of SQLite: opened when needed, and used again, the last one first.
struct IdleReaders {
    idle: Mutex<Vec<SqliteConnection>>,
    places: Semaphore,
}

/// A connection in use. Whoever gives up in the middle of an answer leaves the rest of it to the connection's thread, which drops it.
struct Taken<'k> {
    kept: &'k IdleReaders,
    connection: Option<SqliteConnection>,
    _place: SemaphorePermit<'k>,
}

impl ReadPool {
    /// A pool that is used as it is.
    pub(super) fn pooled(pool: DatabaseConnection) -> Self {
        Self { pool, kept: None, file: None }
    }

    /// A pool of SQLite that opens connections to keep, so many at most.
    pub(super) fn keeping(pool: DatabaseConnection, most: usize, file: Arc<DatabaseFile>) -> Self {
        Self { pool, kept: Some(IdleReaders { idle: Mutex::default(), places: Semaphore::new(most) }), file: Some(file) }
    }

    /// The connection that writes to SQLite, for statements of their own. They fail when their file is no longer there afterwards.
    pub(super) fn writing(sole: &SoleConnection) -> Self {
        Self { pool: sole.pool().clone(), kept: None, file: Some(sole.file().clone()) }
    }

    /// The pool, for what needs one.
    pub(super) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Fails when the file is gone or another one.
    fn check(&self) -> Result<(), DbErr> {
        self.file.as_ref().map_or(Ok(()), |file| file.check().map_err(DbErr::Custom))
    }

    /// The outcome, if the file is still there.
    async fn checked<T>(&self, doing: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let done = doing.await?;
        self.check()?;
        Ok(done)
    }

    async fn take<'k>(&self, kept: &'k IdleReaders) -> Result<Taken<'k>, DbErr> {
        let place = kept.places.acquire().await.map_err(|_| failed(sqlx::Error::PoolClosed))?;
        let idle = kept.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                // A connection to another file would not be harmless (`SoleConnection::open`).
                self.check()?;
                self.pool.get_sqlite_connection_pool().acquire().await.map_err(failed)?.detach()
            }
        };
        Ok(Taken { kept, connection: Some(connection), _place: place })
    }
}

impl Taken<'_> {
    fn get(&mut self) -> Result<&mut SqliteConnection, DbErr> {
        self.connection.as_mut().ok_or_else(|| failed(sqlx::Error::PoolClosed))
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.kept.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.connection.take());
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

fn query(statement: Statement) -> Query<'static, Sqlite, SqlxValues> {
    let values = statement.values.unwrap_or(sea_orm::Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

#[async_trait::async_trait]
impl ConnectionTrait for ReadPool {
    fn get_database_backend(&self) -> DbBackend {
        if self.kept.is_some() { DatabaseBackend::Sqlite } else { self.pool.get_database_backend() }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let Some(kept) = &self.kept else { return self.checked(self.pool.execute_raw(statement)).await };
        let mut taken = self.take(kept).await?;
        query(statement).execute(taken.get()?).await.map(Into::into).map_err(failed)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.checked(self.pool.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let Some(kept) = &self.kept else { return self.checked(self.pool.query_one_raw(statement)).await };
        let mut taken = self.take(kept).await?;
        let row = query(statement).fetch_optional(taken.get()?).await.map_err(failed)?;
        Ok(row.map(Into::into))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let Some(kept) = &self.kept else { return self.checked(self.pool.query_all_raw(statement)).await };
        let mut taken = self.take(kept).await?;
        let rows = query(statement).fetch_all(taken.get()?).await.map_err(failed)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use futures::{FutureExt, poll};
    use std::pin::pin;

    fn count(to: u32) -> Statement {
        let sql =
            "WITH RECURSIVE \"n\"(\"i\") AS (VALUES (1) UNION ALL SELECT \"i\" + 1 FROM \"n\" WHERE \"i\" < ?) SELECT \"i\" FROM \"n\"";
        Statement::from_sql_and_values(DatabaseBackend::Sqlite, sql, [to.into()])
    }

    fn opened(reader: &ReadPool) -> usize {
        reader.kept.as_ref().unwrap().idle.lock().unwrap().len()
    }

    #[tokio::test]
    async fn connections_are_kept_and_used_again() {
        let file = std::env::temp_dir().join(format!("docket-reader-{}.sqlite", uuid::Uuid::now_v7().simple()));
        let (reader, _writer) = crate::store::engine::sqlite::open(&format!("sqlite:{}", file.display()), Arc::default()).await.unwrap();
        for to in 1..=20 {
            assert_eq!(reader.query_all_raw(count(to)).await.unwrap().len(), to as usize);
        }
        assert_eq!(opened(&reader), 1);

        // Whoever goes away before the answer leaves a connection that answers the next one.
        for _ in 0..20 {
            let mut given_up = pin!(reader.query_all_raw(count(1_000_000)).fuse());
            assert!(poll!(&mut given_up).is_pending());
        }
        assert_eq!(reader.query_all_raw(count(7)).await.unwrap().len(), 7);

        // More at once than there are connections.
        let rows = join_all((1..=100).map(|to| reader.query_all_raw(count(to)))).await;
        assert!(rows.into_iter().enumerate().all(|(at, rows)| rows.unwrap().len() == at + 1));
        assert!((2..=8).contains(&opened(&reader)), "{}", opened(&reader));

        let refused = reader.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, "SELECT missing")).await.unwrap_err();
        assert!(refused.to_string().contains("no such column"), "{refused}");
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", file.display()));
        }
    }
}
