//! Titles: how templates are read, what is refused, and what they make of answers.

use super::*;
use crate::forms::fields::FIELD_TYPES;
use proptest::prelude::*;
use serde_json::json;

fn form() -> Form {
    serde_json::from_value(json!({
        "key": "buy", "title": "Buy",
        "sections": [
            {"key": "what", "title": "What", "fields": [
                {"key": "what", "label": "What", "type": "text", "required": true},
                {"key": "kind", "label": "Kind", "type": "select", "options": [{"value": "lap", "label": "Laptop"}, {"value": "mon", "label": "Monitor"}]},
                {"key": "extras", "label": "Extras", "type": "multi_select", "options": [{"value": "a", "label": "Bag"}, {"value": "b", "label": "Dock"}]},
                {"key": "who", "label": "Who", "type": "user_picker"},
                {"key": "count", "label": "Count", "type": "integer"},
                {"key": "price", "label": "Price", "type": "decimal"},
                {"key": "on", "label": "On", "type": "date"},
                {"key": "at", "label": "At", "type": "datetime"},
                {"key": "rush", "label": "Rush", "type": "boolean"},
                {"key": "why", "label": "Why", "type": "textarea", "when": {"field": "rush", "equals": true}}]},
            {"key": "place", "title": "Place", "fields": [], "variants": [
                {"group": "lab", "fields": [{"key": "bench", "label": "Bench", "type": "text"}]}]}]
    }))
    .unwrap()
}

fn made(template: &str, answers: serde_json::Value) -> Option<String> {
    title_of_answers(template, &form(), &serde_json::from_value(answers).unwrap(), &AnswerTimes::default())
}

#[test]
fn every_kind_of_answer_reads_as_people_read_it() {
    for (template, answers, title) in [
        ("{{ what }} for {{ who }}", json!({"what": "Lamp", "who": {"id": "1", "name": "Mina Park"}}), "Lamp for Mina Park"),
        ("{{kind}}: {{  extras  }}", json!({"kind": "lap", "extras": ["b", "a"]}), "Laptop: Dock, Bag"),
        ("{{ count }} × {{ price }}", json!({"count": 3, "price": "12.50"}), "3 × 12.50"),
        ("From {{ on }}", json!({"on": "2026-09-30"}), "From 30 September 2026"),
        ("{{ at }}", json!({"at": "2026-09-30T14:00"}), "30 September 2026, 14:00"),
        ("Rush: {{ rush }}", json!({"rush": true}), "Rush: Yes"),
        ("{{ why }}", json!({"rush": true, "why": "\n  The fridge is warm.  \nSince Monday."}), "The fridge is warm."),
        ("{{ what }}", json!({"what": "שלום (עולם)!"}), "שלום (עולם)!"),
        ("{{ what }}!", json!({"what": "a\u{200b}\tb   c\u{0}"}), "a b c!"),
    ] {
        assert_eq!(made(template, answers.clone()).as_deref(), Some(title), "{template} {answers}");
    }
}

#[test]
fn an_answer_that_is_not_given_leaves_nothing_hanging() {
    let both = "Laptop for {{ who }}: {{ what }}";
    let mina = json!({"id": "1", "name": "Mina"});
    for (template, answers, title) in [
        (both, json!({"what": "X1", "who": mina}), Some("Laptop for Mina: X1")),
        (both, json!({"who": mina}), Some("Laptop for Mina")),
        (both, json!({"what": "X1"}), Some("X1")),
        (both, json!({"what": " \u{200b}"}), None),
        ("{{ what }} ({{ kind }}) in {{ bench }}", json!({"what": "Lamp"}), Some("Lamp")),
        ("{{ what }} ({{ kind }}) for {{ who }}", json!({"what": "Lamp", "who": mina}), Some("Lamp for Mina")),
        ("{{ what }} ({{ kind }}) for {{ who }}", json!({"what": "Lamp", "kind": "mon"}), Some("Lamp (Monitor)")),
        ("Order of {{ count }} chairs", json!({}), None),
        ("Order of {{ count }} chairs", json!({"count": "12"}), Some("Order of 12 chairs")),
        // What is not asked is not given either.
        ("{{ why }}", json!({"rush": false, "why": "Left over"}), None),
        ("{{ gone }}", json!({"gone": "not asked any longer"}), None),
        ("", json!({"what": "Lamp"}), None),
        ("{{ what", json!({"what": "Lamp"}), None),
    ] {
        assert_eq!(made(template, answers.clone()).as_deref(), title, "{template} {answers}");
    }
}

#[test]
fn without_a_title_a_request_is_called_as_its_item() {
    let item = |title: &str| -> CatalogItem {
        let item = json!({"key": "buy", "name": "Buy equipment", "title": title, "description": "", "icon": "x", "category": "c", "prefix": "B",
            "form": "buy"});
        serde_json::from_value(item).unwrap()
    };
    let answers = serde_json::from_value(json!({"what": "Lamp"})).unwrap();
    let title = |template: &str| make_title(&item(template), &form(), &answers, &AnswerTimes::default());
    assert_eq!((title(""), title("{{ who }}"), title("{{ what }}")), ("Buy equipment".into(), "Buy equipment".into(), "Lamp".into()));
}

