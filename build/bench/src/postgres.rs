//! Databases of their own on a PostgreSQL server, and `pgbench` as what to compare to.

use crate::report::BenchResult;
use sea_orm::ConnectionTrait;
use std::path::Path;
use tokio::process::Command;
use uuid::Uuid;

/// One transaction of three inserts, as `pgbench` reads it.
const THREE_INSERTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/three_inserts.sql");

/// A database of its own on the server.
pub struct BenchDatabase {
    server: String,
    name: String,
    url: String,
}

impl BenchDatabase {
    /// A new, empty one.
    pub async fn create(server: &str) -> BenchResult<Self> {
        let name = format!("docket_bench_{}", Uuid::new_v4().simple());
        run(server, &format!("CREATE DATABASE {name}")).await?;
        let (host, _) = server.rsplit_once('/').ok_or("the server's address needs a database: postgres://user@host:port/name")?;
        Ok(Self { server: server.to_owned(), url: format!("{host}/{name}"), name })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes the three plain tables.
    pub async fn prepare(&self) -> BenchResult<()> {
        for name in ["bare_one", "bare_two", "bare_three"] {
            run(&self.url, &format!("CREATE TABLE {name} (id UUID PRIMARY KEY, body TEXT NOT NULL)")).await?;
        }
        Ok(())
    }

    /// Removes it from the server.
    pub async fn remove(self) -> BenchResult<()> {
        run(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await
    }
}

async fn run(url: &str, statement: &str) -> BenchResult<()> {
    let connection = sea_orm::Database::connect(url).await?;
    connection.execute_unprepared(statement).await?;
    Ok(connection.close().await?)
}

/// Transactions a second of `pgbench` with 32 clients.
pub async fn pgbench(program: &Path, database: &BenchDatabase, seconds: u64) -> BenchResult<f64> {
    let seconds = seconds.to_string();
    let output = Command::new(program)
        .args(["-n", "-c", "32", "-j", "2", "-T", &seconds, "-f", THREE_INSERTS, database.url()])
        .output()
        .await
        .map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next());
    let rate = rate.ok_or_else(|| format!("pgbench gave no rate: {said}{}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(rate.parse()?)
}
