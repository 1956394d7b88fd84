//! Above the outbox: which of its deliveries are shown.

use super::place::{ConsoleLocation, PERIODS, SHOWS};
use super::state::ConsoleState;
use crate::ui::{FilterForm, FilterSearch, select_view};
use domain::address::Address;
use domain::connectors::wire::ShownDeliveries;
use domain::tally::count_words;
use domain::text::tidy_code;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Which deliveries, of which connector, since when, of which request.
#[component]
pub fn DeliveryFilterBar(desk: ConsoleState) -> impl IntoView {
    let navigate = use_navigate();
    let go = Callback::new(move |place: ConsoleLocation| {
        navigate(&place.address(), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let show = |(show, _, words): &(ShownDeliveries, &str, &'static str)| {
        let (show, words) = (*show, *words);
        let count = move || match show {
            ShownDeliveries::Waiting => format!(" {}", count_words(desk.page.with(|page| page.waiting))),
            ShownDeliveries::Failed => format!(" {}", count_words(desk.page.with(|page| page.failed))),
            ShownDeliveries::All | ShownDeliveries::Delivered => String::new(),
        };
        view! {
            <a
                href=move || desk.place.with(|place| place.with(|filter| filter.show = show).address())
                aria-current=move || desk.place.with(|place| place.filter.show == show).then_some("true")
            >
                {words}
                {count}
            </a>
        }
        .into_any()
    };
    let shows = SHOWS.iter().map(show).collect_view();
    let names = Memo::new(move |_| {
        desk.page.with(|page| page.destinations.iter().map(|one| (one.key.clone(), one.name.clone())).collect::<Vec<_>>())
    });
    let connectors = move || {
        let now = desk.place.with(|place| place.filter.connector.clone());
        let mut lines = vec![(String::new(), "Any connector".to_owned(), now.is_empty())];
        lines.extend(names.get().into_iter().map(|(key, name)| (key.clone(), name, key == now)));
        select_view("to", "Connector", lines, move |value| go.run(desk.place.get_untracked().with(|filter| filter.connector = value)))
    };
    let periods = move || {
        let now = desk.place.with(|place| place.filter.period);
        let lines = PERIODS.iter().map(|(period, word, words)| ((*word).to_owned(), (*words).to_owned(), *period == now)).collect();
        select_view("period", "Queued", lines, move |value| {
            let period = PERIODS.iter().find(|(_, word, _)| *word == value).map(|(period, ..)| *period).unwrap_or_default();
            go.run(desk.place.get_untracked().with(|filter| filter.period = period));
        })
    };
    let search = FilterSearch {
        name: "number",
        id: None,
        class: "outbox__search",
        label: "Docket number",
        placeholder: "Docket number",
        longest: 20,
        tidy: |number| tidy_code(number).into_owned(),
    };
    let number = Signal::derive(move || desk.place.with(|place| place.filter.number.clone()));
    let find = move |number| go.run(desk.place.get_untracked().with(|filter| filter.number = number));
    view! {
        <FilterForm class="toolbar outbox__bar" action=Address::Connectors.root() search text=number find>
            <nav class="segmented segmented--sm" aria-label="Status">
                {shows}
            </nav>
            {connectors}
            {periods}
        </FilterForm>
    }
    .into_any()
}
