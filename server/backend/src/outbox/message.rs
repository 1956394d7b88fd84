//! What a message to people says, written when it is first sent: with what it is about as it is then. Later tries say the same (`frozen`).

use super::frozen::kept_message;
use super::topic::LoadedSubject;
use super::{data, tell};
use crate::Backend;
use crate::connectors::{AttemptOutcome, MessageBody, MessageContent, OutgoingMessage, mail_id};
use crate::error::Result;
use crate::store::deliveries::Delivery;
use crate::store::members::addressed;
use crate::store::{StoreHandle, deliveries, notices, threads};
use crate::templates::{self, TemplateEscape};
use chrono::{DateTime, Duration, Utc};
use domain::address::Address;
use domain::direction::isolate;
use domain::effect::NoticeEffect;
use domain::id::PersonId;
use domain::notices::{self as rules, NoticeChannel, words};
use domain::people::OrganizationRef;
use domain::shorten::{shorten, utf16_units};
use domain::subject::Subject;
use serde_json::{Value, json};
use std::borrow::Cow;

/// Answers in an e-mail that asks for a decision, at most.
const ANSWERS: usize = 30;
/// UTF-16 code units of one answer or of what somebody wrote, at most: so that a chat takes it with all that stands around it.
const LONGEST: usize = 1000;
/// UTF-16 code units of a subject, at most.
const LONGEST_SUBJECT: usize = 200;
/// Names in a message to a channel, at most.
const NAMES: usize = 10;
/// Lines of a summary, at most.
const LINES: u64 = 50;
/// How far back a summary reaches.
const SUMMED_UP: Duration = Duration::days(7);

/// A message, or why there is nothing to send.
pub(super) type WrittenMessage = std::result::Result<OutgoingMessage, AttemptOutcome>;

/// What a message is about.
pub(super) struct MessageContext<'a> {
    pub organization: &'a OrganizationRef,
    pub topic: &'a LoadedSubject,
    pub notice: &'a NoticeEffect,
}

fn cut(text: &str) -> Cow<'_, str> {
    shorten(text, LONGEST, utf16_units)
}

/// A text in HTML with the lines and the blanks that somebody typed, also where a mail program knows neither of them by style.
fn kept_html(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for (place, line) in text.split('\n').enumerate() {
        if place > 0 {
            made.push_str("<br>");
        }
        let mut letters = line.trim_end_matches('\r').chars().peekable();
        let mut begins = true;
        while let Some(letter) = letters.next() {
            // The last blank of several stays one, so that lines can still break there.
            let fixed = letter == ' ' && (begins || letters.peek() == Some(&' '));
            begins = begins && letter == ' ';
            match letter {
                _ if fixed => made.push_str("&nbsp;"),
                letter => made.push_str(&templates::html(letter.encode_utf8(&mut [0; 4]))),
            }
        }
    }
    made
}

fn link(backend: &Backend, event: &str, subject: Subject, number: &str) -> String {
    format!("{}{}", backend.settings().public_url, words::path(event, subject, number))
}

fn link_of(backend: &Backend, about: &MessageContext<'_>) -> String {
    link(backend, &about.notice.event, about.topic.subject(), about.topic.number())
}

fn settings(backend: &Backend) -> String {
    format!("{}{}", backend.settings().public_url, Address::NoticeSettings)
}

fn title_of<'a>(about: &MessageContext<'a>) -> &'a str {
    about.topic.title_for(&about.notice.event)
}

fn sentence(about: &MessageContext<'_>) -> String {
    words::sentence(&about.notice.event, about.notice.by.as_ref().map(|by| by.name.as_str()), about.topic.owner())
}

/// The message to one person about one event.
pub(super) async fn to_person(
    backend: &Backend,
    about: &MessageContext<'_>,
    delivery: &Delivery,
    channel: NoticeChannel,
    id: PersonId,
    now: DateTime<Utc>,
) -> Result<WrittenMessage> {
    let handle = backend.store().read(delivery.organization);
    let Some(person) = tell::person(backend, delivery.organization, id).await? else {
        return Ok(Err(AttemptOutcome::not_set_up("Not sent: the person is no longer a member.")));
    };
    let seen = notices::find(&handle, delivery.effect, id).await?;
    if seen.is_some_and(|seen| rules::is_stale(seen.at, seen.read_at.is_some(), now)) {
        return Ok(Err(AttemptOutcome::needless("Not sent: it was read in Docket meanwhile.")));
    }
    let to = if channel == NoticeChannel::Email { person.email } else { person.telegram_chat };
    let content = match kept_message(delivery, channel) {
        Some(kept) => Ok(kept),
        None => write_to_person(backend, about, delivery, channel, now).await?,
    };
    Ok(content
        .map(|content| OutgoingMessage { id: delivery.id, now, to, content, secrets: Vec::new() })
        .map_err(AttemptOutcome::not_set_up))
}

