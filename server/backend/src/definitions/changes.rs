//! The difference between a folder and the database: as lines to read, and as rows to write.

mod access;
mod audited;
mod staff;

pub(crate) use audited::{GroupRoles, draft_memberships, member_values};

use super::files::DefinitionFolder;
use super::{ApplyPlan, Present, secrets};
use crate::error::{Error, Result};
use crate::store::grants::FROM_FILES;
use crate::store::people::Account;
use crate::store::{Tx, calendars, connectors, forms, grants, groups, items, members, micros, organizations, people, roles, spaces};
use access::GrantKeys;
use chrono::{DateTime, Utc};
use domain::access::definition::{RoleDefinition, SpaceDefinition};
use domain::access::spaces::Space;
use domain::access::{Grant, OwnRole};
use domain::audit::AuditKind;
use domain::catalog::CatalogItem;
use domain::connectors::Connector;
use domain::forms::Form;
use domain::id::{GrantId, GroupId, ItemId, PersonId};
use domain::notices::NoticeDefaults;
use domain::organization::OrganizationSettings;
use domain::people::GroupRef;
use domain::people::definition::GroupDefinition;
use domain::requests::sla::calendar::WorkCalendar;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What has to be written.
#[derive(Default)]
pub(super) struct DefinitionChanges {
    pub plan: ApplyPlan,
    /// Key, name and time zone of an organization to set up.
    new_organization: Option<(String, String, String)>,
    renamed: Option<String>,
    moved_to_zone: Option<String>,
    notices: Option<NoticeDefaults>,
    settings: Option<OrganizationSettings>,
    new_accounts: Vec<(Account, Option<String>)>,
    changed_accounts: Vec<Account>,
    members: Vec<members::Member>,
    /// Members who can no longer sign in.
    pub leaving: Vec<PersonId>,
    new_groups: Vec<GroupRef>,
    renamed_groups: Vec<(GroupId, String)>,
    group_members: Vec<(GroupId, Vec<groups::GroupSeat>)>,
    /// What a space is a part of stands before it.
    spaces: Vec<Space>,
    roles: Vec<OwnRole>,
    new_grants: Vec<Grant>,
    ended_grants: Vec<GrantId>,
    connectors: Vec<(Uuid, Connector)>,
    calendars: Vec<WorkCalendar>,
    forms: Vec<(Uuid, Form)>,
    /// Items whose name has to be free before the others are written.
    freed: Vec<ItemId>,
    items: Vec<(ItemId, CatalogItem, Uuid, i32)>,
    places: Vec<(ItemId, i32)>,
    /// Grants that come and go, in words.
    grant_words: Vec<(AuditKind, Grant, String)>,
    /// Keys of the items as they stood and as they will stand, where the order changes.
    reordered: Option<(Vec<String>, Vec<String>)>,
}

/// Counts of one kind of thing, for the lines of the plan.
struct Kind<'a> {
    one: &'static str,
    many: &'static str,
    unchanged: usize,
    left: Vec<&'a str>,
}

/// What has a key of its own among its kind.
trait Keyed {
    fn key(&self) -> &str;
}

macro_rules! keyed {
    ($($kind:ty: |$this:ident| $key:expr),+ $(,)?) => {$(
        impl Keyed for $kind {
            fn key(&self) -> &str {
                let $this = self;
                $key
            }
        }
    )+};
}

keyed! {
    GroupDefinition: |group| &group.key,
    groups::GroupRoster: |listed| &listed.group.key,
    Connector: |connector| &connector.key,
    SpaceDefinition: |space| &space.key,
    Space: |space| &space.key,
    RoleDefinition: |role| &role.key,
    OwnRole: |role| &role.key,
    WorkCalendar: |calendar| &calendar.key,
    Form: |form| &form.key,
    (Uuid, Form): |row| &row.1.key,
    CatalogItem: |item| &item.key,
    (ItemId, CatalogItem): |row| &row.1.key,
}

