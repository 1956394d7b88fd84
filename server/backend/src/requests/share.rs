//! Share links: one task for somebody without an account. The link is the only key: what it does not open is never told apart, and
//! whoever guesses is slowed down by address.

use super::tasks::move_task;
use super::{RequestOutcome, comments};
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::{comments as remarks, organizations, requests, share_links, sign_in_attempts, tasks};
use crate::zones;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Refusal;
use domain::address::Address;
use domain::id::{CommentId, OrganizationId, ShareId, TaskId};
use domain::organization::{ProductFeature, require_feature};
use domain::requests::RequestState;
use domain::requests::comments::{Comment, CommentAudience, CommentAuthor, CommentPart, parts, write_by_link};
use domain::requests::lifecycle::lock;
use domain::requests::share::{self, ShareLink};
use domain::requests::tasks::{self as rules, TaskActor, TaskStatus};
use domain::requests::work::{SharedChange, SharedComment, SharedTask};

/// Wrong tokens from one address in a quarter of an hour.
const WRONG_TOKENS: i32 = 30;
/// Comments and changes through one link in a quarter of an hour: whoever has it may be anybody.
const WRITES_PER_LINK: i32 = 20;

/// Makes a link to a task that opens for so many days: the address, told this once, and the request it is of.
///
/// # Errors
/// Not found; not somebody who works on requests; a locked request; no days or too many.
pub async fn share_task(backend: &Backend, caller: &Caller, id: TaskId, days: u32) -> Result<(String, RequestOutcome)> {
    let token = URL_SAFE_NO_PAD.encode(backend.token());
    let (be, person, hash) = (backend.clone(), caller.id(), share::hash(&token));
    let of = backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let (request, task) = tasks::find(tx, id).await?.ok_or(Refusal::NotFound)?;
                let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
                let (facts, now) = (super::acting::fresh(tx, person, be.now()).await?, be.now());
                rules::may_edit(&request, &facts, &task, now)?;
                require_feature(&facts, ProductFeature::ShareLinks)?;
                let expires_at = share::expiry(days, now)?;
                let link = ShareLink {
                    id: ShareId(be.id()),
                    task: id,
                    token_hash: hash,
                    created_by: facts.person,
                    created_at: now,
                    expires_at,
                    revoked_at: None,
                    uses: 0,
                    last_used_at: None,
                };
                share_links::insert(tx, &link).await?;
                super::announce(tx, &request);
                Ok(RequestOutcome::unchanged(&request))
            })
        })
        .await?;
    let address = format!("{}{}", backend.settings().public_url, Address::Share(&token));
    Ok((address, of))
}

/// Revokes a link: it opens nothing from now on.
///
/// # Errors
/// Not found; not somebody who works on requests.
pub async fn revoke_share(backend: &Backend, caller: &Caller, id: ShareId) -> Result<RequestOutcome> {
    let (be, person) = (backend.clone(), caller.id());
    backend
        .store()
        .write(caller.organization, move |tx| {
            Box::pin(async move {
                let link = share_links::find(tx, id).await?.ok_or(Refusal::NotFound)?;
                let (request, _) = tasks::find(tx, link.task).await?.ok_or(Refusal::NotFound)?;
                let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
                let facts = super::acting::fresh(tx, person, be.now()).await?;
                rules::may_share(&request, &facts, be.now())?;
                share_links::revoke(tx, &share::revoke(&link, be.now())).await?;
                super::announce(tx, &request);
                Ok(RequestOutcome::unchanged(&request))
            })
        })
        .await
}

/// The task behind a link, for somebody without an account; counts as a use. `address` is where they come from.
///
/// # Errors
/// Not now, in words that say nothing about what exists; too many wrong tries from the address.
pub async fn open_share(backend: &Backend, token: &str, address: &str) -> Result<SharedTask> {
    let (organization, link) = opened(backend, token, address).await?;
    backend.store().write(organization, move |tx| Box::pin(async move { share_links::used(tx, &link).await })).await?;
    shared(backend, token, address).await
}

/// Moves the task behind a link, with notes and the name they gave; answers with what became of it.
///
/// # Errors
/// As `open_share`; too much written through the link lately; no name; a locked request; a status it cannot go to.
pub async fn change_shared(
    backend: &Backend,
    token: &str,
    address: &str,
    name: String,
    to: TaskStatus,
    notes: String,
) -> Result<SharedChange> {
    let (organization, link) = opened(backend, token, address).await?;
    count_write(backend, &link).await?;
    let be = backend.clone();
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                let (request, _) = tasks::find(tx, link.task).await?.ok_or(Refusal::NotFound)?;
                let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
                // Revoked a moment ago counts: the link is read again under the lock.
                share::open(share_links::find(tx, link.id).await?.as_ref(), be.now())?;
                let (_, task) = tasks::find(tx, link.task).await?.ok_or(Refusal::NotFound)?;
                let (task, state) = move_task(tx, &be, &request, TaskActor::Outsider(&name), &task, to, &notes).await?;
                Ok(SharedChange { status: task.status, notes: task.notes, locked: closed(&state) })
            })
        })
        .await
}

