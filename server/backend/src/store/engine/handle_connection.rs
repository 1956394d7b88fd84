//! The connection of a handle: statements get plain limits, are counted, and a handle that reads is refused those that write.

use super::literal_limits::with_literal_limits;
use super::statement_counter::StatementCounter;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A connection as a handle uses it.
pub(crate) struct HandleConnection<C> {
    connection: C,
    writes: bool,
    counter: Arc<StatementCounter>,
    failed: AtomicBool,
}

impl<C> HandleConnection<C> {
    /// For a handle that reads.
    pub(super) fn reading(connection: C, counter: Arc<StatementCounter>) -> Self {
        Self { connection, writes: false, counter, failed: AtomicBool::new(false) }
    }

    /// For a handle that writes too.
    pub(super) fn writing(connection: C, counter: Arc<StatementCounter>) -> Self {
        Self { connection, writes: true, counter, failed: AtomicBool::new(false) }
    }

    /// Whether one of the statements failed.
    pub(super) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Counts a statement, unless it is one that this handle must not be given. No function of a table writes with a handle that reads
    /// (their signatures say so, and a test reads them); whoever gets around that fails here.
    fn admit(&self, sql: &str) -> Result<(), DbErr> {
        if self.counter.count(sql) && !self.writes {
            return Err(DbErr::Custom("a handle that reads was given a statement that writes".to_owned()));
        }
        Ok(())
    }

    fn noted<T>(&self, done: Result<T, DbErr>) -> Result<T, DbErr> {
        if done.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        done
    }
}

#[async_trait::async_trait]
impl<C> ConnectionTrait for HandleConnection<C>
where
    C: Deref + Sync,
    C::Target: ConnectionTrait,
{
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.admit(&statement.sql)?;
        self.noted(self.connection.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.admit(sql)?;
        self.noted(self.connection.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.admit(&statement.sql)?;
        self.noted(self.connection.query_one_raw(with_literal_limits(statement)).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.admit(&statement.sql)?;
        self.noted(self.connection.query_all_raw(with_literal_limits(statement)).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::databases::on_each;
    use crate::store::{Store, StoreHandle};
    use domain::id::OrganizationId;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_handle_that_reads_does_not_write() {
        on_each(async |url: String| {
            let store = Store::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            let insert = "INSERT INTO workers (id, seen_at) VALUES ('x', 1) RETURNING seen_at";
            let read = store.read(OrganizationId(Uuid::nil()));
            let (of_organization, of_platform) = (read.connection(), store.platform());
            let backend = of_organization.get_database_backend();
            assert!(of_organization.execute_unprepared(insert).await.is_err());
            assert!(of_organization.query_one_raw(Statement::from_string(backend, insert)).await.is_err());
            assert!(of_platform.connection().query_all_raw(Statement::from_string(backend, insert)).await.is_err());
            let written = store.platform_writer().connection().query_one_raw(Statement::from_string(backend, insert)).await.unwrap();
            assert_eq!(written.unwrap().try_get_by_index::<i64>(0).unwrap(), 1);
        })
        .await;
    }
}
