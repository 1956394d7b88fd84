//! The inbox: what waits for the person's decision, beside the request being read.

use super::api::inbox;
use super::bulk::{HeldStrip, InboxBulkBar};
use super::desk::InboxDesk;
use super::detail::DetailPane;
use super::inbox_filter::{FilterBar, address, use_filter};
use super::inbox_list::InboxFilter;
use super::keys::use_inbox_keys;
use super::row::InboxRowView;
use crate::live::{LiveMark, use_live};
use crate::session::{use_me, uses};
use crate::ui::{EmptyState, Icon, PageTitle, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::approvals::bulk::DueGroup;
use domain::approvals::wire::{INBOX_ROWS, InboxView as Waiting};
use domain::live::LiveEvent;
use domain::organization::ProductFeature;
use domain::tally::MOST_COUNTED;
use domain::text::upper_case;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_params_map};

/// `/inbox` and `/inbox/:number`.
#[component]
pub fn InboxPage() -> impl IntoView {
    let waiting = page_data(|| (), |()| inbox(INBOX_ROWS));
    page_frame("page", waiting, |waiting| view! { <LoadedInbox waiting /> }.into_any())
}

#[component]
fn LoadedInbox(waiting: Waiting) -> impl IntoView {
    let params = use_params_map();
    let addressed = Memo::new(move |_| params.with(|p| p.get("number").filter(|n| !n.is_empty()).map(|n| upper_case(&n))));
    let first = waiting.rows.first().map(|row| row.number.clone());
    let current = Memo::new(move |_| addressed.get().or_else(|| first.clone()));

    let filter = use_filter();
    let live = use_live();
    let me = use_me();
    let me = Signal::derive(move || me.get().map(|me| me.person));
    let navigate = use_navigate();
    let open_page = {
        let navigate = navigate.clone();
        Callback::new(move |number: String| navigate(&Address::Request(&number).to_string(), NavigateOptions::default()))
    };
    let path = use_location().pathname;
    let go = Callback::new(move |number: String| {
        // A decision that is answered once the person has gone elsewhere leads nowhere.
        if !path.with_untracked(|path| matches!(Address::parse(path), Some(Address::Inbox | Address::InboxRequest(_)))) {
            return;
        }
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&filter.with_untracked(|filter| address(Address::InboxRequest(&number), filter)), options);
    });
    let desk = InboxDesk::new(waiting, current, filter, me, live, go);
    follow(desk);
    // What was held before the page was loaded is counted down as well.
    Effect::new(move |_| desk.tick());
    crate::notices::reads(move || addressed.get());
    use_inbox_keys(desk, open_page);
    let title = move || addressed.get().map_or_else(|| "Inbox · Docket".to_owned(), |number| format!("{number} · Inbox · Docket"));
    view! {
        <PageTitle text=title />
        // A message over the page would cover the next decision; its row shows what became of the last.
        <p class="visually-hidden" role="status">
            {move || desk.said.get()}
        </p>
        <div class="split inbox" class:is-reading=move || addressed.get().is_some()>
            <section class="split__list" aria-label="Requests waiting on you">
                <header class="inbox__head">
                    <div class="row">
                        <h1>"Inbox"</h1>
                        <InboxArrivals desk />
                        <LiveMark />
                        {uses(ProductFeature::Deputies)
                            .then(|| view! { <a class="button button--quiet button--sm push" href=Address::Away.root()>"Away"</a> })}
                    </div>
                    <FilterBar desk />
                </header>
                <div class="inbox__rows">
                    <InboxRows desk />
                    <More desk />
                </div>
                <InboxBulkBar desk />
            </section>
            <HeldStrip desk />
            <DetailPane desk />
        </div>
    }
    .into_any()
}

/// Asks again when the stream says so, and whenever it comes (back) to life.
fn follow(desk: InboxDesk) {
    let live = use_live();
    live.on_event(move |event| match event {
        LiveEvent::Deliveries | LiveEvent::Notices => {}
        LiveEvent::Inbox { .. } => desk.refresh_list(),
        LiveEvent::Request { number } => {
            desk.forget_ahead(&number);
            if desk.current.get_untracked().as_ref() == Some(&number) {
                desk.refresh_open();
            }
            if desk.list.with_untracked(|list| list.row(&number).is_some()) {
                desk.refresh_list();
            }
        }
    });
    live.on_return(move || {
        desk.forget_all_ahead();
        desk.refresh_list();
        desk.refresh_open();
    });
}

