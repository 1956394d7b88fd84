//! Keys of the page: which presses are shortcuts, `G` and then a letter, and whether single keys act on this device at all.

mod press;
mod search;

pub use press::{begins_press, follow_presses};
pub use search::{SearchWanted, take_search_focus};

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// Milliseconds in which a key after `G` belongs to the jump.
const JUMP: f64 = 1_500.0;
/// The id of the help dialog.
pub const HELP: &str = "keys-help";
/// Where the device remembers that single keys are off.
#[cfg(feature = "hydrate")]
const KEPT: &str = "docket-keys";
/// The document's attribute that says so to the page; the styles hide the keys beside buttons by it.
const MARK: &str = "data-keys";

/// Whether a key press is a shortcut: meant for the page, and not a single key while these are off.
pub fn is_shortcut(event: &KeyboardEvent) -> bool {
    acts(&event.key(), single_keys()) && is_free(event)
}

/// Whether a key press is meant for the page and not for a field, a menu or a dialog.
pub fn is_free(event: &KeyboardEvent) -> bool {
    if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return false;
    }
    if document().query_selector("dialog[open]:modal").ok().flatten().is_some() {
        return false;
    }
    let Some(target) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return true };
    let typing = target.matches("textarea, select, [contenteditable], input:not([type=checkbox])");
    !typing.unwrap_or(false)
}

/// `G` and then a letter jump to a section. Every listener of single keys keeps one, so that the letter does not act twice.
///
/// A key that is held acts once, except those that only move: nothing is decided by a key that somebody leans on.
#[derive(Clone, Copy)]
pub struct JumpKeys {
    since: StoredValue<f64>,
    moves: &'static [&'static str],
}

impl Default for JumpKeys {
    fn default() -> Self {
        Self::with_moves(&[])
    }
}

impl JumpKeys {
    /// `moves` are the keys that go on while they are held.
    pub fn with_moves(moves: &'static [&'static str]) -> Self {
        Self { since: StoredValue::new(f64::NEG_INFINITY), moves }
    }

    /// Takes a key press. None: it is none of the page's, a held key's, or the `G` itself; else whether it is the letter after `G`.
    pub fn takes(self, event: &KeyboardEvent) -> Option<bool> {
        let jumping = event.time_stamp() - self.since.try_get_value()? < JUMP;
        // Also by a letter that another listener has taken already: the jump is over.
        self.since.set_value(f64::NEG_INFINITY);
        if !is_shortcut(event) {
            return None;
        }
        if !begins_press(event) && (jumping || !self.moves.contains(&event.key().as_str())) {
            return None;
        }
        if !jumping && event.key() == "g" {
            self.since.set_value(event.time_stamp());
            return None;
        }
        Some(jumping)
    }
}

/// Letters, digits and signs act while single keys are on; keys with a name (`Enter`, `ArrowDown`) always.
fn acts(key: &str, single_keys: bool) -> bool {
    single_keys || key.chars().nth(1).is_some()
}

/// Whether single keys act on this device. In the browser only.
fn single_keys() -> bool {
    document().document_element().is_none_or(|root| root.get_attribute(MARK).as_deref() != Some("off"))
}

/// Turns single keys on or off, on this device. Where the browser keeps nothing, until the page is left.
pub fn set_single_keys(on: bool) {
    mark(on);
    #[cfg(feature = "hydrate")]
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = if on { storage.remove_item(KEPT) } else { storage.set_item(KEPT, "off") };
    }
}

fn mark(on: bool) {
    if let Some(root) = document().document_element() {
        let _ = if on { root.remove_attribute(MARK) } else { root.set_attribute(MARK, "off") };
    }
}

/// Marks the document with what the device remembers; answers whether single keys act.
pub fn recall() -> bool {
    #[cfg(feature = "hydrate")]
    if let Ok(Some(storage)) = window().local_storage() {
        mark(storage.get_item(KEPT).ok().flatten().as_deref() != Some("off"));
    }
    single_keys()
}

/// Opens the help.
pub fn show_help() {
    #[cfg(feature = "hydrate")]
    if let Some(help) = document().get_element_by_id(HELP).and_then(|help| help.dyn_into::<web_sys::HtmlDialogElement>().ok())
        && !help.open()
    {
        let _ = help.show_modal();
    }
}

#[cfg(test)]
mod tests {
    use super::acts;

    #[test]
    fn single_keys_can_be_off_and_keys_with_names_never() {
        for key in ["j", "K", "?", "/", "é", "1"] {
            assert!(acts(key, true) && !acts(key, false), "{key}");
        }
        for key in ["Enter", "ArrowDown", "Escape", "Tab"] {
            assert!(acts(key, true) && acts(key, false), "{key}");
        }
    }
}
