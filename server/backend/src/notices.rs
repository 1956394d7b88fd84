//! Notifications as people meet them: the bell's list, what was read, and the choices of a person and of an organization.
//!
//! Deliberately not here: who is told of what (domain `notices`), and the telling itself (the outbox).

mod choices;

pub use choices::{change_mine, change_ours, mine, ours};

use crate::Backend;
use crate::caller::Caller;
use crate::error::Result;
use crate::live::LiveChange;
use crate::store::notices::{self, NoticeSelection, StoredNotice};
use crate::store::{PageCursor, cut_page, requests};
use domain::notices::wire::{NoticeList, NoticeRow};
use domain::notices::words;
use domain::subject::Subject;

/// Rows of a page.
const PAGE: usize = 30;

/// What the caller was told, newest first. `after` is the `next` of the page before.
///
/// # Errors
/// When `after` is not one of ours.
pub async fn list(backend: &Backend, caller: &Caller, after: Option<String>) -> Result<NoticeList> {
    let after = PageCursor::read(after.as_deref())?;
    let handle = backend.store().read(caller.organization);
    let found = notices::page(&handle, caller.id(), after, PAGE as u64 + 1).await?;
    let (found, next) = cut_page(found, PAGE, |last| PageCursor::at(last.at, last.effect.0));
    Ok(NoticeList { rows: found.into_iter().map(row).collect(), unread: notices::unread(&handle, caller.id()).ask(&handle).await?, next })
}

fn row(notice: StoredNotice) -> NoticeRow {
    NoticeRow {
        id: notice.id.to_string(),
        link: words::path(&notice.event, notice.subject, &notice.number),
        event: notice.event,
        number: notice.number,
        title: notice.title,
        icon: notice.icon,
        sentence: notice.sentence,
        text: notice.text,
        at: notice.at,
        read: notice.read_at.is_some(),
    }
}

/// Notices that can be marked at once.
const MOST_MARKED: usize = 200;

/// Marks some of the caller's notices as read or not read; all of them as read when none is named. What is not theirs is left alone.
///
/// # Errors
/// When the database fails.
pub async fn read(backend: &Backend, caller: &Caller, ids: Vec<String>, read: bool) -> Result<()> {
    let which = match ids.is_empty() {
        true => NoticeSelection::All,
        false => NoticeSelection::These(ids.iter().take(MOST_MARKED).filter_map(|id| id.parse().ok()).collect()),
    };
    mark(backend, caller, which, read || ids.is_empty()).await
}

/// The caller looks at a request: what they were told of it is read.
///
/// # Errors
/// When the database fails. A number that is none is nothing to read.
pub async fn seen(backend: &Backend, caller: &Caller, number: &str) -> Result<()> {
    let handle = backend.store().read(caller.organization);
    let Some(number) = domain::requests::number::parse(number) else { return Ok(()) };
    let Some(request) = requests::by_number(&handle, &number).await? else { return Ok(()) };
    // Most looks change nothing, and wait for no writer.
    if notices::has_unread(&handle, caller.id(), Subject::Request(request.id)).await? {
        mark(backend, caller, NoticeSelection::About(Subject::Request(request.id)), true).await?;
    }
    Ok(())
}

async fn mark(backend: &Backend, caller: &Caller, which: NoticeSelection, read: bool) -> Result<()> {
    let (be, person, organization) = (backend.clone(), caller.id(), caller.organization);
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                let at = read.then(|| be.now());
                if notices::mark(tx, person, &which, at).await? > 0 {
                    tx.announce(LiveChange::Notices { organization, people: vec![person] });
                }
                Ok(())
            })
        })
        .await
}
