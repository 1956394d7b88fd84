//! The board: a lane for each status, a card for each request. A card is dragged, or moved by its menu.

use super::card::WorkCard;
use super::keys::use_work_keys;
use super::state::WorkState;
use crate::ui::StatusBadge;
use domain::requests::Status;
use domain::requests::board::moves;
use leptos::prelude::*;

/// All lanes.
#[component]
pub fn WorkBoard(work: WorkState) -> impl IntoView {
    let lanes = Memo::new(move |_| work.rows.with(|rows| rows.lanes.iter().map(|(lane, _)| *lane).collect::<Vec<_>>()));
    use_work_keys(work, true);
    view! {
        <div class="board" role="group" aria-label="Board">
            <For each=move || lanes.get() key=|lane| *lane let:lane>
                <LaneView work lane />
            </For>
        </div>
        <BoardHints />
    }
    .into_any()
}

#[component]
fn LaneView(work: WorkState, lane: Status) -> impl IntoView {
    let cards = Memo::new(move |_| work.rows.with(|rows| rows.lane(lane)));
    let count = Memo::new(move |_| work.rows.with(|rows| rows.count(lane)));
    let hidden = Memo::new(move |_| count.get().saturating_sub(cards.with(Vec::len)));
    let dragged = move || work.dragged.get().and_then(|number| work.rows.with(|rows| rows.row(&number).cloned()));
    // Where the dragged card may go, and where it may not.
    let target = Memo::new(move |_| {
        dragged()
            .filter(|row| row.lane != lane)
            .map(|row| moves(row.data.summary.status, &row.data.allowed).iter().any(|(to, _)| *to == lane))
    });
    let over = move |event: leptos::ev::DragEvent| {
        if work.dragged.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    };
    let dropped = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        if let Some(number) = work.dragged.get_untracked() {
            work.dragged.set(None);
            work.move_to(&number, lane);
        }
    };
    let title = format!("lane-{}", lane.key());
    let heading = title.clone();
    let all = move || work.place.with(|place| place.shown(false).with(|filter| filter.status = Some(lane)).address());
    let more =
        move || (hidden.get() > 0).then(|| view! { <a class="lane__more" href=all>{format!("{} more in the list", hidden.get())}</a> });
    view! {
        <section
            class="lane"
            class:is-target=move || target.get() == Some(true)
            class:is-barred=move || target.get() == Some(false)
            aria-labelledby=title
            on:dragover=over
            on:drop=dropped
        >
            <div class="lane__head">
                <h2 id=heading>
                    <StatusBadge status=lane />
                </h2>
                <span class="lane__n">{move || count.get()} <span class="visually-hidden">" requests"</span></span>
            </div>
            <ul class="lane__cards" role="list">
                <For each=move || cards.get() key=|number| number.clone() let:number>
                    <WorkCard work number />
                </For>
            </ul>
            {more}
        </section>
    }
    .into_any()
}

#[component]
fn BoardHints() -> impl IntoView {
    let hint = |keys: &'static [&'static str], words: &'static str| {
        let keys = keys.iter().map(|key| view! { <kbd class="kbd">{*key}</kbd> }).collect_view();
        view! { <span>{keys} " " {words}</span> }.into_any()
    };
    view! {
        <p class="key-hints">
            {hint(&["←", "→"], "lane")} {hint(&["↑", "↓"], "card")} {hint(&["M"], "move to…")} {hint(&["I"], "assign to me")} {hint(&["↵"], "open")}
        </p>
    }
    .into_any()
}
