//! What the audit log keeps of an applied folder: an entry for each thing that comes or changes.

use super::DefinitionChanges;
use crate::access::{draft_role, draft_space};
use crate::definitions::{Present, secrets};
use crate::error::{Error, Result};
use crate::store::members::Member;
use domain::access::GrantSubject;
use domain::audit::compare::{ValueChanges, write_person};
use domain::audit::{AuditDraft, AuditKind};
use domain::id::{GroupId, OrganizationId, PersonId};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) type GroupRoles = BTreeMap<PersonId, Vec<String>>;

impl DefinitionChanges {
    /// The entries, in the order of what is written. Nothing that is written as it stands makes one.
    pub fn audit_drafts(&self, present: &Present, organization: OrganizationId) -> Result<Vec<AuditDraft>> {
        let mut drafts = Vec::new();
        self.draft_organization(present, organization, &mut drafts)?;
        for member in &self.members {
            draft_member(present.members.iter().find(|was| was.account.id == member.account.id), member, &mut drafts);
        }
        self.draft_groups(present, &mut drafts);
        for (_, connector) in &self.connectors {
            let was = present.connectors.iter().find(|was| was.key == connector.key);
            let kind = if was.is_some() { AuditKind::ConnectorChanged } else { AuditKind::ConnectorCreated };
            let changes = secrets::compare_connectors(was, connector);
            drafts.push(AuditDraft::of(kind, connector.key.as_str(), connector.name.as_str()).with(changes));
        }
        for calendar in &self.calendars {
            let was = present.calendars.iter().find(|was| was.key == calendar.key);
            let kinds = (AuditKind::CalendarCreated, AuditKind::CalendarChanged);
            drafts.push(draft_definition(kinds, &calendar.key, &calendar.key, was, calendar)?);
        }
        for (_, form) in &self.forms {
            let was = present.forms.iter().map(|(_, was)| was).find(|was| was.key == form.key);
            drafts.push(draft_definition((AuditKind::FormCreated, AuditKind::FormChanged), &form.key, &form.key, was, form)?);
        }
        for (_, item, ..) in &self.items {
            let was = present.items.iter().map(|(_, was)| was).find(|was| was.key == item.key);
            drafts.push(draft_definition((AuditKind::ItemCreated, AuditKind::ItemChanged), &item.key, &item.name, was, item)?);
        }
        let spaces = || self.spaces.iter().chain(&present.spaces);
        for space in &self.spaces {
            drafts.extend(draft_space(present.spaces.iter().find(|was| was.id == space.id), Some(space), spaces()));
        }
        for role in &self.roles {
            drafts.extend(draft_role(present.roles.iter().find(|was| was.key == role.key), Some(role))?);
        }
        for (kind, grant, words) in &self.grant_words {
            let (mut draft, mut changes) = (AuditDraft::of(*kind, grant.id.to_string(), words.as_str()), ValueChanges::default());
            if let GrantSubject::Person(person) = grant.subject {
                (draft.person, draft.name) = (Some(person), String::new());
            }
            let words = Some(words.clone());
            let (before, after) = if *kind == AuditKind::GrantEnded { (words, None) } else { (None, words) };
            changes.add("grant", before, after);
            drafts.push(draft.with(changes));
        }
        Ok(drafts)
    }

    fn draft_organization(&self, present: &Present, id: OrganizationId, drafts: &mut Vec<AuditDraft>) -> Result<()> {
        let name = match (&self.new_organization, &self.renamed) {
            (Some((_, name, _)), _) | (None, Some(name)) => name.clone(),
            (None, None) => present.name.clone().unwrap_or_default(),
        };
        let of = |kind: AuditKind| AuditDraft::of(kind, id.to_string(), name.as_str());
        if let Some((key, name, zone)) = &self.new_organization {
            let made = json!({"key": key, "name": name, "time_zone": zone});
            drafts.push(of(AuditKind::OrganizationCreated).with(ValueChanges::between(None, Some(&made))));
        }
        let zone = self.moved_to_zone.as_ref();
        if self.renamed.is_some() || zone.is_some() {
            let before = json!({"name": present.name, "time_zone": present.time_zone});
            let after = json!({"name": name, "time_zone": zone.unwrap_or(&present.time_zone)});
            drafts.push(of(AuditKind::OrganizationChanged).with(ValueChanges::between(Some(&before), Some(&after))));
        }
        if let Some(notices) = &self.notices {
            let changes = ValueChanges::between(Some(&value_of(&present.notices)?), Some(&value_of(notices)?));
            drafts.push(of(AuditKind::NotificationsChanged).with(changes));
        }
        if let Some(settings) = &self.settings {
            let changes = ValueChanges::between(Some(&value_of(&present.settings)?), Some(&value_of(settings)?));
            drafts.push(of(AuditKind::OrganizationChanged).with(changes));
        }
        if let Some((before, after)) = &self.reordered {
            let mut changes = ValueChanges::default();
            changes.add("order", Some(before.join(", ")), Some(after.join(", ")));
            drafts.push(of(AuditKind::CatalogReordered).with(changes));
        }
        Ok(())
    }

