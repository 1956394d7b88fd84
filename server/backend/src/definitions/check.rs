//! Whether a folder makes sense: every reference names something in the folder or in the database, and every text fits.

mod levels;
mod plan;

use super::files::{Fault, Folder, is_key};
use super::{Present, secrets};
use crate::connectors as kinds;
use crate::people::{is_email, password};
use crate::settings::Settings;
use crate::zones;
use domain::approvals::{Policy, Require, lint};
use domain::catalog::Item;
use domain::forms::Form;
use domain::forms::lint::lint as lint_form;
use domain::notices::{self, Defaults};
use domain::permission::ROLES;
use domain::requests::title::lint_title;
use domain::text::{count_characters, is_blank_text};
use std::collections::{BTreeMap, BTreeSet};

/// Keys that may be referred to.
struct Known<'a> {
    people: BTreeSet<&'a str>,
    groups: BTreeSet<&'a str>,
    connectors: BTreeSet<&'a str>,
    calendars: BTreeSet<&'a str>,
    forms: BTreeSet<&'a str>,
    items: BTreeSet<&'a str>,
}

/// Everything wrong in a folder.
pub(super) fn faults(folder: &Folder, present: &Present, server: &Settings) -> Vec<Fault> {
    let known = Known {
        people: folder.people.iter().map(|p| p.email.as_str()).chain(present.members.iter().map(|m| m.account.email.as_str())).collect(),
        groups: folder.groups.iter().map(|g| g.key.as_str()).chain(present.groups.iter().map(|g| g.group.key.as_str())).collect(),
        connectors: folder.connectors.iter().chain(&present.connectors).map(|c| c.key.as_str()).collect(),
        calendars: folder.calendars.iter().chain(&present.calendars).map(|c| c.key.as_str()).collect(),
        forms: folder.forms.iter().chain(present.forms.iter().map(|(_, form)| form)).map(|f| f.key.as_str()).collect(),
        items: folder.items.iter().chain(present.items.iter().map(|(_, item)| item)).map(|i| i.key.as_str()).collect(),
    };
    let mut faults = Vec::new();
    organization(folder, present, &mut faults);
    people(folder, &known, &mut faults);
    groups(folder, &known, &mut faults);
    connectors(folder, present, server, &mut faults);
    levels::calendars(folder, &mut faults);
    order(folder, &known, &mut faults);
    names(folder, present, &mut faults);
    for one in &folder.items {
        let form = folder.forms.iter().chain(present.forms.iter().map(|(_, form)| form)).find(|form| form.key == one.form);
        item(folder, one, form, &known, &mut faults);
    }
    forms(folder, &known, &mut faults);
    faults
}

fn organization(folder: &Folder, present: &Present, faults: &mut Vec<Fault>) {
    let file = "organization.yaml";
    if !is_key(&folder.key) {
        faults.push(folder.fault(file, &["key:"], key_words("organization", &folder.key)));
    }
    match &folder.name {
        None if present.name.is_none() => {
            let message = "The organization does not exist yet. Add organization.yaml with its key and name";
            faults.push(folder.fault(file, &[], message));
        }
        Some(name) => text(folder, file, &["name:"], "The organization's name", name, 1, 120, faults),
        None => {}
    }
    if let Some(zone) = folder.time_zone.as_deref().filter(|zone| !zones::is_name(zone)) {
        let message = format!("The time zone “{zone}” does not exist. Write an IANA name, like Europe/London");
        faults.push(folder.fault(file, &["time_zone:"], message));
    }
    if let Some(decided) = &folder.notifications {
        notifications(folder, present, decided, faults);
    }
}

