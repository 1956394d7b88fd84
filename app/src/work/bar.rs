//! Above the requests: counts that matter, each a link; list or board; filters.

use super::place::{WorkLocation, due_key, holder_key};
use super::state::WorkState;
use crate::ui::{FilterForm, FilterSearch, Icon, select_view};
use domain::address::Address;
use domain::bounds::SEARCH_LETTERS;
use domain::requests::queue::{AssigneeChoice, DueChoice, LANES, QueueFilter};
use domain::tally::count_words;
use domain::text::tidy_line;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// How many are open, mine, nobody's, late.
#[component]
pub fn CountStrip(work: WorkState) -> impl IntoView {
    type Pick = fn(&domain::requests::queue::QueueCounts) -> u32;
    let one = |class: &'static str, icon: &'static str, words: &'static str, pick: Pick, change: fn(&mut QueueFilter)| {
        let count = move || work.counts.with(pick);
        let shown = move || count_words(u64::from(count()));
        let wanted = move || {
            work.place.with(|place| {
                place.shown(place.board).with(|filter| {
                    *filter = QueueFilter::default();
                    change(filter);
                })
            })
        };
        let here = move || work.place.with(|place| place.filter == wanted().filter).then_some("true");
        let class = move || if count() > 0 { class } else { "" };
        view! {
            <li class=class>
                <a href=move || wanted().address() aria-current=here>
                    <Icon name=icon />
                    <span>
                        <b>{shown}</b>
                        " "
                        {words}
                    </span>
                </a>
            </li>
        }
        .into_any()
    };
    view! {
        <ul class="strip" role="list" aria-label="Summary">
            {one("", "list-checks", "open", |counts| counts.open, |_| {})}
            {one("", "user-round-check", "mine", |counts| counts.mine, |filter| filter.holder = Some(AssigneeChoice::Me))}
            {one("strip--wait", "user-round", "nobody has", |counts| counts.unassigned, |filter| filter.holder = Some(AssigneeChoice::Nobody))}
            {one("strip--bad", "alarm-clock", "late", |counts| counts.late, |filter| filter.due = Some(DueChoice::Late))}
        </ul>
    }
    .into_any()
}

