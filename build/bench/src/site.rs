//! The `docket` program, serving on a free port, and people signed in to it.

use crate::client::{BenchConnection, get, post};
use crate::report::BenchResult;
use crate::world::ScratchFolder;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// How long the server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where `./run` puts the browser's part.
const BUILT: &str = "target/site";

/// A running server; ends when dropped.
pub struct RunningSite {
    pub address: SocketAddr,
    /// The files it serves.
    pub files: PathBuf,
    pub pid: u32,
    _process: Child,
}

/// A command of the `docket` program on the folder's database, with nothing of our own environment.
fn command(docket: &Path, folder: &ScratchFolder) -> BenchResult<Command> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.path().join("docket.log"))?;
    let mut command = Command::new(docket);
    command.env_clear().env("DATABASE_URL", folder.database()).env("DOCKET_ALLOW_INSIDE_ADDRESSES", "on");
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    Ok(command)
}

fn said(folder: &ScratchFolder) -> String {
    std::fs::read_to_string(folder.path().join("docket.log")).unwrap_or_default()
}

/// Loads the demo.
pub async fn seed(docket: &Path, folder: &ScratchFolder) -> BenchResult<()> {
    let status = command(docket, folder)?.args(["seed", "demo"]).status().await?;
    if status.success() { Ok(()) } else { Err(format!("docket seed did not succeed: {}", said(folder)).into()) }
}

impl RunningSite {
    /// Starts the server and waits until it is ready.
    pub async fn start(docket: &Path, folder: &ScratchFolder) -> BenchResult<Self> {
        let files = folder.path().join("site");
        copy(Path::new(BUILT), &files)?;
        std::fs::create_dir_all(files.join("constant"))?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = command(docket, folder)?;
        let process = command
            .arg("serve")
            .env("DOCKET_ADDR", address.to_string())
            .env("DOCKET_STREAMS_PER_SESSION", "100")
            .env("DOCKET_SITE_ROOT", &files)
            .spawn()?;
        let pid = process.id().ok_or("the server ended at once")?;
        let site = Self { address, files, pid, _process: process };
        let begin = Instant::now();
        while !site.ready().await {
            if begin.elapsed() > PATIENCE {
                return Err(format!("the server did not become ready: {}", said(folder)).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(site)
    }

    async fn ready(&self) -> bool {
        let Ok(mut connection) = BenchConnection::open(self.address).await else { return false };
        connection.send(&get(self.address, "/health/ready", "")).await.is_ok_and(|answer| answer.status == 200)
    }

    /// Signs somebody in; the cookie of their session.
    pub async fn sign_in(&self, email: &str, password: &str) -> BenchResult<String> {
        let form = format!("email={}&password={}&next=", email.replace('@', "%40"), password.replace(' ', "+"));
        let request = post(self.address, "/sign-in", "", "application/x-www-form-urlencoded", &form);
        let answer = BenchConnection::open(self.address).await?.send(&request).await?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        match (answer.status, cookie) {
            (303, Some(cookie)) => Ok(cookie.to_owned()),
            (status, _) => Err(format!("{email} could not sign in: {status}").into()),
        }
    }
}

/// Copies a folder with all below it; nothing when it is not there.
fn copy(from: &Path, to: &Path) -> BenchResult<()> {
    std::fs::create_dir_all(to)?;
    let Ok(entries) = std::fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
