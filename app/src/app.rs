//! The application: what is around every page.

use crate::live::provide_live;
use crate::parts::tell_of_renewal;
use crate::routes::Pages;
use crate::session::provide_session;
use crate::shell::{Frame, keys, offline};
use crate::ui::PageTitle;
use crate::ui::toast::{ToastArea, provide_toasts};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::Router;

/// The root component, rendered on the server and taken over in the browser.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_session();
    provide_toasts();
    view! {
        <PageTitle text="Docket" />
        <Router>
            <Site />
        </Router>
    }
    .into_any()
}

#[component]
fn Site() -> impl IntoView {
    provide_live();
    provide_context(keys::SearchWanted::default());
    view! {
        // Before the page, whose part may load later than it finds the device offline: what was not taken over by then could not appear.
        <offline::OfflineBanner />
        <Frame>
            <Pages />
        </Frame>
        <ToastArea />
        <keys::ShortcutHelp />
    }
    .into_any()
}

/// Says on the document that the page answers to keys and clicks: tests and assistive scripts wait for it instead of guessing. Called by
/// each page's own part, which the browser may load after all the rest.
pub fn page_is_live() {
    tell_of_renewal();
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-ready", "");
        }
    });
}
