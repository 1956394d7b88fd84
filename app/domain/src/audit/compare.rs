//! What changed about a thing: its values before and after, each under the words of its path.
//!
//! Things are compared as the plain values that their files have. Entries of a list that have a key are compared by it, so that a field
//! which was put in between changes nothing about the others.

use crate::id::PersonId;
use crate::shorten::shorten;
use crate::text::count_characters;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Characters of a value that are kept.
pub const LONGEST_AUDIT_VALUE: usize = 2_000;
/// Values of one entry that are kept; more are counted.
pub const MOST_AUDIT_VALUES: usize = 200;
/// As deep as values are taken apart; what lies deeper is kept as it is written in a file.
const DEEPEST: usize = 12;
/// What stands for a secret, which is never kept.
const SECRET: &str = "(secret)";

/// Stands before the id of a person who is a value: their name is read when the value is, so that it can be forgotten.
const PERSON: &str = "person:";

/// The value that names a person.
pub fn write_person(person: PersonId) -> String {
    format!("{PERSON}{person}")
}

/// The person whom a value names.
pub fn read_person(value: &str) -> Option<PersonId> {
    value.strip_prefix(PERSON)?.parse().ok()
}

/// One value before and after; None where there was, or is, none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueChange {
    /// Where it stands in the thing, in words: "sections › access › label".
    pub path: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What changed about a thing, in the order of its paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueChanges {
    pub values: Vec<ValueChange>,
    /// Changes beyond those that are kept.
    #[serde(default)]
    pub left_out: usize,
}

impl ValueChanges {
    /// What is different between two things; None is a thing that is not there.
    pub fn between(before: Option<&Value>, after: Option<&Value>) -> Self {
        let (mut was, mut is) = (BTreeMap::new(), BTreeMap::new());
        for (value, into) in [(before, &mut was), (after, &mut is)] {
            if let Some(value) = value {
                take_apart(value, &mut Vec::new(), into);
            }
        }
        let mut changes = Self::default();
        let paths: std::collections::BTreeSet<&String> = was.keys().chain(is.keys()).collect();
        for path in paths {
            let (before, after) = (was.get(path), is.get(path));
            if before != after {
                changes.add(path, before.cloned(), after.cloned());
            }
        }
        changes
    }

    /// Adds one value that changed.
    pub fn add(&mut self, path: &str, before: Option<String>, after: Option<String>) {
        if self.values.len() >= MOST_AUDIT_VALUES {
            self.left_out += 1;
            return;
        }
        let keep = |value: Option<String>| value.map(|value| shorten(&value, LONGEST_AUDIT_VALUE, count_characters).into_owned());
        self.values.push(ValueChange { path: path.to_owned(), before: keep(before), after: keep(after) });
    }

    /// Adds that a secret was set, replaced or removed, without a word of it.
    pub fn add_secret(&mut self, path: &str, before: bool, after: bool) {
        let (before, after) = (before.then(|| SECRET.to_owned()), after.then(|| if before { "(new secret)" } else { SECRET }.to_owned()));
        self.add(path, before, after);
    }

    /// The values before and after, one after the other.
    pub fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        self.values.iter_mut().flat_map(|change| [&mut change.before, &mut change.after]).flatten()
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.left_out == 0
    }
}

/// The values of a thing by the words of their paths.
fn take_apart(value: &Value, path: &mut Vec<String>, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(entries) if path.len() < DEEPEST => {
            for (name, value) in entries {
                path.push(name.replace('_', " "));
                take_apart(value, path, into);
                path.pop();
            }
        }
        Value::Array(entries) if path.len() < DEEPEST => take_list_apart(entries, path, into),
        value => {
            into.insert(path.join(" › "), written(value));
        }
    }
}

fn take_list_apart(entries: &[Value], path: &mut Vec<String>, into: &mut BTreeMap<String, String>) {
    if entries.is_empty() {
        return;
    }
    let keys: Option<Vec<&str>> = entries.iter().map(|entry| entry.as_object().and_then(key_of)).collect();
    if let Some(keys) = keys.filter(|keys| keys.iter().collect::<std::collections::BTreeSet<_>>().len() == keys.len()) {
        path.push("order".to_owned());
        into.insert(path.join(" › "), keys.join(", "));
        path.pop();
        for (key, entry) in keys.iter().zip(entries) {
            path.push((*key).to_owned());
            take_apart(entry, path, into);
            path.pop();
        }
    } else if entries.iter().any(|entry| entry.is_object() || entry.is_array()) {
        for (place, entry) in entries.iter().enumerate() {
            path.push((place + 1).to_string());
            take_apart(entry, path, into);
            path.pop();
        }
    } else {
        into.insert(path.join(" › "), entries.iter().map(written).collect::<Vec<_>>().join(", "));
    }
}

