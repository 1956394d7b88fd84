//! A Slack bot: a message to a channel (`chat.postMessage`). Slack answers 200 and says in the body whether it took it.

use super::call::{CallJudgement, RemoteCall, web_address};
use super::http::{RemoteAnswer, RemoteClient};
use super::slack_webhook::{MESSAGE, SLACK};
use super::writing;
use super::{AttemptOutcome, AttemptVerdict, ConnectorKind, ConnectorSettings, CreatedRecord, OutgoingDelivery, OutgoingMessage};
use crate::templates::TemplateEscape;
use chrono::Duration;
use domain::id::DeliveryId;
use domain::notices::NoticeChannel;
use reqwest::header::AUTHORIZATION;
use serde_json::{Map, Value, json};

/// The connector of kind `slack_bot`.
pub struct SlackBot;

const API: &str = "https://slack.com/api";

/// Slack's words for a key or right that is not accepted.
const UNAUTHORIZED: &[&str] = &[
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "no_permission",
    "missing_scope",
    "not_allowed_token_type",
];
/// Slack's words for trouble of its own.
const PASSING: &[&str] =
    &["ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"];

#[async_trait::async_trait]
impl ConnectorKind for SlackBot {
    fn kind(&self) -> &'static str {
        "slack_bot"
    }

    fn label(&self) -> &'static str {
        "Slack bot"
    }

    fn written_form(&self) -> &'static str {
        include_str!("forms/slack_bot.yaml")
    }

    fn secrets(&self) -> &'static [&'static str] {
        &["token"]
    }

    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[("text_template", TemplateEscape::Slack)]
    }

    fn check(&self, given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
        web_address("api_url", &given.text_or("api_url", API)).err().into_iter().collect()
    }

    fn target(&self, settings: &Map<String, Value>) -> String {
        settings.get("channel").and_then(Value::as_str).unwrap_or_default().to_owned()
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

    async fn tell(&self, given: &ConnectorSettings<'_>, message: &OutgoingMessage, client: &RemoteClient) -> AttemptOutcome {
        match message.chat().and_then(|text| post(given, text, message.id, message.thread())) {
            Ok(call) => call.make(client, message.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }
}

fn call(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>) -> Result<RemoteCall, String> {
    let text = writing::written(given, "text_template", MESSAGE, &SLACK, outgoing)?;
    post(given, &text, outgoing.id, outgoing.thread)
}

/// A text to the channel, in a thread when there is one.
fn post(given: &ConnectorSettings<'_>, text: &str, id: DeliveryId, thread: Option<&str>) -> Result<RemoteCall, String> {
    let api = given.text_or("api_url", API);
    let url = web_address("api_url", &format!("{}/chat.postMessage", api.trim_end_matches('/'))).map_err(|(_, message)| message)?;
    let mut body = json!({
        "channel": given.needed("channel")?,
        "text": text.trim_end(),
        "unfurl_links": false,
        "metadata": {"event_type": "docket_delivery", "event_payload": {"id": id.to_string()}},
    });
    if let Some(first) = thread {
        body["thread_ts"] = json!(first);
    }
    Ok(RemoteCall::post(url, &body).header(AUTHORIZATION, &format!("Bearer {}", given.needed("token")?), true))
}

/// What Slack's answer means.
pub(super) fn judge(answer: &RemoteAnswer, after: Option<Duration>) -> CallJudgement {
    if answer.code != 200 {
        return answer.judge("Slack", after, "").into();
    }
    let json = answer.json();
    if json["ok"] == true {
        let (channel, ts) = (json["channel"].as_str().unwrap_or_default(), json["ts"].as_str().unwrap_or_default());
        let link = format!("https://slack.com/archives/{channel}/p{}", ts.replace('.', ""));
        let created = (!ts.is_empty()).then(|| CreatedRecord { number: ts.to_owned(), link });
        return CallJudgement { verdict: AttemptVerdict::Sent, created };
    }
    let word = json["error"].as_str().unwrap_or("something that is not JSON");
    let error = format!("Slack answered {word}.");
    if UNAUTHORIZED.contains(&word) {
        AttemptVerdict::Unauthorized { error: format!("Slack refuses our key ({word}).") }
    } else if PASSING.contains(&word) || json["error"].is_null() {
        AttemptVerdict::Retry { error, after }
    } else {
        AttemptVerdict::Permanent { error }
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    #[test]
    fn slack_says_in_the_body_what_happened() {
        let judged = |code, body: &str| judge(&RemoteAnswer { code, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }, None);
        let sent = judged(200, r#"{"ok": true, "channel": "C1", "ts": "1503435956.000247"}"#);
        assert_eq!(sent.created.unwrap().link, "https://slack.com/archives/C1/p1503435956000247");
        assert!(matches!(judged(200, r#"{"ok": false, "error": "invalid_auth"}"#).verdict, AttemptVerdict::Unauthorized { .. }));
        assert!(matches!(judged(200, r#"{"ok": false, "error": "channel_not_found"}"#).verdict, AttemptVerdict::Permanent { .. }));
        assert!(matches!(judged(200, r#"{"ok": false, "error": "ratelimited"}"#).verdict, AttemptVerdict::Retry { .. }));
        assert!(matches!(judged(200, "<html>").verdict, AttemptVerdict::Retry { .. }));
        assert!(matches!(judged(429, "").verdict, AttemptVerdict::Retry { .. }));
    }
}
