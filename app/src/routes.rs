//! Every page, one line each.

use crate::account::{profile::ProfilePage, sign_in::SignInPage};
use crate::approvals::{inbox::InboxPage, leadership::LeadershipPage};
use crate::catalog::page::CatalogPage;
use crate::error::ApiError;
use crate::requests::{mine::MyRequestsPage, new::NewRequestPage, page::RequestPageView};
use crate::ui::ErrorView;
use domain::Refusal;
use leptos::prelude::*;
use leptos_router::SsrMode;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::path;

/// The page of the present address. Pages with data are answered whole, with their true status, so that they need no script to be read.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFound>
            <Route path=path!("/") ssr=SsrMode::Async view=CatalogPage />
            <Route path=path!("/request/:item") ssr=SsrMode::Async view=NewRequestPage />
            <Route path=path!("/requests") ssr=SsrMode::Async view=MyRequestsPage />
            <Route path=path!("/requests/:number") ssr=SsrMode::Async view=RequestPageView />
            <Route path=path!("/inbox/:number?") ssr=SsrMode::Async view=InboxPage />
            <Route path=path!("/leadership") ssr=SsrMode::Async view=LeadershipPage />
            <Route path=path!("/profile") view=ProfilePage />
            <Route path=path!("/sign-in") view=SignInPage />
        </FlatRoutes>
    }
    .into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::context::set_status(http::StatusCode::NOT_FOUND);
    view! { <ErrorView error=ApiError::Refused { refusal: Refusal::NotFound } /> }.into_any()
}
