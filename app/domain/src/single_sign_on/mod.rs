//! Signing in by a provider (OpenID Connect): whose account an identity opens when it comes for the first time, and which groups it is in by
//! what the provider claims of it.
//!
//! Deliberately not here: the protocol. What is decided about is claims whose signature was checked.

pub mod wire;

use crate::id::PersonId;
use crate::people::{is_email, normal_email};
use crate::refusal::Refusal;
use crate::text::tidy_line;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Values of one claim that are looked at.
const MOST_VALUES: usize = 1_000;
/// Longest subject: as OpenID Connect says.
const LONGEST_SUBJECT: usize = 255;

/// What a provider is trusted with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTrust {
    /// Domains of e-mail addresses that are the provider's to speak of; any when there are none.
    pub domains: Vec<String>,
    /// Whoever comes for the first time gets an account.
    pub makes_accounts: bool,
    /// Which claims put somebody into which groups.
    pub rules: Vec<ClaimRule>,
}

/// Puts whoever has a value in a claim into a group, and takes out whoever has not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClaimRule {
    /// The claim, or where it lies: `realm_access.roles`.
    pub claim: String,
    pub value: String,
    /// Key of the group.
    pub group: String,
}

/// What a provider says of whoever signed in there.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvidedIdentity {
    pub issuer: String,
    /// By which the provider knows them; it never changes and is nobody else's.
    pub subject: String,
    /// Their address, when the provider says that they proved it.
    pub email: Option<String>,
    pub name: String,
    pub claims: Map<String, Value>,
}

impl ProvidedIdentity {
    /// Reads claims whose signature was checked.
    ///
    /// # Errors
    /// When they say of nobody.
    pub fn read(claims: Map<String, Value>) -> Result<Self, SignInObstacle> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (issuer, subject) = (text("iss"), text("sub"));
        if issuer.is_empty() || subject.is_empty() || subject.len() > LONGEST_SUBJECT {
            return Err(SignInObstacle::NoAnswer);
        }
        // Some providers write what is true as a text.
        let proved = claims.get("email_verified").is_some_and(|value| *value == Value::Bool(true) || value.as_str() == Some("true"));
        let email = Some(normal_email(&text("email"))).filter(|email| proved && is_email(email));
        let name = tidy_line(&text("name")).chars().take(200).collect::<String>();
        let name = if name.is_empty() { email.clone().unwrap_or_else(|| subject.clone()) } else { name };
        Ok(Self { issuer, subject, email, name, claims })
    }
}

/// An account that has the address of an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressHolder {
    pub person: PersonId,
    /// In the provider's organization; true for a provider of the whole server.
    pub is_member: bool,
}

/// What becomes of an identity that comes for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstSignIn {
    /// It opens this account from now on.
    Link(PersonId),
    /// It gets an account with this address.
    Create(String),
}

/// Why somebody who signed in at a provider is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInObstacle {
    /// The provider gave no answer that can be trusted, or said no.
    NoAnswer,
    /// They did not prove their address there.
    Unproved,
    /// Their address is not the provider's to speak of.
    OtherDomain,
    /// Their account may not be used, or not in the provider's organization.
    Elsewhere,
    /// Nobody has their address, and the provider makes no accounts.
    NoAccount,
    /// It already opens another account.
    Taken,
    /// Linking needs a sign-in of a moment ago.
    Stale,
}

/// Every obstacle, with its name in addresses, and what happened and what to do.
pub const OBSTACLES: &[(SignInObstacle, &str, &str)] = &[
    (SignInObstacle::NoAnswer, "no-answer", "The provider did not confirm who you are. Try again, or sign in another way."),
    (SignInObstacle::Unproved, "unproved", "The provider does not say that you proved your email address. Prove it there, then try again."),
    (SignInObstacle::OtherDomain, "other-domain", "The provider does not speak for your email address here. Sign in another way."),
    (
        SignInObstacle::Elsewhere,
        "elsewhere",
        "Your account cannot be used by this provider. Sign in another way, or ask an administrator to let you in.",
    ),
    (SignInObstacle::NoAccount, "no-account", "Nobody has an account with your email address here. Ask an administrator to add you."),
    (SignInObstacle::Taken, "taken", "That sign-in already opens another account. Remove it there first, then link it here."),
    (SignInObstacle::Stale, "stale", "Linking needs a sign-in of the last ten minutes. Sign out and in again, then link."),
];

