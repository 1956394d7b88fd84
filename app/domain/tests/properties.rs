//! What holds for every form and every answer, also for forms nobody should write and answers nobody could give.

use chrono::NaiveDate;
use domain::forms::{
    AnswerCondition, Answers, ChoiceOption, Field, FieldRules, Form, Section, SectionVariant, check, fields, journey, lint, resolver,
};
use domain::lint::DefinedKeys;
use proptest::prelude::*;
use serde_json::{Value, json};

const KEYS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn any_json() -> impl Strategy<Value = Value> {
    let single = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| json!(f64::from(n) / 100.0)),
        any::<String>().prop_map(Value::from),
    ];
    single.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,4}|id|name", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Values that forms and people do use, so that conditions hold and rules bite often.
fn usual() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(vec![
            "x",
            "y",
            "z",
            " x ",
            "",
            " ",
            "1",
            "5.50",
            "2026-06-15",
            "2026-06-16T10:00",
            "h@example.com",
            "+41 44 555 01 20"
        ])
        .prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        prop::collection::vec(prop::sample::select(vec!["x", "y", "z"]), 0..3).prop_map(Value::from),
        Just(json!({"id": "0190c1a8-0000-7000-8000-000000000001", "name": "Hana Sato", "title": "Nurse"})),
        Just(json!(5)),
    ]
}

fn answer() -> impl Strategy<Value = Value> {
    prop_oneof![4 => usual(), 1 => any_json()]
}

fn answers() -> impl Strategy<Value = Answers> {
    let key = prop_oneof![8 => prop::sample::select(&KEYS[..]).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::btree_map(key, answer(), 0..8).prop_map(Answers)
}

fn condition() -> impl Strategy<Value = AnswerCondition> {
    let key = || prop::sample::select(vec!["a", "b", "c", "d", "e", "f", "gone"]);
    let atom = (key(), 0..7_u8, usual()).prop_map(|(field, form, value)| {
        let written = match form {
            0 => json!({"field": field, "equals": value}),
            1 => json!({"field": field, "in": [value, "y"]}),
            2 => json!({"field": field, "contains": value}),
            3 => json!({"field": field, "answered": true}),
            4 => json!({"field": field, "answered": false}),
            5 => json!({"field": field, "at_least": value}),
            _ => json!({"field": field, "less_than": value}),
        };
        serde_json::from_value(written).unwrap_or_else(|error| panic!("{error}"))
    });
    atom.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(AnswerCondition::All),
            prop::collection::vec(inner.clone(), 0..3).prop_map(AnswerCondition::Any),
            inner.prop_map(|part| AnswerCondition::Not(Box::new(part))),
        ]
    })
}

fn rules() -> impl Strategy<Value = FieldRules> {
    let length = || prop::option::weighted(0.2, 0..6_u32);
    let number = || prop::option::weighted(0.2, prop::sample::select(vec!["0", "5", "5.5", "-1", "many"]).prop_map(str::to_owned));
    let limit = || {
        prop::option::weighted(
            0.3,
            prop::sample::select(vec![
                "today",
                "today+1d",
                "today-1m",
                "2026-06-15",
                "field:a",
                "field:b+1w",
                "9999-12-31",
                "field:a+9999y",
                "soon",
            ])
            .prop_map(str::to_owned),
        )
    };
    let pattern = prop::option::weighted(0.2, prop_oneof![Just("[a-z]*".to_owned()), Just("(".to_owned()), any::<String>()]);
    (length(), length(), number(), number(), length(), pattern, limit(), limit()).prop_map(
        |(min_length, max_length, min, max, places, pattern, not_before, not_after)| FieldRules {
            min_length,
            max_length,
            min,
            max,
            short_numbers: min_length.map(|least| least > 2),
            places,
            pattern,
            pattern_words: None,
            not_before,
            not_after,
        },
    )
}

