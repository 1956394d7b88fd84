//! Secrets among a connector's settings: never written to files, and kept when a file does not say them.

use domain::connectors::Connector;
use serde_json::{Map, Value};

/// Parts of the names of settings and headers that hold secrets.
const NAMES: &[&str] = &["secret", "password", "token", "authorization", "cookie", "api-key", "api_key", "apikey", "signature"];

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    // `secret_env` names a secret of the environment; the name itself is none.
    !name.ends_with("_env") && NAMES.iter().any(|part| name.contains(part))
}

/// The settings as they may be seen.
pub(super) fn without(settings: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = Map::new();
    for (name, value) in settings.iter().filter(|(name, _)| !is_secret(name)) {
        let value = match value {
            Value::Object(inner) => Value::Object(without(inner)),
            other => other.clone(),
        };
        shown.insert(name.clone(), value);
    }
    shown
}

/// The connector of a file with the secrets of the present one that the file does not say.
pub(super) fn keep(file: &Connector, present: &Connector) -> Connector {
    let mut kept = file.clone();
    if file.kind == present.kind {
        fill(&mut kept.settings, &present.settings);
    }
    kept
}

fn fill(settings: &mut Map<String, Value>, present: &Map<String, Value>) {
    for (name, value) in present {
        let replaced = settings.contains_key(&format!("{name}_env"));
        match (settings.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(present)) => fill(inner, present),
            (None, value) if is_secret(name) && !replaced => {
                settings.insert(name.clone(), value.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn connector(settings: Value) -> Connector {
        let Value::Object(settings) = settings else { panic!() };
        Connector { key: "desk".into(), name: "Desk".into(), kind: "webhook".into(), enabled: true, settings }
    }

    #[test]
    fn what_was_left_out_comes_back() {
        let present = connector(json!({"url": "u", "secret": "whsec_x", "headers": {"Authorization": "Bearer x", "X-Site": "n"}}));
        let shown = connector(Value::Object(without(&present.settings)));
        assert_eq!(shown, connector(json!({"url": "u", "headers": {"X-Site": "n"}})));
        assert_eq!(keep(&shown, &present), present);
    }

    #[test]
    fn a_secret_of_the_environment_takes_the_place_of_a_stored_one() {
        let present = connector(json!({"secret": "whsec_x"}));
        let file = connector(json!({"secret_env": "DESK"}));
        assert_eq!(keep(&file, &present), file);
    }
}
