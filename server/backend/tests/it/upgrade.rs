//! Older databases brought up to date: every row that was there is there, whole.

use crate::databases::on_each;
use backend::Store;
use migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;

/// What the schema was before this migration.
async fn schema_before(url: &str, name: &str) -> DatabaseConnection {
    // Makes the file.
    drop(Store::open(url).await.unwrap());
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let before = Migrator::migrations().iter().position(|migration| migration.name().contains(name)).unwrap();
    Migrator::up(&connection, Some(before.try_into().unwrap())).await.unwrap();
    connection
}

/// A statement with `{7}` for the id with that number.
fn with_ids(connection: &DatabaseConnection, sql: &str) -> String {
    (1..=40_u128).fold(sql.to_owned(), |sql, number| {
        let id = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number);
        let written = match connection.get_database_backend() {
            DatabaseBackend::Postgres => format!("'{id}'"),
            _ => format!("x'{}'", id.simple()),
        };
        sql.replace(&format!("{{{number}}}"), &written).replace(&format!("{{text {number}}}"), &id.to_string())
    })
}

async fn run(connection: &DatabaseConnection, sql: &str) -> Result<(), sea_orm::DbErr> {
    connection.execute_unprepared(&with_ids(connection, sql)).await.map(|_| ())
}

/// Every row of a table, its columns as text, in the order of the first ones.
async fn rows(connection: &DatabaseConnection, table: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let backend = connection.get_database_backend();
    let text = |column: &&str| match backend {
        DatabaseBackend::Postgres => format!("quote_nullable({column}::text)"),
        _ => format!("quote({column})"),
    };
    let texts: Vec<String> = columns.iter().map(text).collect();
    let sql = format!("SELECT {} FROM {table} ORDER BY {}", texts.join(", "), columns.join(", "));
    let found = connection.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
    found.iter().map(|row| (0..columns.len()).map(|place| row.try_get_by_index(place).unwrap()).collect()).collect()
}

const FILLED: &[&str] = &[
    "INSERT INTO organizations (id, key, name, created_at) VALUES ({1}, 'north', 'North', 1)",
    "INSERT INTO people (id, email, name, search_name, time_zone, phone, disabled, sessions_after, created_at) \
     VALUES ({2}, 'hana@north.example', 'Hana', 'hana', '', '', FALSE, 0, 1)",
    "INSERT INTO forms (id, organization_id, key, definition, updated_at) VALUES ({3}, {1}, 'note', '{}', 1)",
    "INSERT INTO items (id, organization_id, key, name, form_id, position, enabled, definition, updated_at) \
     VALUES ({4}, {1}, 'note', 'Note', {3}, 1, TRUE, '{}', 1)",
    "INSERT INTO form_versions (organization_id, hash, schema, created_at) VALUES ({1}, 'abc', '{}', 1)",
    "INSERT INTO requests (id, organization_id, number, item_id, requester_id, status, form_version, snapshot, state, submitted_at, updated_at, \
     closed) VALUES ({5}, {1}, 'IT-7F3K', {4}, {2}, 'open', 'abc', '{}', '{}', 1, 1, FALSE)",
    "INSERT INTO effects (id, organization_id, request_id, kind, effect, created_at, relayed_at) \
     VALUES ({6}, {1}, {5}, 'request.dispatched', '{\"kind\":\"dispatch\"}', 10, NULL)",
    "INSERT INTO effects (id, organization_id, request_id, kind, effect, created_at, relayed_at) \
     VALUES ({7}, {1}, {5}, 'request.told', '{\"kind\":\"notify\"}', 11, 12)",
    "INSERT INTO deliveries (id, organization_id, effect_id, request_id, connector, created_at, next_at, leased_until, lease, delivered_at, \
     failed_at, attempts, made_number, made_link, recipient, cut_off, frozen) \
     VALUES ({8}, {1}, {7}, {5}, 'desk', 13, 14, 15, 'worker', NULL, NULL, 2, 'T-1', 'https://desk.example/1', '', 1, '{\"data\":1}')",
    "INSERT INTO deliveries (id, organization_id, effect_id, request_id, connector, created_at, delivered_at, attempts, recipient) \
     VALUES ({9}, {1}, {7}, {5}, 'mail', 13, 20, 1, 'person:{text 2}')",
    "INSERT INTO deliveries (id, organization_id, effect_id, request_id, connector, created_at, delivered_at, attempts, recipient) \
     VALUES ({10}, {1}, {7}, {5}, 'mail', 14, 21, 1, 'summary:{text 2}')",
    "INSERT INTO attempts (delivery_id, number, organization_id, at, milliseconds, code, error, request, response) \
     VALUES ({8}, 1, {1}, 16, 5, 503, 'later', 'POST', '503')",
    "INSERT INTO notices (id, organization_id, person_id, request_id, effect_id, event, number, title, icon, sentence, body, in_app, mailed, \
     mentioned, created_at, read_at) VALUES ({11}, {1}, {2}, {5}, {7}, 'request_approved', 'IT-7F3K', 'Note', 'note', 'Approved', '', TRUE, \
     FALSE, FALSE, 11, 30)",
    "INSERT INTO threads (request_id, connector, recipient, organization_id, first) VALUES ({5}, 'chat', '', {1}, '1503435956.000247')",
];

