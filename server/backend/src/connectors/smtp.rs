//! E-mail by SMTP, through a mail server of the connector's own or the one this server was given.
//!
//! The message's id is made of the delivery's: a receiver that gets it twice sees one message.

use super::connectwise::ALL_ANSWERS;
use super::http::{Client, excerpt};
use super::sendgrid::{DEFAULT_SUBJECT, addresses};
use super::{Connector, Given, Outcome, Outgoing, Verdict, mail_id};
use crate::settings::{MailServer, MailTls};
use crate::templates::Escape;
use domain::notices::Channel;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde_json::{Map, Value};
use std::time::Duration;

/// The connector of kind `smtp`.
pub struct Smtp;

/// For each step of the conversation.
const PATIENCE: Duration = Duration::from_secs(30);

#[async_trait::async_trait]
impl Connector for Smtp {
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

    fn templates(&self) -> &'static [(&'static str, Escape)] {
        &[("subject_template", Escape::None), ("body_template", Escape::None)]
    }

    fn check(&self, given: &Given<'_>) -> Vec<(String, String)> {
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

    async fn deliver(&self, given: &Given<'_>, outgoing: &Outgoing<'_>, client: &Client) -> Outcome {
        let ready = server(given).and_then(|server| Ok((message(given, outgoing, &server)?, server)));
        match ready {
            Ok((message, server)) => send(&server, &message, client).await,
            Err(message) => Outcome::not_set_up(message),
        }
    }

    fn carries(&self) -> Option<Channel> {
        Some(Channel::Email)
    }

    async fn tell(&self, given: &Given<'_>, message: &super::Message, client: &Client) -> Outcome {
        match server(given).and_then(|server| Ok((notice(given, message, &server)?, server))) {
            Ok((message, server)) => send(&server, &message, client).await,
            Err(message) => Outcome::not_set_up(message),
        }
    }
}

/// The connector's mail server, or this server's.
fn server(given: &Given<'_>) -> Result<MailServer, String> {
    let host = given.text("host");
    if host.is_empty() {
        let shared = given.server.mail.clone();
        return shared.ok_or_else(|| "Not sent: there is no mail server. Enter one, or set EMAIL_HOST on the server.".to_owned());
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

fn sender(given: &Given<'_>, server: &MailServer) -> Result<Mailbox, String> {
    let from = given.text_or("from_email", &server.from);
    if from.is_empty() {
        return Err("Not sent: there is no sender. Enter one, or set DEFAULT_FROM_EMAIL on the server.".to_owned());
    }
    mailbox(&from)
}

/// A message of Docket's as text and HTML, in its thread. Machines do not answer it (RFC 3834).
fn notice(given: &Given<'_>, told: &super::Message, server: &MailServer) -> Result<Message, String> {
    let super::Body::Mail { subject, text, html, settings } = &told.body else {
        return Err("Not sent: this is no message for e-mail.".to_owned());
    };
    let header = |name, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
    let mut builder = Message::builder()
        .from(sender(given, server)?)
        .to(mailbox(&told.to)?)
        .subject(subject.as_str())
        .message_id(Some(mail_id(given.server, told.id)))
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(header("List-Unsubscribe", format!("<{settings}>")));
    if let Some(first) = &told.thread {
        builder = builder.in_reply_to(first.clone()).references(first.clone());
    }
    builder
        .multipart(MultiPart::alternative_plain_html(text.clone(), html.clone()))
        .map_err(|error| format!("Not sent: the message cannot be written ({error})."))
}

fn message(given: &Given<'_>, outgoing: &Outgoing<'_>, server: &MailServer) -> Result<Message, String> {
    let subject = given.made("subject_template", DEFAULT_SUBJECT, Escape::None, outgoing)?;
    let mut builder = Message::builder()
        .from(sender(given, server)?)
        .subject(subject.split_whitespace().collect::<Vec<_>>().join(" "))
        .message_id(Some(mail_id(given.server, outgoing.id)))
        .header(ContentType::TEXT_PLAIN);
    for address in addresses(&given.text("to_email"))? {
        builder = builder.to(mailbox(&address)?);
    }
    let text = given.made("body_template", ALL_ANSWERS, Escape::None, outgoing)?;
    builder.body(text).map_err(|error| format!("Not sent: the message cannot be written ({error})."))
}

/// Sends a message to the checked address of a mail server; its name is only what the certificate must say.
pub(crate) async fn send(server: &MailServer, message: &Message, client: &Client) -> Outcome {
    let told = format!("SMTP {}:{}\n\n{}", server.host, server.port, excerpt(&message.formatted()));
    let address = match client.resolve(&server.host, server.port).await {
        Ok(address) => address,
        Err(none) => return Outcome::without_answer(none.verdict(), told),
    };
    let tls = match server.tls {
        MailTls::None => Ok(Tls::None),
        MailTls::StartTls => TlsParameters::new(server.host.clone()).map(Tls::Required),
        MailTls::Whole => TlsParameters::new(server.host.clone()).map(Tls::Wrapper),
    };
    let tls = match tls {
        Ok(tls) => tls,
        Err(error) => return Outcome::not_set_up(format!("Not sent: encryption cannot be set up ({error}).")),
    };
    let mut transport =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.to_string()).port(server.port).tls(tls).timeout(Some(PATIENCE));
    if !server.user.is_empty() {
        transport = transport.credentials(Credentials::new(server.user.clone(), server.password.clone()));
    }
    match transport.build().send(message.clone()).await {
        Ok(response) => Outcome {
            verdict: Verdict::Sent,
            code: Some(u16::from(response.code())),
            request: told,
            response: excerpt(response.message().collect::<Vec<_>>().join("\n").as_bytes()),
            created: None,
            names_message: false,
        },
        Err(error) => {
            let code = error.status().map(u16::from);
            let error_text = format!("The mail server {}: {error}.", if code.is_some() { "refused" } else { "did not answer" });
            let verdict = match code {
                // Credentials (RFC 4954): 530 authentication required, 534, 535 refused, 538 encryption required.
                Some(530 | 534 | 535 | 538) => Verdict::Unauthorized { error: error_text },
                _ if error.is_permanent() => Verdict::Permanent { error: error_text },
                _ => Verdict::Retry { error: error_text, after: None },
            };
            Outcome { verdict, code, request: told, response: excerpt(error.to_string().as_bytes()), created: None, names_message: false }
        }
    }
}
