//! The queue as a table; on a phone each row is a small slip.

use super::bulk::WorkBulkBar;
use super::card::{due, take};
use super::keys::use_work_keys;
use super::place::WorkLocation;
use super::state::{WorkState, card_id};
use crate::ui::{AboutLines, DocketNumber, Icon, OutcomePanel, PersonLine, StatusBadge};
use domain::address::Address;
use domain::requests::queue::QueueRow;
use leptos::prelude::*;

/// The rows, the pages, and what is done with several.
#[component]
pub fn WorkList(work: WorkState) -> impl IntoView {
    let numbers =
        Memo::new(move |_| work.rows.with(|rows| rows.rows.iter().map(|row| row.data.summary.number.clone()).collect::<Vec<_>>()));
    use_work_keys(work, false);
    view! {
        <OutcomePanel outcomes=work.outcomes />
        <div class="slip">
            <div class="table-wrap" tabindex="0" role="group" aria-label="Requests, scrolls sideways">
                <table class="table table--stack queue">
                    <thead>
                        <tr>
                            <th scope="col">{select_all(work)}</th>
                            <th scope="col">"Docket"</th>
                            <th scope="col">"Request"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Requested by"</th>
                            <th scope="col">"Assignee"</th>
                            <th scope="col">"Due"</th>
                            <th scope="col" class="num">"Price"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || numbers.get() key=|number| number.clone() let:number>
                            <QueueRowView work number />
                        </For>
                    </tbody>
                </table>
            </div>
            <ListPages work />
        </div>
        <WorkBulkBar work />
    }
    .into_any()
}

/// Selects every row that is shown, or none.
fn select_all(work: WorkState) -> AnyView {
    let all = Memo::new(move |_| {
        work.selection.chosen.with(|selected| work.rows.with(|rows| rows.live().all(|number| selected.contains(number))))
    });
    view! {
        <input class="check check--sm" type="checkbox" aria-label="Select all" prop:checked=all on:change=move |_| work.select_all(!all.get_untracked()) />
    }
    .into_any()
}

#[component]
fn QueueRowView(work: WorkState, number: String) -> impl IntoView {
    let key = number.clone();
    let row = Memo::new(move |_| work.rows.with(|rows| rows.row(&key).cloned()));
    let is_fresh = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.fresh)));
    let is_gone = Memo::new(move |_| row.with(|row| row.as_ref().is_none_or(|row| row.gone)));
    let key = number.clone();
    let is_selected = Memo::new(move |_| work.selection.chosen.with(|selected| selected.contains(&key)));
    let (key, focused) = (number.clone(), number.clone());
    let cells = {
        let number = number.clone();
        move || row.with(|row| row.as_ref().map(|row| cells(work, &number, &row.data)))
    };
    view! {
        <tr class="row-opens" class:is-fresh=is_fresh class:is-gone=is_gone class:is-selected=is_selected>
            <td class="queue__check">
                <label>
                    <input class="check check--sm" type="checkbox" prop:checked=is_selected disabled=is_gone on:change=move |_| work.selection.toggle(key.clone()) />
                    <span class="visually-hidden">"Select " {number.clone()}</span>
                </label>
            </td>
            <th scope="row">
                <a class="row-link" id=card_id(&number) href=Address::Request(&number).to_string() on:focus=move |_| work.at.set(Some(focused.clone()))>
                    <DocketNumber number=number.clone() />
                </a>
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

fn cells(work: WorkState, number: &str, data: &QueueRow) -> AnyView {
    let summary = data.summary.clone();
    let holder = match &data.assignee {
        Some(person) => view! { <PersonLine person=person.clone() /> }.into_any(),
        None => take(work, number, data),
    };
    view! {
        <td data-label="Request">
            <AboutLines title=summary.title item=summary.item note=summary.note />
        </td>
        <td data-label="Status">
            <StatusBadge status=summary.status />
        </td>
        <td data-label="Requested by">
            <span>
                <span dir="auto">{summary.requester.name}</span>
                {summary.space.map(|space| view! { <span class="table__sub" dir="auto">{space}</span> })}
            </span>
        </td>
        <td data-label="Assignee">{holder}</td>
        <td data-label="Due">{data.due.clone().map(due)}</td>
        <td data-label="Price" class="num">
            {data.price.clone()}
        </td>
    }
    .into_any()
}

#[component]
fn ListPages(work: WorkState) -> impl IntoView {
    move || {
        let (place, next) = (work.place.get(), work.next.get());
        let later = place.after.is_some();
        let first = later.then(|| {
            let first = WorkLocation { after: None, ..place.clone() }.address();
            view! {
                <a class="button button--sm" href=first>
                    <Icon name="chevron-left" />
                    "First page"
                </a>
            }
        });
        let more = next.clone().map(|next| {
            let more = WorkLocation { after: Some(next), ..place.clone() }.address();
            view! {
                <a class="button button--sm" href=more>
                    "Later"
                    <Icon name="chevron-right" />
                </a>
            }
        });
        (later || next.is_some()).then(|| {
            view! {
                <nav class="pagination" aria-label="Pages">
                    <span>{if later { "Due later" } else { "Due first" }}</span>
                    <span class="row">{first} {more}</span>
                </nav>
            }
            .into_any()
        })
    }
}
