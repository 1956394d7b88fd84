//! One conversation with a mail server, in which every recipient has their own answer: one who is refused keeps nobody else from the mail.

use super::http::{RemoteClient, excerpt};
use super::{AttemptOutcome, AttemptVerdict};
use crate::settings::{MailServer, MailTls};
use domain::connectors::receipt::RecipientReceipt;
use domain::shorten::shorten;
use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use lettre::{Address, message::Mailbox};
use std::error::Error as _;
use std::net::IpAddr;
use std::time::Duration;

/// For the connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// For the farewell.
const FAREWELL: Duration = Duration::from_secs(2);
/// The answer of Docket itself for an address that the server cannot take (RFC 6531).
const NOT_ASCII: u16 = 553;

/// A message, and to whom it goes.
pub(super) struct MailEnvelope<'a> {
    pub message: &'a Message,
    pub from: &'a Mailbox,
    /// Those who have it, or were refused it, from earlier tries.
    pub before: &'a [RecipientReceipt],
    /// Everybody else.
    pub to: Vec<Address>,
}

/// Sends a message to the checked address of a mail server; its name is only what the certificate must say.
pub(super) async fn send(server: &MailServer, letter: &MailEnvelope<'_>, client: &RemoteClient) -> AttemptOutcome {
    let told = format!("SMTP {}:{}\n\n{}", server.host, server.port, excerpt(&letter.message.formatted()));
    let address = match client.resolve(&server.host, server.port).await {
        Ok(address) => address,
        Err(none) => return AttemptOutcome::without_answer(none.verdict(), told),
    };
    let tls = match server.tls {
        MailTls::None => Ok(None),
        MailTls::StartTls | MailTls::Whole => TlsParameters::new(server.host.clone()).map(Some),
    };
    let tls = match tls {
        Ok(tls) => tls,
        Err(error) => return AttemptOutcome::not_set_up(format!("Not sent: encryption cannot be set up ({error}).")),
    };
    match converse(server, (address, tls), letter).await {
        Ok((receipts, taken)) => outcome(letter, receipts, taken.as_ref(), told),
        Err(error) => AttemptOutcome {
            verdict: verdict_of(&error),
            code: code(&error),
            response: excerpt(error.to_string().as_bytes()),
            ..AttemptOutcome::told(told)
        },
    }
}

/// The answer to each recipient, and to the message when somebody gets it.
async fn converse(
    server: &MailServer,
    (address, tls): (IpAddr, Option<TlsParameters>),
    letter: &MailEnvelope<'_>,
) -> Result<(Vec<RecipientReceipt>, Option<Response>), Error> {
    let hello = ClientId::default();
    let (whole, later) = if server.tls == MailTls::Whole { (tls, None) } else { (None, tls) };
    let mut connection = AsyncSmtpConnection::connect_tokio1((address, server.port), Some(PATIENCE), &hello, whole, None).await?;
    let said = speak(&mut connection, server, (later, &hello), letter).await;
    // The mail server has answered; whether it hears the farewell changes nothing.
    let _ = tokio::time::timeout(FAREWELL, connection.abort()).await;
    said
}

