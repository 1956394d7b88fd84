//! Spaces, roles and grants of a folder and of the database. A grant that somebody made on screen is left as it is: files take away only
//! what files gave.

use super::{DefinitionChanges, Kind};
use crate::definitions::Present;
use crate::definitions::files::DefinitionFolder;
use crate::error::{Error, Result};
use crate::store::grants::FROM_FILES;
use domain::access::definition::{GrantDefinition, RoleDefinition, SpaceDefinition};
use domain::access::spaces::Space;
use domain::access::{Grant, GrantScope, GrantSubject, OwnRole};
use domain::audit::AuditKind;
use domain::id::{GrantId, GroupId, ItemId, PersonId, SpaceId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Ids of what grants speak of, by key.
pub(super) struct GrantKeys {
    pub people: BTreeMap<String, PersonId>,
    pub groups: BTreeMap<String, GroupId>,
    pub spaces: BTreeMap<String, SpaceId>,
    pub items: BTreeMap<String, ItemId>,
}

impl GrantKeys {
    fn grant(&self, file: &GrantDefinition, id: GrantId) -> Result<Grant> {
        let missing = |what: &str| Error::failed(format!("there is no {what} of the grant {}", file.words()));
        let subject = match (&file.person, &file.group) {
            (Some(email), _) => GrantSubject::Person(*self.people.get(email).ok_or_else(|| missing("person"))?),
            (None, group) => {
                GrantSubject::Group(group.as_ref().and_then(|key| self.groups.get(key)).copied().ok_or_else(|| missing("group"))?)
            }
        };
        let scope = match (&file.space, &file.item) {
            (Some(key), _) => GrantScope::Space(*self.spaces.get(key).ok_or_else(|| missing("space"))?),
            (None, Some(key)) => GrantScope::Item(*self.items.get(key).ok_or_else(|| missing("item"))?),
            (None, None) => GrantScope::Organization,
        };
        Ok(Grant { id, subject, role: file.role.clone(), scope, starts_at: file.from, ends_at: file.until })
    }
}

impl DefinitionChanges {
    /// Ids of all spaces, by key.
    pub(super) fn spaces(&mut self, folder: &DefinitionFolder, present: &Present, id: &dyn Fn() -> Uuid) -> BTreeMap<String, SpaceId> {
        let mut ids: BTreeMap<String, SpaceId> = present.spaces.iter().map(|space| (space.key.clone(), space.id)).collect();
        for file in &folder.spaces {
            ids.entry(file.key.clone()).or_insert_with(|| SpaceId(id()));
        }
        let wanted = |file: &SpaceDefinition| {
            let space = *ids.get(&file.key)?;
            let parent = file.parent.as_ref().and_then(|key| ids.get(key)).copied();
            Some(Space { id: space, key: file.key.clone(), name: file.name.clone(), parent, contact: file.contact.clone() })
        };
        let differs = |file: &SpaceDefinition, was: Option<&Space>| {
            let moved = |was: &Space| was.parent != file.parent.as_ref().and_then(|key| ids.get(key)).copied();
            match was {
                None => Some(String::new()),
                Some(was) if moved(was) => Some(": moved, with all that is below it".to_owned()),
                Some(was) => (wanted(file).as_ref() != Some(was)).then(String::new),
            }
        };
        let written = self.diff(("space", "spaces"), &folder.spaces, &present.spaces, differs);
        let mut spaces: Vec<Space> = written.into_iter().filter_map(|(file, _)| wanted(file)).collect();
        // Those that stand nearer to the root first: what a space is a part of has to be there.
        let parents: BTreeMap<&str, Option<&str>> = folder.spaces.iter().map(|one| (one.key.as_str(), one.parent.as_deref())).collect();
        let depth = |space: &Space| {
            std::iter::successors(Some(space.key.as_str()), |key| parents.get(key).copied().flatten()).take(parents.len()).count()
        };
        spaces.sort_by_cached_key(depth);
        self.spaces = spaces;
        ids
    }

    pub(super) fn roles(&mut self, folder: &DefinitionFolder, present: &Present) {
        let wanted = |file: &RoleDefinition| OwnRole { key: file.key.clone(), name: file.name.clone(), permissions: file.allowed() };
        let differs = |file: &RoleDefinition, was: Option<&OwnRole>| (was != Some(&wanted(file))).then(String::new);
        let written = self.diff(("role", "roles"), &folder.roles, &present.roles, differs);
        self.roles = written.into_iter().map(|(file, _)| wanted(file)).collect();
    }

    pub(super) fn grants(&mut self, folder: &DefinitionFolder, present: &Present, keys: &GrantKeys, id: &dyn Fn() -> Uuid) -> Result<()> {
        let Some(files) = &folder.grants else { return Ok(()) };
        let mut kind = Kind { one: "grant", many: "grants", unchanged: 0, left: Vec::new() };
        let mut kept: Vec<GrantId> = Vec::new();
        for file in files {
            let wanted = keys.grant(file, GrantId(id()))?;
            match present.grants.iter().find(|stored| Grant { id: wanted.id, ..stored.grant.clone() } == wanted) {
                Some(stored) => {
                    kept.push(stored.grant.id);
                    kind.unchanged += 1;
                }
                None => {
                    self.create(&format!("grant {}", file.words()));
                    self.grant_words.push((AuditKind::GrantCreated, wanted.clone(), file.words()));
                    self.new_grants.push(wanted);
                }
            }
        }
        let others: Vec<(bool, Grant, String)> = present
            .grants
            .iter()
            .filter(|stored| !kept.contains(&stored.grant.id))
            .map(|stored| (stored.origin == FROM_FILES, stored.grant.clone(), present.grant_definition(&stored.grant).words()))
            .collect();
        for (_, grant, words) in others.iter().filter(|(of_files, ..)| *of_files) {
            self.change(&format!("grant {words}: taken away (no longer in grants.yaml)"));
            self.grant_words.push((AuditKind::GrantEnded, grant.clone(), words.clone()));
            self.ended_grants.push(grant.id);
        }
        kind.left = others.iter().filter(|(of_files, ..)| !of_files).map(|(.., words)| words.as_str()).collect();
        self.end(kind);
        Ok(())
    }
}
