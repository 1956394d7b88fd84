//! The list: a page of people, by name.

use super::filters::PeopleFilters;
use super::location::PeopleLocation;
use super::parts::{some_names, state_badge};
use super::state::PeopleState;
use crate::ui::{Avatar, EmptyState, Icon, TimeText};
use domain::address::Address;
use domain::people::wire::PeopleRow;
use domain::tally::count_words;
use leptos::prelude::*;

/// Filters, rows, and the ways to other pages.
#[component]
pub fn PeopleList(state: PeopleState) -> impl IntoView {
    let rows = move || {
        let rows = state.page.with(|page| page.rows.clone());
        if rows.is_empty() {
            return nothing();
        }
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="People, scrolls sideways">
                <table class="table table--dense table--stack people__table">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Groups"</th>
                            <th scope="col">"Space"</th>
                            <th scope="col">"Number"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Last seen"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(row_view).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let count = move || {
        let total = state.page.with(|page| page.total);
        if total == 1 { "1 person".to_owned() } else { format!("{} people", count_words(total)) }
    };
    view! {
        <section class="slip" aria-labelledby="people-h" aria-busy=move || state.loading.get().then_some("true")>
            <div class="slip__head">
                <h2 id="people-h">"Everybody"</h2>
                <span class="slip__note" role="status">
                    {count}
                </span>
            </div>
            <PeopleFilters state />
            {rows}
            {pages(state)}
        </section>
    }
    .into_any()
}

fn row_view(row: PeopleRow) -> AnyView {
    let id = row.person.id.to_string();
    let groups = some_names(&row.groups, 2);
    let title = (!row.person.title.is_empty()).then(|| view! { <span class="table__sub" dir="auto">{row.person.title.clone()}</span> });
    let seen = match row.seen {
        Some(at) => view! { <TimeText at /> }.into_any(),
        None => view! { <span class="muted">"Not signed in"</span> }.into_any(),
    };
    view! {
        <tr class="row-opens">
            <th scope="row" class="c-name">
                <span class="person">
                    <Avatar name=row.person.name.clone() />
                    <span class="people__who">
                        <a class="row-link" href=Address::Person(&id).to_string() dir="auto">
                            {row.person.name.clone()}
                        </a>
                        <span class="person__sub">{row.email}</span>
                    </span>
                </span>
            </th>
            <td class="c-role" data-label="Role">
                <span>{some_names(&row.roles, 1)}{title}</span>
            </td>
            <td class="c-group" data-label="Groups" dir="auto">
                {groups}
            </td>
            <td class="c-space" data-label="Space" dir="auto">
                {row.space}
            </td>
            <td class="c-number" data-label="Number">
                {row.employee_number}
            </td>
            <td class="c-state" data-label="State">
                {state_badge(row.state)}
            </td>
            <td class="c-seen nowrap soft" data-label="Last seen">
                {seen}
            </td>
        </tr>
    }
    .into_any()
}

fn pages(state: PeopleState) -> AnyView {
    let next = Memo::new(move |_| state.page.with(|page| page.next));
    let later = Memo::new(move |_| state.place.with(|place| place.after.is_some()));
    let first = move || state.place.with(|place| PeopleLocation { after: None, ..place.clone() }.address());
    let further = move || state.place.with(|place| PeopleLocation { after: next.get(), ..place.clone() }.address());
    let pages = move || {
        (later.get() || next.with(Option::is_some)).then(|| {
            view! {
                <nav class="pagination" aria-label="Pages">
                    <span></span>
                    <span class="row">
                        {later.get().then(|| view! { <a class="button button--sm" href=first>"First page"</a> })}
                        {next
                            .with(Option::is_some)
                            .then(|| view! { <a class="button button--sm" href=further>"Next page"<Icon name="chevron-right" /></a> })}
                    </span>
                </nav>
            }
        })
    };
    pages.into_any()
}

fn nothing() -> AnyView {
    view! {
        <EmptyState icon="users" title="Nobody fits">
            <p>"Nobody fits all of these filters. Names are found by how their words begin, numbers by their first signs."</p>
            <a class="button" href=Address::People.root()>
                "Show everybody"
            </a>
        </EmptyState>
    }
    .into_any()
}
