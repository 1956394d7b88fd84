//! Doing the same with several requests of the list, each checked for itself, with what became of each.

use super::state::{Outcome, Work};
use crate::ui::{DocketNumber, Icon};
use domain::id::PersonId;
use domain::requests::wire::Act;
use leptos::prelude::*;

/// The bar below the list while rows are selected.
#[component]
pub fn BulkBar(work: Work) -> impl IntoView {
    let count = Memo::new(move |_| work.selected.with(|selected| selected.len()));
    let some = Memo::new(move |_| count.get() > 0);
    view! {
        <div class="work__bulk" role="region" aria-label="Bulk actions">
            <Show when=move || some.get()>{bar(work, count)}</Show>
        </div>
    }
    .into_any()
}

fn bar(work: Work, count: Memo<usize>) -> AnyView {
    let busy = move || work.bulk.get().then_some("true");
    let unselected = move || work.rows.with(|rows| rows.live().count()) > count.get();
    let all = move || {
        unselected().then(|| {
            view! {
                <button class="button button--sm button--quiet" type="button" on:click=move |_| work.select_all(true)>
                    "Select all"
                </button>
            }
        })
    };
    let given = move |value: String| {
        if let Ok(id) = value.parse::<PersonId>() {
            work.each(Act::Assign { to: Some(id) }, "assigned");
        }
    };
    let people = move || {
        work.people.with(|people| {
            people
                .iter()
                .map(|person| view! { <option value=person.id.to_string()>{person.name.clone()}</option> }.into_any())
                .collect_view()
        })
    };
    view! {
        <div class="bulk-bar">
            <span class="strong">{move || count.get()} " selected"</span>
            {all}
            <span class="push row row--wrap">
                <button
                    class="button button--sm button--primary"
                    id="bulk-first"
                    type="button"
                    aria-disabled=busy
                    on:click=move |_| work.assign_selected_to_me()
                >
                    {move || if work.bulk.get() { "Working".to_owned() } else { format!("Assign {} to me", count.get()) }}
                    <kbd class="kbd" aria-hidden="true">
                        "I"
                    </kbd>
                </button>
                <select
                    class="select select--sm"
                    aria-label="Assign them to"
                    prop:value=""
                    on:change:target=move |event| given(event.target().value())
                >
                    <option value="">"Assign to…"</option>
                    {people}
                </select>
                <button class="button button--sm" type="button" aria-disabled=busy on:click=move |_| work.each(Act::Start, "started")>
                    {move || format!("Start {}", count.get())}
                </button>
                <button
                    class="button button--sm button--icon button--quiet"
                    type="button"
                    aria-label="Clear selection"
                    on:click=move |_| work.clear_selection()
                >
                    <Icon name="x" />
                </button>
            </span>
        </div>
    }
    .into_any()
}

/// What became of each request; stays until dismissed.
#[component]
pub fn Outcomes(work: Work) -> impl IntoView {
    let some = Memo::new(move |_| work.outcomes.with(|outcomes| !outcomes.is_empty()));
    let panel = move || {
        view! {
            <div class="slip slip__body stack">
                <ul role="list">
                    <For each=move || work.outcomes.get() key=|outcome| outcome.number.clone() let:outcome>
                        {outcome_view(outcome)}
                    </For>
                </ul>
                <button class="button button--sm" type="button" on:click=move |_| work.outcomes.set(Vec::new())>
                    "Dismiss"
                </button>
            </div>
        }
    };
    view! {
        <div id="outcomes" tabindex="-1" role="status">
            <Show when=move || some.get()>{panel()}</Show>
        </div>
    }
    .into_any()
}

/// One request and what became of it.
fn outcome_view(outcome: Outcome) -> AnyView {
    let (class, icon, words) = match outcome.result {
        Ok(words) => ("status status--done", "check", words),
        Err(words) => ("status status--bad", "circle-alert", words),
    };
    view! {
        <li class="row row--wrap">
            <DocketNumber number=outcome.number />
            <span class=class>
                <Icon name=icon />
                {words}
            </span>
        </li>
    }
    .into_any()
}
