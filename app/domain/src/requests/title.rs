//! What a request is about, in one line: "Laptop for Mina Park". Its item's title template makes it from the answers, and it is frozen with
//! them at submission; where the template makes nothing, a request is called as its item is.
//!
//! A template is a line with the keys of fields in it: `Laptop for {{ person }}: {{ model }}`. An answer that is not given takes the words
//! before it along, and punctuation that closes behind it, so that nothing is left hanging. A title is as personal as the answers in it:
//! whoever does not see them must not see it.

use super::AnswerTimes;
use crate::catalog::CatalogItem;
use crate::forms::{Answers, Field, Form, fields, journey};
use crate::shorten::fair_length;
use crate::text::{count_characters, cut_at_word, search_words, tidy_line};

/// Characters of a title, at most.
pub const LONGEST_TITLE: usize = 120;
/// Characters of a template's own words, at most: the rest is for the answers.
const MOST_WORDS: usize = 60;
/// Answers in a title, at most.
const MOST_ANSWERS: usize = 6;
/// The kinds of answers that everybody may read who sees the request. Another kind stands in no title until somebody decides that here.
const KINDS: &[&str] = &[
    "text",
    "textarea",
    "integer",
    "decimal",
    "email",
    "phone",
    "date",
    "datetime",
    "boolean",
    "select",
    "multi_select",
    "radio",
    "user_picker",
    "group_picker",
    "space_picker",
];
/// What ends the words of an answer, and goes with it.
const CLOSES: &[char] = &[')', ']', '”', '’', '"', '\'', '»', '›', '!', '?', '.', '%', '…'];

/// One answer of a template with the words that go with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AnswerPlace<'t> {
    before: &'t str,
    key: &'t str,
    behind: &'t str,
}

/// What is wrong with how a template is written. Its words are made where somebody reads them, so that a browser need not carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TemplateFault<'t> {
    NotClosed,
    NotAKey(&'t str),
    Brace,
    NoAnswer,
}

impl TemplateFault<'_> {
    fn words(self) -> String {
        match self {
            Self::NotClosed => "The title opens {{ and does not close it. Write }} after the key of the field".to_owned(),
            Self::NotAKey(key) => {
                format!("“{key}” is not the key of a field. Write a key alone between {{{{ and }}}}, as in {{{{ model }}}}")
            }
            Self::Brace => "The title has a brace of its own. Write an answer with two on each side, as in {{ model }}".to_owned(),
            Self::NoAnswer => {
                "The title names no answer, so all requests would be called alike. Name a field, as in {{ model }}, or leave title: out"
                    .to_owned()
            }
        }
    }
}

/// The answers a template names, in their order.
fn parse_template(template: &str) -> Result<Vec<AnswerPlace<'_>>, TemplateFault<'_>> {
    let mut places: Vec<AnswerPlace<'_>> = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((key, behind)) = after.split_once("}}") else {
            return Err(TemplateFault::NotClosed);
        };
        let key = key.trim();
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
            return Err(TemplateFault::NotAKey(key));
        }
        let words = close_last(&mut places, before);
        places.push(AnswerPlace { before: words, key, behind: "" });
        rest = behind;
    }
    if let Some(last) = places.last_mut() {
        last.behind = rest;
    }
    let words = places.iter().flat_map(|place| [place.before, place.behind]).chain(places.is_empty().then_some(rest));
    if words.clone().any(|words| words.contains(['{', '}'])) {
        return Err(TemplateFault::Brace);
    }
    if places.is_empty() {
        return Err(TemplateFault::NoAnswer);
    }
    Ok(places)
}

/// Gives what closes at the beginning of these words to the answer before them, and the rest back.
fn close_last<'t>(places: &mut [AnswerPlace<'t>], words: &'t str) -> &'t str {
    let Some(last) = places.last_mut() else { return words };
    let (behind, rest) = words.split_at(words.len() - words.trim_start_matches(CLOSES).len());
    last.behind = behind;
    rest
}

