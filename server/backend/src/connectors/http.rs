//! The one HTTP client: bounded in time and size, follows no redirect, uses no proxy, and refuses addresses inside the network.
//!
//! Names are resolved by our own resolver, which drops inside addresses: what was checked is what is connected to.

use super::{Created, Outcome, Verdict};
use crate::error::{Error, Result};
use crate::settings::Settings;
use chrono::{DateTime, Duration, Utc};
use futures::StreamExt;
use reqwest::Method;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use url::{Host, Url};

const CONNECT: std::time::Duration = std::time::Duration::from_secs(10);
const TOTAL: std::time::Duration = std::time::Duration::from_secs(30);
/// Read of a response, at most.
const LARGEST_RESPONSE: usize = 64 * 1024;
/// Kept of a response.
const EXCERPT: usize = 2 * 1024;

/// Sends requests to other systems.
pub struct Client {
    client: reqwest::Client,
    allow_inside: bool,
}

/// What came back.
pub struct Answer {
    pub code: u16,
    pub headers: HeaderMap,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The address may not be called; trying again would not help.
    Refused(String),
    /// The network failed, or it took too long.
    Failed(String),
}

impl Client {
    /// Over the system's resolver.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(settings: &Settings) -> Result<Self> {
        let allow_inside = settings.allow_inside_addresses;
        let client = reqwest::Client::builder()
            .user_agent(concat!("Docket/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .dns_resolver(Arc::new(Outside { allow_inside }))
            .build()
            .map_err(Error::failed)?;
        Ok(Self { client, allow_inside })
    }

    /// Makes a call, and reads the beginning of the answer.
    pub(super) async fn send(&self, call: &Call) -> std::result::Result<Answer, NoAnswer> {
        self.check(&call.url)?;
        let failed = |error: reqwest::Error| {
            // The resolver's refusal is the root of the chain of causes.
            let mut cause: &dyn std::error::Error = &error;
            while let Some(deeper) = cause.source() {
                cause = deeper;
            }
            match cause.downcast_ref::<Inside>() {
                Some(inside) => NoAnswer::Refused(inside.to_string()),
                None if error.is_timeout() => NoAnswer::Failed("no answer within 30 seconds".to_owned()),
                None if error.is_connect() => NoAnswer::Failed(format!("could not connect: {cause}")),
                None => NoAnswer::Failed(format!("the connection broke: {cause}")),
            }
        };
        let request = self.client.request(call.method.clone(), call.url.clone()).headers(call.headers.clone()).body(call.body.clone());
        let response = request.send().await.map_err(failed)?;
        let (code, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        // The status decides; a body that breaks off or never ends changes nothing.
        while let Some(Ok(chunk)) = chunks.next().await {
            let room = LARGEST_RESPONSE - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() >= LARGEST_RESPONSE {
                break;
            }
        }
        Ok(Answer { code, headers, body })
    }

    /// An address of a mail server that may be connected to, by the same rules as web addresses.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> std::result::Result<IpAddr, NoAnswer> {
        let found = tokio::net::lookup_host((host, port)).await;
        let found: Vec<_> = found.map_err(|error| NoAnswer::Failed(format!("{host} is not known: {error}")))?.collect();
        let outside = found.iter().find(|address| self.allow_inside || !is_inside(address.ip()));
        match (outside, found.first()) {
            (Some(address), _) => Ok(address.ip()),
            (None, Some(_)) => Err(NoAnswer::Refused(Inside.to_string())),
            (None, None) => Err(NoAnswer::Failed(format!("{host} has no address"))),
        }
    }

    /// Refuses what the resolver does not see: other schemes, and addresses written as numbers.
    fn check(&self, url: &Url) -> std::result::Result<(), NoAnswer> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NoAnswer::Refused("the address must start with https:// or http://".to_owned()));
        }
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(NoAnswer::Refused("the address names no host".to_owned())),
        };
        match literal {
            Some(ip) if !self.allow_inside && is_inside(ip) => Err(NoAnswer::Refused(Inside.to_string())),
            _ => Ok(()),
        }
    }
}

/// A call to another system, and how it is told to people.
pub struct Call {
    method: Method,
    url: Url,
    /// The address without what is secret in it.
    shown: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call {
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
        client: &Client,
        now: DateTime<Utc>,
        judge: impl FnOnce(&Answer, Option<Duration>) -> Judged,
    ) -> Outcome {
        let request = self.told();
        match client.send(&self).await {
            Ok(answer) => {
                let judged = judge(&answer, retry_after(&answer.headers, now));
                Outcome {
                    verdict: judged.verdict,
                    code: Some(answer.code),
                    request,
                    response: excerpt(&answer.body),
                    created: judged.created,
                }
            }
            Err(none) => Outcome::without_answer(none.verdict(), request),
        }
    }
}

