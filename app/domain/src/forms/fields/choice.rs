//! What choices from the field's options share.

use crate::forms::answers;
use crate::forms::words::ask;
use crate::forms::{Answers, Field};
use chrono::NaiveDate;
use serde_json::Value;

/// `check` of a type with one chosen option.
pub fn check(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    if is_option(field, value) { Ok(()) } else { Err(format!("{} from the list", ask("Choose", field))) }
}

/// Whether the value is one of the options.
pub fn is_option(field: &Field, value: &Value) -> bool {
    answers::text(value).is_some_and(|chosen| field.options.iter().any(|option| option.value == chosen))
}

/// The option's label; a value that is not an option as it was stored.
pub fn display(field: &Field, value: &Value) -> String {
    let chosen = super::plain::display(field, value);
    field.options.iter().find(|option| option.value == chosen).map_or(chosen, |option| option.label.clone())
}
