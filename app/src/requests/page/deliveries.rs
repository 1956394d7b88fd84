//! The deliveries of a request: where each stands, what its tries met, and the way to try again.

use crate::ui::{AlertBox, Icon, TimeText};
use domain::connectors::DeliveryStatus;
use domain::id::DeliveryId;
use domain::requests::wire::{AttemptView, DeliveryView};
use leptos::prelude::*;

/// Class, icon and word of a delivery's status.
pub fn status_words(status: DeliveryStatus) -> (&'static str, &'static str, &'static str) {
    match status {
        DeliveryStatus::Waiting => ("status status--wait", "hourglass", "Waiting"),
        DeliveryStatus::Sending => ("status status--go", "circle-dot", "Sending"),
        DeliveryStatus::Retrying => ("status status--wait", "rotate-cw", "Retrying"),
        DeliveryStatus::Delivered => ("status status--done", "check", "Delivered"),
        DeliveryStatus::Failed => ("status status--bad", "circle-alert", "Failed"),
        DeliveryStatus::SetAside => ("status status--bad", "circle-alert", "Set aside"),
    }
}

/// What a try met: "200 in 84 ms", "503, Service unavailable", "No answer".
pub fn attempt_words(attempt: &AttemptView) -> String {
    let code = attempt.code.map_or_else(|| "No answer".to_owned(), |code| code.to_string());
    if attempt.error.is_empty() {
        format!("{code} in {} ms", attempt.milliseconds)
    } else if attempt.code.is_none() {
        attempt.error.clone()
    } else {
        format!("{code}, {}", attempt.error)
    }
}

/// One line over all of them: "1 of 4 retrying", "all delivered".
pub fn overview(deliveries: &[DeliveryView]) -> String {
    let count = |status| deliveries.iter().filter(|d| d.status == status).count();
    let all = deliveries.len();
    let failed = deliveries.iter().filter(|d| d.status.is_given_up()).count();
    let (retrying, delivered) = (count(DeliveryStatus::Retrying), count(DeliveryStatus::Delivered));
    if failed > 0 {
        format!("{failed} of {all} failed")
    } else if retrying > 0 {
        format!("{retrying} of {all} retrying")
    } else if delivered == all {
        "All delivered".to_owned()
    } else {
        format!("{delivered} of {all} delivered")
    }
}

/// The overview, of those that are shown where there are more.
fn shown_overview(deliveries: &[DeliveryView], has_more: bool) -> String {
    match has_more {
        true => format!("The last {}: {}", deliveries.len(), overview(deliveries).to_lowercase()),
        false => overview(deliveries),
    }
}

/// The deliveries slip; nothing when there are none.
#[component]
pub fn DeliveriesSlip(
    #[prop(into)] deliveries: Signal<Vec<DeliveryView>>,
    /// There are more than those.
    #[prop(into)]
    has_more: Signal<bool>,
    /// Whether the person may send a failed one again.
    #[prop(into)]
    may_replay: Signal<bool>,
    #[prop(into)] busy: Signal<bool>,
    replay: Callback<DeliveryId>,
) -> impl IntoView {
    let ids = Memo::new(move |_| deliveries.with(|all| all.iter().map(|d| d.id).collect::<Vec<_>>()));
    let row = move |id: DeliveryId| {
        let delivery = Memo::new(move |_| deliveries.with(|all| all.iter().find(|d| d.id == id).cloned()));
        view! { <DeliveryRow delivery may_replay busy replay /> }
    };
    let slip = move || {
        view! {
            <section class="slip" aria-labelledby="s-del">
                <div class="slip__head">
                    <h2 id="s-del">"Deliveries"</h2>
                    <span class="slip__note">{move || deliveries.with(|all| shown_overview(all, has_more.get()))}</span>
                </div>
                <div class="table-wrap" tabindex="0" role="group" aria-label="Deliveries, scrolls sideways">
                    <table class="table table--dense table--stack">
                        <thead>
                            <tr>
                                <th scope="col">"Connector"</th>
                                <th scope="col">"Result"</th>
                                <th scope="col">"Tries"</th>
                                <th scope="col">"Status"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || ids.get() key=|id| *id children=row />
                        </tbody>
                    </table>
                </div>
            </section>
        }
    };
    let some = Memo::new(move |_| ids.with(|ids| !ids.is_empty()));
    view! { <Show when=move || some.get()>{slip()}</Show> }.into_any()
}

