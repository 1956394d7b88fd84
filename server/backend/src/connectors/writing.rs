//! What templates make for people: a text that shows something, set for how its place counts and how much it takes.
//!
//! A template that makes nothing gives way to the default. Where a text would be too long, the longest answers in it are shortened,
//! marked, and followed by where to read them whole.

use super::{ConnectorSettings, OutgoingDelivery};
use crate::templates::{self, TemplateEscape};
use domain::direction::isolate;
use domain::shorten::{shorten, shorten_longest, utf16_units};
use domain::text::is_blank_text;
use serde_json::Value;
use std::borrow::Cow;

/// Where a text goes.
pub(super) struct TextTarget {
    pub escape: TemplateEscape,
    /// The longest text it takes, by its own measure.
    pub most: usize,
    /// How long the place finds what a template made.
    pub measure: fn(&str) -> usize,
    /// How long it finds a piece of an answer.
    pub piece: fn(&str) -> usize,
    /// What stands behind a text that was shortened; the link of the request is given.
    pub rest: fn(&str) -> String,
    /// The text without its markup, and a text with it.
    pub plain: fn(&str) -> String,
    pub marked_up: fn(&str) -> String,
}

/// One line: a subject. Exchange takes 255 UTF-16 code units, and people read the first of them.
pub(super) const SUBJECT: TextTarget = TextTarget { most: 200, ..LINE };
/// One line: ConnectWise's summary. By code points it is never longer.
pub(super) const SUMMARY: TextTarget = TextTarget { most: 100, ..LINE };
const LINE: TextTarget = TextTarget {
    escape: TemplateEscape::None,
    most: 0,
    measure: |text| utf16_units(&one_line(text)),
    piece: utf16_units,
    rest: |_| String::new(),
    plain: one_line,
    marked_up: str::to_owned,
};
/// The body of a mail or a ticket.
pub(super) const BODY: TextTarget = TextTarget {
    escape: TemplateEscape::None,
    most: 60_000,
    measure: str::len,
    piece: str::len,
    rest: |link| format!("\n\nShortened. Read all of it in Docket: {link}\n"),
    plain: str::to_owned,
    marked_up: str::to_owned,
};

/// The words of the link behind a message to a chat that was shortened.
pub(super) const READ_ALL: &str = "Shortened. Read all of it in Docket";

/// The text that a template setting makes, or its default when nothing can be seen of it.
pub(super) fn written(
    given: &ConnectorSettings<'_>,
    key: &str,
    default: &str,
    place: &TextTarget,
    outgoing: &OutgoingDelivery<'_>,
) -> Result<String, String> {
    let own = given.text(key);
    if !own.is_empty() {
        let made = fitted(&own, place, outgoing).map_err(|error| format!("Not sent: {key}: {error}"))?;
        if !is_blank_text(&(place.plain)(&made)) {
            return Ok(made);
        }
    }
    fitted(default, place, outgoing).map_err(|error| format!("Not sent: {key}: {error}"))
}