impl SignInObstacle {
    fn row(self) -> Option<&'static (Self, &'static str, &'static str)> {
        OBSTACLES.iter().find(|(obstacle, ..)| *obstacle == self)
    }

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        self.row().map_or("no-answer", |(_, name, _)| name)
    }

    /// The words for what an address names.
    pub fn words(name: &str) -> Option<&'static str> {
        OBSTACLES.iter().find(|(_, known, _)| *known == name).map(|(.., words)| *words)
    }
}

/// Whose account an identity opens that is not linked yet. An address counts when the provider says that it was proved and is one the
/// provider may speak of: nobody gets into an account by naming its address.
///
/// # Errors
/// What stands in the way.
pub fn decide_first(
    trust: &ProviderTrust,
    identity: &ProvidedIdentity,
    holder: Option<AddressHolder>,
) -> Result<FirstSignIn, SignInObstacle> {
    let email = identity.email.as_ref().ok_or(SignInObstacle::Unproved)?;
    let domain = email.rsplit('@').next().unwrap_or_default();
    if !trust.domains.is_empty() && !trust.domains.iter().any(|known| known.eq_ignore_ascii_case(domain)) {
        return Err(SignInObstacle::OtherDomain);
    }
    match holder {
        Some(AddressHolder { person, is_member: true }) => Ok(FirstSignIn::Link(person)),
        Some(_) => Err(SignInObstacle::Elsewhere),
        None if trust.makes_accounts => Ok(FirstSignIn::Create(email.clone())),
        None => Err(SignInObstacle::NoAccount),
    }
}

/// For each group that rules speak of, whether whoever has these claims is in it. Other groups are not the provider's to change.
pub fn map_groups(rules: &[ClaimRule], claims: &Map<String, Value>) -> BTreeMap<String, bool> {
    let mut groups = BTreeMap::new();
    for rule in rules {
        *groups.entry(rule.group.clone()).or_default() |= has_value(claims, &rule.claim, &rule.value);
    }
    groups
}

fn has_value(claims: &Map<String, Value>, path: &str, wanted: &str) -> bool {
    // A claim may have dots in its own name: an address, as some providers do.
    let found = claims.get(path).or_else(|| {
        let mut parts = path.split('.');
        let first = claims.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    });
    let is_wanted = |value: &Value| match value {
        Value::String(text) => text == wanted,
        Value::Bool(value) => wanted == if *value { "true" } else { "false" },
        Value::Number(number) => wanted.parse::<serde_json::Number>().is_ok_and(|wanted| wanted == *number),
        _ => false,
    };
    match found {
        Some(Value::Array(values)) => values.iter().take(MOST_VALUES).any(is_wanted),
        Some(value) => is_wanted(value),
        None => false,
    }
}

