//! Settings of the border between the site and those who call it: the hosts it answers for, and the proxies whose word counts.

use super::reader::SettingReader;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr};

/// Names under which a machine reaches itself.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
/// The longest host name there can be.
const LONGEST_HOST: usize = 253;

/// A host and its port, as an address or a `Host` header names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// In lower case, without a dot at the end; IPv6 in brackets, in its shortest form.
    pub host: String,
    pub port: Option<u16>,
}

impl HostPort {
    /// Reads `host`, `host:port`, `[address]` or `[address]:port`; None for everything else.
    pub fn read(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, after) = rest.split_once(']')?;
                let address: Ipv6Addr = address.parse().ok()?;
                (format!("[{address}]"), if after.is_empty() { None } else { Some(after.strip_prefix(':')?) })
            }
            None => {
                let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
                let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                if host.is_empty() || host.len() > LONGEST_HOST || host.starts_with('.') || !host.bytes().all(fits) {
                    return None;
                }
                (host, port)
            }
        };
        let port = match port {
            None | Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
            Some(_) => return None,
        };
        Some(Self { host, port })
    }

    /// Host and port of an absolute address such as `https://docket.example.org`.
    pub fn of_url(url: &str) -> Option<Self> {
        Self::read(url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?)
    }
}

/// One entry of the hosts that the site answers for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HostRule {
    /// Every host.
    Any,
    /// A host, at every port or at one.
    One(HostPort),
    /// A domain with everything below it, kept with the dot it begins with.
    Below(String),
}

/// The hosts that the site answers for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostList(Vec<HostRule>);

impl HostList {
    /// Whether the site answers for a host.
    pub fn has(&self, asked: &HostPort) -> bool {
        self.0.iter().any(|rule| match rule {
            HostRule::Any => true,
            HostRule::One(one) => one.host == asked.host && (one.port.is_none() || one.port == asked.port),
            HostRule::Below(domain) => asked.host == domain[1..] || asked.host.ends_with(domain),
        })
    }

    /// Whether the site answers for every host.
    pub fn has_all(&self) -> bool {
        self.0.contains(&HostRule::Any)
    }

    /// These hosts and that of the public address; where that is this machine itself, by each of its names.
    pub fn with_public(&self, public_url: &str) -> Self {
        let Some(public) = HostPort::of_url(public_url) else { return self.clone() };
        let names = if LOOPBACK.contains(&public.host.as_str()) { LOOPBACK.map(str::to_owned).to_vec() } else { vec![public.host] };
        let rules = names.into_iter().map(|host| HostRule::One(HostPort { host, port: None }));
        Self(rules.chain(self.0.iter().cloned()).collect())
    }
}

impl std::fmt::Display for HostList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.0.iter().map(|rule| match rule {
            HostRule::Any => "*".to_owned(),
            HostRule::One(HostPort { host, port: Some(port) }) => format!("{host}:{port}"),
            HostRule::One(HostPort { host, port: None }) | HostRule::Below(host) => host.clone(),
        });
        f.write_str(&words.collect::<Vec<_>>().join(","))
    }
}

/// Whether an address means this machine alone.
pub fn is_loopback(url: &str) -> bool {
    HostPort::of_url(url).is_some_and(|public| LOOPBACK.contains(&public.host.as_str()))
}

/// The header in which proxies say for whom they ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardHeader {
    /// `X-Forwarded-For`.
    Plain,
    /// `Forwarded` (RFC 7239).
    Standard,
}

impl ForwardHeader {
    /// The header's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "x-forwarded-for",
            Self::Standard => "forwarded",
        }
    }
}

/// The proxies whose word about the caller's address counts, and the header they say it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyTrust {
    networks: Vec<IpNet>,
    pub header: ForwardHeader,
}

impl ProxyTrust {
    /// Whether an address is that of such a proxy.
    pub fn has(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Whether nobody's word counts.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }
}

impl std::fmt::Display for ProxyTrust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = |network: &IpNet| {
            if network.prefix_len() == network.max_prefix_len() { network.addr().to_string() } else { network.to_string() }
        };
        f.write_str(&self.networks.iter().map(words).collect::<Vec<_>>().join(","))
    }
}

impl<'v> SettingReader<'v> {
    /// `ALLOWED_HOSTS`.
    pub(super) fn allowed_hosts(&mut self) -> HostList {
        let mut rules = Vec::new();
        for entry in self.list("ALLOWED_HOSTS") {
            let rule = match entry.strip_prefix('.') {
                _ if entry == "*" => Some(HostRule::Any),
                Some(domain) => {
                    HostPort::read(domain).filter(|one| one.port.is_none()).map(|one| HostRule::Below(format!(".{}", one.host)))
                }
                None => HostPort::read(entry).map(HostRule::One),
            };
            match rule {
                Some(rule) => rules.push(rule),
                None => self.problem(format!(
                    "ALLOWED_HOSTS has \"{entry}\"; write hosts alone with commas between them, such as docket.example.org,.example.net."
                )),
            }
        }
        HostList(rules)
    }

