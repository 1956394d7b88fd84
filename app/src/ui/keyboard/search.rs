//! `/` looks for the search of the page, or asks the catalog for its own.

use leptos::html;
use leptos::prelude::*;

/// Whether `/` was pressed on a page without a search: the catalog's takes the focus when it is there.
#[derive(Clone, Copy)]
pub struct SearchWanted(StoredValue<bool>);

impl SearchWanted {
    /// The catalog's search is asked for.
    pub fn ask(self) {
        self.0.set_value(true);
    }
}

impl Default for SearchWanted {
    fn default() -> Self {
        Self(StoredValue::new(false))
    }
}

/// Gives a search that has just appeared the focus, if it was asked for.
pub fn take_search_focus(input: NodeRef<html::Input>) {
    let wanted = use_context::<SearchWanted>().unwrap_or_default();
    Effect::new(move |_| {
        if let Some(input) = input.get()
            && wanted.0.get_value()
        {
            wanted.0.set_value(false);
            request_animation_frame(move || {
                let _ = input.focus();
            });
        }
    });
}