async fn write_to_person(
    backend: &Backend,
    about: &MessageContext<'_>,
    delivery: &Delivery,
    channel: NoticeChannel,
    now: DateTime<Utc>,
) -> Result<std::result::Result<MessageContent, String>> {
    let (body, thread) = match channel {
        NoticeChannel::Email => (mail(backend, about, delivery).await?, first_mail(backend, delivery).await?),
        _ => {
            let handle = backend.store().read(delivery.organization);
            (Ok(MessageBody::Chat(telegram(backend, about))), first_message(&handle, delivery).await?)
        }
    };
    Ok(body.map(|body| MessageContent { written_at: now, body, thread }))
}

/// The message to a channel: whom it concerns is named, and called by Slack when they gave their member ID.
pub(super) async fn to_channel(
    backend: &Backend,
    about: &MessageContext<'_>,
    delivery: &Delivery,
    channel: NoticeChannel,
    now: DateTime<Utc>,
) -> Result<OutgoingMessage> {
    let content = match kept_message(delivery, channel) {
        Some(kept) => kept,
        None => write_to_channel(backend, about, delivery, now).await?,
    };
    Ok(OutgoingMessage { id: delivery.id, now, to: String::new(), content, secrets: Vec::new() })
}

async fn write_to_channel(
    backend: &Backend,
    about: &MessageContext<'_>,
    delivery: &Delivery,
    now: DateTime<Utc>,
) -> Result<MessageContent> {
    let handle = backend.store().read(delivery.organization);
    let told = notices::of_effect(&handle, delivery.effect).await?;
    let ids: Vec<PersonId> = told.iter().map(|one| one.person).take(NAMES + 1).collect();
    let people = addressed::of(&handle, &ids).await?;
    let mut names: Vec<String> = told
        .iter()
        .take(NAMES)
        .filter_map(|one| {
            let person = people.iter().find(|person| person.id == one.person)?;
            let called = one.mentioned && !person.slack_member_id.is_empty();
            Some(if called { format!("<@{}>", person.slack_member_id) } else { templates::slack(&isolate(&person.name)) })
        })
        .collect();
    if told.len() > NAMES {
        names.push(format!("{} others", told.len() - NAMES));
    }
    let (number, title) = (about.topic.number(), templates::slack(&isolate(title_of(about))));
    let mut text =
        format!("*<{}|{number}>* {title}\n{}: {}", link_of(backend, about), names.join(", "), templates::slack(&sentence(about)));
    if words::may_be_shared(&about.notice.event) && !about.notice.text.is_empty() {
        let quoted = templates::slack(&cut(&about.notice.text));
        text.push_str(&quoted.lines().map(|line| format!("\n> {line}")).collect::<String>());
    }
    let thread = first_message(&handle, delivery).await?;
    Ok(MessageContent { written_at: now, body: MessageBody::Chat(text), thread })
}

/// The summary of what a person has not seen, as it is now.
pub(super) async fn summary(
    backend: &Backend,
    organization: &OrganizationRef,
    delivery: &Delivery,
    id: PersonId,
    now: DateTime<Utc>,
) -> Result<WrittenMessage> {
    let handle = backend.store().read(delivery.organization);
    let Some(person) = tell::person(backend, delivery.organization, id).await? else {
        return Ok(Err(AttemptOutcome::not_set_up("Not sent: the person is no longer a member.")));
    };
    let since = since_last(&handle, id, delivery.created_at).await?;
    let found: Vec<_> = notices::unseen(&handle, id, since, LINES).await?.into_iter().filter(|one| one.at <= delivery.created_at).collect();
    if found.is_empty() {
        return Ok(Err(AttemptOutcome::needless("Not sent: everything was read in Docket meanwhile.")));
    }
    let content = match kept_message(delivery, NoticeChannel::Email) {
        Some(kept) => Ok(kept),
        None => sum_up(backend, organization, &found).map(|body| MessageContent { written_at: now, body, thread: None }),
    };
    Ok(content
        .map(|content| OutgoingMessage { id: delivery.id, now, to: person.email, content, secrets: Vec::new() })
        .map_err(AttemptOutcome::not_set_up))
}

/// The summary of these notices.
fn sum_up(backend: &Backend, organization: &OrganizationRef, found: &[notices::StoredNotice]) -> std::result::Result<MessageBody, String> {
    let subject = match found.len() {
        1 => "1 thing you have not seen".to_owned(),
        many => format!("{many} things you have not seen"),
    };
    let lines: Vec<Value> = found
        .iter()
        .map(|one| {
            let link = link(backend, &one.event, one.subject, &one.number);
            let text = cut(&one.text);
            json!({
                "number": one.number, "title": one.title, "title_line": isolate(&one.title), "sentence": one.sentence, "text": text,
                "text_html": kept_html(&text), "link": link,
            })
        })
        .collect();
    let data =
        json!({"subject": subject, "preheader": "", "organization": organization.name, "notices": lines, "settings": settings(backend)});
    laid_out(
        subject,
        include_str!("mail/summary.txt"),
        concat!(include_str!("mail/head.html"), include_str!("mail/summary.html")),
        &data,
        settings(backend),
    )
}

