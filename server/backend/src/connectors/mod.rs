//! Connectors: how an effect reaches another system. One file per kind, listed in `CONNECTORS`, and its settings as a form in `forms/`.
//!
//! Only the outbox calls them, never a use case. A connector does not decide when to try again: it says what happened.

mod call;
mod connectwise;
mod conversation;
mod given;
mod header_lines;
pub mod http;
mod message;
mod sendgrid;
mod slack_bot;
mod slack_webhook;
mod smtp;
mod telegram;
mod webhook;
mod writing;

pub(crate) use given::{ConnectorSettings, is_secret, resolve, secret_values};
pub(crate) use message::{MessageBody, MessageContent, OutgoingMessage, mail_id};

use crate::settings::UseCaseSettings;
use crate::templates::{self, TemplateEscape};
use chrono::{DateTime, Duration, Utc};
use domain::connectors::Connector as Definition;
use domain::connectors::receipt::RecipientReceipt;
use domain::forms::answers::says_something;
use domain::forms::check::check as check_form;
use domain::forms::{Answers, Field, Form};
use domain::id::DeliveryId;
use domain::notices::{CHANNELS, NoticeChannel};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Every kind of connector, in the order in which they are offered.
pub static CONNECTORS: &[&dyn ConnectorKind] = &[
    &webhook::WebhookConnector,
    &connectwise::ConnectWise,
    &sendgrid::SendGrid,
    &smtp::SmtpConnector,
    &slack_webhook::SlackWebhook,
    &slack_bot::SlackBot,
    &telegram::TelegramConnector,
];

/// The connector of a kind.
pub fn find(kind: &str) -> Option<&'static dyn ConnectorKind> {
    CONNECTORS.iter().copied().find(|connector| connector.kind() == kind)
}

/// What a connector is asked to deliver.
pub struct OutgoingDelivery<'a> {
    /// The delivery's id: the same for every try, so that the other side can tell a repetition.
    pub id: DeliveryId,
    /// The effect's name: `request.dispatched`.
    pub name: &'a str,
    /// When the effect was decided; the same for every try.
    pub decided_at: DateTime<Utc>,
    /// When this try is made.
    pub now: DateTime<Utc>,
    pub data: &'a Value,
    /// What began the request's thread at this destination, where the other side has threads.
    pub thread: Option<&'a str>,
    /// What recipients were answered in earlier tries, where each has an answer of their own.
    pub receipts: &'a [RecipientReceipt],
}

/// What came of a try.
#[derive(Clone, Debug)]
pub struct AttemptOutcome {
    pub verdict: AttemptVerdict,
    /// Status of HTTP or SMTP, when there was an answer.
    pub code: Option<u16>,
    /// What was sent, with secrets left out.
    pub request: String,
    /// The beginning of what came back.
    pub response: String,
    /// What the other side made of it.
    pub created: Option<CreatedRecord>,
    /// Whether `created` names a message that others can stand below.
    pub names_message: bool,
    /// What this try answered to each recipient, where each has an answer of their own.
    pub receipts: Vec<RecipientReceipt>,
}

/// Something that exists in the other system because of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedRecord {
    /// Its name there: a ticket's number.
    pub number: String,
    /// Where to read it; empty when there is no address.
    pub link: String,
}

/// Whether the other side took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptVerdict {
    Sent,
    /// Worth trying again. `after` is what the other side asked for.
    Retry {
        error: String,
        after: Option<Duration>,
    },
    /// Our key or our rights are refused: tried again on schedule, and the destination is paused until then.
    Unauthorized {
        error: String,
    },
    /// Trying again would not help until somebody changes something.
    Permanent {
        error: String,
    },
}

impl AttemptVerdict {
    /// What went wrong; None when it was sent.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Sent => None,
            Self::Retry { error, .. } | Self::Unauthorized { error } | Self::Permanent { error } => Some(error),
        }
    }
}

impl AttemptOutcome {
    /// A try that could not begin, because of how the connector is set up.
    pub fn not_set_up(error: impl Into<String>) -> Self {
        Self::without_answer(AttemptVerdict::Permanent { error: error.into() }, String::new())
    }

    /// A try that nobody answered.
    pub fn without_answer(verdict: AttemptVerdict, request: String) -> Self {
        Self { verdict, ..Self::told(request) }
    }

    /// A try of which nothing is known yet but what was sent.
    fn told(request: String) -> Self {
        let (response, receipts) = (String::new(), Vec::new());
        Self { verdict: AttemptVerdict::Sent, code: None, request, response, created: None, names_message: false, receipts }
    }

    /// A try that no longer had anything to send, and why.
    pub fn needless(why: impl Into<String>) -> Self {
        Self { response: why.into(), ..Self::told(String::new()) }
    }

