//! The bell's page: what one was told, newest first; what is not read stands out.

use super::api::{notices, read};
use crate::error::CallError;
use crate::live::use_live;
use crate::ui::toast::{ToastList, use_toasts};
use crate::ui::{DocketNumber, EmptyState, Icon, PageTitle, TimeText, page_frame, refused_view};
use crate::wire::page_data;
use domain::address::Address;
use domain::live::LiveEvent;
use domain::notices::wire::{NoticeList, NoticeRow};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

/// `/notifications?after=…`
#[component]
pub fn NoticesPage() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.with(|query| query.get("after").filter(|after| !after.is_empty())));
    let list = page_data(move || after.get(), notices);
    page_frame("page", list, move |list| view! { <LoadedNoticesList list after=after.get_untracked() /> }.into_any())
}

/// The page as it is now, and why the last wish was not met.
#[derive(Clone, Copy)]
struct NoticeListState {
    list: RwSignal<NoticeList>,
    refused: RwSignal<Option<CallError>>,
    toasts: ToastList,
    /// What lives as long as the page: Undo outlives the button that was pressed.
    owner: StoredValue<Owner>,
}

impl NoticeListState {
    /// Marks these as read or not, at once; put back when the server refuses.
    fn mark(self, ids: Vec<String>, to: bool) {
        let before = self.list.get_untracked();
        let named = |row: &NoticeRow| ids.is_empty() || ids.contains(&row.id);
        let changed: Vec<String> = before.rows.iter().filter(|row| named(row) && row.read != to).map(|row| row.id.clone()).collect();
        self.list.update(|list| {
            list.rows.iter_mut().filter(|row| named(row)).for_each(|row| row.read = to);
            list.unread = match (ids.is_empty(), to) {
                (true, _) => 0,
                (_, true) => list.unread.saturating_sub(changed.len() as u64),
                (_, false) => list.unread + changed.len() as u64,
            };
        });
        self.refused.set(None);
        if ids.is_empty() && !changed.is_empty() {
            let take_back = move |()| self.mark(changed.clone(), false);
            let undo = self.owner.with_value(|owner| owner.with(|| Callback::new(take_back)));
            self.toasts.show("All marked as read".to_owned(), Some(undo));
        }
        spawn_local(async move {
            if let Err(error) = read(ids, to).await {
                self.list.set(before);
                self.refused.set(Some(error));
            }
        });
    }

    /// What came meanwhile stands at the top of the first page; what was read elsewhere is read here.
    fn refresh(self) {
        spawn_local(async move {
            if let Ok(list) = notices(None).await {
                self.list.set(list);
            }
        });
    }
}

#[component]
fn LoadedNoticesList(list: NoticeList, after: Option<String>) -> impl IntoView {
    let owner = StoredValue::new(Owner::current().unwrap_or_default());
    let bell = NoticeListState { list: RwSignal::new(list), refused: RwSignal::new(None), toasts: use_toasts(), owner };
    let first = after.is_none();
    use_live().on_event(move |event| {
        if first && event == LiveEvent::Notices {
            bell.refresh();
        }
    });
    let unread = Memo::new(move |_| bell.list.with(|list| list.unread));
    let none = Memo::new(move |_| bell.list.with(|list| list.rows.is_empty()));
    let rows = move || bell.list.with(|list| list.rows.iter().map(|row| line(bell, row)).collect_view());
    let older = move || {
        bell.list.with(|list| list.next.clone()).map(|next| {
            view! {
                <p class="slip__foot">
                    <a class="button button--sm" href=Address::Notices.with_query(&[("after", &next)])>
                        "Show older"
                    </a>
                </p>
            }
        })
    };
    let title = "Notifications · Docket";
    view! {
        <PageTitle text=title />
        <div class="page notices-page">
            <header class="page__head">
                <h1>"Notifications"</h1>
                <div class="row row--wrap">
                    <Show when=move || { unread.get() > 0 }>
                        <button class="button button--sm" type="button" on:click=move |_| bell.mark(Vec::new(), true)>
                            <Icon name="check-check" />
                            "Mark all as read"
                        </button>
                    </Show>
                    <a class="button button--quiet button--sm" href=Address::NoticeSettings.root()>
                        <Icon name="settings" />
                        "What reaches you"
                    </a>
                </div>
            </header>
            {move || bell.refused.with(|error| error.as_ref().map(refused_view))}
            <Show when=move || !none.get() fallback=nothing>
                <section class="slip" aria-label="What you were told">
                    <ul class="told-list" role="list">
                        {rows}
                    </ul>
                    {older}
                </section>
            </Show>
            <Show when=move || !first>
                <p>
                    <a href=Address::Notices.root()>"Back to the newest"</a>
                </p>
            </Show>
        </div>
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! {
        <EmptyState icon="bell" title="Nothing to tell you yet">
            <p>"When a request waits for you, or one of yours moves, you read it here."</p>
            <a class="button" href=Address::NoticeSettings.root()>
                "Choose what reaches you"
            </a>
        </EmptyState>
    }
    .into_any()
}

fn line(bell: NoticeListState, row: &NoticeRow) -> AnyView {
    let (id, read) = (row.id.clone(), row.read);
    let (icon, words) = if read { ("circle", "Mark as not read") } else { ("check", "Mark as read") };
    let label = format!("{words}: {} {}", if row.number.is_empty() { &row.title } else { &row.number }, row.sentence);
    let number = (!row.number.is_empty()).then(|| view! { <DocketNumber number=row.number.clone() /> " " }.into_any());
    let quote = (!row.text.is_empty()).then(|| view! { <p class="told__text">{row.text.clone()}</p> });
    let new = (!read).then(|| view! { <span class="visually-hidden">"Not read: "</span> });
    view! {
        <li class="told row-opens" class:is-new=!read>
            <span class="told__dot" aria-hidden="true"></span>
            <div class="told__main">
                <p class="told__title">
                    {new} <a class="row-link" href=row.link.clone()>{row.sentence.clone()}</a>
                </p>
                <p class="told__about">
                    {number}
                    <bdi>{row.title.clone()}</bdi>
                </p>
                {quote}
            </div>
            <span class="told__at">
                <TimeText at=row.at />
            </span>
            <button
                class="button button--quiet button--icon button--sm"
                type="button"
                aria-label=label
                on:click=move |_| bell.mark(vec![id.clone()], !read)
            >
                <Icon name=icon />
            </button>
        </li>
    }
    .into_any()
}