/// List or board, and the filters.
#[component]
pub fn WorkFilterBar(work: WorkState) -> impl IntoView {
    let navigate = use_navigate();
    let go = Callback::new(move |place: WorkLocation| {
        navigate(&place.address(), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let view_link = move |board: bool, icon: &'static str, words: &'static str| {
        view! {
            <a
                href=move || work.place.with(|place| place.shown(board).address())
                aria-current=move || work.place.with(|place| place.board == board).then_some("true")
            >
                <Icon name=icon />
                {words}
            </a>
        }
        .into_any()
    };
    let clear = move || {
        work.place.with(WorkLocation::is_filtered).then(|| {
            let all = work.place.with_untracked(|place| WorkLocation { board: place.board, ..WorkLocation::default() }.address());
            view! { <a class="button button--quiet" href=all>"Show all"</a> }
        })
    };
    let search = FilterSearch {
        name: "q",
        id: Some("q"),
        class: "tasks__search",
        label: "Find a request",
        placeholder: "Docket, title or name",
        longest: SEARCH_LETTERS,
        tidy: |text| tidy_line(text).into_owned(),
    };
    let text = Signal::derive(move || work.place.with(|place| place.filter.text.clone()));
    let find = move |words| go.run(work.place.get_untracked().with(|filter| filter.text = words));
    view! {
        <div class="toolbar tasks__bar">
            <nav class="segmented" aria-label="View">
                {view_link(false, "list", "List")} {view_link(true, "columns-3", "Board")}
            </nav>
            <FilterForm class="toolbar tasks__filters" action=Address::Work.root() search text find after=clear.into_any()>
                {move || work.place.with(|place| place.board).then(|| view! { <input type="hidden" name="view" value="board" /> })}
                <StatusFilter work go />
                <HolderFilter work go />
                <ItemFilter work go />
                <SpaceFilter work go />
                <DueFilter work go />
            </FilterForm>
        </div>
    }
    .into_any()
}

#[component]
fn StatusFilter(work: WorkState, go: Callback<WorkLocation>) -> impl IntoView {
    let place = Memo::new(move |_| work.place.with(|place| (place.filter.status, place.filter.ended)));
    move || {
        let (status, ended) = place.get();
        let mut lines = vec![(String::new(), "Any status".to_owned(), status.is_none() && !ended)];
        lines.extend(LANES.iter().map(|lane| (lane.key().to_owned(), lane.label().to_owned(), status == Some(*lane))));
        lines.push(("ended".to_owned(), "Ended".to_owned(), ended));
        select_view("status", "Status", lines, move |value| {
            go.run(work.place.get_untracked().with(|filter| {
                filter.ended = value == "ended";
                filter.status = domain::requests::Status::parse(&value);
            }));
        })
    }
}

#[component]
fn HolderFilter(work: WorkState, go: Callback<WorkLocation>) -> impl IntoView {
    let now = Memo::new(move |_| work.place.with(|place| place.filter.holder));
    move || {
        let now = now.get();
        let mut lines = vec![(String::new(), "Everyone".to_owned(), now.is_none())];
        for (holder, words) in [(AssigneeChoice::Me, "Me"), (AssigneeChoice::Nobody, "Nobody")] {
            lines.push((holder_key(holder), words.to_owned(), now == Some(holder)));
        }
        work.people.with(|people| {
            lines.extend(people.iter().map(|person| {
                let holder = AssigneeChoice::Person(person.id);
                (holder_key(holder), person.name.clone(), now == Some(holder))
            }));
        });
        select_view("assignee", "Assignee", lines, move |value| {
            let read = WorkLocation::read(|key| (key == "assignee").then(|| value.clone()));
            go.run(work.place.get_untracked().with(|filter| filter.holder = read.filter.holder));
        })
    }
}

#[component]
fn ItemFilter(work: WorkState, go: Callback<WorkLocation>) -> impl IntoView {
    let now = Memo::new(move |_| work.place.with(|place| place.filter.item.clone()));
    move || {
        let now = now.get();
        let mut lines = vec![(String::new(), "All services".to_owned(), now.is_none())];
        work.items.with(|items| {
            lines.extend(items.iter().map(|item| (item.key.clone(), item.name.clone(), now.as_ref() == Some(&item.key))));
        });
        select_view("item", "Service", lines, move |value| {
            go.run(work.place.get_untracked().with(|filter| filter.item = Some(value).filter(|key| !key.is_empty())));
        })
    }
}

/// Only where there are spaces.
#[component]
fn SpaceFilter(work: WorkState, go: Callback<WorkLocation>) -> impl IntoView {
    let now = Memo::new(move |_| work.place.with(|place| place.filter.space.clone()));
    move || {
        let now = now.get();
        let mut lines = vec![(String::new(), "All spaces".to_owned(), now.is_none())];
        work.spaces.with(|spaces| {
            lines.extend(spaces.iter().map(|space| (space.key.clone(), space.name.clone(), now.as_ref() == Some(&space.key))));
        });
        (lines.len() > 1).then(|| {
            select_view("space", "Space", lines, move |value| {
                go.run(work.place.get_untracked().with(|filter| filter.space = Some(value).filter(|key| !key.is_empty())));
            })
        })
    }
}

#[component]
fn DueFilter(work: WorkState, go: Callback<WorkLocation>) -> impl IntoView {
    let now = Memo::new(move |_| work.place.with(|place| place.filter.due));
    move || {
        let now = now.get();
        let mut lines = vec![(String::new(), "Any deadline".to_owned(), now.is_none())];
        for (due, words) in [(DueChoice::Late, "Late"), (DueChoice::Today, "Due today")] {
            lines.push((due_key(due).to_owned(), words.to_owned(), now == Some(due)));
        }
        select_view("due", "Due", lines, move |value| {
            let read = WorkLocation::read(|key| (key == "due").then(|| value.clone()));
            go.run(work.place.get_untracked().with(|filter| filter.due = read.filter.due));
        })
    }
}
