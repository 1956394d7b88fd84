//! `/work`: what there is to do, as a list or as a board.

use super::bar::{CountStrip, WorkFilterBar};
use super::board::WorkBoard;
use super::dialogs::{MoveDialog, StepDialog};
use super::list::WorkList;
use super::place::WorkLocation;
use super::rows::{WorkContent, find};
use super::state::WorkState;
use crate::live::{LiveMark, use_live};
use crate::session::use_me;
use crate::ui::{EmptyState, Icon, PageTitle, RefusedNotice, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::live::LiveEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/work?view=…&status=…&assignee=…&item=…&due=…&q=…`
#[component]
pub fn WorkPage() -> impl IntoView {
    let query = use_query_map();
    let place = Memo::new(move |_| query.with(|query| WorkLocation::read(|key| query.get(key))));
    // The page is made once; another address brings its requests into it, so that nothing else is lost.
    let first = place.get_untracked();
    let found = {
        let first = first.clone();
        page_data(|| (), move |()| find(first.clone()))
    };
    page_frame("page", found, move |found| view! { <LoadedWorkPage found place first=first.clone() /> }.into_any())
}

#[component]
fn LoadedWorkPage(found: WorkContent, place: Memo<WorkLocation>, first: WorkLocation) -> impl IntoView {
    let me = use_me();
    let work = WorkState::new(found, place, Signal::derive(move || me.get().map(|me| me.person)));
    Effect::new(move |before: Option<WorkLocation>| {
        let now = place.get();
        if *before.as_ref().unwrap_or(&first) != now {
            work.load(now.clone());
        }
        now
    });
    follow(work);
    let is_board = Memo::new(move |_| work.rows.with(|rows| !rows.lanes.is_empty()));
    let none = Memo::new(move |_| work.rows.with(|rows| rows.rows.is_empty()));
    let content = move || match (none.get(), is_board.get()) {
        (true, _) => nothing(work),
        (false, true) => view! { <WorkBoard work /> }.into_any(),
        (false, false) => view! { <WorkList work /> }.into_any(),
    };
    let title = move || if place.with(|place| place.board) { "Board · Docket" } else { "Work · Docket" }.to_owned();
    view! {
        <PageTitle text=title />
        <div class="page tasks">
            <header class="page__head">
                <h1>"Work"</h1>
                <div class="row row--wrap">
                    <WorkArrivals work />
                    <LiveMark />
                    <a class="button button--quiet button--sm" href=Address::MyTasks.root()>
                        "My tasks"
                    </a>
                </div>
            </header>
            <CountStrip work />
            <WorkFilterBar work />
            <RefusedNotice error=work.refused />
            {search_reach(place)}
            <div class="work__rows" aria-busy=move || work.loading.get().then_some("true")>
                {content}
            </div>
            <MoveDialog work />
            <StepDialog work />
        </div>
    }
    .into_any()
}

/// What a search among what has ended does not look at.
fn search_reach(place: Memo<WorkLocation>) -> AnyView {
    let is_partial = Memo::new(move |_| place.with(|place| place.filter.ended && !place.filter.text.is_empty()));
    let words = || {
        view! {
            <p class="muted">
                "Of what has ended, the titles of the last 10,000 are searched. You find older requests by their docket number, their service or the person who asked."
            </p>
        }
    };
    (move || is_partial.get().then(words)).into_any()
}

/// Asks again when the stream says that a request changed, and whenever it comes (back) to life.
fn follow(work: WorkState) {
    let live = use_live();
    live.on_event(move |event| {
        if matches!(event, LiveEvent::Request { .. }) {
            work.refresh();
        }
    });
    live.on_return(move || work.refresh());
}

/// "2 new": shows what waits to be shown.
#[component]
fn WorkArrivals(work: WorkState) -> impl IntoView {
    let count = Memo::new(move |_| work.rows.with(|rows| (rows.arrivals.len(), rows.waiting(!rows.lanes.is_empty()))));
    let button = move |(new, all): (usize, usize)| {
        let words = match (new, all) {
            (1, 1) => "1 new request".to_owned(),
            (new, all) if new == all => format!("{new} new requests"),
            (_, 1) => "1 change".to_owned(),
            (_, all) => format!("{all} changes"),
        };
        view! {
            <button class="arrivals" type="button" on:click=move |_| work.settle()>
                <Icon name="arrow-up" />
                {words}
            </button>
        }
    };
    view! { <span aria-live="polite">{move || Some(count.get()).filter(|(_, all)| *all > 0).map(button)}</span> }.into_any()
}

fn nothing(work: WorkState) -> AnyView {
    let place = work.place.get();
    if !place.is_filtered() {
        return view! {
            <EmptyState icon="list-checks" title="Nothing to do">
                <p>"Requests appear here by themselves once they are approved."</p>
                <a class="button" href=Address::Work.with_query(&[("ended", "1")])>
                    "Show what has ended"
                </a>
            </EmptyState>
        }
        .into_any();
    }
    let all = WorkLocation { board: place.board, ..WorkLocation::default() }.address();
    view! {
        <EmptyState icon="search" title="Nothing fits">
            <p>"No request fits all of these filters. Take one away, or look at all of them."</p>
            <a class="button" href=all>
                "Show all"
            </a>
        </EmptyState>
    }
    .into_any()
}
