//! The form of an organization's settings: what it asks, and how its answers are settings. Checked like any other form, in the browser and
//! again on the server; what a form cannot say is `lint`'s.

use super::accent::AccentColour;
use super::lint::{LONGEST_NAME, lint_settings};
use super::{OrganizationSettings, PRODUCT_FEATURES, REGISTRATION_MODES, RETENTION_LIMITS, RegistrationMode, RetentionDays};
use crate::forms::{AnswerCondition, Answers, ChoiceOption, Field, FieldRules, Form, Section};
use crate::refusal::Problem;
use serde_json::{Value, json};

/// Characters of all domains together, each on a line of its own.
const LONGEST_DOMAINS: u32 = 13_000;
/// The zone of an organization that chose none.
const UTC: &str = "UTC";

/// What the page says about an organization, as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationDraft {
    pub name: String,
    /// An IANA name; empty for UTC.
    pub time_zone: String,
    pub settings: OrganizationSettings,
}

fn field(key: &str, kind: &str, label: &str, hint: &str, required: bool) -> Field {
    Field {
        key: key.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        hint: hint.to_owned(),
        required,
        default: None,
        options: Vec::new(),
        rules: FieldRules::default(),
        when: None,
    }
}

fn option(value: &str, label: &str, hint: &str) -> ChoiceOption {
    ChoiceOption { value: value.to_owned(), label: label.to_owned(), hint: hint.to_owned() }
}

fn section(key: &str, title: &str, description: &str, fields: Vec<Field>) -> Section {
    Section {
        key: key.to_owned(),
        title: title.to_owned(),
        question: String::new(),
        description: description.to_owned(),
        when: None,
        fields,
        variants: Vec::new(),
    }
}

/// The form, with the time zones to choose from.
pub fn settings_form(zones: &[String]) -> Form {
    let mut name = field("name", "text", "Name", "", true);
    name.rules.max_length = u32::try_from(LONGEST_NAME).ok();
    let mut zone = field("time_zone", "select", "Time zone", "For people who chose none, and for office hours.", true);
    zone.options = zones.iter().map(|zone| option(zone, zone, "")).collect();
    let mut registration = field("registration", "radio", "Who may make an account", "", true);
    registration.options = REGISTRATION_MODES.iter().map(|(_, value, words, hint)| option(value, words, hint)).collect();
    let mut domains = field("domains", "textarea", "Domains", "One on each line, like example.org.", true);
    domains.rules.max_length = Some(LONGEST_DOMAINS);
    domains.when = Some(AnswerCondition::Equals { field: "registration".to_owned(), value: RegistrationMode::Domains.name().into() });
    let hint = "Of links and buttons, like #0a5f7a. The product’s own when empty. It has to be dark enough to be read on paper; the dark \
                theme makes a light one of it.";
    let mut accent = field("accent", "text", "Colour", hint, false);
    accent.rules.pattern = Some("#[0-9a-fA-F]{6}".to_owned());
    accent.rules.pattern_words = Some("be # and six digits or letters from a to f, like #0a5f7a".to_owned());
    let keeping = RETENTION_LIMITS.iter().map(|(key, words, fewest, most)| {
        let hint = match *key {
            "drafts" => "In days. For good when empty.",
            _ => "In days. As long as the server does when empty.",
        };
        let mut days = field(&kept_key(key), "integer", words, hint, false);
        (days.rules.min, days.rules.max) = (Some(fewest.to_string()), Some(most.to_string()));
        days
    });
    let mut used = field("uses", "multi_select", "What your organization uses", "", false);
    used.options = PRODUCT_FEATURES.iter().map(|(_, value, words, hint)| option(value, words, hint)).collect();
    let sections = vec![
        section("organization", "Organization", "", vec![name, zone]),
        section("joining", "Joining", "", vec![registration, domains]),
        section("looks", "Looks", "", vec![accent]),
        section("keeping", "Keeping", "What is older is removed within the hour, and cannot be brought back.", keeping.collect()),
        section("features", "Features", "", vec![used]),
    ];
    Form { key: "organization".to_owned(), title: String::new(), description: String::new(), sections }
}

fn kept_key(of: &str) -> String {
    format!("keep_{of}")
}

/// What the form holds for an organization as it is.
pub fn answers_of(draft: &OrganizationDraft) -> Answers {
    let settings = &draft.settings;
    let mut answers = Answers::default();
    answers.set("name", json!(draft.name));
    answers.set("time_zone", json!(if draft.time_zone.is_empty() { UTC } else { &draft.time_zone }));
    answers.set("registration", json!(settings.registration.name()));
    if !settings.domains.is_empty() {
        answers.set("domains", json!(settings.domains.join("\n")));
    }
    if let Some(accent) = settings.accent {
        answers.set("accent", json!(accent.to_string()));
    }
    for (key, ..) in RETENTION_LIMITS {
        if let Some(days) = settings.retention.days(key) {
            answers.set(&kept_key(key), json!(days));
        }
    }
    let used = PRODUCT_FEATURES.iter().filter(|(feature, ..)| !settings.without.holds(*feature)).map(|(_, name, ..)| *name);
    answers.set("uses", json!(used.collect::<Vec<_>>()));
    answers
}