/// Names in a line about what is not in the folder.
const NAMED: usize = 10;

impl DefinitionChanges {
    /// What has to be done to make the database say what the folder says.
    pub fn between(folder: &DefinitionFolder, present: &Present, id: &dyn Fn() -> Uuid) -> Result<Self> {
        let mut changes = Self::default();
        changes.organization(folder, present);
        let spaces = changes.spaces(folder, present, id);
        changes.roles(folder, present);
        let ids = changes.people(folder, present, &spaces, id);
        let groups = changes.groups(folder, present, &ids, id)?;
        changes.connectors(folder, present, id);
        changes.calendars(folder, present);
        let form_ids = changes.forms(folder, present, id);
        let items = changes.items(folder, present, &form_ids, id)?;
        changes.grants(folder, present, &GrantKeys { people: ids, groups, spaces, items }, id)?;
        changes.notes(folder, present);
        Ok(changes)
    }

    fn create(&mut self, what: &str) {
        self.plan.lines.push(format!("create {what}"));
        self.plan.changes += 1;
    }

    fn change(&mut self, what: &str) {
        self.plan.lines.push(format!("change {what}"));
        self.plan.changes += 1;
    }

    fn end(&mut self, kind: Kind<'_>) {
        if kind.unchanged > 0 {
            self.plan.lines.push(format!("unchanged {}: {}", kind.many, kind.unchanged));
        }
        if !kind.left.is_empty() {
            let named = kind.left.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
            let more = kind.left.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let what = if kind.left.len() == 1 { kind.one } else { kind.many };
            self.plan.lines.push(format!("left as it is: {what} {named}{more} (not in the folder)"));
        }
    }

    fn organization(&mut self, folder: &DefinitionFolder, present: &Present) {
        let Some(wanted) = &folder.organization else { return };
        match &present.name {
            None => {
                self.create(&format!("organization {} ({})", wanted.key, wanted.name));
                self.new_organization = Some((wanted.key.clone(), wanted.name.clone(), wanted.time_zone.clone().unwrap_or_default()));
            }
            Some(was) => {
                if wanted.name != *was {
                    self.change(&format!("organization {}: name from “{was}” to “{}”", wanted.key, wanted.name));
                    self.renamed = Some(wanted.name.clone());
                }
                if let Some(zone) = wanted.time_zone.as_ref().filter(|zone| **zone != present.time_zone) {
                    self.change(&format!("organization {}: time zone to {zone}", wanted.key));
                    self.moved_to_zone = Some(zone.clone());
                }
            }
        }
        if let Some(notices) = wanted.notifications.as_ref().filter(|notices| **notices != present.notices) {
            self.change(&format!("organization {}: notifications", wanted.key));
            self.notices = Some(notices.clone());
        }
        if let Some(settings) = wanted.settings.as_ref().filter(|settings| **settings != present.settings) {
            self.change(&format!("organization {}: settings", wanted.key));
            self.settings = Some(settings.clone());
        }
    }

    /// Goes through what the folder has of one kind beside what there is, both by key: says in the plan what comes, what changes, what
    /// stays and what is left alone, and answers what is to be written, each with what it was. `differs` adds words to a line, or says
    /// that nothing changed.
    fn diff<'f, 'p, F: Keyed, P: Keyed>(
        &mut self,
        (one, many): (&'static str, &'static str),
        files: &'f [F],
        present: &'p [P],
        differs: impl Fn(&F, Option<&P>) -> Option<String>,
    ) -> Vec<(&'f F, Option<&'p P>)> {
        let left = present.iter().map(Keyed::key).filter(|key| !files.iter().any(|file| file.key() == *key)).collect();
        let (mut kind, mut written) = (Kind { one, many, unchanged: 0, left }, Vec::new());
        for file in files {
            let was = present.iter().find(|was| was.key() == file.key());
            match (was, differs(file, was)) {
                (None, words) => self.create(&format!("{one} {}{}", file.key(), words.unwrap_or_default())),
                (Some(_), Some(words)) => self.change(&format!("{one} {}{words}", file.key())),
                (Some(_), None) => {
                    kind.unchanged += 1;
                    continue;
                }
            }
            written.push((file, was));
        }
        self.end(kind);
        written
    }

