//! One lucide icon out of the sprite.

use leptos::prelude::*;

/// A decorative icon; the words beside it say the same.
#[component]
pub fn Icon(
    /// Name of a lucide icon in the sprite.
    #[prop(into)]
    name: String,
    /// Further classes: `icon--lg`.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let class = if class.is_empty() { "icon".to_owned() } else { format!("icon {class}") };
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
    .into_any()
}
