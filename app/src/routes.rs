//! Every page, one line each. All but the catalog are in parts, which the browser loads when a page is wanted: those that are used
//! together are in one (`build/split` cuts them and joins what they share).

use crate::access::page::AccessPage;
use crate::account::{away::AwayPage, profile::ProfilePage, sign_in::SignInPage};
use crate::approvals::{inbox::InboxPage, leadership::LeadershipPage};
use crate::audit::page::AuditLogPage;
use crate::catalog::page::CatalogPage;
use crate::deliveries::{connector::ConnectorPage, page::ConsolePage};
use crate::doors::forgot::ForgotPage;
use crate::doors::invitations::InvitationsPage;
use crate::doors::link::{JoinPage, ResetPage};
use crate::doors::register::RegisterPage;
use crate::doors::setup::SetupPage;
use crate::error::CallError;
use crate::notices::{list::NoticesPage, settings::NoticeSettingsPage};
use crate::organization::{groups::GroupsPage, settings::OrganizationPage};
#[cfg(not(feature = "hydrate"))]
use crate::parts::announce;
#[cfg(feature = "hydrate")]
use crate::parts::wait_for;
use crate::parts::{MissingPart, page_is_live};
use crate::people::{import_page::ImportPage, page::PeoplePageView, person::PersonPage};
use crate::requests::mine::MyRequestsPage;
use crate::requests::new::page::NewRequestPage;
use crate::requests::page::view::RequestPageView;
use crate::requests::share::page::SharePage;
use crate::requests::tasks::mine::MyTasksPage;
use crate::tokens::page::TokensPage;
use crate::ui::ErrorView;
use crate::work::page::WorkPage;
use domain::Refusal;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route};
use leptos_router::{ChooseView, SsrMode, path};

/// The page of the present address. Pages with data are answered whole, with their true status, so that they need no script to be read.
#[component]
pub fn SitePages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFound>
            <Route path=path!("/") ssr=SsrMode::Async view=Page::Home />
            <Route path=path!("/request/:item") ssr=SsrMode::Async view=Page::NewRequest />
            <Route path=path!("/requests") ssr=SsrMode::Async view=Page::MyRequests />
            <Route path=path!("/requests/:number") ssr=SsrMode::Async view=Page::RequestView />
            <Route path=path!("/inbox/:number?") ssr=SsrMode::Async view=Page::Inbox />
            <Route path=path!("/work") ssr=SsrMode::Async view=Page::Work />
            <Route path=path!("/leadership") ssr=SsrMode::Async view=Page::Leadership />
            <Route path=path!("/tasks") ssr=SsrMode::Async view=Page::MyTasks />
            <Route path=path!("/connectors") ssr=SsrMode::Async view=Page::Connectors />
            <Route path=path!("/connectors/:key") ssr=SsrMode::Async view=Page::ConnectorView />
            <Route path=path!("/connectors/new/:kind") ssr=SsrMode::Async view=Page::ConnectorView />
            <Route path=path!("/people") ssr=SsrMode::Async view=Page::People />
            <Route path=path!("/people/invitations") ssr=SsrMode::Async view=Page::Invitations />
            <Route path=path!("/people/import") ssr=SsrMode::Async view=Page::ImportPeople />
            <Route path=path!("/people/:id") ssr=SsrMode::Async view=Page::PersonView />
            <Route path=path!("/access") ssr=SsrMode::Async view=Page::Access />
            <Route path=path!("/groups/:key?") ssr=SsrMode::Async view=Page::Groups />
            <Route path=path!("/settings") ssr=SsrMode::Async view=Page::Organization />
            <Route path=path!("/audit") ssr=SsrMode::Async view=Page::AuditLog />
            <Route path=path!("/tokens") ssr=SsrMode::Async view=Page::Tokens />
            <Route path=path!("/notifications") ssr=SsrMode::Async view=Page::Notices />
            <Route path=path!("/notifications/settings/:part?") ssr=SsrMode::Async view=Page::NoticeSettings />
            <Route path=path!("/share/:token") ssr=SsrMode::Async view=Page::Share />
            <Route path=path!("/profile") ssr=SsrMode::Async view=Page::Profile />
            <Route path=path!("/profile/away") ssr=SsrMode::Async view=Page::Away />
            <Route path=path!("/sign-in") ssr=SsrMode::Async view=Page::SignIn />
            <Route path=path!("/forgot-password") view=Page::Forgot />
            <Route path=path!("/register") ssr=SsrMode::Async view=Page::Register />
            <Route path=path!("/reset-password/:token") ssr=SsrMode::Async view=Page::Reset />
            <Route path=path!("/join/:token") ssr=SsrMode::Async view=Page::Join />
            <Route path=path!("/setup") ssr=SsrMode::Async view=Page::Setup />
        </FlatRoutes>
    }
    .into_any()
}

