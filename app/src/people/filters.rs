//! Above the list: who is listed. A plain form, so that it works without script.

use super::location::PeopleLocation;
use super::state::PeopleState;
use crate::ui::{FilterForm, FilterSearch, select_view};
use domain::address::Address;
use domain::bounds::SEARCH_LETTERS;
use domain::people::wire::{PERSON_STATES, PeopleFilter};
use domain::text::tidy_line;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// What is typed, and role, space, group and state.
#[component]
pub fn PeopleFilters(state: PeopleState) -> impl IntoView {
    let navigate = use_navigate();
    let go = Callback::new(move |place: PeopleLocation| {
        navigate(&place.address(), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    let change = move |change: &dyn Fn(&mut PeopleFilter)| go.run(state.place.get_untracked().with(change));
    // What can be chosen stays while the list is another one.
    let roles = Memo::new(move |_| state.page.with(|page| page.roles.clone()));
    let spaces = Memo::new(move |_| state.page.with(|page| page.spaces.clone()));
    let groups = Memo::new(move |_| state.page.with(|page| page.groups.clone()));
    let role = move || {
        let now = state.place.with(|place| place.filter.role.clone());
        let mut lines = vec![(String::new(), "Any role".to_owned(), now.is_empty())];
        lines.extend(roles.get().into_iter().map(|(key, word)| {
            let chosen = key == now;
            (key, word, chosen)
        }));
        select_view("role", "Role", lines, move |value| change(&|filter| filter.role.clone_from(&value)))
    };
    let space = move || {
        let now = state.place.with(|place| place.filter.space);
        let mut lines = vec![(String::new(), "Any space".to_owned(), now.is_none())];
        lines.extend(spaces.get().into_iter().map(|space| (space.id.to_string(), space.name, Some(space.id) == now)));
        select_view("space", "Space", lines, move |value| change(&|filter| filter.space = value.parse().ok()))
    };
    let group = move || {
        let now = state.place.with(|place| place.filter.group);
        let mut lines = vec![(String::new(), "Any group".to_owned(), now.is_none())];
        lines.extend(groups.get().into_iter().map(|group| (group.id.to_string(), group.name, Some(group.id) == now)));
        select_view("group", "Group", lines, move |value| change(&|filter| filter.group = value.parse().ok()))
    };
    let states = move || {
        let now = state.place.with(|place| place.filter.state);
        let mut lines = vec![(String::new(), "Any state".to_owned(), now.is_none())];
        lines.extend(PERSON_STATES.iter().map(|(one, name, word)| ((*name).to_owned(), (*word).to_owned(), Some(*one) == now)));
        select_view("state", "State", lines, move |value| {
            let chosen = PERSON_STATES.iter().find(|(_, name, _)| *name == value).map(|(one, ..)| *one);
            change(&|filter| filter.state = chosen);
        })
    };
    let search = FilterSearch {
        name: "text",
        id: None,
        class: "people__find",
        label: "Find a person",
        placeholder: "Name, e-mail, phone or number",
        longest: SEARCH_LETTERS,
        tidy: |text| tidy_line(text).into_owned(),
    };
    let text = Signal::derive(move || state.place.with(|place| place.filter.text.clone()));
    let find = move |text| go.run(state.place.get_untracked().with(|filter| filter.text = text));
    view! {
        <FilterForm class="toolbar people__bar" action=Address::People.root() search text find>
            {role}
            {space}
            {group}
            {states}
        </FilterForm>
    }
    .into_any()
}
