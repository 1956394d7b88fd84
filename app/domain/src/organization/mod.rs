//! What an organization decides for itself: who may join it, how long it keeps what nobody asks for, which parts of the product it uses,
//! and the colour of what can be acted on. Read with the organization; changed on one page and in `organization.yaml`.
//!
//! Deliberately not here: its name and time zone, which are columns of their own, and what it decides about notifications (`notices`).

pub mod accent;
pub mod form;
pub mod lint;
pub mod wire;

use crate::people::Facts;
use crate::refusal::Refusal;
use accent::AccentColour;
use serde::{Deserialize, Serialize};

/// Who may make an account of their own in an organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Nobody: people are added by administrators, by files or by an identity provider.
    Closed,
    /// Whoever was invited.
    #[default]
    Invitation,
    /// Whoever was invited, and whoever proves an address of one of the organization's domains.
    Domains,
    /// Whoever proves an e-mail address.
    Open,
}

/// Every mode, with its name as it is stored and travels, its words on screen, and what it means.
pub const REGISTRATION_MODES: &[(RegistrationMode, &str, &str, &str)] = &[
    (RegistrationMode::Closed, "closed", "Nobody", "Accounts are made by administrators, in files, or by single sign-on."),
    (RegistrationMode::Invitation, "invitation", "People who were invited", "An invitation goes to an e-mail address and is used once."),
    (
        RegistrationMode::Domains,
        "domains",
        "People with an address of your domains",
        "Whoever proves such an address joins as a requester. Invitations count too.",
    ),
    (RegistrationMode::Open, "open", "Anybody", "Whoever proves an e-mail address joins as a requester. Invitations count too."),
];

impl RegistrationMode {
    /// The mode that is stored under a name.
    pub fn find(name: &str) -> Option<Self> {
        REGISTRATION_MODES.iter().find(|(_, known, ..)| *known == name).map(|(mode, ..)| *mode)
    }

    /// The name under which it is stored.
    pub fn name(self) -> &'static str {
        REGISTRATION_MODES.iter().find(|(mode, ..)| *mode == self).map_or("invitation", |(_, name, ..)| name)
    }
}

/// A part of the product that an organization, or one person in it, can do without (S0-024, S0-025).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductFeature {
    /// Links by which somebody without an account sees and does a task.
    ShareLinks,
    /// Naming who decides in one's place while one is away.
    Deputies,
    /// The page with all that waits for a decision.
    Leadership,
}

/// Every feature, with its name as it is stored and travels, its words on screen, and what is gone without it.
pub const PRODUCT_FEATURES: &[(ProductFeature, &str, &str, &str)] = &[
    (
        ProductFeature::ShareLinks,
        "share_links",
        "Links to tasks for people without an account",
        "Without them nobody makes such a link, and links that were made open nothing.",
    ),
    (
        ProductFeature::Deputies,
        "deputies",
        "Deputies while somebody is away",
        "Without them nobody names a deputy. Those that were named stay until they end.",
    ),
    (
        ProductFeature::Leadership,
        "leadership",
        "The leadership view",
        "Without it nobody sees the page with all that waits for a decision.",
    ),
];

impl ProductFeature {
    /// The feature that is stored under a name.
    pub fn find(name: &str) -> Option<Self> {
        PRODUCT_FEATURES.iter().find(|(_, known, ..)| *known == name).map(|(feature, ..)| *feature)
    }

    /// The name under which it is stored.
    pub fn name(self) -> &'static str {
        PRODUCT_FEATURES.iter().find(|(feature, ..)| *feature == self).map_or("", |(_, name, ..)| name)
    }
}

/// Refuses what somebody's organization, or they themselves, do without.
///
/// # Errors
/// Not now.
pub fn require_feature(facts: &Facts, feature: ProductFeature) -> Result<(), Refusal> {
    if facts.uses(feature) {
        return Ok(());
    }
    let words = PRODUCT_FEATURES.iter().find(|(known, ..)| *known == feature).map_or("", |(_, _, words, _)| words);
    Err(Refusal::not_now(format!("{words}: your organization does not use this. An administrator can change that.")))
}

/// Some features.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeatureSet(Vec<String>);

impl FeatureSet {
    /// Whether the feature is in it.
    pub fn holds(&self, feature: ProductFeature) -> bool {
        self.0.iter().any(|name| name == feature.name())
    }

    /// Those of either.
    pub fn with(mut self, other: &Self) -> Self {
        let more: Vec<String> = other.0.iter().filter(|name| !self.0.contains(name)).cloned().collect();
        self.0.extend(more);
        self
    }

    /// Names that are no feature's of this version.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|name| ProductFeature::find(name).is_none())
    }

    /// Whether none is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<ProductFeature> for FeatureSet {
    fn from_iter<I: IntoIterator<Item = ProductFeature>>(features: I) -> Self {
        Self(features.into_iter().map(|feature| feature.name().to_owned()).collect())
    }
}

