//! Views that depend on nothing but a value, and are shown alike to many people: the server makes their HTML once for each value.
//!
//! Nobody sees by it what was not theirs: the value is all that is in the HTML, and it was loaded for the person who sees it.

use leptos::prelude::*;
use std::hash::Hash;

/// Bytes of HTML that are kept of one kind of view.
#[cfg(feature = "ssr")]
const KEPT: usize = 4 * 1024 * 1024;

/// The HTML of one kind of view, by what it shows.
pub struct HtmlCache<V> {
    #[cfg(feature = "ssr")]
    html: std::sync::Mutex<Option<std::collections::HashMap<V, String>>>,
    #[cfg(not(feature = "ssr"))]
    of: std::marker::PhantomData<fn(V)>,
}

impl<V: Hash + Eq + Clone> HtmlCache<V> {
    /// Without any.
    pub const fn new() -> Self {
        Self {
            #[cfg(feature = "ssr")]
            html: std::sync::Mutex::new(None),
            #[cfg(not(feature = "ssr"))]
            of: std::marker::PhantomData,
        }
    }

    /// The view of a value: one element, which reads no signal and no context.
    #[cfg(feature = "ssr")]
    pub fn view(&self, value: V, view: impl FnOnce(V) -> AnyView) -> AnyView {
        let known = self.html.lock().ok().and_then(|kept| kept.as_ref()?.get(&value).cloned());
        let html = known.unwrap_or_else(|| {
            let html = view(value.clone()).to_html();
            if let Ok(mut kept) = self.html.lock() {
                let kept = kept.get_or_insert_default();
                if kept.values().map(String::len).sum::<usize>() > KEPT {
                    kept.clear();
                }
                kept.insert(value, html.clone());
            }
            html
        });
        leptos::tachys::html::InertElement::new(html).into_any()
    }

    /// The view of a value.
    #[cfg(not(feature = "ssr"))]
    pub fn view(&self, value: V, view: impl FnOnce(V) -> AnyView) -> AnyView {
        view(value)
    }
}

impl<V: Hash + Eq + Clone> Default for HtmlCache<V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn each_value_is_rendered_once() {
        static LINES: HtmlCache<String> = HtmlCache::new();
        let made = Cell::new(0);
        let line = |text: &str| {
            LINES
                .view(text.to_owned(), |text| {
                    made.set(made.get() + 1);
                    view! { <p title=text.clone()>{text.clone()}</p> }.into_any()
                })
                .to_html()
        };
        let owner = Owner::new();
        let (one, other, again) = owner.with(|| (line("a<b"), line("c"), line("a<b")));
        assert!(one.starts_with("<p title=\"a&lt;b\">a&lt;b<") && other.starts_with("<p title=\"c\">c<"), "{one} {other}");
        assert_eq!((one, made.get()), (again, 2));
    }
}
