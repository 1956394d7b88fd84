//! The inbox's keys. Single keys act only outside fields, and never right after `G`, which begins a jump to a section.

use super::desk::{InboxDesk, row_id};
use super::inbox_list::RowStep;
use crate::ui::focus::focus_any;
use crate::ui::keyboard::JumpKeys;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// Whether an element takes room on screen. In the browser only.
pub fn takes_room(id: &str) -> bool {
    document().get_element_by_id(id).is_some_and(|element| element.client_width() > 0)
}

/// Listens as long as the inbox is on screen.
pub fn use_inbox_keys(desk: InboxDesk, open_page: Callback<String>) {
    let jump = JumpKeys::with_moves(&["j", "k", "ArrowDown", "ArrowUp"]);
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if jump.takes(&event) == Some(false) && press(desk, open_page, &event) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Acts on a key, about the current request or the selection; answers whether it was one of ours.
fn press(desk: InboxDesk, open_page: Callback<String>, event: &KeyboardEvent) -> bool {
    let Some(current) = desk.current.try_get_untracked() else { return false };
    match event.key().as_str() {
        "j" => go(desk, current.as_deref(), RowStep::Down),
        "k" => go(desk, current.as_deref(), RowStep::Up),
        // Elsewhere the arrows scroll what is read.
        "ArrowDown" if is_in_list(event) => go(desk, current.as_deref(), RowStep::Down),
        "ArrowUp" if is_in_list(event) => go(desk, current.as_deref(), RowStep::Up),
        "x" => current.into_iter().for_each(|number| desk.toggle(&number)),
        "X" => current.into_iter().for_each(|number| desk.toggle_range(&number)),
        "a" => desk.approve(),
        "c" => desk.ask_for_changes(),
        "d" => desk.decline(),
        "r" => desk.ask_for_note(),
        "n" => desk.show_arrivals(),
        "u" => desk.undo_last(),
        "f" => focus_any(&["inbox-filter"]),
        "Escape" if desk.has_chosen() => desk.clear_selection(),
        "Enter" => match current.filter(|number| is_on_row_or_page(event, number)) {
            Some(number) => open_page.run(number),
            None => return false,
        },
        _ => return false,
    }
    true
}

fn go(desk: InboxDesk, from: Option<&str>, step: RowStep) {
    if let Some(number) = desk.list.with_untracked(|list| desk.filter.with_untracked(|filter| list.beside(from, step, filter))) {
        desk.go(number);
    }
}

fn is_in_list(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|target| target.closest(".inbox__rows").ok().flatten().is_some())
}

/// Enter belongs to links and buttons, except to the row that is open already.
fn is_on_row_or_page(event: &KeyboardEvent, number: &str) -> bool {
    let Some(target) = target(event) else { return true };
    target.id() == row_id(number) || !target.matches("a, button, input, summary").unwrap_or(false)
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
