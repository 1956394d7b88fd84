//! The generic webhook (n8n and anything else that takes JSON), signed after Standard Webhooks.
//!
//! Settings: `url`; `headers` (name to value, values are kept out of every log); `secret` (`whsec_…`), and while it is being changed
//! `previous_secret`, which signs besides; `payload`, a template of the whole body. Without a secret nothing is signed.

use super::call::{CallJudgement, RemoteCall, web_address};
use super::http::{RemoteAnswer, RemoteClient};
use super::{AttemptOutcome, AttemptVerdict, ConnectorKind, ConnectorSettings, OutgoingDelivery};
use crate::templates::{self, TemplateEscape};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{Duration, SecondsFormat};
use hmac::{Hmac, Mac};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use url::Url;

/// The connector of kind `webhook`.
pub struct WebhookConnector;

#[async_trait::async_trait]
impl ConnectorKind for WebhookConnector {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    fn label(&self) -> &'static str {
        "Webhook"
    }

    fn written_form(&self) -> &'static str {
        include_str!("forms/webhook.yaml")
    }

    fn secrets(&self) -> &'static [&'static str] {
        &["secret", "previous_secret"]
    }

    fn templates(&self) -> &'static [(&'static str, TemplateEscape)] {
        &[("payload", TemplateEscape::Json)]
    }

    fn check(&self, given: &ConnectorSettings<'_>) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        problems.extend(web_address("url", &given.text("url")).err());
        problems.extend(headers(&given.settings).err());
        for key in self.secrets() {
            let secret = given.text(key);
            if !secret.is_empty() {
                problems.extend(decode(&secret).err().map(|message| ((*key).to_owned(), message)));
            }
        }
        problems
    }

    fn target(&self, settings: &Map<String, Value>) -> String {
        let url = settings.get("url").and_then(Value::as_str).and_then(|text| Url::parse(text).ok());
        url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    async fn deliver(&self, given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, client: &RemoteClient) -> AttemptOutcome {
        match call(given, outgoing) {
            Ok(call) => call.make(client, outgoing.now, judge).await,
            Err(message) => AttemptOutcome::not_set_up(message),
        }
    }
}

fn call(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>) -> Result<RemoteCall, String> {
    let url = web_address("url", &given.text("url")).map_err(|(_, message)| message)?;
    let keys: Vec<Vec<u8>> = ["secret", "previous_secret"]
        .iter()
        .map(|key| given.text(key))
        .filter(|secret| !secret.is_empty())
        .map(|secret| decode(&secret))
        .collect::<Result<_, _>>()?;
    let id = outgoing.id.to_string();
    let body = payload(given, outgoing, &id)?;
    let (text, timestamp) = (body.to_string(), outgoing.now.timestamp().to_string());
    let mut call = RemoteCall::post(url, &body);
    for (name, value) in headers(&given.settings).map_err(|(_, message)| message)? {
        call = call.header(name, value.to_str().unwrap_or_default(), true);
    }
    call = call.header(HeaderName::from_static("webhook-id"), &id, false);
    call = call.header(HeaderName::from_static("webhook-timestamp"), &timestamp, false);
    if !keys.is_empty() {
        let signatures: Vec<String> = keys.iter().map(|key| sign(key, &id, &timestamp, &text)).collect();
        call = call.header(HeaderName::from_static("webhook-signature"), &signatures.join(" "), true);
    }
    Ok(call)
}

/// The body: the template's, or the delivery as Standard Webhooks lays it out.
fn payload(given: &ConnectorSettings<'_>, outgoing: &OutgoingDelivery<'_>, id: &str) -> Result<Value, String> {
    let template = given.text("payload");
    if template.is_empty() {
        let at = outgoing.decided_at.to_rfc3339_opts(SecondsFormat::Millis, true);
        return Ok(json!({"id": id, "type": outgoing.name, "timestamp": at, "data": outgoing.data}));
    }
    let made =
        templates::render(&template, TemplateEscape::Json, outgoing.name, outgoing.data).map_err(|error| format!("Not sent: {error}"))?;
    serde_json::from_str(&made).map_err(|error| format!("Not sent: the payload's template did not make valid JSON: {error}."))
}

/// What an HTTP status means. Only "gone" is final: a wrong path or password is often put right while the schedule runs.
fn judge(answer: &RemoteAnswer, after: Option<Duration>) -> CallJudgement {
    let code = answer.code;
    match code {
        200..=299 => AttemptVerdict::Sent,
        401 | 403 => AttemptVerdict::Unauthorized { error: format!("The address refuses our key ({code}).") },
        410 => AttemptVerdict::Permanent { error: "The address answered 410: it no longer takes these.".to_owned() },
        300..=399 => {
            AttemptVerdict::Retry { error: format!("The address answered {code}, a redirect. Redirects are not followed."), after: None }
        }
        _ => AttemptVerdict::Retry { error: format!("The address answered {code}."), after },
    }
    .into()
}

