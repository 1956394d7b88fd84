//! Every page, one line each.

use crate::account::{profile::ProfilePage, sign_in::SignInPage};
use crate::approvals::{inbox::InboxPage, leadership::LeadershipPage};
use crate::catalog::page::CatalogPage;
use crate::error::ApiError;
use crate::requests::{mine::MyRequestsPage, new::NewRequestPage, page::RequestPageView};
use crate::ui::ErrorView;
use domain::Refusal;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::path;

/// The page of the present address.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFound>
            <Route path=path!("/") view=CatalogPage />
            <Route path=path!("/request/:item") view=NewRequestPage />
            <Route path=path!("/requests") view=MyRequestsPage />
            <Route path=path!("/requests/:number") view=RequestPageView />
            <Route path=path!("/inbox") view=InboxPage />
            <Route path=path!("/inbox/:number") view=InboxPage />
            <Route path=path!("/leadership") view=LeadershipPage />
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
