//! Subjects: effects, deliveries, notices and threads are about a request so far, and can be about a person or anything else from here on.
//!
//! But for summaries, no row of a large table is written. The column of requests gets another name and no longer refers to a table, and every row there is
//! has the kind `request`, which is the new column's default in both databases. Only the threads get another key: a person can belong to
//! several organizations, so that what a thread is about does not name one of them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend, Statement, TransactionTrait};

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 3] = ["effects", "deliveries", "notices"];

/// The column as the first schema and the notifications defined it, and without its reference.
const COLUMN: &str = "request_id BLOB NOT NULL REFERENCES requests(id)";
const FREE_COLUMN: &str = "request_id BLOB NOT NULL";

/// A summary hung on the newest request it told of. It is about its person, whose next one begins where it ended.
const SUMMARIES_SQLITE: &str = "UPDATE deliveries SET subject_kind = 'person', subject_id = unhex(replace(substr(recipient, 9), '-', '')) \
                                WHERE recipient LIKE 'summary:%'";
const SUMMARIES_POSTGRES: &str =
    "UPDATE deliveries SET subject_kind = 'person', subject_id = substr(recipient, 9)::uuid WHERE recipient LIKE 'summary:%'";

/// A row is found by what it is about, and among those the ones that have not arrived: what a person was sent piles up.
const INDEXES: [&str; 4] = [
    "CREATE INDEX deliveries_subject ON deliveries (subject_id, delivered_at)",
    "DROP INDEX deliveries_request",
    "CREATE INDEX effects_of_subject ON effects (subject_id) WHERE relayed_at IS NULL",
    "DROP INDEX effects_of_request",
];

const THREADS_SQLITE: [&str; 4] = [
    "CREATE TABLE threads_new (organization_id BLOB NOT NULL REFERENCES organizations(id), subject_kind TEXT NOT NULL, \
     subject_id BLOB NOT NULL, connector TEXT NOT NULL, recipient TEXT NOT NULL, first TEXT NOT NULL, \
     PRIMARY KEY (organization_id, subject_id, connector, recipient))",
    "INSERT INTO threads_new (organization_id, subject_kind, subject_id, connector, recipient, first) \
     SELECT organization_id, 'request', request_id, connector, recipient, first FROM threads",
    "DROP TABLE threads",
    "ALTER TABLE threads_new RENAME TO threads",
];

const THREADS_POSTGRES: [&str; 5] = [
    "ALTER TABLE threads DROP CONSTRAINT threads_request_id_fkey",
    "ALTER TABLE threads RENAME COLUMN request_id TO subject_id",
    "ALTER TABLE threads ADD COLUMN subject_kind TEXT NOT NULL DEFAULT 'request'",
    "ALTER TABLE threads DROP CONSTRAINT threads_pkey",
    "ALTER TABLE threads ADD PRIMARY KEY (organization_id, subject_id, connector, recipient)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        match connection.get_database_backend() {
            DatabaseBackend::Postgres => postgres(connection).await,
            _ => {
                // All or nothing: migrations run outside of transactions on SQLite.
                let transaction = connection.begin().await?;
                sqlite(&transaction).await?;
                transaction.commit().await
            }
        }
    }
}

async fn postgres(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    // An index of a large table may take longer than what serves requests.
    connection.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    for table in TABLES {
        connection.execute_unprepared(&format!("ALTER TABLE {table} DROP CONSTRAINT {table}_request_id_fkey")).await?;
        rename(connection, table).await?;
    }
    for statement in THREADS_POSTGRES.iter().chain([&SUMMARIES_POSTGRES]).chain(&INDEXES) {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}

async fn sqlite(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    // SQLite takes no constraint off a table, and copying large tables takes long: their definition is changed in place, as it says how to
    // (https://sqlite.org/lang_altertable.html#otheralter). Renaming reads all of it again.
    connection.execute_unprepared("PRAGMA writable_schema = ON").await?;
    for table in TABLES {
        let change =
            format!("UPDATE sqlite_schema SET sql = replace(sql, '{COLUMN}', '{FREE_COLUMN}') WHERE type = 'table' AND name = '{table}'");
        connection.execute_unprepared(&change).await?;
    }
    connection.execute_unprepared("PRAGMA writable_schema = OFF").await?;
    for table in TABLES {
        rename(connection, table).await?;
    }
    for statement in THREADS_SQLITE.iter().chain([&SUMMARIES_SQLITE]).chain(&INDEXES) {
        connection.execute_unprepared(statement).await?;
    }
    for table in TABLES {
        let left = format!("SELECT count(*) FROM pragma_foreign_key_list('{table}') WHERE \"table\" = 'requests'");
        let left = connection.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, left)).await?;
        if left.map(|row| row.try_get_by_index::<i64>(0)).transpose()? != Some(0) {
            return Err(DbErr::Migration(format!("the table {table} still refers to requests: its definition is not the one Docket made")));
        }
    }
    Ok(())
}

async fn rename(connection: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    connection.execute_unprepared(&format!("ALTER TABLE {table} RENAME COLUMN request_id TO subject_id")).await?;
    connection.execute_unprepared(&format!("ALTER TABLE {table} ADD COLUMN subject_kind TEXT NOT NULL DEFAULT 'request'")).await?;
    Ok(())
}