    /// Takes these texts out of everything that is kept.
    pub fn hide(&mut self, secrets: &[String]) {
        let clean = |text: &mut String| {
            for secret in secrets {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret, "(hidden)");
                }
            }
        };
        clean(&mut self.request);
        clean(&mut self.response);
        self.receipts.iter_mut().for_each(|receipt| clean(&mut receipt.words));
        match &mut self.verdict {
            AttemptVerdict::Sent => {}
            AttemptVerdict::Retry { error, .. } | AttemptVerdict::Unauthorized { error } | AttemptVerdict::Permanent { error } => {
                clean(error)
            }
        }
    }
}

/// A kind of destination.
#[async_trait::async_trait]
pub trait ConnectorKind: Send + Sync {
    /// The name definitions use: `webhook`.
    fn kind(&self) -> &'static str;

    /// The words for people: "Webhook".
    fn label(&self) -> &'static str;

    /// The settings' form, as YAML. A text field listed in `secrets` gets a sibling `<key>_env`.
    fn written_form(&self) -> &'static str;

    /// Settings that are secrets: sealed at rest and never shown.
    fn secrets(&self) -> &'static [&'static str];

    /// Settings that are templates, and what their text is for.
    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[]
    }

    /// What is wrong with the settings beyond what the form and the templates say, as path and sentence.
    fn check(&self, _given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Where it goes, in a few words without secrets: a host, a channel, an address.
    fn target(&self, settings: &Map<String, Value>) -> String;

    /// Tries once.
    async fn deliver(&self, given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, client: &http::RemoteClient) -> AttemptOutcome;

    /// The channel of notifications it can carry.
    fn carries(&self) -> Option<NoticeChannel> {
        None
    }

    /// Tries once to carry a message of Docket's to people.
    async fn tell(&self, _given: &ConnectorSettings<'_>, _message: &OutgoingMessage, _client: &http::RemoteClient) -> AttemptOutcome {
        AttemptOutcome::not_set_up(format!("Not sent: {} carries no messages to people.", self.label()))
    }
}

/// What carries a channel by the server's own settings: its key, which no connector of an organization can have.
pub(crate) fn by_server(channel: NoticeChannel, server: &UseCaseSettings) -> Option<Definition> {
    let mut settings = Map::new();
    let (key, kind, there) = match channel {
        NoticeChannel::InApp => return None,
        NoticeChannel::Email if server.sendgrid_from.is_some() => {
            settings.insert("from_email".to_owned(), server.sendgrid_from.clone().into());
            ("@email", "sendgrid", server.sendgrid_api_key.is_some())
        }
        NoticeChannel::Email => ("@email", "smtp", server.mail.is_some()),
        NoticeChannel::Slack => ("@slack", "slack_webhook", server.slack_webhook_url.is_some()),
        NoticeChannel::Telegram => ("@telegram", "telegram", server.telegram_token.is_some()),
    };
    let name = format!("{} by this server", channel.label());
    there.then(|| Definition { key: key.to_owned(), name, kind: kind.to_owned(), enabled: true, settings })
}

/// Every connector the server brings.
pub(crate) fn all_by_server(server: &UseCaseSettings) -> Vec<Definition> {
    CHANNELS.into_iter().filter_map(|channel| by_server(channel, server)).collect()
}

/// The form of a kind's settings, with a sibling for each secret.
///
/// # Errors
/// When the form in the program cannot be read.
pub fn form(kind: &dyn ConnectorKind) -> Result<Form, String> {
    let mut form: Form = yaml_serde::from_str(kind.written_form()).map_err(|error| format!("{}: {error}", kind.kind()))?;
    for section in &mut form.sections {
        let mut fields = Vec::with_capacity(section.fields.len());
        for field in std::mem::take(&mut section.fields) {
            let sibling = kind.secrets().contains(&field.key.as_str()).then(|| sibling(&field));
            fields.push(field);
            fields.extend(sibling);
        }
        section.fields = fields;
    }
    Ok(form)
}

/// The field that names a secret of the server instead of holding it.
fn sibling(field: &Field) -> Field {
    let mut sibling = field.clone();
    sibling.key = format!("{}_env", field.key);
    sibling.label = format!("{}, by name", field.label);
    sibling.kind = "text".to_owned();
    sibling.hint = "Instead of the value: the name of a secret this server was given, DESK for DOCKET_SECRET_DESK".to_owned();
    sibling.required = false;
    sibling.rules = domain::forms::FieldRules { max_length: Some(100), ..Default::default() };
    sibling
}

