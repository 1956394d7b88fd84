//! `docket doctor`: prints the configuration without its secrets, and checks what it points to.

use crate::config::Config;
use backend::{Backend, outbox};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt::Write;

/// What was found.
pub struct Report {
    /// For people, one line each.
    pub text: String,
    /// Whether everything needed works.
    pub healthy: bool,
}

/// Checks database, storage, clock and worker.
pub async fn examine(config: &Config) -> Report {
    let mut text = String::from("Configuration\n");
    for (name, value) in config.redacted() {
        let _ = writeln!(text, "  {name:<32}{value}");
    }
    text.push_str("\nChecks\n");
    let mut healthy = true;
    let mut check = |name: &str, result: Result<String, String>| {
        let (mark, words) = match result {
            Ok(words) => ("ok", words),
            Err(words) => {
                healthy = false;
                ("PROBLEM", words)
            }
        };
        let _ = writeln!(text, "  {mark:<8}{name:<10}{words}");
    };
    check("storage", storage(config));
    check("site", site(config));
    match crate::open(config).await {
        Ok(backend) => {
            check("database", database(&backend).await);
            let seen = outbox::alive(&backend).await.map_err(|error| error.to_string());
            check("clock", seen.clone().and_then(|seen| clock(seen, backend.now())));
            check("worker", seen.map(|seen| worker(seen, backend.now())));
        }
        Err(words) => check("database", Err(words)),
    }
    Report { text, healthy }
}

fn storage(config: &Config) -> Result<String, String> {
    let Some(folder) = config.data_folder() else { return Ok("nothing is kept on this machine".to_owned()) };
    let refused = |error: std::io::Error| format!("{} cannot be written: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(refused)?;
    let probe = folder.join(format!(".docket-doctor-{}", std::process::id()));
    std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe)).map_err(refused)?;
    Ok(format!("{} can be written", folder.display()))
}

fn site(config: &Config) -> Result<String, String> {
    let style = config.site_root.join("pkg/docket.css");
    if style.is_file() {
        Ok(format!("{} has the style and the scripts", config.site_root.display()))
    } else {
        Err(format!("{} is missing: build the site, or set DOCKET_SITE_ROOT to the folder with pkg/", style.display()))
    }
}

async fn database(backend: &Backend) -> Result<String, String> {
    let kind = backend.store().kind();
    match backend.store().ready().await {
        Ok(true) => Ok(format!("{kind} answers and its schema is up to date")),
        Ok(false) => Err(format!("{kind} answers, but its schema is not up to date: run docket migrate")),
        Err(error) => Err(format!("{kind} does not answer: {error}")),
    }
}

/// A clock that is behind what another process wrote, or before this program was made, is wrong.
fn clock(worker_seen: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<String, String> {
    let made = DateTime::from_timestamp(1_760_000_000, 0).unwrap_or_default();
    if now < made {
        return Err(format!("it says {}, which is before this program was made: set the machine's clock", now.format("%Y-%m-%d %H:%M")));
    }
    match worker_seen {
        Some(seen) if seen > now + TimeDelta::minutes(1) => {
            Err(format!("it is behind the worker's, which wrote {}: set the machine's clock", seen.format("%Y-%m-%d %H:%M UTC")))
        }
        _ => Ok(format!("{}", now.format("%Y-%m-%d %H:%M UTC"))),
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

    #[test]
    fn a_clock_behind_is_noticed() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        assert!(clock(Some(now), now).is_ok());
        assert!(clock(Some(now + TimeDelta::hours(1)), now).unwrap_err().contains("behind"));
        assert!(clock(None, DateTime::from_timestamp(0, 0).unwrap()).unwrap_err().contains("before"));
    }

    #[test]
    fn a_silent_worker_is_said() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        assert_eq!(worker(Some(now - TimeDelta::seconds(3)), now), "seen 3 seconds ago");
        assert!(worker(Some(now - TimeDelta::hours(3)), now).starts_with("last seen"));
        assert!(worker(None, now).starts_with("none"));
    }
}
