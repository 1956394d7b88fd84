//! The application: what is around every page.

use crate::live::provide_live;
use crate::routes::SitePages;
use crate::session::provide_session;
use crate::shell::{PageShell, keys, offline};
use crate::ui::PageTitle;
use crate::ui::keyboard::SearchWanted;
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
            <SiteFrame />
        </Router>
    }
    .into_any()
}

#[component]
fn SiteFrame() -> impl IntoView {
    provide_live();
    provide_context(SearchWanted::default());
    view! {
        // Before the page, whose part may load later than it finds the device offline: what was not taken over by then could not appear.
        <offline::OfflineBanner />
        <PageShell>
            <SitePages />
        </PageShell>
        <ToastArea />
        <keys::ShortcutHelp />
    }
    .into_any()
}
