//! One delivery whole: its schedule, what was sent, what came back, and what can be done about it.

use super::api::{send_now, skip};
use super::outbox::{request_link, sent_words, short};
use super::state::ConsoleState;
use crate::requests::page::deliveries::status_view;
use crate::session::may;
use crate::ui::Icon;
use crate::ui::focus::focus_any;
use domain::connectors::DeliveryStatus;
use domain::connectors::wire::{AttemptWhole, DeliveryDetail};
use domain::permission::Permission;
use leptos::prelude::*;

/// The sheet beside the list; nothing while none is open. What changes about a delivery changes in its place, so that the focus stays.
#[component]
pub fn DeliverySheet(desk: ConsoleState) -> impl IntoView {
    let id = Memo::new(move |_| desk.open.with(|open| open.as_ref().map(|detail| detail.row.id)));
    move || id.get().and_then(|_| desk.open.get_untracked()).map(|detail| sheet(desk, detail))
}

fn sheet(desk: ConsoleState, first: DeliveryDetail) -> AnyView {
    let close = move || desk.place.with(|place| place.opening(None).address());
    let row = first.row.clone();
    // Until another sheet is made, this one shows its own delivery.
    let detail = Memo::new(move |before: Option<&DeliveryDetail>| {
        let shown = before.unwrap_or(&first);
        desk.open.with(|open| open.as_ref().filter(|open| open.row.id == shown.row.id).unwrap_or(shown).clone())
    });
    view! {
        <aside class="slip outbox__detail" aria-labelledby="delivery-h">
            <div class="slip__head">
                <h2 id="delivery-h" tabindex="-1">
                    {format!("{}, to {}", row.event, row.connector)}
                </h2>
                <a class="button button--quiet button--icon push" href=close aria-label="Close">
                    <Icon name="x" />
                </a>
            </div>
            <div class="slip__body stack">
                <p class="row row--wrap">
                    {request_link(&row)}
                    <span dir="auto">{row.title.clone()}</span>
                    <span role="status">{move || status_view(detail.with(|detail| detail.row.status))}</span>
                </p>
                <div>
                    <h3 class="sub">"Retry schedule"</h3>
                    {move || detail.with(|detail| schedule(desk, detail))}
                </div>
                {move || detail.with(made)}
                {move || detail.with(|detail| detail.attempts.last().map(talk))}
                {buttons(desk, detail)}
            </div>
        </aside>
    }
    .into_any()
}

/// What was sent last, and what came back.
fn talk(last: &AttemptWhole) -> AnyView {
    let answer = answer_words(last);
    let sent = (!last.request.is_empty()).then(|| {
        view! {
            <div>
                <h3 class="sub">"We sent"</h3>
                <pre class="code" tabindex="0">
                    {last.request.clone()}
                </pre>
            </div>
        }
    });
    view! {
        <div>
            <h3 class="sub">"Last answer"</h3>
            <pre class="code" id="last-answer" tabindex="0">
                {answer}
            </pre>
        </div>
        {sent}
    }
    .into_any()
}

fn made(detail: &DeliveryDetail) -> Option<AnyView> {
    let made = detail.made.clone()?;
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
    Some(view! { <p>"Made there: " {name}</p> }.into_any())
}

/// Each try of the present schedule: made, next, or still to come.
fn schedule(desk: ConsoleState, detail: &DeliveryDetail) -> AnyView {
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
        {earlier(desk, detail.attempts.get(..before.min(detail.attempts.len())).unwrap_or_default())}
    }
    .into_any()
}

/// The tries of schedules before a replay, below the present one.
fn earlier(desk: ConsoleState, attempts: &[AttemptWhole]) -> Option<AnyView> {
    let words = match attempts.len() {
        0 => return None,
        1 => "1 try before the replay".to_owned(),
        many => format!("{many} tries before the replay"),
    };
    let steps = attempts.iter().map(|attempt| tried(desk, format!("Try {}", attempt.number), attempt)).collect_view();
    Some(
        view! {
            <h4 class="sub">{words}</h4>
            <ol class="schedule schedule--earlier">{steps}</ol>
        }
        .into_any(),
    )
}

fn tried(desk: ConsoleState, label: String, attempt: &AttemptWhole) -> AnyView {
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

fn to_come(desk: ConsoleState, label: String, detail: &DeliveryDetail, next: bool) -> AnyView {
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

fn buttons(desk: ConsoleState, detail: Memo<DeliveryDetail>) -> Option<AnyView> {
    if !may(Permission::ReplayDeliveries) {
        return None;
    }
    let id = detail.with_untracked(|detail| detail.row.id);
    let status = Memo::new(move |_| detail.with(|detail| detail.row.status));
    let waits = Memo::new(move |_| matches!(status.get(), DeliveryStatus::Waiting | DeliveryStatus::Retrying));
    let can_send = Memo::new(move |_| waits.get() || status.get().is_given_up());
    let busy = move || desk.busy.get().then_some("true");
    // The button goes once it is sent: the focus stays in the sheet, where it says what became of it.
    let replay = move || {
        let press = move |_| {
            focus_any(&["delivery-h"]);
            desk.act(async move { send_now(vec![id]).await }, |sent| sent_words(*sent));
        };
        view! {
            <button class="button button--primary" type="button" aria-disabled=busy on:click=press>
                <Icon name="rotate-cw" />
                {move || if waits.get() { "Send now" } else { "Replay now" }}
            </button>
        }
    };
    let give_up = move || {
        let press = move |_| {
            focus_any(&["delivery-h"]);
            desk.act(async move { skip(id).await }, |()| "Skipped. It can be replayed".to_owned());
        };
        view! {
            <button class="button" type="button" aria-disabled=busy on:click=press>
                "Skip"
            </button>
        }
    };
    Some(
        view! {
            <div class="row row--wrap">
                <Show when=move || can_send.get()>{replay()}</Show>
                <Show when=move || waits.get()>{give_up()}</Show>
            </div>
        }
        .into_any(),
    )
}
