//! Settings as a connector reads them: secrets opened, names of the server's secrets replaced by what they stand for.

use super::{ConnectorKind, find};
use crate::settings::UseCaseSettings;
use domain::connectors::Connector as Definition;
use serde_json::{Map, Value};
use url::Url;

/// A connector's settings, ready to use.
pub struct ConnectorSettings<'a> {
    /// With the values of secrets in them: never kept, never shown.
    pub settings: Map<String, Value>,
    pub server: &'a UseCaseSettings,
}

impl ConnectorSettings<'_> {
    /// A setting as text without blanks around it; empty when it is not set.
    pub(super) fn text(&self, key: &str) -> String {
        match self.settings.get(key) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// A setting, or what stands for it when it is empty.
    pub(super) fn text_or(&self, key: &str, default: &str) -> String {
        let text = self.text(key);
        if text.is_empty() { default.to_owned() } else { text }
    }

    /// A setting that must be there, or a sentence that says which one is missing.
    pub(super) fn needed(&self, key: &str) -> Result<String, String> {
        let text = self.text(key);
        if text.is_empty() { Err(format!("Not sent: the setting {key} is missing.")) } else { Ok(text) }
    }
}

/// Parts of the names of headers that hold secrets.
const HEADERS: &[&str] = &["key", "auth", "token", "secret", "password", "cookie", "signature"];

/// Whether a setting of a kind is a secret. `path` is one name, or `headers` and the header's name.
pub(crate) fn is_secret(kind: &str, path: &[&str]) -> bool {
    match path {
        [key] => find(kind).is_some_and(|kind| kind.secrets().contains(key)),
        ["headers", name] => HEADERS.iter().any(|part| name.to_lowercase().contains(part)),
        _ => false,
    }
}

/// The settings of a connector with its named secrets in place.
///
/// # Errors
/// Which secret the server was not given, or does not send there, in a sentence.
pub(crate) fn resolve<'a>(
    kind: &dyn ConnectorKind,
    organization: &str,
    definition: &Definition,
    server: &'a UseCaseSettings,
) -> Result<ConnectorSettings<'a>, String> {
    let mut given = ConnectorSettings { settings: definition.settings.clone(), server };
    let mut shared = Vec::new();
    for secret in kind.secrets() {
        let name = given.text(&format!("{secret}_env"));
        given.settings.remove(&format!("{secret}_env"));
        if name.is_empty() {
            continue;
        }
        let value = named(organization, &name, server)?;
        given.settings.insert((*secret).to_owned(), Value::String(value));
        if !name.contains("__") {
            shared.push(name);
        }
    }
    shared.iter().try_for_each(|name| belongs(kind.kind(), &given, organization, name))?;
    Ok(given)
}

/// What is wrong with the secrets of the server that a connector names, as path and sentence. Those that this server was not given are
/// missed when something is sent: files are checked where they are written, too.
pub(super) fn check_named(
    kind: &dyn ConnectorKind,
    organization: &str,
    definition: &Definition,
    server: &UseCaseSettings,
) -> Option<(String, String)> {
    let names = || kind.secrets().iter().map(|secret| format!("{secret}_env"));
    let text = |key: &str| definition.settings.get(key).and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
    let known = names().all(|key| text(&key).is_none_or(|name| server.secrets.contains_key(name)));
    let wrong = resolve(kind, organization, definition, server).err().filter(|_| known)?;
    Some((names().find(|key| text(key).is_some())?, wrong))
}

/// What the names of an organization's own secrets begin with.
fn own(organization: &str) -> String {
    format!("{}__", organization.to_uppercase().replace('-', "_"))
}

/// A secret of the server. One whose name begins with an organization's key and two underscores belongs to that organization alone.
fn named(organization: &str, name: &str, server: &UseCaseSettings) -> Result<String, String> {
    let theirs = name.contains("__") && !name.starts_with(&own(organization));
    let value = server.secrets.get(name).filter(|_| !theirs);
    value.cloned().ok_or_else(|| format!("The server was not given the secret {name}."))
}

