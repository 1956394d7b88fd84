//! Secrets among a connector's settings: never written to files, and kept when a file does not say them.

use crate::connectors::is_secret;
use domain::connectors::Connector;
use serde_json::{Map, Value};

/// The settings of a kind as they may be seen.
pub(crate) fn without(kind: &str, settings: &Map<String, Value>) -> Map<String, Value> {
    let mut shown = Map::new();
    for (name, value) in settings.iter().filter(|(name, _)| !is_secret(kind, &[name])) {
        let value = match value {
            Value::Object(inner) => {
                let seen = inner.iter().filter(|(within, _)| !is_secret(kind, &[name, within]));
                Value::Object(seen.map(|(within, value)| (within.clone(), value.clone())).collect())
            }
            other => other.clone(),
        };
        shown.insert(name.clone(), value);
    }
    shown
}

/// The connector of a file with the secrets of the present one that the file does not say.
pub(crate) fn keep(file: &Connector, present: &Connector) -> Connector {
    let mut kept = file.clone();
    if file.kind != present.kind {
        return kept;
    }
    for (name, value) in &present.settings {
        let replaced = kept.settings.contains_key(&format!("{name}_env"));
        match (kept.settings.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(present)) => {
                for (within, value) in present.iter().filter(|(within, _)| is_secret(&file.kind, &[name, within])) {
                    inner.entry(within.clone()).or_insert_with(|| value.clone());
                }
            }
            (None, value) if is_secret(&file.kind, &[name]) && !replaced => {
                kept.settings.insert(name.clone(), value.clone());
            }
            _ => {}
        }
    }
    kept
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
        let shown = connector(Value::Object(without("webhook", &present.settings)));
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
