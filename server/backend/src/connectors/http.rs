//! The one HTTP client: bounded in time and size, follows no redirect, uses no proxy, and refuses addresses inside the network.
//!
//! Names are resolved by our own resolver, which drops inside addresses: what was checked is what is connected to.

use super::call::RemoteCall;
use crate::error::{Error, Result};
use crate::settings::UseCaseSettings;
use futures::StreamExt;
use openidconnect::http::{Request, Response};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use url::{Host, Url};

const CONNECT: std::time::Duration = std::time::Duration::from_secs(10);
const TOTAL: std::time::Duration = std::time::Duration::from_secs(30);
/// Read of a response, at most.
const LARGEST_RESPONSE: usize = 64 * 1024;
/// Largest answer that is read whole.
const LARGEST_DOCUMENT: usize = 512 * 1024;
/// Kept of a response.
const EXCERPT: usize = 2 * 1024;

/// Sends requests to other systems.
pub struct RemoteClient {
    client: reqwest::Client,
    allow_inside: bool,
}

/// What came back.
pub struct RemoteAnswer {
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

/// Why an answer cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnusableAnswer(String);

impl RemoteClient {
    /// Over the system's resolver.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(settings: &UseCaseSettings) -> Result<Self> {
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
    pub(super) async fn send(&self, call: &RemoteCall) -> std::result::Result<RemoteAnswer, NoAnswer> {
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
        Ok(RemoteAnswer { code, headers, body })
    }

    /// Makes a request that another library put together, under the same bounds, and reads the whole answer. Only an answer that came whole
    /// counts: what is in it decides who signs in.
    pub(crate) async fn exchange(&self, request: Request<Vec<u8>>) -> std::result::Result<Response<Vec<u8>>, UnusableAnswer> {
        let unusable = |why: &dyn std::fmt::Display| UnusableAnswer(why.to_string());
        let request = reqwest::Request::try_from(request).map_err(|error| unusable(&error))?;
        self.check(request.url()).map_err(|none| match none {
            NoAnswer::Refused(why) | NoAnswer::Failed(why) => UnusableAnswer(why),
        })?;
        let response = self.client.execute(request).await.map_err(|error| unusable(&error.without_url()))?;
        let mut answer = Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let (mut body, mut chunks) = (Vec::new(), response.bytes_stream());
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(|error| unusable(&error.without_url()))?);
            if body.len() > LARGEST_DOCUMENT {
                return Err(unusable(&"the answer is too long"));
            }
        }
        answer.body(body).map_err(|error| unusable(&error))
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

/// The beginning of a body as text, without half a letter at its end.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let mut end = bytes.len().min(EXCERPT);
    while end > 0 && bytes.get(end).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {
        end -= 1;
    }
    String::from_utf8_lossy(&bytes[..end]).into_owned()
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
        let client = RemoteClient::new(&UseCaseSettings::default()).unwrap();
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::127.0.0.1]/",
            "http://[::1]:80/",
            "http://[::ffff:7f00:1]/",
            "file:///etc/passwd",
        ] {
            assert!(matches!(client.check(&text.parse().unwrap()), Err(NoAnswer::Refused(_))), "{text}");
        }
        assert!(client.check(&"https://hooks.northmoor.example/in".parse().unwrap()).is_ok());
    }

    #[tokio::test]
    async fn names_that_lead_inside_are_refused_for_web_and_mail_alike() {
        let client = RemoteClient::new(&UseCaseSettings::default()).unwrap();
        let call = RemoteCall::get("http://localhost:9/".parse().unwrap());
        assert!(matches!(client.send(&call).await, Err(NoAnswer::Refused(_))));
        assert!(matches!(client.resolve("localhost", 25).await, Err(NoAnswer::Refused(_))));
        assert!(matches!(client.resolve("127.0.0.1", 25).await, Err(NoAnswer::Refused(_))));
        let inside = RemoteClient::new(&UseCaseSettings { allow_inside_addresses: true, ..UseCaseSettings::default() }).unwrap();
        assert!(inside.resolve("localhost", 25).await.unwrap().is_loopback());
    }

    #[test]
    fn an_excerpt_is_short_and_text() {
        assert_eq!(excerpt(&vec![b'a'; 10_000]).len(), EXCERPT);
        assert_eq!(excerpt(b"\xff"), "\u{fffd}");
        assert_eq!(excerpt("é".repeat(EXCERPT).as_bytes()), "é".repeat(EXCERPT / 2));
        assert_eq!(excerpt(format!("a{}", "é".repeat(EXCERPT)).as_bytes()), format!("a{}", "é".repeat(EXCERPT / 2 - 1)));
    }
}
