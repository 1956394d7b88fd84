//! Rules and words that types with written answers share.

use crate::forms::answers;
use crate::forms::words::subject;
use crate::forms::{Answers, Field};
use crate::text::{count_characters, tidy_code, tidy_line};
use chrono::NaiveDate;
use regex_lite::Regex;
use serde_json::Value;
use std::borrow::Cow;

/// Characters a text can have, whatever the form says.
pub const LONGEST: u32 = 10_000;

/// Code points a text can have, however few characters they make for a reader.
const MOST_POINTS: usize = 4 * LONGEST as usize;

/// `read` of a type that machines read.
pub fn read_code(_: &Field, text: &str) -> String {
    tidy_code(text).into_owned()
}

/// `read` of a type with one line that people read.
pub fn read_line(_: &Field, text: &str) -> String {
    tidy_line(text).into_owned()
}

/// The written answer, or a message.
pub fn written<'a>(field: &Field, value: &'a Value) -> Result<Cow<'a, str>, String> {
    answers::text(value).ok_or_else(|| format!("{} must be a text", subject(field)))
}

/// The value as it was written; anything unexpected as JSON, so that nothing stored is ever hidden.
pub fn display(_: &Field, value: &Value) -> String {
    answers::text(value).map_or_else(|| value.to_string(), Cow::into_owned)
}

/// Length as a person counts it, and pattern. `longest` holds when the field has no limit of its own.
pub fn check_text(field: &Field, text: &str, longest: u32) -> Result<(), String> {
    let subject = subject(field);
    let rules = &field.rules;
    if text.chars().nth(MOST_POINTS).is_some() {
        return Err(format!("{subject} has too many accents and joined signs to be stored. Shorten it"));
    }
    let length = u32::try_from(count_characters(text)).unwrap_or(u32::MAX);
    let most = rules.max_length.unwrap_or(longest).min(LONGEST);
    if length > most {
        return Err(format!("{subject} must have at most {}, and has {length}", characters(most)));
    }
    if let Some(least) = rules.min_length.filter(|least| length < *least) {
        return Err(format!("{subject} must have at least {}", characters(least)));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(format!("{subject} has characters that cannot be stored. Type it instead of pasting it"));
    }
    match &rules.pattern {
        Some(pattern) if whole(pattern).is_some_and(|regex| !regex.is_match(text)) => Err(match &rules.pattern_words {
            Some(words) => format!("{subject} must {words}"),
            None => format!("{subject} must fit the pattern {pattern}"),
        }),
        _ => Ok(()),
    }
}

/// The pattern, made to match from start to end; none when it is not a regular expression (the form's check says so to its author).
pub fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()?;
    Regex::new(&format!(r"\A(?:{pattern})\z")).ok()
}

fn characters(count: u32) -> String {
    if count == 1 { "1 character".into() } else { format!("{count} characters") }
}

/// `check` of a type whose answer is a text on one line.
pub fn check_line(field: &Field, value: &Value, _: &Answers, _: NaiveDate) -> Result<(), String> {
    let text = written(field, value)?;
    if text.contains(['\n', '\r']) {
        return Err(format!("{} must be on one line", subject(field)));
    }
    check_text(field, &text, 500)
}
