//! Several changes in one way to the database and back: the way costs more than a change.

use super::{Handle, Tx};
use crate::error::Result;
use sea_orm::sea_query::{PostgresQueryBuilder, QueryStatementBuilder, SqlWriterValues, SqliteQueryBuilder, Values};
use sea_orm::{ConnectionTrait, DatabaseBackend, SqlErr, Statement};
use std::fmt::Write;

/// Changes of one use case that are written together.
///
/// SQLite is given the statements one after the other; PostgreSQL one statement with all of them, where none sees what another one does
/// (<https://www.postgresql.org/docs/current/queries-with.html#QUERIES-WITH-MODIFYING>) and keys to other tables are checked at its end.
pub(crate) struct Batch {
    backend: DatabaseBackend,
    /// Statements that are whole.
    whole: Vec<(String, Values)>,
    /// The statement that changes are added to.
    open: SqlWriterValues,
    /// Changes in it.
    changes: usize,
}

fn writer(backend: DatabaseBackend) -> SqlWriterValues {
    match backend {
        DatabaseBackend::Postgres => SqlWriterValues::new("$", true),
        _ => SqlWriterValues::new("?", false),
    }
}

impl Batch {
    /// Without changes yet.
    pub(crate) fn new(handle: &impl Handle) -> Self {
        let backend = handle.connection().get_database_backend();
        Self { backend, whole: Vec::new(), open: writer(backend), changes: 0 }
    }

    /// Adds a change.
    pub(super) fn add(&mut self, change: &impl QueryStatementBuilder) {
        let nth = self.changes;
        self.changes += 1;
        // Writing to text does not fail.
        let _ = match self.backend {
            DatabaseBackend::Postgres => {
                let begun = write!(self.open, "{} c{nth} AS (", if nth == 0 { "WITH" } else { "," });
                change.build_collect_any_into(&PostgresQueryBuilder, &mut self.open);
                begun.and_then(|()| self.open.write_char(')'))
            }
            _ => {
                let begun = if nth == 0 { Ok(()) } else { self.open.write_str("; ") };
                change.build_collect_any_into(&SqliteQueryBuilder, &mut self.open);
                begun
            }
        };
    }

    /// What is added from here on sees what was added before, and may have the keys of rows that it removes.
    pub(crate) fn then(&mut self) {
        if self.backend == DatabaseBackend::Postgres {
            self.close();
        }
    }

    fn close(&mut self) {
        if self.changes == 0 {
            return;
        }
        if self.backend == DatabaseBackend::Postgres {
            let _ = self.open.write_str(" SELECT 1");
        }
        self.changes = 0;
        self.whole.push(std::mem::replace(&mut self.open, writer(self.backend)).into_parts());
    }

    /// Makes the changes. False when a key of a new row is taken: the use case has to be undone then, as some of it may be written.
    pub(crate) async fn write(mut self, tx: &Tx<'_>) -> Result<bool> {
        self.close();
        for (sql, values) in self.whole {
            match tx.connection().execute_raw(Statement::from_sql_and_values(self.backend, sql, values)).await {
                Ok(_) => {}
                Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }
}
