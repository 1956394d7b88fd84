//! What the check of a form notes, and what it lets pass.

use super::super::tests::form;
use super::*;
use crate::lint::tests::{known, told};

/// Messages about a form of one section with these fields.
fn about(fields: &str) -> Vec<String> {
    let form = form(&format!("{{key: f, title: F, sections: [{{key: s, title: S, fields: [{fields}]}}]}}"));
    lint_form(&form, &known()).into_iter().map(|p| p.message).collect()
}

fn one(fields: &str) -> String {
    let all = about(fields);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

const CHOICE: &str = "{key: kind, label: K, type: select, options: [{value: a, label: A}, {value: b, label: B}]}";

#[test]
fn a_good_form_has_no_problems() {
    let text = format!(
        "{CHOICE}, {{key: ok, label: O, type: boolean}}, {{key: start, label: S, type: date, rules: {{not_before: today, not_after: today+1y}}}}, \
         {{key: cost, label: C, type: text, default: 4410, rules: {{pattern: '[0-9]{{4}}', pattern_words: 'be 4 digits'}}}}, \
         {{key: end, label: E, type: date, rules: {{not_before: 'field:start'}}, when: {{all: [{{field: kind, equals: a}}, {{field: ok, equals: true}}]}}}}"
    );
    assert_eq!(about(&text), [""; 0]);
}

#[test]
fn types_and_keys() {
    assert!(one("{key: a, label: A, type: hologram}").starts_with("Field “a” has the unknown type “hologram”. Use one of text, textarea"));
    assert_eq!(one("{key: a, label: A, type: text}, {key: a, label: B, type: text}"), "Two fields have the key “a”. Rename one");
    assert_eq!(one("{key: A b, label: A, type: text}"), "The field key “A b” must be 1 to 60 lower-case letters, digits, _ or -");
    assert_eq!(one("{key: a, label: ' ', type: text}"), "Field “a” has no label. Give it one");
    assert!(one("").contains("has no fields"));
}

#[test]
fn problems_are_told_where_they_were_written() {
    let authored = form(
        "{key: f, title: F, sections: [{key: s, title: S, fields: [{key: a, label: A, type: text}], variants: [{group: platform, fields: \
         [{key: a, label: A, type: text}, {key: b, label: '', type: radio, options: [{value: x, label: X}, {value: x, label: Y}]}]}]}, \
         {key: t, title: '', fields: [{key: c, label: C, type: integer, rules: {min: ten}, default: many}, {key: c, label: C, type: text}]}]}",
    );
    let places: Vec<_> = lint_form(&authored, &known()).into_iter().map(|problem| problem.path.to_string()).collect();
    assert_eq!(
        places,
        [
            "sections[1].title",
            "sections[1].fields[1].key",
            "sections[1].fields[0].rules.min",
            "sections[1].fields[0].default",
            "sections[0].variants[0].fields[1].label",
            "sections[0].variants[0].fields[1].options[1].value",
        ]
    );
    let ring = form(
        "{key: f, title: F, sections: [{key: s, title: S, when: {field: b, answered: true}, fields: [{key: a, label: A, type: text}, \
         {key: b, label: B, type: text, when: {field: a, answered: true}}]}]}",
    );
    let places: Vec<_> = lint_form(&ring, &known()).into_iter().map(|problem| problem.path.to_string()).collect();
    assert_eq!(places, ["sections[0].fields[0]", "sections[0].fields[1].when"]);
}

/// A form that is refused for one reason, and its nearest neighbour that passes.
#[track_caller]
fn rule(wrong: Form, told_as: &str, right: Form) {
    crate::lint::tests::assert_rule(|form| lint_form(form, &known()), wrong, told_as, right);
}

#[test]
fn forms_as_a_whole() {
    let plain = || form("{key: f, title: F, sections: [{key: s, title: S, fields: [{key: a, label: A, type: text}]}]}");
    let many = |sections: usize, fields: usize| {
        let mut form = plain();
        form.sections = (0..sections).map(|nth| Section { key: format!("s{nth}"), ..form.sections[0].clone() }).collect();
        for (nth, section) in form.sections.iter_mut().enumerate() {
            let count = if nth == 0 { fields - (sections - 1) } else { 1 };
            section.fields = (0..count).map(|at| Field { key: format!("f{nth}-{at}"), ..section.fields[0].clone() }).collect();
        }
        form
    };
    rule(Form { key: "F".into(), ..plain() }, "key: The form key “F” must be", plain());
    rule(Form { title: "t".repeat(201), ..plain() }, "title: The title must have 1 to 200", Form { title: "t".repeat(200), ..plain() });
    rule(
        Form { description: "t".repeat(2001), ..plain() },
        "description: The description must have at most 2000",
        Form { description: "t".repeat(2000), ..plain() },
    );
    rule(Form { sections: Vec::new(), ..plain() }, "sections: The form has no sections", plain());
    rule(many(51, 100), "sections: A form may have 50 sections and 500 fields", many(50, 100));
    rule(many(2, 501), "sections: A form may have 50 sections and 500 fields", many(2, 500));
    let varied = |group: &str| {
        let mut form = plain();
        let fields = form.sections[0].fields.clone();
        form.sections[0].variants =
            vec![super::super::SectionVariant { group: group.into(), title: String::new(), description: String::new(), fields }];
        form
    };
    rule(varied("platfrom"), "sections[0].variants[0].group: No group has the key “platfrom”", varied("platform"));
}

#[test]
fn options_of_choices() {
    assert_eq!(
        one("{key: a, label: A, type: radio, required: true}"),
        "Field “a” has no options and can never be answered. Add at least one"
    );
    assert!(one("{key: a, label: A, type: text, options: [{value: x, label: X}]}").contains("does not use"));
    assert!(one("{key: a, label: A, type: select, options: [{value: x, label: X}, {value: x, label: Y}]}").contains("value “x”"));
    assert!(one("{key: a, label: A, type: select, options: [{value: ' x', label: X}]}").contains("blanks"));
}

#[test]
fn conditions_name_what_exists() {
    assert_eq!(
        about("{key: a, label: A, type: text, when: {field: gone, equals: x}}")[0],
        "The condition of field “a” names the field “gone”, which does not exist. Choose a field that exists"
    );
    let text = format!("{CHOICE}, {{key: a, label: A, type: text, when: {{field: kind, in: [a, c]}}}}");
    assert_eq!(one(&text), "The condition of field “a” asks whether “kind” is \"c\", which it does not offer. Use a, b");
    let text = format!("{CHOICE}, {{key: a, label: A, type: text, when: {{field: kind, at_least: 5}}}}");
    assert!(about(&text)[0].contains("neither a number nor a date"));
    let text = "{key: n, label: N, type: integer}, {key: a, label: A, type: text, when: {field: n, at_least: many}}";
    assert!(one(text).contains("of another kind"));
    let text = "{key: n, label: N, type: boolean}, {key: a, label: A, type: text, when: {not: {field: n, equals: 'yes'}}}";
    assert!(one(text).ends_with("Use true or false"));
}

#[test]
fn cycles_are_found() {
    assert_eq!(
        one("{key: a, label: A, type: text, when: {field: a, answered: true}}"),
        "Whether “a” is asked depends on its own answer. Change one of the conditions"
    );
    let ring = "{key: a, label: A, type: text, when: {field: b, answered: true}}, {key: b, label: B, type: text, when: {field: c, answered: true}}, \
                {key: c, label: C, type: text, when: {field: a, answered: true}}, {key: d, label: D, type: text, when: {field: a, answered: true}}";
    let all = about(ring);
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(all[0], "Whether “a” is asked depends on its own answer through c. Change one of the conditions");
}

#[test]
fn what_can_never_show_is_found() {
    for never in [
        "{all: [{field: kind, equals: a}, {field: kind, equals: b}]}",
        "{any: []}",
        "{all: [{field: kind, equals: a}, {field: kind, answered: false}]}",
        "{all: [{field: t, answered: false}, {field: t, equals: x}]}",
        "{all: [{field: t, equals: y}, {field: t, equals: x}]}",
        "{all: [{field: t, answered: true}, {not: {field: t, answered: true}}]}",
    ] {
        let text = format!("{CHOICE}, {{key: t, label: T, type: text}}, {{key: a, label: A, type: text, when: {never}}}");
        assert!(one(&text).starts_with("Field “a” can never show"), "{never}");
    }
    for can in [
        "{all: [{field: kind, in: [a, b]}, {not: {field: kind, equals: b}}]}",
        "{all: [{field: t, contains: y}, {field: t, contains: x}]}",
        "{not: {field: t, answered: true}}",
    ] {
        let text = format!("{CHOICE}, {{key: t, label: T, type: text}}, {{key: a, label: A, type: text, when: {can}}}");
        assert_eq!(about(&text), [""; 0], "{can}");
    }
}

#[test]
fn a_section_and_its_field_must_be_able_to_hold_together() {
    let authored = form(&format!(
        "{{key: f, title: F, sections: [{{key: s, title: S, fields: [{CHOICE}]}}, {{key: t, title: T, when: {{field: kind, equals: a}}, \
         fields: [{{key: x, label: X, type: text, when: {{field: kind, equals: b}}}}]}}, \
         {{key: u, title: U, when: {{any: []}}, fields: [{{key: y, label: Y, type: text}}]}}]}}"
    ));
    let places: Vec<_> = lint_form(&authored, &known()).into_iter().map(|problem| problem.path.to_string()).collect();
    assert_eq!(places, ["sections[1].fields[0].when", "sections[2].when"]);
}

#[test]
fn limits_that_contradict() {
    for (kind, rules, part) in [
        ("text", "{min_length: 5, max_length: 4}", "min_length 5 is more than max_length 4"),
        ("text", "{min_length: 10001}", "more than the 10000 possible"),
        ("integer", "{min: '10', max: '9'}", "min is more than max"),
        ("integer", "{min: ten}", "must be a number"),
        ("date", "{not_before: 2026-02-01, not_after: 2026-01-01}", "not_before is later"),
        ("date", "{not_before: today+2w, not_after: today+13d}", "not_before is later"),
        ("date", "{not_before: soon}", "must be a date, today"),
        ("date", "{not_before: 'field:gone'}", "Choose a field that exists, or a fixed date"),
        ("text", "{min: '1'}", "means nothing"),
        ("text", "{pattern: '(', pattern_words: x}", "cannot be read as a regular expression"),
        ("text", "{pattern: 'a)(b', pattern_words: x}", "cannot be read as a regular expression"),
        ("text", "{pattern: 'a'}", "no pattern_words"),
    ] {
        let message = one(&format!("{{key: a, label: A, type: {kind}, rules: {rules}}}"));
        assert!(message.contains(part), "{message}");
    }
    assert!(
        one("{key: m, label: M, type: multi_select, rules: {min_length: 2}, options: [{value: x, label: X}]}").contains("the 1 possible")
    );
    assert!(one("{key: t, label: T, type: text}, {key: a, label: A, type: date, rules: {not_after: 'field:t'}}").contains("not a date"));
}

#[test]
fn defaults_must_pass_their_own_rules() {
    assert_eq!(
        one("{key: a, label: Seats, type: integer, default: many}"),
        "The default of field “a” would be refused: Seats must be a whole number, like 12"
    );
}

#[test]
fn each_variant_is_judged_in_its_form() {
    let authored = form(
        "{key: f, title: F, sections: [{key: s, title: S, fields: [{key: a, label: A, type: text}], \
         variants: [{group: finance, fields: [{key: b, label: B, type: text}]}, {group: finance, fields: [{key: a, label: A, type: text}]}]}, \
         {key: t, title: T, when: {field: a, answered: true}, fields: [{key: c, label: C, type: text}]}]}",
    );
    let all = told(lint_form(&authored, &known()));
    assert_eq!(all[0], "sections[0].variants[1].group: Section “s” has two variants for the group “finance”. Keep one");
    assert!(all[1].contains("names the field “a”, which does not exist"), "{all:?}");
}

#[test]
fn numbers_that_files_do_not_keep_are_refused() {
    assert!(one("{key: a, label: A, type: decimal, default: 0.30000000000000004}").contains("Put it in quotes"));
    assert_eq!(about("{key: a, label: A, type: decimal, default: '0.30000000000000004'}"), [""; 0]);
    assert_eq!(about("{key: a, label: A, type: decimal, default: 12.5}"), [""; 0]);
    let text = "{key: n, label: N, type: decimal}, {key: a, label: A, type: text, when: {field: n, more_than: 1.0000000000000002}}";
    assert!(one(text).contains("Put it in quotes"));
}