async fn speak(
    connection: &mut AsyncSmtpConnection,
    server: &MailServer,
    (tls, hello): (Option<TlsParameters>, &ClientId),
    letter: &MailEnvelope<'_>,
) -> Result<(Vec<RecipientReceipt>, Option<Response>), Error> {
    if let Some(tls) = tls {
        connection.starttls(tls, hello).await?;
    }
    if !server.user.is_empty() {
        connection.auth(DEFAULT_MECHANISMS, &Credentials::new(server.user.clone(), server.password.clone())).await?;
    }
    let body = letter.message.formatted();
    let speaks_utf8 = connection.server_info().supports_feature(Extension::SmtpUtfEight);
    let mut options = Vec::new();
    let is_foreign = |address: &Address| !AsRef::<str>::as_ref(address).is_ascii();
    if speaks_utf8 && letter.to.iter().chain([&letter.from.email]).any(is_foreign) {
        options.push(MailParameter::SmtpUtfEight);
    }
    if !body.is_ascii() {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(Some(letter.from.email.clone()), options)).await?;
    let mut receipts = Vec::with_capacity(letter.to.len());
    for address in &letter.to {
        if is_foreign(address) && !speaks_utf8 {
            receipts.push(RecipientReceipt::new(address, NOT_ASCII, "the mail server does not accept addresses with letters beyond ASCII"));
            continue;
        }
        match connection.command(Rcpt::new(address.clone(), Vec::new())).await {
            Ok(response) => receipts.push(RecipientReceipt::new(address, u16::from(response.code()), "")),
            Err(error) => match code(&error).filter(|code| !is_final(*code)) {
                Some(code) => receipts.push(RecipientReceipt::new(address, code, &words(&error))),
                None => return Err(error),
            },
        }
    }
    if !receipts.iter().any(RecipientReceipt::took_it) {
        return Ok((receipts, None));
    }
    connection.command(Data).await?;
    let taken = connection.message(&body).await?;
    Ok((receipts, Some(taken)))
}

/// Whether an answer is about the conversation and not about a recipient: it ends, or it wants credentials (RFC 4954).
fn is_final(code: u16) -> bool {
    matches!(code, 421 | 530 | 534 | 535 | 538)
}

fn code(error: &Error) -> Option<u16> {
    error.status().map(u16::from)
}

/// What the mail server said beside its code.
fn words(error: &Error) -> String {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    shorten(&said.split_whitespace().collect::<Vec<_>>().join(" "), 300, str::len).into_owned()
}

fn verdict_of(error: &Error) -> AttemptVerdict {
    let code = code(error);
    let text = format!("The mail server {}: {error}.", if code.is_some() { "refused" } else { "did not answer" });
    match code {
        Some(530 | 534 | 535 | 538) => AttemptVerdict::Unauthorized { error: text },
        _ if error.is_permanent() => AttemptVerdict::Permanent { error: text },
        _ => AttemptVerdict::Retry { error: text, after: None },
    }
}

/// What the answers mean together with those of earlier tries. What one recipient was refused does not concern the others.
fn outcome(letter: &MailEnvelope<'_>, receipts: Vec<RecipientReceipt>, taken: Option<&Response>, told: String) -> AttemptOutcome {
    let all: Vec<&RecipientReceipt> = letter.before.iter().chain(&receipts).collect();
    let named = |which: fn(&RecipientReceipt) -> bool| {
        all.iter().copied().filter(|one| which(one)).map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let (took, refused, waiting) =
        (named(RecipientReceipt::took_it), named(RecipientReceipt::is_refused), named(RecipientReceipt::is_put_off));
    let others = if took.is_empty() { "" } else { " The others have it." };
    let verdict = match (waiting.is_empty(), took.is_empty()) {
        (false, _) => AttemptVerdict::Retry { error: format!("The mail server put off {waiting}.{others}"), after: None },
        (true, true) => AttemptVerdict::Permanent { error: format!("The mail server refused {refused}.") },
        (true, false) => AttemptVerdict::Sent,
    };
    let code = taken.map(|taken| u16::from(taken.code())).or_else(|| receipts.iter().map(|one| one.code).max());
    let mut lines = Vec::new();
    if !refused.is_empty() {
        lines.push(format!("Not delivered to {refused}."));
    }
    if !(took.is_empty() || refused.is_empty() && waiting.is_empty()) {
        lines.push(format!("Delivered to {took}."));
    }
    lines.extend(taken.map(|taken| taken.message().collect::<Vec<_>>().join("\n")));
    AttemptOutcome { verdict, code, response: excerpt(lines.join("\n").as_bytes()), receipts, ..AttemptOutcome::told(told) }
}
