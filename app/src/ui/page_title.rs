//! The title of a page: the one place where it is given to the framework, which writes it into the page as it is.

#[cfg(feature = "ssr")]
use domain::text::escape_markup;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_meta::Title;

/// The document's title; follows what it reads. It may name what people named: on the server it is escaped.
#[component]
pub fn PageTitle(#[prop(into)] text: TextProp) -> impl IntoView {
    view! { <Title text=at_the_border(text) /> }
}

/// The server writes a title once, when the page is rendered and its signals are gone: its text is made here and now.
#[cfg(feature = "ssr")]
fn at_the_border(text: TextProp) -> TextProp {
    TextProp::from(escape_markup(&untrack(|| text.get())))
}

/// The browser sets a title as text.
#[cfg(not(feature = "ssr"))]
fn at_the_border(text: TextProp) -> TextProp {
    text
}