impl NoAnswer {
    /// What it means for the delivery.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Refused(why) => Verdict::Permanent { error: format!("Not sent: {why}.") },
            Self::Failed(why) => Verdict::Retry { error: format!("No answer: {why}."), after: None },
        }
    }
}

/// What an answer means.
pub(super) struct Judged {
    pub verdict: Verdict,
    pub created: Option<Created>,
}

impl From<Verdict> for Judged {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, created: None }
    }
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// What the status means, for systems with an interface of their own: what they do not understand now they will not understand later.
    pub(super) fn judge(&self, system: &str, after: Option<Duration>, detail: &str) -> Verdict {
        let detail = if detail.is_empty() { String::new() } else { format!(": {}", excerpt(detail.as_bytes())) };
        match self.code {
            200..=299 => Verdict::Sent,
            401 | 403 => Verdict::Unauthorized { error: format!("{system} refuses our key ({}){detail}.", self.code) },
            408 | 409 | 423 | 425 | 429 | 500..=599 => Verdict::Retry { error: format!("{system} answered {}{detail}.", self.code), after },
            300..=399 => {
                Verdict::Retry { error: format!("{system} answered {}, a redirect. Redirects are not followed.", self.code), after: None }
            }
            _ => Verdict::Permanent { error: format!("{system} answered {}{detail}.", self.code) },
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

/// The beginning of a body as text.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT)]).into_owned()
}

/// A name whose addresses are all inside.
#[derive(Debug, thiserror::Error)]
#[error("the address is inside the network; an administrator of the server can allow that")]
struct Inside;

/// Resolves names to addresses outside.
struct Outside {
    allow_inside: bool,
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_inside = self.allow_inside;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let any = !found.is_empty();
            let outside: Vec<_> = found.into_iter().filter(|address| allow_inside || !is_inside(address.ip())).collect();
            if any && outside.is_empty() {
                return Err(Inside.into());
            }
            Ok(Box::new(outside.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is not of the public internet: loopback, private, link-local, shared, reserved, multicast, or one of these
/// wrapped in an IPv6 address.
pub fn is_inside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_inside_v4(ip),
        IpAddr::V6(ip) => is_inside_v6(ip),
    }
}

fn is_inside_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 224
}

fn is_inside_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match parts {
        // Mapped (::ffff:a.b.c.d), and the old compatible form with :: and ::1 in it.
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] => ip.is_loopback() || ip.is_unspecified() || is_inside_v4(v4(high, low)),
        // Translated: 64:ff9b::/96; its local-use sibling 64:ff9b:1::/48.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_inside_v4(v4(high, low)),
        [0x64, 0xff9b, 1, ..] => true,
        // 6to4 carries an IPv4 address; Teredo hides one.
        [0x2002, high, low, ..] => is_inside_v4(v4(high, low)),
        [0x2001, 0, ..] => true,
        [0x2001, 0xdb8, ..] => true,
        [0x100, 0, 0, 0, ..] => true,
        // Only 2000::/3 is given out to the internet.
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_addresses_are_known_in_every_disguise() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fec0::1",
            "4000::1",
        ] {
            assert!(is_inside(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn public_addresses_are_not_inside() {
        for text in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"] {
            assert!(!is_inside(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn literal_addresses_are_refused_however_written() {
        let client = Client::new(&Settings::default()).unwrap();
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]:80/",
            "http://[::ffff:7f00:1]/",
            "file:///etc/passwd",
        ] {
            assert!(matches!(client.check(&text.parse().unwrap()), Err(NoAnswer::Refused(_))), "{text}");
        }
        assert!(client.check(&"https://hooks.northmoor.example/in".parse().unwrap()).is_ok());
    }

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
        let call = Call::post("https://me:secret@a.example/x?token=1".parse().unwrap(), &serde_json::json!({"a": 1})).header(
            reqwest::header::AUTHORIZATION,
            "Bearer hunter2",
            true,
        );
        assert_eq!(call.told(), "POST https://a.example/x?(hidden)\ncontent-type: application/json\nauthorization: (hidden)\n\n{\"a\":1}");
    }

    #[test]
    fn an_excerpt_is_short_and_text() {
        assert_eq!(excerpt(&vec![b'a'; 10_000]).len(), EXCERPT);
        assert_eq!(excerpt(b"\xff"), "\u{fffd}");
    }
}
