//! The keys of the work pages: a first press enters at the first card or row, wherever the focus is. What acts on a request acts on the one
//! that has the focus, or that is about to have it; single keys only where they are on, and never right after `G`.

use super::rows::CardStep;
use super::state::{WorkState, card_id};
use crate::ui::focus::focus_any;
use crate::ui::keyboard::JumpKeys;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// How long the focus is on its way after a key has moved it, in milliseconds: what is pressed meanwhile is meant for where it goes.
const ARRIVAL: f64 = 150.0;

/// Listens as long as the list or the board is on screen. `board` also knows left and right.
pub fn use_work_keys(work: WorkState, board: bool) {
    let jump = JumpKeys::with_moves(&["j", "k", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"]);
    let moved_at = StoredValue::new(f64::NEG_INFINITY);
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if jump.takes(&event) == Some(false) && press(work, board, &event, moved_at) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Acts on a key; answers whether it was one of ours.
fn press(work: WorkState, board: bool, event: &KeyboardEvent, moved_at: StoredValue<f64>) -> bool {
    let key = event.key();
    let key = key.as_str();
    let Some(at) = work.at.try_get_untracked() else { return false };
    let at = at.filter(|number| work.row(number).is_some());
    let arrives = event.time_stamp() - moved_at.try_get_value().unwrap_or(f64::NEG_INFINITY) < ARRIVAL;
    let has_focus = |number: &String| document().active_element().is_some_and(|active| active.id() == card_id(number));
    let focused = at.clone().filter(|number| arrives || has_focus(number));
    // Arrows belong to whatever else has the focus.
    let arrows = key.starts_with("Arrow") && !is_between(event);
    let way = match key {
        _ if arrows => return false,
        "ArrowUp" | "k" => CardStep::Up,
        "ArrowDown" | "j" => CardStep::Down,
        "ArrowLeft" if board => CardStep::Left,
        "ArrowRight" if board => CardStep::Right,
        "n" => {
            work.settle();
            return true;
        }
        _ => return act(work, board, key, focused),
    };
    let next = match &focused {
        Some(number) => work.rows.with_untracked(|rows| if board { rows.beside(number, way) } else { rows.next(number, way) }),
        None => at.or_else(|| work.rows.with_untracked(|rows| rows.first())),
    };
    if let Some(next) = next {
        work.at.set(Some(next.clone()));
        moved_at.set_value(event.time_stamp());
        focus_any(&[&card_id(&next)]);
    }
    true
}

/// What is done with the request that has the focus, or with the selection.
fn act(work: WorkState, board: bool, key: &str, focused: Option<String>) -> bool {
    let selected = !board && work.selection.chosen.with_untracked(|selected| !selected.is_empty());
    match (key, focused) {
        ("i", _) if selected => work.assign_selected_to_me(),
        ("b", _) if selected => focus_any(&["bulk-first"]),
        ("Escape", _) if selected => work.clear_selection(),
        ("m", Some(number)) if board => work.moving.set(Some(number)),
        ("i", Some(number)) => work.take(&number),
        ("x", Some(number)) if !board => work.selection.toggle(number),
        ("X", Some(number)) if !board => work.toggle_range(&number),
        _ => return false,
    }
    true
}

/// Whether the focus is on nothing in particular, or among the requests.
fn is_between(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return true };
    target.matches("body, #main").unwrap_or(false) || target.closest(".work__rows").ok().flatten().is_some()
}
