//! Databases to test on, each of its own and gone afterwards: a SQLite file and, when `TEST_POSTGRES_URL` names a server, a PostgreSQL
//! database. The HTTP tests use them too.

use sea_orm::{ConnectionTrait, Statement};
use std::path::PathBuf;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

/// Runs a test on each kind of database, which it is given the address of. There is no schema yet.
pub async fn on_each(test: impl AsyncFn(String)) {
    eprintln!("on SQLite");
    let file = Scratch::new();
    test(format!("sqlite:{}", file.0.display())).await;
    drop(file);
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            eprintln!("on PostgreSQL");
            let database = Database::create(server).await;
            test(database.url.clone()).await;
            database.remove().await;
        }
        Err(_) => {
            static SAID: Once = Once::new();
            SAID.call_once(|| eprintln!("TEST_POSTGRES_URL is not set: PostgreSQL was left out"));
        }
    }
}

/// Whether a test leaves work behind on purpose.
#[derive(Default)]
pub struct Leftovers(AtomicBool);

impl Leftovers {
    /// Says so.
    pub fn expected(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Fails a test that leaves effects or deliveries behind that nobody delivered (what people are to be told may wait), unless it said so; and one that said so for nothing.
    pub async fn check(&self, url: &str) {
        let connection = sea_orm::Database::connect(url).await.unwrap();
        let count = async |sql: &str| -> i64 {
            let statement = Statement::from_string(connection.get_database_backend(), sql);
            connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
        };
        let effects = count("SELECT count(*) FROM effects WHERE relayed_at IS NULL AND kind <> 'told'").await;
        let deliveries = count("SELECT count(*) FROM deliveries WHERE delivered_at IS NULL AND failed_at IS NULL").await;
        connection.close().await.unwrap();
        let expected = self.0.load(Ordering::SeqCst);
        assert!(
            expected || effects + deliveries == 0,
            "the test leaves {effects} effects and {deliveries} deliveries undelivered: deliver them, or say leaves_work()"
        );
        assert!(!expected || effects + deliveries > 0, "the test says leaves_work() and leaves none: take it out");
    }
}

/// A SQLite file that goes away with its companions.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("docket-test-{}.sqlite", Uuid::new_v4().simple())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A database of its own on a PostgreSQL server.
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    async fn create(server: String) -> Self {
        let name = format!("docket_test_{}", Uuid::new_v4().simple());
        run(&server, &format!("CREATE DATABASE {name}")).await;
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Self { server, url: url.into(), name }
    }

    async fn remove(self) {
        run(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

async fn run(server: &str, statement: &str) {
    let connection = sea_orm::Database::connect(server).await.unwrap();
    connection.execute_unprepared(statement).await.unwrap();
    connection.close().await.unwrap();
}
