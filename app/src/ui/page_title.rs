//! The title of a page whose title changes while it is open.

#[cfg(feature = "ssr")]
use leptos::prelude::untrack;
use leptos::text_prop::TextProp;

/// A title that follows what it reads. The server writes it once: it does so when the page is rendered and its signals are gone, so the
/// text is made here and now.
pub fn page_title(title: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    #[cfg(feature = "ssr")]
    return TextProp::from(untrack(title));
    #[cfg(not(feature = "ssr"))]
    TextProp::from(title)
}
