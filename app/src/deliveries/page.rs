//! `/connectors`: what leaves Docket. What fails and what it means, how each destination is, the outbox, and one delivery whole.

use super::api::{console, delivery, kinds};
use super::delivery::DeliverySheet;
use super::health::{HealthNotices, HealthStrip};
use super::outbox::DeliveryList;
use super::place::ConsoleLocation;
use super::state::ConsoleState;
use crate::error::CallError;
use crate::live::{LiveMark, use_live};
use crate::session::may;
use crate::ui::{MenuButton, MenuItem, PageTitle, RefusedNotice, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::connectors::wire::{ConsoleView, DeliveryDetail, KindView};
use domain::live::LiveEvent;
use domain::permission::Permission;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

type ConsoleAnswer = (ConsoleView, Option<DeliveryDetail>, Vec<KindView>);

async fn find(place: ConsoleLocation, manages: bool) -> Result<ConsoleAnswer, CallError> {
    let page = console(place.filter, place.after).await?;
    // A delivery that is gone closes its sheet; the list stays.
    let open = match place.open {
        Some(id) => delivery(id).await.ok(),
        None => None,
    };
    let kinds = if manages { kinds().await? } else { Vec::new() };
    Ok((page, open, kinds))
}

/// The page.
#[component]
pub fn ConsolePage() -> impl IntoView {
    let query = use_query_map();
    let place = Memo::new(move |_| query.with(|query| ConsoleLocation::read(|key| query.get(key))));
    let first = place.get_untracked();
    let manages = may(Permission::ManageConnectors);
    let found = {
        let first = first.clone();
        page_data(|| (), move |()| find(first.clone(), manages))
    };
    view! {
        <PageTitle text="Connectors · Docket" />
        {page_frame("page", found, move |found| view! { <LoadedDeliveriesPage found place first=first.clone() /> }.into_any())}
    }
    .into_any()
}

#[component]
fn LoadedDeliveriesPage(found: ConsoleAnswer, place: Memo<ConsoleLocation>, first: ConsoleLocation) -> impl IntoView {
    let (page, open, kinds) = found;
    let desk = ConsoleState::new(page, open, place);
    Effect::new(move |before: Option<ConsoleLocation>| {
        let now = place.get();
        let before = before.unwrap_or_else(|| first.clone());
        if before != now {
            desk.go(&before, now.clone());
        }
        now
    });
    follow(desk);
    let add = may(Permission::ManageConnectors).then(|| add(kinds));
    view! {
        <div class="page connectors">
            <header class="page__head">
                <h1>"Connectors"</h1>
                <div class="row row--wrap">
                    <LiveMark />
                    {add}
                </div>
            </header>
            <RefusedNotice error=desk.refused />
            <HealthNotices desk />
            <HealthStrip desk />
            <div class="outbox" class:outbox--open=move || desk.open.with(Option::is_some)>
                <DeliveryList desk />
                <DeliverySheet desk />
            </div>
        </div>
    }
    .into_any()
}

/// "Add connector": one line for each kind.
fn add(kinds: Vec<KindView>) -> AnyView {
    let navigate = use_navigate();
    let line = |KindView { kind, label }: KindView| {
        let (navigate, icon) = (navigate.clone(), super::health::icon(&kind));
        let act = Callback::new(move |()| navigate(&Address::NewConnector(&kind).to_string(), NavigateOptions::default()));
        MenuItem { icon, words: label, key: "", act }
    };
    let items: Vec<MenuItem> = kinds.into_iter().map(line).collect();
    view! {
        <MenuButton
            id="add-connector".to_owned()
            label="Kinds of connectors".to_owned()
            words="Add connector"
            class="button"
            items=Signal::stored(items)
        />
    }
    .into_any()
}

/// Asks again when the stream says that deliveries changed, and whenever it comes (back) to life.
fn follow(desk: ConsoleState) {
    let live = use_live();
    live.on_event(move |event| {
        if event == LiveEvent::Deliveries {
            desk.refresh();
        }
    });
    live.on_return(move || desk.refresh());
}