/// Whether an identity may be taken from an account.
///
/// # Errors
/// Not now when it is the only way in.
pub fn check_unlink(has_password: bool, linked: usize) -> Result<(), Refusal> {
    if has_password || linked > 1 {
        return Ok(());
    }
    Err(Refusal::not_now(
        "This is your only way to sign in. Choose a password by “Forgot your password?” on the sign-in page first, then try again.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn identity(email: &str, verified: Value) -> ProvidedIdentity {
        ProvidedIdentity::read(claims(json!({ "iss": "https://id.example", "sub": "1", "email": email, "email_verified": verified })))
            .unwrap()
    }

    #[test]
    fn an_address_counts_when_the_provider_says_that_it_was_proved() {
        assert_eq!(identity("Ruth@North.example", json!(true)).email.as_deref(), Some("ruth@north.example"));
        assert_eq!(identity("ruth@north.example", json!("true")).email.as_deref(), Some("ruth@north.example"));
        for not in [json!(false), json!("false"), json!(1), Value::Null] {
            assert_eq!(identity("ruth@north.example", not).email, None);
        }
        assert_eq!(identity("not an address", json!(true)).email, None);
        for nobody in [json!({ "iss": "x" }), json!({ "sub": "1" }), json!({ "iss": "x", "sub": "1".repeat(256) })] {
            assert!(ProvidedIdentity::read(claims(nobody)).is_err());
        }
    }

    /// Who comes for the first time: every case of trust, address and account.
    #[test]
    fn a_strangers_identity_takes_over_no_account() {
        let person = PersonId(uuid::Uuid::from_u128(1));
        let trust = |domains: &[&str], makes_accounts| ProviderTrust {
            domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            makes_accounts,
            rules: Vec::new(),
        };
        let holder = |is_member| Some(AddressHolder { person, is_member });
        let (proved, unproved) = (identity("ruth@north.example", json!(true)), identity("ruth@north.example", json!(false)));
        let north = trust(&["north.example"], true);
        assert_eq!(decide_first(&north, &proved, holder(true)), Ok(FirstSignIn::Link(person)));
        assert_eq!(decide_first(&north, &proved, None), Ok(FirstSignIn::Create("ruth@north.example".to_owned())));
        assert!(decide_first(&north, &unproved, holder(true)).is_err(), "the address was not proved");
        assert!(decide_first(&north, &unproved, None).is_err());
        assert!(decide_first(&north, &proved, holder(false)).is_err(), "an account elsewhere");
        assert!(decide_first(&trust(&["south.example"], true), &proved, holder(true)).is_err(), "not the provider's address");
        assert!(decide_first(&trust(&["xnorth.example", "example"], true), &proved, None).is_err(), "the end of a domain is not it");
        assert!(decide_first(&trust(&["NORTH.example"], false), &proved, None).is_err(), "makes no accounts");
        assert_eq!(decide_first(&trust(&[], false), &proved, holder(true)), Ok(FirstSignIn::Link(person)));
    }

    #[test]
    fn claims_put_into_groups_and_take_out() {
        let rule = |claim: &str, value: &str, group: &str| ClaimRule { claim: claim.into(), value: value.into(), group: group.into() };
        let rules = [
            rule("groups", "it", "it-staff"),
            rule("department", "IT", "it-staff"),
            rule("realm_access.roles", "lead", "leads"),
            rule("https://id.example/level", "3", "level-three"),
            rule("on_site", "true", "on-site"),
        ];
        let given = |value: Value| {
            map_groups(&rules, &claims(value)).into_iter().filter(|(_, inside)| *inside).map(|(key, _)| key).collect::<Vec<_>>()
        };
        assert_eq!(given(json!({ "groups": ["hr", "it"] })), ["it-staff"]);
        assert_eq!(given(json!({ "groups": "it", "department": "HR" })), ["it-staff"], "one of two rules is enough");
        assert_eq!(given(json!({ "realm_access": { "roles": ["lead"] }, "on_site": true })), ["leads", "on-site"]);
        assert_eq!(given(json!({ "https://id.example/level": 3 })), ["level-three"], "a name with dots in it");
        assert_eq!(given(json!({ "groups": ["IT", "it "], "realm_access": "lead" })), Vec::<String>::new());
        assert_eq!(map_groups(&rules, &Map::new()).len(), 4, "each group of a rule is answered, also with no");
        assert!(map_groups(&[], &claims(json!({ "groups": ["it"] }))).is_empty());
    }

    #[test]
    fn every_obstacle_is_listed_once() {
        let names: std::collections::BTreeSet<_> = OBSTACLES.iter().map(|(_, name, _)| name).collect();
        assert_eq!((names.len(), OBSTACLES.len()), (SignInObstacle::Stale as usize + 1, SignInObstacle::Stale as usize + 1));
        assert!(OBSTACLES.iter().all(|(obstacle, name, words)| obstacle.name() == *name && SignInObstacle::words(name) == Some(*words)));
        assert_eq!(SignInObstacle::words("<b>"), None);
    }

    #[test]
    fn the_only_way_in_stays() {
        assert!(check_unlink(false, 1).is_err());
        assert!(check_unlink(true, 1).is_ok() && check_unlink(false, 2).is_ok());
    }
}
