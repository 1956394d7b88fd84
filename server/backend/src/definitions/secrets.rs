//! Secrets among a connector's settings: never written to files or to the audit log, and kept when a file does not say them.

use crate::connectors::is_secret;
use domain::audit::compare::ValueChanges;
use domain::connectors::Connector;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

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

/// What is different between two connectors, with their secrets told from each other and not said. None is one that is not there yet.
pub(crate) fn compare_connectors(before: Option<&Connector>, after: &Connector) -> ValueChanges {
    let plain = |one: &Connector| {
        let settings = without(&one.kind, &one.settings);
        json!({"name": one.name, "kind": one.kind, "enabled": one.enabled, "settings": settings})
    };
    let mut changes = ValueChanges::between(before.map(plain).as_ref(), Some(&plain(after)));
    let (was, is) = (before.map(secrets_of).unwrap_or_default(), secrets_of(after));
    let mut paths: Vec<&String> = was.keys().chain(is.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let (before, after) = (was.get(path), is.get(path));
        if before != after {
            changes.add_secret(path, before.is_some(), after.is_some());
        }
    }
    changes
}

/// The secrets of a connector, by the words of their paths.
fn secrets_of(connector: &Connector) -> BTreeMap<String, &Value> {
    let mut secrets = BTreeMap::new();
    for (name, value) in &connector.settings {
        if is_secret(&connector.kind, &[name]) {
            secrets.insert(format!("settings › {}", name.replace('_', " ")), value);
        } else if let Value::Object(inner) = value {
            for (within, value) in inner.iter().filter(|(within, _)| is_secret(&connector.kind, &[name, within])) {
                secrets.insert(format!("settings › {} › {within}", name.replace('_', " ")), value);
            }
        }
    }
    secrets
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

    #[test]
    fn secrets_that_change_are_named_and_not_said() {
        let before = connector(json!({"url": "u", "secret": "whsec_x", "headers": {"Authorization": "Bearer x", "X-Site": "n"}}));
        let after = connector(json!({"url": "u", "secret": "whsec_y", "headers": {"X-Site": "s"}}));
        let changes = compare_connectors(Some(&before), &after);
        let paths: Vec<&str> = changes.values.iter().map(|change| change.path.as_str()).collect();
        assert_eq!(paths, ["settings › headers › X-Site", "settings › headers › Authorization", "settings › secret"]);
        let text = serde_json::to_string(&changes).unwrap();
        assert!(!text.contains("whsec") && !text.contains("Bearer"), "{text}");
        assert!(compare_connectors(Some(&before), &before).is_empty());
    }
}
