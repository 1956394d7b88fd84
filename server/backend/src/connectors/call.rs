//! One call to another system: how it is put together, told to people without its secrets, and what its answer means.

use super::http::{NoAnswer, RemoteAnswer, RemoteClient, excerpt};
use super::{AttemptOutcome, AttemptVerdict, CreatedRecord};
use chrono::{DateTime, Duration, Utc};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde_json::Value;
use url::Url;

/// A call to another system, and how it is told to people.
pub struct RemoteCall {
    pub(super) method: Method,
    pub(super) url: Url,
    /// The address without what is secret in it.
    shown: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl RemoteCall {
    /// Posts JSON.
    pub(super) fn post(url: Url, body: &Value) -> Self {
        let mut call = Self::to(Method::POST, url);
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        call.body = body.to_string().into_bytes();
        call
    }

    /// Asks.
    pub(super) fn get(url: Url) -> Self {
        Self::to(Method::GET, url)
    }

    fn to(method: Method, url: Url) -> Self {
        let shown = without_secrets(&url);
        Self { method, url, shown, headers: HeaderMap::new(), body: Vec::new() }
    }

    /// What people read instead of the address.
    pub(super) fn shown_as(mut self, shown: impl Into<String>) -> Self {
        self.shown = shown.into();
        self
    }

    /// Adds a header. One that cannot be sent is left out; a sensitive one is not told.
    pub(super) fn header(mut self, name: HeaderName, value: &str, sensitive: bool) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(sensitive);
            self.headers.append(name, value);
        }
        self
    }

    /// What was sent, for people: without secrets, and not the whole of a long body.
    pub(super) fn told(&self) -> String {
        let mut told = format!("{} {}\n", self.method, self.shown);
        for (name, value) in &self.headers {
            let shown = if value.is_sensitive() { "(hidden)" } else { value.to_str().unwrap_or("(not text)") };
            told.push_str(&format!("{name}: {shown}\n"));
        }
        if !self.body.is_empty() {
            told.push('\n');
            told.push_str(&excerpt(&self.body));
        }
        told
    }

    /// Makes the call, and judges what came back.
    pub(super) async fn make(
        self,
        client: &RemoteClient,
        now: DateTime<Utc>,
        judge: impl FnOnce(&RemoteAnswer, Option<Duration>) -> CallJudgement,
    ) -> AttemptOutcome {
        let request = self.told();
        match client.send(&self).await {
            Ok(answer) => {
                let judged = judge(&answer, retry_after(&answer.headers, now));
                AttemptOutcome {
                    verdict: judged.verdict,
                    code: Some(answer.code),
                    response: excerpt(&answer.body),
                    created: judged.created,
                    ..AttemptOutcome::told(request)
                }
            }
            Err(none) => AttemptOutcome::without_answer(none.verdict(), request),
        }
    }
}

impl NoAnswer {
    /// What it means for the delivery.
    pub(super) fn verdict(self) -> AttemptVerdict {
        match self {
            Self::Refused(why) => AttemptVerdict::Permanent { error: format!("Not sent: {why}.") },
            Self::Failed(why) => AttemptVerdict::Retry { error: format!("No answer: {why}."), after: None },
        }
    }
}

/// What an answer means.
pub(super) struct CallJudgement {
    pub verdict: AttemptVerdict,
    pub created: Option<CreatedRecord>,
}

impl From<AttemptVerdict> for CallJudgement {
    fn from(verdict: AttemptVerdict) -> Self {
        Self { verdict, created: None }
    }
}

impl RemoteAnswer {
    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// What the status means, for systems with an interface of their own: what they do not understand now they will not understand later.
    pub(super) fn judge(&self, system: &str, after: Option<Duration>, detail: &str) -> AttemptVerdict {
        let detail = if detail.is_empty() { String::new() } else { format!(": {}", excerpt(detail.as_bytes())) };
        match self.code {
            200..=299 => AttemptVerdict::Sent,
            401 | 403 => AttemptVerdict::Unauthorized { error: format!("{system} refuses our key ({}){detail}.", self.code) },
            408 | 409 | 423 | 425 | 429 | 500..=599 => {
                AttemptVerdict::Retry { error: format!("{system} answered {}{detail}.", self.code), after }
            }
            300..=399 => AttemptVerdict::Retry {
                error: format!("{system} answered {}, a redirect. Redirects are not followed.", self.code),
                after: None,
            },
            _ => AttemptVerdict::Permanent { error: format!("{system} answered {}{detail}.", self.code) },
        }
    }
}

/// The wish of `Retry-After`: seconds, or a date.
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wish = match text.parse::<i64>() {
        Ok(seconds) => Duration::try_seconds(seconds)?,
        Err(_) => DateTime::parse_from_rfc2822(text).ok()?.with_timezone(&Utc) - now,
    };
    (wish > Duration::zero()).then_some(wish)
}

/// A whole web address, or a sentence that says what is wrong.
pub(super) fn web_address(key: &str, text: &str) -> std::result::Result<Url, (String, String)> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err((key.to_owned(), format!("{key} must be a whole address, like https://n8n.example.org/webhook/docket."))),
    }
}

/// An address without what may be secret in it: user, password and query.
fn without_secrets(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    if shown.query().is_some() {
        shown.set_query(Some("(hidden)"));
    }
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-09-30T12:00:00Z").unwrap().to_utc();
        let wish = |text: &str| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(text).unwrap())]), now);
        assert_eq!(wish("120"), Some(Duration::seconds(120)));
        assert_eq!(wish("Wed, 30 Sep 2026 12:05:00 GMT"), Some(Duration::minutes(5)));
        assert_eq!(wish("Wed, 30 Sep 2026 11:00:00 GMT"), None);
        assert_eq!(wish("9223372036854775807"), None);
        assert_eq!(wish("soon"), None);
    }

    #[test]
    fn what_is_told_of_a_call_hides_what_may_be_secret() {
        let call = RemoteCall::post("https://me:secret@a.example/x?token=1".parse().unwrap(), &serde_json::json!({"a": 1})).header(
            reqwest::header::AUTHORIZATION,
            "Bearer hunter2",
            true,
        );
        assert_eq!(call.told(), "POST https://a.example/x?(hidden)\ncontent-type: application/json\nauthorization: (hidden)\n\n{\"a\":1}");
    }
}