/// `v1,` and the signature of `id.timestamp.body`.
fn sign(key: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn headers(settings: &Map<String, Value>) -> Result<Vec<(HeaderName, HeaderValue)>, (String, String)> {
    let wrong = |message: String| ("headers".to_owned(), message);
    let given = match settings.get("headers") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(given)) => given,
        Some(_) => return Err(wrong("headers are names with values, like Authorization: Bearer ….".to_owned())),
    };
    given
        .iter()
        .map(|(name, value)| {
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong(format!("“{name}” cannot be the name of a header.")))?;
            if ["host", "content-length", "transfer-encoding", "connection"].contains(&header.as_str()) {
                return Err(wrong(format!("The header “{name}” is set by Docket. Leave it out.")));
            }
            let mut value = value
                .as_str()
                .and_then(|text| HeaderValue::from_str(text).ok())
                .ok_or_else(|| wrong(format!("The value of the header “{name}” must be one line of text.")))?;
            value.set_sensitive(true);
            Ok((header, value))
        })
        .collect()
}

fn decode(secret: &str) -> Result<Vec<u8>, String> {
    let key = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    key.filter(|key| !key.is_empty()).ok_or_else(not_a_secret)
}

fn not_a_secret() -> String {
    "The secret must be whsec_ and then base64, as in Standard Webhooks.".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::{check, find};
    use crate::settings::UseCaseSettings;
    use domain::connectors::Connector as Definition;
    use reqwest::header::HeaderMap;

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        let key = decode("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// `build/clients/check.py` holds the same file to a verification library that others wrote.
    #[test]
    fn the_signature_is_that_of_the_reviewed_file() {
        let sample: Value = serde_json::from_str(include_str!("../../tests/golden/signed-webhook.json")).unwrap();
        let text = |key: &str| sample[key].as_str().unwrap();
        let signature = sign(&decode(text("secret")).unwrap(), text("id"), text("timestamp"), text("body"));
        assert_eq!(signature, text("signature"));
    }

    #[test]
    fn statuses_are_judged() {
        let judged = |code, after| judge(&RemoteAnswer { code, headers: HeaderMap::new(), body: Vec::new() }, after).verdict;
        assert_eq!(judged(204, None), AttemptVerdict::Sent);
        assert!(matches!(judged(410, None), AttemptVerdict::Permanent { .. }));
        assert!(matches!(judged(401, None), AttemptVerdict::Unauthorized { .. }));
        let wish = Some(Duration::seconds(90));
        for code in [301, 400, 404, 408, 422, 425, 429, 500, 503] {
            assert!(matches!(judged(code, wish), AttemptVerdict::Retry { .. }), "{code}");
        }
        assert!(matches!(judged(429, wish), AttemptVerdict::Retry { after, .. } if after == wish));
    }

    #[test]
    fn settings_are_checked() {
        let server = UseCaseSettings::default();
        let paths = |settings: Value| -> Vec<String> {
            let settings = settings.as_object().unwrap().clone();
            let definition = Definition { key: "desk".into(), name: "Desk".into(), kind: "webhook".into(), enabled: true, settings };
            let problems = check(find("webhook").unwrap(), "north", &definition, &server, None);
            problems.into_iter().map(|(path, _)| path).collect()
        };
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        assert!(paths(json!({"url": "https://n8n.example.org/x", "headers": {"X-Key": "a"}, "secret": secret})).is_empty());
        assert!(paths(json!({"url": "https://a.example/", "secret_env": "DESK", "payload": r#"{"n": {{ number }}}"#})).is_empty());
        assert_eq!(paths(json!({})), ["url"]);
        assert_eq!(paths(json!({"url": "ftp://a/b"})), ["url"]);
        assert_eq!(paths(json!({"url": "https://a.example/", "headers": {"Bad Name": "a"}})), ["headers"]);
        assert_eq!(paths(json!({"url": "https://a.example/", "headers": {"Host": "a"}})), ["headers"]);
        assert_eq!(paths(json!({"url": "https://a.example/", "secret": "plain"})), ["secret"]);
        assert_eq!(paths(json!({"url": "https://a.example/", "method": "PUT"})), ["method"]);
        assert_eq!(paths(json!({"url": "https://a.example/", "payload": r#"{"n": "{{ number }}"}"#})), ["payload"]);
        assert_eq!(paths(json!({"url": "https://a.example/", "payload": r#"{"n": {{ nubmer }}}"#})), ["payload"]);
    }
}
