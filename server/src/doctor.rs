//! `docket doctor`: prints the configuration without its secrets, and checks what it points to.

use crate::config::{ServerConfig, is_loopback};
use crate::http::files::present_build;
use backend::secrets::SecretKeys;
use backend::{Backend, outbox, private_file};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt::Write;
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

/// What was found.
pub struct DoctorReport {
    /// For people, one line each.
    pub text: String,
    /// Whether everything needed works.
    pub healthy: bool,
}

/// What one check found, in words.
enum Finding {
    Fine(String),
    /// Works, but somebody should look at it.
    Warning(String),
    /// Does not work.
    Problem(String),
}

impl From<Result<String, String>> for Finding {
    fn from(result: Result<String, String>) -> Self {
        result.map_or_else(Self::Problem, Self::Fine)
    }
}

/// Free space, in bytes, below which there soon will be none.
const LITTLE: u64 = 1024 * 1024 * 1024;
/// Free space, in bytes, with which nobody should go on.
const TOO_LITTLE: u64 = 64 * 1024 * 1024;

/// Checks storage, site, database, clock and worker.
pub async fn examine(config: &ServerConfig) -> DoctorReport {
    let mut text = String::from("Configuration\n");
    for (name, value) in config.redacted() {
        let _ = writeln!(text, "  {name:<32}{value}");
    }
    text.push_str("\nChecks\n");
    let mut healthy = true;
    let mut check = |name: &str, finding: Finding| {
        let (mark, words) = match finding {
            Finding::Fine(words) => ("ok", words),
            Finding::Warning(words) => ("WARNING", words),
            Finding::Problem(words) => {
                healthy = false;
                ("PROBLEM", words)
            }
        };
        let _ = writeln!(text, "  {mark:<8}{name:<10}{words}");
    };
    check("storage", storage(config));
    check("site", site(config).into());
    check("secrets", crate::keys::load(config).and_then(|keys| secrets(&keys, config)).into());
    check("hosts", hosts(config));
    check("proxies", proxies(config));
    match crate::open(config).await {
        Ok(backend) => {
            check("database", database(&backend).await.into());
            let other = other_clock(&backend, config).await;
            let seen = outbox::alive(&backend).await.map_err(|error| error.to_string());
            check("clock", other.map_or_else(Finding::Problem, |other| clock(seen.clone().ok().flatten(), &other)));
            check("worker", seen.map(|seen| worker(seen, backend.now())).into());
        }
        Err(words) => check("database", Finding::Problem(words)),
    }
    // Opening them takes away what can be taken away.
    check("files", files(config));
    DoctorReport { text, healthy }
}

fn storage(config: &ServerConfig) -> Finding {
    let Some(folder) = config.data_folder() else { return Finding::Fine("nothing is kept on this machine".to_owned()) };
    match probe(&folder).and_then(|_| free(&folder)) {
        Ok(bytes) => room(&folder, bytes),
        Err(error) => Finding::Problem(format!("{} cannot be written: {error}", folder.display())),
    }
}

/// Who may read what is kept on this machine.
fn files(config: &ServerConfig) -> Finding {
    let open: Vec<String> = config
        .kept_files()
        .into_iter()
        .filter(|file| private_file::is_open_to_others(file))
        .map(|file| file.display().to_string())
        .collect();
    if open.is_empty() {
        return Finding::Fine("nobody else may read the database and the keys".to_owned());
    }
    Finding::Problem(format!("others may read {}: take that away (chmod 600)", open.join(", ")))
}

/// Writes a file and removes it; says when the file system wrote it.
fn probe(folder: &Path) -> std::io::Result<SystemTime> {
    std::fs::create_dir_all(folder)?;
    let file = folder.join(format!(".docket-doctor-{}", std::process::id()));
    private_file::create(&file)?.write_all(b"probe")?;
    let written = std::fs::metadata(&file).and_then(|file| file.modified());
    std::fs::remove_file(&file)?;
    written
}

/// Bytes that may still be written; None where the system does not say.
#[cfg(unix)]
fn free(folder: &Path) -> std::io::Result<Option<u64>> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(Some(found.f_bavail.saturating_mul(found.f_frsize)))
}

#[cfg(not(unix))]
fn free(_folder: &Path) -> std::io::Result<Option<u64>> {
    Ok(None)
}

