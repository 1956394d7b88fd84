//! A request on the board and in the list: how its due time, its requester and its holder are shown.

use super::state::{WorkState, card_id};
use crate::ui::{Avatar, DocketNumber, Icon};
use domain::address::Address;
use domain::people::PersonRef;
use domain::requests::actions::ActionKind;
use domain::requests::board::moves;
use domain::requests::queue::QueueRow;
use domain::requests::sla::shown::{DueView, SlaPace};
use domain::requests::title::item_beside;
use domain::text::lower_case;
use leptos::prelude::*;

/// A card. It is dragged by the pointer; its link takes the keyboard.
#[component]
pub fn WorkCard(work: WorkState, number: String) -> impl IntoView {
    let key = number.clone();
    let row = Memo::new(move |_| work.rows.with(|rows| rows.row(&key).cloned()));
    let is_fresh = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.fresh)));
    let is_gone = Memo::new(move |_| row.with(|row| row.as_ref().is_none_or(|row| row.gone)));
    let sending = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.sending)));
    let key = number.clone();
    let is_dragged = Memo::new(move |_| work.dragged.with(|dragged| dragged.as_deref() == Some(key.as_str())));
    let key = number.clone();
    let begun = move |_| work.dragged.set(Some(key.clone()));
    let content = {
        let number = number.clone();
        move || row.with(|row| row.as_ref().map(|row| content(work, &number, &row.data, row.moved())))
    };
    let (focused, key) = (number.clone(), number.clone());
    let tabindex = move || if work.at.with(|at| at.as_deref() == Some(key.as_str())) { "0" } else { "-1" };
    let title = move || row.with(|row| row.as_ref().map(|row| row.data.summary.title.clone()));
    view! {
        <li
            class="card job"
            class:is-fresh=is_fresh
            class:is-gone=is_gone
            class:is-dragged=is_dragged
            draggable="true"
            aria-busy=move || sending.get().then_some("true")
            on:dragstart=begun
            on:dragend=move |_| work.dragged.set(None)
        >
            <h3 class="job__title">
                <a
                    class="card__link"
                    id=card_id(&number)
                    href=Address::Request(&number).to_string()
                    draggable="false"
                    tabindex=tabindex
                    aria-describedby=format!("about-{number}")
                    on:focus=move |_| work.at.set(Some(focused.clone()))
                >
                    <bdi>{title}</bdi>
                </a>
            </h3>
            {content}
        </li>
    }
    .into_any()
}

fn content(work: WorkState, number: &str, data: &QueueRow, moved: bool) -> AnyView {
    let status = data.summary.status;
    let note = match moved {
        true => Some(format!("Now {}", lower_case(status.label()))),
        false => Some(data.summary.note.clone()).filter(|note| !note.is_empty()),
    };
    let flag = note.map(|note| {
        let icon = if moved { "arrow-right" } else { "info" };
        view! {
            <p class="job__flag" class:is-moved=moved>
                <Icon name=icon />
                {note}
            </p>
        }
        .into_any()
    });
    let price = (!data.price.is_empty()).then(|| view! { <span>{data.price.clone()}</span> }.into_any());
    let holder = match &data.assignee {
        Some(person) => holder(person.clone()),
        None => take(work, number, data),
    };
    let movable = !moves(status, &data.allowed).is_empty();
    let key = number.to_owned();
    let more = movable.then(|| {
        view! {
            <button class="button button--sm button--icon button--quiet job__more" type="button" tabindex="-1" on:click=move |_| work.moving.set(Some(key.clone()))>
                <Icon name="ellipsis" />
                <span class="visually-hidden">{format!("Move {number} to…")}</span>
            </button>
        }
        .into_any()
    });
    let name = &data.summary.requester.name;
    let by = match item_beside(&data.summary.title, &data.summary.item) {
        "" => name.clone(),
        item => format!("{name} · {item}"),
    };
    view! {
        <div class="job__top">
            <DocketNumber number=number.to_owned() />
            <span class="push">{data.due.clone().map(due)}</span>
        </div>
        <div class="job__about" id=format!("about-{number}")>
            <span class="visually-hidden">{format!("{number}, {}", status.label())}</span>
            {flag}
            <span class="job__by" dir="auto">{by}</span>
        </div>
        <div class="job__foot">{price} <span class="push job__who">{holder} {more}</span></div>
    }
    .into_any()
}

fn holder(person: PersonRef) -> AnyView {
    let (title, words) = (person.name.clone(), format!("Assigned to {}", person.name));
    view! {
        <span class="avatar-wrap" title=title>
            <Avatar name=person.name />
            <span class="visually-hidden">{words}</span>
        </span>
    }
    .into_any()
}

/// "Take": nobody has it yet.
pub fn take(work: WorkState, number: &str, data: &QueueRow) -> AnyView {
    let (key, words) = (number.to_owned(), format!(" {number}"));
    data.allowed
        .may(ActionKind::AssignToMe)
        .then(|| {
            view! {
                <button class="button button--sm job__take" type="button" on:click=move |_| work.take(&key)>
                    "Take"
                    <span class="visually-hidden">{words}</span>
                </button>
            }
        })
        .into_any()
}

/// A due time: icon, words, and how much of the time is over.
pub fn due(due: DueView) -> AnyView {
    let (class, icon) = match due.pace {
        SlaPace::Calm => ("sla sla--ok", "timer"),
        SlaPace::Soon => ("sla sla--soon", "timer"),
        SlaPace::Late => ("sla sla--late", "alarm-clock"),
        SlaPace::Paused => ("sla sla--paused", "circle-pause"),
    };
    let bar = matches!(due.pace, SlaPace::Calm | SlaPace::Soon).then(|| {
        view! { <progress class="progress" max="100" value=due.used.to_string() aria-label=format!("Time used, {} %", due.used)></progress> }.into_any()
    });
    view! {
        <span class=class>
            <Icon name=icon />
            <span>{due.words}</span>
            {bar}
        </span>
    }
    .into_any()
}
