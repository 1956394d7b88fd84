//! Above the log: which entries are shown. A plain form, so that it works without script.

use super::location::AuditLocation;
use super::state::AuditState;
use crate::ui::{FilterForm, FilterSearch, Icon, select_view};
use domain::address::Address;
use domain::audit::{AUDIT_THINGS, AUDIT_WAYS, AuditThing, AuditWay};
use domain::bounds::SEARCH_LETTERS;
use domain::connectors::wire::{ConsolePeriod, PERIODS};
use domain::text::tidy_line;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Words, when, who, what and by which way.
#[component]
pub fn AuditFilters(state: AuditState) -> impl IntoView {
    let navigate = use_navigate();
    let go = Callback::new(move |place: AuditLocation| {
        navigate(&place.address(), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let change = move |change: &dyn Fn(&mut domain::audit::wire::AuditFilter)| go.run(state.place.get_untracked().with(change));
    let periods = move || {
        let now = state.place.with(|place| place.filter.period);
        let lines = PERIODS.iter().map(|(period, word, words)| ((*word).to_owned(), (*words).to_owned(), *period == now)).collect();
        select_view("period", "When", lines, move |value| {
            let period = PERIODS.iter().find(|(_, word, _)| *word == value).map_or(ConsolePeriod::Month, |(period, ..)| *period);
            change(&|filter| filter.period = period);
        })
    };
    let known = Memo::new(move |_| state.page.with(|page| page.actors.clone()));
    let actors = move || {
        let now = state.place.with(|place| place.filter.actor);
        let mut lines = vec![(String::new(), "Anybody".to_owned(), now.is_none())];
        lines.extend(known.get().into_iter().map(|person| (person.id.to_string(), person.name, Some(person.id) == now)));
        // Whoever is chosen by the address alone made none of the latest entries.
        if let Some(other) = now.filter(|now| !known.with(|known| known.iter().any(|person| person.id == *now))) {
            lines.push((other.to_string(), "One person".to_owned(), true));
        }
        select_view("who", "Who", lines, move |value| change(&|filter| filter.actor = value.parse().ok()))
    };
    let things = move || {
        let now = state.place.with(|place| place.filter.thing);
        let mut lines = vec![(String::new(), "Anything".to_owned(), now.is_none())];
        lines.extend(AUDIT_THINGS.iter().map(|(thing, name, words)| ((*name).to_owned(), (*words).to_owned(), Some(*thing) == now)));
        select_view("what", "What", lines, move |value| {
            change(&|filter| (filter.thing, filter.thing_id) = (AuditThing::find(&value), String::new()));
        })
    };
    let ways = move || {
        let now = state.place.with(|place| place.filter.way);
        let mut lines = vec![(String::new(), "Any way".to_owned(), now.is_none())];
        lines.extend(AUDIT_WAYS.iter().map(|(way, name, word)| ((*name).to_owned(), (*word).to_owned(), Some(*way) == now)));
        select_view("way", "Through", lines, move |value| change(&|filter| filter.way = AuditWay::find(&value)))
    };
    // One thing's history is asked for in an entry, and ended here.
    let of_one = Memo::new(move |_| state.place.with(|place| !place.filter.thing_id.is_empty()));
    let all = move || state.place.with(|place| place.with(|filter| (filter.thing, filter.thing_id) = (None, String::new())).address());
    let one = move || {
        of_one.get().then(|| {
            view! {
                <a class="button button--sm" href=all>
                    "Changes of one thing"
                    <Icon name="x" />
                    <span class="visually-hidden">": show all"</span>
                </a>
            }
        })
    };
    let search = FilterSearch {
        name: "text",
        id: None,
        class: "audit__find",
        label: "Find in the log",
        placeholder: "Person, thing or value",
        longest: SEARCH_LETTERS,
        tidy: |text| tidy_line(text).into_owned(),
    };
    let text = Signal::derive(move || state.place.with(|place| place.filter.text.clone()));
    let find = move |text| go.run(state.place.get_untracked().with(|filter| filter.text = text));
    view! {
        <FilterForm class="toolbar audit__bar" action=Address::AuditLog.root() search text find>
            {periods}
            {actors}
            {things}
            {ways}
            {one}
        </FilterForm>
    }
    .into_any()
}
