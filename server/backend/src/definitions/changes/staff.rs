//! People and groups of a folder and of the database: who comes, changes, leaves and is back, and who is in which group.

use super::{DefinitionChanges, Kind};
use crate::definitions::Present;
use crate::definitions::files::{DefinitionFolder, FileProblem};
use crate::error::{Error, Result};
use crate::people::leaving::administers;
use crate::store::grants::{FROM_FILES, FROM_SCREEN};
use crate::store::groups::GroupRoster;
use crate::store::members::Member;
use crate::store::people::Account;
use domain::id::{GroupId, PersonId, SpaceId};
use domain::lint::ValuePath;
use domain::people::GroupRef;
use domain::people::definition::GroupDefinition;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl DefinitionChanges {
    /// What is wrong when an organization that has administrators who can sign in would have none.
    pub fn without_administrators(&self, folder: &DefinitionFolder, present: &Present) -> Option<FileProblem> {
        let before: Vec<&Member> = present.members.iter().filter(|member| administers(member)).collect();
        let changed = |member: &Member| self.members.iter().find(|after| after.account.id == member.account.id);
        let kept = before.iter().any(|member| changed(member).is_none_or(administers));
        let last = before.first().filter(|_| !kept && !self.members.iter().any(administers))?;
        let email = last.account.email.as_str();
        let message = format!(
            "{email} is the last administrator who can sign in. Keep the entry with the role admin, or give somebody else the role first"
        );
        let place = folder.people.iter().position(|person| person.email == email);
        let path = place.map_or_else(ValuePath::root, |place| ValuePath::root().place(place).entry("email"));
        Some(folder.fault("people.yaml", &path, message))
    }

    /// Ids of all people that may be referred to, by address.
    pub(super) fn people(
        &mut self,
        folder: &DefinitionFolder,
        present: &Present,
        spaces: &BTreeMap<String, SpaceId>,
        id: &dyn Fn() -> Uuid,
    ) -> BTreeMap<String, PersonId> {
        let mut ids: BTreeMap<String, PersonId> = present.members.iter().map(|m| (m.account.email.clone(), m.account.id)).collect();
        let accounts: BTreeMap<&str, &Account> = present.accounts.iter().map(|account| (account.email.as_str(), account)).collect();
        let members: BTreeMap<&str, &Member> = present.members.iter().map(|m| (m.account.email.as_str(), m)).collect();
        let listed: BTreeSet<&str> = folder.people.iter().map(|person| person.email.as_str()).collect();
        let (gone, left): (Vec<&Member>, Vec<&Member>) = present
            .members
            .iter()
            .filter(|member| !listed.contains(member.account.email.as_str()))
            .partition(|member| folder.names_people && member.listed);
        let left = left.into_iter().filter(|member| member.can_sign_in()).map(|member| member.account.email.as_str()).collect();
        let mut kind = Kind { one: "person", many: "people", unchanged: 0, left };
        // All have an id before any is compared: a manager may be listed further down.
        for file in &folder.people {
            let existing = accounts.get(file.email.as_str()).map(|account| account.id);
            ids.insert(file.email.clone(), existing.unwrap_or_else(|| PersonId(id())));
        }
        for file in &folder.people {
            let existing = accounts.get(file.email.as_str()).copied();
            let account = Account {
                id: ids.get(&file.email).copied().unwrap_or_else(|| PersonId(id())),
                email: file.email.clone(),
                name: file.name.clone(),
                // Chosen by the person, unless the file says one.
                time_zone: file.time_zone.clone().or_else(|| existing.map(|account| account.time_zone.clone())).unwrap_or_default(),
                phone: file.phone.clone(),
            };
            let manager = file.manager.as_ref().and_then(|email| ids.get(email)).copied();
            let was = members.get(file.email.as_str()).copied();
            let account_disabled = was.is_some_and(|was| was.account_disabled);
            let disabled = match (file.active, was) {
                // Disabled everywhere, which is more than a file can say.
                (Some(false), Some(was)) if was.account_disabled => was.disabled,
                (Some(active), _) => !active,
                // Taken out of the file, and back in it.
                (None, Some(was)) => was.disabled && was.listed,
                (None, None) => false,
            };
            let member = Member {
                account: account.clone(),
                title: file.title.clone(),
                employee_number: file.employee_number.clone().or_else(|| was.map(|was| was.employee_number.clone())).unwrap_or_default(),
                roles: file.roles.clone(),
                manager,
                disabled,
                listed: true,
                // Left as it is, unless the file says one.
                space: file.space.as_ref().map_or_else(|| was.and_then(|was| was.space), |key| spaces.get(key).copied()),
                account_disabled,
            };
            let (before, after) = (was.is_none_or(|was| !was.disabled), !disabled);
            if before && !after {
                self.change(&format!("person {}: disabled (active: false), and can no longer sign in", file.email));
                self.leaving.push(member.account.id);
            } else if after && !before {
                self.change(&format!("person {}: enabled, and can sign in again", file.email));
            } else if file.active.is_none() && disabled {
                self.plan.lines.push(format!("note: {} stays disabled. Write active: true, or run docket user enable", file.email));
            }
            // Whoever is only listed from now on is not changed for it.
            let was_listed = was.map(|was| Member { listed: true, disabled, ..was.clone() });
            match (existing, was) {
                (None, _) => {
                    self.create(&format!("person {}", file.email));
                    self.new_accounts.push((account, file.password_hash.clone()));
                }
                (Some(_), None) => self.create(&format!("member {} (has an account already)", file.email)),
                (Some(_), Some(was)) if was_listed.as_ref() == Some(&member) => {
                    if *was == member {
                        kind.unchanged += 1;
                        continue;
                    }
                    kind.unchanged += usize::from(was.disabled == member.disabled);
                }
                (Some(_), Some(_)) => self.change(&format!("person {}", file.email)),
            }
            if existing.is_some_and(|existing| *existing != member.account) {
                self.changed_accounts.push(member.account.clone());
            }
            self.members.push(member);
        }
        for member in gone {
            // Back in the file, they are back: until then they are not listed.
            if member.can_sign_in() {
                self.change(&format!("person {}: disabled (no longer in people.yaml), and can no longer sign in", member.account.email));
                self.leaving.push(member.account.id);
            }
            self.members.push(Member { disabled: true, listed: false, ..member.clone() });
        }
        self.end(kind);
        ids
    }

    /// Ids of all groups, by key.
    pub(super) fn groups(
        &mut self,
        folder: &DefinitionFolder,
        present: &Present,
        ids: &BTreeMap<String, PersonId>,
        id: &dyn Fn() -> Uuid,
    ) -> Result<BTreeMap<String, GroupId>> {
        let mut keys: BTreeMap<String, GroupId> = present.groups.iter().map(|listed| (listed.group.key.clone(), listed.group.id)).collect();
        let differs = |file: &GroupDefinition, was: Option<&GroupRoster>| match was {
            None => Some(format!(" ({} members)", file.members.len())),
            Some(was) => {
                let members = roster_of(file, Some(was));
                (was.group.name != file.name || was.members != members).then(|| difference(&was.members, &members))
            }
        };
        for (file, was) in self.diff(("group", "groups"), &folder.groups, &present.groups, differs) {
            let group = was.map_or_else(|| GroupId(id()), |was| was.group.id);
            keys.insert(file.key.clone(), group);
            match was {
                None => self.new_groups.push(GroupRef { id: group, key: file.key.clone(), name: file.name.clone() }),
                Some(was) if was.group.name != file.name => self.renamed_groups.push((group, file.name.clone())),
                Some(_) => {}
            }
            let members = roster_of(file, was);
            if was.is_none_or(|was| was.members != members) {
                let mut rows = Vec::with_capacity(members.len());
                for (email, roles) in members {
                    let person = ids.get(&email).ok_or_else(|| Error::failed(format!("{email} has no account")))?;
                    let by_file = file.members.iter().any(|member| member.email == email);
                    rows.push((*person, roles, if by_file { FROM_FILES } else { FROM_SCREEN }));
                }
                self.group_members.push((group, rows));
            }
        }
        Ok(keys)
    }
}

