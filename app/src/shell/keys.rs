//! The keys that work everywhere: `/` search, `G` then a letter, `T` theme, `?` help; and whether single keys act on this device at all.

use super::press::{begins_press, follow_presses};
use crate::approvals::keys::is_free;
use crate::ui::Icon;
use domain::requests::actions::buttons;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::hooks::use_navigate;

/// Milliseconds in which a key after `G` belongs to the jump.
const JUMP: f64 = 1_500.0;

/// The place whose keys are those of the actions on a request.
const REQUEST: &str = "Request";
/// What the help lists: where, keys, what they do.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Everywhere",
        &[
            ("/", "Search the catalog"),
            ("G C", "Catalog"),
            ("G M", "My requests"),
            ("G I", "Inbox"),
            ("G K", "Work"),
            ("G T", "My tasks"),
            ("G R", "Leadership"),
            ("G D", "Connectors"),
            ("G N", "Notifications"),
            ("T", "Change theme"),
            ("?", "This help"),
            ("Esc", "Close"),
        ],
    ),
    (
        "Inbox",
        &[
            ("J K", "Next, previous"),
            ("Enter", "Open the page"),
            ("X", "Select"),
            ("A", "Approve"),
            ("C", "Ask for changes"),
            ("D", "Decline"),
            ("R", "Approve with a note"),
            ("N", "Show new requests"),
            ("U", "Undo the last decision"),
            ("F", "Filter the list"),
        ],
    ),
    (REQUEST, &[]),
    (
        "Work",
        &[
            ("← → ↑ ↓", "Lanes and cards"),
            ("J K", "Next, previous"),
            ("M", "Move to…"),
            ("I", "Assign to me"),
            ("X B", "Select, act on them, in the list"),
            ("N", "Show what is new"),
            ("Enter", "Open"),
        ],
    ),
    ("Writing", &[("Ctrl Enter", "Send, continue, submit"), ("Alt ←", "Back, in a form")]),
];

/// The id of the help dialog.
const HELP: &str = "keys-help";
/// Where the device remembers that single keys are off.
#[cfg(feature = "hydrate")]
const KEPT: &str = "docket-keys";
/// The document's attribute that says so to the page; the styles hide the keys beside buttons by it.
const MARK: &str = "data-keys";

/// Whether a key press is a shortcut: meant for the page, and not a single key while these are off.
pub fn is_shortcut(event: &KeyboardEvent) -> bool {
    acts(&event.key(), single_keys()) && is_free(event)
}

/// `G` and then a letter jump to a section. Every listener of single keys keeps one, so that the letter does not act twice.
///
/// A key that is held acts once, except those that only move: nothing is decided by a key that somebody leans on.
#[derive(Clone, Copy)]
pub struct Jump {
    since: StoredValue<f64>,
    moves: &'static [&'static str],
}

impl Default for Jump {
    fn default() -> Self {
        Self::with_moves(&[])
    }
}

impl Jump {
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

/// Whether `/` was pressed on a page without a search: the catalog's takes the focus when it is there.
#[derive(Clone, Copy)]
pub struct SearchWanted(StoredValue<bool>);

impl Default for SearchWanted {
    fn default() -> Self {
        Self(StoredValue::new(false))
    }
}

/// Gives a search that has just appeared the focus, if it was asked for.
pub fn take_search_focus(input: NodeRef<html::Input>) {
    let wanted = use_context::<SearchWanted>().unwrap_or_default();
    Effect::new(move |_| {
        if let Some(input) = input.get()
            && wanted.0.get_value()
        {
            wanted.0.set_value(false);
            request_animation_frame(move || {
                let _ = input.focus();
            });
        }
    });
}

/// Moves the focus to the page's main part.
pub fn focus_main() {
    if let Some(main) = document().get_element_by_id("main").and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        let _ = main.focus();
    }
}