    fn connectors(&mut self, folder: &DefinitionFolder, present: &Present, id: &dyn Fn() -> Uuid) {
        // Secrets that a file leaves out are kept.
        let wanted = |file: &Connector, was: Option<&Connector>| was.map_or_else(|| file.clone(), |was| secrets::keep(file, was));
        let differs = |file: &Connector, was: Option<&Connector>| was.is_none_or(|was| *was != wanted(file, Some(was))).then(String::new);
        let written = self.diff(("connector", "connectors"), &folder.connectors, &present.connectors, differs);
        self.connectors = written.into_iter().map(|(file, was)| (id(), wanted(file, was))).collect();
    }

    fn calendars(&mut self, folder: &DefinitionFolder, present: &Present) {
        let differs = |file: &WorkCalendar, was: Option<&WorkCalendar>| (was != Some(file)).then(String::new);
        let written = self.diff(("calendar", "calendars"), &folder.calendars, &present.calendars, differs);
        self.calendars = written.into_iter().map(|(file, _)| file.clone()).collect();
    }

    /// Ids of all forms, by key.
    fn forms(&mut self, folder: &DefinitionFolder, present: &Present, id: &dyn Fn() -> Uuid) -> BTreeMap<String, Uuid> {
        let mut ids: BTreeMap<String, Uuid> = present.forms.iter().map(|(id, form)| (form.key.clone(), *id)).collect();
        let differs = |file: &Form, was: Option<&(Uuid, Form)>| was.is_none_or(|(_, was)| was != file).then(String::new);
        for (file, _) in self.diff(("form", "forms"), &folder.forms, &present.forms, differs) {
            let row = *ids.entry(file.key.clone()).or_insert_with(id);
            self.forms.push((row, file.clone()));
        }
        ids
    }

    /// Ids of all items, by key.
    fn items(
        &mut self,
        folder: &DefinitionFolder,
        present: &Present,
        forms: &BTreeMap<String, Uuid>,
        id: &dyn Fn() -> Uuid,
    ) -> Result<BTreeMap<String, ItemId>> {
        let mut keys: BTreeMap<String, ItemId> = present.items.iter().map(|(id, item)| (item.key.clone(), *id)).collect();
        let order = order(folder, present);
        let differs = |file: &CatalogItem, was: Option<&(ItemId, CatalogItem)>| was.is_none_or(|(_, was)| was != file).then(String::new);
        for (file, was) in self.diff(("item", "items"), &folder.items, &present.items, differs) {
            let row = was.map_or_else(|| ItemId(id()), |(id, _)| *id);
            keys.insert(file.key.clone(), row);
            if was.is_some_and(|(_, was)| was.name != file.name) {
                self.freed.push(row);
            }
            let form = forms.get(&file.form).ok_or_else(|| Error::failed(format!("the form {} is missing", file.form)))?;
            let place = order.iter().position(|key| *key == file.key).unwrap_or(order.len());
            self.items.push((row, file.clone(), *form, i32::try_from(place).unwrap_or(i32::MAX)));
        }
        let before: Vec<&str> = present.items.iter().map(|(_, item)| item.key.as_str()).collect();
        let after: Vec<&str> = order.iter().copied().filter(|key| before.contains(key)).collect();
        // Places are written for all: those in between may be new.
        if before != order {
            for (place, key) in order.iter().enumerate() {
                if let Some((id, _)) = present.items.iter().find(|(_, item)| item.key == *key) {
                    self.places.push((*id, i32::try_from(place).unwrap_or(i32::MAX)));
                }
            }
        }
        if before != after {
            self.change("order of the catalog");
            let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
            self.reordered = Some((owned(&before), owned(&order)));
        }
        Ok(keys)
    }

