//! The mark and the name.

use domain::address::Address;
use leptos::prelude::*;

/// Links home: to where the person begins.
#[component]
pub fn BrandLink(#[prop(optional, into)] home: String) -> impl IntoView {
    let home = if home.is_empty() { Address::Catalog.to_string() } else { home };
    view! {
        <a class="brand" href=home>
            <svg class="brand__mark" viewBox="0 0 20 20" aria-hidden="true">
                <path
                    class="brand__slip"
                    d="M4.2 1h11.6A1.7 1.7 0 0 1 17.5 2.7v3.5a1.9 1.9 0 0 0 0 3.6v7.5a1.7 1.7 0 0 1-1.7 1.7H4.2a1.7 1.7 0 0 1-1.7-1.7V9.8a1.9 1.9 0 0 0 0-3.6V2.7A1.7 1.7 0 0 1 4.2 1Z"
                ></path>
                <g class="brand__dots">
                    <circle cx="6.6" cy="8" r=".85"></circle>
                    <circle cx="10" cy="8" r=".85"></circle>
                    <circle cx="13.4" cy="8" r=".85"></circle>
                </g>
                <path class="brand__serial" d="M6 13.6h8"></path>
            </svg>
            <span class="brand__name">"Docket"</span>
        </a>
    }
    .into_any()
}
