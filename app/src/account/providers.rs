//! Signing in by a provider: the buttons on the sign-in page. A provider is another site, so that these are plain links that the router
//! leaves alone.

use super::api::providers;
use crate::ui::{Icon, part_frame};
use crate::wire::page_data;
use domain::single_sign_on::wire::ProviderChoice;
use leptos::prelude::*;

/// The address at which signing in by a provider begins.
pub fn provider_address(key: &str, query: &str) -> String {
    format!("/single-sign-on/{key}{query}")
}

/// A button for each provider; nothing when there is none.
#[component]
pub fn ProviderButtons(
    /// The page to go on to.
    next: String,
) -> impl IntoView {
    let data = page_data(|| (), |()| providers());
    part_frame(data, move |found| buttons(&found, &next))
}

fn buttons(found: &[ProviderChoice], next: &str) -> AnyView {
    if found.is_empty() {
        return ().into_any();
    }
    let query = if next.is_empty() { String::new() } else { format!("?next={}", leptos_router::location::Url::escape(next)) };
    let button = |choice: &ProviderChoice| {
        view! {
            <a class="button button--lg button--wide" rel="external" href=provider_address(&choice.key, &query)>
                <Icon name="log-in" />
                <span dir="auto">{format!("Sign in with {}", choice.name)}</span>
            </a>
        }
        .into_any()
    };
    let buttons = found.iter().map(button).collect_view();
    view! {
        <div class="gate__providers stack">
            <p class="gate__or" aria-hidden="true">
                <span>"or"</span>
            </p>
            {buttons}
        </div>
    }
    .into_any()
}
