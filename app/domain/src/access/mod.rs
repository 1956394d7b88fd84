//! Access: who holds which role where. A *grant* gives a person or a group a role over a *scope*, for some time or for good; what somebody
//! may do where is what their grants say at a moment, and nothing else (`hold_grants`, then `Facts::may` and `Facts::reach`).
//!
//! Roles that people hold by their organization's files are grants over all of it, and roles inside a group are grants over that group.

pub mod definition;
pub mod granting;
pub mod lint;
pub mod reasons;
pub mod spaces;
pub mod wire;

use crate::id::{GrantId, GroupId, ItemId, PersonId, SpaceId};
use crate::permission::{AccessPlace, PermissionSet, built_in};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use spaces::SpaceTree;
use std::collections::BTreeSet;

/// To whom a role is granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantSubject {
    Person(PersonId),
    /// Everybody in it.
    Group(GroupId),
}

/// How far a grant reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantScope {
    Organization,
    /// A space with all that is below it.
    Space(SpaceId),
    /// One item and its requests.
    Item(ItemId),
}

impl GrantScope {
    /// What whoever gives it has to hold their permissions over.
    pub fn place(self) -> AccessPlace {
        match self {
            Self::Organization => AccessPlace::default(),
            Self::Space(id) => AccessPlace { item: None, space: Some(id) },
            Self::Item(id) => AccessPlace { item: Some(id), space: None },
        }
    }
}

/// A role of a person or group over a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    pub subject: GrantSubject,
    /// Key of a built-in role, or of one of the organization's own.
    pub role: String,
    pub scope: GrantScope,
    /// The first moment it counts; from the beginning when None.
    #[serde(default)]
    pub starts_at: Option<DateTime<Utc>>,
    /// The first moment it no longer counts; never when None.
    #[serde(default)]
    pub ends_at: Option<DateTime<Utc>>,
}

impl Grant {
    /// Whether it counts at this moment.
    pub fn in_effect(&self, now: DateTime<Utc>) -> bool {
        self.starts_at.is_none_or(|starts| starts <= now) && self.ends_at.is_none_or(|ends| now < ends)
    }

    /// The next moment at which it begins or ends to count.
    fn changes_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        [self.starts_at, self.ends_at].into_iter().flatten().filter(|at| *at > now).min()
    }
}

/// A role of an organization's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRole {
    /// Stable key, as in definition files; never that of a built-in role.
    pub key: String,
    pub name: String,
    pub permissions: PermissionSet,
}

/// What a role allows over a scope. A role that is not known allows nothing.
pub fn role_permissions(role: &str, own: &[OwnRole], scope: GrantScope) -> PermissionSet {
    let of_own = || own.iter().find(|known| known.key == role).map(|known| known.permissions);
    built_in(role, matches!(scope, GrantScope::Space(_))).or_else(of_own).unwrap_or_default()
}

/// A grant as it counts for somebody at a moment: what it allows, over what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldGrant {
    pub role: String,
    pub permissions: PermissionSet,
    pub over: HeldScope,
}

/// What a held grant reaches over, with the tree of spaces looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldScope {
    Organization,
    /// A space and all that is below it.
    Spaces(BTreeSet<SpaceId>),
    Item(ItemId),
}

impl HeldScope {
    /// Whether what is held over this may be used on that.
    pub fn covers(&self, place: AccessPlace) -> bool {
        match self {
            Self::Organization => true,
            Self::Spaces(spaces) => place.space.is_some_and(|space| spaces.contains(&space)),
            Self::Item(item) => place.item == Some(*item),
        }
    }

    /// What is over both; None where that is nothing, and where no scope says it: an item of some spaces alone.
    pub fn within(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Organization, one) | (one, Self::Organization) => Some(one.clone()),
            (Self::Spaces(one), Self::Spaces(two)) => {
                let both: BTreeSet<SpaceId> = one.intersection(two).copied().collect();
                (!both.is_empty()).then_some(Self::Spaces(both))
            }
            (Self::Item(one), Self::Item(two)) => (one == two).then_some(Self::Item(*one)),
            (Self::Item(_), Self::Spaces(_)) | (Self::Spaces(_), Self::Item(_)) => None,
        }
    }
}

/// Everything over which somebody holds a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionReach {
    /// All of the organization.
    Everything,
    /// What is of one of these spaces or items; nothing when there are none.
    Parts { spaces: BTreeSet<SpaceId>, items: BTreeSet<ItemId> },
}

impl Default for PermissionReach {
    fn default() -> Self {
        Self::Parts { spaces: BTreeSet::new(), items: BTreeSet::new() }
    }
}

impl PermissionReach {
    /// What either reaches over.
    pub fn and(self, scope: &HeldScope) -> Self {
        match (self, scope) {
            (Self::Everything, _) | (_, HeldScope::Organization) => Self::Everything,
            (Self::Parts { mut spaces, items }, HeldScope::Spaces(more)) => {
                spaces.extend(more);
                Self::Parts { spaces, items }
            }
            (Self::Parts { spaces, mut items }, HeldScope::Item(item)) => {
                items.insert(*item);
                Self::Parts { spaces, items }
            }
        }
    }

    /// Whether it reaches over that.
    pub fn covers(&self, place: AccessPlace) -> bool {
        match self {
            Self::Everything => true,
            Self::Parts { spaces, items } => {
                place.space.is_some_and(|space| spaces.contains(&space)) || place.item.is_some_and(|item| items.contains(&item))
            }
        }
    }

    /// Whether it reaches over nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What somebody holds at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldRoles {
    /// Keys of roles held over all of the organization.
    pub everywhere: Vec<String>,
    /// The rest, and what roles of the organization's own allow.
    pub grants: Vec<HeldGrant>,
    /// When this is something else, if nobody changes anything.
    pub changes_at: Option<DateTime<Utc>>,
}

/// What somebody holds at this moment: by roles over all of the organization that are no grants of their own, and by grants to them and to
/// the groups they are in.
pub fn hold_grants(roles: &[String], grants: &[Grant], own: &[OwnRole], tree: &SpaceTree, now: DateTime<Utc>) -> HeldRoles {
    let mut held = HeldRoles { everywhere: roles.to_vec(), grants: Vec::new(), changes_at: None };
    held.changes_at = grants.iter().filter_map(|grant| grant.changes_at(now)).min();
    for grant in grants.iter().filter(|grant| grant.in_effect(now)) {
        let over = match grant.scope {
            GrantScope::Organization => {
                if !held.everywhere.contains(&grant.role) {
                    held.everywhere.push(grant.role.clone());
                }
                continue;
            }
            GrantScope::Space(space) => HeldScope::Spaces(tree.below(space)),
            GrantScope::Item(item) => HeldScope::Item(item),
        };
        held.grants.push(HeldGrant { role: grant.role.clone(), permissions: role_permissions(&grant.role, own, grant.scope), over });
    }
    // Built-in ones are read off their keys.
    for role in own.iter().filter(|role| held.everywhere.contains(&role.key)) {
        held.grants.push(HeldGrant { role: role.key.clone(), permissions: role.permissions, over: HeldScope::Organization });
    }
    held
}