/// "2 new requests": shows what waits to be shown.
#[component]
fn InboxArrivals(desk: InboxDesk) -> impl IntoView {
    let count = Memo::new(move |_| desk.list.with(|list| list.arrivals.len()));
    let button = move |count: usize| {
        let words = if count == 1 { "1 new request".to_owned() } else { format!("{count} new requests") };
        view! {
            <button class="arrivals" type="button" on:click=move |_| desk.show_arrivals()>
                <Icon name="arrow-up" />
                {words}
            </button>
        }
    };
    view! {
        <span class="push" aria-live="polite">
            {move || Some(count.get()).filter(|count| *count > 0).map(button)}
        </span>
    }
    .into_any()
}

#[component]
fn InboxRows(desk: InboxDesk) -> impl IntoView {
    let shown = Memo::new(move |_| {
        desk.list.with(|list| {
            desk.filter.with(|filter| {
                let mut groups: Vec<(DueGroup, Vec<String>)> = Vec::new();
                for row in list.visible(filter) {
                    match groups.last_mut() {
                        Some((group, numbers)) if *group == row.data.group => numbers.push(row.data.number.clone()),
                        _ => groups.push((row.data.group, vec![row.data.number.clone()])),
                    }
                }
                groups
            })
        })
    });
    let none = Memo::new(move |_| shown.with(Vec::is_empty));
    let navigate = use_navigate();
    let clear = Callback::new(move |()| navigate(Address::Inbox.root(), NavigateOptions { replace: true, ..NavigateOptions::default() }));
    let empty = move || match desk.filter.with(InboxFilter::is_empty) {
        true => view! {
            <EmptyState icon="inbox" title="Nothing waits for you">
                <p>"New requests appear here by themselves."</p>
                <a class="button" href=Address::Catalog.root()>
                    "Go to the catalog"
                </a>
            </EmptyState>
        }
        .into_any(),
        false => view! {
            <EmptyState icon="list-filter" title="Nothing fits">
                <p>"Requests wait for you, but none is like this."</p>
                <button class="button" type="button" on:click=move |_| clear.run(())>
                    "Show all"
                </button>
            </EmptyState>
        }
        .into_any(),
    };
    // One group that is not late needs no heading.
    let plain = Memo::new(move |_| shown.with(|groups| matches!(groups.as_slice(), [(DueGroup::Later, _)])));
    view! {
        {move || none.get().then(empty)}
        <For each=move || shown.get() key=|(group, _)| *group let((group, _))>
            {group_view(desk, group, shown, plain)}
        </For>
    }
    .into_any()
}

/// What waits and is not loaded yet.
#[component]
fn More(desk: InboxDesk) -> impl IntoView {
    let some = Memo::new(move |_| desk.left() > 0);
    let words = move || {
        let left = desk.left();
        let wait = if left == 1 { "1 more request waits".to_owned() } else { format!("{left} more requests wait") };
        let all = MOST_COUNTED == desk.count.get();
        let wait = if all { format!("At least {wait}") } else { wait };
        match desk.filter.with(InboxFilter::is_empty) {
            true => format!("{wait}."),
            false => format!("{wait}; the filter does not look at them yet."),
        }
    };
    let button = move || {
        desk.has_more().then(|| {
            view! {
                <button
                    class="button button--sm"
                    type="button"
                    aria-disabled=move || desk.loading.get().then_some("true")
                    on:click=move |_| desk.show_more()
                >
                    {move || if desk.loading.get() { "Loading".to_owned() } else { format!("Show {} more", desk.left().min(INBOX_ROWS.into())) }}
                </button>
            }
            .into_any()
        })
    };
    move || {
        some.get().then(|| {
            view! {
                <div class="inbox__more">
                    <p class="muted">{words}</p>
                    {button}
                </div>
            }
            .into_any()
        })
    }
}

fn group_view(desk: InboxDesk, group: DueGroup, shown: Memo<Vec<(DueGroup, Vec<String>)>>, plain: Memo<bool>) -> AnyView {
    let numbers = Memo::new(move |_| {
        shown.with(|groups| groups.iter().find(|(one, _)| *one == group).map(|(_, numbers)| numbers.clone()).unwrap_or_default())
    });
    let heading = move || {
        (!plain.get()).then(|| view! { <h2 class="inbox__group">{group.label()} " " <span>{numbers.with(Vec::len)}</span></h2> }.into_any())
    };
    view! {
        {heading}
        <ul class="inbox__list" role="list" aria-label=format!("{}, oldest first", group.label())>
            <For each=move || numbers.get() key=|number| number.clone() let:number>
                <InboxRowView desk number />
            </For>
        </ul>
    }
    .into_any()
}
