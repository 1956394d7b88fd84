//! Providers of single sign-on in the environment: `DOCKET_OIDC_PROVIDERS` lists their keys, and `DOCKET_OIDC_<KEY>_…` says the rest of each.

use super::reader::SettingReader;
use backend::settings::SignInProvider;
use domain::lint::is_key;
use domain::permission::ROLES;
use domain::single_sign_on::{ClaimRule, ProviderTrust};

/// What the variables of providers begin with.
pub(super) const PREFIX: &str = "DOCKET_OIDC_";
/// What each of them may end with.
const ENDS: [&str; 9] = ["ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME", "ORGANIZATION", "DOMAINS", "MAKES_ACCOUNTS", "ROLE", "GROUPS"];
/// Roles that nobody gets by signing in: they are granted by somebody who holds them.
const POWERFUL: [&str; 3] = ["central_admin", "admin", "space_admin"];

impl SettingReader<'_> {
    /// The providers, in the order in which their buttons stand.
    pub(super) fn providers(&mut self) -> Vec<SignInProvider> {
        let keys: Vec<String> = self.parts_of("DOCKET_OIDC_PROVIDERS");
        for key in keys.iter().filter(|key| !is_key(key)) {
            self.problems
                .push(format!("DOCKET_OIDC_PROVIDERS names \"{key}\"; write keys of small letters, digits and -, with commas between."));
        }
        let mut known: Vec<String> = keys.iter().flat_map(|key| ENDS.map(|end| variable(key, end))).collect();
        known.push("DOCKET_OIDC_PROVIDERS".to_owned());
        let stray = self.variables.keys().filter(|name| name.starts_with(PREFIX) && !known.contains(name));
        let stray: Vec<String> =
            stray.map(|name| format!("{name} belongs to no provider; list its key in DOCKET_OIDC_PROVIDERS.")).collect();
        self.problems.extend(stray);
        keys.iter().filter(|key| is_key(key)).filter_map(|key| self.provider(key)).collect()
    }

    fn parts_of(&self, name: &str) -> Vec<String> {
        let parts = self.text(name).unwrap_or_default().split(',').map(|part| part.trim().to_owned());
        parts.filter(|part| !part.is_empty()).collect()
    }

    fn provider(&mut self, key: &str) -> Option<SignInProvider> {
        let text = |reader: &Self, end: &str| reader.text(&variable(key, end)).map(str::to_owned);
        let (issuer, client_id) = (text(self, "ISSUER").unwrap_or_default(), text(self, "CLIENT_ID"));
        if !issuer.starts_with("https://") && !issuer.starts_with("http://") {
            self.problem(format!("{} must be the provider's issuer, such as https://accounts.example.org.", variable(key, "ISSUER")));
        }
        if client_id.is_none() {
            self.problem(format!("{} is empty; write the client ID that the provider gave to Docket.", variable(key, "CLIENT_ID")));
        }
        let (organization, role) = (text(self, "ORGANIZATION"), text(self, "ROLE").unwrap_or_else(|| "requester".to_owned()));
        let (rules, makes_accounts) = (self.rules(key), self.switch(&variable(key, "MAKES_ACCOUNTS"), false));
        if organization.is_none() && (makes_accounts || !rules.is_empty()) {
            let named = variable(key, "ORGANIZATION");
            self.problem(format!("{named} is empty; accounts and groups are of an organization: write its key."));
        }
        if !ROLES.iter().any(|(known, ..)| *known == role) || POWERFUL.contains(&role.as_str()) {
            self.problem(format!(
                "{} is \"{role}\"; write a role that nobody has to be trusted with, such as requester.",
                variable(key, "ROLE")
            ));
        }
        let domains: Vec<String> = self.parts_of(&variable(key, "DOMAINS"));
        if makes_accounts && domains.is_empty() {
            self.problem(format!("{} is empty; say whose e-mail addresses get accounts, such as example.org.", variable(key, "DOMAINS")));
        }
        Some(SignInProvider {
            name: text(self, "NAME").unwrap_or_else(|| key.to_owned()),
            key: key.to_owned(),
            issuer,
            client_id: client_id?,
            client_secret: text(self, "CLIENT_SECRET"),
            organization,
            role,
            trust: ProviderTrust { domains, makes_accounts, rules },
        })
    }

    /// `groups=it:it-staff` puts whoever has `it` in the claim `groups` into the group `it-staff`; several have commas between them.
    fn rules(&mut self, key: &str) -> Vec<ClaimRule> {
        let name = variable(key, "GROUPS");
        let rule = |text: &String| {
            let (claim, rest) = text.split_once('=')?;
            let (value, group) = rest.rsplit_once(':')?;
            let rule = ClaimRule { claim: claim.trim().to_owned(), value: value.trim().to_owned(), group: group.trim().to_owned() };
            (!rule.claim.is_empty() && !rule.value.is_empty() && is_key(&rule.group)).then_some(rule)
        };
        let read: Option<Vec<ClaimRule>> = self.parts_of(&name).iter().map(rule).collect();
        read.unwrap_or_else(|| {
            self.problem(format!("{name} cannot be read; write claim=value:group with commas between, such as groups=it:it-staff."));
            Vec::new()
        })
    }
}

