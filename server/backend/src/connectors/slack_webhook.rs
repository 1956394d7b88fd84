//! Slack's incoming webhooks: a message to the channel that the address stands for.

use super::call::{CallJudgement, RemoteCall, web_address};
use super::http::{RemoteAnswer, RemoteClient, excerpt};
use super::writing::{self, READ_ALL, TextTarget};
use super::{AttemptOutcome, AttemptVerdict, ConnectorKind, ConnectorSettings, OutgoingDelivery, OutgoingMessage};
use crate::templates::{self, TemplateEscape};
use chrono::Duration;
use domain::notices::NoticeChannel;
use domain::shorten::shorten;
use serde_json::{Map, Value, json};

/// The connector of kind `slack_webhook`.
pub struct SlackWebhook;

/// The request, who asks and what was answered, in mrkdwn.
pub(super) const MESSAGE: &str =
    "*<{{ link }}|{{ number }}>* {{ title }}, {% if title == form_name %}for{% else %}asked by{% endif %} {{ requester.name }}
{% for section in sections %}{% for answer in section.answers if answer.text %}*{{ answer.label }}:* {{ answer.text }}
{% endfor %}{% endfor %}";

/// A message to Slack, which counts it after its escaping.
pub(super) const SLACK: TextTarget = TextTarget {
    escape: TemplateEscape::Slack,
    most: 40_000,
    measure: |text| text.chars().count(),
    piece: |text| templates::slack(text).chars().count(),
    rest: |link| format!("\n<{link}|{READ_ALL}>"),
    plain: |text| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
    marked_up: templates::slack,
};

#[async_trait::async_trait]
impl ConnectorKind for SlackWebhook {
    fn kind(&self) -> &'static str {
        "slack_webhook"
    }

    fn label(&self) -> &'static str {
        "Slack webhook"
    }

    fn written_form(&self) -> &'static str {
        include_str!("forms/slack_webhook.yaml")
    }

    fn secrets(&self) -> &'static [&'static str] {
        &["webhook_url"]
    }

    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[("text_template", TemplateEscape::Slack)]
    }

    fn check(&self, given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
        let url = given.text("webhook_url");
        if url.is_empty() { Vec::new() } else { web_address("webhook_url", &url).err().into_iter().collect() }
    }

    fn target(&self, _settings: &Map<String, Value>) -> String {
        "The webhook’s channel".to_owned()
    }

    async fn deliver(&self, given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, client: &RemoteClient) -> AttemptOutcome {
        match call(given, outgoing) {
            Ok(call) => call.make(client, outgoing.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }

    fn carries(&self) -> Option<NoticeChannel> {
        Some(NoticeChannel::Slack)
    }

    /// Without threads: Slack does not say which message a webhook made.
    async fn tell(&self, given: &ConnectorSettings<'_>, message: &OutgoingMessage, client: &RemoteClient) -> AttemptOutcome {
        match message.chat().and_then(|text| post(given, text)) {
            Ok(call) => call.make(client, message.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }
}

/// What Slack's answer means. It is a word: ok, invalid_token, channel_is_archived.
fn judge(answer: &RemoteAnswer, after: Option<Duration>) -> CallJudgement {
    let said = excerpt(&answer.body);
    let word = shorten(said.trim(), 100, str::len).into_owned();
    match answer.code {
        200 if word != "ok" => AttemptVerdict::Retry { error: format!("Slack answered “{word}” instead of ok."), after }.into(),
        404 | 410 if !word.starts_with('<') => {
            AttemptVerdict::Permanent { error: format!("Slack answered {}: {word}.", answer.code) }.into()
        }
        _ => answer.judge("Slack", after, if answer.code < 300 { "" } else { &word }).into(),
    }
}

fn call(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>) -> Result<RemoteCall, String> {
    post(given, &writing::written(given, "text_template", MESSAGE, &SLACK, outgoing)?)
}

fn post(given: &ConnectorSettings<'_>, text: &str) -> Result<RemoteCall, String> {
    let own = given.text("webhook_url");
    let address = if own.is_empty() { given.server.slack_webhook_url.clone().unwrap_or_default() } else { own };
    if address.is_empty() {
        return Err("Not sent: the webhook address is missing. Enter one, or set SLACK_WEBHOOK_URL on the server.".to_owned());
    }
    let url = web_address("webhook_url", &address).map_err(|(_, message)| message)?;
    // The whole path is the key.
    let shown = format!("{}://{}/(hidden)", url.scheme(), url.host_str().unwrap_or_default());
    Ok(RemoteCall::post(url, &json!({"text": text.trim_end()})).shown_as(shown))
}
