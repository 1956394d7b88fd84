//! The generic webhook (n8n and anything else that takes JSON), signed after Standard Webhooks.
//!
//! Settings: `url`; `headers` (name to value, values are kept out of every log); `secret` (`whsec_…`) or `secret_env`, the name of a
//! secret the server was given. Without a secret nothing is signed.

use super::http::{Client, NoAnswer, excerpt};
use super::{Connector, Outcome, Outgoing, Verdict};
use crate::settings::Settings;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use std::fmt::Write as _;
use url::Url;

/// The connector of kind `webhook`.
pub struct Webhook;

/// Settings as they are used.
struct Set {
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    key: Option<Vec<u8>>,
}

#[async_trait::async_trait]
impl Connector for Webhook {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    fn label(&self) -> &'static str {
        "Webhook"
    }

    fn check(&self, settings: &Map<String, Value>) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        for key in settings.keys() {
            if !["url", "headers", "secret", "secret_env"].contains(&key.as_str()) {
                problems.push((key.clone(), format!("“{key}” is not a setting of a webhook. It has url, headers, secret and secret_env.")));
            }
        }
        problems.extend(url(settings).err());
        problems.extend(headers(settings).err());
        if let Some(secret) = settings.get("secret") {
            problems
                .extend(secret.as_str().map_or_else(|| Err(not_a_secret()), decode).err().map(|message| ("secret".to_owned(), message)));
        }
        if settings.get("secret_env").is_some_and(|name| !name.is_string()) {
            problems.push(("secret_env".to_owned(), "secret_env is the name of a secret.".to_owned()));
        }
        problems
    }

    async fn deliver(&self, settings: &Map<String, Value>, outgoing: &Outgoing<'_>, server: &Settings, client: &Client) -> Outcome {
        let set = match set(settings, server) {
            Ok(set) => set,
            Err(message) => return Outcome::not_set_up(message),
        };
        let id = outgoing.id.to_string();
        let body = json!({
            "id": id,
            "type": outgoing.name,
            "timestamp": outgoing.decided_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "data": outgoing.data,
        })
        .to_string();
        let timestamp = outgoing.now.timestamp().to_string();
        let mut standard = vec![("webhook-id", id.clone()), ("webhook-timestamp", timestamp.clone())];
        if let Some(key) = &set.key {
            standard.push(("webhook-signature", sign(key, &id, &timestamp, &body)));
        }

        let mut told = format!("POST {}\ncontent-type: application/json\n", shown(&set.url));
        let mut headers = HeaderMap::new();
        for (name, value) in set.headers {
            let _ = writeln!(told, "{name}: (hidden)");
            headers.append(name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in standard {
            let _ = writeln!(told, "{name}: {}", if name == "webhook-signature" { "(hidden)" } else { &value });
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        told.push('\n');
        told.push_str(&excerpt(body.as_bytes()));

        match client.post(&set.url, headers, body.into_bytes()).await {
            Ok(answer) => {
                let after = retry_after(&answer.headers, outgoing.now);
                Outcome { verdict: judge(answer.code, after), code: Some(answer.code), request: told, response: answer.excerpt }
            }
            Err(NoAnswer::Refused(why)) => Outcome {
                verdict: Verdict::Permanent { error: format!("Not sent: {why}.") },
                code: None,
                request: told,
                response: String::new(),
            },
            Err(NoAnswer::Failed(why)) => Outcome {
                verdict: Verdict::Retry { error: format!("No answer: {why}."), after: None },
                code: None,
                request: told,
                response: String::new(),
            },
        }
    }
}

/// What an HTTP status means. Only "gone" is final: a wrong path or password is often put right while the schedule runs.
fn judge(code: u16, after: Option<Duration>) -> Verdict {
    match code {
        200..=299 => Verdict::Sent,
        410 => Verdict::Permanent { error: "The address answered 410: it does not take these any more.".to_owned() },
        300..=399 => Verdict::Retry { error: format!("The address answered {code}, a redirect. Redirects are not followed."), after: None },
        _ => Verdict::Retry { error: format!("The address answered {code}."), after },
    }
}

/// The wish of `Retry-After`: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wish = match text.parse::<i64>() {
        Ok(seconds) => Duration::try_seconds(seconds)?,
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc) - now,
    };
    (wish > Duration::zero()).then_some(wish)
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

