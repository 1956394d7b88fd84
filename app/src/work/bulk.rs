//! Doing the same with several requests of the list, each checked for itself.

use super::state::WorkState;
use crate::ui::Icon;
use domain::id::PersonId;
use domain::requests::actions::{ACTION_TABLE, ActionAsks, ActionButton, ActionCall, ActionKind, BulkWords};
use leptos::prelude::*;

/// The bar below the list while rows are selected.
#[component]
pub fn WorkBulkBar(work: WorkState) -> impl IntoView {
    let count = Memo::new(move |_| work.selection.chosen.with(|selected| selected.len()));
    let some = Memo::new(move |_| count.get() > 0);
    view! {
        <div class="work__bulk" role="region" aria-label="Bulk actions">
            <Show when=move || some.get()>{bar(work, count)}</Show>
        </div>
    }
    .into_any()
}

fn bar(work: WorkState, count: Memo<usize>) -> AnyView {
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
            work.each(ActionCall::assign(id));
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
    // What asks for nothing is a button; the first one is what a selection is made for.
    let at_once = ACTION_TABLE.iter().filter(|row| matches!(row.asks, ActionAsks::Nothing));
    let mut at_once = at_once.filter_map(|row| Some((row.kind, row.button.as_ref()?, row.bulk.as_ref()?)));
    let first = at_once.next().map(|(kind, face, words)| button(work, count, true, kind, face, words));
    let others = at_once.map(|(kind, face, words)| button(work, count, false, kind, face, words)).collect_view();
    view! {
        <div class="bulk-bar">
            <span class="strong">{move || count.get()} " selected"</span>
            {all}
            <span class="push row row--wrap">
                {first} <select
                    class="select select--sm"
                    aria-label="Assign them to"
                    prop:value=""
                    on:change:target=move |event| given(event.target().value())
                >
                    <option value="">{ActionKind::Assign.label()}</option>
                    {people}
                </select>
                {others}
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

/// "Assign 3 to me", with the key beside the first.
fn button(
    work: WorkState,
    count: Memo<usize>,
    first: bool,
    kind: ActionKind,
    face: &'static ActionButton,
    words: &'static BulkWords,
) -> AnyView {
    let (before, after) = words.button;
    let label = move || {
        if first && work.bulk.get() {
            return "Working".to_owned();
        }
        format!("{before} {} {after}", count.get()).trim_end().to_owned()
    };
    let key = first.then(|| {
        view! {
            <kbd class="kbd" aria-hidden="true">
                {face.key_word()}
            </kbd>
        }
    });
    view! {
        <button
            class=if first { "button button--sm button--primary" } else { "button button--sm" }
            id=first.then_some("bulk-first")
            type="button"
            aria-disabled=move || work.bulk.get().then_some("true")
            on:click=move |_| work.each(ActionCall::new(kind, ""))
        >
            {label}
            {key}
        </button>
    }
    .into_any()
}
