//! The catalog: what can be requested, by whom, and how it is found.

pub mod lint;
pub mod search;
pub mod wire;

use crate::approvals::ApprovalPolicy;
use crate::people::Facts;
use crate::permission::Permission;
use crate::requests::FulfilmentPlan;
use crate::requests::sla::SlaTargets;
use serde::{Deserialize, Serialize};

/// Something that can be requested, as its organization defines it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogItem {
    /// Stable key, unique in the organization; the item's address.
    pub key: String,
    pub name: String,
    pub description: String,
    /// Name of a lucide icon.
    pub icon: String,
    pub category: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub enabled: bool,
    /// Start of its docket numbers: `IT`.
    pub prefix: String,
    /// Usual time to completion, in words: "2 working days".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// Price in words, shown before sending: "$4.50 a file".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub price: String,
    /// Key of its form.
    pub form: String,
    /// What its requests are called, made from their answers: "Laptop for {{ person }}". As the item is called when empty.
    #[serde(default, rename = "title", skip_serializing_if = "String::is_empty")]
    pub title_template: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalPolicy>,
    /// Key of the group that approves when the policy names nobody, or says `team: true`; otherwise the administrators do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approver_team: Option<String>,
    #[serde(default, skip_serializing_if = "FulfilmentPlan::is_empty")]
    pub plan: FulfilmentPlan,
    /// How soon people should react and be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<SlaTargets>,
    /// Key of the space that its requests belong to, whoever makes them; where they are for, or their requester is, when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    /// Who may see it; everybody of the organization when empty.
    #[serde(default, skip_serializing_if = "ItemVisibility::is_empty")]
    pub visible_to: ItemVisibility,
}

fn yes() -> bool {
    true
}

/// Who may see an item: members of any of the groups, or holders of any of the roles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemVisibility {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

impl ItemVisibility {
    /// Whether everybody may see it.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.roles.is_empty()
    }
}

/// Whether the item exists for this person: enabled (S4-019), and visible to one of their groups or roles.
pub fn may_request(item: &CatalogItem, facts: &Facts) -> bool {
    let seen = item.visible_to.is_empty()
        || facts.memberships.iter().any(|m| item.visible_to.groups.contains(&m.group.key))
        || facts.role_keys().iter().any(|r| item.visible_to.roles.contains(r));
    item.enabled && facts.may_somewhere(Permission::Request) && seen
}