/// The organization as the answers say; what the form does not ask for stays as it was.
pub fn read_answers(answers: &Answers, was: &OrganizationDraft) -> OrganizationDraft {
    let text = |key: &str| answers.get(key).and_then(Value::as_str).unwrap_or_default().trim();
    let days = |key: &str| {
        let value = answers.get(&kept_key(key))?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok()).and_then(|days| u32::try_from(days).ok())
    };
    let used =
        |name: &str| answers.get("uses").and_then(Value::as_array).is_some_and(|used| used.iter().any(|one| one.as_str() == Some(name)));
    let registration = RegistrationMode::find(text("registration")).unwrap_or(was.settings.registration);
    let domains = text("domains").split(|letter: char| letter.is_whitespace() || letter == ',').filter(|domain| !domain.is_empty());
    let zone = text("time_zone");
    OrganizationDraft {
        name: crate::text::tidy_line(text("name")).into_owned(),
        // Organizations that never chose one have none, which is the same.
        time_zone: if zone == UTC && was.time_zone.is_empty() { String::new() } else { zone.to_owned() },
        settings: OrganizationSettings {
            registration,
            domains: domains.map(|domain| domain.trim_start_matches('@').to_ascii_lowercase()).collect(),
            accent: AccentColour::parse(text("accent")),
            retention: RetentionDays { drafts: days("drafts"), notices: days("notices"), sessions: days("sessions") },
            without: PRODUCT_FEATURES.iter().filter(|(_, name, ..)| !used(name)).map(|(feature, ..)| *feature).collect(),
        },
    }
}

/// What is wrong with settings, at the fields that ask for it.
pub fn problems_of(settings: &OrganizationSettings) -> Vec<Problem> {
    let at = |path: &str| match path.split(['[', '.']).collect::<Vec<_>>()[..] {
        ["domains", ..] => ("joining", "domains".to_owned()),
        ["accent", ..] => ("looks", "accent".to_owned()),
        ["retention", key, ..] => ("keeping", kept_key(key)),
        ["without", ..] => ("features", "uses".to_owned()),
        _ => ("joining", "registration".to_owned()),
    };
    let problem = |path: String, message: String| {
        let (section, field) = at(&path);
        Problem { section: section.to_owned(), field, message }
    };
    lint_settings(settings).into_iter().map(|found| problem(found.path.to_string(), found.message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::check::check;
    use crate::organization::ProductFeature;
    use chrono::NaiveDate;

    fn draft() -> OrganizationDraft {
        OrganizationDraft { name: "North".to_owned(), time_zone: String::new(), settings: OrganizationSettings::default() }
    }

    fn zones() -> Vec<String> {
        ["UTC", "Europe/London"].map(str::to_owned).to_vec()
    }

    #[test]
    fn what_is_read_is_what_was_shown() {
        let all = OrganizationDraft {
            name: "North".to_owned(),
            time_zone: "Europe/London".to_owned(),
            settings: OrganizationSettings {
                registration: RegistrationMode::Domains,
                domains: vec!["a.example".to_owned(), "b.example".to_owned()],
                accent: AccentColour::parse("#4b0082"),
                retention: RetentionDays { drafts: Some(90), notices: None, sessions: Some(2) },
                without: [ProductFeature::Deputies].into_iter().collect(),
            },
        };
        for one in [draft(), all] {
            let answers = answers_of(&one);
            assert_eq!(check(&settings_form(&zones()), &answers, NaiveDate::default()), [], "{answers:?}");
            assert_eq!(read_answers(&answers, &one), one);
            assert_eq!(problems_of(&one.settings), []);
        }
    }

    #[test]
    fn what_was_typed_by_a_person_is_understood() {
        let mut answers = answers_of(&draft());
        answers.set("registration", json!("domains"));
        answers.set("domains", json!(" @North.Example, b.example\n\n"));
        answers.set("keep_drafts", json!("30"));
        let read = read_answers(&answers, &draft()).settings;
        assert_eq!((read.domains, read.retention.drafts), (vec!["north.example".to_owned(), "b.example".to_owned()], Some(30)));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_was_asked() {
        let form = settings_form(&zones());
        let mut answers = answers_of(&draft());
        answers.set("accent", json!("petrol"));
        answers.set("keep_drafts", json!(3));
        answers.set("registration", json!("domains"));
        let fields: Vec<String> = check(&form, &answers, NaiveDate::default()).into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["domains", "accent", "keep_drafts"]);
        answers.set("accent", json!("#ffcc00"));
        answers.set("domains", json!("north"));
        answers.set("keep_drafts", json!(4_000));
        let found: Vec<(String, String)> =
            problems_of(&read_answers(&answers, &draft()).settings).into_iter().map(|problem| (problem.section, problem.field)).collect();
        let wanted = [("joining", "domains"), ("looks", "accent"), ("keeping", "keep_drafts")];
        assert_eq!(found, wanted.map(|(section, field)| (section.to_owned(), field.to_owned())));
    }
}
