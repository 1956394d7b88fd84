//! Comments on a request: written, changed for ten minutes, removed and brought back. Whom one mentions learns of it.

use super::acting::fresh;
use super::{RequestOutcome, announce, number};
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::members::facts;
use crate::store::{Tx, comments, requests, tasks};
use chrono::{DateTime, Utc};
use domain::Refusal;
use domain::id::{CommentId, EffectId, PersonId};
use domain::people::Facts;
use domain::requests::Request;
use domain::requests::comments::{self as rules, Comment, CommentAuthor};
use domain::requests::work::CommentDraft;
use domain::stamp::stamp;
use domain::subject::Subject;

/// Mentions of one comment that are looked at.
const MENTIONS: usize = 20;

/// Writes a comment.
///
/// # Errors
/// Not found; internal without working on requests; a locked request; empty or too long.
pub async fn comment(backend: &Backend, caller: &Caller, text: &str, draft: CommentDraft) -> Result<RequestOutcome> {
    let number = number(text)?;
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let request = requests::lock_by_number(tx, &number).await?.ok_or(Refusal::NotFound)?;
                let (facts, at) = (fresh(tx, person, be.now()).await?, moment(tx, &be, &request).await?);
                let body = rules::write(&request, &facts, draft.audience, &draft.body, at)?;
                let author = CommentAuthor::Person { person: facts.person };
                if let Some(task) = draft.task
                    && tasks::find(tx, task).await?.is_none_or(|(of, _)| of != request.id)
                {
                    return Err(Refusal::NotFound.into());
                }
                let (audience, task) = (draft.audience, draft.task);
                let comment = Comment { id: CommentId(be.id()), author, audience, task, body, at, edited_at: None, earlier: Vec::new() };
                insert(tx, &be, &request, &comment).await?;
                Ok(RequestOutcome::unchanged(&request))
            })
        })
        .await
}

/// When a comment on a locked request is written, after all that has happened to it.
pub(super) async fn moment(tx: &Tx<'_>, be: &Backend, request: &Request) -> Result<DateTime<Utc>> {
    Ok(stamp(be.stamp(tx).await?, request.state.updated_at))
}

/// Saves a new comment on a locked request, and tells whom it mentions.
pub(super) async fn insert(tx: &Tx<'_>, be: &Backend, request: &Request, comment: &Comment) -> Result<()> {
    comments::insert(tx, request.id, comment).await?;
    let mut known: Vec<Facts> = Vec::new();
    for person in rules::mentioned(&comment.body).into_iter().take(MENTIONS) {
        known.extend(facts::own(tx, person, be.now()).await?);
    }
    if let Some(effect) = rules::notice(request, comment, &known, be.now()) {
        let effect = effect.in_status(request.state.status);
        super::recording::tell(tx, be, &[(Subject::Request(request.id), EffectId(be.id()), effect)]).await?;
    }
    announce(tx, request);
    Ok(())
}

/// Changes the words of one's own comment, within ten minutes.
///
/// # Errors
/// Not found; somebody else's; too late; a locked request; empty or too long.
pub async fn edit_comment(backend: &Backend, caller: &Caller, id: CommentId, body: String) -> Result<RequestOutcome> {
    change(backend, caller, id, CommentChange::Words(body)).await
}

/// Removes one's own comment, within ten minutes; `restore_comment` undoes it.
///
/// # Errors
/// As `edit_comment`.
pub async fn remove_comment(backend: &Backend, caller: &Caller, id: CommentId) -> Result<RequestOutcome> {
    change(backend, caller, id, CommentChange::Remove).await
}

/// Brings a removed comment back, within the same ten minutes.
///
/// # Errors
/// As `edit_comment`.
pub async fn restore_comment(backend: &Backend, caller: &Caller, id: CommentId) -> Result<RequestOutcome> {
    change(backend, caller, id, CommentChange::Restore).await
}

enum CommentChange {
    Words(String),
    Remove,
    Restore,
}

async fn change(backend: &Backend, caller: &Caller, id: CommentId, change: CommentChange) -> Result<RequestOutcome> {
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let (request, facts, comment, removed) = locked(tx, &be, person, id).await?;
                let now = be.now();
                match change {
                    CommentChange::Words(body) => {
                        let body = rules::edit(&request, &comment, &facts, &body, now)?;
                        comments::save(tx, &comment.changed(body, removed, now), None).await?;
                    }
                    CommentChange::Remove => {
                        rules::may_change(&request, &comment, &facts, now)?;
                        comments::save(tx, &comment.left(removed, now), Some(now)).await?;
                    }
                    CommentChange::Restore => {
                        rules::may_change(&request, &comment, &facts, now)?;
                        comments::save(tx, &comment.left(removed, now), None).await?;
                    }
                }
                announce(tx, &request);
                Ok(RequestOutcome::unchanged(&request))
            })
        })
        .await
}

async fn locked(tx: &Tx<'_>, be: &Backend, person: PersonId, id: CommentId) -> Result<(Request, Facts, Comment, bool)> {
    let (request, ..) = comments::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
    let facts = fresh(tx, person, be.now()).await?;
    let (_, comment, removed) = comments::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    Ok((request, facts, comment, removed))
}
