//! What the page of API tokens receives and sends.

use super::TokenKind;
use crate::access::GrantScope;
use crate::id::ApiTokenId;
use crate::permission::PermissionSet;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One's own tokens, and those of the organization for whoever grants there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPage {
    pub own: Vec<TokenLine>,
    /// Tokens of others and of service accounts; None for who sees none of them.
    pub ours: Option<Vec<TokenLine>>,
    /// What a token of the reader's can be made to allow.
    pub offered: PermissionSet,
    /// Where it can be made to count: with its words.
    pub places: Vec<(GrantScope, String)>,
    /// Whether they make tokens for service accounts.
    pub makes_service: bool,
    /// Address of the site, for the example.
    pub site: String,
}

/// A token that was not revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLine {
    pub id: ApiTokenId,
    pub name: String,
    pub kind: TokenKind,
    /// The person or service account that it belongs to.
    pub owner: String,
    /// Who made it; empty where the server's settings did.
    pub maker: String,
    pub made_at: DateTime<Utc>,
    pub permissions: PermissionSet,
    /// "Main campus"; empty for all of the organization.
    pub place: String,
    /// Used last at this time or up to a minute later.
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_from: String,
    pub ends_at: Option<DateTime<Utc>>,
    /// Its time is over.
    pub is_over: bool,
    /// The reader may end it.
    pub ends: bool,
}

/// A token to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeToken {
    /// What it is for; of a service token, the service account's name.
    pub name: String,
    pub kind: TokenKind,
    pub permissions: PermissionSet,
    pub scope: GrantScope,
    /// Days until it ends; without an end when None.
    pub days: Option<u32>,
}

/// A token that was just made, the only time that it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewToken {
    pub name: String,
    pub secret: String,
    pub page: TokenPage,
}
