//! Templates of what leaves Docket: subjects, texts and payloads with a request's data.
//!
//! Sandboxed: a template reaches the data it is given and nothing else, and its work is bounded. A name that does not exist is found when
//! the template is saved. `{form_name}` and its like, as older systems wrote them, mean the same as `{{ form_name }}`.

use minijinja::value::{Serde, Value as Shown};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Characters of a template, at most.
pub const LONGEST: usize = 20_000;
/// Characters of what it makes, at most.
const LONGEST_RESULT: usize = 100_000;
/// Steps of the template engine, at most.
const FUEL: u64 = 200_000;

/// Names a template may use; `answers.<key>` besides.
pub const NAMES: &[&str] = &[
    "event",
    "form_name",
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
pub enum Escape {
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
pub fn check(source: &str, escape: Escape, answers: Option<&BTreeSet<String>>) -> Result<(), String> {
    if source.len() > LONGEST {
        return Err(format!("The template is too long: {LONGEST} characters at most."));
    }
    let source = modern(source);
    let environment = environment(escape);
    let template = environment.template_from_named_str("template", &source).map_err(|error| told(&error))?;
    let mut unknown: Vec<String> = template.undeclared_variables(true).into_iter().filter(|name| !is_known(name, answers)).collect();
    unknown.sort();
    match unknown.first() {
        Some(name) => Err(format!("There is no “{name}”. A template can use {}, and answers.<key>.", top_names())),
        None => Ok(()),
    }
}

/// The text a template makes of the data of a delivery.
///
/// # Errors
/// What went wrong, in a whole sentence.
pub fn render(source: &str, escape: Escape, event: &str, data: &Value) -> Result<String, String> {
    let source = modern(source);
    let environment = environment(escape);
    let template = environment.template_from_named_str("template", &source).map_err(|error| told(&error))?;
    let made = template.render(Shown::from(Serde(context(event, data)))).map_err(|error| told(&error))?;
    if made.len() > LONGEST_RESULT {
        return Err(format!("The template makes more than {LONGEST_RESULT} characters."));
    }
    Ok(made)
}

/// The text that one of Docket's own templates makes of its data.
///
/// # Errors
/// What went wrong, in a whole sentence.
pub(crate) fn document(source: &str, escape: Escape, data: &Value) -> Result<String, String> {
    let environment = environment(escape);
    let template = environment.template_from_named_str("document", source).map_err(|error| told(&error))?;
    template.render(Shown::from(Serde(data))).map_err(|error| told(&error))
}

/// Data to try templates on when there is no request.
pub fn sample(public_url: &str, organization: &Value) -> Value {
    json!({
        "number": "IT-7F3K",
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
        (Some(top), None) => NAMES.contains(&top) || FUNCTIONS.contains(&top),
        (Some(top), Some(inner)) => NAMES.contains(&format!("{top}.{inner}").as_str()),
        (None, _) => false,
    }
}

/// Functions the engine brings.
const FUNCTIONS: &[&str] = &["range", "dict", "namespace"];

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
    context.insert("event".to_owned(), json!(event));
    Value::Object(context)
}

fn environment<'s>(escape: Escape) -> Environment<'s> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    // An answer that this item does not ask for is empty; names that exist nowhere were refused when the template was saved.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(move |_| match escape {
        Escape::None => AutoEscape::None,
        Escape::Html => AutoEscape::Html,
        Escape::Json => AutoEscape::Json,
        Escape::Slack => AutoEscape::Custom("slack".into()),
    });
    environment.set_formatter(|out, state, value| match state.auto_escape() {
        AutoEscape::Custom(_) if !value.is_safe() => {
            let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
            out.write_str(&slack(&text)).map_err(minijinja::Error::from)
        }
        // Nothing is an empty text, not the word "none"; in JSON it is null.
        AutoEscape::None | AutoEscape::Html if value.is_none() => Ok(()),
        AutoEscape::Custom(_) => out.write_str(&value.to_string()).map_err(minijinja::Error::from),
        AutoEscape::Json if value.is_undefined() => out.write_str("null").map_err(minijinja::Error::from),
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment
}

/// Text for Slack: its three control characters as entities.
pub fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text for HTML, Telegram's as well.
pub fn html(text: &str) -> String {
    slack(text).replace('"', "&quot;")
}

/// An error of the engine, without its insides.
fn told(error: &minijinja::Error) -> String {
    let line = error.line().map_or_else(String::new, |line| format!(", in line {line}"));
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    format!("The template cannot be used{line}: {detail}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Value {
        json!({
            "number": "IT-7F3K",
            "item": {"key": "vpn", "name": "VPN <access> & \"more\""},
            "requester": {"name": "Hana"},
            "answers": [{"key": "s", "title": "S", "answers": [{"key": "why", "label": "Why", "text": "a < b", "value": "a < b"}]}],
        })
    }

    fn made(source: &str, escape: Escape) -> String {
        render(source, escape, "request.dispatched", &data()).unwrap()
    }

    #[test]
    fn placeholders_of_older_systems_keep_working() {
        assert_eq!(made("New: {form_name} ({number})", Escape::None), "New: VPN <access> & \"more\" (IT-7F3K)");
        assert_eq!(made("{{ form_name }}{% if number %}!{% endif %}", Escape::None), "VPN <access> & \"more\"!");
        assert_eq!(made("{unknown} {answers.why} {", Escape::None), "{unknown} a < b {");
        assert_eq!(made(r#"{"n": {{ number }}, "o": {"p": 1}}"#, Escape::Json), r#"{"n": "IT-7F3K", "o": {"p": 1}}"#);
    }

    #[test]
    fn data_is_escaped_for_where_it_goes() {
        assert_eq!(made("<b>{{ answers.why }}</b>", Escape::Html), "<b>a &lt; b</b>");
        assert_eq!(made("*{{ item.name }}* {{ answers.none }}", Escape::Slack), "*VPN &lt;access&gt; &amp; \"more\"* ");
        let json = made(r#"{"title": {{ item.name }}, "gone": {{ answers.none }}, "all": {{ sections }}}"#, Escape::Json);
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["title"], data()["item"]["name"]);
        assert_eq!((&read["gone"], &read["all"][0]["answers"][0]["text"]), (&Value::Null, &json!("a < b")));
    }

    #[test]
    fn what_does_not_exist_is_said_at_save() {
        let keys: BTreeSet<String> = ["why".to_owned()].into();
        assert_eq!(
            check("{{ number }} {{ answers.why }} {% for s in sections %}{{ s.title }}{% endfor %}", Escape::None, Some(&keys)),
            Ok(())
        );
        assert!(check("{{ nubmer }}", Escape::None, None).unwrap_err().starts_with("There is no “nubmer”."));
        assert!(check("{{ requester.mail }}", Escape::None, None).unwrap_err().contains("requester.mail"));
        assert!(check("{{ answers.when }}", Escape::None, Some(&keys)).unwrap_err().contains("answers.when"));
        assert!(check("a\n{{ number", Escape::None, None).unwrap_err().contains("line 2"));
        assert!(check(&"x".repeat(LONGEST + 1), Escape::None, None).is_err());
    }

    #[test]
    fn a_template_works_for_a_bounded_time_and_reaches_nothing_else() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(render(endless, Escape::None, "e", &data()).is_err());
        assert!(render("{% include 'secrets' %}", Escape::None, "e", &data()).is_err());
    }
}
