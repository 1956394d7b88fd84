//! What a connector may say. Its settings are judged by its kind, on the server.

use super::Connector;
use crate::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath, lint_list};

/// Everything wrong with a list of connectors, but for their settings.
pub fn lint_connectors(connectors: &[Connector], known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let called = |connector: &Connector| format!("The connector “{}”", connector.key);
    lint_list(connectors, |connector| &connector.key, ("key", called), |connector| lint_connector(connector, known))
}

/// Everything wrong with one connector, but for its settings.
pub fn lint_connector(connector: &Connector, known: &DefinedKeys<'_>) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    found.check_key(at.entry("key"), "connector", &connector.key);
    found.check_text(at.entry("name"), &format!("The name of the connector “{}”", connector.key), &connector.name, 1..=120);
    if !known.connector_kinds.contains(&connector.kind.as_str()) {
        let message = format!("The connector kind “{}” does not exist. Use {}", connector.kind, known.connector_kinds.join(", "));
        found.note(at.entry("kind"), message);
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::tests::{assert_rule, known, told};

    fn connector(key: &str, name: &str, kind: &str) -> Connector {
        Connector { key: key.to_owned(), name: name.to_owned(), kind: kind.to_owned(), enabled: true, settings: Default::default() }
    }

    #[test]
    fn connectors_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong, told_as| {
            assert_rule(|one: &Connector| lint_connector(one, &known()), wrong, told_as, connector("desk", &"d".repeat(120), "webhook"));
        };
        rule(connector("Desk", "Desk", "webhook"), "key: The connector key “Desk” must be 1 to 60");
        rule(connector("desk", &"d".repeat(121), "webhook"), "name: The name of the connector “desk” must have 1 to 120");
        rule(connector("desk", " ", "webhook"), "name: The name of the connector “desk” must have 1 to 120");
        rule(connector("desk", "Desk", "webhok"), "kind: The connector kind “webhok” does not exist. Use webhook, smtp");
        let twice = [connector("desk", "Desk", "webhook"), connector("desk", "Desk", "smtp")];
        assert_eq!(told(lint_connectors(&twice, &known())), ["[1].key: The connector “desk” is listed twice. Keep one entry"]);
    }
}