/// Everything wrong with the settings of an organization's connector, as path and sentence; empty when they can be used. `answers` are the
/// keys that the organization's forms have.
pub(crate) fn check(
    kind: &dyn ConnectorKind,
    organization: &str,
    definition: &Definition,
    server: &UseCaseSettings,
    answers: Option<&BTreeSet<String>>,
) -> Vec<(String, String)> {
    let settings = &definition.settings;
    let form = match form(kind) {
        Ok(form) => form,
        Err(problem) => return vec![(String::new(), problem)],
    };
    let keys: Vec<&str> = form.sections.iter().flat_map(|section| &section.fields).map(|field| field.key.as_str()).collect();
    let mut problems: Vec<(String, String)> = settings
        .keys()
        .filter(|key| !keys.contains(&key.as_str()))
        .map(|key| (key.clone(), format!("“{key}” is not a setting of this kind. It has {}.", keys.join(", "))))
        .collect();
    let mut given: Answers = Answers(settings.clone().into_iter().filter(|(key, _)| key != "headers").collect());
    // A secret that is named counts as given.
    for secret in kind.secrets() {
        if given.is_answered(&format!("{secret}_env")) {
            given.set(secret, Value::String("named".to_owned()));
        }
    }
    let today = chrono::DateTime::<Utc>::UNIX_EPOCH.date_naive();
    problems.extend(check_form(&form, &given, today).into_iter().map(|problem| (problem.field, format!("{}.", problem.message))));
    for (key, escape) in kind.templates() {
        let Some(source) = settings.get(*key).filter(|value| says_something(value)).and_then(Value::as_str) else { continue };
        problems.extend(check_template(source, *escape, answers).err().map(|message| ((*key).to_owned(), message)));
    }
    problems.extend(given::check_named(kind, organization, definition, server));
    if problems.is_empty() {
        problems.extend(kind.check(&ConnectorSettings { settings: settings.clone(), server }));
    }
    problems
}

/// A template is right when its names exist and, for a payload, when it makes JSON.
fn check_template(source: &str, escape: TemplateEscape, answers: Option<&BTreeSet<String>>) -> Result<(), String> {
    templates::check(source, answers)?;
    let made = templates::render(source, escape, "test", &templates::sample("", &Value::Null))?;
    if escape == TemplateEscape::Json {
        serde_json::from_str::<Value>(&made).map_err(|error| {
            format!("The template does not make valid JSON: {error}. Values bring their own quotes: {{\"number\": {{{{ number }}}}}}.")
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_are_unique_and_found() {
        let kinds: BTreeSet<_> = CONNECTORS.iter().map(|connector| connector.kind()).collect();
        assert_eq!(kinds.len(), CONNECTORS.len());
        assert!(kinds.iter().all(|kind| find(kind).is_some()));
        assert!(find("carrier_pigeon").is_none());
    }

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/connectors");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            if !["mod", "http", "call", "given", "message", "forms", "writing", "header_lines", "conversation"].contains(&name) {
                assert!(find(name).is_some(), "{name} is not in CONNECTORS");
            }
        }
    }

    #[test]
    fn every_form_can_be_filled_and_names_its_secrets_and_templates() {
        for kind in CONNECTORS {
            let form = form(*kind).unwrap();
            assert_eq!(domain::forms::lint::lint_form(&form, &domain::lint::DefinedKeys::default()), vec![], "{}", kind.kind());
            let keys: Vec<&str> = form.sections.iter().flat_map(|section| &section.fields).map(|field| field.key.as_str()).collect();
            for named in kind.secrets().iter().copied().chain(kind.templates().iter().map(|(key, _)| *key)) {
                assert!(keys.contains(&named), "{} has no field {named}", kind.kind());
            }
            assert!(kind.secrets().iter().all(|secret| keys.contains(&format!("{secret}_env").as_str())));
        }
    }

    #[test]
    fn the_keys_are_those_of_the_replaced_systems() {
        let keys = |kind: &str| -> Vec<String> {
            form(find(kind).unwrap()).unwrap().sections.into_iter().flat_map(|section| section.fields).map(|field| field.key).collect()
        };
        let has = |kind: &str, wanted: &[&str]| {
            let keys = keys(kind);
            wanted.iter().for_each(|key| assert!(keys.iter().any(|known| known == key), "{kind} has no {key}"));
        };
        has(
            "connectwise",
            &["company", "url", "client_id", "public_key", "private_key", "board_id", "board_name", "default_status_id", "default_type_id"],
        );
        has("sendgrid", &["to_email", "from_email", "subject_template"]);
        has("slack_webhook", &["webhook_url"]);
        has("slack_bot", &["token", "channel"]);
        has("webhook", &["url", "headers"]);
    }
}
