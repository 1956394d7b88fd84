//! What the page of spaces, roles and grants receives and sends.

use super::reasons::AccessReason;
use super::spaces::Space;
use super::{GrantScope, GrantSubject};
use crate::id::{GrantId, ItemId, SpaceId};
use crate::people::PersonRef;
use crate::permission::PermissionSet;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Spaces, grants and roles, as far as somebody says who holds what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessView {
    /// The spaces they reach, and those above them, so that it is a tree; by name.
    pub spaces: Vec<SpaceLine>,
    pub grants: Vec<GrantLine>,
    pub roles: Vec<RoleLine>,
    /// Items that a role can be granted over, with their names.
    pub items: Vec<(ItemId, String)>,
    /// Whether they grant over all of the organization.
    pub grants_everywhere: bool,
    /// Whether they make spaces of the organization itself.
    pub shapes_everywhere: bool,
}

/// A space in the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceLine {
    pub space: Space,
    /// They may rename and move it, and make spaces in it.
    pub shapes: bool,
    /// They may grant roles over it.
    pub grants: bool,
}

/// A role that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantLine {
    /// None where the organization's files or the command line gave it: they take it away again.
    pub id: Option<GrantId>,
    pub subject: GrantSubject,
    /// The name of the person or group.
    pub name: String,
    /// The role's word on screen.
    pub role: String,
    pub scope: GrantScope,
    /// "Main campus", with what is in it; empty for all of the organization.
    pub place: String,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was given, and by whom.
    pub since: Option<DateTime<Utc>>,
    pub by: Option<String>,
    /// They may take it away.
    pub ends: bool,
}

/// A role with what it allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleLine {
    pub key: String,
    pub name: String,
    /// Over all of the organization, or an item.
    pub permissions: PermissionSet,
    /// Over a space.
    pub over_space: PermissionSet,
    /// One of the organization's own.
    pub own: bool,
}

/// A new space, or a changed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveSpace {
    /// None for a new one.
    pub id: Option<SpaceId>,
    pub name: String,
    pub parent: Option<SpaceId>,
    pub contact: String,
}

/// A grant to be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveGrant {
    pub subject: GrantSubject,
    pub role: String,
    pub scope: GrantScope,
    /// The first and the last day, where whoever gives it is.
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

/// What a grant would change, said before it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantEffect {
    /// People who would see requests that they do not see now.
    pub people: u64,
    /// Open requests that they would see, at most by one of them.
    pub requests: u64,
    /// People for whom nothing changes, at most three.
    pub unchanged: Vec<String>,
    /// What the role allows there, in words.
    pub allows: Vec<String>,
}

impl GrantEffect {
    /// "3 people will see 41 more requests."
    pub fn words(&self) -> String {
        let count = |count: u64, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{} {many}", crate::tally::count_words(count)),
        };
        match (self.people, self.requests) {
            (0, _) | (_, 0) => "Nobody will see more requests than now.".to_owned(),
            (people, requests) => {
                format!("{} will see {}.", count(people, "person", "people"), count(requests, "more request", "more requests"))
            }
        }
    }
}

/// A new role of the organization's own, or a changed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveRole {
    pub key: String,
    pub name: String,
    pub permissions: PermissionSet,
}

/// Who sees a request, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessStory {
    /// Each with their reasons, those first who have to do with the request itself.
    pub people: Vec<(PersonRef, Vec<AccessReason>)>,
    /// There are more than are listed.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effect_of_a_grant_is_a_sentence() {
        let effect = |people, requests| GrantEffect { people, requests, ..GrantEffect::default() }.words();
        assert_eq!(effect(3, 41), "3 people will see 41 more requests.");
        assert_eq!(effect(1, 1), "1 person will see 1 more request.");
        assert_eq!((effect(0, 5), effect(2, 0)), (effect(0, 0), effect(0, 0)));
    }
}