fn field() -> impl Strategy<Value = Field> {
    let kinds: Vec<&str> = fields::FIELD_TYPES.iter().map(|known| known.kind).chain(["hologram"]).collect();
    let label = prop_oneof![Just("Cost centre".to_owned()), any::<String>()];
    let default = prop::option::weighted(0.3, answer());
    let when = prop::option::weighted(0.5, condition());
    (prop::sample::select(&KEYS[..]), label, prop::sample::select(kinds), any::<bool>(), default, rules(), when).prop_map(
        |(key, label, kind, required, default, rules, when)| Field {
            key: key.into(),
            label,
            kind: kind.into(),
            hint: String::new(),
            required,
            // A null is the same as none once it went through JSON.
            default: default.filter(|value| !value.is_null()),
            options: ["x", "y"].map(|v| ChoiceOption { value: v.into(), label: v.to_uppercase(), hint: String::new() }).into(),
            rules,
            when,
        },
    )
}

fn form() -> impl Strategy<Value = Form> {
    let variant = (prop::sample::select(vec!["it", "hr"]), prop::collection::vec(field(), 0..3))
        .prop_map(|(group, fields)| SectionVariant { group: group.into(), title: String::new(), description: String::new(), fields });
    let section = (prop::option::weighted(0.4, condition()), prop::collection::vec(field(), 0..4), prop::collection::vec(variant, 0..2));
    prop::collection::vec(section, 0..4).prop_map(|sections| Form {
        key: "form".into(),
        title: "Form".into(),
        description: String::new(),
        sections: sections
            .into_iter()
            .enumerate()
            .map(|(at, (when, fields, variants))| Section {
                key: format!("s{at}"),
                title: format!("S{at}"),
                question: String::new(),
                description: String::new(),
                when,
                fields,
                variants,
            })
            .collect(),
    })
}