/// What is decided about notifications names events there are, and connectors that carry the channel.
fn notifications(folder: &Folder, present: &Present, decided: &Defaults, faults: &mut Vec<Fault>) {
    let file = "organization.yaml";
    for event in decided.switches.keys().filter(|event| notices::find(event).is_none()) {
        let known: Vec<&str> = notices::NOTICES.iter().map(|told| told.key).collect();
        let message = format!("There is no event “{event}”. There are {}", known.join(", "));
        faults.push(folder.fault(file, &["notifications:", &format!("{event}:")], message));
    }
    for (event, channels) in &decided.switches {
        let told = notices::find(event);
        for channel in channels.keys().filter(|channel| told.is_some_and(|told| !told.goes_by(**channel))) {
            let message = format!("“{event}” is told to the owner of the account alone, and never by {}. Leave it out", channel.label());
            faults.push(folder.fault(file, &["notifications:", &format!("{event}:")], message));
        }
    }
    for (channel, key) in decided.channels.iter().filter(|(_, key)| !key.is_empty()) {
        let found = folder.connectors.iter().chain(&present.connectors).find(|one| one.key == *key);
        if found.and_then(|one| kinds::find(&one.kind)).and_then(|kind| kind.carries()) != Some(*channel) {
            let message = format!("“{key}” is no connector that carries {}. Leave it empty for none", channel.label());
            faults.push(folder.fault(file, &["notifications:", "channels:", key], message));
        }
    }
}

fn people(folder: &Folder, known: &Known<'_>, faults: &mut Vec<Fault>) {
    let file = "people.yaml";
    let mut seen = BTreeSet::new();
    for person in &folder.people {
        let email = person.email.as_str();
        // Its own entry, not a line that names it as a manager.
        let entry = format!("email: {email}");
        let at = |last: &str| folder.fault(file, &[&entry, last], String::new()).line;
        let mut note = |line: Option<usize>, message: String| faults.push(Fault { file: file.to_owned(), line, message });
        if !is_email(email) {
            note(at(email), format!("“{email}” is no e-mail address. Write one like ruth.abel@example.org"));
        }
        if !seen.insert(email) {
            note(at(email), format!("{email} is listed twice. Keep one entry"));
        }
        for role in person.roles.iter().filter(|role| !ROLES.iter().any(|(known, _, _)| known == role)) {
            let roles: Vec<&str> = ROLES.iter().map(|(known, _, _)| *known).collect();
            note(at(role), format!("The role “{role}” of {email} does not exist. Use {}", roles.join(", ")));
        }
        if person.password_hash.as_deref().is_some_and(|hash| !password::is_hash(hash)) {
            note(
                at("password_hash:"),
                format!("The password_hash of {email} is no argon2 hash. Leave it out and set a password afterwards"),
            );
        }
        match person.manager.as_deref() {
            Some(manager) if manager == email => {
                note(at("manager:"), format!("{email} cannot be their own manager. Name somebody else, or leave manager: out"));
            }
            Some(manager) if !known.people.contains(manager) => {
                let message = format!("{manager}, the manager of {email}, is nobody in this organization. Correct the address");
                note(at("manager:"), message);
            }
            _ => {}
        }
        if let Some(zone) = person.time_zone.as_deref().filter(|zone| !zones::is_name(zone)) {
            note(at("time_zone:"), format!("The time zone “{zone}” of {email} does not exist. Write an IANA name, like Europe/London"));
        }
        text(folder, file, &[&entry, "name:"], &format!("The name of {email}"), &person.name, 1, 200, faults);
        text(folder, file, &[&entry, "title:"], &format!("The title of {email}"), &person.title, 0, 200, faults);
        text(folder, file, &[&entry, "phone:"], &format!("The phone number of {email}"), &person.phone, 0, 40, faults);
    }
}

