//! What there is, as files in their canonical form.

use super::Present;
use super::files::DefinitionFile;
use super::secrets;
use crate::error::{Error, Result};
use domain::access::definition::{GrantDefinition, RoleDefinition, SpaceDefinition};
use domain::access::{Grant, GrantScope, GrantSubject, OwnRole};
use domain::connectors::Connector;
use domain::id::{PersonId, SpaceId};
use domain::notices::NoticeDefaults;
use domain::organization::OrganizationSettings;
use domain::people::definition::{GroupDefinition, MemberDefinition, OrganizationDefinition, PersonDefinition};
use domain::permission::PERMISSIONS;
use serde::Serialize;
use std::collections::BTreeMap;

/// The files of an organization, by path.
pub(super) fn files(key: &str, present: &Present) -> Result<Vec<DefinitionFile>> {
    let organization = OrganizationDefinition {
        key: key.to_owned(),
        name: present.name.clone().unwrap_or_default(),
        time_zone: said(&present.time_zone),
        notifications: Some(present.notices.clone()).filter(|notices| *notices != NoticeDefaults::default()),
        settings: Some(present.settings.clone()).filter(|settings| *settings != OrganizationSettings::default()),
    };
    let mut files = vec![("organization.yaml".to_owned(), yaml(&organization)?)];
    let emails: BTreeMap<PersonId, &str> = present.members.iter().map(|one| (one.account.id, one.account.email.as_str())).collect();
    let people: Vec<PersonDefinition> = present
        .members
        .iter()
        .map(|member| PersonDefinition {
            email: member.account.email.clone(),
            name: member.account.name.clone(),
            title: member.title.clone(),
            roles: member.roles.clone(),
            phone: member.account.phone.clone(),
            employee_number: said(&member.employee_number),
            manager: member.manager.and_then(|id| emails.get(&id)).map(|email| (*email).to_owned()),
            time_zone: said(&member.account.time_zone),
            space: member.space.and_then(|id| present.space_key(id)),
            active: (!member.can_sign_in()).then_some(false),
            password_hash: None,
        })
        .collect();
    let groups: Vec<GroupDefinition> = present
        .groups
        .iter()
        .map(|listed| GroupDefinition {
            key: listed.group.key.clone(),
            name: listed.group.name.clone(),
            members: listed.members.iter().map(|(email, roles)| MemberDefinition { email: email.clone(), roles: roles.clone() }).collect(),
        })
        .collect();
    let names = |role: &OwnRole| role.permissions.each().filter_map(|one| PERMISSIONS.iter().find(|(known, _)| *known == one));
    let roles: Vec<RoleDefinition> = present
        .roles
        .iter()
        .map(|role| RoleDefinition {
            key: role.key.clone(),
            name: role.name.clone(),
            permissions: names(role).map(|(_, name)| (*name).to_owned()).collect(),
        })
        .collect();
    let connectors: Vec<Connector> =
        present.connectors.iter().map(|one| Connector { settings: secrets::without(&one.kind, &one.settings), ..one.clone() }).collect();
    let order: Vec<&str> = present.items.iter().map(|(_, item)| item.key.as_str()).collect();
    if !present.spaces.is_empty() {
        files.push(("spaces.yaml".to_owned(), yaml(&present.space_definitions())?));
    }
    if !present.roles.is_empty() {
        files.push(("roles.yaml".to_owned(), yaml(&roles)?));
    }
    if !present.grants.is_empty() {
        let mut grants: Vec<GrantDefinition> = present.grants.iter().map(|stored| present.grant_definition(&stored.grant)).collect();
        grants.sort();
        files.push(("grants.yaml".to_owned(), yaml(&grants)?));
    }
    files.push(("people.yaml".to_owned(), yaml(&people)?));
    files.push(("groups.yaml".to_owned(), yaml(&groups)?));
    files.push(("connectors.yaml".to_owned(), yaml(&connectors)?));
    files.push(("calendars.yaml".to_owned(), yaml(&present.calendars)?));
    files.push(("catalog.yaml".to_owned(), yaml(&order)?));
    for (_, item) in &present.items {
        files.push((format!("items/{}.yaml", item.key), yaml(item)?));
    }
    for (_, form) in &present.forms {
        files.push((format!("forms/{}.yaml", form.key), yaml(form)?));
    }
    files.sort();
    Ok(files)
}

impl Present {
    fn space_key(&self, id: SpaceId) -> Option<String> {
        self.spaces.iter().find(|space| space.id == id).map(|space| space.key.clone())
    }

    /// The spaces as files define them, by key.
    fn space_definitions(&self) -> Vec<SpaceDefinition> {
        let mut spaces: Vec<SpaceDefinition> = self
            .spaces
            .iter()
            .map(|space| SpaceDefinition {
                key: space.key.clone(),
                name: space.name.clone(),
                parent: space.parent.and_then(|id| self.space_key(id)),
                contact: space.contact.clone(),
            })
            .collect();
        // Sorted here: databases compare texts in ways of their own.
        spaces.sort_by(|a, b| a.key.cmp(&b.key));
        spaces
    }

    /// A grant as files define it.
    pub(super) fn grant_definition(&self, grant: &Grant) -> GrantDefinition {
        let (person, group) = match grant.subject {
            GrantSubject::Person(id) => (self.members.iter().find(|one| one.account.id == id).map(|one| one.account.email.clone()), None),
            GrantSubject::Group(id) => {
                (None, self.groups.iter().find(|listed| listed.group.id == id).map(|listed| listed.group.key.clone()))
            }
        };
        let (space, item) = match grant.scope {
            GrantScope::Organization => (None, None),
            GrantScope::Space(id) => (self.space_key(id), None),
            GrantScope::Item(id) => (None, self.items.iter().find(|(known, _)| *known == id).map(|(_, item)| item.key.clone())),
        };
        GrantDefinition { person, group, role: grant.role.clone(), space, item, from: grant.starts_at, until: grant.ends_at }
    }
}

/// What was chosen; nothing for an empty text.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn yaml<T: Serialize>(value: &T) -> Result<String> {
    yaml_serde::to_string(value).map_err(|error| Error::failed(format!("a definition cannot be written: {error}")))
}
