//! The keys that work everywhere: `/` search, `G` then a letter, `T` theme, `?` help.

use crate::approvals::keys::is_free;
use crate::ui::Icon;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::hooks::use_navigate;

/// Milliseconds in which a key after `G` belongs to the jump.
const JUMP: f64 = 1_500.0;

/// What the help lists: where, keys, what they do.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Everywhere",
        &[
            ("/", "Search the catalog"),
            ("G C", "Catalog"),
            ("G M", "My requests"),
            ("G I", "Inbox"),
            ("G R", "Leadership"),
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
            ("R", "Write a reason"),
            ("N", "Show new requests"),
        ],
    ),
    ("Request form", &[("Ctrl Enter", "Continue, submit"), ("Alt ←", "Back")]),
];

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

/// The help dialog, and the listener of the keys that work everywhere.
#[component]
pub fn ShortcutHelp() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let navigate = use_navigate();
    let jump = StoredValue::new(f64::NEG_INFINITY);
    let wanted = use_context::<SearchWanted>().unwrap_or_default();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if !is_free(&event) {
                return;
            }
            let jumping = event.time_stamp() - jump.get_value() < JUMP;
            jump.set_value(f64::NEG_INFINITY);
            let key = event.key();
            let target = match (jumping, key.as_str()) {
                (true, "c") => Some("/"),
                (true, "m") => Some("/requests"),
                (true, "i") => Some("/inbox"),
                (true, "r") => Some("/leadership"),
                (true, _) => None,
                (false, "g") => {
                    jump.set_value(event.time_stamp());
                    None
                }
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
                    if let Some(dialog) = dialog.get_untracked() {
                        let _ = dialog.show_modal();
                    }
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
    let groups = KEYS
        .iter()
        .map(|(place, keys)| {
            let rows = keys
                .iter()
                .map(|(keys, what)| {
                    let keys = keys.split(' ').map(|key| view! { <kbd class="kbd">{key}</kbd> }.into_any()).collect_view();
                    view! {
                        <div>
                            <dt class="row">{keys}</dt>
                            <dd>{*what}</dd>
                        </div>
                    }
                    .into_any()
                })
                .collect_view();
            view! {
                <section class="stack">
                    <h3>{*place}</h3>
                    <dl class="keys">{rows}</dl>
                </section>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="keys-title">
            <form method="dialog" class="dialog__head">
                <h2 id="keys-title">"Keyboard"</h2>
                <button class="button button--quiet button--icon push" aria-label="Close">
                    <Icon name="x" />
                </button>
            </form>
            <div class="dialog__body stack">{groups}</div>
        </dialog>
    }
    .into_any()
}
