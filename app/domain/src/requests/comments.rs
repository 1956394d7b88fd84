//! Comments on a request: who reads them, who may change them and for how long, and whom they mention.

use super::Request;
use super::guard::{access_place, may_see};
use super::tasks::{outsider, unlocked};
use crate::approvals::machine::text;
use crate::effect::{Effect, NoticeEffect};
use crate::id::{CommentId, TaskId};
use crate::people::{Facts, PersonRef};
use crate::permission::Permission;
use crate::refusal::Refusal;
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// For how long the author can change a comment, in minutes.
pub const EDIT_MINUTES: i64 = 10;

/// Who reads a comment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentAudience {
    /// Everybody who sees the request.
    #[default]
    Public,
    /// The people who work on requests.
    Internal,
}

crate::reading::tagged_enum! {
    "kind", "CommentAuthor", CommentAuthorTwin;
    /// Who wrote it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum CommentAuthor {
        Person {
            person: PersonRef,
        },
        /// Somebody without an account, by the name they gave on a share link.
        Outsider {
            name: String,
        },
    }
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub id: CommentId,
    pub author: CommentAuthor,
    pub audience: CommentAudience,
    /// The task it is about, if it is about one.
    #[serde(default)]
    pub task: Option<TaskId>,
    /// Plain text; `@[Hana Sato](id)` mentions a person.
    pub body: String,
    pub at: DateTime<Utc>,
    #[serde(default)]
    pub edited_at: Option<DateTime<Utc>>,
    /// What it said before it was changed or removed, oldest first. Kept, not shown: pages carry none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierComment>,
}

/// What a comment was until it was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierComment {
    /// None while it was removed.
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<DateTime<Utc>>,
    /// The first moment it was otherwise.
    pub until: DateTime<Utc>,
}

impl Comment {
    /// This comment with these words from now on; `removed` says whether it was away until now.
    pub fn changed(self, body: String, removed: bool, now: DateTime<Utc>) -> Self {
        let edited_at = if body == self.body { self.edited_at } else { Some(now) };
        Self { edited_at, body, ..self.left(removed, now) }
    }

    /// This comment as something becomes of it now: what it was is kept.
    pub fn left(mut self, removed: bool, now: DateTime<Utc>) -> Self {
        self.earlier.push(EarlierComment { body: (!removed).then(|| self.body.clone()), edited_at: self.edited_at, until: now });
        self
    }

    /// As it read at a moment; `removed` is whether it is away now. None before it was written, and while it was removed.
    pub fn at(self, removed: bool, moment: DateTime<Utc>) -> Option<Self> {
        if moment < self.at {
            return None;
        }
        let (body, edited_at) = match self.earlier.iter().find(|earlier| moment < earlier.until) {
            Some(earlier) => (earlier.body.clone()?, earlier.edited_at),
            None if removed => return None,
            None => (self.body.clone(), self.edited_at),
        };
        Some(Self { body, edited_at, earlier: Vec::new(), ..self })
    }
}

/// The words of a new comment, trimmed, if this person may write it.
///
/// # Errors
/// Not found; internal without working on requests; a locked request; empty or too long.
pub fn write(request: &Request, actor: &Facts, audience: CommentAudience, body: &str, now: DateTime<Utc>) -> Result<String, Refusal> {
    if !may_see(request, actor, now) {
        return Err(Refusal::NotFound);
    }
    if audience == CommentAudience::Internal && !reads_internal(request, actor) {
        return Err(Refusal::not_now("Only the people who work on requests write internal comments."));
    }
    unlocked(request)?;
    words(body)
}

/// The words of a comment by somebody without an account: always public, with the name they gave. They mention nobody: a link is not a way
/// to call people of the organization.
///
/// # Errors
/// A locked request; no name; empty or too long.
pub fn write_by_link(request: &Request, name: &str, body: &str) -> Result<(String, String), Refusal> {
    unlocked(request)?;
    Ok((outsider(name)?, plain(&words(body)?)))
}

fn words(body: &str) -> Result<String, Refusal> {
    let body = text(body, "body", "Comment")?;
    if body.is_empty() { Err(Refusal::input("body", "Enter a comment")) } else { Ok(body) }
}

fn reads_internal(request: &Request, facts: &Facts) -> bool {
    let about = access_place(request);
    facts.may(Permission::Work.over(about)) || facts.may(Permission::ManageRequests.over(about))
}

/// Whether this person reads the comment, given that they see the request.
pub fn may_read(request: &Request, comment: &Comment, facts: &Facts) -> bool {
    comment.audience == CommentAudience::Public || reads_internal(request, facts)
}

