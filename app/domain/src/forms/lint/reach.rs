//! Whether conditions can hold at all: tries every combination of what the fields they speak of can say.
//!
//! Choices and boxes are tried with each of their answers. For open answers (texts, numbers, dates) each single statement may hold or
//! not, except where the field is unanswered. So "never" is certain, and "can" means nothing obvious stands against it.

use crate::forms::fields::{Widget, find};
use crate::forms::{AnswerCondition, Answers, Field};
use serde_json::Value;
use std::collections::BTreeMap;

/// Combinations tried before giving the author the benefit of the doubt.
const MOST: usize = 4096;

/// Whether all of the conditions can hold together.
pub fn can_hold(conditions: &[&AnswerCondition], fields: &BTreeMap<&str, &Field>) -> bool {
    let atoms: Vec<&AnswerCondition> = conditions.iter().flat_map(|c| c.atoms()).collect();
    let mut closed: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut open: Vec<&AnswerCondition> = Vec::new();
    for atom in atoms {
        let key = atom.field().unwrap_or_default();
        match fields.get(key).map(|field| answers_of(field)) {
            // A missing field is never answered.
            None if !closed.iter().any(|(k, _)| *k == key) => closed.push((key, vec![Value::Null])),
            Some(Some(values)) if !closed.iter().any(|(k, _)| *k == key) => closed.push((key, values)),
            Some(None) if !open.contains(&atom) => open.push(atom),
            _ => {}
        }
    }
    let combinations = closed
        .iter()
        .map(|(_, values)| values.len())
        .chain(open.iter().map(|_| 2))
        .try_fold(1_usize, |product, count| product.checked_mul(count).filter(|product| *product <= MOST));
    let Some(combinations) = combinations else { return true };
    (0..combinations).any(|mut index| {
        let mut take = |count: usize| {
            let digit = index % count;
            index /= count;
            digit
        };
        let mut answers = Answers::default();
        for (key, values) in &closed {
            answers.set(key, values[take(values.len())].clone());
        }
        let said: Vec<bool> = open.iter().map(|_| take(2) == 1).collect();
        consistent(&open, &said)
            && conditions.iter().all(|condition| {
                condition.holds_by(&mut |atom| match open.iter().position(|o| *o == atom) {
                    Some(at) => said[at],
                    None => atom.holds(&answers),
                })
            })
    })
}

/// The possible answers of a field with few of them, "none" included; nothing for an open field.
fn answers_of(field: &Field) -> Option<Vec<Value>> {
    let options = || field.options.iter().map(|o| Value::from(o.value.as_str()));
    match find(&field.kind)?.widget {
        Widget::Checkbox => Some(vec![Value::Null, Value::Bool(false), Value::Bool(true)]),
        Widget::Select | Widget::Radios => Some(std::iter::once(Value::Null).chain(options()).collect()),
        _ => None,
    }
}

/// Statements about one open field must fit together: nothing is said of an unanswered one, and it has one value.
fn consistent(open: &[&AnswerCondition], said: &[bool]) -> bool {
    let held = |at: usize| open[at];
    let answered = |at: usize| match held(at) {
        AnswerCondition::Answered { answered, .. } => *answered == said[at],
        _ => said[at],
    };
    (0..open.len()).all(|a| {
        (0..open.len()).filter(|b| open[*b].field() == open[a].field()).all(|b| {
            let silent = |at: usize| matches!(held(at), AnswerCondition::Answered { .. }) && !answered(at);
            let one_value = match (held(a), held(b)) {
                (AnswerCondition::Equals { value: x, .. }, AnswerCondition::Equals { value: y, .. }) => {
                    !(said[a] && said[b]) || x == y || !(x.is_string() && y.is_string())
                }
                _ => true,
            };
            one_value && !(silent(a) && answered(b))
        })
    })
}
