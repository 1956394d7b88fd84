//! Light, dark, or as the system says. The choice is a cookie, so that the server renders it from the first byte.

use super::Icon;
use leptos::prelude::*;

/// Switches between light and dark.
pub fn toggle() {
    let Some(root) = document().document_element() else { return };
    let dark = match root.get_attribute("data-theme") {
        Some(theme) => theme == "dark",
        None => window().match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|query| query.matches()),
    };
    let theme = if dark { "light" } else { "dark" };
    let _ = root.set_attribute("data-theme", theme);
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
            let _ = document.set_cookie(&format!("theme={theme}; path=/; max-age=31536000; samesite=lax"));
        }
    }
}

/// The button in the sidebar.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    view! {
        <button class="button button--quiet button--icon button--sm" type="button" aria-label="Change theme" on:click=move |_| toggle()>
            <Icon name="sun-moon" />
        </button>
    }
    .into_any()
}