fn groups(folder: &Folder, known: &Known<'_>, faults: &mut Vec<Fault>) {
    let file = "groups.yaml";
    let mut seen = BTreeSet::new();
    for group in &folder.groups {
        let key = format!("key: {}", group.key);
        if !is_key(&group.key) {
            faults.push(folder.fault(file, &[&key], key_words("group", &group.key)));
        }
        if !seen.insert(&group.key) {
            faults.push(folder.fault(file, &[&key], format!("The group “{}” is listed twice. Keep one entry", group.key)));
        }
        text(folder, file, &[&key, "name:"], &format!("The name of the group “{}”", group.key), &group.name, 1, 120, faults);
        let mut members = BTreeSet::new();
        for member in &group.members {
            let path = [key.as_str(), member.email.as_str()];
            if !known.people.contains(member.email.as_str()) {
                let message =
                    format!("{} is nobody in this organization. Add the person to people.yaml or correct the address", member.email);
                faults.push(folder.fault(file, &path, message));
            }
            if !members.insert(&member.email) {
                faults.push(folder.fault(file, &path, format!("{} is in the group “{}” twice. Keep one entry", member.email, group.key)));
            }
            for role in member.roles.iter().filter(|role| !is_key(role)) {
                faults.push(folder.fault(file, &[&key, &member.email, role], key_words("role", role)));
            }
        }
    }
}

/// Keys that some form of the organization asks for.
pub(crate) fn answer_keys<'f>(forms: impl Iterator<Item = &'f Form>) -> BTreeSet<String> {
    let fields = forms
        .flat_map(|form| &form.sections)
        .flat_map(|section| section.fields.iter().chain(section.variants.iter().flat_map(|variant| &variant.fields)));
    fields.map(|field| field.key.clone()).collect()
}

fn connectors(folder: &Folder, present: &Present, server: &Settings, faults: &mut Vec<Fault>) {
    let answers = answer_keys(folder.forms.iter().chain(present.forms.iter().map(|(_, form)| form)));
    let file = "connectors.yaml";
    let mut seen = BTreeSet::new();
    for connector in &folder.connectors {
        let key = format!("key: {}", connector.key);
        if !is_key(&connector.key) {
            faults.push(folder.fault(file, &[&key], key_words("connector", &connector.key)));
        }
        if !seen.insert(&connector.key) {
            faults.push(folder.fault(file, &[&key], format!("The connector “{}” is listed twice. Keep one entry", connector.key)));
        }
        text(folder, file, &[&key, "name:"], &format!("The name of the connector “{}”", connector.key), &connector.name, 1, 120, faults);
        match crate::connectors::find(&connector.kind) {
            None => {
                let kinds: Vec<&str> = crate::connectors::CONNECTORS.iter().map(|known| known.kind()).collect();
                let message = format!("The connector kind “{}” does not exist. Use {}", connector.kind, kinds.join(", "));
                faults.push(folder.fault(file, &[&key, "kind:"], message));
            }
            Some(kind) => {
                // A file leaves out the secrets that are stored already.
                let was = present.connectors.iter().find(|was| was.key == connector.key);
                let whole = was.map_or_else(|| connector.clone(), |was| secrets::keep(connector, was));
                for (path, message) in crate::connectors::check(kind, &folder.key, &whole, server, Some(&answers)) {
                    let setting = path.rsplit('.').next().unwrap_or_default().to_owned();
                    faults.push(folder.fault(file, &[&key, &format!("{setting}:")], format!("settings.{path}: {message}")));
                }
            }
        }
    }
}

fn order(folder: &Folder, known: &Known<'_>, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for key in folder.order.iter().flatten() {
        if !known.items.contains(key.as_str()) {
            let message = format!("There is no item “{key}”. Add items/{key}.yaml or take the line out");
            faults.push(folder.fault("catalog.yaml", &[key], message));
        }
        if !seen.insert(key) {
            faults.push(folder.fault("catalog.yaml", &[key], format!("The item “{key}” is listed twice. Keep one line")));
        }
    }
}

/// Names of items are unique in an organization, those included that are not in the folder.
fn names(folder: &Folder, present: &Present, faults: &mut Vec<Fault>) {
    let mut names: BTreeMap<&str, &str> = BTreeMap::new();
    let others = present.items.iter().map(|(_, item)| item).filter(|item| !folder.items.iter().any(|one| one.key == item.key));
    for item in others.chain(&folder.items) {
        if let Some(other) = names.insert(&item.name, &item.key) {
            let message = format!("The item “{other}” is called “{}” too. Give one of them another name", item.name);
            faults.push(folder.fault(&item_file(item), &["name:"], message));
        }
    }
}

