//! Secrets of the server that connectors name: `DOCKET_SECRET_<NAME>`, and where one may be sent, `DOCKET_SECRET_<NAME>_HOSTS`.

use std::collections::BTreeMap;

/// What their variables begin with.
pub(super) const PREFIX: &str = "DOCKET_SECRET_";
const HOSTS: &str = "_HOSTS";

/// The secrets, by their names.
pub(super) fn values(variables: &BTreeMap<String, String>, problems: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut secrets = BTreeMap::new();
    for (name, value) in variables {
        let Some(key) = name.strip_prefix(PREFIX).filter(|key| !key.ends_with(HOSTS)) else { continue };
        if key.is_empty() || value.is_empty() {
            problems.push(format!("{name} is empty; give the secret a name and a value, or remove it."));
        } else {
            secrets.insert(key.to_owned(), value.clone());
        }
    }
    secrets
}

/// The hosts that each may be sent to besides its own system's.
pub(super) fn hosts(variables: &BTreeMap<String, String>, problems: &mut Vec<String>) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (name, value) in variables {
        let Some(key) = name.strip_prefix(PREFIX).and_then(|key| key.strip_suffix(HOSTS)) else { continue };
        let hosts: Vec<String> = value.split(',').map(|host| host.trim().to_lowercase()).filter(|host| !host.is_empty()).collect();
        let is_host = |host: &String| !host.contains(['/', ' ']) && (!host.contains(':') || host.starts_with('['));
        if hosts.is_empty() || !hosts.iter().all(is_host) {
            problems.push(format!("{name} must be names of hosts with commas between them, like api.example.org."));
        } else if !variables.contains_key(&format!("{PREFIX}{key}")) {
            problems.push(format!("{name} says where a secret may go that is not there; set {PREFIX}{key}, or remove it."));
        } else {
            all.insert(key.to_owned(), hosts);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::ServerConfig;

    fn read(pairs: &[(&str, &str)]) -> Result<ServerConfig, Vec<String>> {
        ServerConfig::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_secret_may_go_where_it_is_said() {
        let config = read(&[("DOCKET_SECRET_DESK", "x"), ("DOCKET_SECRET_DESK_HOSTS", "Desk.example.org, [::1]")]).unwrap();
        assert_eq!(config.secret_hosts["DESK"], ["desk.example.org", "[::1]"]);
        assert_eq!(config.secrets.keys().collect::<Vec<_>>(), ["DESK"]);
        for (name, hosts) in [("DESK", "https://desk.example.org"), ("DESK", "desk.example.org:443"), ("DESK", " "), ("OTHER", "a.example")]
        {
            let name = format!("DOCKET_SECRET_{name}_HOSTS");
            let problems = read(&[("DOCKET_SECRET_DESK", "x"), (&name, hosts)]).unwrap_err();
            assert!(problems[0].starts_with(&name), "{problems:?}");
        }
    }
}
