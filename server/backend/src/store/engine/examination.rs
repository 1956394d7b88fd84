//! Whether the database can be used: it is there, its schema is the present one, and it takes changes. What stands in the way is said in
//! words for whoever runs the server.

use super::database_file::DatabaseFile;
use super::failures::failure_code;
use super::{Store, micros};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};
use sea_orm_migration::MigratorTrait;
use std::time::Duration;

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

const FULL: &str = "The disk is full: make room on it.";
const READ_ONLY: &str = "The database is read-only: let Docket write to it.";
const FAULTY: &str = "The disk answers with errors when the database is read or written: look at the disk.";
const LOCKED: &str = "Another program keeps the database locked.";
const DAMAGED: &str = "The database file is damaged: bring back a copy of it.";
const SILENT: &str = "The database does not answer: see whether it runs and can be reached.";
const OUTDATED: &str = "The database's schema is not up to date: run docket migrate.";
const OTHER: &str = "The database refuses changes: the log says why.";

/// What stands in the way of using the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseObstacle {
    /// For people: what it is, and what to do.
    pub sentence: String,
    /// For the log: what the database said.
    pub cause: String,
}

impl DatabaseObstacle {
    fn new(sentence: &str, cause: impl std::fmt::Display) -> Self {
        Self { sentence: sentence.to_owned(), cause: cause.to_string() }
    }
}

impl Store {
    /// Looks whether the database can be used, and writes a row to be sure.
    ///
    /// # Errors
    /// What stands in the way.
    pub async fn examine(&self, now: DateTime<Utc>) -> Result<(), DatabaseObstacle> {
        let found = match tokio::time::timeout(PATIENCE, self.probe(now)).await {
            Ok(found) => found,
            Err(_) => Err(DatabaseObstacle::new(SILENT, format!("no answer within {} seconds", PATIENCE.as_secs()))),
        };
        self.state.found(found.as_ref().err().map(|obstacle| format!("{} ({})", obstacle.sentence, obstacle.cause)));
        found
    }

    async fn probe(&self, now: DateTime<Utc>) -> Result<(), DatabaseObstacle> {
        if let Some(sole) = self.writer.sole() {
            look_at(sole.file())?;
        }
        let pending = migrations::Migrator::get_pending_migrations(self.reader.pool()).await;
        let pending = pending.map_err(|error| self.obstacle(&error))?;
        if !pending.is_empty() {
            return Err(DatabaseObstacle::new(OUTDATED, format!("{} migrations are pending", pending.len())));
        }
        let sql =
            "INSERT INTO write_probes (id, written_at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at";
        let writer = self.platform_writer();
        let connection = writer.connection();
        let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, [micros(now).into()]);
        connection.execute_raw(statement).await.map(drop).map_err(|error| self.obstacle(&error))
    }

    /// What a failure means.
    fn obstacle(&self, error: &DbErr) -> DatabaseObstacle {
        let sentence = match (self.reader.get_database_backend(), failure_code(error)) {
            (DatabaseBackend::Postgres, code) => of_postgres(code.as_deref()),
            (_, Some(code)) => of_sqlite(&code),
            (_, None) => OTHER,
        };
        DatabaseObstacle::new(sentence, error)
    }
}

/// What can be seen of a SQLite file without writing to it.
fn look_at(file: &DatabaseFile) -> Result<(), DatabaseObstacle> {
    if let Err(cause) = file.check() {
        let mut sentence = cause.clone();
        if let Some(first) = sentence.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        return Err(DatabaseObstacle::new(&format!("{sentence}."), cause));
    }
    if !file.can_be_written() {
        return Err(DatabaseObstacle::new(READ_ONLY, format!("{} may not be written", file.path().display())));
    }
    if file.room() == Some(0) {
        return Err(DatabaseObstacle::new(FULL, format!("no room beside {}", file.path().display())));
    }
    Ok(())
}

/// By SQLite's result code, of which the lowest byte is the kind (<https://sqlite.org/rescode.html>).
fn of_sqlite(code: &str) -> &'static str {
    match code.parse::<i32>().map(|code| code & 0xff) {
        Ok(5 | 6) => LOCKED,
        Ok(8) => READ_ONLY,
        Ok(10 | 14) => FAULTY,
        Ok(11 | 26) => DAMAGED,
        Ok(13) => FULL,
        _ => OTHER,
    }
}

/// By PostgreSQL's code (<https://www.postgresql.org/docs/current/errcodes-appendix.html>); none is a connection that broke.
fn of_postgres(code: Option<&str>) -> &'static str {
    match code {
        None => SILENT,
        Some("53100") => FULL,
        Some("25006") => READ_ONLY,
        Some("58030") => FAULTY,
        Some(code) if code.starts_with("XX") => DAMAGED,
        Some(code) if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => SILENT,
        Some(_) => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::databases;

    #[test]
    fn codes_are_told_apart() {
        assert_eq!([of_sqlite("13"), of_sqlite("778"), of_sqlite("1544"), of_sqlite("1")], [FULL, FAULTY, READ_ONLY, OTHER]);
        assert_eq!([of_postgres(Some("53100")), of_postgres(Some("57P01")), of_postgres(Some("42P01"))], [FULL, SILENT, OTHER]);
    }

    #[tokio::test]
    async fn a_database_is_examined_by_writing_to_it() {
        databases::on_each(async |url: String| {
            let store = Store::open(&url).await.unwrap();
            let now = Utc::now();
            assert_eq!(store.examine(now).await.unwrap_err().sentence, OUTDATED);
            store.migrate().await.unwrap();
            store.examine(now).await.unwrap();
            store.examine(now).await.unwrap();
            let sql = "SELECT count(*), max(written_at) FROM write_probes";
            let statement = Statement::from_string(store.reader.get_database_backend(), sql);
            let row = store.reader.query_one_raw(statement).await.unwrap().unwrap();
            assert_eq!((row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()), (1_i64, micros(now)));
        })
        .await;
    }
}