#[component]
fn DeliveryRow(
    delivery: Memo<Option<DeliveryView>>,
    may_replay: Signal<bool>,
    busy: Signal<bool>,
    replay: Callback<DeliveryId>,
) -> impl IntoView {
    let connector = move || delivery.with(|d| d.as_ref().map(|d| d.connector.clone()));
    view! {
        <tr>
            <th scope="row">
                <b>{connector}</b>
            </th>
            <td data-label="Result">{move || delivery.with(|d| d.as_ref().map(result))}</td>
            <td data-label="Tries">{move || delivery.with(|d| d.as_ref().map(tries))}</td>
            <td data-label="Status">
                <span class="row row--wrap">
                    {move || delivery.with(|d| d.as_ref().map(|d| status_view(d.status)))}
                    {move || {
                        let failed = delivery.with(|d| d.as_ref().filter(|d| d.status.is_given_up()).map(|d| d.id));
                        failed.filter(|_| may_replay.get()).map(|id| replay_button(id, busy, replay))
                    }}
                </span>
            </td>
        </tr>
    }
    .into_any()
}

fn replay_button(id: DeliveryId, busy: Signal<bool>, replay: Callback<DeliveryId>) -> AnyView {
    let press = move |_| {
        if !busy.get_untracked() {
            replay.run(id);
        }
    };
    view! {
        <button class="button button--sm" type="button" aria-disabled=move || busy.get().then_some("true") on:click=press>
            <Icon name="rotate-cw" />
            "Send again"
        </button>
    }
    .into_any()
}

/// Where a delivery stands.
pub fn status_view(status: DeliveryStatus) -> AnyView {
    let (class, icon, words) = status_words(status);
    view! {
        <span class=class>
            <Icon name=icon />
            {words}
        </span>
    }
    .into_any()
}

fn result(delivery: &DeliveryView) -> AnyView {
    let last = delivery.attempts.last().map_or_else(|| "Not tried yet".to_owned(), attempt_words);
    let next = delivery.next_at.filter(|_| delivery.status == DeliveryStatus::Retrying).map(|at| {
        view! {
            ". Next try "
            <TimeText at=at />
        }
    });
    let made = delivery.made.clone().map(|made| match made.link.is_empty() {
        true => view! { " Made there: " <b>{made.number}</b> }.into_any(),
        false => view! {
            " Made there: "
            <a href=made.link target="_blank" rel="noopener noreferrer">
                {made.number}
            </a>
        }
        .into_any(),
    });
    view! { <span>{last} {next} {made}</span> }.into_any()
}

/// Nothing is sent at the moment: said to those whose request waits for it.
#[component]
pub fn StalledNote(#[prop(into)] stalled: Signal<bool>) -> impl IntoView {
    let notice = || {
        view! {
            <AlertBox kind="wait">
                <p>
                    <b>"Nothing is being sent at the moment. "</b>
                    "What this request has to hand on waits and keeps its place. Administrators see this too."
                </p>
            </AlertBox>
        }
    };
    view! { <Show when=move || stalled.get()>{notice()}</Show> }.into_any()
}

fn tries(delivery: &DeliveryView) -> AnyView {
    let count = format!("{} of {}", delivery.attempts.len(), delivery.tries);
    if delivery.attempts.is_empty() {
        return view! { <span>{count}</span> }.into_any();
    }
    let attempt = |attempt: &AttemptView| {
        let words = attempt_words(attempt);
        view! {
            <li>
                <TimeText at=attempt.at />
                " "
                {words}
            </li>
        }
    };
    let list = delivery.attempts.iter().map(attempt).collect_view();
    view! {
        <details class="tries">
            <summary>{count}<span class="visually-hidden">" tries, each"</span></summary>
            <ol>{list}</ol>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    fn delivery(status: DeliveryStatus) -> DeliveryView {
        let id = DeliveryId(Uuid::nil());
        DeliveryView { id, connector: "Desk".to_owned(), status, next_at: None, tries: 5, made: None, attempts: vec![] }
    }

    #[test]
    fn the_overview_says_the_worst_first() {
        use DeliveryStatus::{Delivered, Failed, Retrying, SetAside, Waiting};
        assert_eq!(overview(&[delivery(Delivered), delivery(Failed), delivery(Retrying)]), "1 of 3 failed");
        assert_eq!(overview(&[delivery(SetAside), delivery(Failed), delivery(Retrying)]), "2 of 3 failed");
        assert_eq!(overview(&[delivery(Delivered), delivery(Retrying)]), "1 of 2 retrying");
        assert_eq!(overview(&[delivery(Delivered), delivery(Waiting)]), "1 of 2 delivered");
        assert_eq!(overview(&[delivery(Delivered)]), "All delivered");
    }

    #[test]
    fn a_try_says_what_it_met() {
        let at = DateTime::from_timestamp(0, 0).unwrap();
        let attempt = |code, error: &str| AttemptView { number: 1, at, milliseconds: 84, code, error: error.to_owned() };
        assert_eq!(attempt_words(&attempt(Some(200), "")), "200 in 84 ms");
        assert_eq!(attempt_words(&attempt(Some(503), "Service unavailable")), "503, Service unavailable");
        assert_eq!(attempt_words(&attempt(None, "The connection was refused")), "The connection was refused");
        assert_eq!(attempt_words(&attempt(None, "")), "No answer in 84 ms");
    }
}
