//! What there is, as files in their canonical form.

use super::Present;
use super::files::DefinitionFile;
use super::secrets;
use crate::error::{Error, Result};
use domain::connectors::Connector;
use domain::id::PersonId;
use domain::notices::NoticeDefaults;
use domain::people::definition::{GroupDefinition, MemberDefinition, OrganizationDefinition, PersonDefinition};
use serde::Serialize;
use std::collections::BTreeMap;

/// The files of an organization, by path.
pub(super) fn files(key: &str, present: &Present) -> Result<Vec<DefinitionFile>> {
    let organization = OrganizationDefinition {
        key: key.to_owned(),
        name: present.name.clone().unwrap_or_default(),
        time_zone: said(&present.time_zone),
        notifications: Some(present.notices.clone()).filter(|notices| *notices != NoticeDefaults::default()),
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
            manager: member.manager.and_then(|id| emails.get(&id)).map(|email| (*email).to_owned()),
            time_zone: said(&member.account.time_zone),
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
    let connectors: Vec<Connector> =
        present.connectors.iter().map(|one| Connector { settings: secrets::without(&one.kind, &one.settings), ..one.clone() }).collect();
    let order: Vec<&str> = present.items.iter().map(|(_, item)| item.key.as_str()).collect();
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

/// What was chosen; nothing for an empty text.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn yaml<T: Serialize>(value: &T) -> Result<String> {
    yaml_serde::to_string(value).map_err(|error| Error::failed(format!("a definition cannot be written: {error}")))
}
