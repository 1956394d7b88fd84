//! Why somebody may see or do something: the derivation of what is decided elsewhere, in words. Nothing is decided here; a test holds it
//! to `may_see`: there is a reason exactly where somebody sees a request.

use super::{Grant, GrantScope, OwnRole, role_permissions};
use crate::approvals::machine;
use crate::people::Facts;
use crate::permission::{AccessPlace, Permission, ROLES, granted, granted_in_group};
use crate::requests::{Request, lifecycle};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AccessReason {
    /// It is their own request.
    Requester,
    /// They have it.
    Assignee,
    /// A rule of its approval names them, or one of their groups, or somebody whose deputy they are.
    Decides { rule: String },
    /// They decided a rule of it.
    Decided,
    /// A role of theirs allows it.
    Role {
        /// Its word on screen.
        role: String,
        /// The group by which they hold it.
        group: Option<String>,
        /// The space or item over which they hold it; all of the organization when None.
        place: Option<String>,
        /// Since when; not known of what files gave.
        since: Option<DateTime<Utc>>,
    },
    /// A role inside a group of theirs allows it.
    RoleInGroup { role: String, group: String },
}

impl AccessReason {
    /// "member of Finance, which holds Reviewer on Main campus".
    pub fn words(&self) -> String {
        match self {
            Self::Requester => "asked for it".to_owned(),
            Self::Assignee => "has it".to_owned(),
            Self::Decides { rule } => format!("decides it: {rule}"),
            Self::Decided => "decided about it".to_owned(),
            Self::RoleInGroup { role, group } => format!("is {role} in {group}"),
            Self::Role { role, group, place, .. } => {
                let whole = "all of the organization".to_owned();
                let place = place.clone().unwrap_or(whole);
                match group {
                    Some(group) => format!("member of {group}, which holds {role} on {place}"),
                    None => format!("holds {role} on {place}"),
                }
            }
        }
    }
}

/// A grant of somebody with the names of what it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedGrant {
    pub grant: Grant,
    /// The group by which they hold it.
    pub group: Option<String>,
    /// The space or item.
    pub place: Option<String>,
    /// The grant reaches over the place in question: it is of the organization, the item, or the space or one above.
    pub covers: bool,
    pub since: DateTime<Utc>,
}

/// The word on screen for a role.
pub fn role_word(role: &str, own: &[OwnRole]) -> String {
    let built_in = ROLES.iter().find(|(key, _, _)| *key == role).map(|(_, word, _)| (*word).to_owned());
    built_in.or_else(|| own.iter().find(|known| known.key == role).map(|known| known.name.clone())).unwrap_or_else(|| role.to_owned())
}

/// By which roles somebody holds a permission over a place: those that `listed` says they hold everywhere without a grant, their roles
/// inside groups, and their grants.
pub fn explain_permission(
    permission: Permission,
    listed: &[String],
    facts: &Facts,
    grants: &[NamedGrant],
    own: &[OwnRole],
    now: DateTime<Utc>,
) -> Vec<AccessReason> {
    let mut reasons = Vec::new();
    let everywhere = |role: &String| {
        granted(std::slice::from_ref(role), permission) || role_permissions(role, own, GrantScope::Organization).holds(permission)
    };
    for role in listed.iter().filter(|role| everywhere(role)) {
        reasons.push(AccessReason::Role { role: role_word(role, own), group: None, place: None, since: None });
    }
    for membership in &facts.memberships {
        for role in membership.roles.iter().filter(|role| granted_in_group(std::slice::from_ref(*role), permission)) {
            reasons.push(AccessReason::RoleInGroup { role: role_word(role, own), group: membership.group.name.clone() });
        }
    }
    for named in grants.iter().filter(|named| named.covers && named.grant.in_effect(now)) {
        if role_permissions(&named.grant.role, own, named.grant.scope).holds(permission) {
            reasons.push(AccessReason::Role {
                role: role_word(&named.grant.role, own),
                group: named.group.clone(),
                place: named.place.clone(),
                since: Some(named.since),
            });
        }
    }
    reasons
}

/// Every role that somebody holds now and by what, whatever it allows: those that `listed` says they hold without a grant, their roles inside
/// groups, and their grants.
pub fn explain_roles(listed: &[String], facts: &Facts, grants: &[NamedGrant], own: &[OwnRole], now: DateTime<Utc>) -> Vec<AccessReason> {
    let of_files = listed.iter().map(|role| AccessReason::Role { role: role_word(role, own), group: None, place: None, since: None });
    let in_groups = facts.memberships.iter().flat_map(|membership| {
        let named = |role: &String| AccessReason::RoleInGroup { role: role_word(role, own), group: membership.group.name.clone() };
        membership.roles.iter().map(named)
    });
    let granted = grants.iter().filter(|named| named.grant.in_effect(now)).map(|named| AccessReason::Role {
        role: role_word(&named.grant.role, own),
        group: named.group.clone(),
        place: named.place.clone(),
        since: Some(named.since),
    });
    of_files.chain(in_groups).chain(granted).collect()
}

/// Why somebody sees a request; nothing for whom it does not exist.
pub fn explain_request(
    request: &Request,
    listed: &[String],
    facts: &Facts,
    grants: &[NamedGrant],
    own: &[OwnRole],
    now: DateTime<Utc>,
) -> Vec<AccessReason> {
    let by_role = |permission| explain_permission(permission, listed, facts, grants, own, now);
    if request.state.deleted {
        return by_role(Permission::ManageRequests);
    }
    let (approval, me, case) = (&request.state.approval, facts.person.id, lifecycle::case(request, now));
    let mut reasons = Vec::new();
    if request.requester.id == me {
        reasons.push(AccessReason::Requester);
    }
    if request.state.assignee.as_ref().is_some_and(|person| person.id == me) {
        reasons.push(AccessReason::Assignee);
    }
    let asked = approval.rules().find(|rule| machine::eligible(&case, rule, facts));
    reasons.extend(asked.map(|rule| AccessReason::Decides { rule: rule.label.clone() }));
    let decided = approval.decisions.iter().any(|one| one.by.id == me || one.on_behalf_of.as_ref().is_some_and(|person| person.id == me));
    reasons.extend(decided.then_some(AccessReason::Decided));
    let mut roles = by_role(Permission::SeeRequests);
    for one in by_role(Permission::Lead) {
        if !roles.contains(&one) {
            roles.push(one);
        }
    }
    reasons.extend(roles);
    reasons
}

/// Whether a grant over this scope reaches over the place. `above` are the place's space and those above it.
pub fn scope_covers(scope: GrantScope, place: AccessPlace, above: &[crate::id::SpaceId]) -> bool {
    match scope {
        GrantScope::Organization => true,
        GrantScope::Space(space) => above.contains(&space),
        GrantScope::Item(item) => place.item == Some(item),
    }
}