/// The form as `lint` would let it be published, as far as keys and cycles go: keys once, conditions on earlier fields only.
fn sound(form: &Form) -> Form {
    fn earlier(when: Option<AnswerCondition>, seen: &[String]) -> Option<AnswerCondition> {
        when.filter(|when| when.fields().iter().all(|key| seen.iter().any(|s| s == key)))
    }
    let mut form = resolver::resolve(form, &[]);
    let mut seen: Vec<String> = Vec::new();
    for section in &mut form.sections {
        section.when = earlier(section.when.take(), &seen);
        for mut field in std::mem::take(&mut section.fields) {
            if !seen.contains(&field.key) {
                field.when = earlier(field.when.take(), &seen);
                seen.push(field.key.clone());
                section.fields.push(field);
            }
        }
    }
    // The order of sections says nothing about what depends on what.
    form.sections.reverse();
    form
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 15).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pruning_twice_is_pruning_once(form in form(), answers in answers()) {
        let once = journey::prune(&form, &answers);
        prop_assert_eq!(journey::prune(&form, &once), once);
    }

    #[test]
    fn effective_answers_are_their_own_effective_answers(form in form(), answers in answers()) {
        let once = journey::effective(&form, &answers);
        prop_assert_eq!(journey::effective(&form, &once), once);
    }

    #[test]
    fn what_is_submitted_is_judged_like_what_was_typed(form in form(), answers in answers()) {
        let pruned = journey::prune(&form, &answers);
        prop_assert_eq!(check::check(&form, &pruned, today()), check::check(&form, &answers, today()));
        let keys = |given: &Answers| journey::visible_sections(&form, given).iter().map(|s| s.key.clone()).collect::<Vec<_>>();
        prop_assert_eq!(keys(&pruned), keys(&answers));
    }

    #[test]
    fn only_what_is_asked_has_problems_and_answers(form in form(), answers in answers()) {
        let asked = journey::asked(&form, &answers);
        for problem in check::check(&form, &answers, today()) {
            prop_assert!(asked.iter().any(|(s, f)| s.key == problem.section && f.key == problem.field), "{:?}", problem);
            prop_assert!(!problem.message.is_empty());
        }
        for key in journey::prune(&form, &answers).0.keys() {
            prop_assert!(asked.iter().any(|(_, field)| &field.key == key), "{}", key);
        }
        for section in journey::visible_sections(&form, &answers) {
            prop_assert!(section.fields.is_empty() || asked.iter().any(|(s, _)| s.key == section.key));
        }
    }

    #[test]
    fn conditions_agree_with_what_is_asked(form in form(), answers in answers()) {
        let form = sound(&form);
        let effective = journey::effective(&form, &answers);
        let by_conditions: Vec<_> = form.sections.iter().flat_map(|s| journey::visible_fields(s, &effective)).map(|f| &f.key).collect();
        let asked: Vec<_> = journey::asked(&form, &answers).into_iter().map(|(_, f)| &f.key).collect();
        prop_assert_eq!(by_conditions, asked);
    }

    #[test]
    fn hidden_answers_change_nothing(form in form(), answers in answers(), value in answer()) {
        let form = sound(&form);
        let asked: Vec<String> = journey::asked(&form, &answers).into_iter().map(|(_, f)| f.key.clone()).collect();
        let before = (journey::prune(&form, &answers), check::check(&form, &answers, today()));
        let mut other = answers.clone();
        for key in KEYS.iter().filter(|key| !asked.iter().any(|a| a == *key)) {
            other.set(key, value.clone());
        }
        prop_assert_eq!((journey::prune(&form, &other), check::check(&form, &other, today())), before);
    }

    #[test]
    fn the_problems_of_the_steps_are_the_problems_of_the_form(form in form(), answers in answers()) {
        let steps: Vec<_> = form.sections.iter().flat_map(|s| check::check_section(&form, &s.key, &answers, today())).collect();
        prop_assert_eq!(steps, check::check(&form, &answers, today()));
    }

    #[test]
    fn resolving_twice_is_resolving_once(form in form(), groups in prop::sample::subsequence(vec!["it".to_owned(), "hr".to_owned()], 0..=2)) {
        let once = resolver::resolve(&form, &groups);
        prop_assert!(once.sections.iter().all(|s| s.variants.is_empty()));
        prop_assert_eq!(resolver::resolve(&once, &groups), once);
    }

    #[test]
    fn a_version_keeps_its_hash_through_storage(form in form()) {
        let hash = resolver::version_hash(&form);
        let stored = serde_json::to_string(&form).unwrap();
        let read: Form = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(&hash, &resolver::version_hash(&read));
        let reordered: Form = serde_json::from_value(serde_json::to_value(&form).unwrap()).unwrap();
        prop_assert_eq!(&hash, &resolver::version_hash(&reordered));
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    }

    #[test]
    fn a_form_differs_from_another_exactly_when_its_hash_does(form in form(), title in "[a-z]{1,5}") {
        let mut other = form.clone();
        other.title = title;
        prop_assert_eq!(form == other, resolver::version_hash(&form) == resolver::version_hash(&other));
    }

    #[test]
    fn unchanged_forms_have_no_changes_and_fitting_answers_stay(form in form(), other in form(), answers in answers()) {
        let schema = sound(&form);
        prop_assert_eq!(resolver::changes(&schema, &schema), []);
        resolver::changes(&schema, &resolver::resolve(&other, &[]));
        let kept = resolver::fitting(&schema, &answers);
        prop_assert_eq!(resolver::fitting(&schema, &kept), kept);
    }

    #[test]
    fn nothing_panics_whatever_is_sent(form in form(), answers in answers(), value in any_json(), number in any::<f64>()) {
        lint::lint_form(&form, &DefinedKeys::default());
        for field in form.sections.iter().flat_map(|s| &s.fields) {
            let mut given = answers.clone();
            given.set(&field.key, json!(number));
            check::check_format(field, &given, today());
            given.set(&field.key, value.clone());
            check::check_format(field, &given, today());
            fields::display(field, &given);
            fields::date_limits(field, &given, NaiveDate::MAX);
            fields::date_limits(field, &given, NaiveDate::MIN);
            if let Some(when) = &field.when {
                when.words(&form);
            }
        }
    }

    #[test]
    fn answers_survive_storage(answers in answers()) {
        let stored = serde_json::to_string(&answers).unwrap();
        prop_assert_eq!(serde_json::to_string(&serde_json::from_str::<Answers>(&stored).unwrap()).unwrap(), stored);
    }
}
