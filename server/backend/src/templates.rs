//! Templates of what leaves Docket: subjects, texts and payloads with a request's data.
//!
//! Administrators of organizations write them, and they run in the process that serves everybody. So a template reaches the data it is
//! given and nothing else, and what it may take of time and memory is counted before it is taken: see `language` for what exists,
//! `evaluation` for how it runs and `budget` for how much. A name that does not exist is found when the template is saved.
//! `{form_name}` and its like, as older systems wrote them, mean the same as `{{ form_name }}`.

mod budget;
mod datum;
mod evaluation;
mod filters;
mod language;

/// How text is written for Slack, and for HTML (Telegram's as well).
pub use domain::text::{escape_html as html, escape_markup as slack};

use budget::TemplateError;
use evaluation::TemplateRendering;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Characters of a template, at most.
pub const LONGEST: usize = 20_000;
/// Bytes of what it makes, at most.
const LONGEST_RESULT: usize = 256 * 1024;

/// Names a template may use; `answers.<key>` besides.
pub const NAMES: &[&str] = &[
    "event",
    "form_name",
    "title",
    "number",
    "link",
    "submitted_at",
    "form_version",
    "item",
    "item.key",
    "item.name",
    "item.category",
    "organization",
    "organization.key",
    "organization.name",
    "requester",
    "requester.id",
    "requester.name",
    "requester.title",
    "requester.email",
    "sections",
    "answers",
];

/// What the text is for: decides how data is escaped in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateEscape {
    /// Subjects and plain text.
    None,
    /// HTML, and Telegram's HTML.
    Html,
    /// Slack's mrkdwn: `&`, `<` and `>` alone.
    Slack,
    /// Every value becomes JSON, quotes included: `{"title": {{ form_name }}}`.
    Json,
}

/// What is wrong with a template, in a whole sentence. `answers` are the keys that forms of the organization have; None when unknown.
///
/// # Errors
/// The sentence.
pub fn check(source: &str, answers: Option<&BTreeSet<String>>) -> Result<(), String> {
    if source.len() > LONGEST {
        return Err(format!("The template is too long: {LONGEST} characters at most."));
    }
    let source = modern(source);
    let names = language::read(&source).map_err(|fault| told(&fault))?.names;
    match names.iter().find(|name| !is_known(name, answers)) {
        Some(name) => Err(format!("“{name}” is not known. A template can use {}, and answers.<key>.", top_names())),
        None => Ok(()),
    }
}

/// The text a template makes of the data of a delivery.
///
/// # Errors
/// What went wrong, in a whole sentence.
pub fn render(source: &str, escape: TemplateEscape, event: &str, data: &Value) -> Result<String, String> {
    if source.len() > LONGEST {
        return Err(format!("The template is too long: {LONGEST} characters at most."));
    }
    made(&modern(source), escape, &context(event, data))
}

/// The text that one of Docket's own templates makes of its data.
///
/// # Errors
/// What went wrong, in a whole sentence.
pub(crate) fn document(source: &str, escape: TemplateEscape, data: &Value) -> Result<String, String> {
    made(source, escape, data)
}

fn made(source: &str, escape: TemplateEscape, data: &Value) -> Result<String, String> {
    let nothing = Map::new();
    let read = language::read(source).map_err(|fault| told(&fault))?;
    TemplateRendering::run(&read.root, escape, data.as_object().unwrap_or(&nothing), LONGEST_RESULT).map_err(|fault| told(&fault))
}

/// Data to try templates on when there is no request.
pub fn sample(public_url: &str, organization: &Value) -> Value {
    json!({
        "number": "IT-7F3K",
        "title": "Sample request for Sample Person",
        "item": {"key": "sample", "name": "Sample request", "category": "Test"},
        "organization": organization,
        "requester": {"id": "00000000-0000-0000-0000-000000000000", "name": "Sample Person", "title": "Tester", "email": "sample@docket.example"},
        "submitted_at": "2026-01-05T09:00:00Z",
        "form_version": "sample",
        "answers": [{"key": "sample", "title": "Sample", "answers": [{"key": "note", "label": "Note", "text": "A test from Docket", "value": "A test from Docket"}]}],
        "link": public_url,
    })
}

fn top_names() -> String {
    NAMES.iter().filter(|name| !name.contains('.')).copied().collect::<Vec<_>>().join(", ")
}

fn is_known(name: &str, answers: Option<&BTreeSet<String>>) -> bool {
    let mut parts = name.splitn(3, '.');
    match (parts.next(), parts.next()) {
        (Some("answers"), Some(key)) => answers.is_none_or(|known| known.contains(key)),
        (Some(top), None) => NAMES.contains(&top),
        (Some(top), Some(inner)) => NAMES.contains(&format!("{top}.{inner}").as_str()),
        (None, _) => false,
    }
}

/// `{form_name}` as `{{ form_name }}`: a known name between single braces.
fn modern(source: &str) -> String {
    let mut made = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        made.push_str(before);
        let name = from[1..].split('}').next().unwrap_or_default();
        let single = !from.starts_with("{{") && !before.ends_with('{') && !from[1 + name.len()..].starts_with("}}");
        if single && (NAMES.contains(&name) || name.starts_with("answers.")) && from[1 + name.len()..].starts_with('}') {
            made.push_str("{{ ");
            made.push_str(name);
            made.push_str(" }}");
            rest = &from[name.len() + 2..];
        } else if from.starts_with("{{") {
            let end = from.find("}}").map_or(from.len(), |end| end + 2);
            made.push_str(&from[..end]);
            rest = &from[end..];
        } else {
            made.push('{');
            rest = &from[1..];
        }
    }
    made.push_str(rest);
    made
}

/// The names of `NAMES` with their values.
fn context(event: &str, data: &Value) -> Value {
    let mut context: Map<String, Value> = data.as_object().cloned().unwrap_or_default();
    let sections = context.remove("answers").unwrap_or_else(|| json!([]));
    let listed = sections.as_array().into_iter().flatten().filter_map(|section| section["answers"].as_array()).flatten();
    let answers: Map<String, Value> =
        listed.filter_map(|answer| Some((answer["key"].as_str()?.to_owned(), answer["text"].clone()))).collect();
    context.insert("answers".to_owned(), Value::Object(answers));
    context.insert("sections".to_owned(), sections);
    context.insert("form_name".to_owned(), data["item"]["name"].clone());
    if !data["title"].is_string() {
        // What was kept to be sent again is older than titles.
        context.insert("title".to_owned(), data["item"]["name"].clone());
    }
    context.insert("event".to_owned(), json!(event));
    Value::Object(context)
}

/// What is wrong, as a sentence.
fn told(fault: &TemplateError) -> String {
    let line = fault.line.map_or_else(String::new, |line| format!(", in line {line}"));
    format!("The template cannot be used{line}: {}.", fault.what)
}

#[cfg(test)]
mod tests;