/// The keys as a page: of fixed words, and lighter as text than made of elements one by one.
fn table() -> String {
    let mut page = String::new();
    for (place, keys) in KEYS {
        page.extend(["<section class=\"stack\"><h3>", place, "</h3><dl class=\"keys\">"]);
        if *place == REQUEST {
            buttons().into_iter().for_each(|(_, button)| write_key(&mut page, &button.key_word(), button.label));
        }
        keys.iter().for_each(|(keys, what)| write_key(&mut page, keys, what));
        page.push_str("</dl></section>");
    }
    page
}

fn write_key(page: &mut String, keys: &str, what: &str) {
    page.push_str("<div><dt class=\"row\">");
    keys.split(' ').for_each(|key| page.extend(["<kbd class=\"kbd\">", key, "</kbd>"]));
    page.extend(["</dt><dd>", what, "</dd></div>"]);
}

/// The help's words. Every page comes from the server with them, and the browser leaves such text as it came: they weigh nothing there.
fn help_words() -> String {
    if cfg!(feature = "ssr") { table() } else { String::new() }
}

/// The help dialog, and the listener of the keys that work everywhere.
#[component]
pub fn ShortcutHelp() -> impl IntoView {
    let navigate = use_navigate();
    let jump = Jump::default();
    let wanted = use_context::<SearchWanted>().unwrap_or_default();
    Effect::new(move |_| {
        recall();
        follow_presses();
        // Turned on or off in another tab.
        let changed = window_event_listener(leptos::ev::storage, |_| {
            recall();
        });
        on_cleanup(move || changed.remove());
        let navigate = navigate.clone();
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            let Some(jumping) = jump.takes(&event) else { return };
            let key = event.key();
            let target = match (jumping, key.as_str()) {
                (true, "c") => Some("/"),
                (true, "m") => Some("/requests"),
                (true, "i") => Some("/inbox"),
                (true, "k") => Some("/work"),
                (true, "t") => Some("/tasks"),
                (true, "d") => Some("/connectors"),
                (true, "n") => Some("/notifications"),
                (true, "r") => Some("/leadership"),
                (true, _) => None,
                (false, "t") => {
                    super::theme::toggle();
                    None
                }
                (false, "/") => match document().get_element_by_id("q").and_then(|q| q.dyn_into::<HtmlElement>().ok()) {
                    Some(search) => {
                        event.prevent_default();
                        let _ = search.focus();
                        None
                    }
                    None => {
                        wanted.0.set_value(true);
                        Some("/")
                    }
                },
                (false, "?") => {
                    show_help();
                    None
                }
                _ => None,
            };
            if let Some(target) = target {
                event.prevent_default();
                navigate(target, leptos_router::NavigateOptions::default());
            }
        });
        on_cleanup(move || handle.remove());
    });
    view! {
        <dialog class="dialog" id=HELP aria-labelledby="keys-title">
            <form method="dialog" class="dialog__head">
                <h2 id="keys-title">"Keyboard"</h2>
                <button class="button button--quiet button--icon push" aria-label="Close">
                    <Icon name="x" />
                </button>
            </form>
            <div class="dialog__body stack" tabindex="0" role="group" aria-labelledby="keys-title">
                <p class="alert keys-off">
                    <Icon name="info" />
                    <span>"Single keys are off on this device. Turn them on under “This device” on the account page."</span>
                </p>
                <div class="stack" inner_html=help_words()></div>
            </div>
        </dialog>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{acts, table};

    #[test]
    fn single_keys_can_be_off_and_keys_with_names_never() {
        for key in ["j", "K", "?", "/", "é", "1"] {
            assert!(acts(key, true) && !acts(key, false), "{key}");
        }
        for key in ["Enter", "ArrowDown", "Escape", "Tab"] {
            assert!(acts(key, true) && acts(key, false), "{key}");
        }
    }

    #[test]
    fn the_help_lists_the_keys_of_every_action() {
        let page = table();
        for words in
            ["<kbd class=\"kbd\">S</kbd></dt><dd>Start the work", "<kbd class=\"kbd\">Del</kbd></dt><dd>Delete", "<dd>Ask for changes"]
        {
            assert!(page.contains(words), "{words}");
        }
    }
}