/// From when on a summary sums up: the one before it, or some days ago.
pub(super) async fn since_last(handle: &impl StoreHandle, person: PersonId, until: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let earliest = until - SUMMED_UP;
    let last = deliveries::summary_before(handle, person, until).await?;
    Ok(last.map_or(earliest, |last| last.max(earliest)))
}

/// What the other side calls the first message of the thread; None where messages stand alone, and for the first itself.
async fn first_message(handle: &impl StoreHandle, delivery: &Delivery) -> Result<Option<String>> {
    if !delivery.subject.keeps_thread() {
        return Ok(None);
    }
    threads::first(handle, delivery.subject, &delivery.connector, &delivery.recipient).await
}

/// The `Message-ID` of the first e-mail of a person's thread about a subject; None where mails stand alone, and for the first itself.
async fn first_mail(backend: &Backend, delivery: &Delivery) -> Result<Option<String>> {
    if !delivery.subject.keeps_thread() {
        return Ok(None);
    }
    let first = deliveries::first_of(&backend.store().read(delivery.organization), delivery).await?;
    Ok(first.filter(|first| *first != delivery.id).map(|first| mail_id(backend.settings(), first)))
}

async fn mail(backend: &Backend, about: &MessageContext<'_>, delivery: &Delivery) -> Result<std::result::Result<MessageBody, String>> {
    let first = first_mail(backend, delivery).await?.is_none();
    let (number, title, item) = (about.topic.number(), title_of(about), about.topic.item_beside(&about.notice.event));
    let plain = if number.is_empty() { sentence(about) } else { format!("{number} {}", isolate(title)) };
    let subject = if first { plain } else { format!("Re: {plain}") };
    let said = cut(&about.notice.text);
    let answers = match about.topic.request().filter(|_| words::decides(&about.notice.event)) {
        Some(request) => answers(&data::of(backend, about.organization, request).await?),
        None => Vec::new(),
    };
    let data = json!({
        "subject": subject,
        "preheader": if said.is_empty() { sentence(about) } else { format!("{}: {said}", sentence(about)) },
        "organization": about.organization.name,
        "number": number,
        "title": title,
        "title_line": isolate(title),
        "item": item,
        "item_line": isolate(item),
        "sentence": sentence(about),
        "text": said,
        "text_html": kept_html(&said),
        "answers": answers,
        "link": link_of(backend, about),
        "button": words::button(&about.notice.event),
        "footnote": about.topic.footnote(),
        "settings": settings(backend),
    });
    Ok(laid_out(
        subject,
        include_str!("mail/notice.txt"),
        concat!(include_str!("mail/head.html"), include_str!("mail/notice.html")),
        &data,
        settings(backend),
    ))
}

/// The answers that say something.
fn answers(data: &Value) -> Vec<Value> {
    let sections = data["answers"].as_array().into_iter().flatten();
    let answers = sections.filter_map(|section| section["answers"].as_array()).flatten();
    let said = answers.filter_map(|answer| Some((answer["label"].as_str()?, answer["text"].as_str().filter(|text| !text.is_empty())?)));
    let told = |(label, text)| {
        let text = cut(text);
        json!({"label": label, "label_line": isolate(label), "line": isolate(&text), "html": kept_html(&text)})
    };
    said.take(ANSWERS).map(told).collect()
}

/// A mail by its templates.
pub(super) fn laid_out(
    subject: String,
    text: &str,
    html: &str,
    data: &Value,
    settings: String,
) -> std::result::Result<MessageBody, String> {
    let text = templates::document(text, TemplateEscape::None, data)?;
    let html = templates::document(html, TemplateEscape::Html, data)?;
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(MessageBody::Mail { subject: shorten(&subject, LONGEST_SUBJECT, utf16_units).into_owned(), text, html, settings })
}

fn telegram(backend: &Backend, about: &MessageContext<'_>) -> String {
    let (number, title) = (about.topic.number(), isolate(title_of(about)));
    let title = if number.is_empty() { String::new() } else { format!(" {}", templates::html(&title)) };
    let mut text = format!(
        "<b><a href=\"{}\">{}</a></b>{title}\n{}.",
        templates::html(&link_of(backend, about)),
        templates::html(about.topic.short_name()),
        templates::html(&sentence(about)),
    );
    if !about.notice.text.is_empty() {
        text.push_str(&format!("\n<blockquote>{}</blockquote>", templates::html(&cut(&about.notice.text))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_that_were_typed_are_kept() {
        for (text, html) in [
            ("one line", "one line"),
            ("first\n  second", "first<br>&nbsp;&nbsp;second"),
            ("a   b", "a&nbsp;&nbsp; b"),
            ("a\r\n\r\nb", "a<br><br>b"),
            (" <b> & \"c\"", "&nbsp;&lt;b&gt; &amp; &quot;c&quot;"),
        ] {
            assert_eq!(kept_html(text), html);
        }
    }
}
