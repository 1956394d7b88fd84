//! What a page shows instead of its content when it could not get it.

use super::EmptyState;
use super::PageTitle;
use crate::error::CallError;
use domain::address::Address;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Not found, signed out, offline, or failed with a reference: each with a way on.
#[component]
pub fn ErrorView(error: CallError) -> impl IntoView {
    let title = match &error {
        error if error.is_not_found() => "Not found",
        CallError::SignedOut => "You are signed out",
        CallError::Offline => "Docket cannot be reached",
        CallError::Failed { .. } => "Something went wrong",
        CallError::Refused { .. } => "This is not possible now",
    };
    let location = use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    let address = if search.is_empty() { path } else { format!("{path}?{}", search.trim_start_matches('?')) };
    let way_on = match &error {
        CallError::SignedOut => {
            view! { <a class="button button--primary" rel="external" href=Address::SignIn.with_query(&[("next", &address)])>"Sign in and continue"</a> }
                .into_any()
        }
        CallError::Offline | CallError::Failed { .. } => {
            view! { <a class="button button--primary" rel="external" href=address>"Try again"</a> }.into_any()
        }
        CallError::Refused { .. } => view! { <a class="button button--primary" href=Address::Catalog.root()>"Go to the catalog"</a> }.into_any(),
    };
    view! {
        <div class="page">
            <PageTitle text=format!("{title} · Docket") />
            <h1 class="visually-hidden">{title}</h1>
            <EmptyState icon="circle-alert" title=title>
                <p>{error.message()}</p>
                {way_on}
            </EmptyState>
        </div>
    }
    .into_any()
}