/// Where a kind sends its secrets: the setting that says so, and the system's own host, which is meant when that is empty.
const PLACES: &[(&str, &str, &str)] = &[
    ("connectwise", "url", ""),
    ("sendgrid", "api_url", "api.sendgrid.com"),
    ("slack_bot", "api_url", "slack.com"),
    ("slack_webhook", "webhook_url", "hooks.slack.com"),
    ("smtp", "host", ""),
    ("telegram", "api_url", "api.telegram.org"),
    ("webhook", "url", ""),
];

/// A secret that the server shares among its organizations goes to its own system, or where whoever runs the server lets it go: an
/// organization's administrator chooses the address, and could name one of their own.
fn belongs(kind: &str, given: &ConnectorSettings<'_>, organization: &str, name: &str) -> Result<(), String> {
    let (_, setting, home) = PLACES.iter().find(|(known, ..)| *known == kind).copied().unwrap_or((kind, "url", ""));
    let address = given.text(setting);
    let (host, encrypted) = match Url::parse(&address) {
        Ok(url) if url.has_host() => (url.host_str().unwrap_or_default().to_lowercase(), url.scheme() == "https"),
        // A mail server is a plain name; without one it is the server's own, with its own password.
        _ => (address.to_lowercase(), false),
    };
    let listed = given.server.secret_hosts.get(name).is_some_and(|hosts| hosts.iter().any(|one| one.eq_ignore_ascii_case(&host)));
    if host.is_empty() || listed || (host == home && encrypted) {
        return Ok(());
    }
    // The address may be a secret itself.
    let place = if kind == "slack_webhook" { "an address that is not Slack’s" } else { host.as_str() };
    let own = own(organization);
    Err(format!(
        "This server shares the secret {name}, and does not send it to {place}. Whoever runs the server can allow that with \
         DOCKET_SECRET_{name}_HOSTS, or give this organization a secret of its own, DOCKET_SECRET_{own}{name}."
    ))
}

