//! Groups as the page shows them: who is in one with which roles, what the group holds, and what names it.

use super::{GroupRef, PersonRef};
use crate::id::{GroupId, PersonId};
use crate::lint::is_key;
use crate::refusal::Refusal;
use crate::text::{count_characters, tidy_line};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Characters of the longest name of a group.
pub const LONGEST_GROUP_NAME: usize = 120;
/// Groups that one organization has at most.
pub const MOST_GROUPS: usize = 1_000;
/// Roles that one person holds in one group at most.
pub const MOST_SEAT_ROLES: usize = 20;

/// A group in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLine {
    pub group: GroupRef,
    /// Members who can sign in.
    pub members: u64,
    /// Roles that it holds, with where: "Reviewer on Main campus".
    pub holds: Vec<String>,
    /// What of the catalog names it: "VPN access asks it for approval".
    pub named_by: Vec<String>,
}

/// Every group of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupList {
    pub groups: Vec<GroupLine>,
    /// Whether the reader makes and changes groups.
    pub may_change: bool,
}

/// A person in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSeatLine {
    pub person: PersonRef,
    /// Keys of the roles that they hold in the group.
    pub roles: Vec<String>,
    /// The organization's files named them, and may take them out again.
    pub by_files: bool,
}

/// One group with those in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupView {
    pub line: GroupLine,
    /// The first ones by name.
    pub seats: Vec<GroupSeatLine>,
    /// Roles that make sense in the group: those that something asks for, and those that somebody holds in a group.
    pub offered_roles: Vec<String>,
    /// Whether the reader changes the group.
    pub may_change: bool,
}

/// A group to be made, or to be called otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveGroup {
    /// None for a new one.
    pub id: Option<GroupId>,
    pub name: String,
}

/// Somebody who is to be in a group with these roles; None takes them out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSeat {
    pub group: GroupId,
    pub person: PersonId,
    pub roles: Option<Vec<String>>,
    /// Whoever does it was told that they take something from themselves.
    pub confirmed: bool,
}

/// A group's name as it is kept.
///
/// # Errors
/// Input, when it cannot be one.
pub fn read_group_name(text: &str) -> Result<String, Refusal> {
    let name = tidy_line(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || count_characters(&name) > LONGEST_GROUP_NAME {
        return Err(Refusal::input("name", format!("Enter a name of 1 to {LONGEST_GROUP_NAME} characters")));
    }
    Ok(name)
}

/// The roles of somebody in a group as they are kept: each once, in order.
///
/// # Errors
/// Input, when one of them cannot be a role's key, or when they are too many.
pub fn read_seat_roles(roles: Vec<String>) -> Result<Vec<String>, Refusal> {
    if let Some(wrong) = roles.iter().find(|role| !is_key(role)) {
        let message = format!("“{wrong}” cannot be a role. Write 1 to 60 lower-case letters, digits, - or _, a letter or digit first");
        return Err(Refusal::input("roles", message));
    }
    let roles: BTreeSet<String> = roles.into_iter().collect();
    if roles.len() > MOST_SEAT_ROLES {
        return Err(Refusal::input("roles", format!("Choose at most {MOST_SEAT_ROLES} roles")));
    }
    Ok(roles.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_tidy_and_within_its_bounds() {
        assert_eq!(read_group_name("  Field \t staff\n").unwrap(), "Field staff");
        assert_eq!(read_group_name(&"é".repeat(120)).unwrap().chars().count(), 120);
        for wrong in [String::new(), " \n".to_owned(), "é".repeat(121)] {
            assert!(matches!(read_group_name(&wrong), Err(Refusal::Input { path, .. }) if path == "name"), "{wrong}");
        }
    }

    #[test]
    fn roles_in_a_group_are_keys_and_stand_once() {
        let roles = |roles: &[&str]| read_seat_roles(roles.iter().map(|role| (*role).to_owned()).collect());
        assert_eq!(roles(&["owner", "lead", "owner"]).unwrap(), ["lead", "owner"]);
        for wrong in [&["Owner"][..], &["own er"], &[""], &["lead", "-x"]] {
            assert!(matches!(roles(wrong), Err(Refusal::Input { .. })), "{wrong:?}");
        }
        let many: Vec<String> = (0..21).map(|n| format!("role-{n}")).collect();
        assert!(read_seat_roles(many.clone()).is_err());
        assert!(read_seat_roles(many[1..].to_vec()).is_ok());
    }
}
