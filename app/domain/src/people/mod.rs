//! People, groups and organizations as other slices refer to them.

pub mod definition;
pub mod device;
pub mod forgetting;
pub mod groups;
pub mod importing;
pub mod lint;
pub mod managing;
pub mod wire;

pub use definition::{LONGEST_EMAIL, is_email, normal_email};

use crate::access::{HeldGrant, PermissionReach};
use crate::approvals::delegation::DeputyRight;
use crate::id::{GroupId, OrganizationId, PersonId};
use crate::organization::accent::AccentColour;
use crate::organization::{FeatureSet, ProductFeature};
use crate::permission::{PERMISSIONS, Permission, PermissionDemand, PermissionSet, granted, granted_in_group};
use crate::text::fold_search;
use serde::{Deserialize, Serialize};

/// A person as shown: name and how to tell two of the same name apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    pub id: PersonId,
    pub name: String,
    /// A second line: job title or unit. May be empty.
    #[serde(default)]
    pub title: String,
}

/// A group as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRef {
    pub id: GroupId,
    /// Stable key, as in definition files: `it-forms-admins`.
    pub key: String,
    pub name: String,
}

/// An organization as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationRef {
    pub id: OrganizationId,
    /// Stable key, as in definition files and the choice of organization.
    pub key: String,
    pub name: String,
}

/// One group membership of a person, with the roles held inside the group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub group: GroupRef,
    pub roles: Vec<String>,
}

/// What rules need to know about the person who acts. Loaded fresh for every use case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub person: PersonRef,
    /// Roles held over all of the organization: `admin`, `operator`, `requester`, …
    pub roles: Vec<String>,
    pub memberships: Vec<Membership>,
    /// Roles held over a part of it, and what roles of the organization's own allow: those in effect at the moment the facts are of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<HeldGrant>,
    /// In whose place the person may decide: grants that are in effect, and those that ended lately.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deputy_rights: Vec<DeputyRight>,
    /// What of the product the organization, or the person in it, does without.
    #[serde(default, skip_serializing_if = "FeatureSet::is_empty")]
    pub without: FeatureSet,
}

impl Facts {
    /// Whether the person holds the permission over what it is to be used on: `Permission::Work` asks about all of the organization,
    /// `Permission::Work.over(place)` about a part of it.
    pub fn may(&self, wanted: impl Into<PermissionDemand>) -> bool {
        let PermissionDemand { permission, place } = wanted.into();
        self.may_everywhere(permission) || self.grants_of(permission).any(|grant| grant.over.covers(place))
    }

    /// Over what the person holds the permission: what every list, count and picker is cut down to.
    pub fn reach(&self, permission: Permission) -> PermissionReach {
        if self.may_everywhere(permission) {
            return PermissionReach::Everything;
        }
        self.grants_of(permission).fold(PermissionReach::default(), |reach, grant| reach.and(&grant.over))
    }

    /// Whether the person holds the permission over anything at all.
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.may_everywhere(permission) || self.grants_of(permission).next().is_some()
    }

    /// What the person holds over all of the organization, and what of it makes sense over a part and is held over one.
    pub fn permissions(&self) -> PermissionSet {
        let held = |permission: &Permission| {
            if permission.works_in_part() { self.may_somewhere(*permission) } else { self.may(*permission) }
        };
        PERMISSIONS.iter().map(|(permission, _)| *permission).filter(held).collect()
    }

    /// Every role the person holds anywhere but in groups.
    pub fn role_keys(&self) -> Vec<String> {
        self.roles.iter().chain(self.grants.iter().map(|grant| &grant.role)).cloned().collect()
    }

    /// Whether the organization uses this part of the product, and the person with it.
    pub fn uses(&self, feature: ProductFeature) -> bool {
        !self.without.holds(feature)
    }

    fn may_everywhere(&self, permission: Permission) -> bool {
        let used = permission.feature().is_none_or(|feature| self.uses(feature));
        used && self.holds_everywhere(permission)
    }

    fn holds_everywhere(&self, permission: Permission) -> bool {
        granted(&self.roles, permission) || self.memberships.iter().any(|one| granted_in_group(&one.roles, permission))
    }

    fn grants_of(&self, permission: Permission) -> impl Iterator<Item = &HeldGrant> {
        let used = permission.feature().is_none_or(|feature| self.uses(feature));
        self.grants.iter().filter(move |grant| used && grant.permissions.holds(permission))
    }

    /// Keys of the groups the person belongs to.
    pub fn group_keys(&self) -> Vec<String> {
        self.memberships.iter().map(|m| m.group.key.clone()).collect()
    }
}

