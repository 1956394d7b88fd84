//! The configuration: the only reader of the environment (and of `.env`). Validated whole, so that all problems are listed at once.

mod api_token;
mod border;
mod mail;
mod named_secrets;
mod pace;
mod providers;
mod reader;

use backend::secrets::SecretKeys;
use backend::settings::{MailServer, SettingsToken, SignInProvider};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use border::{ForwardHeader, HostList, HostPort, ProxyTrust, is_loopback};
pub use pace::ConnectionPace;
use reader::SettingReader;

/// Everything that can be set from outside, validated.
#[derive(Clone)]
pub struct ServerConfig {
    /// `sqlite:<path>` or `postgres://…`.
    pub database_url: String,
    /// Where to listen.
    pub address: SocketAddr,
    /// Absolute address of the site as people type it, without a trailing slash.
    pub public_url: String,
    /// The folder with `pkg/`, icons and fonts.
    pub site_root: PathBuf,
    /// Whether connectors may call addresses inside the network.
    pub allow_inside_addresses: bool,
    /// Minutes between tries of a delivery.
    pub delivery_pauses: Vec<u32>,
    /// Days that attempts of ended deliveries are kept.
    pub attempt_days: u32,
    /// Keys for stored secrets from the environment; else they are in `key_file`.
    pub encryption_keys: Option<SecretKeys>,
    /// Where the keys for stored secrets are kept.
    pub key_file: PathBuf,
    /// The mail server for connectors that name none (`EMAIL_HOST` and its siblings).
    pub mail: Option<MailServer>,
    /// `SENDGRID_API_KEY`.
    pub sendgrid_api_key: Option<String>,
    /// The sender of messages to people where they go through SendGrid (`EMAIL_BACKEND=sendgrid`).
    pub sendgrid_from: Option<String>,
    /// `SLACK_WEBHOOK_URL`.
    pub slack_webhook_url: Option<String>,
    /// `TELEGRAM_BOT_TOKEN`.
    pub telegram_token: Option<String>,
    /// `TELEGRAM_DEFAULT_CHAT_ID`.
    pub telegram_chat: Option<String>,
    /// Where people sign in by single sign-on.
    pub providers: Vec<SignInProvider>,
    /// `IT_REQUESTS_API_TOKEN`: an API token that programs have from the same settings.
    pub settings_token: Option<SettingsToken>,
    /// Requests of one API token in a minute, at most.
    pub api_pace: u32,
    /// Whether the worker runs inside `docket serve`.
    pub worker: bool,
    /// Hosts that the site answers for beside that of `public_url`.
    pub allowed_hosts: HostList,
    /// The proxies whose word about the caller's address counts.
    pub proxies: ProxyTrust,
    /// How long connections may take, and how many there may be.
    pub pace: ConnectionPace,
    /// Named secrets for connectors, without the prefix `DOCKET_SECRET_`.
    pub secrets: BTreeMap<String, String>,
    /// Hosts that a named secret may be sent to, by its name.
    pub secret_hosts: BTreeMap<String, Vec<String>>,
    /// Filter of the logs, as `tracing` reads it.
    pub log: String,
    /// Logs as JSON, one object a line, instead of text.
    pub log_json: bool,
    /// Port of the reload socket while developing; None otherwise.
    pub reload_port: Option<u32>,
}

/// Without secrets, so that none gets into a log by accident.
impl std::fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.redacted()).finish()
    }
}

