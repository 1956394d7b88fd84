//! Who may do what: one table, readable as one. Its golden file is `tests/golden/permission.txt`.
//!
//! A role grants permissions in its organization; some roles grant one also to those who hold them in a group alone. A grant is held over a
//! `Scope`: those of roles reach over all of the organization.

use crate::id::ItemId;
use serde::de::{Deserialize, Deserializer};
use serde::{Serialize, Serializer};

/// Something a role can allow in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Browse the catalog and submit requests (S4-048, S4-049).
    Request,
    /// See every request of the organization.
    SeeAllRequests,
    /// See the leadership view: all that waits for anybody's decision (S0-020).
    Lead,
    /// Work on requests: assign, start, block, send to QA, resolve, complete.
    Work,
    /// Take what is stuck: escalate, take over.
    Supervise,
    /// Say whether finished work is good: pass it, or send it back.
    CheckQuality,
    /// See deliveries and their attempts.
    SeeDeliveries,
    /// Have deliveries sent again or given up.
    ReplayDeliveries,
    /// Set up connectors, hold them back and let them go on.
    ManageConnectors,
    /// Decide where nobody who was asked can, and say who decides instead.
    DecideAsFallback,
    /// Cancel and delete anybody's request, see what was deleted, read what is internal.
    ManageRequests,
    /// Say what can be requested, and by which rules. Until this is done on screen, whoever runs `docket apply` does it.
    ManageDefinitions,
    /// Say who belongs to the organization and in what role; end delegations.
    ManagePeople,
    /// Decide what the organization decides for all: what reaches whom, by which carrier.
    ManageSettings,
}

use Permission::*;

/// Every permission, in table order, with its name as it travels.
pub const PERMISSIONS: &[(Permission, &str)] = &[
    (Request, "request"),
    (SeeAllRequests, "see_all_requests"),
    (Lead, "lead"),
    (Work, "work"),
    (Supervise, "supervise"),
    (CheckQuality, "check_quality"),
    (SeeDeliveries, "see_deliveries"),
    (ReplayDeliveries, "replay_deliveries"),
    (ManageConnectors, "manage_connectors"),
    (DecideAsFallback, "decide_as_fallback"),
    (ManageRequests, "manage_requests"),
    (ManageDefinitions, "manage_definitions"),
    (ManagePeople, "manage_people"),
    (ManageSettings, "manage_settings"),
];

/// All there is.
const EVERYTHING: &[Permission] = &[
    Request,
    SeeAllRequests,
    Lead,
    Work,
    Supervise,
    CheckQuality,
    SeeDeliveries,
    ReplayDeliveries,
    ManageConnectors,
    DecideAsFallback,
    ManageRequests,
    ManageDefinitions,
    ManagePeople,
    ManageSettings,
];

/// Built-in roles: key, word on screen, permissions. Most powerful first: the first one held is the person's label.
pub const ROLES: &[(&str, &str, &[Permission])] = &[
    ("central_admin", "Central administrator", EVERYTHING),
    ("admin", "Administrator", EVERYTHING),
    ("space_admin", "Space administrator", &[Request, SeeAllRequests, Work, Supervise, CheckQuality, SeeDeliveries]),
    ("supervisor", "Supervisor", &[Request, SeeAllRequests, Work, Supervise, CheckQuality, SeeDeliveries]),
    ("operator", "Operator", &[Request, SeeAllRequests, Work, SeeDeliveries]),
    ("maintainer", "Maintainer", &[Request, SeeAllRequests, Work]),
    ("qa_agent", "QA agent", &[Request, SeeAllRequests, Work, CheckQuality]),
    ("desk_staff", "Desk staff", &[Request, SeeAllRequests, Work]),
    ("reviewer", "Reviewer", &[Request, SeeAllRequests]),
    ("it-forms-admin", "Forms administrator", &[Request]),
    ("requester", "Requester", &[Request]),
    ("general_user", "General user", &[Request]),
];

/// What a role allows who holds it in a group, whichever group that is (S0-020).
pub const GROUP_ROLES: &[(&str, &[Permission])] = &[("it-forms-admin", &[Lead])];

/// Whether any of the roles allows it. Unknown roles allow nothing.
pub fn granted(roles: &[String], permission: Permission) -> bool {
    ROLES.iter().any(|(key, _, allowed)| allowed.contains(&permission) && roles.iter().any(|r| r == key))
}

