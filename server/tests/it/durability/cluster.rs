//! A PostgreSQL server of its own that is killed, and whose connections are cut.

use super::process::{Ledger, Load, People, Place, rounds};
use sea_orm::ConnectionTrait;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// A throwaway cluster; stopped and removed when dropped.
struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

/// Where PostgreSQL's programs are, if they are installed.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin")).collect();
    found.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.into_iter().rev().chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").exists())
}

impl Cluster {
    fn make(programs: PathBuf) -> Self {
        let folder = std::env::temp_dir().join(format!("docket-cluster-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { programs, folder, port };
        let data = cluster.data();
        assert!(cluster.run("initdb", &["-D", &data, "-U", "docket", "--auth=trust", "-E", "UTF8", "--locale=C"]), "initdb");
        cluster.start();
        cluster
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn url(&self) -> String {
        format!("postgres://docket@127.0.0.1:{}/postgres", self.port)
    }

    /// Runs one of PostgreSQL's programs, which refuse to be run by root.
    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let program = self.programs.join(program);
        let mut command = if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.join("programs.log")).unwrap();
        command.args(arguments).current_dir(&self.folder).stdout(log.try_clone().unwrap()).stderr(log).status().unwrap().success()
    }

    fn start(&self) {
        let folder = self.folder.display().to_string();
        let options = format!("-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}", self.port);
        let log = self.folder.join("log").display().to_string();
        assert!(
            self.run("pg_ctl", &["-D", &self.data(), "-w", "-l", &log, "-o", &options, "start"]),
            "PostgreSQL did not start: see {folder}"
        );
    }

    /// Ends it where it stands, without a goodbye to anybody.
    fn kill(&self) {
        assert!(self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]), "PostgreSQL did not stop");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
        let _ = std::fs::remove_dir_all(Path::new(&self.folder));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_is_killed_or_hangs_up_loses_nothing_that_was_acknowledged() {
    let Some(programs) = programs() else {
        assert!(std::env::var_os("TEST_POSTGRES_URL").is_none(), "initdb is missing, and PostgreSQL is to be tested");
        eprintln!("PostgreSQL is not installed: it was left out");
        return;
    };
    let cluster = Cluster::make(programs);
    let place = Place::prepare(&cluster.url()).await;
    let ledger = Arc::<Ledger>::default();
    for _ in 0..rounds() {
        let mut served = place.serve(&[]).await;
        let people = People::sign_in(&place, &ledger).await;
        place.becomes(true, "at the start").await;
        let load = Load::begin(&people, 3);
        for _ in 0..5 {
            // Connections are cut in the middle of whatever they do.
            let filed = ledger.filed();
            let knife = sea_orm::Database::connect(cluster.url()).await.unwrap();
            let cut =
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
            knife.execute_unprepared(cut).await.unwrap();
            knife.close().await.unwrap();
            while ledger.filed() < filed + 10 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
        for _ in 0..2 {
            let (filed, failures) = (ledger.filed(), ledger.failures());
            cluster.kill();
            let reason = place.becomes(false, "without its database").await;
            assert!(reason.contains("does not answer"), "{reason}");
            cluster.start();
            place.becomes(true, "with its database again").await;
            while ledger.filed() < filed + 10 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert!(ledger.failures() > failures, "nobody noticed");
        }
        served.kill();
        load.end().await;
        ledger.compare(&place.url).await;
    }
}
