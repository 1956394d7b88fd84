//! The audit log: what administrators, the command line and programs change, one entry for each change, written in the transaction of the
//! change and never altered. This says what kinds of changes there are, and how a change of values reads.
//!
//! Deliberately not here: what happens to requests. They have events of their own.

pub mod compare;
pub mod wire;

use crate::id::PersonId;
use compare::ValueChanges;
use serde::{Deserialize, Serialize};

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditThing {
    Organization,
    Person,
    Group,
    Connector,
    Delivery,
    Deputy,
    Calendar,
    Form,
    Item,
    Space,
    Role,
    Token,
    Grant,
    Invitation,
}

/// Every kind of thing, with its name as it is stored and travels, and its word on screen. In the order of the filter.
pub const AUDIT_THINGS: &[(AuditThing, &str, &str)] = &[
    (AuditThing::Organization, "organization", "Organization"),
    (AuditThing::Person, "person", "People"),
    (AuditThing::Invitation, "invitation", "Invitations"),
    (AuditThing::Group, "group", "Groups"),
    (AuditThing::Space, "space", "Spaces"),
    (AuditThing::Role, "role", "Roles"),
    (AuditThing::Grant, "grant", "Grants"),
    (AuditThing::Token, "token", "API tokens"),
    (AuditThing::Item, "item", "Catalog items"),
    (AuditThing::Form, "form", "Forms"),
    (AuditThing::Calendar, "calendar", "Calendars"),
    (AuditThing::Connector, "connector", "Connectors"),
    (AuditThing::Delivery, "delivery", "Deliveries"),
    (AuditThing::Deputy, "deputy", "Deputies"),
];

