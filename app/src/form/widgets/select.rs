//! One of several, in a native list.

use super::{FieldWidget, adopt};
use domain::forms::words::ask;
use leptos::prelude::*;

/// A native select; its first line asks.
#[component]
pub fn SelectInput(asked: FieldWidget) -> impl IntoView {
    adopt(&asked, asked.filling.early_text(&asked.id));
    let (filling, field) = (asked.filling, asked.field.clone());
    let key = field.key.clone();
    let option = |value: String, label: String| {
        let (key, own) = (key.clone(), value.clone());
        let chosen = move || filling.text(&key) == own;
        let first = untrack(&chosen);
        view! {
            <option value=value selected=first prop:selected=chosen>
                {label}
            </option>
        }
    };
    let none = option(String::new(), ask("Choose", &field));
    let options = field.options.iter().map(|choice| option(choice.value.clone(), choice.label.clone())).collect_view();
    let changed = {
        let key = key.clone();
        move |event: leptos::ev::Event| filling.edit(&key, event_target_value(&event).into())
    };
    let control = view! {
        <select
            class="select"
            id=asked.id.clone()
            name=field.key.clone()
            autocomplete="off"
            aria-required=asked.required()
            aria-invalid=asked.wrong()
            aria-describedby=asked.described(None)
            on:change=changed
            on:blur=move |_| filling.leave(&field)
        >
            {none}
            {options}
        </select>
    };
    asked.around(control.into_any())
}