/// Who will be in a group of the folder, by address: whom the file names, and whoever was added on screen.
fn roster_of(file: &GroupDefinition, was: Option<&GroupRoster>) -> Vec<(String, Vec<String>)> {
    let mut members: Vec<_> = file.members.iter().map(|member| (member.email.clone(), member.roles.clone())).collect();
    let added = was.into_iter().flat_map(|was| was.members.iter().filter(|(email, _)| was.added_on_screen.contains(email)));
    let kept: Vec<_> = added.filter(|(email, _)| !file.members.iter().any(|member| member.email == *email)).cloned().collect();
    members.extend(kept);
    members.sort();
    members
}

/// ": + a, - b, roles of c" in words.
fn difference(was: &[(String, Vec<String>)], now: &[(String, Vec<String>)]) -> String {
    let was: BTreeMap<&String, &Vec<String>> = was.iter().map(|(email, roles)| (email, roles)).collect();
    let now: BTreeMap<&String, &Vec<String>> = now.iter().map(|(email, roles)| (email, roles)).collect();
    let added = now.keys().filter(|email| !was.contains_key(*email)).map(|email| format!("add {email}"));
    let removed = was.keys().filter(|email| !now.contains_key(*email)).map(|email| format!("remove {email}"));
    let moved = now.iter().filter(|(email, roles)| was.get(*email).is_some_and(|before| before != *roles));
    let changed: Vec<String> = added.chain(removed).chain(moved.map(|(email, _)| format!("roles of {email}"))).collect();
    if changed.is_empty() { String::new() } else { format!(": {}", changed.join(", ")) }
}
