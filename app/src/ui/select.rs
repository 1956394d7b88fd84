//! A filter in a line of filters.

use leptos::prelude::*;

/// A choice: its value in the address, its words, whether it is chosen.
pub type SelectLine = (String, String, bool);

/// A choice that acts at once; its name is that of the address.
pub fn select_view(name: &'static str, label: &'static str, lines: Vec<SelectLine>, chosen: impl Fn(String) + 'static) -> AnyView {
    let options = lines
        .into_iter()
        .map(|(value, words, selected)| view! { <option value=value selected=selected>{words}</option> }.into_any())
        .collect_view();
    view! {
        <select class="select select--sm" name=name aria-label=label on:change:target=move |event| chosen(event.target().value())>
            {options}
        </select>
    }
    .into_any()
}