    /// `DOCKET_TRUSTED_PROXIES` and `DOCKET_FORWARDED_HEADER`.
    pub(super) fn proxies(&mut self) -> ProxyTrust {
        let mut networks = Vec::new();
        for entry in self.list("DOCKET_TRUSTED_PROXIES") {
            let network = entry.parse().or_else(|_| entry.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical())));
            match network {
                Ok(network) if network.prefix_len() > 0 => networks.push(network),
                _ => self.problem(format!(
                    "DOCKET_TRUSTED_PROXIES has \"{entry}\"; write addresses or networks with commas between them, such as 127.0.0.1,10.0.0.0/8."
                )),
            }
        }
        // Until now it was the last address whoever had sent it.
        if self.switch("DOCKET_BEHIND_PROXY", false) {
            self.problem(
                "DOCKET_BEHIND_PROXY is replaced by DOCKET_TRUSTED_PROXIES; write the proxy's address there, such as 127.0.0.1.".to_owned(),
            );
        }
        let header = match self.text("DOCKET_FORWARDED_HEADER").map(str::to_ascii_lowercase).as_deref() {
            None | Some("x-forwarded-for") => ForwardHeader::Plain,
            Some("forwarded") => ForwardHeader::Standard,
            Some(other) => {
                self.problem(format!("DOCKET_FORWARDED_HEADER is \"{other}\"; write X-Forwarded-For or Forwarded."));
                ForwardHeader::Plain
            }
        };
        ProxyTrust { networks, header }
    }

    /// The entries of a list with commas; those left empty are left out.
    fn list(&self, name: &str) -> Vec<&'v str> {
        self.variables
            .get(name)
            .map(|value| value.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServerConfig;

    fn read(pairs: &[(&str, &str)]) -> Result<ServerConfig, Vec<String>> {
        ServerConfig::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn answers(pairs: &[(&str, &str)], host: &str) -> bool {
        let config = read(pairs).unwrap();
        HostPort::read(host).is_some_and(|host| config.hosts().has(&host))
    }

    #[test]
    fn the_public_address_is_answered_for_and_this_machine_by_each_of_its_names() {
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "localhost.", "[::1]:3000", "[0:0::1]"] {
            assert!(answers(&[], host), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2", "[::2]", "0.0.0.0"] {
            assert!(!answers(&[], host), "{host}");
        }
        let public = [("DOCKET_PUBLIC_URL", "https://Docket.example.org")];
        assert!(answers(&public, "docket.example.org") && answers(&public, "docket.example.org:8443"));
        for host in ["localhost", "127.0.0.1:3000", "example.org", "x.docket.example.org", "docket.example.org.evil.example"] {
            assert!(!answers(&public, host), "{host}");
        }
    }

    #[test]
    fn more_hosts_are_listed_as_names_domains_or_all() {
        let listed =
            [("DOCKET_PUBLIC_URL", "https://docket.example.org"), ("ALLOWED_HOSTS", "help.example.org, .example.net, [2001:db8::1]:80")];
        for host in ["docket.example.org", "HELP.example.org:80", "example.net", "a.b.example.net", "[2001:db8:0::1]:80"] {
            assert!(answers(&listed, host), "{host}");
        }
        for host in ["badexample.net", "example.net.evil.example", "[2001:db8::1]", "[2001:db8::1]:81", "x.help.example.org"] {
            assert!(!answers(&listed, host), "{host}");
        }
        assert!(answers(&[("ALLOWED_HOSTS", "*")], "anything.example"));
    }

    #[test]
    fn what_names_no_host_is_none() {
        for text in [
            "",
            ".",
            ":80",
            "a b",
            "user@host",
            "host/path",
            "host:port",
            "host:1:2",
            "host:99999",
            "[::1",
            "[::1]80",
            "[x]",
            "hö.example",
            ".a",
        ] {
            assert_eq!(HostPort::read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_host_and_no_network_is_said() {
        for (name, value) in [
            ("ALLOWED_HOSTS", "https://docket.example.org"),
            ("ALLOWED_HOSTS", "*.example.org"),
            ("DOCKET_TRUSTED_PROXIES", "proxy.example.org"),
            ("DOCKET_TRUSTED_PROXIES", "0.0.0.0/0"),
            ("DOCKET_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("DOCKET_BEHIND_PROXY", "on"),
            ("DOCKET_FORWARDED_HEADER", "X-Real-IP"),
            ("DOCKET_PUBLIC_URL", "https://docket.example.org:port"),
        ] {
            let problems = read(&[(name, value)]).unwrap_err();
            assert!(problems.len() == 1 && problems[0].starts_with(name), "{name}={value}: {problems:?}");
        }
        assert!(read(&[("DOCKET_BEHIND_PROXY", "off")]).is_ok());
    }

    #[test]
    fn proxies_are_trusted_by_address_or_network() {
        let trust = read(&[("DOCKET_TRUSTED_PROXIES", "127.0.0.1, 10.1.0.0/16,::ffff:192.0.2.1, 2001:db8::/32")]).unwrap().proxies;
        for address in ["127.0.0.1", "10.1.255.255", "192.0.2.1", "2001:db8:1::1"] {
            assert!(trust.has(address.parse().unwrap()), "{address}");
        }
        for address in ["127.0.0.2", "10.2.0.0", "2001:db9::1", "::1"] {
            assert!(!trust.has(address.parse().unwrap()), "{address}");
        }
        assert_eq!(trust.to_string(), "127.0.0.1,10.1.0.0/16,192.0.2.1,2001:db8::/32");
    }
}
