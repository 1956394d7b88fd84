//! Filters above a list: a plain form, so that it works without script. Choices act at once; what is typed is looked for on Enter, or when
//! the field is left.

use super::Icon;
use leptos::prelude::*;

/// The field in which somebody types what to look for.
pub struct FilterSearch {
    /// Its name in the address.
    pub name: &'static str,
    /// Only where `/` leads to it.
    pub id: Option<&'static str>,
    pub class: &'static str,
    pub label: &'static str,
    pub placeholder: &'static str,
    pub longest: usize,
    /// How what was typed is tidied before it is looked for.
    pub tidy: fn(&str) -> String,
}

/// Choices, the search field, and what comes after it. `text` is what the address looks for; `find` hears what to look for instead.
#[component]
pub fn FilterForm(
    class: &'static str,
    action: &'static str,
    search: FilterSearch,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] find: Callback<String>,
    #[prop(optional, into)] after: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let FilterSearch { name, id, class: place, label, placeholder, longest, tidy } = search;
    let typed = RwSignal::new(text.get_untracked());
    // Back and forward bring the words of that address back.
    Effect::new(move |_| {
        let found = text.get();
        if typed.with_untracked(|typed| tidy(typed) != found) {
            typed.set(found);
        }
    });
    let look = move || {
        let words = typed.with_untracked(|typed| tidy(typed));
        if text.with_untracked(|text| *text != words) {
            find.run(words);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        look();
    };
    let place = format!("affix affix--sm {place}");
    view! {
        <form class=class role="search" aria-label="Filter" action=action method="get" on:submit=submit>
            {children()}
            <div class=place>
                <span class="affix__text">
                    <Icon name="search" />
                </span>
                <input
                    class="input"
                    id=id
                    name=name
                    type="search"
                    maxlength=longest.to_string()
                    autocomplete="off"
                    aria-label=label
                    placeholder=placeholder
                    value=typed.get_untracked()
                    prop:value=typed
                    on:input:target=move |event| typed.set(event.target().value())
                    on:change=move |_| look()
                />
            </div>
            <button class="visually-hidden" type="submit">
                "Search"
            </button>
            {after}
        </form>
    }
    .into_any()
}
