//! The person's own requests: open, finished or all of them, newest first. Tab and page are in the address.

use super::api::my_requests;
use crate::ui::{AboutLines, DocketNumber, EmptyState, Icon, PageTitle, StatusBadge, TimeText, part_frame};
use crate::wire::page_data;
use domain::address::Address;
use domain::requests::wire::{MyFilter, RequestList, RequestSummary};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const TABS: [(MyFilter, &str, &str); 3] =
    [(MyFilter::Open, "open", "Open"), (MyFilter::Finished, "finished", "Finished"), (MyFilter::All, "all", "All")];

/// `/requests?show=…&after=…`.
#[component]
pub fn MyRequestsPage() -> impl IntoView {
    let query = use_query_map();
    let place = Memo::new(move |_| {
        query.with(|query| (filter(query.get("show").as_deref()), query.get("after").filter(|after| !after.is_empty())))
    });
    let list = page_data(move || place.get(), |(filter, after)| my_requests(filter, after));
    let rows = move |list: RequestList| {
        let (filter, after) = place.get_untracked();
        if list.rows.is_empty() { nothing(filter) } else { table(filter, after.is_some(), list) }
    };
    view! {
        <PageTitle text="My requests · Docket" />
        <div class="page mine-page">
            <div class="page__head">
                <h1>"My requests"</h1>
                <a class="button button--primary" href=Address::Catalog.root()>
                    <Icon name="plus" />
                    "New request"
                </a>
            </div>
            <Tabs place />
            {part_frame(list, rows)}
        </div>
    }
    .into_any()
}

fn filter(show: Option<&str>) -> MyFilter {
    TABS.into_iter().find(|(_, key, _)| Some(*key) == show).map_or(MyFilter::Open, |(filter, ..)| filter)
}

fn key(filter: MyFilter) -> &'static str {
    TABS.into_iter().find(|(known, ..)| *known == filter).map_or("open", |(_, key, _)| key)
}

#[component]
fn Tabs(place: Memo<(MyFilter, Option<String>)>) -> impl IntoView {
    let tab = |(filter, key, words): (MyFilter, &'static str, &'static str)| {
        let current = move || (place.with(|(now, _)| *now) == filter).then_some("page");
        view! {
            <a class="tab" href=Address::MyRequests.with_query(&[("show", key)]) aria-current=current>
                {words}
            </a>
        }
    };
    view! {
        <nav class="tabs" aria-label="Which requests">
            {TABS.into_iter().map(tab).collect_view()}
        </nav>
    }
    .into_any()
}

fn nothing(filter: MyFilter) -> AnyView {
    let (title, words) = match filter {
        MyFilter::Open => ("Nothing open", "Requests you submit appear here until they are done."),
        MyFilter::Finished => ("Nothing finished yet", "Requests appear here once they are completed, declined or cancelled."),
        MyFilter::All => ("No requests yet", "What you request appears here with its docket number."),
    };
    view! {
        <EmptyState icon="files" title=title>
            <p>{words}</p>
            <a class="button" href=Address::Catalog.root()>
                "Open the catalog"
            </a>
        </EmptyState>
    }
    .into_any()
}

fn table(filter: MyFilter, later: bool, list: RequestList) -> AnyView {
    let rows = list.rows.into_iter().map(row).collect_view();
    view! {
        <div class="slip">
            <div class="table-wrap" tabindex="0" role="group" aria-label="My requests, scrolls sideways">
                <table class="table table--stack">
                    <thead>
                        <tr>
                            <th scope="col">"Docket"</th>
                            <th scope="col">"Request"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Where it stands"</th>
                            <th scope="col">"Submitted"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {pages(filter, later, list.next)}
        </div>
    }
    .into_any()
}

fn row(request: RequestSummary) -> AnyView {
    let href = Address::Request(&request.number).to_string();
    view! {
        <tr class="row-opens">
            <th scope="row">
                <a class="row-link" href=href>
                    <DocketNumber number=request.number />
                </a>
            </th>
            <td data-label="Request">
                <AboutLines title=request.title item=request.item />
            </td>
            <td data-label="Status">
                <StatusBadge status=request.status />
            </td>
            <td data-label="Where it stands">{request.note}</td>
            <td data-label="Submitted">
                <TimeText at=request.submitted_at />
            </td>
        </tr>
    }
    .into_any()
}

fn pages(filter: MyFilter, later: bool, next: Option<String>) -> Option<AnyView> {
    let page = |after: &str| Address::MyRequests.with_query(&[("show", key(filter)), ("after", after)]);
    let newest = later.then(|| {
        view! {
            <a class="button button--sm" href=page("")>
                <Icon name="chevron-left" />
                "Newest"
            </a>
        }
    });
    let older = next.as_ref().map(|next| {
        view! {
            <a class="button button--sm" href=page(next)>
                "Older"
                <Icon name="chevron-right" />
            </a>
        }
    });
    (later || next.is_some()).then(|| {
        view! {
            <nav class="pagination" aria-label="Pages">
                <span>{if later { "Older requests" } else { "Newest requests" }}</span>
                <span class="row">{newest} {older}</span>
            </nav>
        }
        .into_any()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_names_the_tab_and_unknown_ones_are_open() {
        assert_eq!(filter(Some("finished")), MyFilter::Finished);
        assert_eq!(filter(Some("nonsense")), MyFilter::Open);
        assert_eq!(filter(None), MyFilter::Open);
        assert!(TABS.iter().all(|(f, k, _)| key(*f) == *k));
    }
}