/// Whether any of the roles, held in a group, allows it.
pub fn granted_in_group(roles: &[String], permission: Permission) -> bool {
    GROUP_ROLES.iter().any(|(key, allowed)| allowed.contains(&permission) && roles.iter().any(|r| r == key))
}

/// The word on screen for the most powerful role held; "Requester" when none is known.
pub fn label(roles: &[String]) -> &'static str {
    ROLES.iter().find(|(key, _, _)| roles.iter().any(|r| r == key)).map_or("Requester", |(_, label, _)| label)
}

/// What a permission reaches over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of the organization.
    Organization,
    /// One item and its requests.
    Item(ItemId),
}

impl Scope {
    /// Whether what is held over this is held over the other one.
    pub fn covers(self, other: Self) -> bool {
        self == Self::Organization || self == other
    }
}

/// What is asked of somebody's grants: a permission, and what it would be used on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionDemand {
    pub permission: Permission,
    pub scope: Scope,
}

impl Permission {
    /// The permission, to be used on this alone.
    pub fn over(self, scope: Scope) -> PermissionDemand {
        PermissionDemand { permission: self, scope }
    }
}

impl From<Permission> for PermissionDemand {
    /// To be used on anything of the organization.
    fn from(permission: Permission) -> Self {
        permission.over(Scope::Organization)
    }
}

/// What somebody holds over all of the organization, as screens know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// Whether the permission is in it.
    pub fn holds(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }
}

fn bit(permission: Permission) -> u32 {
    1 << permission as u32
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | bit(permission)))
    }
}

impl Serialize for PermissionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let held = PERMISSIONS.iter().filter(|(permission, _)| self.holds(*permission)).map(|(_, name)| name);
        serializer.collect_seq(held)
    }
}

impl<'de> Deserialize<'de> for PermissionSet {
    /// Names that are not known are a newer server's: they are left out.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Ok(PERMISSIONS.iter().filter(|(_, name)| names.iter().any(|one| one == name)).map(|(permission, _)| *permission).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(held: &[&str]) -> Vec<String> {
        held.iter().map(|role| (*role).to_owned()).collect()
    }

    #[test]
    fn unknown_roles_allow_nothing() {
        for (permission, _) in PERMISSIONS {
            assert!(!granted(&roles(&["root", "Admin", ""]), *permission));
            assert!(!granted(&[], *permission));
            assert!(granted(&roles(&["unknown", "admin"]), *permission));
        }
    }

    #[test]
    fn the_most_powerful_role_is_the_label() {
        assert_eq!(label(&roles(&["requester", "operator"])), "Operator");
        assert_eq!(label(&roles(&["unknown"])), "Requester");
    }

    #[test]
    fn every_role_and_permission_is_listed_once() {
        let keys: std::collections::BTreeSet<_> = ROLES.iter().map(|(key, _, _)| key).collect();
        let permissions: std::collections::BTreeSet<_> = PERMISSIONS.iter().map(|(permission, _)| permission).collect();
        let names: std::collections::BTreeSet<_> = PERMISSIONS.iter().map(|(_, name)| name).collect();
        let all = ManageSettings as usize + 1;
        assert_eq!((keys.len(), permissions.len(), names.len(), EVERYTHING.len()), (ROLES.len(), all, all, all));
        assert!(GROUP_ROLES.iter().all(|(role, _)| keys.contains(role)));
    }

    #[test]
    fn a_set_travels_as_names_and_leaves_out_what_is_new() {
        let set: PermissionSet = [Work, ManageSettings].into_iter().collect();
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["work","manage_settings"]"#);
        assert_eq!(serde_json::from_str::<PermissionSet>(r#"["manage_settings","fly","work"]"#).unwrap(), set);
        assert!(set.holds(Work) && !set.holds(Lead) && !PermissionSet::default().holds(Request));
    }

    #[test]
    fn a_grant_over_the_organization_covers_everything_and_one_over_an_item_that_item() {
        let (one, other) = (Scope::Item(ItemId(uuid::Uuid::from_u128(1))), Scope::Item(ItemId(uuid::Uuid::from_u128(2))));
        assert!(Scope::Organization.covers(Scope::Organization) && Scope::Organization.covers(one));
        assert!(one.covers(one) && !one.covers(other) && !one.covers(Scope::Organization));
    }
}