/// An address without what may be secret in it: user, password and query.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    if shown.query().is_some() {
        shown.set_query(Some("(hidden)"));
    }
    shown.to_string()
}

fn set(settings: &Map<String, Value>, server: &Settings) -> Result<Set, String> {
    let key = match (settings.get("secret_env").and_then(Value::as_str), settings.get("secret").and_then(Value::as_str)) {
        (Some(name), _) => {
            let secret = server.secrets.get(name).ok_or_else(|| format!("The server was not given the secret {name}."))?;
            Some(decode(secret)?)
        }
        (None, Some(secret)) => Some(decode(secret)?),
        (None, None) => None,
    };
    Ok(Set { url: url(settings).map_err(|(_, message)| message)?, headers: headers(settings).map_err(|(_, message)| message)?, key })
}

fn url(settings: &Map<String, Value>) -> Result<Url, (String, String)> {
    let text = settings.get("url").and_then(Value::as_str).unwrap_or_default();
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(("url".to_owned(), "url must be a whole address, like https://n8n.example.org/webhook/docket.".to_owned())),
    }
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
            let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong(format!("“{name}” is no name of a header.")))?;
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
    use chrono::TimeZone;

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn the_signature_is_that_of_standard_webhooks() {
        let key = decode("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn statuses_are_judged() {
        assert_eq!(judge(204, None), Verdict::Sent);
        assert!(matches!(judge(410, None), Verdict::Permanent { .. }));
        let wish = Some(Duration::seconds(90));
        for code in [301, 400, 401, 403, 404, 408, 422, 425, 429, 500, 503] {
            assert!(matches!(judge(code, wish), Verdict::Retry { .. }), "{code}");
        }
        assert!(matches!(judge(429, wish), Verdict::Retry { after, .. } if after == wish));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Utc.with_ymd_and_hms(2026, 9, 30, 12, 0, 0).unwrap();
        let wish = |text: &str| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(text).unwrap())]), now);
        assert_eq!(wish("120"), Some(Duration::seconds(120)));
        assert_eq!(wish("Wed, 30 Sep 2026 12:05:00 GMT"), Some(Duration::minutes(5)));
        assert_eq!(wish("Wed, 30 Sep 2026 11:00:00 GMT"), None);
        assert_eq!(wish("9223372036854775807"), None);
        assert_eq!(wish("soon"), None);
    }

    #[test]
    fn settings_are_checked() {
        let check = |settings: Value| Webhook.check(settings.as_object().unwrap()).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        assert!(
            check(
                json!({"url": "https://n8n.example.org/x", "headers": {"X-Key": "a"}, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
            )
            .is_empty()
        );
        assert_eq!(check(json!({})), ["url"]);
        assert_eq!(check(json!({"url": "ftp://a/b"})), ["url"]);
        assert_eq!(check(json!({"url": "https://a.example/", "headers": {"Bad Name": "a"}})), ["headers"]);
        assert_eq!(check(json!({"url": "https://a.example/", "headers": {"Host": "a"}})), ["headers"]);
        assert_eq!(check(json!({"url": "https://a.example/", "secret": "plain"})), ["secret"]);
        assert_eq!(check(json!({"url": "https://a.example/", "method": "PUT"})), ["method"]);
    }

    #[test]
    fn a_shown_address_hides_what_may_be_secret() {
        assert_eq!(shown(&"https://me:secret@a.example/x?token=1".parse().unwrap()), "https://a.example/x?(hidden)");
    }
}
