//! Share links: a way to one task for somebody without an account. The link's token is shown once and kept only as a hash; a link
//! ends at its time, or when it is revoked, and counts its uses. What does not open says the same whatever the reason.

use crate::id::{ShareId, TaskId};
use crate::people::PersonRef;
use crate::refusal::Refusal;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What stands beside the name of somebody who came by a link: they choose it, and may choose that of a member.
pub const VIA_LINK: &str = "via share link";

/// The longest a link can last, in days.
pub const LONGEST_DAYS: i64 = 90;

/// A link as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareLink {
    pub id: ShareId,
    pub task: TaskId,
    /// `hash` of the token.
    pub token_hash: String,
    pub created_by: PersonRef,
    pub created_at: DateTime<Utc>,
    /// The first moment at which it no longer opens.
    pub expires_at: DateTime<Utc>,
    #[serde(default)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// How often it was opened.
    #[serde(default)]
    pub uses: u32,
    #[serde(default)]
    pub last_used_at: Option<DateTime<Utc>>,
}

/// SHA-256 of a token, in hexadecimal: what is kept and looked up. Tokens are 256 random bits, so no salt is needed.
pub fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// When a new link ends that is to last so many days.
///
/// # Errors
/// Input: no days, or too many.
pub fn expiry(days: u32, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    match i64::from(days) {
        days @ 1..=LONGEST_DAYS => Ok(now + Duration::days(days)),
        _ => Err(Refusal::input("days", format!("Choose 1 to {LONGEST_DAYS} days"))),
    }
}

impl ShareLink {
    /// Whether it opens at this moment.
    pub fn opens(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none_or(|revoked| revoked > now) && now < self.expires_at
    }
}

/// The link with one more use, or the one answer for links that never were, ended or were revoked.
///
/// # Errors
/// Not now, in words that say nothing about what exists.
pub fn open(link: Option<&ShareLink>, now: DateTime<Utc>) -> Result<ShareLink, Refusal> {
    match link.filter(|link| link.opens(now)) {
        Some(link) => Ok(ShareLink { uses: link.uses.saturating_add(1), last_used_at: Some(now), ..link.clone() }),
        None => Err(Refusal::not_now("This link does not open anything, or no longer does. Ask the person who sent it for a new one.")),
    }
}

/// The link, revoked. Revoking twice keeps the first time.
pub fn revoke(link: &ShareLink, now: DateTime<Utc>) -> ShareLink {
    ShareLink { revoked_at: Some(link.revoked_at.map_or(now, |before| before.min(now))), ..link.clone() }
}