const EFFECTS: [&str; 6] = ["id", "organization_id", "kind", "effect", "created_at", "relayed_at"];
const DELIVERIES: [&str; 16] = [
    "id",
    "organization_id",
    "effect_id",
    "connector",
    "created_at",
    "next_at",
    "leased_until",
    "lease",
    "delivered_at",
    "failed_at",
    "attempts",
    "made_number",
    "made_link",
    "recipient",
    "cut_off",
    "frozen",
];
const ATTEMPTS: [&str; 9] = ["delivery_id", "number", "organization_id", "at", "milliseconds", "code", "error", "request", "response"];
const NOTICES: [&str; 15] = [
    "id",
    "organization_id",
    "person_id",
    "effect_id",
    "event",
    "number",
    "title",
    "icon",
    "sentence",
    "body",
    "in_app",
    "mailed",
    "mentioned",
    "created_at",
    "read_at",
];
const THREADS: [&str; 4] = ["organization_id", "connector", "recipient", "first"];
const TABLES: [(&str, &[&str]); 5] =
    [("effects", &EFFECTS), ("deliveries", &DELIVERIES), ("attempts", &ATTEMPTS), ("notices", &NOTICES), ("threads", &THREADS)];

#[tokio::test]
async fn what_was_about_a_request_stays_about_it_and_everything_else_can_be_told_of() {
    on_each(async |url: String| {
        let connection = schema_before(&url, "subjects").await;
        for sql in FILLED {
            run(&connection, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        let mut before = Vec::new();
        for (table, columns) in TABLES {
            before.push(rows(&connection, table, columns).await);
        }
        assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [2, 3, 1, 1, 1]);
        let request = rows(&connection, "requests", &["id"]).await.remove(0).remove(0);
        let person = rows(&connection, "people", &["id"]).await.remove(0).remove(0);
        connection.close().await.unwrap();

        Store::open(&url).await.unwrap().migrate().await.unwrap();

        let connection = sea_orm::Database::connect(&url).await.unwrap();
        for ((table, columns), before) in TABLES.into_iter().zip(before) {
            assert_eq!(rows(&connection, table, columns).await, before, "{table}");
        }
        let of = async |table: &str| rows(&connection, table, &["subject_kind", "subject_id"]).await;
        let about = [vec!["'request'".to_owned(), request.clone()], vec!["'person'".to_owned(), person]];
        for (table, count) in [("effects", 2), ("notices", 1), ("threads", 1)] {
            assert_eq!(of(table).await, vec![about[0].clone(); count], "{table}");
        }
        let summary = of("deliveries").await;
        assert_eq!(summary, [about[1].clone(), about[0].clone(), about[0].clone()], "a summary is about its person");

        // What is about a person refers to no request; what a delivery belongs to is kept to as before.
        for sql in [
            "INSERT INTO effects (id, organization_id, subject_kind, subject_id, kind, effect, created_at) \
             VALUES ({20}, {1}, 'person', {2}, 'told', '{}', 40)",
            "INSERT INTO deliveries (id, organization_id, effect_id, subject_kind, subject_id, connector, created_at, attempts, recipient) \
             VALUES ({21}, {1}, {20}, 'person', {2}, 'mail', 41, 0, 'person:{text 2}')",
            "INSERT INTO notices (id, organization_id, person_id, subject_kind, subject_id, effect_id, event, number, title, icon, sentence, \
             body, in_app, mailed, mentioned, created_at) \
             VALUES ({22}, {1}, {2}, 'person', {2}, {20}, 'e', '', 't', 'i', 's', '', TRUE, FALSE, FALSE, 42)",
            "INSERT INTO organizations (id, key, name, created_at) VALUES ({23}, 'south', 'South', 1)",
            "INSERT INTO threads (organization_id, subject_kind, subject_id, connector, recipient, first) VALUES ({1}, 'person', {2}, 'bot', '', '1')",
            "INSERT INTO threads (organization_id, subject_kind, subject_id, connector, recipient, first) VALUES ({23}, 'person', {2}, 'bot', '', '2')",
        ] {
            run(&connection, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        let stray = "INSERT INTO deliveries (id, organization_id, effect_id, subject_kind, subject_id, connector, created_at, attempts, recipient) \
                     VALUES ({30}, {1}, {31}, 'person', {2}, 'mail', 41, 0, '')";
        assert!(run(&connection, stray).await.is_err(), "a delivery of no effect");
        if connection.get_database_backend() == DatabaseBackend::Sqlite {
            let sound = Statement::from_string(DatabaseBackend::Sqlite, "PRAGMA integrity_check");
            let sound: String = connection.query_one_raw(sound).await.unwrap().unwrap().try_get_by_index(0).unwrap();
            assert_eq!(sound, "ok");
        }
        connection.close().await.unwrap();
    })
    .await;
}
