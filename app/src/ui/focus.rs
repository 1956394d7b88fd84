//! Where the focus goes. In the browser only; on the server nothing happens.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// Gives the first of these elements that can take it the focus, once the page has settled.
pub fn focus_any(ids: &[&str]) {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    focus_any_later(move || ids);
}

/// The same, of elements that are only known then.
pub fn focus_any_later(ids: impl FnOnce() -> Vec<String> + 'static) {
    if cfg!(not(target_arch = "wasm32")) {
        return;
    }
    // Two frames later, so that what the change brings along (a row, an alert, the focus after a change of address) is there and done.
    request_animation_frame(move || {
        request_animation_frame(move || {
            for id in ids() {
                let Some(element) = find_element(&id) else { continue };
                focus_element(&element);
                if document().active_element().is_some_and(|active| active.id() == id) {
                    break;
                }
            }
        });
    });
}

/// Gives an element the focus once what is being shown is on screen.
pub fn focus_soon(id: String) {
    if cfg!(not(target_arch = "wasm32")) {
        return;
    }
    request_animation_frame(move || focus_now(&id));
}

/// Gives an element the focus at once.
pub fn focus_now(id: &str) {
    if let Some(element) = find_element(id) {
        focus_element(&element);
    }
}

/// Gives this element the focus.
pub fn focus_element(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

fn find_element(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}
