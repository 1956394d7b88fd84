//! The few things asked of the document itself: ids, focus, and what was typed before the page became live.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{
    HtmlDocument, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, ScrollIntoViewOptions, ScrollLogicalPosition,
};

/// The id of a field's (first) control.
pub fn control_id(key: &str) -> String {
    format!("f-{key}")
}

/// Moves focus to the first question of the step, or to the heading where there is none. Leaves it where the person already put it.
pub fn focus_first() {
    if cfg!(not(target_arch = "wasm32")) {
        return;
    }
    request_animation_frame(|| {
        let document = document();
        let inside = document.active_element().is_some_and(|active| active.closest(".flow__form").is_ok_and(|form| form.is_some()));
        if inside {
            return;
        }
        let question = ".flow__form:not(.review) :is(input, select, textarea)";
        let checked = ".flow__form:not(.review) .field:first-child input[type=radio]:checked";
        let found = [checked, question, "#flow-title"].into_iter().find_map(|wanted| document.query_selector(wanted).ok().flatten());
        if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// Acts once nothing is being pressed: at once, or in the first frame after the release.
pub fn when_released(act: impl FnOnce() + 'static) {
    let pressed = || document().query_selector(":active").is_ok_and(|active| active.is_some());
    if cfg!(target_arch = "wasm32") && pressed() {
        request_animation_frame(move || when_released_boxed(Box::new(act)));
    } else {
        act();
    }
}

/// Without a new type for each frame of waiting.
fn when_released_boxed(act: Box<dyn FnOnce()>) {
    when_released(act);
}

/// Scrolls an element into view, no further than it takes.
pub fn reveal(id: &str) {
    if cfg!(not(target_arch = "wasm32")) {
        return;
    }
    if let Some(element) = by_id::<HtmlElement>(id) {
        let how = ScrollIntoViewOptions::new();
        how.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&how);
    }
}

/// Whether an element with this id is on the page.
pub fn is_on_screen(id: &str) -> bool {
    cfg!(target_arch = "wasm32") && by_id::<HtmlElement>(id).is_some()
}

/// What a text control or a select holds.
pub fn text_of(id: &str) -> Option<String> {
    if cfg!(not(target_arch = "wasm32")) {
        return None;
    }
    by_id::<HtmlInputElement>(id)
        .map(|input| input.value())
        .or_else(|| by_id::<HtmlTextAreaElement>(id).map(|area| area.value()))
        .or_else(|| by_id::<HtmlSelectElement>(id).map(|select| select.value()))
}

/// Writes into a text control; one that says it already is left alone, with its caret.
pub fn set_text(id: &str, text: &str) {
    if cfg!(not(target_arch = "wasm32")) || text_of(id).as_deref() == Some(text) {
        return;
    }
    if let Some(input) = by_id::<HtmlInputElement>(id) {
        input.set_value(text);
    } else if let Some(area) = by_id::<HtmlTextAreaElement>(id) {
        area.set_value(text);
    }
}

/// Whether a box or a radio button is ticked.
pub fn ticked(id: &str) -> Option<bool> {
    if cfg!(not(target_arch = "wasm32")) {
        return None;
    }
    by_id::<HtmlInputElement>(id).map(|input| input.checked())
}

/// Puts what a text control holds on the clipboard, also where the page came without TLS. Where the browser refuses, it stays selected.
pub fn copy(id: &str) -> bool {
    if cfg!(not(target_arch = "wasm32")) {
        return false;
    }
    let Some(input) = by_id::<HtmlInputElement>(id) else { return false };
    let _ = input.focus();
    input.select();
    document().dyn_into::<HtmlDocument>().is_ok_and(|document| document.exec_command("copy").unwrap_or(false))
}

fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
