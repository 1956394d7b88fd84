//! The catalog's side column: the person's own open requests.

use crate::ui::{DocketNumber, StatusBadge};
use domain::address::Address;
use domain::requests::wire::RequestSummary;
use domain::tally::count_words;
use leptos::prelude::*;

/// At most four rows, and a way to all of them.
#[component]
pub fn OpenRequests(rows: Vec<RequestSummary>, count: u64) -> impl IntoView {
    let body = if rows.is_empty() {
        view! { <p class="mine__none soft">"Nothing open. What you request appears here, with where it stands."</p> }.into_any()
    } else {
        let rows = rows.into_iter().map(|row| view! { <MyRequestRow row /> }.into_any()).collect_view();
        view! { <ul class="mine">{rows}</ul> }.into_any()
    };
    view! {
        <aside class="catalog__mine" aria-label="Your requests">
            <section class="slip">
                <div class="slip__head">
                    <h2>"Your open requests"</h2>
                    <a class="link push" href=Address::MyRequests.root()>
                        {format!("All {}", count_words(count))}
                    </a>
                </div>
                {body}
            </section>
        </aside>
    }
    .into_any()
}

#[component]
fn MyRequestRow(row: RequestSummary) -> impl IntoView {
    let address = Address::Request(&row.number).to_string();
    view! {
        <li>
            <a class="mine__row" href=address>
                <span class="row">
                    <DocketNumber number=row.number />
                    <span class="push">
                        <StatusBadge status=row.status />
                    </span>
                </span>
                <span class="mine__title" dir="auto">{row.title}</span>
                <span class="mine__meta">{row.note}</span>
            </a>
        </li>
    }
    .into_any()
}
