//! The docket header: the number on its stub, the perforation, and what the request is.

use crate::ui::{Icon, PersonLine, StatusBadge, TimeText};
use chrono::{DateTime, Utc};
use domain::people::PersonRef;
use domain::requests::title::item_beside;
use domain::requests::wire::RequestSummary;
use leptos::prelude::*;

/// The header of the docket that is being read; once a page. `children` are its actions.
#[component]
pub fn DocketHead(
    #[prop(into)] summary: Signal<RequestSummary>,
    /// What it costs, in words; nothing when empty.
    #[prop(into)]
    price: String,
    /// The title is a second heading, beside a list.
    #[prop(optional)]
    beside: bool,
    /// Who has it.
    #[prop(optional)]
    assignee: Option<Signal<Option<PersonRef>>>,
    /// When the work begins, while it is put off.
    #[prop(optional)]
    scheduled: Option<Signal<Option<DateTime<Utc>>>>,
    children: Children,
) -> impl IntoView {
    let first = summary.get_untracked();
    let status = Memo::new(move |_| summary.with(|s| s.status));
    let updated = Memo::new(move |_| summary.with(|s| s.updated_at));
    let title = first.title.clone();
    let item = item_beside(&first.title, &first.item).to_owned();
    let heading =
        if beside { view! { <h2 class="h1" dir="auto">{title}</h2> }.into_any() } else { view! { <h1 dir="auto">{title}</h1> }.into_any() };
    view! {
        <header class="docket">
            <div class="docket__sheet">
                <div class="docket__stub">
                    <span class="docket__stub-label">"Docket"</span>
                    <span class="serial">{first.number.clone()}</span>
                    <span class="docket__stub-status">{move || view! { <StatusBadge status=status.get() boxed=true /> }}</span>
                </div>
                <div class="perf perf--v docket__perf" aria-hidden="true"></div>
                <div class="docket__body">
                    <div class="docket__title">{heading} <div class="docket__actions">{children()}</div></div>
                    <dl class="facts">
                        {fact("Service", item)} {fact("Space", first.space.clone().unwrap_or_default())}
                        <div>
                            <dt>"Requested by"</dt>
                            <dd>
                                <PersonLine person=first.requester.clone() />
                            </dd>
                        </div>
                        <div>
                            <dt>"Submitted"</dt>
                            <dd>
                                <TimeText at=first.submitted_at />
                            </dd>
                        </div>
                        {move || assignee.and_then(|assignee| assignee.get()).map(assigned)}
                        {move || scheduled.and_then(|scheduled| scheduled.get()).map(begins)}
                        <div>
                            <dt>"Last change"</dt>
                            <dd>{move || view! { <TimeText at=updated.get() /> }}</dd>
                        </div>
                        {fact("Price", price)}
                    </dl>
                    {move || note(summary.with(|s| s.note.clone()))}
                </div>
            </div>
        </header>
    }
    .into_any()
}

fn assigned(person: PersonRef) -> AnyView {
    view! {
        <div>
            <dt>"Assigned to"</dt>
            <dd>
                <PersonLine person />
            </dd>
        </div>
    }
    .into_any()
}

fn begins(at: DateTime<Utc>) -> AnyView {
    view! {
        <div>
            <dt>"Work begins"</dt>
            <dd>
                <TimeText at />
            </dd>
        </div>
    }
    .into_any()
}

fn fact(label: &'static str, text: String) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd dir="auto">{text}</dd>
            </div>
        }
    })
}

fn note(text: String) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| {
        view! {
            <p class="row soft docket__note">
                <Icon name="info" />
                <span>{text}</span>
            </p>
        }
    })
}
