//! What a request is about, in a list: its title, and below it what was asked for where the title does not say so.

use domain::requests::title::item_beside;
use leptos::prelude::*;

/// The title and a smaller line: the name of the item, unless the title begins with it, and whatever else stands there.
#[component]
pub fn AboutLines(#[prop(into)] title: String, #[prop(into)] item: String, #[prop(optional, into)] note: String) -> impl IntoView {
    let item = item_beside(&title, &item).to_owned();
    let sub = match (item.is_empty(), note.is_empty()) {
        (false, false) => format!("{item} · {note}"),
        _ => item + &note,
    };
    let sub = (!sub.is_empty()).then(|| view! { <span class="table__sub" dir="auto">{sub}</span> }.into_any());
    view! {
        <span class="about">
            <span class="about__title" dir="auto">{title}</span>
            {sub}
        </span>
    }
    .into_any()
}