/// Until when its author can change or remove it.
pub fn editable_until(comment: &Comment) -> DateTime<Utc> {
    comment.at + Duration::minutes(EDIT_MINUTES)
}

/// The changed words, if this person may change the comment.
///
/// # Errors
/// Not found; somebody else's; too late; a locked request; empty or too long.
pub fn edit(request: &Request, comment: &Comment, actor: &Facts, body: &str, now: DateTime<Utc>) -> Result<String, Refusal> {
    may_change(request, comment, actor, now)?;
    words(body)
}

/// Whether this person may change or remove the comment.
///
/// # Errors
/// As `edit`, without its words.
pub fn may_change(request: &Request, comment: &Comment, actor: &Facts, now: DateTime<Utc>) -> Result<(), Refusal> {
    if !may_see(request, actor, now) || !may_read(request, comment, actor) {
        return Err(Refusal::NotFound);
    }
    if !matches!(&comment.author, CommentAuthor::Person { person } if person.id == actor.person.id) {
        return Err(Refusal::not_now("Only its author can change a comment."));
    }
    unlocked(request)?;
    if now >= editable_until(comment) {
        return Err(Refusal::not_now(format!("A comment can be changed for {EDIT_MINUTES} minutes. Write another one instead.")));
    }
    Ok(())
}

/// A part of a comment's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentPart<'a> {
    Text(&'a str),
    /// A mention: the id as written, and the name.
    Mention {
        id: &'a str,
        name: &'a str,
    },
}

/// The text in its parts, in order. What only looks like a mention is text; nothing is lost.
pub fn parts(body: &str) -> Vec<CommentPart<'_>> {
    let mut parts = Vec::new();
    let (mut text_from, mut at) = (0, 0);
    while let Some(found) = body[at..].find("@[") {
        let start = at + found;
        match mention(&body[start..]) {
            Some((part, length)) => {
                if start > text_from {
                    parts.push(CommentPart::Text(&body[text_from..start]));
                }
                parts.push(part);
                at = start + length;
                text_from = at;
            }
            None => at = start + 2,
        }
    }
    if text_from < body.len() {
        parts.push(CommentPart::Text(&body[text_from..]));
    }
    parts
}

/// A mention at the very beginning: `@[name](id)`, and its length in bytes.
fn mention(text: &str) -> Option<(CommentPart<'_>, usize)> {
    let inner = text.strip_prefix("@[")?;
    let (name, rest) = inner.split_once("](")?;
    let (id, _) = rest.split_once(')')?;
    let plain = !name.is_empty() && !name.contains(['[', ']', '\n']) && !id.contains(char::is_whitespace);
    id.parse::<crate::id::PersonId>().ok().filter(|_| plain)?;
    Some((CommentPart::Mention { id, name }, "@[](".len() + name.len() + id.len() + 1))
}

/// The text as it reads, with names for mentions.
pub fn plain(body: &str) -> String {
    let words = |part: CommentPart<'_>| match part {
        CommentPart::Text(text) => text.to_owned(),
        CommentPart::Mention { name, .. } => format!("@{name}"),
    };
    parts(body).into_iter().map(words).collect()
}

/// The people a comment mentions, each once, in order: ids as written.
pub fn mentioned(body: &str) -> Vec<crate::id::PersonId> {
    let mut people = Vec::new();
    for part in parts(body) {
        if let CommentPart::Mention { id, .. } = part
            && let Ok(id) = id.parse()
            && !people.contains(&id)
        {
            people.push(id);
        }
    }
    people
}

/// Who is told of a mention: of those mentioned whose facts are given, the ones who see the request and read the comment, without
/// its author. None when nobody is, and when the author has no account.
pub fn notice(request: &Request, comment: &Comment, known: &[Facts], now: DateTime<Utc>) -> Option<Effect> {
    let mentioned = mentioned(&comment.body);
    let CommentAuthor::Person { person: author } = &comment.author else { return None };
    let told = known.iter().filter(|facts| {
        let id = facts.person.id;
        mentioned.contains(&id) && id != author.id && may_see(request, facts, now) && may_read(request, comment, facts)
    });
    let people: Vec<_> = told.map(|facts| facts.person.id).collect();
    let by = Some(author.clone());
    let text = plain(&comment.body);
    (!people.is_empty())
        .then(|| Effect::Notify(NoticeEffect { event: "mentioned".to_owned(), people, by, text, ..NoticeEffect::default() }))
}
