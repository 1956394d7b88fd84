//! Conditions: how they are read, and what they answer.

use super::*;
use crate::forms::fields::tests::{field, with_options};
use crate::forms::{Form, Section};
use serde_json::json;

fn holds(condition: &str, answers: Value) -> bool {
    let condition: AnswerCondition = yaml_serde::from_str(condition).unwrap();
    condition.holds(&serde_json::from_value(answers).unwrap())
}

#[test]
fn equals_compares_by_type() {
    assert!(holds("{field: f, equals: contractor}", json!({"f": " contractor "})));
    assert!(!holds("{field: f, equals: contractor}", json!({"f": "Contractor"})));
    assert!(holds("{field: f, equals: true}", json!({"f": true})));
    assert!(!holds("{field: f, equals: true}", json!({"f": "true"})));
    assert!(holds("{field: f, equals: 500}", json!({"f": "500.00"})));
    assert!(!holds("{field: f, equals: '0044'}", json!({"f": "44"})));
    assert!(holds("{field: f, equals: [b, a]}", json!({"f": ["a", "b"]})));
    assert!(!holds("{field: f, equals: [a]}", json!({"f": ["a", "b"]})));
    assert!(holds("{field: f, equals: Hana Sato}", json!({"f": {"id": "1", "name": "Hana Sato"}})));
}

#[test]
fn one_of_several_and_parts() {
    assert!(holds("{field: f, in: [a, b]}", json!({"f": "b"})));
    assert!(holds("{field: f, in: [a, b]}", json!({"f": ["x", "b"]})));
    assert!(!holds("{field: f, in: []}", json!({"f": "b"})));
    assert!(holds("{field: f, contains: b}", json!({"f": ["a", "b"]})));
    assert!(holds("{field: f, contains: SAP}", json!({"f": "the sap ledger"})));
    assert!(!holds("{field: f, contains: c}", json!({"f": ["a", "b"]})));
}

#[test]
fn numbers_and_dates_compare_exactly() {
    assert!(holds("{field: f, at_least: '500'}", json!({"f": "500"})));
    assert!(!holds("{field: f, more_than: '500'}", json!({"f": "500.0"})));
    assert!(holds("{field: f, more_than: 9}", json!({"f": "10"})));
    assert!(holds("{field: f, less_than: '0.3'}", json!({"f": "0.29999999999999999999"})));
    assert!(holds("{field: f, at_most: 2026-09-30}", json!({"f": "2026-09-30T23:59"})));
    assert!(holds("{field: f, more_than: 2026-09-30}", json!({"f": "2026-10-01"})));
    assert!(!holds("{field: f, at_least: '1'}", json!({"f": "many"})));
}

#[test]
fn unanswered_satisfies_only_not_answered() {
    for condition in ["{field: f, equals: ''}", "{field: f, in: ['']}", "{field: f, contains: ''}", "{field: f, at_most: 5}"] {
        for answers in [json!({}), json!({"f": ""}), json!({"f": []}), json!({"f": null})] {
            assert!(!holds(condition, answers), "{condition}");
        }
    }
    assert!(holds("{field: f, answered: false}", json!({"f": " "})));
    assert!(holds("{field: f, answered: true}", json!({"f": false})));
}

#[test]
fn combinations() {
    assert!(holds("{all: []}", json!({})));
    assert!(!holds("{any: []}", json!({})));
    let mixed = "{all: [{field: a, equals: x}, {not: {any: [{field: b, equals: y}, {field: b, equals: z}]}}]}";
    assert!(holds(mixed, json!({"a": "x", "b": "w"})));
    assert!(!holds(mixed, json!({"a": "x", "b": "z"})));
}

#[test]
fn writing_is_lossless_and_mistakes_are_explained() {
    let text = r#"{"all":[{"field":"a","in":["x",1]},{"not":{"field":"b","at_least":"5"}},{"field":"c","answered":false}]}"#;
    let condition: AnswerCondition = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&condition).unwrap(), text);
    assert_eq!(condition.fields(), ["a", "b", "c"]);
    for wrong in [
        "{}",
        r#"{"field":"a"}"#,
        r#"{"equals":"a"}"#,
        r#"{"all":[],"any":[]}"#,
        r#"{"field":"a","equals":"b","contains":"c"}"#,
        r#"{"fiel":"a"}"#,
    ] {
        assert!(serde_json::from_str::<AnswerCondition>(wrong).is_err(), "{wrong}");
    }
    let error = serde_json::from_str::<AnswerCondition>(r#"{"field":"a"}"#).unwrap_err().to_string();
    assert!(error.contains("exactly one of"), "{error}");
}

#[test]
fn words_use_labels() {
    let mut choice = with_options("select");
    choice.label = "Employment type".into();
    let mut end = field("date");
    end.key = "end".into();
    end.label = "Access end date".into();
    let mut consent = field("boolean");
    consent.key = "ok".into();
    consent.label = "VPN needed".into();
    let section = Section {
        key: "s".into(),
        title: "S".into(),
        question: String::new(),
        description: String::new(),
        when: None,
        fields: vec![choice, end, consent],
        variants: vec![],
    };
    let form = Form { key: "f".into(), title: "F".into(), description: String::new(), sections: vec![section] };
    for (condition, words) in [
        ("{field: f, equals: a}", "employment type is Alpha"),
        ("{not: {field: f, in: [a, b]}}", "employment type is not Alpha or Beta"),
        ("{field: end, at_most: 2026-09-30}", "access end date is on or before 30 September 2026"),
        ("{field: ok, equals: true}", "VPN needed is ticked"),
        ("{not: {field: ok, answered: true}}", "VPN needed is not answered"),
        (
            "{any: [{field: f, equals: a}, {all: [{field: f, equals: b}, {field: ok, equals: false}]}]}",
            "employment type is Alpha or (employment type is Beta and VPN needed is not ticked)",
        ),
        ("{field: gone, contains: x}", "“gone” includes x"),
    ] {
        let parsed: AnswerCondition = yaml_serde::from_str(condition).unwrap();
        assert_eq!(parsed.words(&form), words);
    }
}
