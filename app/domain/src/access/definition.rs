//! Spaces, roles and grants as their author defines them in files.

use crate::permission::PermissionSet;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A space of `spaces.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceDefinition {
    pub key: String,
    pub name: String,
    /// Key of the space that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
}

/// A role of `roles.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleDefinition {
    pub key: String,
    pub name: String,
    pub permissions: Vec<String>,
}

impl RoleDefinition {
    /// What it allows; names that are not known allow nothing, `lint` has told them.
    pub fn allowed(&self) -> PermissionSet {
        let named = |name: &&str| self.permissions.iter().any(|own| own == *name);
        crate::permission::PERMISSIONS.iter().filter(|(_, name)| named(name)).map(|(permission, _)| *permission).collect()
    }
}

/// A grant of `grants.yaml`: to a person or a group; over all of the organization when it names no part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantDefinition {
    /// An address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Key of a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    pub role: String,
    /// Key of a space, with all that is below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    /// Key of an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// From when it counts, as `2026-03-01T00:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// From when it no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl GrantDefinition {
    /// "supervisor of finance on main-campus", as the plan of applying says it.
    pub fn words(&self) -> String {
        let whom = self.person.as_deref().or(self.group.as_deref()).unwrap_or_default();
        let place = self.space.as_deref().or(self.item.as_deref()).map(|place| format!(" over {place}")).unwrap_or_default();
        format!("{} to {whom}{place}", self.role)
    }
}
