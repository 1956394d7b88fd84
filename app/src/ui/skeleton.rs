//! A panel's shape while its content is on the way.

use leptos::prelude::*;

/// Three grey lines.
#[component]
pub fn SkeletonLines() -> impl IntoView {
    view! {
        <div class="slip skeletons" aria-busy="true">
            <span class="visually-hidden">"Loading"</span>
            <span class="skeleton skeleton--short" aria-hidden="true"></span>
            <span class="skeleton" aria-hidden="true"></span>
            <span class="skeleton skeleton--half" aria-hidden="true"></span>
        </div>
    }
    .into_any()
}
