//! One row of the inbox.

use super::desk::{InboxDesk, row_id};
use super::held_batch::doing;
use super::inbox_list::InboxListRow;
use crate::requests::page::approval::{RuleMark, punches};
use crate::requests::page::clocks::DueMark;
use crate::ui::{DocketNumber, TimeText};
use domain::address::Address;
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::InboxRow;
use domain::requests::title::item_beside;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// A row: who asks for what, and how its approval stands. Once decided it stays in its place, dimmed, with who decided.
#[component]
pub fn InboxRowView(desk: InboxDesk, number: String) -> impl IntoView {
    let key = number.clone();
    let row = Memo::new(move |_| desk.list.with(|list| list.row(&key).cloned()));
    let key = number.clone();
    let is_open = Memo::new(move |_| desk.current.with(|current| current.as_deref() == Some(key.as_str())));
    let key = number.clone();
    let is_selected = Memo::new(move |_| desk.chosen.with(|chosen| chosen.contains(&key)));
    // Tab leads to the current row alone: what has the focus is what keys act on.
    let key = number.clone();
    let is_stop = Memo::new(move |_| {
        let stop = desk.list.with(|list| desk.filter.with(|filter| desk.current.with(|current| list.tab_stop(current.as_deref(), filter))));
        stop.as_deref() == Some(key.as_str())
    });
    let tabindex = move || if is_stop.get() { "0" } else { "-1" };
    let key = number.clone();
    let focused = move |event: leptos::ev::FocusEvent| {
        if is_ringed(&event) && !desk.is_current(&key) {
            desk.go(key.clone());
        }
    };
    let is_closed = Memo::new(move |_| row.with(|row| row.as_ref().is_none_or(|row| !row.waits())));
    let alike = Memo::new(move |_| row.with(|row| row.as_ref().filter(|row| row.waits()).map(|row| row.data.alike.clone())));
    let others = Memo::new(move |_| {
        let Some(alike) = alike.get().filter(|alike| !alike.is_empty()) else { return 0 };
        desk.list.with(|list| list.rows.iter().filter(|row| row.waits() && row.data.alike == alike).count())
    });
    let same = move || {
        (others.get() > 1).then(|| {
            view! {
                <button
                    class="inrow__alike"
                    type="button"
                    tabindex=tabindex
                    title="The same service and answers, but who and when"
                    on:click=move |_| desk.select_alike(&alike.get_untracked().unwrap_or_default())>
                    {format!("Select {} alike", others.get())}
                </button>
            }
            .into_any()
        })
    };
    let key = number.clone();
    let toggle = move |_| desk.toggle(&key);
    view! {
        <li class="inrow" class:is-open=is_open class:is-gone=is_closed data-checked=move || is_selected.get().then_some("")>
            <label class="inrow__check">
                <input
                    class="check check--sm"
                    type="checkbox"
                    tabindex=tabindex
                    prop:checked=is_selected
                    disabled=is_closed
                    on:change=toggle
                />
                <span class="visually-hidden">"Select " {number.clone()}</span>
            </label>
            <a
                class="inrow__link"
                id=row_id(&number)
                href=Address::InboxRequest(&number).to_string()
                aria-current=move || is_open.get().then_some("true")
                tabindex=tabindex
                on:focus=focused
            >
                {move || row.with(|row| row.as_ref().map(content))}
            </a>
            {same}
        </li>
    }
    .into_any()
}

/// Whether the focus came by the keyboard, and is drawn.
fn is_ringed(event: &leptos::ev::FocusEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.matches(":focus-visible").unwrap_or(false))
}

fn content(row: &InboxListRow) -> AnyView {
    let data = row.data.clone();
    let fresh = row.fresh.then(|| view! { <span class="inrow__new">"New"</span> });
    let absent_note = data.on_behalf_of.as_ref().map(|absent| view! { <span class="inrow__for">{format!("For {}", absent.name)}</span> });
    let time = match data.due.clone() {
        Some(due) => view! { <span class="push"><DueMark due /></span> }.into_any(),
        None => view! {
            <span class="push muted">
                <TimeText at=data.submitted_at />
            </span>
        }
        .into_any(),
    };
    let item = item_beside(&data.title, &data.item).to_owned();
    let item = (!item.is_empty()).then(|| view! { <span dir="auto">{item}</span> });
    let price = (!data.price.is_empty()).then(|| view! { <span>{data.price.clone()}</span> });
    let held =
        data.held.map(|verdict| if verdict == ApproverVerdict::AskForChanges { "Asking for changes" } else { doing(verdict) }.to_owned());
    let standing = match row.closed.clone().or(held).or_else(|| data.again.clone()) {
        Some(words) => view! { <span class="inrow__votes">{words}</span> }.into_any(),
        None => view! { <span class="inrow__votes">{punches(row_holes(&data), false)} {data.words.clone()}</span> }.into_any(),
    };
    view! {
        <span class="inrow__top">
            <DocketNumber number=data.number.clone() />
            {fresh}
            {time}
        </span>
        <span class="inrow__title" dir="auto">{data.title}</span>
        <span class="inrow__meta">
            <span>{data.requester.name}</span>
            {absent_note}
            {item}
            {price}
            {standing}
        </span>
    }
    .into_any()
}

/// The holes of a row: those punched first.
pub fn row_holes(row: &InboxRow) -> Vec<RuleMark> {
    let hole = |n| if n < row.given { RuleMark::Yes } else { RuleMark::Waiting };
    (0..row.needed).map(hole).collect()
}