/// What tells an entry of a list apart from the others.
fn key_of(entry: &Map<String, Value>) -> Option<&str> {
    ["key", "email", "value"].iter().find_map(|name| entry.get(*name).and_then(Value::as_str))
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn change(path: &str, before: Option<&str>, after: Option<&str>) -> ValueChange {
        ValueChange { path: path.to_owned(), before: before.map(str::to_owned), after: after.map(str::to_owned) }
    }

    #[test]
    fn only_what_differs_is_said_and_under_words() {
        let before = json!({"name": "Desk", "time_zone": "Europe/Paris", "enabled": true, "tags": ["a", "b"], "note": null});
        let after = json!({"name": "Desk", "time_zone": "UTC", "enabled": false, "tags": ["a"], "limit": 3});
        assert_eq!(
            ValueChanges::between(Some(&before), Some(&after)).values,
            [
                change("enabled", Some("Yes"), Some("No")),
                change("limit", None, Some("3")),
                change("tags", Some("a, b"), Some("a")),
                change("time zone", Some("Europe/Paris"), Some("UTC")),
            ]
        );
    }

    #[test]
    fn a_field_put_in_between_changes_nothing_about_the_others() {
        let before = json!({"fields": [{"key": "a", "label": "A"}, {"key": "c", "label": "C"}]});
        let after = json!({"fields": [{"key": "a", "label": "A"}, {"key": "b", "label": "B"}, {"key": "c", "label": "C"}]});
        assert_eq!(
            ValueChanges::between(Some(&before), Some(&after)).values,
            [
                change("fields › b › key", None, Some("b")),
                change("fields › b › label", None, Some("B")),
                change("fields › order", Some("a, c"), Some("a, b, c")),
            ]
        );
    }

    #[test]
    fn a_thing_that_comes_or_goes_has_all_of_its_values() {
        let thing = json!({"name": "Desk"});
        assert_eq!(ValueChanges::between(None, Some(&thing)).values, [change("name", None, Some("Desk"))]);
        assert_eq!(ValueChanges::between(Some(&thing), None).values, [change("name", Some("Desk"), None)]);
        assert!(ValueChanges::between(Some(&thing), Some(&thing)).is_empty());
    }

    #[test]
    fn a_secret_is_named_and_not_said() {
        let mut changes = ValueChanges::default();
        changes.add_secret("token", true, true);
        changes.add_secret("key", false, true);
        changes.add_secret("old", true, false);
        assert_eq!(
            changes.values,
            [
                change("token", Some("(secret)"), Some("(new secret)")),
                change("key", None, Some("(secret)")),
                change("old", Some("(secret)"), None)
            ]
        );
    }

    #[test]
    fn a_person_is_named_by_an_id_alone() {
        let person = PersonId(uuid::Uuid::from_u128(7));
        assert_eq!(read_person(&write_person(person)), Some(person));
        assert_eq!((read_person("person:ruth"), read_person("ruth")), (None, None));
    }

    #[test]
    fn what_is_too_much_is_counted_and_what_is_too_long_is_cut() {
        let many: Map<String, Value> = (0..MOST_AUDIT_VALUES + 7).map(|place| (format!("v{place}"), json!("x".repeat(5_000)))).collect();
        let changes = ValueChanges::between(None, Some(&Value::Object(many)));
        assert_eq!((changes.values.len(), changes.left_out), (MOST_AUDIT_VALUES, 7));
        assert!(changes.values.iter().all(|value| value.after.as_ref().unwrap().chars().count() <= LONGEST_AUDIT_VALUE));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z]{0,4}".prop_map(Value::from)
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("(key|[a-z_]{1,4})", inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_thing_is_never_different_from_itself_and_the_way_back_is_the_way_there_turned_round(before in values(), after in values()) {
            prop_assert!(ValueChanges::between(Some(&before), Some(&before)).is_empty());
            let there = ValueChanges::between(Some(&before), Some(&after)).values;
            let back = ValueChanges::between(Some(&after), Some(&before)).values;
            let turned: Vec<ValueChange> = back.into_iter().map(|one| ValueChange { path: one.path, before: one.after, after: one.before }).collect();
            prop_assert_eq!(there, turned);
        }
    }
}
