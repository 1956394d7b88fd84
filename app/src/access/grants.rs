//! Who holds a role over what is looked at: here, and from what is around it.

use super::dialogs::{ask_grant, ask_take_back};
use super::state::{AccessState, path_in};
use crate::ui::{Avatar, Icon, TimeText};
use domain::access::wire::{AccessView, GrantLine};
use domain::access::{GrantScope, GrantSubject};
use domain::id::SpaceId;
use leptos::prelude::*;

/// Whether a grant reaches over the space that is looked at, and from where; over all there is when none is.
fn reaches(page: &AccessView, chosen: Option<SpaceId>, line: &GrantLine) -> bool {
    let Some(chosen) = chosen else { return true };
    let mut next = Some(chosen);
    let mut above = Vec::new();
    while let Some(space) = next.and_then(|id| page.spaces.iter().find(|line| line.space.id == id)) {
        above.push(space.space.id);
        next = space.space.parent.filter(|_| above.len() < domain::access::spaces::DEEPEST);
    }
    match line.scope {
        GrantScope::Organization => true,
        GrantScope::Space(space) => above.contains(&space),
        GrantScope::Item(_) => false,
    }
}

/// The table of grants.
#[component]
pub fn GrantTable(state: AccessState) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let chosen = state.chosen.get();
        state.page.with(|page| page.grants.iter().filter(|line| reaches(page, chosen, line)).cloned().collect::<Vec<_>>())
    });
    let heading = move || match state.chosen.get() {
        None => "Who has a role".to_owned(),
        Some(id) => state.page.with(|page| format!("Who has a role on {}", path_in(page, id))),
    };
    let grants = move || {
        let chosen = state.chosen.get();
        let may = state.page.with(|page| match chosen {
            None => page.grants_everywhere,
            Some(id) => page.spaces.iter().any(|line| line.space.id == id && line.grants),
        });
        may.then(|| {
            view! {
                <button class="button button--primary push" type="button" on:click=move |_| ask_grant(state)>
                    <Icon name="user-plus" />
                    "Grant a role"
                </button>
            }
        })
    };
    let rows = move || shown.get().into_iter().map(|line| row(state, line)).collect_view();
    let table = move || {
        if shown.with(Vec::is_empty) {
            return view! { <p class="slip__body soft">"Nobody holds a role here alone. Who works on all requests of the organization works on these too."</p> }
                .into_any();
        }
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Grants, scrolls sideways">
                <table class="table table--dense table--stack">
                    <thead>
                        <tr>
                            <th scope="col">"Who"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Where"</th>
                            <th scope="col">"Granted"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Actions"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="slip access__grants" aria-labelledby="access-grants">
            <div class="slip__head">
                <h2 id="access-grants" dir="auto">
                    {heading}
                </h2>
                {grants}
            </div>
            {table}
        </section>
    }
    .into_any()
}

fn row(state: AccessState, line: GrantLine) -> AnyView {
    let who = match line.subject {
        GrantSubject::Person(_) => view! { <Avatar name=line.name.clone() /> }.into_any(),
        GrantSubject::Group(_) => view! { <Icon name="users" /> }.into_any(),
    };
    let place = if line.place.is_empty() { "The organization".to_owned() } else { line.place.clone() };
    let given = match (line.since, line.by.clone()) {
        (Some(at), Some(by)) => view! {
            <span>
                <TimeText at />
                ", "
                <span dir="auto">{by}</span>
            </span>
        }
        .into_any(),
        (Some(at), None) => view! {
            <span>
                <TimeText at />
                ", by files"
            </span>
        }
        .into_any(),
        (None, _) => view! { "By files" }.into_any(),
    };
    let starts = line.starts_at.map(|at| {
        view! {
            <span class="table__sub">"From " <TimeText at /></span>
        }
    });
    let ends = line.ends_at.map(|at| {
        view! {
            <span class="table__sub">"Until " <TimeText at /></span>
        }
    });
    let take_back = (line.ends && line.id.is_some()).then(|| {
        let (line, label) = (line.clone(), format!("Take back {} from {}", line.role, line.name));
        view! {
            <button class="button button--sm" type="button" aria-label=label on:click=move |_| ask_take_back(state, &line)>
                "Take back"
            </button>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <span class="person">{who} <span dir="auto">{line.name.clone()}</span></span>
            </th>
            <td data-label="Role">
                <b>{line.role.clone()}</b>
            </td>
            <td data-label="Where">
                <span>
                    <span dir="auto">{place}</span>
                    {starts}
                    {ends}
                </span>
            </td>
            <td data-label="Granted">{given}</td>
            <td>{take_back}</td>
        </tr>
    }
    .into_any()
}