/// What is wrong with a title template over the answers of this form, each a sentence that says what would be right. Without one, nothing.
pub fn lint_title(template: &str, form: &Form) -> Vec<String> {
    if template.is_empty() {
        return Vec::new();
    }
    if template.contains(['\n', '\r', '\t']) || tidy_line(template) != template {
        return vec!["The title must be one line, without blanks around it and without invisible characters".to_owned()];
    }
    let places = match parse_template(template) {
        Ok(places) => places,
        Err(fault) => return vec![fault.words()],
    };
    let mut found = Vec::new();
    let words: usize = places.iter().map(|place| count_characters(place.before) + count_characters(place.behind)).sum();
    if words > MOST_WORDS {
        found.push(format!("The title has {words} characters beside its answers. Write {MOST_WORDS} at most: the answers need the room"));
    }
    if places.len() > MOST_ANSWERS {
        found.push(format!("The title names {} answers. Name {MOST_ANSWERS} at most: people read the first of them", places.len()));
    }
    for place in places {
        let key = place.key;
        let mut named = all_fields(form).filter(|field| field.key == key).peekable();
        if named.peek().is_none() {
            found.push(format!("The title names “{key}”, which the form “{}” does not ask. Use the key of one of its fields", form.key));
        } else if let Some(field) = named.find(|field| !KINDS.contains(&field.kind.as_str())) {
            let message = "which not everybody may read who sees a title. Name another field";
            found.push(format!("The title names “{key}”, an answer of the type {}, {message}", field.kind));
        }
    }
    found
}

/// The fields of a form as authored, those of variants included.
fn all_fields(form: &Form) -> impl Iterator<Item = &Field> {
    form.sections.iter().flat_map(|section| section.fields.iter().chain(section.variants.iter().flat_map(|variant| &variant.fields)))
}

/// What a request is about, by its item and its answers to this form.
pub fn make_title(item: &CatalogItem, form: &Form, answers: &Answers, times: &AnswerTimes) -> String {
    title_of_answers(&item.title_template, form, answers, times).unwrap_or_else(|| item.name.clone())
}

/// What a template makes of the answers; None when there is no template, or none of its answers is given or asked for.
pub fn title_of_answers(template: &str, form: &Form, answers: &Answers, times: &AnswerTimes) -> Option<String> {
    if template.is_empty() {
        return None;
    }
    let places = parse_template(template).ok()?;
    let answers = journey::effective(form, answers);
    let read = |key: &str| {
        // A title may be read anywhere: a time is a moment, with its zone.
        let given = || form.sections.iter().flat_map(|section| &section.fields).find(|field| field.key == key && answers.is_answered(key));
        let text = given().map(|field| times.words(key).unwrap_or_else(|| fields::display(field, &answers)));
        text.as_deref().map(first_line).unwrap_or_default()
    };
    Some(fill(&places, read)).filter(|title| !title.is_empty())
}

/// The title with these answers, each a line; empty when all of them are.
fn fill(places: &[AnswerPlace<'_>], read: impl Fn(&str) -> String) -> String {
    let mut given: Vec<(&str, String, &str)> = Vec::new();
    for (nth, place) in places.iter().enumerate() {
        let answer = read(place.key);
        if !answer.is_empty() {
            // Words between two answers join them: without one before, there is nothing to join.
            let before = if nth == 0 || !given.is_empty() { place.before } else { "" };
            given.push((before, answer, place.behind));
        }
    }
    let words: usize = given.iter().map(|(before, _, behind)| count_characters(before) + count_characters(behind)).sum();
    let lengths = given.iter().map(|(_, answer, _)| count_characters(answer)).collect();
    let most = fair_length(lengths, LONGEST_TITLE.saturating_sub(words));
    let parts = given.iter().flat_map(|(before, answer, behind)| [(*before).into(), cut_at_word(answer, most), (*behind).into()]);
    cut_at_word(&one_line(&parts.collect::<String>()), LONGEST_TITLE).into_owned()
}

/// The first line of an answer that says something.
fn first_line(answer: &str) -> String {
    answer.lines().map(one_line).find(|line| !line.is_empty()).unwrap_or_default()
}

/// A text without what nobody sees, and with one blank where there are several.
fn one_line(text: &str) -> String {
    tidy_line(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The item's name beside a title; empty where the title begins with it and says it already.
pub fn item_beside<'i>(title: &str, item: &'i str) -> &'i str {
    if title.starts_with(item) { "" } else { item }
}

/// A title as it is searched: its folded words, each with a blank before it.
pub fn search_title(title: &str) -> String {
    search_words(title).iter().map(|word| format!(" {word}")).collect()
}

#[cfg(test)]
mod tests;
