//! Where a request comes from: the address that limits count by, in one form for each place.
//!
//! The other end of the connection says it, unless that is a proxy whose word counts: then the last address it names that is no such
//! proxy. What a caller writes into the header stands before what proxies add, so that it is never reached.

use super::SiteState;
use crate::config::{ForwardHeader, ProxyTrust};
use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Once;

/// Most proxies that are looked through.
const MOST_HOPS: usize = 32;
/// The longest text that can be an address with a port.
const LONGEST_HOP: usize = 80;

/// Where a request comes from, for limits; empty when the listener does not tell.
pub fn address_of(site: &SiteState, extensions: &Extensions, headers: &HeaderMap) -> String {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| remote(site, info.0, headers)).unwrap_or_default()
}

/// Where a request comes from, for limits.
pub fn remote(site: &SiteState, peer: SocketAddr, headers: &HeaderMap) -> String {
    let (peer, trust) = (peer.ip().to_canonical(), &site.config.proxies);
    if !trust.has(peer) {
        for header in [ForwardHeader::Plain, ForwardHeader::Standard].map(ForwardHeader::name) {
            if headers.contains_key(header) {
                say_ignored(peer, header);
            }
        }
    }
    place(caller(peer, headers, trust))
}

/// Said once for each process: every request would say the same.
fn say_ignored(peer: IpAddr, header: &str) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            %peer,
            header,
            "requests name their caller in a header that is ignored: if this peer is your proxy, list it in DOCKET_TRUSTED_PROXIES, or \
             limits on tries count everybody behind it together"
        );
    });
}

/// The caller's address, seen through the proxies whose word counts.
fn caller(peer: IpAddr, headers: &HeaderMap, trust: &ProxyTrust) -> IpAddr {
    let mut found = peer;
    let lines = headers.get_all(trust.header.name()).iter().rev();
    // A line that is not text ends the walk, as an entry that is not an address does.
    let mut entries = lines.flat_map(|line| line.to_str().unwrap_or("unreadable").rsplit(','));
    for _ in 0..MOST_HOPS {
        if !trust.has(found) {
            break;
        }
        match entries.next().and_then(|entry| hop(entry, trust.header)) {
            Some(address) => found = address,
            None => break,
        }
    }
    found
}

/// The address in one entry of the header.
fn hop(entry: &str, header: ForwardHeader) -> Option<IpAddr> {
    match header {
        ForwardHeader::Plain => address(entry),
        ForwardHeader::Standard => {
            let mut pairs = entry.split(';').filter_map(|pair| pair.split_once('='));
            address(pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?.1)
        }
    }
}

/// Reads an address as proxies write them: alone, with a port, in brackets or quotes, with a zone.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if text.len() > LONGEST_HOP {
        return None;
    }
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let port = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let without_zone = |text: &str| text.split_once('%').map_or(text, |(address, _)| address).parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let address = if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let complete = after.is_empty() || after.strip_prefix(':').is_some_and(port);
        complete.then(|| without_zone(inside)).flatten()
    } else {
        match text.split_once(':') {
            None => text.parse().ok(),
            Some((v4, digits)) if port(digits) && v4.contains('.') => v4.parse().ok(),
            Some(_) => without_zone(text),
        }
    };
    address.map(|address| address.to_canonical())
}

/// What counts as one place: an IPv4 address, or the /64 that an IPv6 address is in, whose owner can choose any other in it.
fn place(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServerConfig;

    /// The place of a request from this peer, with these headers, where 10.0.0.0/8 and ::1 are proxies.
    fn seen(peer: &str, header: &str, lines: &[&str]) -> String {
        let variables = [("DOCKET_TRUSTED_PROXIES", "10.0.0.0/8,::1"), ("DOCKET_FORWARDED_HEADER", header)];
        let config = ServerConfig::read(&variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()).unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(config.proxies.header.name(), line.parse().unwrap());
        }
        place(caller(peer.parse::<IpAddr>().unwrap().to_canonical(), &headers, &config.proxies))
    }

    #[test]
    fn nobody_but_a_trusted_proxy_says_who_calls() {
        let plain = "X-Forwarded-For";
        assert_eq!(seen("192.0.2.9", plain, &["198.51.100.1"]), "192.0.2.9");
        assert_eq!(seen("10.0.0.1", plain, &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::1", plain, &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::ffff:10.0.0.1", plain, &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", plain, &[]), "10.0.0.1");
        // What the caller wrote stands before what the proxies add, on one line or several.
        assert_eq!(seen("10.0.0.1", plain, &["203.0.113.7, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", plain, &["203.0.113.7", "198.51.100.1", "10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", plain, &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn one_place_has_one_form() {
        let one = |entry: &str| seen("10.0.0.1", "X-Forwarded-For", &[entry]);
        for entry in
            ["198.51.100.1", "198.51.100.1:4711", "::ffff:198.51.100.1", "[::ffff:198.51.100.1]:4711", " 198.51.100.1 ", "\"198.51.100.1\""]
        {
            assert_eq!(one(entry), "198.51.100.1", "{entry}");
        }
        for entry in [
            "2001:db8::1",
            "[2001:db8::2]",
            "[2001:db8::3]:443",
            "2001:DB8:0:0:ffff::4%eth0",
            "[2001:db8::5%25eth0]:1",
            "\"[2001:db8::6]:80\"",
        ] {
            assert_eq!(one(entry), "2001:db8::/64", "{entry}");
        }
        assert_eq!(one("2001:db8:0:1::1"), "2001:db8:0:1::/64");
        assert_eq!(seen("2001:db8::77", "X-Forwarded-For", &[]), "2001:db8::/64");
    }

    #[test]
    fn what_is_no_address_opens_no_place_of_its_own() {
        let long = "x".repeat(20_000);
        let many = "10.0.0.9,".repeat(2_000);
        for entry in ["", "unknown", "_hidden", "198.51.100.1:", "198.51.100.1:x", "1.2.3", "[::1", "[::1]x", "a:b", &long, &many] {
            assert!(["10.0.0.1", "10.0.0.9"].contains(&seen("10.0.0.1", "X-Forwarded-For", &[entry]).as_str()), "{entry}");
        }
        assert_eq!(seen("10.0.0.1", "X-Forwarded-For", &["198.51.100.1, unknown, 10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn the_standard_header_is_read_where_it_was_chosen() {
        let one = |entry: &str| seen("10.0.0.1", "Forwarded", &[entry]);
        assert_eq!(one("for=203.0.113.7;proto=http, proto=https;For=\"198.51.100.1:80\";by=10.0.0.1"), "198.51.100.1");
        assert_eq!(one("for=\"[2001:db8::1]:4711\""), "2001:db8::/64");
        assert_eq!(one("for=\"203.0.113.7, for=198.51.100.1"), "198.51.100.1", "a quote that is left open swallows nothing");
        assert_eq!(one("proto=https"), "10.0.0.1");
    }
}