impl ServerConfig {
    /// Reads the environment, then `.env` for what is not set there.
    ///
    /// # Errors
    /// Every problem found, each a whole sentence that names the variable and what would be right.
    pub fn from_environment() -> Result<Self, Vec<String>> {
        let mut variables = BTreeMap::new();
        match dotenvy::dotenv_iter() {
            Ok(lines) => {
                for line in lines {
                    let (name, value) = line.map_err(|error| vec![format!(".env cannot be read: {error}")])?;
                    variables.insert(name, value);
                }
            }
            Err(error) if error.not_found() => {}
            Err(error) => return Err(vec![format!(".env cannot be read: {error}")]),
        }
        variables.extend(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))));
        Self::read(&variables)
    }

    /// Validates a set of variables.
    ///
    /// # Errors
    /// Every problem found.
    pub fn read(variables: &BTreeMap<String, String>) -> Result<Self, Vec<String>> {
        let mut reader = SettingReader { variables, problems: Vec::new() };
        let address = reader.address();
        let database_url = reader.database_url();
        let key_file = reader.text("DOCKET_KEY_FILE").map(PathBuf::from);
        let (mail, sendgrid_from) = reader.mail();
        let config = Self {
            attempt_days: reader.number("DOCKET_ATTEMPT_DAYS", 90, 1, 3650),
            encryption_keys: reader.keys(),
            key_file: key_file.unwrap_or_else(|| folder_of(&database_url).unwrap_or_else(|| PathBuf::from("data")).join("docket.key")),
            mail,
            sendgrid_from,
            sendgrid_api_key: reader.text("SENDGRID_API_KEY").map(str::to_owned),
            slack_webhook_url: reader.text("SLACK_WEBHOOK_URL").map(str::to_owned),
            telegram_token: reader.text("TELEGRAM_BOT_TOKEN").map(str::to_owned),
            telegram_chat: reader.text("TELEGRAM_DEFAULT_CHAT_ID").map(str::to_owned),
            providers: reader.providers(),
            settings_token: reader.settings_token(),
            api_pace: reader.number("DOCKET_API_REQUESTS_PER_MINUTE", 600, 1, 100_000),
            database_url,
            address,
            public_url: reader.public_url(address),
            site_root: reader.text("DOCKET_SITE_ROOT").or_else(|| reader.text("LEPTOS_SITE_ROOT")).unwrap_or("target/site").into(),
            allow_inside_addresses: reader.switch("DOCKET_ALLOW_INSIDE_ADDRESSES", false),
            delivery_pauses: reader.pauses(),
            worker: reader.switch("DOCKET_WORKER", true),
            allowed_hosts: reader.allowed_hosts(),
            proxies: reader.proxies(),
            pace: reader.pace(),
            secrets: named_secrets::values(variables, &mut reader.problems),
            secret_hosts: named_secrets::hosts(variables, &mut reader.problems),
            log: reader.text("DOCKET_LOG").unwrap_or("info,sea_orm_migration=warn").to_owned(),
            log_json: reader.log_json(),
            reload_port: reader
                .text("LEPTOS_WATCH")
                .map(|_| reader.text("LEPTOS_RELOAD_PORT").and_then(|port| port.parse().ok()).unwrap_or(3001)),
        };
        reader.unknown();
        if reader.problems.is_empty() { Ok(config) } else { Err(reader.problems) }
    }

    /// The part the use cases need, with the keys for stored secrets.
    pub fn settings(&self, keys: SecretKeys) -> backend::UseCaseSettings {
        backend::UseCaseSettings {
            public_url: self.public_url.clone(),
            allow_inside_addresses: self.allow_inside_addresses,
            delivery_pauses: self.delivery_pauses.clone(),
            attempt_days: self.attempt_days,
            secrets: self.secrets.clone(),
            secret_hosts: self.secret_hosts.clone(),
            keys,
            mail: self.mail.clone(),
            sendgrid_api_key: self.sendgrid_api_key.clone(),
            sendgrid_from: self.sendgrid_from.clone(),
            slack_webhook_url: self.slack_webhook_url.clone(),
            telegram_token: self.telegram_token.clone(),
            telegram_chat: self.telegram_chat.clone(),
            providers: self.providers.clone(),
            settings_token: self.settings_token.clone(),
        }
    }

    /// Whether people reach the site by TLS.
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Every host that the site answers for.
    pub fn hosts(&self) -> HostList {
        self.allowed_hosts.with_public(&self.public_url)
    }

    /// The folder of the SQLite file; None on PostgreSQL.
    pub fn data_folder(&self) -> Option<PathBuf> {
        folder_of(&self.database_url)
    }

    /// The files on this machine that nobody else should read: the database with its companions, and the keys.
    pub fn kept_files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.key_file.clone()];
        if let Some(database) = file_of(&self.database_url) {
            files.extend(["", "-wal", "-shm"].map(|end| PathBuf::from(format!("{database}{end}"))));
        }
        files
    }

    /// Name and value of every setting, with secrets left out: safe to print.
    pub fn redacted(&self) -> Vec<(&'static str, String)> {
        let on = |switch: bool| if switch { "on" } else { "off" }.to_owned();
        fn given<T>(secret: &Option<T>) -> String {
            if secret.is_some() { "given (not shown)" } else { "none" }.to_owned()
        }
        let secrets: Vec<&str> = self.secrets.keys().map(String::as_str).collect();
        let mut shown = vec![
            ("DATABASE_URL", without_password(&self.database_url)),
            ("DOCKET_ADDR", self.address.to_string()),
            ("DOCKET_PUBLIC_URL", self.public_url.clone()),
            ("DOCKET_SITE_ROOT", self.site_root.display().to_string()),
            ("DOCKET_ALLOW_INSIDE_ADDRESSES", on(self.allow_inside_addresses)),
            ("DOCKET_DELIVERY_PAUSES", self.delivery_pauses.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
            ("DOCKET_WORKER", on(self.worker)),
            ("ALLOWED_HOSTS", self.allowed_hosts.to_string()),
            ("DOCKET_TRUSTED_PROXIES", self.proxies.to_string()),
            ("DOCKET_FORWARDED_HEADER", self.proxies.header.name().to_owned()),
            ("DOCKET_SECRET_…", if secrets.is_empty() { "none".to_owned() } else { format!("{} (values not shown)", secrets.join(", ")) }),
            ("DOCKET_ATTEMPT_DAYS", self.attempt_days.to_string()),
            ("DOCKET_ENCRYPTION_KEYS", given(&self.encryption_keys)),
            ("DOCKET_KEY_FILE", self.key_file.display().to_string()),
            ("EMAIL_BACKEND", self.mail_backend().to_owned()),
            ("EMAIL_HOST", self.mail.as_ref().map_or("none".to_owned(), |mail| format!("{}:{}", mail.host, mail.port))),
            ("EMAIL_HOST_PASSWORD", given(&self.mail.as_ref().filter(|mail| !mail.password.is_empty()))),
            ("DEFAULT_FROM_EMAIL", self.mail.as_ref().map(|mail| mail.from.clone()).or(self.sendgrid_from.clone()).unwrap_or_default()),
            ("SENDGRID_API_KEY", given(&self.sendgrid_api_key)),
            ("SLACK_WEBHOOK_URL", given(&self.slack_webhook_url)),
            ("TELEGRAM_BOT_TOKEN", given(&self.telegram_token)),
            (
                "DOCKET_OIDC_PROVIDERS",
                self.providers.iter().map(|one| format!("{} at {}", one.key, one.issuer)).collect::<Vec<_>>().join(", "),
            ),
            ("IT_REQUESTS_API_TOKEN", given(&self.settings_token)),
            ("DOCKET_API_REQUESTS_PER_MINUTE", self.api_pace.to_string()),
            ("TELEGRAM_DEFAULT_CHAT_ID", self.telegram_chat.clone().unwrap_or_else(|| "none".to_owned())),
            ("DOCKET_LOG", self.log.clone()),
            ("DOCKET_LOG_FORMAT", if self.log_json { "json" } else { "text" }.to_owned()),
        ];
        shown.extend(self.pace.shown());
        shown
    }
}