/// Writes a public comment about the task behind a link, with the name they gave; answers with it.
///
/// # Errors
/// As `open_share`; too much written through the link lately; no name; a locked request; empty or too long.
pub async fn comment_shared(backend: &Backend, token: &str, address: &str, name: String, body: String) -> Result<SharedComment> {
    let (organization, link) = opened(backend, token, address).await?;
    count_write(backend, &link).await?;
    let be = backend.clone();
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                let (request, _) = tasks::find(tx, link.task).await?.ok_or(Refusal::NotFound)?;
                let request = requests::lock(tx, request).await?.ok_or(Refusal::NotFound)?;
                share::open(share_links::find(tx, link.id).await?.as_ref(), be.now())?;
                let (name, body) = write_by_link(&request, &name, &body)?;
                let comment = Comment {
                    id: CommentId(be.id()),
                    author: CommentAuthor::Outsider { name },
                    audience: CommentAudience::Public,
                    task: Some(link.task),
                    body,
                    at: comments::moment(tx, &be, &request).await?,
                    edited_at: None,
                    earlier: Vec::new(),
                };
                comments::insert(tx, &be, &request, &comment).await?;
                Ok(shown(comment))
            })
        })
        .await
}

/// The link of a token that opens now. Wrong ones are counted by address.
async fn opened(backend: &Backend, token: &str, address: &str) -> Result<(OrganizationId, ShareLink)> {
    let now = backend.now();
    let known = if token.len() == 43 { share_links::by_hash(&backend.store().platform(), &share::hash(token)).await? } else { None };
    let known = match known {
        // Links of an organization that no longer uses them open nothing, as those that never were.
        Some((id, _)) if organizations::settings(&backend.store().read(id)).await?.without.holds(ProductFeature::ShareLinks) => None,
        known => known,
    };
    match share::open(known.as_ref().map(|(_, link)| link), now) {
        Ok(link) => known.map(|(organization, _)| (organization, link)).ok_or(Refusal::NotFound.into()),
        Err(refusal) => {
            let bucket = format!("share {address}");
            match sign_in_attempts::count(&backend.store().platform_writer(), &bucket, WRONG_TOKENS, now).await? {
                Some(seconds) => Err(Refusal::TooMany { seconds }.into()),
                None => Err(refusal.into()),
            }
        }
    }
}

/// Counts what is written through a link, before it is looked at.
async fn count_write(backend: &Backend, link: &ShareLink) -> Result<()> {
    let bucket = format!("written by link {}", link.id);
    match sign_in_attempts::count(&backend.store().platform_writer(), &bucket, WRITES_PER_LINK, backend.now()).await? {
        Some(seconds) => Err(Refusal::TooMany { seconds }.into()),
        None => Ok(()),
    }
}

async fn shared(backend: &Backend, token: &str, address: &str) -> Result<SharedTask> {
    let (organization, link) = opened(backend, token, address).await?;
    let handle = backend.store().read(organization);
    let (id, task) = tasks::find(&handle, link.task).await?.ok_or(Refusal::NotFound)?;
    let request = requests::by_id(&handle, id).await?.ok_or(Refusal::NotFound)?;
    let from = organizations::find(&backend.store().platform(), organization).await?.ok_or(Refusal::NotFound)?;
    let zone = organizations::time_zone(&handle).await?.unwrap_or_default();
    let today = zones::date(zones::first([zone.as_str()]), backend.now());
    let said = remarks::of_request(&handle, id, chrono::DateTime::<chrono::Utc>::MAX_UTC).await?;
    let about_it = said.into_iter().filter(|comment| comment.task == Some(link.task) && comment.audience == CommentAudience::Public);
    Ok(SharedTask {
        organization: from.name,
        number: request.number.clone(),
        overdue: task.overdue(today),
        title: task.title,
        description: task.description,
        status: task.status,
        due: task.due,
        notes: task.notes,
        contact: link.created_by,
        expires_at: link.expires_at,
        locked: closed(&request.state),
        comments: about_it.map(shown).collect(),
    })
}

/// Why nothing can be done by a link, in words that say nothing else about the request.
fn closed(state: &RequestState) -> Option<String> {
    lock(state).map(|_| "This work is closed. Nothing about it can be changed.".to_owned())
}

fn shown(comment: Comment) -> SharedComment {
    SharedComment {
        outside: matches!(comment.author, CommentAuthor::Outsider { .. }),
        author: match comment.author {
            CommentAuthor::Person { person } => person.name,
            CommentAuthor::Outsider { name } => name,
        },
        body: plain(&comment.body),
        at: comment.at,
    }
}

/// The words of a comment with mentions as names: ids are for those who have an account.
fn plain(body: &str) -> String {
    let words = parts(body).into_iter().map(|part| match part {
        CommentPart::Text(text) => text.to_owned(),
        CommentPart::Mention { name, .. } => format!("@{name}"),
    });
    words.collect()
}