fn item_file(item: &Item) -> String {
    format!("items/{}.yaml", item.key)
}

fn item(folder: &Folder, item: &Item, form: Option<&Form>, known: &Known<'_>, faults: &mut Vec<Fault>) {
    let file = item_file(item);
    let mut note = |path: &[&str], message: String| faults.push(folder.fault(&file, path, message));
    if !is_key(&item.key) {
        note(&["key:"], key_words("item", &item.key));
    }
    let icon = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if item.icon.is_empty() || item.icon.len() > 60 || !item.icon.bytes().all(icon) {
        note(&["icon:"], format!("The icon “{}” must be the name of a lucide icon, like key-round", item.icon));
    }
    let prefix = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    if !(1..=8).contains(&item.prefix.len())
        || !item.prefix.bytes().all(prefix)
        || !item.prefix.starts_with(|c: char| c.is_ascii_uppercase())
    {
        note(
            &["prefix:"],
            format!("The prefix “{}” must be 1 to 8 capital letters or digits and begin with a letter, like IT", item.prefix),
        );
    }
    if !known.forms.contains(item.form.as_str()) {
        note(&["form:"], format!("There is no form “{0}”. Add forms/{0}.yaml or correct the key", item.form));
    }
    for connector in item.plan.connectors.iter().filter(|key| !known.connectors.contains(key.as_str())) {
        note(&["plan:", connector], format!("There is no connector “{connector}”. Add it to connectors.yaml or correct the key"));
    }
    for group in item.visible_to.groups.iter().filter(|key| !known.groups.contains(key.as_str())) {
        note(&["visible_to:", group], format!("There is no group “{group}”. Add it to groups.yaml or correct the key"));
    }
    for role in item.visible_to.roles.iter().filter(|role| !ROLES.iter().any(|(known, _, _)| known == role)) {
        note(&["visible_to:", role], format!("The role “{role}” does not exist. Use one of the roles in people.yaml"));
    }
    if let Some(team) = item.approver_team.as_ref().filter(|key| !known.groups.contains(key.as_str())) {
        note(&["approver_team:"], format!("There is no group “{team}”. Add it to groups.yaml or correct the key"));
    }
    if let Some(policy) = &item.approval {
        approval(policy, known, &mut note);
        for problem in form.into_iter().flat_map(|form| lint::lint(policy, form)) {
            let keys = [&problem.stage, &problem.rule].map(|key| format!("key: {key}"));
            note(&["approval:", &keys[0], &keys[1], &format!("{}:", problem.entry)], problem.message);
        }
    }
    for message in form.into_iter().flat_map(|form| lint_title(&item.title_template, form)) {
        note(&["title:", &item.title_template.replace(['"', '\''], "")], message);
    }
    plan::plan(item, form, &mut note);
    if let Some(sla) = &item.sla {
        levels::sla(sla, &known.calendars, &mut note);
    }
    if item.tags.len() > 20 {
        note(&["tags:"], "There are more than 20 tags. Keep the 20 most useful".to_owned());
    }
    let texts = [
        ("name", &item.name, 1, 120),
        ("description", &item.description, 1, 1000),
        ("category", &item.category, 1, 60),
        ("expected", &item.expected, 0, 120),
        ("price", &item.price, 0, 120),
    ];
    for (name, value, least, most) in texts {
        text(folder, &file, &[&format!("{name}:")], &format!("The {name}"), value, least, most, faults);
    }
    for tag in &item.tags {
        text(folder, &file, &["tags:", tag], "A tag", tag, 1, 40, faults);
    }
    text(folder, &file, &["plan:", "words:"], "The words of the plan", &item.plan.words, 0, 500, faults);
}

