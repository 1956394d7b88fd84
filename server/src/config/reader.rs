//! Reads settings one by one, and collects what is wrong with them.

use super::{HostPort, named_secrets, providers};
use backend::secrets::SecretKeys;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Variables, and the problems found in them so far.
pub(super) struct SettingReader<'v> {
    pub(super) variables: &'v BTreeMap<String, String>,
    pub(super) problems: Vec<String>,
}

/// Names that begin as ours do. Others have their own.
const KNOWN: &[&str] = &[
    "DOCKET_ADDR",
    "DOCKET_PUBLIC_URL",
    "DOCKET_SITE_ROOT",
    "DOCKET_ALLOW_INSIDE_ADDRESSES",
    "DOCKET_DELIVERY_PAUSES",
    "DOCKET_ATTEMPT_DAYS",
    "DOCKET_ENCRYPTION_KEYS",
    "DOCKET_KEY_FILE",
    "DOCKET_WORKER",
    "DOCKET_BEHIND_PROXY",
    "DOCKET_TRUSTED_PROXIES",
    "DOCKET_FORWARDED_HEADER",
    "DOCKET_HEAD_SECONDS",
    "DOCKET_BODY_SECONDS",
    "DOCKET_IDLE_SECONDS",
    "DOCKET_UNREAD_SECONDS",
    "DOCKET_MAX_CONNECTIONS",
    "DOCKET_STREAMS_PER_SESSION",
    "DOCKET_API_REQUESTS_PER_MINUTE",
    "DOCKET_LOG",
    "DOCKET_LOG_FORMAT",
];

impl<'v> SettingReader<'v> {
    /// A variable that is set and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&'v str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub(super) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    pub(super) fn switch(&mut self, name: &str, default: bool) -> bool {
        match self.text(name) {
            None => default,
            Some("on" | "true" | "True" | "1" | "yes") => true,
            Some("off" | "false" | "False" | "0" | "no") => false,
            Some(other) => {
                self.problem(format!("{name} is \"{other}\"; write on or off."));
                default
            }
        }
    }

    pub(super) fn address(&mut self) -> SocketAddr {
        let default = SocketAddr::from(([127, 0, 0, 1], 3000));
        let Some(text) = self.text("DOCKET_ADDR") else { return default };
        text.parse().unwrap_or_else(|_| {
            self.problem(format!("DOCKET_ADDR is \"{text}\"; write an address and a port, such as 127.0.0.1:3000 or 0.0.0.0:8080."));
            default
        })
    }

    pub(super) fn database_url(&mut self) -> String {
        let url = self.text("DATABASE_URL").unwrap_or("sqlite:data/docket.sqlite");
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|start| url.starts_with(start)) {
            self.problem("DATABASE_URL must start with sqlite: or postgres://, such as sqlite:data/docket.sqlite.".to_owned());
        }
        url.to_owned()
    }

    pub(super) fn public_url(&mut self, address: SocketAddr) -> String {
        if let Some(url) = self.text("DOCKET_PUBLIC_URL") {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default().trim_end_matches('/');
            if HostPort::read(host).is_none() {
                self.problem(format!("DOCKET_PUBLIC_URL is \"{url}\"; write scheme and host only, such as https://docket.example.org."));
            }
            return url.trim_end_matches('/').to_owned();
        }
        match self.text("SITE_DOMAIN") {
            Some(domain) if HostPort::read(domain).is_none() => {
                self.problem(format!("SITE_DOMAIN is \"{domain}\"; write the host alone, such as docket.example.org."));
                String::new()
            }
            Some(domain) => format!("https://{domain}"),
            None if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
            None => format!("http://{address}"),
        }
    }

    pub(super) fn pauses(&mut self) -> Vec<u32> {
        let Some(text) = self.text("DOCKET_DELIVERY_PAUSES") else { return domain::connectors::DEFAULT_PAUSES.to_vec() };
        let pauses: Result<Vec<u32>, _> = text.split(',').map(|minutes| minutes.trim().parse::<u32>()).collect();
        match pauses {
            Ok(pauses) if pauses.len() <= 20 && pauses.iter().all(|minutes| *minutes <= 7 * 24 * 60) => pauses,
            _ => {
                self.problem(format!(
                    "DOCKET_DELIVERY_PAUSES is \"{text}\"; write whole minutes with commas, such as 1,5,15,60: at most 20 pauses of at most a week."
                ));
                Vec::new()
            }
        }
    }

    pub(super) fn number(&mut self, name: &str, default: u32, least: u32, most: u32) -> u32 {
        let Some(text) = self.text(name) else { return default };
        text.parse().ok().filter(|number| (least..=most).contains(number)).unwrap_or_else(|| {
            self.problem(format!("{name} is \"{text}\"; write a whole number from {least} to {most}."));
            default
        })
    }

    pub(super) fn keys(&mut self) -> Option<SecretKeys> {
        match SecretKeys::parse(self.text("DOCKET_ENCRYPTION_KEYS")?) {
            Ok(keys) => Some(keys),
            Err(problem) => {
                self.problem(format!("DOCKET_ENCRYPTION_KEYS cannot be used: {problem}. Several have commas between them."));
                None
            }
        }
    }

    pub(super) fn log_json(&mut self) -> bool {
        match self.text("DOCKET_LOG_FORMAT") {
            None | Some("text") => false,
            Some("json") => true,
            Some(other) => {
                self.problem(format!("DOCKET_LOG_FORMAT is \"{other}\"; write json or text."));
                false
            }
        }
    }

    /// A misspelt name would otherwise be ignored in silence.
    pub(super) fn unknown(&mut self) {
        let unknown: Vec<String> = self
            .variables
            .keys()
            .filter(|name| {
                name.starts_with("DOCKET_")
                    && !name.starts_with(named_secrets::PREFIX)
                    && !name.starts_with(providers::PREFIX)
                    && !KNOWN.contains(&name.as_str())
            })
            .map(|name| format!("{name} is not a setting of Docket; the settings are {}.", KNOWN.join(", ")))
            .collect();
        self.problems.extend(unknown);
    }
}
