//! One lucide icon out of the sprite.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// The sprite, named by its content: browsers keep it for ever. `frontend/icons.mjs` writes both.
const SPRITE: &str = "/icons.1254362d.svg";

/// A decorative icon; the words beside it say the same. It never changes, so that it is given as it is: pages have a hundred of them.
#[component]
pub fn Icon(
    /// Name of a lucide icon in the sprite.
    #[prop(into)]
    name: String,
    /// Further classes: `icon--lg`.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let plain = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ')).collect::<String>();
    let (name, class) = (plain(&name), plain(&class));
    let space = if class.is_empty() { "" } else { " " };
    InertElement::new(format!("<svg class=\"icon{space}{class}\" aria-hidden=\"true\"><use href=\"{SPRITE}#{name}\"></use></svg>"))
        .into_any()
}