    /// What is allowed but may not be meant.
    fn notes(&mut self, folder: &DefinitionFolder, present: &Present) {
        let members_of = |key: &str| -> Vec<(&str, &[String])> {
            match folder.groups.iter().find(|group| group.key == key) {
                Some(group) => group.members.iter().map(|m| (m.email.as_str(), m.roles.as_slice())).collect(),
                None => {
                    let listed = present.groups.iter().find(|listed| listed.group.key == key);
                    listed.into_iter().flat_map(|l| &l.members).map(|(email, roles)| (email.as_str(), roles.as_slice())).collect()
                }
            }
        };
        for item in &folder.items {
            for rule in item.approval.iter().flat_map(|policy| policy.rules()) {
                let Some(group) = &rule.group else { continue };
                let members = members_of(group);
                let who = match &rule.role {
                    Some(role) if !members.iter().any(|(_, roles)| roles.contains(role)) => {
                        format!("in the group {group} holds the role {role}")
                    }
                    None if members.is_empty() => format!("is in the group {group}"),
                    _ => continue,
                };
                self.plan.lines.push(format!("note: nobody {who}, so that nobody can decide the rule {} of item {}", rule.key, item.key));
            }
        }
    }

    /// Writes it all.
    pub async fn write(&self, tx: &Tx<'_>, seal: connectors::SecretSeal<'_>, now: DateTime<Utc>) -> Result<()> {
        if let Some((key, name, zone)) = &self.new_organization {
            organizations::insert(tx, key, name, zone, micros(now)).await?;
        }
        if let Some(zone) = &self.moved_to_zone {
            organizations::set_time_zone(tx, zone).await?;
        }
        if let Some(notices) = &self.notices {
            organizations::set_notices(tx, notices).await?;
        }
        if let Some(settings) = &self.settings {
            organizations::set_settings(tx, settings).await?;
        }
        if let Some(name) = &self.renamed {
            organizations::rename(tx, name).await?;
        }
        spaces::save(tx, &self.spaces, FROM_FILES, now).await?;
        for role in &self.roles {
            roles::save(tx, role, FROM_FILES, now).await?;
        }
        people::insert(tx, &self.new_accounts, now).await?;
        for account in &self.changed_accounts {
            people::update(tx, account).await?;
            members::renamed(tx, account).await?;
        }
        members::save(tx, &self.members).await?;
        for group in &self.new_groups {
            groups::insert(tx, group).await?;
        }
        for (id, name) in &self.renamed_groups {
            groups::rename(tx, *id, name).await?;
        }
        for (id, members) in &self.group_members {
            groups::replace_members(tx, *id, members).await?;
        }
        for (id, connector) in &self.connectors {
            connectors::save(tx, seal, *id, connector, now).await?;
        }
        for calendar in &self.calendars {
            calendars::save(tx, calendar, now).await?;
        }
        for (id, form) in &self.forms {
            forms::save(tx, *id, form, now).await?;
        }
        items::free_names(tx, &self.freed).await?;
        for (id, item, form, place) in &self.items {
            items::save(tx, *id, item, *form, *place, now).await?;
        }
        for (id, place) in &self.places {
            items::place(tx, *id, *place).await?;
        }
        for id in &self.ended_grants {
            grants::remove(tx, *id).await?;
        }
        for grant in &self.new_grants {
            grants::insert(tx, grant, FROM_FILES, None, now).await?;
        }
        Ok(())
    }
}

/// Keys of all items as they will stand: as the folder says; then those it does not mention, as they stood; then new ones.
fn order<'a>(folder: &'a DefinitionFolder, present: &'a Present) -> Vec<&'a str> {
    let mut order: Vec<&str> = folder.order.iter().flatten().map(String::as_str).collect();
    let rest = present.items.iter().map(|(_, item)| item.key.as_str()).chain(folder.items.iter().map(|item| item.key.as_str()));
    for key in rest {
        if !order.contains(&key) {
            order.push(key);
        }
    }
    order
}
