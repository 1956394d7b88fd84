//! What the same disk does without Docket: the same driver, the same journal mode, plain inserts of 200 bytes.

use crate::report::BenchResult;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection, SqliteConnection};
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Rows that share a commit: as many as use cases may.
const GROUP: usize = 128;
/// Size of a row's text.
const BODY: usize = 200;

const INSERTS: [&str; 3] = [
    "INSERT INTO bare_one (id, body) VALUES (?, ?)",
    "INSERT INTO bare_two (id, body) VALUES (?, ?)",
    "INSERT INTO bare_three (id, body) VALUES (?, ?)",
];

/// A database of three plain tables.
pub struct BareDatabase(SqliteConnection);

impl BareDatabase {
    /// A new one in this folder.
    pub async fn open(folder: &Path) -> BenchResult<Self> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("bare.sqlite"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        for create in [
            "CREATE TABLE bare_one (id BLOB PRIMARY KEY, body TEXT NOT NULL)",
            "CREATE TABLE bare_two (id BLOB PRIMARY KEY, body TEXT NOT NULL)",
            "CREATE TABLE bare_three (id BLOB PRIMARY KEY, body TEXT NOT NULL)",
        ] {
            sqlx::query(create).execute(&mut connection).await?;
        }
        Ok(Self(connection))
    }

    async fn insert(&mut self, statement: &'static str, body: &str) -> BenchResult<()> {
        sqlx::query(statement).bind(Uuid::now_v7().as_bytes().to_vec()).bind(body).execute(&mut self.0).await?;
        Ok(())
    }

    /// Three inserts each, 128 of them per commit: how many a second.
    pub async fn grouped(&mut self, length: Duration) -> BenchResult<f64> {
        let body = "b".repeat(BODY);
        let (begin, mut done) = (Instant::now(), 0.0);
        while begin.elapsed() < length {
            sqlx::query("BEGIN IMMEDIATE").execute(&mut self.0).await?;
            for _ in 0..GROUP {
                for statement in INSERTS {
                    self.insert(statement, &body).await?;
                }
                done += 1.0;
            }
            sqlx::query("COMMIT").execute(&mut self.0).await?;
        }
        Ok(done / begin.elapsed().as_secs_f64())
    }

    /// One insert, one commit, one sync of the disk: how many a second.
    pub async fn synced(&mut self, length: Duration) -> BenchResult<f64> {
        let body = "b".repeat(BODY);
        let (begin, mut done) = (Instant::now(), 0.0);
        while begin.elapsed() < length {
            self.insert(INSERTS[0], &body).await?;
            done += 1.0;
        }
        Ok(done / begin.elapsed().as_secs_f64())
    }
}
