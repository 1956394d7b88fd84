//! Settings as a connector reads them: secrets opened, names of the server's secrets replaced by what they stand for.

use super::{Connector, find};
use crate::settings::Settings;
use domain::connectors::Connector as Definition;
use serde_json::{Map, Value};

/// A connector's settings, ready to use.
pub struct Given<'a> {
    /// With the values of secrets in them: never kept, never shown.
    pub settings: Map<String, Value>,
    pub server: &'a Settings,
}

impl Given<'_> {
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
/// Which secret the server was not given, in a sentence.
pub(crate) fn resolve<'a>(
    kind: &dyn Connector,
    organization: &str,
    definition: &Definition,
    server: &'a Settings,
) -> Result<Given<'a>, String> {
    let mut settings = definition.settings.clone();
    for secret in kind.secrets() {
        let Some(name) = settings.remove(&format!("{secret}_env")).and_then(|name| name.as_str().map(|name| name.trim().to_owned())) else {
            continue;
        };
        if name.is_empty() {
            continue;
        }
        let value = named(organization, &name, server)?;
        settings.insert((*secret).to_owned(), Value::String(value));
    }
    Ok(Given { settings, server })
}

/// A secret of the server. One whose name begins with an organization's key and two underscores belongs to that organization alone.
fn named(organization: &str, name: &str, server: &Settings) -> Result<String, String> {
    let own = organization.to_uppercase().replace('-', "_");
    let theirs = name.split_once("__").is_some_and(|(owner, _)| owner != own);
    let value = server.secrets.get(name).filter(|_| !theirs);
    value.cloned().ok_or_else(|| format!("The server was not given the secret {name}."))
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
        let server = Settings {
            secrets: [("BOT".to_owned(), "xoxb-shared".to_owned()), ("NORTH_MOOR__BOT".to_owned(), "xoxb-own".to_owned())].into(),
            ..Settings::default()
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

    #[test]
    fn secrets_are_known_by_kind_and_headers_by_name() {
        assert!(is_secret("connectwise", &["private_key"]) && !is_secret("connectwise", &["client_id"]));
        assert!(is_secret("webhook", &["headers", "X-Api-Key"]) && !is_secret("webhook", &["headers", "X-Site"]));
        assert!(!is_secret("webhook", &["secret_env"]));
    }
}