/// Makes each group of pages a part that is loaded when one of them is wanted. `build/split` finds the parts by the groups' names.
macro_rules! groups {
    ($($(#[$about:meta])* $group:ident, $preload:ident { $($page:ident => $view:ident),* $(,)? })*) => {
        /// A page. All routes have the same type, so that what the router does with them is there once.
        #[derive(Clone, Copy)]
        enum Page {
            Home,
            $($($page,)*)*
        }

        $(
            $(#[$about])*
            #[cfg_attr(feature = "hydrate", leptos::wasm_split::wasm_split($group, wasm_split_path = leptos::wasm_split, preload($preload), fallible))]
            fn $group(page: Page) -> Result<AnyView, MissingPart> {
                page_is_live();
                match page {
                    $(Page::$page => Ok(view! { <$view /> }.into_any()),)*
                    _ => Err(MissingPart),
                }
            }
        )*

        #[cfg(feature = "hydrate")]
        impl ChooseView for Page {
            async fn choose(self) -> AnyView {
                match self {
                    Self::Home => home(),
                    $($(Self::$page)|* => wait_for(&|| Box::pin($group(self))).await,)*
                }
            }

            async fn preload(&self) {
                // A part that does not come is asked for again, and spoken of, by `choose`.
                let _ = match self {
                    Self::Home => Ok(()),
                    $($(Self::$page)|* => $preload().await,)*
                };
            }
        }

        #[cfg(not(feature = "hydrate"))]
        impl ChooseView for Page {
            async fn choose(self) -> AnyView {
                let (group, view) = match self {
                    Self::Home => return home(),
                    $($(Self::$page)|* => (stringify!($group), $group(self)),)*
                };
                announce(group);
                view.unwrap_or_else(|MissingPart| ().into_any())
            }

            async fn preload(&self) {}
        }
    };
}

groups! {
    /// Asking for something.
    ask, preload_ask { NewRequest => NewRequestPage }
    /// One request, for all who have to do with it.
    request, preload_request { RequestView => RequestPageView }
    /// Approving, and the view over what waits for approval.
    decide, preload_decide { Inbox => InboxPage, Leadership => LeadershipPage }
    /// The queue and the board.
    work, preload_work { Work => WorkPage }
    /// What one has asked for, has to do and was told.
    mine, preload_mine { MyRequests => MyRequestsPage, MyTasks => MyTasksPage, Notices => NoticesPage }
    /// What one sets for oneself.
    account, preload_account { Profile => ProfilePage, NoticeSettings => NoticeSettingsPage }
    /// Time away, which asks in a form.
    away, preload_away { Away => AwayPage }
    /// Deliveries, and how their destinations are.
    deliveries, preload_deliveries { Connectors => ConsolePage }
    /// What is changed about the organization, and its groups.
    organization, preload_organization { AuditLog => AuditLogPage, Groups => GroupsPage }
    /// What the organization decides for itself, which asks in a form.
    settings, preload_settings { Organization => OrganizationPage }
    /// Who is in the organization.
    people, preload_people { People => PeoplePageView, ImportPeople => ImportPage, PersonView => PersonPage }
    /// Setting up a destination, which asks in forms.
    connector, preload_connector { ConnectorView => ConnectorPage }
    /// Spaces, roles and grants, which ask in forms.
    access, preload_access { Access => AccessPage }
    /// Keys by which programs act, which are asked for in a form.
    tokens, preload_tokens { Tokens => TokensPage }
    /// A task for somebody without an account.
    share, preload_share { Share => SharePage }
    /// Who was invited, which asks in a form.
    invitations, preload_invitations { Invitations => InvitationsPage }
    /// The door.
    sign_in, preload_sign_in { SignIn => SignInPage }
    /// The other doors, for those who are not signed in.
    doors, preload_doors { Forgot => ForgotPage, Register => RegisterPage, Reset => ResetPage, Join => JoinPage, Setup => SetupPage }
}

fn home() -> AnyView {
    page_is_live();
    view! { <CatalogPage /> }.into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    page_is_live();
    #[cfg(feature = "ssr")]
    crate::context::set_status(http::StatusCode::NOT_FOUND);
    view! { <ErrorView error=CallError::Refused { refusal: Refusal::NotFound } /> }.into_any()
}
