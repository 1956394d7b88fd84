//! What the pages at the doors receive and send.

use super::{LinkPurpose, LinkState};
use crate::id::{AccountLinkId, SpaceId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a new member has to do behind a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStep {
    /// Choose a new password.
    NewPassword,
    /// Say one's name and choose a password.
    NewAccount,
    /// Show by the password of the account that one has that it is theirs.
    OwnPassword,
    /// Say yes: one is signed in already.
    Confirm,
    /// Somebody else is signed in in this browser.
    OtherAccount,
}

/// What is behind an account link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    pub organization: String,
    pub email: String,
    /// What they are called, as far as it is known.
    pub name: String,
    /// Who invited them; empty where nobody did.
    pub invited_by: String,
    pub step: LinkStep,
}

/// Where somebody can become a member by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationView {
    /// The organizations that anybody may join: key and name.
    pub open: Vec<(String, String)>,
    /// Others let in who has an address of theirs.
    pub by_domain: bool,
}

/// What setting a server up begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupView {
    /// The address at which people reach it.
    pub address: String,
    /// What keeps its data: "SQLite".
    pub database: String,
    /// Whether the server can send e-mail.
    pub mails: bool,
    pub time_zones: Vec<String>,
    /// Names of what the starter catalog offers.
    pub starter: Vec<String>,
}

/// An invitation in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLine {
    pub id: AccountLinkId,
    pub email: String,
    /// The role's word on screen; empty for what every member may do.
    pub role: String,
    /// The space that they will belong to; empty for none.
    pub space: String,
    /// Who invited them.
    pub by: String,
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub state: LinkState,
}

/// The page of invitations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationsView {
    pub lines: Vec<InvitationLine>,
    /// There are more than are listed.
    pub more: bool,
    /// Whether invitations are mailed; else their links are handed over.
    pub mails: bool,
    /// Roles that whoever looks may offer: key and word.
    pub roles: Vec<(String, String)>,
    /// Spaces for which whoever looks may invite: id and path.
    pub spaces: Vec<(SpaceId, String)>,
    /// Whether they may invite to all of the organization.
    pub everywhere: bool,
    /// Links to be handed over, shown this once: address and link.
    pub handed: Vec<(String, String)>,
}

/// Somebody to be invited, or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitePeople {
    /// Addresses as they were typed.
    pub emails: String,
    pub role: String,
    pub space: Option<SpaceId>,
}

/// As `reset_promise`, for whoever wants to become a member.
pub fn registration_promise(email: &str) -> String {
    format!(
        "If {email} may join, a message with a link is on its way. The link works once, for {}.",
        LinkPurpose::Registration.lasts_words()
    )
}

/// How often and for how long, in words, as the pages say it.
pub fn reset_promise(email: &str) -> String {
    format!(
        "If {email} belongs to an account here, a message with a link is on its way. The link works once, for {}.",
        LinkPurpose::Reset.lasts_words()
    )
}
