//! Everything that waits for approval in the organization, with whom it waits on; for those who lead.

use super::api::leadership;
use super::row::row_holes;
use crate::requests::page::approval::punches;
use crate::ui::{AboutLines, DocketNumber, EmptyState, Icon, PageTitle, PersonLine, TimeText, page_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::approvals::wire::LeadershipRow;
use leptos::prelude::*;

/// `/leadership`.
#[component]
pub fn LeadershipPage() -> impl IntoView {
    let rows = page_data(|| (), |()| leadership());
    let refresh = Callback::new(move |()| rows.refetch());
    view! {
        <PageTitle text="Pending approvals · Docket" />
        {page_frame("page", rows, move |rows| view! { <LoadedLeadership rows refresh /> }.into_any())}
    }
    .into_any()
}

#[component]
fn LoadedLeadership(rows: Vec<LeadershipRow>, refresh: Callback<()>) -> impl IntoView {
    let count = match rows.len() {
        1 => "1 request waits for approval, oldest first.".to_owned(),
        n => format!("{n} requests wait for approval, oldest first."),
    };
    let content = if rows.is_empty() {
        view! {
            <EmptyState icon="check-check" title="Nothing waits for approval">
                <p>"Every request of the organization has been decided."</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(rows)
    };
    view! {
        <div class="page leadership">
            <header class="page__head row row--wrap">
                <div>
                    <h1>"Pending approvals"</h1>
                    <p class="soft">{count}</p>
                </div>
                <button class="button push" type="button" on:click=move |_| refresh.run(())>
                    <Icon name="rotate-cw" />
                    "Refresh"
                </button>
            </header>
            {content}
        </div>
    }
    .into_any()
}

fn table(rows: Vec<LeadershipRow>) -> AnyView {
    view! {
        <section class="slip" aria-label="Requests that wait for approval">
            <div class="table-wrap" tabindex="0" role="group" aria-label="Requests that wait for approval, scrolls sideways">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">"Docket"</th>
                            <th scope="col">"Request"</th>
                            <th scope="col">"Requested by"</th>
                            <th scope="col">"Submitted"</th>
                            <th scope="col">"Approvals"</th>
                            <th scope="col">"Waits on"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(row_view).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row_view(row: LeadershipRow) -> AnyView {
    let LeadershipRow { row, waiting_on } = row;
    let holes = punches(row_holes(&row), false);
    let href = Address::Request(&row.number).to_string();
    view! {
        <tr class="row-opens">
            <th scope="row">
                <a class="row-link" href=href>
                    <DocketNumber number=row.number />
                </a>
            </th>
            <td data-label="Request">
                <AboutLines title=row.title item=row.item />
            </td>
            <td data-label="Requested by">
                <PersonLine person=row.requester />
            </td>
            <td data-label="Submitted">
                <TimeText at=row.submitted_at />
            </td>
            <td data-label="Approvals">
                <span class="inrow__votes">{holes} {row.words}</span>
            </td>
            <td data-label="Waits on">{waiting_on.join("; ")}</td>
        </tr>
    }
    .into_any()
}