impl AuditThing {
    fn row(self) -> Option<&'static (Self, &'static str, &'static str)> {
        AUDIT_THINGS.iter().find(|(thing, ..)| *thing == self)
    }

    /// The name under which it is stored.
    pub fn name(self) -> &'static str {
        self.row().map_or("organization", |(_, name, _)| name)
    }

    /// The thing that is stored under a name.
    pub fn find(name: &str) -> Option<Self> {
        AUDIT_THINGS.iter().find(|(_, known, _)| *known == name).map(|(thing, ..)| *thing)
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuditKind {
    OrganizationCreated,
    OrganizationChanged,
    NotificationsChanged,
    CatalogReordered,
    SecretsSealed,
    PersonCreated,
    PersonChanged,
    PersonDisabled,
    PersonEnabled,
    PasswordSet,
    SessionsEnded,
    PasswordReset,
    PersonInvited,
    InvitationResent,
    InvitationRevoked,
    PersonJoined,
    PersonExported,
    PersonErased,
    IdentityLinked,
    IdentityRemoved,
    GroupCreated,
    GroupChanged,
    GroupRemoved,
    SpaceCreated,
    SpaceChanged,
    SpaceRemoved,
    RoleCreated,
    RoleChanged,
    RoleRemoved,
    GrantCreated,
    GrantChanged,
    GrantEnded,
    TokenCreated,
    TokenRevoked,
    ItemCreated,
    ItemChanged,
    FormCreated,
    FormChanged,
    CalendarCreated,
    CalendarChanged,
    ConnectorCreated,
    ConnectorChanged,
    ConnectorHeld,
    ConnectorReleased,
    DeliveriesReplayed,
    DeliverySkipped,
    DeputyEnded,
    DeputyResumed,
}

/// Every kind, with its name as it is stored and travels, its words on screen, and what it is about. Its golden file is
/// `tests/golden/audit.txt`.
pub const AUDIT_KINDS: &[(AuditKind, &str, &str, AuditThing)] = &[
    (AuditKind::OrganizationCreated, "organization_created", "Organization set up", AuditThing::Organization),
    (AuditKind::OrganizationChanged, "organization_changed", "Organization changed", AuditThing::Organization),
    (AuditKind::NotificationsChanged, "notifications_changed", "Notifications changed", AuditThing::Organization),
    (AuditKind::CatalogReordered, "catalog_reordered", "Catalog put in another order", AuditThing::Organization),
    (AuditKind::SecretsSealed, "secrets_sealed", "Stored secrets sealed with a new key", AuditThing::Organization),
    (AuditKind::PersonCreated, "person_created", "Person added", AuditThing::Person),
    (AuditKind::PersonChanged, "person_changed", "Person changed", AuditThing::Person),
    (AuditKind::PersonDisabled, "person_disabled", "Person disabled", AuditThing::Person),
    (AuditKind::PersonEnabled, "person_enabled", "Person enabled", AuditThing::Person),
    (AuditKind::PasswordSet, "password_set", "Password set", AuditThing::Person),
    (AuditKind::SessionsEnded, "sessions_ended", "Signed out", AuditThing::Person),
    (AuditKind::PasswordReset, "password_reset", "Password reset by a mailed link", AuditThing::Person),
    (AuditKind::PersonInvited, "person_invited", "Person invited", AuditThing::Invitation),
    (AuditKind::InvitationResent, "invitation_resent", "Invitation sent again", AuditThing::Invitation),
    (AuditKind::InvitationRevoked, "invitation_revoked", "Invitation revoked", AuditThing::Invitation),
    (AuditKind::PersonJoined, "person_joined", "Person joined", AuditThing::Person),
    (AuditKind::PersonExported, "person_exported", "Stored data given out", AuditThing::Person),
    (AuditKind::PersonErased, "person_erased", "Personal data deleted", AuditThing::Person),
    (AuditKind::IdentityLinked, "identity_linked", "Sign-in by a provider linked", AuditThing::Person),
    (AuditKind::IdentityRemoved, "identity_removed", "Sign-in by a provider removed", AuditThing::Person),
    (AuditKind::GroupCreated, "group_created", "Group added", AuditThing::Group),
    (AuditKind::GroupChanged, "group_changed", "Group changed", AuditThing::Group),
    (AuditKind::GroupRemoved, "group_removed", "Group removed", AuditThing::Group),
    (AuditKind::SpaceCreated, "space_created", "Space added", AuditThing::Space),
    (AuditKind::SpaceChanged, "space_changed", "Space changed", AuditThing::Space),
    (AuditKind::SpaceRemoved, "space_removed", "Space removed", AuditThing::Space),
    (AuditKind::RoleCreated, "role_created", "Role added", AuditThing::Role),
    (AuditKind::RoleChanged, "role_changed", "Role changed", AuditThing::Role),
    (AuditKind::RoleRemoved, "role_removed", "Role removed", AuditThing::Role),
    (AuditKind::GrantCreated, "grant_created", "Role granted", AuditThing::Grant),
    (AuditKind::GrantChanged, "grant_changed", "Grant changed", AuditThing::Grant),
    (AuditKind::GrantEnded, "grant_ended", "Grant ended", AuditThing::Grant),
    (AuditKind::TokenCreated, "token_created", "API token made", AuditThing::Token),
    (AuditKind::TokenRevoked, "token_revoked", "API token revoked", AuditThing::Token),
    (AuditKind::ItemCreated, "item_created", "Catalog item added", AuditThing::Item),
    (AuditKind::ItemChanged, "item_changed", "Catalog item changed", AuditThing::Item),
    (AuditKind::FormCreated, "form_created", "Form added", AuditThing::Form),
    (AuditKind::FormChanged, "form_changed", "Form changed", AuditThing::Form),
    (AuditKind::CalendarCreated, "calendar_created", "Calendar added", AuditThing::Calendar),
    (AuditKind::CalendarChanged, "calendar_changed", "Calendar changed", AuditThing::Calendar),
    (AuditKind::ConnectorCreated, "connector_created", "Connector added", AuditThing::Connector),
    (AuditKind::ConnectorChanged, "connector_changed", "Connector changed", AuditThing::Connector),
    (AuditKind::ConnectorHeld, "connector_held", "Connector held back", AuditThing::Connector),
    (AuditKind::ConnectorReleased, "connector_released", "Connector let go on", AuditThing::Connector),
    (AuditKind::DeliveriesReplayed, "deliveries_replayed", "Delivery sent again", AuditThing::Delivery),
    (AuditKind::DeliverySkipped, "delivery_skipped", "Delivery skipped", AuditThing::Delivery),
    (AuditKind::DeputyEnded, "deputy_ended", "Deputy ended", AuditThing::Deputy),
    (AuditKind::DeputyResumed, "deputy_resumed", "Deputy resumed", AuditThing::Deputy),
];

impl AuditKind {
    fn row(self) -> Option<&'static (Self, &'static str, &'static str, AuditThing)> {
        AUDIT_KINDS.iter().find(|(kind, ..)| *kind == self)
    }

    /// The name under which it is stored.
    pub fn name(self) -> &'static str {
        self.row().map_or("organization_changed", |(_, name, ..)| name)
    }

    /// What it is about.
    pub fn thing(self) -> AuditThing {
        self.row().map_or(AuditThing::Organization, |(.., thing)| *thing)
    }

    /// The words for what is stored under a name; the name itself where a newer server stored it.
    pub fn words(name: &str) -> &str {
        AUDIT_KINDS.iter().find(|(_, known, ..)| *known == name).map_or(name, |(_, _, words, _)| words)
    }
}

