//! An empty state: what it means, and one next step.

use leptos::prelude::*;

/// Nothing to show, said kindly; the children offer the next step.
#[component]
pub fn EmptyState(
    /// The lucide icon the place has elsewhere; for styles and tests.
    #[prop(into)]
    icon: String,
    #[prop(into)] title: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="slip empty" data-icon=icon>
            <svg class="empty__slip" viewBox="0 0 72 48" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true">
                <path d="M5 1h62a4 4 0 0 1 4 4v38a4 4 0 0 1-4 4H5a4 4 0 0 1-4-4V5a4 4 0 0 1 4-4Z"></path>
                <path d="M24 6v36" stroke-dasharray="0.1 4.5" stroke-linecap="round" stroke-width="2.5"></path>
                <path d="M34 17h26M34 25h18"></path>
            </svg>
            <h2>{title}</h2>
            {children()}
        </div>
    }
    .into_any()
}
