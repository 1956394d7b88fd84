//! SendGrid: an e-mail through its Mail Send interface (`POST /v3/mail/send`).

use super::call::{CallJudgement, RemoteCall, web_address};
use super::connectwise::ALL_ANSWERS;
use super::http::{RemoteAnswer, RemoteClient};
use super::writing::{self, BODY, SUBJECT};
use super::{AttemptOutcome, ConnectorKind, ConnectorSettings, MessageBody, OutgoingDelivery, OutgoingMessage, mail_id};
use crate::templates::TemplateEscape;
use chrono::Duration;
use domain::notices::NoticeChannel;
use domain::recipients::each_once;
use reqwest::header::AUTHORIZATION;
use serde_json::{Map, Value, json};

/// The connector of kind `sendgrid`.
pub struct SendGrid;

const API: &str = "https://api.sendgrid.com";
pub(super) const DEFAULT_SUBJECT: &str = "{{ number }} {{ title }}, {{ requester.name }}";

#[async_trait::async_trait]
impl ConnectorKind for SendGrid {
    fn kind(&self) -> &'static str {
        "sendgrid"
    }

    fn label(&self) -> &'static str {
        "SendGrid"
    }

    fn written_form(&self) -> &'static str {
        include_str!("forms/sendgrid.yaml")
    }

    fn secrets(&self) -> &'static [&'static str] {
        &["api_key"]
    }

    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[("subject_template", TemplateEscape::None), ("body_template", TemplateEscape::None)]
    }

    fn check(&self, given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
        let mut problems: Vec<_> =
            addresses(&given.text("to_email")).err().map(|message| ("to_email".to_owned(), message)).into_iter().collect();
        let named = !given.text("api_key_env").is_empty();
        if !given.text("api_url").is_empty() && given.text("api_key").is_empty() && !named {
            problems.push(("api_url".to_owned(), "Another address needs an API key of its own.".to_owned()));
        }
        problems.extend(web_address("api_url", &given.text_or("api_url", API)).err());
        problems
    }

    fn target(&self, settings: &Map<String, Value>) -> String {
        settings.get("to_email").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    async fn deliver(&self, given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, client: &RemoteClient) -> AttemptOutcome {
        match call(given, outgoing) {
            Ok(call) => call.make(client, outgoing.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }

    fn carries(&self) -> Option<NoticeChannel> {
        Some(NoticeChannel::Email)
    }

    async fn tell(&self, given: &ConnectorSettings<'_>, message: &OutgoingMessage, client: &RemoteClient) -> AttemptOutcome {
        match notice(given, message) {
            Ok(call) => call.make(client, message.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }
}

fn judge(answer: &RemoteAnswer, after: Option<Duration>) -> CallJudgement {
    let json = answer.json();
    let messages: Vec<&str> = json["errors"].as_array().into_iter().flatten().filter_map(|error| error["message"].as_str()).collect();
    answer.judge("SendGrid", after, &messages.join("; ")).into()
}

fn call(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>) -> Result<RemoteCall, String> {
    let to: Vec<Value> = addresses(&given.text("to_email"))?.into_iter().map(|email| json!({"email": email})).collect();
    let subject = writing::line(given, "subject_template", DEFAULT_SUBJECT, &SUBJECT, outgoing)?;
    let text = writing::written(given, "body_template", ALL_ANSWERS, &BODY, outgoing)?;
    let body = json!({
        "personalizations": [{"to": to, "custom_args": {"docket_delivery": outgoing.id.to_string()}}],
        "from": {"email": given.needed("from_email")?, "name": "Docket"},
        "subject": subject,
        "headers": {"Message-ID": mail_id(given.server, outgoing.id), "Auto-Submitted": "auto-generated"},
        "content": [{"type": "text/plain", "value": text}],
    });
    post(given, &body)
}

/// A message of Docket's as text and HTML, in its thread.
fn notice(given: &ConnectorSettings<'_>, message: &OutgoingMessage) -> Result<RemoteCall, String> {
    let MessageBody::Mail { subject, text, html, settings } = &message.content.body else {
        return Err("Not sent: this message is not meant for e-mail.".to_owned());
    };
    let mut headers = json!({
        "Message-ID": mail_id(given.server, message.id),
        "Auto-Submitted": "auto-generated",
    });
    if !settings.is_empty() {
        headers["List-Unsubscribe"] = json!(format!("<{settings}>"));
    }
    let to: Vec<Value> = each_once([&message.to]).into_iter().map(|email| json!({"email": email})).collect();
    if let Some(first) = message.thread() {
        headers["In-Reply-To"] = json!(first);
        headers["References"] = json!(first);
    }
    let body = json!({
        "personalizations": [{"to": to, "custom_args": {"docket_delivery": message.id.to_string()}}],
        "from": {"email": given.needed("from_email")?, "name": "Docket"},
        "subject": subject,
        "headers": headers,
        "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html}],
    });
    post(given, &body)
}

fn post(given: &ConnectorSettings<'_>, body: &Value) -> Result<RemoteCall, String> {
    // The server's own key goes to SendGrid alone.
    let own = given.text("api_key");
    let (key, api) = match &given.server.sendgrid_api_key {
        _ if !own.is_empty() => (own, given.text_or("api_url", API)),
        Some(shared) => (shared.clone(), API.to_owned()),
        None => return Err("Not sent: the API key is missing. Enter one, or set SENDGRID_API_KEY on the server.".to_owned()),
    };
    let url = web_address("api_url", &format!("{}/v3/mail/send", api.trim_end_matches('/'))).map_err(|(_, message)| message)?;
    Ok(RemoteCall::post(url, body).header(AUTHORIZATION, &format!("Bearer {key}"), true))
}

/// Addresses written with commas between them, each once; at most 50.
pub(super) fn addresses(text: &str) -> Result<Vec<String>, String> {
    let found = each_once(text.split(','));
    let wrong = found.iter().find(|address| address.parse::<lettre::Address>().is_err());
    match wrong {
        Some(wrong) => Err(format!("“{wrong}” is not an e-mail address.")),
        None if found.is_empty() => Err("Enter an e-mail address.".to_owned()),
        None if found.len() > 50 => Err("At most 50 addresses.".to_owned()),
        None => Ok(found),
    }
}
