//! People, groups and the organization itself as their author defines them: in files, and on screens that edit them.

use crate::notices::NoticeDefaults;
use crate::organization::OrganizationSettings;
use crate::text::{lower_case, tidy_code};
use serde::{Deserialize, Serialize};

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationDefinition {
    pub key: String,
    pub name: String,
    /// An IANA name, for people who chose none; left as it is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What it decides about notifications; left as it is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<NoticeDefaults>,
    /// What it decides for itself; left as it is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<OrganizationSettings>,
}

/// A person of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonDefinition {
    pub email: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// The number that the organization gave them; left as it is when nothing is said, none when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_number: Option<String>,
    /// E-mail of their manager, who decides where a rule says `manager: true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<String>,
    /// An IANA name; left as it is when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// `false`: they can no longer sign in to this organization. Left as it is when nothing is said; whoever is taken out of the list
    /// leaves too, and comes back with their entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Key of the space that they belong to: where their requests are, when nothing says otherwise. Left as it is when nothing is said;
    /// none when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    /// An argon2id hash, for an account that is new; never changes the password of one that exists, and is never written out.
    #[serde(default, skip_serializing)]
    pub password_hash: Option<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupDefinition {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub members: Vec<MemberDefinition>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberDefinition {
    pub email: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// The longest e-mail address there can be.
pub const LONGEST_EMAIL: usize = 254;

/// An address as stored and compared: whatever came with a paste is gone.
pub fn normal_email(email: &str) -> String {
    lower_case(&tidy_code(email))
}

/// Whether it can be an e-mail address, as forms judge it.
pub fn is_email(text: &str) -> bool {
    text.len() <= LONGEST_EMAIL && crate::forms::fields::is_email_address(text)
}
