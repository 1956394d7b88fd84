//! Every page, one line each. All but the catalog are parts of their own, which the browser loads when a page is wanted.

use crate::account::{away::AwayPage, profile::ProfilePage, sign_in::SignInPage};
use crate::admin::{connector::ConnectorPage, console::ConsolePage};
use crate::app::page_is_live;
use crate::approvals::{inbox::InboxPage, leadership::LeadershipPage};
use crate::catalog::page::CatalogPage;
use crate::error::ApiError;
use crate::notices::{list::NoticesPage, settings::NoticeSettingsPage};
use crate::requests::{mine::MyRequestsPage, new::NewRequestPage, page::RequestPageView, share::SharePage, tasks_mine::MyTasksPage};
use crate::ui::ErrorView;
use crate::work::page::WorkPage;
use domain::Refusal;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::{Lazy, LazyRoute, SsrMode, lazy_route, path};

/// The page of the present address. Pages with data are answered whole, with their true status, so that they need no script to be read.
#[component]
pub fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFound>
            <Route path=path!("/") ssr=SsrMode::Async view=Home />
            <Route path=path!("/request/:item") ssr=SsrMode::Async view={Lazy::<NewRequest>::new()} />
            <Route path=path!("/requests") ssr=SsrMode::Async view={Lazy::<MyRequests>::new()} />
            <Route path=path!("/requests/:number") ssr=SsrMode::Async view={Lazy::<RequestView>::new()} />
            <Route path=path!("/inbox/:number?") ssr=SsrMode::Async view={Lazy::<Inbox>::new()} />
            <Route path=path!("/work") ssr=SsrMode::Async view={Lazy::<Work>::new()} />
            <Route path=path!("/leadership") ssr=SsrMode::Async view={Lazy::<Leadership>::new()} />
            <Route path=path!("/tasks") ssr=SsrMode::Async view={Lazy::<MyTasks>::new()} />
            <Route path=path!("/connectors") ssr=SsrMode::Async view={Lazy::<Connectors>::new()} />
            <Route path=path!("/connectors/:key") ssr=SsrMode::Async view={Lazy::<ConnectorView>::new()} />
            <Route path=path!("/connectors/new/:kind") ssr=SsrMode::Async view={Lazy::<ConnectorView>::new()} />
            <Route path=path!("/notifications") ssr=SsrMode::Async view={Lazy::<Notices>::new()} />
            <Route path=path!("/notifications/settings/:part?") ssr=SsrMode::Async view={Lazy::<NoticeSettings>::new()} />
            <Route path=path!("/share/:token") ssr=SsrMode::Async view={Lazy::<Share>::new()} />
            <Route path=path!("/profile") ssr=SsrMode::Async view={Lazy::<Profile>::new()} />
            <Route path=path!("/profile/away") ssr=SsrMode::Async view={Lazy::<Away>::new()} />
            <Route path=path!("/sign-in") view={Lazy::<SignIn>::new()} />
        </FlatRoutes>
    }
    .into_any()
}

/// Makes each page a part that is loaded when it is wanted.
macro_rules! parts {
    ($($part:ident => $page:ident),* $(,)?) => {$(
        struct $part;

        #[lazy_route]
        impl LazyRoute for $part {
            fn data() -> Self {
                Self
            }

            fn view(_part: Self) -> AnyView {
                page_is_live();
                view! { <$page /> }.into_any()
            }
        }
    )*};
}

parts! {
    NewRequest => NewRequestPage,
    MyRequests => MyRequestsPage,
    RequestView => RequestPageView,
    Inbox => InboxPage,
    Work => WorkPage,
    Leadership => LeadershipPage,
    MyTasks => MyTasksPage,
    Connectors => ConsolePage,
    ConnectorView => ConnectorPage,
    Notices => NoticesPage,
    NoticeSettings => NoticeSettingsPage,
    Share => SharePage,
    Profile => ProfilePage,
    Away => AwayPage,
    SignIn => SignInPage,
}

#[component]
fn Home() -> impl IntoView {
    page_is_live();
    view! { <CatalogPage /> }.into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    page_is_live();
    #[cfg(feature = "ssr")]
    crate::context::set_status(http::StatusCode::NOT_FOUND);
    view! { <ErrorView error=ApiError::Refused { refusal: Refusal::NotFound } /> }.into_any()
}
