//! What an organization may decide for itself: the same for its page and its file.

use super::{OrganizationSettings, RETENTION_LIMITS, RegistrationMode};
use crate::lint::{AuthoringProblem, ProblemList, ValuePath};
use std::collections::BTreeSet;

/// Characters of the longest name of an organization.
pub const LONGEST_NAME: usize = 120;
/// E-mail domains that one organization names at most.
pub const MOST_DOMAINS: usize = 50;

/// Everything wrong with what an organization decides for itself.
pub fn lint_settings(settings: &OrganizationSettings) -> Vec<AuthoringProblem> {
    let (at, mut found) = (ValuePath::root(), ProblemList::default());
    if settings.registration == RegistrationMode::Domains && settings.domains.is_empty() {
        found.note(at.entry("domains"), "Name at least one e-mail domain whose owners may join, like example.org".to_owned());
    }
    if settings.domains.len() > MOST_DOMAINS {
        found.note(at.entry("domains"), format!("Name at most {MOST_DOMAINS} e-mail domains"));
    }
    let mut named = BTreeSet::new();
    for (place, domain) in settings.domains.iter().enumerate() {
        if !is_domain(domain) {
            let message = format!("“{domain}” is not an e-mail domain. Write one in lower-case letters, like example.org");
            found.note(at.entry("domains").place(place), message);
        } else if !named.insert(domain) {
            found.note(at.entry("domains").place(place), format!("{domain} is named twice. Keep one entry"));
        }
    }
    if let Some(accent) = settings.accent.filter(|accent| !accent.is_readable()) {
        let message = format!(
            "Words in {accent} cannot be read: the contrast is {:.1}, and must be at least 4.5. Choose {} or a darker colour",
            // Down, so that what is refused never reads as enough.
            (accent.contrast() * 10.0).floor() / 10.0,
            accent.readable()
        );
        found.note(at.entry("accent"), message);
    }
    for (field, words, fewest, most) in RETENTION_LIMITS {
        if settings.retention.days(field).is_some_and(|days| !(*fewest..=*most).contains(&days)) {
            found.note(at.entry("retention").entry(field), format!("{words} can be kept for {fewest} to {most} days"));
        }
    }
    for name in settings.without.unknown() {
        found.note(at.entry("without"), format!("The feature “{name}” does not exist. Leave it out"));
    }
    found.finish()
}

/// Whether it can be the part of an e-mail address behind the @.
fn is_domain(text: &str) -> bool {
    let part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::super::accent::AccentColour;
    use super::super::{FeatureSet, RetentionDays};
    use super::*;
    use crate::lint::tests::assert_rule;

    fn with_domains(domains: &[&str]) -> OrganizationSettings {
        let domains = domains.iter().map(|domain| (*domain).to_owned()).collect();
        OrganizationSettings { registration: RegistrationMode::Domains, domains, ..OrganizationSettings::default() }
    }

    #[test]
    fn settings_in_order_pass_and_their_nearest_neighbours_do_not() {
        let rule = |wrong, told_as, right| assert_rule(lint_settings, wrong, told_as, right);
        let plain = OrganizationSettings::default;
        rule(with_domains(&[]), "domains: Name at least one e-mail domain", with_domains(&["north.example"]));
        for wrong in ["north", "North.example", "@north.example", "north..example", "-north.example", "north.example-", "né.example"] {
            rule(with_domains(&[wrong]), "domains[0]: “", with_domains(&["n-1.north.example"]));
        }
        rule(with_domains(&["a.example", "a.example"]), "domains[1]: a.example is named twice", with_domains(&["a.example", "b.example"]));
        let many: Vec<String> = (0..51).map(|n| format!("n{n}.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        rule(with_domains(&many), "domains: Name at most 50", with_domains(&many[1..]));
        let accent = |text| OrganizationSettings { accent: AccentColour::parse(text), ..plain() };
        rule(accent("#ffcc00"), "accent: Words in #ffcc00 cannot be read: the contrast is 1.1", accent("#5a4600"));
        let retention = |drafts, sessions| OrganizationSettings {
            retention: RetentionDays { drafts: Some(drafts), notices: None, sessions: Some(sessions) },
            ..plain()
        };
        rule(retention(6, 14), "retention.drafts: Drafts that nobody has changed can be kept for 7 to 3650 days", retention(7, 14));
        rule(retention(7, 15), "retention.sessions: Sign-ins that nobody uses can be kept for 1 to 14 days", retention(7, 1));
        let without = |name: &str| OrganizationSettings {
            without: serde_json::from_value::<FeatureSet>(serde_json::json!([name])).unwrap(),
            ..plain()
        };
        rule(without("flying"), "without: The feature “flying” does not exist", without("deputies"));
    }
}