fn variable(key: &str, end: &str) -> String {
    format!("{PREFIX}{}_{end}", key.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use crate::config::ServerConfig;

    fn read(pairs: &[(&str, &str)]) -> Result<ServerConfig, Vec<String>> {
        ServerConfig::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn providers_are_read_whole() {
        let config = read(&[
            ("DOCKET_OIDC_PROVIDERS", "campus, google"),
            ("DOCKET_OIDC_CAMPUS_ISSUER", "https://id.example.org"),
            ("DOCKET_OIDC_CAMPUS_CLIENT_ID", "docket"),
            ("DOCKET_OIDC_CAMPUS_CLIENT_SECRET", "hunter2"),
            ("DOCKET_OIDC_CAMPUS_ORGANIZATION", "northmoor"),
            ("DOCKET_OIDC_CAMPUS_DOMAINS", "example.org"),
            ("DOCKET_OIDC_CAMPUS_MAKES_ACCOUNTS", "on"),
            ("DOCKET_OIDC_CAMPUS_GROUPS", "groups=a:b:it-staff, level=3:leads"),
            ("DOCKET_OIDC_GOOGLE_ISSUER", "https://accounts.google.com"),
            ("DOCKET_OIDC_GOOGLE_CLIENT_ID", "x.apps"),
            ("DOCKET_OIDC_GOOGLE_NAME", "Google"),
        ])
        .unwrap();
        let [campus, google] = config.providers.as_slice() else { panic!("two providers") };
        assert_eq!((campus.name.as_str(), campus.role.as_str(), google.name.as_str()), ("campus", "requester", "Google"));
        let rules: Vec<_> = campus.trust.rules.iter().map(|rule| (rule.value.as_str(), rule.group.as_str())).collect();
        assert_eq!(rules, [("a:b", "it-staff"), ("3", "leads")]);
        assert!(google.organization.is_none() && !google.trust.makes_accounts);
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let problems = read(&[
            ("DOCKET_OIDC_PROVIDERS", "campus,Other One"),
            ("DOCKET_OIDC_CAMPUS_MAKES_ACCOUNTS", "on"),
            ("DOCKET_OIDC_CAMPUS_ROLE", "admin"),
            ("DOCKET_OIDC_CAMPUS_GROUPS", "groups"),
            ("DOCKET_OIDC_LOST_ISSUER", "https://id.example.org"),
        ])
        .unwrap_err();
        for end in [
            "PROVIDERS",
            "LOST_ISSUER",
            "CAMPUS_ISSUER",
            "CAMPUS_CLIENT_ID",
            "CAMPUS_ORGANIZATION",
            "CAMPUS_ROLE",
            "CAMPUS_GROUPS",
            "CAMPUS_DOMAINS",
        ] {
            assert!(problems.iter().any(|problem| problem.starts_with(&format!("DOCKET_OIDC_{end}"))), "{end}: {problems:#?}");
        }
        assert_eq!(problems.len(), 8, "{problems:#?}");
    }
}
