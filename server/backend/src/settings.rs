//! What use cases need to know from the configuration. The environment itself is read by the server alone.

use crate::secrets::SecretKeys;

/// Settings of the use cases.
#[derive(Clone)]
pub struct UseCaseSettings {
    /// Absolute address of the site, without a trailing slash: links in payloads start with it.
    pub public_url: String,
    /// Whether connectors may call addresses inside the network (loopback, private ranges, link-local).
    pub allow_inside_addresses: bool,
    /// Minutes between tries of a delivery; one more try than pauses.
    pub delivery_pauses: Vec<u32>,
    /// Days that attempts of ended deliveries are kept.
    pub attempt_days: u32,
    /// Named secrets from the environment (`DOCKET_SECRET_<NAME>`), for connectors that name them.
    pub secrets: std::collections::BTreeMap<String, String>,
    /// Hosts that a named secret may be sent to, in addition to its own system's (`DOCKET_SECRET_<NAME>_HOSTS`), by its name.
    pub secret_hosts: std::collections::BTreeMap<String, Vec<String>>,
    /// What stored secrets are sealed with.
    pub keys: SecretKeys,
    /// The mail server for connectors that name none.
    pub mail: Option<MailServer>,
    /// `SENDGRID_API_KEY`.
    pub sendgrid_api_key: Option<String>,
    /// The sender of messages to people where they go through SendGrid with that key, and not over the mail server.
    pub sendgrid_from: Option<String>,
    /// `SLACK_WEBHOOK_URL`.
    pub slack_webhook_url: Option<String>,
    /// `TELEGRAM_BOT_TOKEN`.
    pub telegram_token: Option<String>,
    /// `TELEGRAM_DEFAULT_CHAT_ID`.
    pub telegram_chat: Option<String>,
    /// Where people sign in by single sign-on (`DOCKET_OIDC_PROVIDERS`).
    pub providers: Vec<SignInProvider>,
    /// `IT_REQUESTS_API_TOKEN`.
    pub settings_token: Option<SettingsToken>,
}

/// A provider of single sign-on (OpenID Connect).
#[derive(Clone)]
pub struct SignInProvider {
    /// As it is named in addresses.
    pub key: String,
    /// On its button.
    pub name: String,
    /// Where its description is found.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    /// The key of the organization that it is for; the whole server when None.
    pub organization: Option<String>,
    /// What whoever gets an account at their first sign-in is.
    pub role: String,
    pub trust: domain::single_sign_on::ProviderTrust,
}

/// The one API token that is no row of the database until it is used: a program has it from the same settings.
#[derive(Clone)]
pub struct SettingsToken {
    /// What is kept of it: its SHA-256.
    pub hash: String,
    /// The key of the organization that it is for; without one, the only one there is.
    pub organization: Option<String>,
}

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    /// Empty signs in to nothing.
    pub user: String,
    pub password: String,
    /// The sender when none is named; may be empty.
    pub from: String,
}

/// How the connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    None,
    /// After a greeting in the open; required.
    StartTls,
    /// From the first byte.
    Whole,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MailServer({}:{}, {:?})", self.host, self.port, self.tls)
    }
}

impl Default for UseCaseSettings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".to_owned(),
            allow_inside_addresses: false,
            delivery_pauses: domain::connectors::DEFAULT_PAUSES.to_vec(),
            attempt_days: 90,
            secrets: std::collections::BTreeMap::new(),
            secret_hosts: std::collections::BTreeMap::new(),
            keys: SecretKeys::random(),
            mail: None,
            sendgrid_api_key: None,
            sendgrid_from: None,
            slack_webhook_url: None,
            telegram_token: None,
            telegram_chat: None,
            providers: Vec::new(),
            settings_token: None,
        }
    }
}
