//! Deciding several at once: one by one underneath, each checked for itself, with what became of each.

use super::desk::Desk;
use super::desk_many::Outcome;
use crate::requests::page_dialog::WordsDialog;
use crate::ui::{DocketNumber, Icon};
use domain::approvals::Verdict;
use leptos::prelude::*;

/// The bar below the list while rows are selected.
#[component]
pub fn BulkBar(desk: Desk) -> impl IntoView {
    let count = Memo::new(move |_| desk.selected.with(|selected| selected.len()));
    let declining = RwSignal::new(false);
    let some = Memo::new(move |_| count.get() > 0);
    let bar = move || {
        view! {
            <div class="bulk-bar">
                <span class="strong">{move || count.get()} " selected"</span>
                <span class="push row">
                    <button
                        class="button button--sm button--primary"
                        type="button"
                        aria-disabled=move || desk.bulk.get().then_some("true")
                        on:click=move |_| desk.decide_selected(Verdict::Approve, String::new())
                    >
                        {move || if desk.bulk.get() { "Deciding".to_owned() } else { format!("Approve {}", count.get()) }}
                    </button>
                    <button class="button button--sm" type="button" on:click=move |_| declining.set(true)>
                        "Decline"
                    </button>
                    <button
                        class="button button--sm button--icon button--quiet"
                        type="button"
                        aria-label="Clear selection"
                        on:click=move |_| desk.selected.update(|selected| selected.clear())
                    >
                        <Icon name="x" />
                    </button>
                </span>
            </div>
        }
    };
    let words =
        move |verb: &'static str| move || format!("{verb} {} {}", count.get(), if count.get() == 1 { "request" } else { "requests" });
    let ask = words("Decline");
    let decline = Callback::new(move |reason: String| {
        declining.set(false);
        desk.decide_selected(Verdict::Reject, reason);
    });
    view! {
        <div class="inbox__bulk" role="region" aria-label="Bulk actions">
            <Show when=move || some.get()>{bar()}</Show>
            <WordsDialog
                id="decline-several"
                open=declining
                title=Signal::derive(move || format!("{}?", ask()))
                label="Reason"
                hint="All the requesters see it."
                keep="Keep them"
                confirm=Signal::derive(words("Decline"))
                working="Declining"
                missing="Write why you decline; the requesters see it"
                danger=true
                busy=Signal::derive(move || desk.bulk.get())
                failed=Signal::stored(None::<String>)
                act=decline
            />
        </div>
    }
    .into_any()
}

/// What became of each request of the last bulk decision; stays until dismissed.
#[component]
pub fn Outcomes(desk: Desk) -> impl IntoView {
    let some = Memo::new(move |_| desk.outcomes.with(|outcomes| !outcomes.is_empty()));
    let held = Memo::new(move |_| desk.outcomes.with(|outcomes| outcomes.iter().any(|one| one.held.is_some())));
    let undo = move || {
        held.get().then(|| {
            view! {
                <button class="button button--sm button--primary" type="button" on:click=move |_| desk.undo_held()>
                    <Icon name="undo-2" />
                    "Undo"
                    <kbd class="kbd">"U"</kbd>
                </button>
            }
            .into_any()
        })
    };
    let panel = move || {
        view! {
            <div class="slip__body stack">
                <ul role="list">
                    <For each=move || desk.outcomes.get() key=|outcome| format!("{}{:?}", outcome.number, outcome.result) let:outcome>
                        {outcome_view(outcome)}
                    </For>
                </ul>
                <div class="row">
                    {undo}
                    <button class="button button--sm" type="button" on:click=move |_| desk.outcomes.set(Vec::new())>
                        "Dismiss"
                    </button>
                </div>
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
pub fn outcome_view(outcome: Outcome) -> AnyView {
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
