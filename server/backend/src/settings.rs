//! What use cases need to know from the configuration. The environment itself is read by the server alone.

/// Settings of the use cases.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Absolute address of the site, without a trailing slash: links in payloads start with it.
    pub public_url: String,
    /// Whether connectors may call addresses inside the network (loopback, private ranges, link-local).
    pub allow_inside_addresses: bool,
    /// Minutes between tries of a delivery; one more try than pauses.
    pub delivery_pauses: Vec<u32>,
    /// Named secrets from the environment (`DOCKET_SECRET_<NAME>`), for connectors that name them.
    pub secrets: std::collections::BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".to_owned(),
            allow_inside_addresses: false,
            delivery_pauses: domain::connectors::DEFAULT_PAUSES.to_vec(),
            secrets: std::collections::BTreeMap::new(),
        }
    }
}
