//! `/audit`: what was changed, by whom, when and from where; filters, one entry whole, and exports.

use super::api::{audit_entry, audit_page};
use super::entry::AuditEntrySheet;
use super::list::AuditList;
use super::location::AuditLocation;
use super::state::AuditState;
use crate::error::CallError;
use crate::ui::{Icon, PageTitle, RefusedNotice, page_frame};
use crate::wire::page_data;
use domain::audit::wire::{AuditDetail, AuditPage};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

type AuditAnswer = (AuditPage, Option<AuditDetail>);

async fn find(place: AuditLocation) -> Result<AuditAnswer, CallError> {
    let page = audit_page(place.filter, place.after).await?;
    // An entry that is another organization's closes its sheet; the list stays.
    let open = match place.open {
        Some(id) => audit_entry(id).await.ok(),
        None => None,
    };
    Ok((page, open))
}

/// The page.
#[component]
pub fn AuditLogPage() -> impl IntoView {
    let query = use_query_map();
    let place = Memo::new(move |_| query.with(|query| AuditLocation::read(|key| query.get(key))));
    let first = place.get_untracked();
    let found = {
        let first = first.clone();
        page_data(|| (), move |()| find(first.clone()))
    };
    view! {
        <PageTitle text="Audit log · Docket" />
        {page_frame("page", found, move |found| view! { <LoadedAuditLog found place first=first.clone() /> }.into_any())}
    }
    .into_any()
}

#[component]
fn LoadedAuditLog(found: AuditAnswer, place: Memo<AuditLocation>, first: AuditLocation) -> impl IntoView {
    let (page, open) = found;
    let state = AuditState::new(page, open, place);
    Effect::new(move |before: Option<AuditLocation>| {
        let now = place.get();
        let before = before.unwrap_or_else(|| first.clone());
        if before != now {
            state.go(&before, now.clone());
        }
        now
    });
    let export = move |ending: &'static str, icon: &'static str, words: &'static str| {
        // The browser saves what this brings: the router is not asked.
        view! {
            <a class="button button--sm" rel="external" download="" href=move || place.with(|place| place.export(ending))>
                <Icon name=icon />
                {words}
            </a>
        }
        .into_any()
    };
    view! {
        <div class="page audit">
            <header class="page__head">
                <h1>"Audit log"</h1>
                <div class="row row--wrap">
                    {export("csv", "file-text", "Export as CSV")} {export("jsonl", "file-code-2", "Export as JSON lines")}
                </div>
            </header>
            <RefusedNotice error=state.refused />
            <div class="outbox" class:outbox--open=move || state.open.with(Option::is_some)>
                <AuditList state />
                <AuditEntrySheet state />
            </div>
        </div>
    }
    .into_any()
}
