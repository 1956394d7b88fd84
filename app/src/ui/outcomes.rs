//! What became of each of several requests, until it has been read.

use super::{DocketNumber, Icon};
use leptos::prelude::*;

/// What became of one of several requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionOutcome {
    pub number: String,
    /// The words to show; an error holds what went against it.
    pub result: Result<String, String>,
}

/// The list of them, which takes the focus as `outcomes`; stays until dismissed.
#[component]
pub fn OutcomePanel(outcomes: RwSignal<Vec<ActionOutcome>>) -> impl IntoView {
    let some = Memo::new(move |_| outcomes.with(|outcomes| !outcomes.is_empty()));
    let panel = move || {
        view! {
            <div class="slip slip__body stack">
                <ul role="list">
                    <For each=move || outcomes.get() key=|outcome| outcome.number.clone() let:outcome>
                        {outcome_view(outcome)}
                    </For>
                </ul>
                <button class="button button--sm" type="button" on:click=move |_| outcomes.set(Vec::new())>
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

fn outcome_view(outcome: ActionOutcome) -> AnyView {
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