fn room(folder: &Path, bytes: Option<u64>) -> Finding {
    let Some(bytes) = bytes else { return Finding::Fine(format!("{} can be written", folder.display())) };
    let words = format!("{} can be written, {} free", folder.display(), size(bytes));
    match bytes {
        0..TOO_LITTLE => Finding::Problem(format!("{words}: make room, or nothing can be sent soon")),
        TOO_LITTLE..LITTLE => Finding::Warning(format!("{words}: make room soon")),
        _ => Finding::Fine(words),
    }
}

/// In the unit that needs the fewest digits.
fn size(bytes: u64) -> String {
    let mib = bytes / (1024 * 1024);
    if mib < 1024 { format!("{mib} MiB") } else { format!("{}.{} GiB", mib / 1024, mib % 1024 * 10 / 1024) }
}

fn site(config: &ServerConfig) -> Result<String, String> {
    let style = config.site_root.join(present_build(&config.site_root)).join("docket.css");
    if style.is_file() {
        Ok(format!("{} has the style and the scripts", config.site_root.display()))
    } else {
        Err(format!("{} is missing: build the site, or set DOCKET_SITE_ROOT to the folder with pkg/", style.display()))
    }
}

/// A key that was published seals nothing.
fn secrets(keys: &SecretKeys, config: &ServerConfig) -> Result<String, String> {
    let published = keys.published();
    if published.is_empty() {
        return Ok("no key was ever published".to_owned());
    }
    let renew = match config.encryption_keys {
        None => "run docket secrets rotate while no server or worker runs".to_owned(),
        Some(_) => {
            "put a new key first in DOCKET_ENCRYPTION_KEYS, run docket secrets rotate while no server or worker runs, then take this \
                    one out"
                .to_owned()
        }
    };
    let names = published.join(", ");
    Err(format!(
        "the key {names} was published with Docket's sources, so that others can read what it seals: {renew}. Then change the stored secrets too"
    ))
}

/// For which hosts the site answers.
fn hosts(config: &ServerConfig) -> Finding {
    let listed = config.hosts();
    if listed.has_all() {
        Finding::Warning(
            "any host is answered for: list yours in ALLOWED_HOSTS instead of *, or a page elsewhere can pose as Docket".to_owned(),
        )
    } else if is_loopback(&config.public_url) && !config.address.ip().is_loopback() {
        Finding::Warning(format!(
            "{} is listened on, but only {listed} is answered for: set DOCKET_PUBLIC_URL to the address that people type",
            config.address
        ))
    } else {
        Finding::Fine(format!("{listed} is answered for"))
    }
}

/// Whose word about the caller's address counts.
fn proxies(config: &ServerConfig) -> Finding {
    if !config.proxies.is_empty() {
        Finding::Fine(format!("{} says who calls, in {}", config.proxies, config.proxies.header.name()))
    } else if config.https() {
        Finding::Warning(
            "people come by https, which a proxy answers, and DOCKET_TRUSTED_PROXIES is not set: limits on tries count them all together"
                .to_owned(),
        )
    } else {
        Finding::Fine("none is trusted: the connection says who calls".to_owned())
    }
}

async fn database(backend: &Backend) -> Result<String, String> {
    let kind = backend.store().kind();
    match backend.store().examine(backend.now()).await {
        Ok(()) => Ok(format!("{kind} takes changes and its schema is up to date")),
        Err(obstacle) => Err(format!("{} ({kind}: {})", obstacle.sentence, obstacle.cause)),
    }
}

/// What another clock said, and between which moments of this machine's.
struct Other {
    whose: &'static str,
    says: DateTime<Utc>,
    before: DateTime<Utc>,
    after: DateTime<Utc>,
}

/// The database's clock; for SQLite, the one of the file system that it is kept on.
async fn other_clock(backend: &Backend, config: &ServerConfig) -> Result<Other, String> {
    let before = backend.now();
    let (whose, says) = match backend.store().time().await.map_err(|error| format!("the database does not say the time: {error}"))? {
        Some(says) => ("the database's", says),
        None => {
            let folder = config.data_folder().unwrap_or_default();
            let written = probe(&folder).map_err(|error| format!("{} cannot be written: {error}", folder.display()))?;
            ("the file system's", written.into())
        }
    };
    Ok(Other { whose, says, before, after: backend.now() })
}