/// A line that a template setting makes, without what would break it.
pub(super) fn line(
    given: &ConnectorSettings<'_>,
    key: &str,
    default: &str,
    place: &TextTarget,
    outgoing: &OutgoingDelivery<'_>,
) -> Result<String, String> {
    written(given, key, default, place, outgoing).map(|text| one_line(&text))
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a template makes, short enough for its place.
fn fitted(source: &str, place: &TextTarget, outgoing: &OutgoingDelivery<'_>) -> Result<String, String> {
    let render = |data: &Value| templates::render(source, place.escape, outgoing.name, &set_apart(data));
    let whole = render(outgoing.data);
    let length = match &whole {
        Ok(text) if (place.measure)(text) <= place.most => return whole,
        Ok(text) => Some((place.measure)(text)),
        Err(_) => None,
    };
    let rest = (place.rest)(outgoing.data["link"].as_str().unwrap_or_default());
    let answers = answers(outgoing.data);
    let within = |budget: usize| {
        let short = shorten_longest(&answers, budget, place.piece);
        let text = format!("{}{rest}", render(&with_answers(outgoing.data, &short)).ok()?.trim_end());
        ((place.measure)(&text) <= place.most).then_some(text)
    };
    let Some(shortest) = within(0) else {
        // Too long without the answers: then whatever it is, without markup that would have to end.
        let text = (place.plain)(&whole?);
        let room = place.most.saturating_sub((place.measure)(&rest));
        let fits = |text: &str| (place.measure)(&(place.marked_up)(text));
        return Ok(format!("{}{rest}", (place.marked_up)(&shorten(&text, room, fits))));
    };
    // Each letter less in an answer is mostly one less in the text. Where a template does more with them, it is searched for.
    let all: usize = answers.iter().map(|answer| (place.piece)(answer)).sum();
    let over = length.map(|length| length + (place.measure)(&rest) - place.most);
    let guess = over.and_then(|over| all.checked_sub(over));
    let (mut fits, mut best, mut too_long) = (0, shortest, all);
    if let Some(guess) = guess {
        match within(guess) {
            Some(text) => return Ok(text),
            None => too_long = guess,
        }
    }
    while too_long - fits > 1 {
        let middle = fits + (too_long - fits) / 2;
        match within(middle) {
            Some(text) => (fits, best) = (middle, text),
            None => too_long = middle,
        }
    }
    Ok(best)
}

/// The texts of the answers, in their order.
fn answers(data: &Value) -> Vec<&str> {
    let sections = data["answers"].as_array().into_iter().flatten();
    let answers = sections.filter_map(|section| section["answers"].as_array()).flatten();
    answers.map(|answer| answer["text"].as_str().unwrap_or_default()).collect()
}

/// The data with these texts of answers, which stand for their values too.
fn with_answers(data: &Value, texts: &[Cow<'_, str>]) -> Value {
    let mut data = data.clone();
    let sections = data["answers"].as_array_mut().into_iter().flatten();
    let answers = sections.filter_map(|section| section["answers"].as_array_mut()).flatten();
    for (answer, text) in answers.zip(texts) {
        if answer["text"] != text.as_ref() {
            answer["text"] = Value::from(text.as_ref());
            answer["value"] = Value::from(text.as_ref());
        }
    }
    data
}

/// The data with its words set apart where they are written from right to left.
fn set_apart(data: &Value) -> Cow<'_, Value> {
    let strange = |text: &Value| text.as_str().is_some_and(|text| matches!(isolate(text), Cow::Owned(_)));
    let named =
        [&data["title"], &data["item"]["name"], &data["organization"]["name"], &data["requester"]["name"], &data["requester"]["title"]];
    let sections = || data["answers"].as_array().into_iter().flatten();
    let written = || sections().flat_map(|section| section["answers"].as_array().into_iter().flatten());
    let any = named.into_iter().any(strange)
        || sections().any(|section| strange(&section["title"]))
        || written().any(|answer| strange(&answer["text"]) || strange(&answer["label"]));
    if !any {
        return Cow::Borrowed(data);
    }
    let mut data = data.clone();
    let apart = |text: &mut Value| {
        if let Some(own) = text.as_str() {
            *text = Value::from(isolate(own).as_ref());
        }
    };
    if data["title"].is_string() {
        apart(&mut data["title"]);
    }
    for (of, key) in [("item", "name"), ("organization", "name"), ("requester", "name"), ("requester", "title")] {
        apart(&mut data[of][key]);
    }
    for section in data["answers"].as_array_mut().into_iter().flatten() {
        apart(&mut section["title"]);
        for answer in section["answers"].as_array_mut().into_iter().flatten() {
            apart(&mut answer["text"]);
            apart(&mut answer["label"]);
        }
    }
    Cow::Owned(data)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::UseCaseSettings;
    use chrono::{DateTime, Utc};
    use domain::id::DeliveryId;
    use serde_json::json;

    const DEFAULT: &str = "{{ number }} {{ form_name }}";

    fn made(template: &str, answers: &[(&str, &str)], place: &TextTarget) -> String {
        let answers: Vec<Value> =
            answers.iter().map(|(key, text)| json!({"key": key, "label": key.to_uppercase(), "text": text, "value": text})).collect();
        let data = json!({
            "number": "IT-7F3K", "item": {"name": "VPN"}, "requester": {"name": "Rita"}, "link": "https://docket.example/requests/IT-7F3K",
            "answers": [{"key": "s", "title": "S", "answers": answers}],
        });
        let outgoing = OutgoingDelivery {
            id: DeliveryId(uuid::Uuid::nil()),
            name: "request.dispatched",
            decided_at: DateTime::<Utc>::UNIX_EPOCH,
            now: DateTime::<Utc>::UNIX_EPOCH,
            data: &data,
            thread: None,
            receipts: &[],
        };
        let server = UseCaseSettings::default();
        let settings = json!({"text": template}).as_object().cloned().unwrap();
        written(&ConnectorSettings { settings, server: &server }, "text", DEFAULT, place, &outgoing).unwrap()
    }

    #[test]
    fn what_shows_nothing_gives_way_to_the_default() {
        for (template, answer) in
            [("{{ answers.line }}", ""), ("  {{ answers.line }}", "\u{200b}"), ("{{ answers.line }}", "\u{3164} \u{2800}")]
        {
            assert_eq!(made(template, &[("line", answer)], &SUBJECT), "IT-7F3K VPN");
            assert_eq!(made(template, &[("line", answer)], &BODY), "IT-7F3K VPN");
        }
        assert_eq!(made("{{ answers.line }}", &[("line", "x")], &SUBJECT), "x");
    }

    #[test]
    fn the_longest_answers_give_way_and_the_rest_of_the_line_stays() {
        let long = "word".repeat(250);
        let subject = made("{{ answers.a }}: {{ answers.b }} ({{ number }})", &[("a", &long), ("b", "short")], &SUBJECT);
        assert_eq!(utf16_units(&subject), 200);
        assert!(subject.starts_with("wordword") && subject.ends_with("…: short (IT-7F3K)"), "{subject}");
        let twice = made("{{ answers.a }}{{ answers.a }}", &[("a", &long), ("unused", &long)], &SUBJECT);
        assert_eq!((utf16_units(&twice), twice.matches('…').count()), (200, 2));
        let fixed = made(&format!("{}{{{{ answers.a }}}}", "fixed".repeat(50)), &[("a", "x")], &SUBJECT);
        assert_eq!((utf16_units(&fixed), fixed.ends_with('…')), (200, true));
    }

    #[test]
    fn a_body_says_where_to_read_what_was_left_out() {
        let long = "x".repeat(300_000);
        let body = made("{{ answers.a }}\n{{ answers.b }}", &[("a", &long), ("b", "short")], &BODY);
        assert!(body.len() <= 60_000 && body.len() > 59_990, "{}", body.len());
        assert!(body.ends_with("…\nshort\n\nShortened. Read all of it in Docket: https://docket.example/requests/IT-7F3K\n"));
    }

    #[test]
    fn words_from_right_to_left_are_set_apart() {
        assert_eq!(made("{{ answers.a }}, {{ number }}", &[("a", "שלום!")], &SUBJECT), "\u{2068}שלום!\u{2069}, IT-7F3K");
        let long = "ש".repeat(400);
        let subject = made("{{ answers.a }}, {{ number }}", &[("a", &long)], &SUBJECT);
        assert!(subject.ends_with("…\u{2069}, IT-7F3K") && utf16_units(&subject) == 200, "{subject}");
    }
}
