//! Who may do what: one table, readable as one. Its golden file is `tests/golden/permission.txt`.
//!
//! A role is a set of permissions; how far they reach is the grant's (`access`). Some roles allow more to those who hold them in a group
//! or over a space.

use crate::id::{ItemId, SpaceId};
use crate::organization::ProductFeature;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Something a role can allow in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Browse the catalog and submit requests (S4-048, S4-049).
    Request,
    /// See requests that are not one's own.
    SeeRequests,
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
    /// Say which spaces there are: add, rename, move and remove them.
    ManageSpaces,
    /// Say who holds which role where, as far as one holds it oneself; make roles of the organization's own.
    ManageGrants,
    /// Read what administrators changed.
    SeeAudit,
}

use Permission::*;

/// Every permission, in table order, with its name as it travels.
pub const PERMISSIONS: &[(Permission, &str)] = &[
    (Request, "request"),
    (SeeRequests, "see_requests"),
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
    (ManageSpaces, "manage_spaces"),
    (ManageGrants, "manage_grants"),
    (SeeAudit, "see_audit"),
];

/// All there is.
const EVERYTHING: &[Permission] = &[
    Request,
    SeeRequests,
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
    ManageSpaces,
    ManageGrants,
    SeeAudit,
];

/// Built-in roles: key, word on screen, permissions. Most powerful first: the first one held is the person's label.
pub const ROLES: &[(&str, &str, &[Permission])] = &[
    ("central_admin", "Central administrator", EVERYTHING),
    ("admin", "Administrator", EVERYTHING),
    ("space_admin", "Space administrator", &[Request, SeeRequests, Work, Supervise, CheckQuality, SeeDeliveries]),
    ("supervisor", "Supervisor", &[Request, SeeRequests, Work, Supervise, CheckQuality, SeeDeliveries]),
    ("operator", "Operator", &[Request, SeeRequests, Work, SeeDeliveries]),
    ("maintainer", "Maintainer", &[Request, SeeRequests, Work]),
    ("qa_agent", "QA agent", &[Request, SeeRequests, Work, CheckQuality]),
    ("desk_staff", "Desk staff", &[Request, SeeRequests, Work]),
    ("reviewer", "Reviewer", &[Request, SeeRequests]),
    ("it-forms-admin", "Forms administrator", &[Request]),
    ("requester", "Requester", &[Request]),
    ("general_user", "General user", &[Request]),
];

/// What a role allows who holds it in a group, whichever group that is (S0-020).
pub const GROUP_ROLES: &[(&str, &[Permission])] = &[("it-forms-admin", &[Lead])];

/// What a role also allows when it is held over a space, in that space and below it. It never allows what concerns the whole organization.
pub const SPACE_ROLES: &[(&str, &[Permission])] =
    &[("space_admin", &[ReplayDeliveries, ManageRequests, ManagePeople, ManageSpaces, ManageGrants])];

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

/// What a permission is to be used on: what is of an item, of a space, of both; the whole organization when it is of neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPlace {
    #[serde(default)]
    pub item: Option<ItemId>,
    #[serde(default)]
    pub space: Option<SpaceId>,
}

/// What is asked of somebody's grants: a permission, and what it would be used on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionDemand {
    pub permission: Permission,
    pub place: AccessPlace,
}

impl Permission {
    /// Whether a page for those who hold it is of use to somebody who holds it over a part of the organization alone.
    pub fn works_in_part(self) -> bool {
        !matches!(
            self,
            SeeDeliveries | ReplayDeliveries | ManageConnectors | DecideAsFallback | ManageDefinitions | ManageSettings | SeeAudit
        )
    }

    /// The part of the product that it is of no use without.
    pub fn feature(self) -> Option<ProductFeature> {
        (self == Lead).then_some(ProductFeature::Leadership)
    }

    /// What it allows, as a person reads it.
    pub fn words(self) -> &'static str {
        match self {
            Request => "Make requests",
            SeeRequests => "See requests that are not one's own",
            Lead => "See all that waits for a decision",
            Work => "Work on requests",
            Supervise => "Take over work that is stuck",
            CheckQuality => "Check quality",
            SeeDeliveries => "See deliveries",
            ReplayDeliveries => "Have deliveries sent again",
            ManageConnectors => "Set up connectors",
            DecideAsFallback => "Decide when nobody named can",
            ManageRequests => "Cancel and delete anybody's requests",
            ManageDefinitions => "Change the catalog, its forms and its rules",
            ManagePeople => "Manage people",
            ManageSettings => "Change the organization's settings",
            ManageSpaces => "Manage spaces",
            ManageGrants => "Grant roles",
            SeeAudit => "Read what administrators changed",
        }
    }

    /// The permission, to be used on this alone.
    pub fn over(self, place: AccessPlace) -> PermissionDemand {
        PermissionDemand { permission: self, place }
    }
}

impl From<Permission> for PermissionDemand {
    /// To be used on anything of the organization.
    fn from(permission: Permission) -> Self {
        permission.over(AccessPlace::default())
    }
}

/// What a built-in role allows whoever holds it over the organization, an item, or with `in_space` over a space; None when it is not one.
pub fn built_in(role: &str, in_space: bool) -> Option<PermissionSet> {
    let (_, _, allowed) = ROLES.iter().find(|(key, _, _)| *key == role)?;
    let more = SPACE_ROLES.iter().filter(|(key, _)| in_space && *key == role).flat_map(|(_, more)| *more);
    Some(allowed.iter().chain(more).copied().collect())
}

/// Some permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// Whether the permission is in it.
    pub fn holds(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Those of either.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that the other one has not.
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether none is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in table order.
    pub fn each(self) -> impl Iterator<Item = Permission> {
        PERMISSIONS.iter().map(|(permission, _)| *permission).filter(move |permission| self.holds(*permission))
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
        let all = SeeAudit as usize + 1;
        assert_eq!((keys.len(), permissions.len(), names.len(), EVERYTHING.len()), (ROLES.len(), all, all, all));
        assert!(GROUP_ROLES.iter().chain(SPACE_ROLES).all(|(role, _)| keys.contains(role)));
    }

    #[test]
    fn a_set_travels_as_names_and_leaves_out_what_is_new() {
        let set: PermissionSet = [Work, ManageSettings].into_iter().collect();
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["work","manage_settings"]"#);
        assert_eq!(serde_json::from_str::<PermissionSet>(r#"["manage_settings","fly","work"]"#).unwrap(), set);
        assert!(set.holds(Work) && !set.holds(Lead) && !PermissionSet::default().holds(Request));
    }

    #[test]
    fn a_role_allows_more_over_a_space_than_over_the_organization_only_where_the_table_says() {
        for (role, _, _) in ROLES {
            let (wide, narrow) = (built_in(role, false).unwrap(), built_in(role, true).unwrap());
            assert!(wide.without(narrow).is_empty());
            assert_eq!(narrow != wide, SPACE_ROLES.iter().any(|(key, _)| key == role), "{role}");
        }
        assert_eq!(built_in("boss", true), None);
        let (some, more): (PermissionSet, PermissionSet) = ([Work].into_iter().collect(), [Work, Lead].into_iter().collect());
        assert_eq!((more.without(some).each().collect::<Vec<_>>(), some.with(more)), (vec![Lead], more));
    }
}