    fn draft_groups(&self, present: &Present, drafts: &mut Vec<AuditDraft>) {
        for group in &self.new_groups {
            let made = json!({"key": group.key, "name": group.name});
            let draft = AuditDraft::of(AuditKind::GroupCreated, group.key.as_str(), group.name.as_str());
            drafts.push(draft.with(ValueChanges::between(None, Some(&made))));
        }
        let listed = |id: GroupId| present.groups.iter().find(|listed| listed.group.id == id);
        for (id, name) in &self.renamed_groups {
            let Some(was) = listed(*id) else { continue };
            let mut changes = ValueChanges::default();
            changes.add("name", Some(was.group.name.clone()), Some(name.clone()));
            drafts.push(AuditDraft::of(AuditKind::GroupChanged, was.group.key.as_str(), name.as_str()).with(changes));
        }
        let by_email = |email: &str| present.members.iter().find(|one| one.account.email == email).map(|one| one.account.id);
        for (id, members) in &self.group_members {
            let was = listed(*id);
            let new = self.new_groups.iter().find(|group| group.id == *id);
            let Some(name) = new.map(|group| group.name.as_str()).or(was.map(|was| was.group.name.as_str())) else { continue };
            let before = was.into_iter().flat_map(|was| &was.members).filter_map(|(email, roles)| Some((by_email(email)?, roles.clone())));
            draft_memberships(
                name,
                &before.collect(),
                &members.iter().map(|(person, roles, _)| (*person, roles.clone())).collect(),
                drafts,
            );
        }
    }
}

/// Who came to a group, left it, or has other roles in it: an entry of each person, so that what is said of them can be forgotten.
pub(crate) fn draft_memberships(group: &str, before: &GroupRoles, after: &GroupRoles, drafts: &mut Vec<AuditDraft>) {
    let words = |roles: &Vec<String>| if roles.is_empty() { "member".to_owned() } else { roles.join(", ") };
    let mut people: Vec<&PersonId> = before.keys().chain(after.keys()).collect();
    people.sort_unstable();
    people.dedup();
    for person in people {
        let (was, is) = (before.get(person).map(words), after.get(person).map(words));
        if was != is {
            let mut changes = ValueChanges::default();
            changes.add(&format!("groups › {group}"), was, is);
            drafts.push(AuditDraft::of_person(AuditKind::PersonChanged, *person).with(changes));
        }
    }
}

fn draft_member(was: Option<&Member>, member: &Member, drafts: &mut Vec<AuditDraft>) {
    let of = |kind: AuditKind| AuditDraft::of_person(kind, member.account.id);
    let changes = ValueChanges::between(was.map(member_values).as_ref(), Some(&member_values(member)));
    if was.is_none() {
        drafts.push(of(AuditKind::PersonCreated).with(changes));
    } else if !changes.is_empty() {
        drafts.push(of(AuditKind::PersonChanged).with(changes));
    }
    match (was.is_some_and(|was| was.disabled), member.disabled) {
        (false, true) => drafts.push(of(AuditKind::PersonDisabled)),
        (true, false) => drafts.push(of(AuditKind::PersonEnabled)),
        _ => {}
    }
}

/// What is known of a member, as values. A manager is named by an id, whose name is read later.
pub(crate) fn member_values(member: &Member) -> Value {
    json!({
        "name": member.account.name,
        "email": member.account.email,
        "title": some_text(&member.title),
        "phone": some_text(&member.account.phone),
        "employee_number": some_text(&member.employee_number),
        "time_zone": some_text(&member.account.time_zone),
        "roles": member.roles,
        "manager": member.manager.map(write_person),
    })
}

fn some_text(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn draft_definition<T: Serialize>(
    (created, changed): (AuditKind, AuditKind),
    key: &str,
    name: &str,
    was: Option<&T>,
    is: &T,
) -> Result<AuditDraft> {
    let before = was.map(value_of).transpose()?;
    let kind = if was.is_some() { changed } else { created };
    Ok(AuditDraft::of(kind, key, name).with(ValueChanges::between(before.as_ref(), Some(&value_of(is)?))))
}

fn value_of<T: Serialize>(definition: &T) -> Result<Value> {
    serde_json::to_value(definition).map_err(Error::failed)
}
