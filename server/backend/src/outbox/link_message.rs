//! The mail with an account link. Its secret is worked out for each try and stands nowhere but in the mail: neither in the delivery nor in
//! what is kept of its attempts.

use super::message::{MessageContext, WrittenMessage, laid_out};
use super::topic::LoadedSubject;
use crate::Backend;
use crate::connectors::{AttemptOutcome, MessageContent, OutgoingMessage};
use crate::doors::links;
use crate::error::{Error, Result};
use crate::store::deliveries::Delivery;
use crate::store::members;
use chrono::{DateTime, Utc};
use domain::direction::isolate;
use domain::doors::{AccountLink, LinkPurpose, LinkState};
use serde_json::json;

/// The mail, or why there is nothing to send.
pub(super) async fn write(
    backend: &Backend,
    about: &MessageContext<'_>,
    delivery: &Delivery,
    now: DateTime<Utc>,
) -> Result<WrittenMessage> {
    let LoadedSubject::Link(link) = about.topic else { return Err(Error::Damaged("it is about no account link".to_owned())) };
    if link.state(now) != LinkState::Open {
        return Ok(Err(AttemptOutcome::needless("Not sent: the link no longer opens anything.")));
    }
    let Some(secret) = links::secret_of(backend, link)? else {
        return Ok(Err(AttemptOutcome::not_set_up("Not sent: the server has another key than when the link was made. Send a new link.")));
    };
    let by = match link.made_by {
        Some(person) => members::people(&backend.store().read(delivery.organization), &[person]).await?.into_iter().next(),
        None => None,
    };
    let words = words(link, &about.organization.name, by.map(|by| by.name).as_deref());
    let data = json!({
        "subject": words.subject,
        "preheader": words.sentence,
        "organization": about.organization.name,
        "sentence": words.sentence,
        "lines": words.lines,
        "button": words.button,
        "link": links::address_of(backend, link.purpose, &secret),
        "lasts": link.purpose.lasts_words(),
        "footnote": words.footnote,
    });
    let body = laid_out(
        words.subject,
        include_str!("mail/link.txt"),
        concat!(include_str!("mail/head.html"), include_str!("mail/link.html")),
        &data,
        String::new(),
    );
    let content = body.map(|body| MessageContent { written_at: delivery.created_at, body, thread: None });
    let (id, to) = (delivery.id, link.email.clone());
    Ok(content.map(|content| OutgoingMessage { id, now, to, content, secrets: vec![secret] }).map_err(AttemptOutcome::not_set_up))
}

/// What such a mail says.
struct LinkWords {
    subject: String,
    sentence: String,
    lines: Vec<String>,
    button: &'static str,
    footnote: String,
}

fn words(link: &AccountLink, organization: &str, by: Option<&str>) -> LinkWords {
    let (organization, email) = (isolate(organization).into_owned(), isolate(&link.email).into_owned());
    let ignore = "If you did not ask for this, leave it: nothing changes.";
    match link.purpose {
        LinkPurpose::Reset => LinkWords {
            subject: "Choose a new password".to_owned(),
            sentence: "Choose a new password".to_owned(),
            lines: vec![format!("Somebody asked for a new password for {email}. When you choose one, you are signed out everywhere else.")],
            button: "Choose a new password",
            footnote: ignore.to_owned(),
        },
        LinkPurpose::Invitation => {
            let by = by.map_or_else(|| "You are".to_owned(), |by| format!("{} has", isolate(by)));
            let sentence =
                if by == "You are" { format!("You are invited to {organization}") } else { format!("{by} invited you to {organization}") };
            LinkWords {
                subject: format!("Your invitation to {organization}"),
                sentence,
                lines: vec!["There you ask for what you need, and see where it stands.".to_owned()],
                button: "Accept the invitation",
                footnote: format!("This was sent to {email}. If you do not know why, leave it."),
            }
        }
        LinkPurpose::Registration => LinkWords {
            subject: format!("Confirm your address for {organization}"),
            sentence: format!("Confirm your address to join {organization}"),
            lines: vec![format!("Somebody, probably you, wants to use {organization} with the address {email}.")],
            button: "Confirm the address",
            footnote: ignore.to_owned(),
        },
    }
}