fn approval(policy: &Policy, known: &Known<'_>, note: &mut dyn FnMut(&[&str], String)) {
    let mut keys = BTreeSet::new();
    let mut stages = BTreeSet::new();
    for stage in &policy.stages {
        let key = format!("key: {}", stage.key);
        let at = ["approval:", "stages:", key.as_str()];
        if !is_key(&stage.key) {
            note(&at, key_words("stage", &stage.key));
        }
        if !stages.insert(&stage.key) {
            note(&at, format!("Two stages have the key “{}”. Rename one", stage.key));
        }
        if let Require::AtLeast(n) = stage.require
            && n as usize > stage.rules.len().max(1)
        {
            note(&at[..1], format!("A stage asks for {n} of {} rules. Lower at_least: or add rules", stage.rules.len()));
        }
        for email in stage.deadline.iter().filter_map(|deadline| deadline.escalate_to.as_ref()) {
            if !known.people.contains(crate::people::normal(email).as_str()) {
                let message = format!("{email} is nobody in this organization. Add the person to people.yaml or correct the address");
                note(&[at[0], "escalate_to:", email], message);
            }
        }
    }
    for rule in policy.rules() {
        let key = format!("key: {}", rule.key);
        let at = ["approval:", key.as_str()];
        if !is_key(&rule.key) {
            note(&at, key_words("rule", &rule.key));
        }
        if !keys.insert(&rule.key) {
            note(&at, format!("Two rules have the key “{}”. Rename one", rule.key));
        }
        if is_blank_text(&rule.label) || count_characters(&rule.label) > 120 {
            note(&at, format!("The label of the rule “{}” must have 1 to 120 characters and say why the rule is there", rule.key));
        }
        if let Some(person) = rule.person.as_ref().filter(|person| !known.people.contains(crate::people::normal(person).as_str())) {
            let message = format!("{person} is nobody in this organization. Add the person to people.yaml or correct the address");
            note(&[at[0], at[1], person], message);
        }
        if let Some(group) = rule.group.as_ref().filter(|group| !known.groups.contains(group.as_str())) {
            note(&[at[0], at[1], group], format!("There is no group “{group}”. Add it to groups.yaml or correct the key"));
        }
    }
}

fn forms(folder: &Folder, known: &Known<'_>, faults: &mut Vec<Fault>) {
    for form in &folder.forms {
        let file = format!("forms/{}.yaml", form.key);
        if !is_key(&form.key) {
            faults.push(folder.fault(&file, &["key:"], key_words("form", &form.key)));
        }
        text(folder, &file, &["title:"], "The title", &form.title, 1, 200, faults);
        text(folder, &file, &["description:"], "The description", &form.description, 0, 2000, faults);
        let fields: usize = form.sections.iter().map(|s| s.fields.len() + s.variants.iter().map(|v| v.fields.len()).sum::<usize>()).sum();
        if form.sections.len() > 50 || fields > 500 {
            faults.push(folder.fault(&file, &["sections:"], "A form may have 50 sections and 500 fields. Split it into several items"));
        }
        for section in &form.sections {
            for variant in section.variants.iter().filter(|variant| !known.groups.contains(variant.group.as_str())) {
                let message = format!("There is no group “{}”. Add it to groups.yaml or correct the key", variant.group);
                let path = [&format!("key: {}", section.key), "variants:", &format!("group: {}", variant.group)];
                faults.push(folder.fault(&file, &path, message));
            }
        }
        for problem in lint_form(form) {
            let mut path = Vec::new();
            for key in [&problem.section, &problem.field].into_iter().filter(|key| !key.is_empty()) {
                path.push(format!("key: {key}"));
            }
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            faults.push(folder.fault(&file, &path, problem.message));
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one line per text in a list of checks")]
fn text(folder: &Folder, file: &str, path: &[&str], what: &str, value: &str, least: usize, most: usize, faults: &mut Vec<Fault>) {
    let (length, blank) = (count_characters(value), is_blank_text(value));
    if length > most || (least > 0 && blank) {
        let right = if least == 0 { format!("at most {most} characters") } else { format!("{least} to {most} characters") };
        faults.push(folder.fault(file, path, format!("{what} must have {right}")));
    }
}

fn key_words(what: &str, key: &str) -> String {
    format!("The {what} key “{key}” must be 1 to 60 lower-case letters, digits, - or _")
}
