//! What piles up on one request, a part at a time: its latest events and comments, and those before them.

use super::number;
use super::page::find;
use super::page_deliveries::name_connectors;
use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::store::{PageCursor, StoreHandle, comments, events};
use chrono::{DateTime, Utc};
use domain::bounds::check_day;
use domain::id::CommentId;
use domain::requests::comments::{self as rules, Comment};
use domain::requests::work::{CommentView, EarlierComments};
use domain::requests::{Event, EventKind, Request};

/// Events and comments that are shown at once.
pub(super) const SHOWN: usize = 100;
/// Rows that are looked through at once for comments that somebody may read.
const LOOKED_THROUGH: u64 = SHOWN as u64 + 1;

/// Events of a request before one that is shown, oldest first; 100 at most.
///
/// # Errors
/// Not found when there is none, or none for the caller.
pub async fn earlier_events(backend: &Backend, caller: &Caller, text: &str, before: u32) -> Result<Vec<Event>> {
    let found = find(backend, caller, &number(text)?, before).await?;
    let handle = backend.store().read(caller.organization);
    let mut events = found.events;
    name_connectors(&handle, &found.request, &mut events, &mut []).await?;
    Ok(events)
}

/// Comments on a request before one that is shown, oldest first; 100 at most.
///
/// # Errors
/// Not found when there is none, or none for the caller; input when the moment is on no known day.
pub async fn earlier_comments(backend: &Backend, caller: &Caller, text: &str, at: DateTime<Utc>, id: CommentId) -> Result<EarlierComments> {
    check_day("at", at.date_naive())?;
    let found = find(backend, caller, &number(text)?, 1).await?;
    let handle = backend.store().read(caller.organization);
    comments_before(&handle, caller, &found.request, Some(PageCursor::at(at, id.0)), backend.now()).await
}

/// The latest comments that the caller may read before a place, oldest first, with what they may do with each; and whether there are earlier
/// ones.
pub(super) async fn comments_before(
    handle: &impl StoreHandle,
    caller: &Caller,
    request: &Request,
    mut place: Option<PageCursor>,
    now: DateTime<Utc>,
) -> Result<EarlierComments> {
    let mut found: Vec<Comment> = Vec::new();
    loop {
        let (some, next) = comments::before(handle, request.id, place, LOOKED_THROUGH).await?;
        found.extend(some.into_iter().filter(|comment| rules::may_read(request, comment, &caller.facts)));
        place = next;
        if found.len() > SHOWN || place.is_none() {
            break;
        }
    }
    let has_earlier = found.len() > SHOWN;
    found.truncate(SHOWN);
    let view = |comment: Comment| CommentView { may_change: rules::may_change(request, &comment, &caller.facts, now).is_ok(), comment };
    Ok(EarlierComments { comments: found.into_iter().rev().map(view).collect(), has_earlier })
}

/// The last question, however long ago it was asked: in these events, or before them.
pub(super) async fn question(handle: &impl StoreHandle, request: &Request, events: &[Event]) -> Result<Option<String>> {
    let asked = |events: &[Event]| {
        events.iter().rev().find_map(|event| match &event.what {
            EventKind::InfoRequested { question } => Some(question.clone()),
            _ => None,
        })
    };
    let (mut found, mut first) = (asked(events), events.first().map_or(0, |event| event.seq));
    while found.is_none() && first > 1 {
        let earlier = events::latest_before(handle, request.id, first, SHOWN as u64).await?;
        found = asked(&earlier);
        first = earlier.first().map_or(0, |event| event.seq);
    }
    Ok(found)
}
