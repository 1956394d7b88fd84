//! Whether a folder makes sense: the rules of authoring are the domain's; here they are asked about what the folder and the database
//! define together, and what they find is told with its file and line.

use super::Present;
use super::files::{DefinitionFolder, FileProblem};
use super::secrets;
use crate::connectors as kinds;
use crate::people::password;
use crate::settings::UseCaseSettings;
use crate::zones;
use domain::access::lint::{lint_grants, lint_roles, lint_spaces};
use domain::catalog::lint::{lint_item, lint_order};
use domain::connectors::Connector;
use domain::connectors::lint::lint_connectors;
use domain::forms::answer_keys;
use domain::forms::lint::lint_form;
use domain::lint::{AuthoringProblem, DefinedKeys, ProblemList, ValuePath};
use domain::people::lint::{lint_groups, lint_organization, lint_people};
use domain::requests::sla::lint::lint_calendars;
use std::collections::BTreeMap;

/// Everything wrong in a folder.
pub(super) fn faults(folder: &DefinitionFolder, present: &Present, server: &UseCaseSettings) -> Vec<FileProblem> {
    let known = defined(folder, present);
    let mut faults = Vec::new();
    let mut told = |file: &str, problems: Vec<AuthoringProblem>| {
        faults.extend(problems.into_iter().map(|problem| folder.fault(file, &problem.path, problem.message)));
    };
    match &folder.organization {
        Some(organization) => told("organization.yaml", lint_organization(organization, &known)),
        None if present.name.is_none() => {
            let message = "The organization does not exist yet. Add organization.yaml with its key and name".to_owned();
            told("organization.yaml", vec![AuthoringProblem { path: ValuePath::root(), message }]);
        }
        None => {}
    }
    told("people.yaml", lint_people(&folder.people, &known));
    told("people.yaml", password_hashes(folder));
    told("groups.yaml", lint_groups(&folder.groups, &known));
    told("spaces.yaml", lint_spaces(&folder.spaces, &parents(folder, present)));
    told("roles.yaml", lint_roles(&folder.roles));
    told("grants.yaml", lint_grants(folder.grants.as_deref().unwrap_or_default(), &known));
    told("connectors.yaml", lint_connectors(&folder.connectors, &known));
    told("connectors.yaml", settings_of_connectors(folder, present, server));
    told("calendars.yaml", lint_calendars(&folder.calendars, &known));
    told("catalog.yaml", lint_order(folder.order.as_deref().unwrap_or_default(), &known));
    for item in &folder.items {
        let form = folder.forms.iter().chain(present.forms.iter().map(|(_, form)| form)).find(|form| form.key == item.form);
        told(&format!("items/{}.yaml", item.key), lint_item(item, form, &known));
    }
    for form in &folder.forms {
        told(&format!("forms/{}.yaml", form.key), lint_form(form, &known));
    }
    faults
}

/// What may be referred to: what the folder says goes over what there is.
fn defined<'a>(folder: &'a DefinitionFolder, present: &'a Present) -> DefinedKeys<'a> {
    let carries = |connector: &'a Connector| {
        let kind = kinds::find(&connector.kind);
        (connector.key.as_str(), kind.and_then(|kind| kind.carries()))
    };
    DefinedKeys {
        people: folder.people.iter().map(|p| p.email.as_str()).chain(present.members.iter().map(|m| m.account.email.as_str())).collect(),
        groups: folder.groups.iter().map(|g| g.key.as_str()).chain(present.groups.iter().map(|g| g.group.key.as_str())).collect(),
        connectors: present.connectors.iter().chain(&folder.connectors).map(carries).collect(),
        connector_kinds: kinds::CONNECTORS.iter().map(|kind| kind.kind()).collect(),
        calendars: present.calendars.iter().chain(&folder.calendars).map(|c| c.key.as_str()).collect(),
        forms: present.forms.iter().map(|(_, form)| form).chain(&folder.forms).map(|f| f.key.as_str()).collect(),
        items: present.items.iter().map(|(_, item)| item).chain(&folder.items).map(|i| (i.key.as_str(), i.name.as_str())).collect(),
        time_zones: zones::all_names().collect(),
        spaces: present.spaces.iter().map(|space| space.key.as_str()).chain(folder.spaces.iter().map(|space| space.key.as_str())).collect(),
        roles: present.roles.iter().map(|role| role.key.as_str()).chain(folder.roles.iter().map(|role| role.key.as_str())).collect(),
    }
}

/// What every space will be a part of.
fn parents<'a>(folder: &'a DefinitionFolder, present: &'a Present) -> BTreeMap<&'a str, Option<&'a str>> {
    let key = |id| present.spaces.iter().find(|space| Some(space.id) == id).map(|space| space.key.as_str());
    let there = present.spaces.iter().map(|space| (space.key.as_str(), key(space.parent)));
    there.chain(folder.spaces.iter().map(|space| (space.key.as_str(), space.parent.as_deref()))).collect()
}

/// Whether the password of a new account can be one takes the library that made it.
fn password_hashes(folder: &DefinitionFolder) -> Vec<AuthoringProblem> {
    let mut found = ProblemList::default();
    for (place, person) in folder.people.iter().enumerate() {
        if person.password_hash.as_deref().is_some_and(|hash| !password::is_hash(hash)) {
            let message =
                format!("The password_hash of {} is not an argon2 hash. Leave it out and set a password afterwards", person.email);
            found.note(ValuePath::root().place(place).entry("password_hash"), message);
        }
    }
    found.finish()
}

/// What the kinds of connectors say about their settings.
fn settings_of_connectors(folder: &DefinitionFolder, present: &Present, server: &UseCaseSettings) -> Vec<AuthoringProblem> {
    let answers = answer_keys(folder.forms.iter().chain(present.forms.iter().map(|(_, form)| form)));
    let mut found = ProblemList::default();
    for (place, connector) in folder.connectors.iter().enumerate() {
        let Some(kind) = kinds::find(&connector.kind) else { continue };
        // A file leaves out the secrets that are stored already.
        let was = present.connectors.iter().find(|was| was.key == connector.key);
        let whole = was.map_or_else(|| connector.clone(), |was| secrets::keep(connector, was));
        let at = ValuePath::root().place(place).entry("settings");
        for (setting, message) in kinds::check(kind, &folder.key, &whole, server, Some(&answers)) {
            let path = setting.split('.').filter(|step| !step.is_empty()).fold(at.clone(), |at, step| at.entry(step));
            found.note(path, format!("settings.{setting}: {message}"));
        }
    }
    found.finish()
}
