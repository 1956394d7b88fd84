//! One delivery whole: its schedule, what was sent, what came back, and what can be done about it.

use super::api::{send_now, skip};
use super::outbox::{sent_words, short};
use super::state::Desk;
use crate::requests::page_deliveries::status_view;
use crate::ui::{DocketNumber, Icon};
use domain::connectors::DeliveryStatus;
use domain::connectors::wire::{AttemptWhole, DeliveryDetail};
use leptos::prelude::*;

/// The sheet beside the list; nothing while none is open.
#[component]
pub fn DeliverySheet(desk: Desk) -> impl IntoView {
    move || desk.open.get().map(|detail| sheet(desk, detail))
}

fn sheet(desk: Desk, detail: DeliveryDetail) -> AnyView {
    let close = desk.place.with_untracked(|place| place.opening(None).address());
    let row = detail.row.clone();
    let steps = schedule(desk, &detail);
    let last = detail.attempts.last().cloned();
    let answer = last.clone().map(|attempt| {
        view! {
            <div>
                <h3 class="sub">"Last answer"</h3>
                <pre class="code" id="last-answer" tabindex="0">
                    {answer_words(&attempt)}
                </pre>
            </div>
        }
    });
    let sent = last.filter(|attempt| !attempt.request.is_empty()).map(|attempt| {
        view! {
            <div>
                <h3 class="sub">"We sent"</h3>
                <pre class="code" tabindex="0">
                    {attempt.request}
                </pre>
            </div>
        }
    });
    let made = detail.made.clone().map(|made| {
        let name = if made.link.is_empty() {
            view! { <b>{made.number}</b> }.into_any()
        } else {
            view! {
                <a href=made.link target="_blank" rel="noopener noreferrer">
                    {made.number}
                    <Icon name="arrow-up-right" />
                </a>
            }
            .into_any()
        };
        view! { <p>"Made there: " {name}</p> }
    });
    view! {
        <aside class="slip outbox__detail" aria-labelledby="delivery-h">
            <div class="slip__head">
                <h2 id="delivery-h">{format!("{}, to {}", row.event, row.connector)}</h2>
                <a class="button button--quiet button--icon push" href=close aria-label="Close">
                    <Icon name="x" />
                </a>
            </div>
            <div class="slip__body stack">
                <p class="row row--wrap">
                    <a href=format!("/requests/{}", row.number)>
                        <DocketNumber number=row.number.clone() />
                    </a>
                    <span>{row.title.clone()}</span>
                    {status_view(row.status)}
                </p>
                <div>
                    <h3 class="sub">"Retry schedule"</h3>
                    {steps}
                </div>
                {made}
                {answer}
                {sent}
                {buttons(desk, &detail)}
            </div>
        </aside>
    }
    .into_any()
}

/// Each try of the present schedule: made, next, or still to come.
fn schedule(desk: Desk, detail: &DeliveryDetail) -> AnyView {
    let pauses = desk.page.with_untracked(|page| page.pauses.clone());
    // Tries of schedules before a replay are not part of this one.
    let before = detail.row.tries.saturating_sub(pauses.len() as u32 + 1) as usize;
    let made: Vec<AttemptWhole> = detail.attempts.iter().skip(before).cloned().collect();
    let ended = detail.row.status == DeliveryStatus::Delivered || detail.row.status.is_given_up();
    let steps = (0..=pauses.len())
        .map(|place| {
            let label =
                if place == 0 { "At once".to_owned() } else { format!("+{} min", pauses.get(place - 1).copied().unwrap_or_default()) };
            match made.get(place) {
                Some(attempt) => tried(desk, label, attempt),
                None => to_come(desk, label, detail, place == made.len() && !ended),
            }
        })
        .collect_view();
    view! {
        <ol class="schedule">{steps}</ol>
    }
    .into_any()
}

fn tried(desk: Desk, label: String, attempt: &AttemptWhole) -> AnyView {
    let taken = attempt.error.is_empty();
    let (class, punch, icon) = if taken {
        ("schedule__step schedule__step--done", "punch punch--lg punch--yes", "check")
    } else {
        ("schedule__step schedule__step--bad", "punch punch--lg punch--no", "x")
    };
    let code = match (attempt.code, taken) {
        (Some(code), _) => code.to_string(),
        (None, true) => "Taken".to_owned(),
        (None, false) => "No answer".to_owned(),
    };
    view! {
        <li class=class>
            <span class=punch aria-hidden="true">
                <Icon name=icon />
            </span>
            <span class="schedule__d">{label}</span>
            {short(attempt.at, desk)}
            <span class="schedule__r">{code}</span>
        </li>
    }
    .into_any()
}

fn to_come(desk: Desk, label: String, detail: &DeliveryDetail, next: bool) -> AnyView {
    let at = detail.row.next_at.filter(|_| next).map(|at| short(at, desk));
    let class = if next { "schedule__step schedule__step--next" } else { "schedule__step" };
    let words = if next { "Next" } else { "" };
    view! {
        <li class=class>
            <span class="punch punch--lg" aria-hidden="true"></span>
            <span class="schedule__d">{label}</span>
            {at}
            <span class="schedule__r">{words}</span>
        </li>
    }
    .into_any()
}

/// "503 in 84 ms", what went wrong, and the answer.
fn answer_words(attempt: &AttemptWhole) -> String {
    let code = attempt.code.map_or_else(|| "No answer".to_owned(), |code| code.to_string());
    let mut words = format!("{code} in {} ms", attempt.milliseconds);
    for part in [&attempt.error, &attempt.response] {
        if !part.is_empty() {
            words.push('\n');
            words.push_str(part);
        }
    }
    words
}

fn buttons(desk: Desk, detail: &DeliveryDetail) -> Option<AnyView> {
    if !desk.page.with_untracked(|page| page.may_administer) {
        return None;
    }
    let (id, status) = (detail.row.id, detail.row.status);
    let waits = matches!(status, DeliveryStatus::Waiting | DeliveryStatus::Retrying);
    let busy = move || desk.busy.get().then_some("true");
    let replay = (waits || status.is_given_up()).then(|| {
        let words = if waits { "Send now" } else { "Replay now" };
        let press = move |_| desk.act(async move { send_now(vec![id]).await }, |sent| sent_words(*sent));
        view! {
            <button class="button button--primary" type="button" aria-disabled=busy on:click=press>
                <Icon name="rotate-cw" />
                {words}
            </button>
        }
    });
    let give_up = waits.then(|| {
        let press = move |_| desk.act(async move { skip(id).await }, |()| "Skipped. It can be replayed".to_owned());
        view! {
            <button class="button" type="button" aria-disabled=busy on:click=press>
                "Skip"
            </button>
        }
    });
    Some(
        view! {
            <div class="row row--wrap">
                {replay}
                {give_up}
            </div>
        }
        .into_any(),
    )
}
