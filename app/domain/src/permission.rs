//! Who may do what: one table, readable as one. Its golden file is `tests/golden/permission.txt`.

use serde::{Deserialize, Serialize};

/// Something a role can allow in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Browse the catalog and submit requests (S4-048, S4-049).
    Request,
    /// See every request of the organization.
    SeeAllRequests,
    /// Work on requests: assign, start, block, send to QA, resolve, complete.
    Work,
    /// Take what is stuck: escalate, take over.
    Supervise,
    /// Say whether finished work is good: pass it, or send it back.
    CheckQuality,
    /// See deliveries and their attempts.
    SeeDeliveries,
    /// Change definitions, decide as the fallback approver, replay deliveries.
    Administer,
}

/// Every permission, in table order.
pub const PERMISSIONS: &[Permission] = &[
    Permission::Request,
    Permission::SeeAllRequests,
    Permission::Work,
    Permission::Supervise,
    Permission::CheckQuality,
    Permission::SeeDeliveries,
    Permission::Administer,
];

use Permission::*;

/// Built-in roles: key, word on screen, permissions. Most powerful first: the first one held is the person's label.
pub const ROLES: &[(&str, &str, &[Permission])] = &[
    ("central_admin", "Central administrator", &[Request, SeeAllRequests, Work, Supervise, CheckQuality, SeeDeliveries, Administer]),
    ("admin", "Administrator", &[Request, SeeAllRequests, Work, Supervise, CheckQuality, SeeDeliveries, Administer]),
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

/// Whether any of the roles allows it. Unknown roles allow nothing.
pub fn granted(roles: &[String], permission: Permission) -> bool {
    ROLES.iter().any(|(key, _, allowed)| allowed.contains(&permission) && roles.iter().any(|r| r == key))
}

/// The word on screen for the most powerful role held; "Requester" when none is known.
pub fn label(roles: &[String]) -> &'static str {
    ROLES.iter().find(|(key, _, _)| roles.iter().any(|r| r == key)).map_or("Requester", |(_, label, _)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(held: &[&str]) -> Vec<String> {
        held.iter().map(|role| (*role).to_owned()).collect()
    }

    #[test]
    fn unknown_roles_allow_nothing() {
        for permission in PERMISSIONS {
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
        let permissions: std::collections::BTreeSet<_> = PERMISSIONS.iter().collect();
        assert_eq!((keys.len(), permissions.len()), (ROLES.len(), 7));
    }
}
