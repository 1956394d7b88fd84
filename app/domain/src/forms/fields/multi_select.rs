//! Several choices.

use super::{FieldType, Widget, choice, plain};
use crate::forms::words::{ask_for_several, subject};
use crate::forms::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

pub const TYPE: FieldType = FieldType {
    kind: "multi_select",
    label: "Several choices",
    widget: Widget::Checkboxes,
    rules: &["min_length", "max_length"],
    read: plain::read_line,
    check,
    display,
};

fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let subject = subject(field);
    let chosen = value.as_array().ok_or_else(|| format!("{subject} must be chosen from the list"))?;
    if chosen.len() > field.options.len() || !chosen.iter().all(|one| choice::is_option(field, one)) {
        return Err(format!("{subject} must be chosen from the list"));
    }
    if chosen.iter().enumerate().any(|(at, one)| chosen[..at].contains(one)) {
        return Err(format!("{subject} must name each option once"));
    }
    let count = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
    match (field.rules.min_length, field.rules.max_length) {
        (Some(least), _) if count < least => Err(ask_for_several(least, field)),
        (_, Some(most)) if count > most => {
            Err(format!("{subject} must be at most {most} {}", if most == 1 { "option" } else { "options" }))
        }
        _ => Ok(()),
    }
}

fn display(field: &Field, value: &Value) -> String {
    match value {
        Value::Array(chosen) => chosen.iter().map(|one| choice::display(field, one)).collect::<Vec<_>>().join(", "),
        other => plain::display(field, other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{message, shown, with_options};
    use serde_json::json;

    #[test]
    fn only_lists_of_options_pass() {
        let f = with_options("multi_select");
        assert_eq!(message(&f, json!(["b", "a"])), "");
        for wrong in [json!("a"), json!(["c"]), json!(["a", "b", "a"])] {
            assert_eq!(message(&f, wrong), "Cost centre must be chosen from the list");
        }
        assert_eq!(message(&f, json!(["a", "a"])), "Cost centre must name each option once");
    }

    #[test]
    fn the_number_of_choices_has_limits() {
        let mut f = with_options("multi_select");
        f.rules.min_length = Some(2);
        assert_eq!(message(&f, json!(["a"])), "Choose at least 2 options for “Cost centre”");
        f.rules.min_length = None;
        f.rules.max_length = Some(1);
        assert_eq!(message(&f, json!(["a", "b"])), "Cost centre must be at most 1 option");
    }

    #[test]
    fn labels_are_shown_in_the_order_chosen() {
        assert_eq!(shown(&with_options("multi_select"), json!(["b", "a"])), "Beta, Alpha");
    }
}