/// The folder of a SQLite file; None on PostgreSQL.
fn folder_of(database_url: &str) -> Option<PathBuf> {
    PathBuf::from(file_of(database_url)?)
        .parent()
        .map(|folder| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

/// The path of a SQLite file; None on PostgreSQL.
fn file_of(database_url: &str) -> Option<&str> {
    let path = database_url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    path.split('?').next()
}

/// A database address whose password is replaced.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.split('/').next().unwrap_or(rest);
    let Some((user, _)) = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) else { return url.to_owned() };
    let after = rest.rsplit_once('@').map_or("", |(_, after)| after);
    format!("{scheme}://{user}:…@{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<ServerConfig, Vec<String>> {
        ServerConfig::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn nothing_set_is_a_working_configuration() {
        let config = read(&[]).unwrap();
        assert_eq!(config.public_url, "http://127.0.0.1:3000");
        assert_eq!(config.delivery_pauses, [1, 5, 15, 60]);
        assert_eq!(config.data_folder().unwrap(), PathBuf::from("data"));
        assert!(config.worker && !config.allow_inside_addresses && !config.https());
    }

    #[test]
    fn all_problems_are_listed_at_once_and_name_their_variable() {
        let problems = read(&[
            ("DATABASE_URL", "mysql://x"),
            ("DOCKET_ADDR", "here"),
            ("DOCKET_DELIVERY_PAUSES", "1,soon"),
            ("DOCKET_WORKER", "perhaps"),
            ("DOCKET_LOG_FORMAT", "xml"),
            ("DOCKET_PUBLIC_URL", "docket.example.org"),
            ("DOCKET_WROKER", "on"),
        ])
        .unwrap_err();
        assert_eq!(problems.len(), 7, "{problems:#?}");
        for name in ["DATABASE_URL", "DOCKET_ADDR", "DOCKET_DELIVERY_PAUSES", "DOCKET_WORKER", "DOCKET_LOG_FORMAT", "DOCKET_WROKER"] {
            assert!(problems.iter().any(|problem| problem.starts_with(name)), "{name} in {problems:#?}");
        }
    }

    #[test]
    fn nothing_printed_contains_a_secret() {
        let config = read(&[
            ("DATABASE_URL", "postgres://docket:hunter2@db.example.org/docket"),
            ("DOCKET_SECRET_DESK", "whsec_hunter2"),
            ("EMAIL_HOST", "mail.example.org"),
            ("EMAIL_HOST_PASSWORD", "hunter2"),
            ("SENDGRID_API_KEY", "SG.hunter2"),
            ("SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/hunter2"),
            ("TELEGRAM_BOT_TOKEN", "1:hunter2"),
            ("IT_REQUESTS_API_TOKEN", "hunter2-that-is-long-enough-for-a-token"),
            ("SITE_DOMAIN", "docket.example.org"),
        ])
        .unwrap();
        let printed = format!("{config:?}");
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("DESK") && printed.contains("postgres://docket:…@db.example.org/docket"), "{printed}");
        assert!(config.https());
    }

    #[test]
    fn keys_are_beside_the_database_unless_said_otherwise() {
        assert_eq!(read(&[]).unwrap().key_file, PathBuf::from("data/docket.key"));
        assert_eq!(read(&[("DATABASE_URL", "sqlite:/srv/d.sqlite")]).unwrap().key_file, PathBuf::from("/srv/docket.key"));
        assert!(read(&[("DOCKET_ENCRYPTION_KEYS", "short")]).unwrap_err()[0].starts_with("DOCKET_ENCRYPTION_KEYS"));
    }
}
