//! Below the list: what is selected and can be decided at once, and what is held and can still be taken back.

use super::desk::InboxDesk;
use super::held_batch::{HeldBatch, was_not};
use crate::ui::{Icon, WordsDialog};
use domain::approvals::ApproverVerdict;
use leptos::prelude::*;

/// The bar below the list while rows are selected.
#[component]
pub fn InboxBulkBar(desk: InboxDesk) -> impl IntoView {
    let count = Memo::new(move |_| desk.chosen.with(Vec::len));
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
                        on:click=move |_| desk.decide_selected(ApproverVerdict::Approve, String::new())
                    >
                        {move || if desk.bulk.get() { "Deciding".to_owned() } else { format!("Approve {}", count.get()) }}
                        <kbd class="kbd" aria-hidden="true">
                            "A"
                        </kbd>
                    </button>
                    <button class="button button--sm" type="button" on:click=move |_| desk.declining.set(true)>
                        "Decline"
                        <kbd class="kbd" aria-hidden="true">
                            "D"
                        </kbd>
                    </button>
                    <button
                        class="button button--sm button--icon button--quiet"
                        type="button"
                        aria-label="Clear selection"
                        on:click=move |_| desk.clear_selection()
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
        desk.declining.set(false);
        desk.decide_selected(ApproverVerdict::Reject, reason);
    });
    view! {
        <div class="inbox__bulk" role="region" aria-label="Bulk actions">
            <Show when=move || some.get()>{bar()}</Show>
            <WordsDialog
                id="decline-several"
                open=desk.declining
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

/// How many strokes are shown at once; older ones are counted.
const SHOWN: usize = 3;

/// What is held, the latest first, each with the time to take it back; and what was not decided after all, until it has been read.
#[component]
pub fn HeldStrip(desk: InboxDesk) -> impl IntoView {
    let keys =
        Memo::new(move |_| desk.held.with(|batches| batches.iter().rev().take(SHOWN).map(|batch| batch.key.clone()).collect::<Vec<_>>()));
    let some = Memo::new(move |_| keys.with(|keys| !keys.is_empty()));
    let older = Memo::new(move |_| desk.held.with(|batches| batches.len().saturating_sub(SHOWN)));
    let latest =
        Memo::new(move |_| desk.held.with(|batches| batches.iter().rev().find(|batch| batch.is_held()).map(|batch| batch.key.clone())));
    let more = move || (older.get() > 0).then(|| view! { <p class="muted">{format!("And {} earlier", older.get())}</p> }.into_any());
    view! {
        <div
            class="held"
            id="held"
            role=move || some.get().then_some("region")
            aria-label=move || some.get().then_some("Being decided")
        >
            <For each=move || keys.get() key=|key| key.clone() let:key>
                {stroke(desk, key, latest)}
            </For>
            {more}
        </div>
    }
    .into_any()
}

fn stroke(desk: InboxDesk, key: String, latest: Memo<Option<String>>) -> AnyView {
    let of = key.clone();
    let batch = Memo::new(move |_| desk.held.with(|batches| batches.iter().find(|batch| batch.key == of).cloned()));
    let words = Memo::new(move |_| batch.with(|batch| batch.as_ref().filter(|batch| batch.is_held()).map(HeldBatch::words)));
    let left = move || batch.with(|batch| batch.as_ref().map_or(0, |batch| batch.left.max(0)));
    let of = key.clone();
    let is_latest = Memo::new(move |_| latest.with(|latest| latest.as_ref() == Some(&of)));
    let of = StoredValue::new(key);
    let held = move || {
        words.get().map(|words| {
            let hint = move || is_latest.get().then(|| view! { <kbd class="kbd" aria-hidden="true">"U"</kbd> });
            view! {
                <p class="held__line">
                    <Icon name="hourglass" />
                    <span class="held__words">{words}</span>
                    <span class="held__left" aria-hidden="true">
                        {left}
                        " s"
                    </span>
                    <span class="push row">
                        <button class="button button--sm button--primary" type="button" on:click=move |_| desk.undo(of.get_value())>
                            "Undo"
                            {hint}
                        </button>
                        <button class="button button--sm" type="button" on:click=move |_| desk.send_now(of.get_value())>
                            "Send now"
                        </button>
                    </span>
                </p>
            }
            .into_any()
        })
    };
    let refused = Memo::new(move |_| {
        batch.with(|batch| {
            batch.as_ref().map(|batch| (batch.verdict, batch.refused.clone())).unwrap_or((ApproverVerdict::Approve, Vec::new()))
        })
    });
    let lines = move || {
        let (verdict, refused) = refused.get();
        (!refused.is_empty()).then(|| {
            let lines = refused
                .into_iter()
                .map(|(number, words)| view! { <li>{format!("{number} {}: {words}", was_not(verdict))}</li> }.into_any());
            view! {
                <div class="held__line held__line--bad">
                    <Icon name="circle-alert" />
                    <ul class="held__words" role="list">
                        {lines.collect_view()}
                    </ul>
                    <button class="button button--sm push" type="button" on:click=move |_| desk.dismiss(&of.get_value())>
                        "Dismiss"
                    </button>
                </div>
            }
            .into_any()
        })
    };
    view! {
        {held}
        <div role="alert">{lines}</div>
    }
    .into_any()
}