/// How long an organization keeps what nobody asks for, in days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionDays {
    /// Drafts, since they were changed last; for good when None.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drafts: Option<u32>,
    /// Notices, since they came; as long as the server keeps them when None.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notices: Option<u32>,
    /// Sessions, since they were used last; as long as the server keeps them when None.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<u32>,
}

/// What may be kept how long: the name of the field, its words, the fewest days and the most.
pub const RETENTION_LIMITS: &[(&str, &str, u32, u32)] = &[
    ("drafts", "Drafts that nobody has changed", 7, 3650),
    ("notices", "Notifications in the bell", 7, 90),
    ("sessions", "Sign-ins that nobody uses", 1, 14),
];

impl RetentionDays {
    /// The days of a field of `RETENTION_LIMITS`.
    pub fn days(&self, field: &str) -> Option<u32> {
        match field {
            "drafts" => self.drafts,
            "notices" => self.notices,
            _ => self.sessions,
        }
    }
}

/// What an organization decides for itself. Stored as JSON, written in `organization.yaml`: fields are only added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrganizationSettings {
    pub registration: RegistrationMode,
    /// E-mail domains whose owners may join, where `registration` says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// The colour of links and buttons; the product's own when None.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<AccentColour>,
    #[serde(skip_serializing_if = "is_default")]
    pub retention: RetentionDays,
    /// Features that the organization does without.
    #[serde(skip_serializing_if = "FeatureSet::is_empty")]
    pub without: FeatureSet,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl OrganizationSettings {
    /// Whether somebody who has proved this address may make an account, invited or not.
    pub fn may_register(&self, email: &str, invited: bool) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase()).unwrap_or_default();
        match self.registration {
            RegistrationMode::Closed => false,
            RegistrationMode::Invitation => invited,
            RegistrationMode::Domains => invited || self.domains.contains(&domain),
            RegistrationMode::Open => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_register_is_what_the_organization_says() {
        let domains = vec!["north.example".to_owned()];
        let told = |registration| {
            let settings = OrganizationSettings { registration, domains: domains.clone(), ..OrganizationSettings::default() };
            [("a@north.example", false), ("a@NORTH.example", false), ("a@sub.north.example", false), ("a@north.example.evil", false)]
                .into_iter()
                .chain([("a@evil.example", true)])
                .map(|(email, invited)| settings.may_register(email, invited))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(RegistrationMode::Closed), [false; 5]);
        assert_eq!(told(RegistrationMode::Invitation), [false, false, false, false, true]);
        assert_eq!(told(RegistrationMode::Domains), [true, true, false, false, true]);
        assert_eq!(told(RegistrationMode::Open), [true; 5]);
    }

    #[test]
    fn settings_are_written_short_and_read_as_they_were() {
        let plain = serde_json::to_string(&OrganizationSettings::default()).unwrap();
        assert_eq!(plain, r#"{"registration":"invitation"}"#);
        let all = OrganizationSettings {
            registration: RegistrationMode::Domains,
            domains: vec!["north.example".to_owned()],
            accent: AccentColour::parse("#0a5f7a"),
            retention: RetentionDays { drafts: Some(90), ..RetentionDays::default() },
            without: [ProductFeature::ShareLinks].into_iter().collect(),
        };
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<OrganizationSettings>(&text).unwrap(), all);
        assert_eq!(serde_json::from_str::<OrganizationSettings>("{}").unwrap(), OrganizationSettings::default());
    }

    #[test]
    fn what_is_done_without_is_of_either() {
        let (of, own) = ([ProductFeature::ShareLinks].into_iter().collect::<FeatureSet>(), FeatureSet::default());
        let both = own.with(&of).with(&[ProductFeature::ShareLinks, ProductFeature::Deputies].into_iter().collect());
        assert_eq!((both.holds(ProductFeature::ShareLinks), both.holds(ProductFeature::Leadership)), (true, false));
        assert_eq!(both, [ProductFeature::ShareLinks, ProductFeature::Deputies].into_iter().collect());
    }

    #[test]
    fn every_row_of_the_tables_is_found_by_its_name() {
        assert!(REGISTRATION_MODES.iter().all(|(mode, name, ..)| RegistrationMode::find(name) == Some(*mode) && mode.name() == *name));
        assert!(PRODUCT_FEATURES.iter().all(|(one, name, ..)| ProductFeature::find(name) == Some(*one) && one.name() == *name));
        let named = |name: &str| serde_json::to_value(RegistrationMode::find(name)).unwrap() == name;
        assert!(REGISTRATION_MODES.iter().all(|(_, name, ..)| named(name)));
    }
}