/// The way by which a change came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditWay {
    /// The pages.
    Web,
    /// The command line on the server's machine.
    CommandLine,
    /// A program that showed an API token.
    Api,
}

/// Every way, with its name as it is stored and travels, and its word on screen.
pub const AUDIT_WAYS: &[(AuditWay, &str, &str)] =
    &[(AuditWay::Web, "web", "Web"), (AuditWay::CommandLine, "command_line", "Command line"), (AuditWay::Api, "api", "API")];

impl AuditWay {
    /// The name under which it is stored.
    pub fn name(self) -> &'static str {
        AUDIT_WAYS.iter().find(|(way, ..)| *way == self).map_or("web", |(_, name, _)| name)
    }

    /// The way that is stored under a name.
    pub fn find(name: &str) -> Option<Self> {
        AUDIT_WAYS.iter().find(|(_, known, _)| *known == name).map(|(way, ..)| *way)
    }

    /// The word for what is stored under a name; the name itself where a newer server stored it.
    pub fn word(name: &str) -> &str {
        AUDIT_WAYS.iter().find(|(_, known, _)| *known == name).map_or(name, |(_, _, word)| word)
    }
}

/// One change, before it is written down: what was done to what. Who did it, when and by which way is added by whoever writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditDraft {
    pub kind: AuditKind,
    /// What tells the thing apart among its kind: a key, or an id.
    pub id: String,
    /// What it is called. Empty where it is a person: their name is read when the entry is, so that it can be forgotten.
    pub name: String,
    /// The person it is about. What changed about a person is kept apart from the entry, and goes when they are forgotten.
    pub person: Option<PersonId>,
    pub changes: ValueChanges,
    /// Why, in the words of whoever did it; may be empty.
    pub reason: String,
}

impl AuditDraft {
    /// Something that was done to a thing.
    pub fn of(kind: AuditKind, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, id: id.into(), name: name.into(), person: None, changes: ValueChanges::default(), reason: String::new() }
    }

    /// Something that was done to a person's account or membership.
    pub fn of_person(kind: AuditKind, person: PersonId) -> Self {
        Self { person: Some(person), ..Self::of(kind, person.to_string(), "") }
    }

    /// With what it changed.
    pub fn with(mut self, changes: ValueChanges) -> Self {
        self.changes = changes;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_thing_and_way_is_listed_once_under_a_name_of_its_own() {
        let kinds: BTreeSet<_> = AUDIT_KINDS.iter().map(|(kind, ..)| *kind).collect();
        let names: BTreeSet<_> = AUDIT_KINDS.iter().map(|(_, name, ..)| *name).collect();
        let words: BTreeSet<_> = AUDIT_KINDS.iter().map(|(_, _, words, _)| *words).collect();
        let all = AuditKind::DeputyResumed as usize + 1;
        assert_eq!((kinds.len(), names.len(), words.len()), (all, all, all));
        let things: BTreeSet<_> = AUDIT_THINGS.iter().map(|(thing, ..)| *thing).collect();
        assert_eq!(things.len(), AuditThing::Invitation as usize + 1);
        assert!(AUDIT_THINGS.iter().all(|(thing, name, _)| AuditThing::find(name) == Some(*thing) && thing.name() == *name));
        assert!(AUDIT_WAYS.iter().all(|(way, name, _)| AuditWay::find(name) == Some(*way) && way.name() == *name));
        assert_eq!(AuditWay::Api as usize + 1, AUDIT_WAYS.len());
    }

    #[test]
    fn what_a_newer_server_wrote_is_called_as_it_is_stored() {
        assert_eq!(AuditKind::words("grant_created"), "Role granted");
        assert_eq!(AuditKind::words("rocket_launched"), "rocket_launched");
        assert_eq!(AuditWay::word("token"), "token");
    }
}
