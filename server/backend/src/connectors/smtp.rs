//! E-mail by SMTP, through a mail server of the connector's own or the one this server was given.
//!
//! The message's id is made of the delivery's: a receiver that gets it twice sees one message.

use super::connectwise::ALL_ANSWERS;
use super::conversation::{MailEnvelope, send};
use super::header_lines::{recipients_header, subject_header};
use super::http::RemoteClient;
use super::sendgrid::{DEFAULT_SUBJECT, addresses};

use super::writing::{self, BODY, SUBJECT};
use super::{AttemptOutcome, ConnectorKind, ConnectorSettings, OutgoingDelivery, mail_id};
use crate::settings::{MailServer, MailTls};
use crate::templates::TemplateEscape;
use chrono::{DateTime, Utc};
use domain::connectors::receipt::RecipientReceipt;
use domain::id::DeliveryId;
use domain::notices::NoticeChannel;
use domain::recipients::each_once;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use serde_json::{Map, Value};

/// The connector of kind `smtp`.
pub struct SmtpConnector;

#[async_trait::async_trait]
impl ConnectorKind for SmtpConnector {
    fn kind(&self) -> &'static str {
        "smtp"
    }

    fn label(&self) -> &'static str {
        "E-mail"
    }

    fn written_form(&self) -> &'static str {
        include_str!("forms/smtp.yaml")
    }

    fn secrets(&self) -> &'static [&'static str] {
        &["password"]
    }

    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[("subject_template", TemplateEscape::None), ("body_template", TemplateEscape::None)]
    }

    fn check(&self, given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
        let mut problems: Vec<_> =
            addresses(&given.text("to_email")).err().map(|message| ("to_email".to_owned(), message)).into_iter().collect();
        let secret = !given.text("password").is_empty() || !given.text("password_env").is_empty();
        if secret && given.text("tls") == "none" {
            problems.push(("tls".to_owned(), "A password is not sent without encryption. Choose STARTTLS or TLS.".to_owned()));
        }
        problems
    }

    fn target(&self, settings: &Map<String, Value>) -> String {
        settings.get("to_email").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    async fn deliver(&self, given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, client: &RemoteClient) -> AttemptOutcome {
        let ready = server(given).and_then(|server| {
            let (from, to) = (sender(given, &server)?, mailboxes(addresses(&given.text("to_email"))?)?);
            Ok((message(given, outgoing, &from, &to)?, from, to, server))
        });
        let (message, from, all, server) = match ready {
            Ok(ready) => ready,
            Err(message) => return AttemptOutcome::not_set_up(message),
        };
        // Who has it, or was refused it, is not asked again.
        let before: Vec<RecipientReceipt> = outgoing.receipts.iter().filter(|one| !one.is_put_off()).cloned().collect();
        let has_answer = |address: &Address| before.iter().any(|one| one.address == address.to_string());
        let to: Vec<Address> = all.into_iter().map(|mailbox| mailbox.email).filter(|address| !has_answer(address)).collect();
        if to.is_empty() {
            return AttemptOutcome::needless("Not sent again: every recipient has answered.");
        }
        send(&server, &MailEnvelope { message: &message, from: &from, before: &before, to }, client).await
    }

    fn carries(&self) -> Option<NoticeChannel> {
        Some(NoticeChannel::Email)
    }

    async fn tell(&self, given: &ConnectorSettings<'_>, message: &super::OutgoingMessage, client: &RemoteClient) -> AttemptOutcome {
        let ready = server(given).and_then(|server| {
            let (from, to) = (sender(given, &server)?, mailboxes(each_once([&message.to]))?);
            let to = to.into_iter().next().ok_or("Not sent: the person has no e-mail address.")?;
            Ok((notice(given, message, &from, &to)?, from, to, server))
        });
        match ready {
            Ok((message, from, to, server)) => {
                send(&server, &MailEnvelope { message: &message, from: &from, before: &[], to: vec![to.email] }, client).await
            }
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }
}

/// The connector's mail server, or this server's.
fn server(given: &ConnectorSettings<'_>) -> Result<MailServer, String> {
    let host = given.text("host");
    if host.is_empty() {
        let shared = given.server.mail.clone();
        return shared.ok_or_else(|| "Not sent: the mail server is missing. Enter one, or set EMAIL_HOST on the server.".to_owned());
    }
    let tls = match given.text("tls").as_str() {
        "none" => MailTls::None,
        "tls" => MailTls::Whole,
        _ => MailTls::StartTls,
    };
    let port = given.text("port").parse().unwrap_or(if tls == MailTls::Whole { 465 } else { 587 });
    Ok(MailServer { host, port, tls, user: given.text("username"), password: given.text("password"), from: given.text("from_email") })
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| format!("Not sent: “{text}” is not an e-mail address."))
}

fn mailboxes(addresses: Vec<String>) -> Result<Vec<Mailbox>, String> {
    addresses.iter().map(|address| mailbox(address)).collect()
}

fn sender(given: &ConnectorSettings<'_>, server: &MailServer) -> Result<Mailbox, String> {
    let from = given.text_or("from_email", &server.from);
    if from.is_empty() {
        return Err("Not sent: the sender is missing. Enter one, or set DEFAULT_FROM_EMAIL on the server.".to_owned());
    }
    mailbox(&from)
}

/// A message of Docket's as text and HTML, in its thread.
fn notice(given: &ConnectorSettings<'_>, told: &super::OutgoingMessage, from: &Mailbox, to: &Mailbox) -> Result<Message, String> {
    let super::MessageBody::Mail { subject, text, html, settings } = &told.content.body else {
        return Err("Not sent: this message is not meant for e-mail.".to_owned());
    };
    let mut builder = begun(given, (told.id, told.content.written_at), from, subject).to(to.clone());
    if !settings.is_empty() {
        builder = builder.raw_header(header("List-Unsubscribe", format!("<{settings}>")));
    }
    if let Some(first) = told.thread() {
        builder = builder.in_reply_to(first.to_owned()).references(first.to_owned());
    }
    // A boundary of chance would make each try another message.
    let parts = MultiPart::alternative().boundary(told.id.to_string());
    builder.multipart(parts.singlepart(SinglePart::plain(text.clone())).singlepart(SinglePart::html(html.clone()))).map_err(unwritten)
}

fn message(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, from: &Mailbox, to: &[Mailbox]) -> Result<Message, String> {
    let subject = writing::line(given, "subject_template", DEFAULT_SUBJECT, &SUBJECT, outgoing)?;
    let text = writing::written(given, "body_template", ALL_ANSWERS, &BODY, outgoing)?;
    begun(given, (outgoing.id, outgoing.decided_at), from, &subject)
        .raw_header(recipients_header(to))
        .singlepart(SinglePart::plain(text))
        .map_err(unwritten)
}

/// What every message begins with; its date is that of its words, not of a try. Machines do not answer it (RFC 3834).
fn begun(given: &ConnectorSettings<'_>, (id, written_at): (DeliveryId, DateTime<Utc>), from: &Mailbox, subject: &str) -> MessageBuilder {
    Message::builder()
        .from(from.clone())
        .date(written_at.into())
        .message_id(Some(mail_id(given.server, id)))
        .raw_header(subject_header(subject))
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn unwritten(error: lettre::error::Error) -> String {
    format!("Not sent: the message cannot be written ({error}).")
}