/// Every text among the settings that must not be kept or shown.
pub(crate) fn secret_values(kind: &str, settings: &Map<String, Value>) -> Vec<String> {
    let own = settings.iter().filter(|(key, _)| is_secret(kind, &[key])).map(|(_, value)| value);
    let headers = settings.get("headers").and_then(Value::as_object).into_iter().flatten().map(|(_, value)| value);
    // What is shorter would be found everywhere.
    own.chain(headers).filter_map(Value::as_str).filter(|text| text.len() >= 6).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definition(settings: Value) -> Definition {
        let Value::Object(settings) = settings else { panic!() };
        Definition { key: "desk".into(), name: "Desk".into(), kind: "slack_bot".into(), enabled: true, settings }
    }

    #[test]
    fn a_named_secret_takes_its_place_and_may_belong_to_one_organization() {
        let server = UseCaseSettings {
            secrets: [("BOT".to_owned(), "xoxb-shared".to_owned()), ("NORTH_MOOR__BOT".to_owned(), "xoxb-own".to_owned())].into(),
            ..UseCaseSettings::default()
        };
        let kind = find("slack_bot").unwrap();
        let token = |organization: &str, name: &str| {
            resolve(kind, organization, &definition(json!({"token_env": name})), &server).map(|given| given.text("token"))
        };
        assert_eq!(token("south", "BOT").as_deref(), Ok("xoxb-shared"));
        assert_eq!(token("north-moor", "NORTH_MOOR__BOT").as_deref(), Ok("xoxb-own"));
        assert!(token("south", "NORTH_MOOR__BOT").is_err());
        assert_eq!(token("south", "GONE").unwrap_err(), "The server was not given the secret GONE.");
    }

    /// What a connector of `south` gets of the secret `SHARED`, with these settings.
    fn shared(kind: &str, settings: Value, hosts: &[&str]) -> Result<(), String> {
        let server = UseCaseSettings {
            secrets: [("SHARED".to_owned(), "https://hooks.slack.com/services/canary".to_owned())].into(),
            secret_hosts: [("SHARED".to_owned(), hosts.iter().map(|host| (*host).to_owned()).collect())].into(),
            ..UseCaseSettings::default()
        };
        let kind = find(kind).unwrap();
        let definition = Definition { kind: kind.kind().to_owned(), ..definition(settings) };
        let resolved = resolve(kind, "south", &definition, &server);
        assert_eq!(resolved.is_err(), check_named(kind, "south", &definition, &server).is_some(), "saved as it is sent");
        resolved.map(|_| ())
    }

    #[test]
    fn a_shared_secret_goes_to_its_own_system_and_where_the_server_lets_it() {
        for (kind, settings) in [
            ("sendgrid", json!({"api_key_env": "SHARED"})),
            ("sendgrid", json!({"api_key_env": "SHARED", "api_url": "https://api.sendgrid.com/"})),
            ("slack_bot", json!({"token_env": "SHARED"})),
            ("telegram", json!({"token_env": "SHARED", "api_url": ""})),
            ("slack_webhook", json!({"webhook_url_env": "SHARED"})),
            ("smtp", json!({"password_env": "SHARED"})),
        ] {
            assert_eq!(shared(kind, settings.clone(), &[]), Ok(()), "{kind} {settings}");
        }
        for (kind, settings) in [
            ("sendgrid", json!({"api_key_env": "SHARED", "api_url": "https://api.sendgrid.com.evil.example"})),
            ("sendgrid", json!({"api_key_env": "SHARED", "api_url": "https://api.sendgrid.com@evil.example"})),
            ("sendgrid", json!({"api_key_env": "SHARED", "api_url": "http://api.sendgrid.com"})),
            ("slack_bot", json!({"token_env": " SHARED ", "api_url": "https://evil.example/api"})),
            ("telegram", json!({"token_env": "SHARED", "api_url": "https://EVIL.example"})),
            ("connectwise", json!({"private_key_env": "SHARED", "url": "https://evil.example"})),
            ("smtp", json!({"password_env": "SHARED", "host": "Evil.example"})),
            ("webhook", json!({"secret_env": "SHARED", "url": "https://evil.example/hook"})),
            ("webhook", json!({"secret": "whsec_AAAA", "previous_secret_env": "SHARED", "url": "https://evil.example/hook"})),
        ] {
            let refused = shared(kind, settings.clone(), &["good.example"]).unwrap_err();
            assert!(refused.contains("DOCKET_SECRET_SHARED_HOSTS") && refused.contains("DOCKET_SECRET_SOUTH__SHARED"), "{refused}");
            assert!(!refused.contains("canary"), "{refused}");
            assert_eq!(
                shared(kind, settings.clone(), &["evil.example", "api.sendgrid.com", "api.sendgrid.com.evil.example"]),
                Ok(()),
                "{kind}"
            );
        }
        let elsewhere = UseCaseSettings {
            secrets: [("SHARED".to_owned(), "https://evil.example/canary".to_owned())].into(),
            ..UseCaseSettings::default()
        };
        let definition = Definition { kind: "slack_webhook".into(), ..definition(json!({"webhook_url_env": "SHARED"})) };
        let refused = resolve(find("slack_webhook").unwrap(), "south", &definition, &elsewhere).map(|_| ()).unwrap_err();
        assert!(!refused.contains("canary") && !refused.contains("evil"), "{refused}");
    }

    #[test]
    fn every_kind_says_where_its_secrets_go() {
        for kind in crate::connectors::CONNECTORS {
            assert!(PLACES.iter().any(|(known, ..)| *known == kind.kind()), "{}", kind.kind());
        }
    }

    #[test]
    fn secrets_are_known_by_kind_and_headers_by_name() {
        assert!(is_secret("connectwise", &["private_key"]) && !is_secret("connectwise", &["client_id"]));
        assert!(is_secret("webhook", &["headers", "X-Api-Key"]) && !is_secret("webhook", &["headers", "X-Site"]));
        assert!(!is_secret("webhook", &["secret_env"]));
    }
}
