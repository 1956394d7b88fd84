//! Presses of keys, in one place for the whole site: a press acts once, however long the key is held; the next one needs the key to have
//! been let go. `Ctrl Enter` sends what is being written, wherever words are written.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlFormElement};
use std::cell::RefCell;

thread_local! {
    static DOWN: RefCell<KeysDown> = const { RefCell::new(KeysDown(Vec::new())) };
}

/// The keys that are down, each with the time of the event that began its press.
struct KeysDown(Vec<(String, f64)>);

impl KeysDown {
    /// Whether this event begins the press of its key; several listeners may ask about the same event.
    fn begins(&mut self, key: String, at: f64, repeat: bool) -> bool {
        match self.0.iter().find(|(down, _)| *down == key) {
            Some((_, since)) => *since == at,
            None => {
                // A repeat whose beginning nobody saw: it began in a field that has lost the focus meanwhile.
                self.0.push((key, if repeat { f64::NEG_INFINITY } else { at }));
                !repeat
            }
        }
    }

    fn let_go(&mut self, key: &str) {
        self.0.retain(|(down, _)| down != key);
    }
}

/// Whether a key event begins a press. Every other one comes from a key that is held: it decides nothing.
pub fn begins_press(event: &KeyboardEvent) -> bool {
    DOWN.with_borrow_mut(|down| down.begins(place(event), event.time_stamp(), event.repeat()))
}

/// The key's place on the keyboard; its word where the device does not say.
fn place(event: &KeyboardEvent) -> String {
    let code = event.code();
    if code.is_empty() { event.key().to_ascii_lowercase() } else { code }
}

/// Follows the keys of the whole page, as long as it is there.
pub fn follow_presses() {
    let pressed = window_event_listener(leptos::ev::keydown, |event| {
        // The letter of a shortcut is not written into the field that it opened, and a held Enter presses a button once.
        let began_outside = || DOWN.with_borrow(|down| down.0.iter().any(|(down, _)| *down == place(&event)));
        if event.repeat() && if is_at(&event, FIELDS) { began_outside() } else { event.key() == "Enter" } {
            event.prevent_default();
        }
        send(&event);
    });
    let released = window_event_listener(leptos::ev::keyup, |event| {
        DOWN.with_borrow_mut(|down| {
            // While this one is down, some systems tell of no other that is let go.
            if event.key() == "Meta" { down.0.clear() } else { down.let_go(&place(&event)) }
        });
    });
    // What is let go elsewhere is not told.
    let left = window_event_listener(leptos::ev::blur, |_| DOWN.with_borrow_mut(|down| down.0.clear()));
    on_cleanup(move || {
        pressed.remove();
        released.remove();
        left.remove();
    });
}

/// Where words are written; lines too, by Enter.
const FIELDS: &str = "textarea, [contenteditable]";

fn is_at(event: &KeyboardEvent, what: &str) -> bool {
    target(event).is_some_and(|target| target.matches(what).unwrap_or(false))
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// `Ctrl Enter` in words, or anywhere in a dialog, sends their form. Forms that know the key themselves have taken it already.
fn send(event: &KeyboardEvent) {
    let wanted = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
    if !wanted || event.repeat() || event.default_prevented() || event.is_composing() {
        return;
    }
    let Some(at) = target(event) else { return };
    let form = at.closest("textarea").and_then(|_| at.closest("form:not(.flow form)")).ok().flatten();
    let form = form.or_else(|| at.closest("dialog:modal").ok().flatten()?.query_selector("form:not([method=dialog])").ok().flatten());
    if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
        event.prevent_default();
        let _ = form.request_submit();
    }
}

#[cfg(test)]
mod tests {
    use super::KeysDown;

    #[test]
    fn a_press_begins_once_until_its_key_is_let_go() {
        let mut down = KeysDown(Vec::new());
        let mut begins = |at: f64, repeat: bool| down.begins("KeyA".to_owned(), at, repeat);
        assert!(begins(1.0, false));
        assert!(begins(1.0, false), "another listener of the same event");
        assert!(!begins(2.0, true));
        assert!(!begins(3.0, false), "some systems do not mark repeats");
        down.let_go("KeyA");
        assert!(down.begins("KeyA".to_owned(), 4.0, false));
        assert!(down.begins("KeyB".to_owned(), 4.0, false), "each key for itself");
    }

    #[test]
    fn a_key_held_since_before_anybody_looked_begins_nothing() {
        let mut down = KeysDown(Vec::new());
        assert!(!down.begins("KeyA".to_owned(), 1.0, true));
        assert!(!down.begins("KeyA".to_owned(), 1.0, true));
    }
}
