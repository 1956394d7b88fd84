//! "Continue where you left off": drafts to finish, each discarded with a way back.

use crate::requests::new::api::{discard_draft, restore_draft};
use crate::ui::{TimeText, toast::use_toasts};
use domain::address::Address;
use domain::catalog::wire::DraftSummary;
use domain::requests::title::item_beside;
use leptos::prelude::*;

/// The strips above the shelves.
#[component]
pub fn DraftStrips(drafts: Vec<DraftSummary>) -> impl IntoView {
    let list = RwSignal::new(drafts);
    let toasts = use_toasts();
    let say = move |message: String, undo: Option<Callback<()>>| toasts.show(message, undo);
    let restore = move |draft: DraftSummary| {
        leptos::task::spawn_local(async move {
            match restore_draft(draft.id).await {
                Ok(()) => list.update(|list| list.insert(0, draft)),
                Err(error) => say(error.message(), None),
            }
        });
    };
    let discard = move |draft: DraftSummary| {
        leptos::task::spawn_local(async move {
            match discard_draft(draft.id).await {
                Ok(()) => {
                    list.update(|list| list.retain(|other| other.id != draft.id));
                    let message = format!("Draft of {} discarded", draft.item_name);
                    say(message, Some(Callback::new(move |()| restore(draft.clone()))));
                }
                Err(error) => say(error.message(), None),
            }
        });
    };
    let discard = Callback::new(discard);
    view! {
        <For each=move || list.get() key=|draft| draft.id let:draft>
            <DraftStrip draft discard />
        </For>
    }
    .into_any()
}

#[component]
fn DraftStrip(draft: DraftSummary, discard: Callback<DraftSummary>) -> impl IntoView {
    let address = Address::Item(&draft.item_key).to_string();
    let name = draft.item_name.clone();
    let blank = format!("{}-••••", draft.prefix);
    let title = draft.title.clone();
    let progress = match item_beside(&title, &name) {
        "" => draft.progress.clone(),
        item => format!("{item}. {}", draft.progress),
    };
    let saved_at = draft.saved_at;
    let label = format!("Draft to finish, {name}");
    let discard_label = format!("Discard the draft of {name}");
    view! {
        <section class="draft row-opens" aria-label=label>
            <div class="draft__stub">
                <span class="docket__stub-label">"Draft"</span>
                <span class="docket-no">{blank}</span>
            </div>
            <div class="perf perf--v" aria-hidden="true"></div>
            <div class="draft__body">
                <div>
                    <h2 class="draft__title" dir="auto">{title}</h2>
                    <p class="soft">{progress} ". Saved " <TimeText at=saved_at /> "."</p>
                </div>
                <div class="row">
                    <button class="button button--quiet" type="button" aria-label=discard_label on:click=move |_| discard.run(draft.clone())>
                        "Discard"
                    </button>
                    <a class="button button--primary row-link" href=address>
                        "Continue"
                    </a>
                </div>
            </div>
        </section>
    }
    .into_any()
}
