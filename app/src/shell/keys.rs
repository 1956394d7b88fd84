//! The keys that work everywhere: `/` search, `G` then a letter, `T` theme, `?` help.

use crate::ui::Icon;
use crate::ui::keyboard::{HELP, JumpKeys, SearchWanted, follow_presses, recall, show_help};
use crate::ui::theme::toggle;
use domain::address::Address;
use domain::requests::actions::buttons;
use domain::sections::SECTIONS;
use domain::text::upper_case;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;
use leptos_router::hooks::use_navigate;

/// The place whose keys are those of the actions on a request.
const REQUEST: &str = "Request";
/// The key after which the jumps to the sections are listed.
const SEARCH: &str = "/";
/// What the help lists beside them: where, keys, what they do.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    ("Everywhere", &[(SEARCH, "Search the catalog"), ("T", "Change theme"), ("?", "This help"), ("Esc", "Close")]),
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

/// The keys as a page: of fixed words, and lighter as text than made of elements one by one.
fn table() -> String {
    let mut page = String::new();
    for (place, keys) in KEYS {
        page.extend(["<section class=\"stack\"><h3>", place, "</h3><dl class=\"keys\">"]);
        if *place == REQUEST {
            buttons().into_iter().for_each(|(_, button)| write_key(&mut page, &button.key_word(), button.label));
        }
        for (keys, what) in *keys {
            write_key(&mut page, keys, what);
            if *keys == SEARCH {
                SECTIONS.iter().for_each(|section| write_key(&mut page, &format!("G {}", upper_case(section.key)), section.word));
            }
        }
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
    let jump = JumpKeys::default();
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
                (true, letter) => SECTIONS.iter().find(|section| section.key == letter).map(|section| section.page.root()),
                (false, "t") => {
                    toggle();
                    None
                }
                (false, SEARCH) => match document().get_element_by_id("q").and_then(|q| q.dyn_into::<HtmlElement>().ok()) {
                    Some(search) => {
                        event.prevent_default();
                        let _ = search.focus();
                        None
                    }
                    None => {
                        wanted.ask();
                        Some(Address::Catalog.root())
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
    use super::table;

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