/// A clock that is before this program was made is wrong. One that differs from the database's, or is behind what a worker wrote, makes
/// leases and sessions end early or late.
fn clock(worker_seen: Option<DateTime<Utc>>, other: &Other) -> Finding {
    let Other { whose, says, before, after } = other;
    let made = DateTime::from_timestamp(1_760_000_000, 0).unwrap_or_default();
    let words = format!("{}", after.format("%Y-%m-%d %H:%M UTC"));
    if *after < made {
        return Finding::Problem(format!("it says {words}, which is before this program was made: set the machine's clock"));
    }
    let apart = (*says - *after).max(*before - *says).max(TimeDelta::zero());
    if apart > TimeDelta::seconds(2) {
        let way = if says > after { "behind" } else { "ahead of" };
        let seconds = apart.num_seconds();
        return Finding::Warning(format!("{words}, {seconds} seconds {way} {whose}: let both machines set their clocks by the network"));
    }
    match worker_seen {
        Some(seen) if seen > *after + TimeDelta::minutes(1) => Finding::Problem(format!(
            "{words}, behind the worker's, which wrote {}: let both machines set their clocks by the network",
            seen.format("%Y-%m-%d %H:%M UTC")
        )),
        _ => Finding::Fine(format!("{words}, the same as {whose}")),
    }
}

fn worker(seen: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    match seen {
        None => "none was seen yet: docket serve starts one, or run docket work".to_owned(),
        Some(seen) if now - seen > TimeDelta::minutes(2) => {
            format!("last seen {}: start docket serve or docket work", seen.format("%Y-%m-%d %H:%M UTC"))
        }
        Some(seen) => format!("seen {} seconds ago", (now - seen).num_seconds().max(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
    }

    fn words(finding: Finding) -> (&'static str, String) {
        match finding {
            Finding::Fine(words) => ("fine", words),
            Finding::Warning(words) => ("warning", words),
            Finding::Problem(words) => ("problem", words),
        }
    }

    #[test]
    fn a_clock_that_differs_is_noticed() {
        // Asked at 0, answered at 1.
        let found = |says| words(clock(None, &Other { whose: "the database's", says: at(says), before: at(0), after: at(1) }));
        for says in [-2, 0, 1, 3] {
            assert_eq!(found(says).0, "fine", "{says}");
        }
        let (kind, behind) = found(4);
        assert!(kind == "warning" && behind.contains("3 seconds behind the database's"), "{behind}");
        let (kind, ahead) = found(-3);
        assert!(kind == "warning" && ahead.contains("3 seconds ahead of the database's"), "{ahead}");
        let same = |now| Other { whose: "the database's", says: now, before: now, after: now };
        assert_eq!(words(clock(Some(at(0)), &same(at(0)))).0, "fine");
        assert!(words(clock(Some(at(3600)), &same(at(0)))).1.contains("behind the worker's"));
        assert_eq!(words(clock(None, &same(DateTime::default()))).0, "problem");
    }

    #[test]
    fn little_room_is_said_and_no_room_is_a_problem() {
        let found = |bytes| words(room(Path::new("data"), Some(bytes)));
        assert_eq!(found(5 * LITTLE + LITTLE / 2), ("fine", "data can be written, 5.5 GiB free".to_owned()));
        assert_eq!(found(LITTLE - 1).0, "warning");
        assert_eq!(found(0).0, "problem");
    }

    #[test]
    fn hosts_and_proxies_that_do_not_fit_are_said() {
        let config = |pairs: &[(&str, &str)]| {
            ServerConfig::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).unwrap()
        };
        let found = |pairs: &[(&str, &str)]| (words(hosts(&config(pairs))), words(proxies(&config(pairs))).0);
        assert_eq!(found(&[]), (("fine", "127.0.0.1,localhost,[::1] is answered for".to_owned()), "fine"));
        let ((kind, said), _) = found(&[("DOCKET_ADDR", "0.0.0.0:3000")]);
        assert!(kind == "warning" && said.contains("DOCKET_PUBLIC_URL"), "{said}");
        assert_eq!(found(&[("ALLOWED_HOSTS", "*")]).0.0, "warning");
        let public = ("DOCKET_PUBLIC_URL", "https://docket.example.org");
        assert_eq!(found(&[public]), (("fine", "docket.example.org is answered for".to_owned()), "warning"));
        assert_eq!(found(&[public, ("DOCKET_TRUSTED_PROXIES", "127.0.0.1")]).1, "fine");
    }

    #[test]
    fn a_silent_worker_is_said() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        assert_eq!(worker(Some(now - TimeDelta::seconds(3)), now), "seen 3 seconds ago");
        assert!(worker(Some(now - TimeDelta::hours(3)), now).starts_with("last seen"));
        assert!(worker(None, now).starts_with("none"));
    }
}