#[test]
fn a_time_is_a_moment_with_its_zone_once_it_is_filed() {
    let at = chrono::DateTime::parse_from_rfc3339("2026-09-30T14:00:00+14:00").unwrap();
    let times = AnswerTimes { zone: "Pacific/Kiritimati".into(), moments: [("at".to_owned(), at)].into() };
    let answers = serde_json::from_value(json!({"at": "2026-09-30T14:00", "what": "Move"})).unwrap();
    let title = title_of_answers("{{ what }}, {{ at }}", &form(), &answers, &times);
    assert_eq!(title.as_deref(), Some("Move, 30 September 2026, 14:00 (Kiritimati, UTC+14)"));
}

#[test]
fn the_longest_answers_give_way_at_a_word() {
    let long = "lamps and ".repeat(30);
    let title = made("{{ what }} for {{ who }}", json!({"what": long, "who": {"id": "1", "name": "Mina Park"}})).unwrap();
    assert!(title.ends_with(" lamps… for Mina Park") || title.ends_with(" and… for Mina Park"), "{title}");
    assert!((100..=LONGEST_TITLE).contains(&count_characters(&title)), "{title}");
    let family = "👨\u{200d}👩\u{200d}👧".repeat(200);
    let title = made("{{ what }}", json!({"what": family})).unwrap();
    assert_eq!(count_characters(&title), LONGEST_TITLE);
    assert!(title.ends_with("👧…"));
}

#[test]
fn what_cannot_work_is_refused_with_what_would_be_right() {
    for (template, says) in [
        ("{{ what }} for {{ who }}", None),
        ("{{ bench }}", None),
        ("", None),
        ("{{ model }}", Some("“model”, which the form “buy” does not ask")),
        ("Buy equipment", Some("names no answer")),
        ("{{ what", Some("does not close it")),
        ("{{ }}", Some("not the key of a field")),
        ("{{ what | upper }}", Some("not the key of a field")),
        ("{{ answers.what }}", Some("not the key of a field")),
        ("{what}", Some("a brace of its own")),
        ("{% if what %}{{ what }}", Some("a brace of its own")),
        ("{{ what }} }}", Some("a brace of its own")),
        (" {{ what }}", Some("must be one line")),
        ("{{ what }}\nfor {{ who }}", Some("must be one line")),
        ("\u{202e}{{ what }}", Some("must be one line")),
        ("This is about something that somebody somewhere wants to have bought: {{ what }}", Some("70 characters beside")),
        ("{{what}}{{what}}{{what}}{{what}}{{what}}{{what}}{{what}}", Some("names 7 answers")),
    ] {
        let found = lint_title(template, &form());
        match says {
            None => assert_eq!(found, Vec::<String>::new(), "{template}"),
            Some(says) => assert!(found.len() == 1 && found[0].contains(says), "{template}: {found:?}"),
        }
    }
}

#[test]
fn a_kind_of_answer_that_nobody_decided_about_deputy_rights_no_title() {
    let mut form = form();
    form.sections[0].fields[0].kind = "secret".to_owned();
    assert!(lint_title("{{ what }}", &form)[0].contains("not everybody may read"));
    // A new type of field has to be decided about: whether everybody may read it who sees a title.
    let kinds: Vec<&str> = FIELD_TYPES.iter().map(|known| known.kind).collect();
    assert_eq!(kinds, KINDS);
}

#[test]
fn an_item_is_named_beside_a_title_that_does_not_say_it() {
    for (title, beside) in
        [("VPN access", ""), ("VPN access: field work", ""), ("Tunnel for Mina", "VPN access"), ("A VPN access", "VPN access")]
    {
        assert_eq!(item_beside(title, "VPN access"), beside, "{title}");
    }
}

#[test]
fn titles_are_searched_by_folded_words() {
    assert_eq!(search_title("Laptop für Zoë (NI-002210)"), " laptop fur zoe ni 002210");
    assert_eq!(search_title("…"), "");
}

proptest! {
    #[test]
    fn a_title_is_one_tidy_line_that_fits(what in "\\PC{0,200}|[ -~\n]{0,300}", template in "[ -~]{0,20}\\{\\{ what \\}\\}[ -|~]{0,20}\\{\\{ why \\}\\}") {
        let answers = json!({"what": what, "why": what, "rush": true});
        if let Some(title) = made(&template, answers) {
            prop_assert!(count_characters(&title) <= LONGEST_TITLE);
            prop_assert_eq!(&one_line(&title), &title);
            prop_assert!(!title.is_empty() && !title.chars().any(char::is_control));
        }
        // Whatever somebody writes is read or refused.
        let _ = lint_title(&what, &form());
    }
}