/// The signed-in person, as every page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub person: PersonRef,
    pub email: String,
    pub organization: OrganizationRef,
    /// All organizations the person can switch to, this one included.
    pub organizations: Vec<OrganizationRef>,
    /// Word for the person's main role, as shown under the name: "Requester".
    pub role_label: String,
    /// What they may do: over all of the organization, or over a part where a page is about parts.
    #[serde(default)]
    pub permissions: PermissionSet,
    /// What of the product they do without.
    #[serde(default, skip_serializing_if = "FeatureSet::is_empty")]
    pub without: FeatureSet,
    /// The organization's colour of links and buttons, where it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<AccentColour>,
    /// Where they begin: `sections::landing`.
    #[serde(default)]
    pub home: String,
    /// Requests they have and that have not ended, counted to a thousand.
    #[serde(default)]
    pub work_count: u64,
    /// Tasks that are theirs and not over.
    #[serde(default)]
    pub task_count: u64,
    /// How many destinations are paused, where they see deliveries.
    pub delivery_trouble: u64,
    /// What they were told and have not read, counted to a hundred.
    #[serde(default)]
    pub unread_count: u64,
    /// Requests waiting for this person's decision.
    pub inbox_count: u64,
    /// The person's own requests that are not finished.
    pub open_count: u64,
    /// The IANA name of the time zone the person is in: their own, or else their organization's.
    #[serde(default)]
    pub time_zone: String,
    /// Minutes that zone is ahead of UTC now.
    #[serde(default)]
    pub utc_offset_minutes: i32,
    /// From which UTC second that zone is how many minutes ahead of UTC; ascending, for some years back and one ahead.
    #[serde(default)]
    pub utc_offsets: Vec<(i64, i32)>,
}

/// What a search for people compares with: name and address, folded, with a blank before every word.
pub fn search_name(name: &str, email: &str) -> String {
    search_text(&format!(" {name} {email}"))
}

/// What is typed to search for people, folded as names are: hyphens and apostrophes part words.
pub fn search_text(text: &str) -> String {
    let blank = |c: char| c.is_whitespace() || matches!(c, '-' | '\'' | '\u{2010}'..='\u{2015}' | '\u{2018}' | '\u{2019}');
    fold_search(text).chars().map(|c| if blank(c) { ' ' } else { c }).collect()
}

/// What people say about themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub name: String,
    /// May be empty, as all that follow.
    pub phone: String,
    /// An IANA name; empty for the organization's.
    pub time_zone: String,
    /// In this organization: the member ID of the person in its Slack.
    pub slack_member_id: String,
    /// In this organization: `@name` or the number of a chat.
    pub telegram_chat: String,
}

/// The profile to edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileView {
    pub profile: Profile,
    /// What an empty time zone means.
    pub organization_time_zone: String,
    /// The names to choose from, in order.
    pub time_zones: Vec<String>,
    /// Who decides where a rule asks the person's manager.
    #[serde(default)]
    pub manager: Option<PersonRef>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_to_what_people_type() {
        for (name, typed) in [
            ("Tomás O'Neill-Łukasz", "tomas o neill lukasz"),
            ("Tomás O’Neill\u{2011}Łukasz", "tomas o neill lukasz"),
            ("Zoe\u{308}", "zoe"),
            ("Nguyễn Văn Đức", "nguyen van duc"),
            ("Țăran", "taran"),
            ("Ķirsis", "kirsis"),
            ("Weiß", "weiss"),
        ] {
            assert_eq!(search_text(name), typed);
        }
        assert_eq!(search_name("Ruth Abel", "ruth.abel@x.example"), " ruth abel ruth.abel@x.example");
    }
}
