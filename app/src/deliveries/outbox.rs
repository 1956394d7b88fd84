//! The outbox: a page of deliveries with filters, and what can be done with several of them.

use super::api::{replay_since, send_now};
use super::filters::DeliveryFilterBar;
use super::place::ConsoleLocation;
use super::state::ConsoleState;
use crate::requests::page::deliveries::status_view;
use crate::session::may;
use crate::ui::{DocketNumber, EmptyState, Icon, time, use_wall_clock};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use domain::address::Address;
use domain::connectors::DeliveryStatus;
use domain::connectors::wire::ConsoleRow;
use domain::id::DeliveryId;
use domain::permission::Permission;
use domain::tally::count_words;
use leptos::prelude::*;

/// Dots in a row, at most.
const DOTS: u32 = 6;

/// The list.
#[component]
pub fn DeliveryList(desk: ConsoleState) -> impl IntoView {
    let ids = Memo::new(move |_| desk.page.with(|page| page.rows.iter().map(|row| row.id).collect::<Vec<_>>()));
    let administers = may(Permission::ReplayDeliveries);
    let rows = move || {
        if ids.with(Vec::is_empty) {
            return nothing(desk);
        }
        view! {
            <div class="table-wrap" tabindex="0" role="group" aria-label="Deliveries, scrolls sideways">
                <table class="table table--dense table--stack">
                    <thead>
                        <tr>
                            {administers.then(|| view! { <th scope="col">{select_all(desk, ids)}</th> })}
                            <th scope="col">"Queued"</th>
                            <th scope="col">"Docket"</th>
                            <th scope="col">"Event"</th>
                            <th scope="col">"Connector"</th>
                            <th scope="col">"Attempts"</th>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Next"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || ids.get() key=|id| *id let:id>
                            {row_view(desk, id, administers)}
                        </For>
                    </tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="slip outbox__list" aria-labelledby="outbox-h" aria-busy=move || desk.loading.get().then_some("true")>
            <div class="slip__head">
                <h2 id="outbox-h">"Outbox"</h2>
                <span class="slip__note">{move || desk.page.with(|page| schedule_words(&page.pauses))}</span>
                <div class="push row row--wrap">
                    <DeliveryArrivals desk />
                    {administers.then(|| replay_buttons(desk))}
                </div>
            </div>
            <DeliveryFilterBar desk />
            {rows}
            <DeliveryPages desk />
        </section>
    }
    .into_any()
}

/// "Retried 4 times over 81 minutes, then marked failed".
fn schedule_words(pauses: &[u32]) -> String {
    let minutes: u32 = pauses.iter().sum();
    let over = if minutes >= 180 { format!("{} hours", minutes / 60) } else { format!("{minutes} minutes") };
    match pauses.len() {
        0 => "Tried once, then marked failed".to_owned(),
        1 => format!("Retried once after {over}, then marked failed"),
        times => format!("Retried {times} times over {over}, then marked failed"),
    }
}

/// "2 new": shows what waits to be shown.
#[component]
fn DeliveryArrivals(desk: ConsoleState) -> impl IntoView {
    let button = move |new: usize| {
        let words = if new == 1 { "1 new delivery".to_owned() } else { format!("{new} new deliveries") };
        view! {
            <button class="arrivals" type="button" on:click=move |_| desk.load(desk.place.get_untracked())>
                <Icon name="arrow-up" />
                {words}
            </button>
        }
    };
    view! { <span aria-live="polite">{move || Some(desk.arrivals.get()).filter(|new| *new > 0).map(button)}</span> }.into_any()
}

/// Replays what is chosen, or all that failed in the period shown.
fn replay_buttons(desk: ConsoleState) -> AnyView {
    let chosen = move || desk.selection.chosen.with(|selected| selected.len());
    let replay = move |_| {
        let ids: Vec<DeliveryId> = desk.selection.chosen.with_untracked(|selected| selected.iter().copied().collect());
        desk.act(async move { send_now(ids).await }, |sent| sent_words(*sent));
    };
    let since = move |_| {
        let (filter, now) = (desk.place.with_untracked(|place| place.filter.clone()), desk.page.with_untracked(|page| page.now));
        let since = filter.period.days().map_or(DateTime::UNIX_EPOCH, |days| now - TimeDelta::days(days));
        desk.act(async move { replay_since(filter.connector, since).await }, |sent| sent_words(*sent));
    };
    let failed = move || desk.page.with(|page| page.failed);
    let one = move || {
        (chosen() > 0).then(|| {
            view! {
                <button class="button button--sm" type="button" aria-disabled=move || desk.busy.get().then_some("true") on:click=replay>
                    {move || format!("Replay {} selected", chosen())}
                </button>
            }
        })
    };
    let all = move || {
        (chosen() == 0 && failed() > 0 && desk.place.with(|place| place.filter.number.is_empty())).then(|| {
            view! {
                <button class="button button--sm" type="button" aria-disabled=move || desk.busy.get().then_some("true") on:click=since>
                    {move || format!("Replay {} failed", count_words(failed()))}
                </button>
            }
        })
    };
    view! {
        {one}
        {all}
    }
    .into_any()
}

/// What became of a replay.
pub fn sent_words(sent: u32) -> String {
    match sent {
        0 => "Nothing to send: it was delivered or is being sent".to_owned(),
        1 => "1 delivery is sent again".to_owned(),
        many => format!("{many} deliveries are sent again"),
    }
}

fn select_all(desk: ConsoleState, ids: Memo<Vec<DeliveryId>>) -> AnyView {
    let all = move || ids.with(|ids| desk.selection.chosen.with(|selected| ids.iter().all(|id| selected.contains(id))));
    let press = move |_| {
        let ids = ids.get_untracked();
        desk.selection.chosen.update(|selected| {
            if ids.iter().all(|id| selected.contains(id)) {
                selected.clear();
            } else {
                selected.extend(ids);
            }
        });
    };
    view! { <input class="check check--sm" type="checkbox" aria-label="Select all" prop:checked=all on:change=press /> }.into_any()
}

fn row_view(desk: ConsoleState, id: DeliveryId, administers: bool) -> AnyView {
    let row = Memo::new(move |_| desk.page.with(|page| page.rows.iter().find(|row| row.id == id).cloned()));
    let part = move |show: fn(&ConsoleRow) -> AnyView| move || row.with(|row| row.as_ref().map(show));
    let name = move || row.with(|row| row.as_ref().map(|row| format!("Select {}, {}, {}", row.subject(), row.event, row.connector)));
    let check = administers.then(|| {
        let press = move |_| {
            desk.selection.toggle(id);
        };
        view! {
            <td class="cellcheck">
                <input
                    class="check check--sm"
                    type="checkbox"
                    aria-label=name
                    prop:checked=move || desk.selection.chosen.with(|selected| selected.contains(&id))
                    on:change=press
                />
            </td>
        }
    });
    let href = move || desk.place.with(|place| place.opening(Some(id)).address());
    let opened = move || desk.place.with(|place| place.open == Some(id));
    let event = move || row.with(|row| row.as_ref().map(|row| row.event.clone()));
    let queued = move || row.with(|row| row.as_ref().map(|row| short(row.queued_at, desk)));
    let next = move || {
        row.with(|row| {
            let row = row.as_ref()?;
            let at = row.next_at.filter(|_| matches!(row.status, DeliveryStatus::Retrying | DeliveryStatus::Waiting))?;
            Some(if desk.page.with(|page| at <= page.now) { view! { "Now" }.into_any() } else { short(at, desk) })
        })
    };
    view! {
        <tr class="row-opens" class:is-selected=opened>
            {check}
            <td class="c-at" data-label="Queued">
                {queued}
            </td>
            <th scope="row">
                {part(subject)}
            </th>
            <td class="c-event" data-label="Event">
                <a class="row-link" href=href aria-current=move || opened().then_some("true")>
                    {event}
                    <span class="visually-hidden">{move || row.with(|row| row.as_ref().map(|row| format!(" of {}, to {}: show the delivery", row.subject(), row.connector)))}</span>
                </a>
            </td>
            <td class="c-conn" data-label="Connector">
                {part(|row| view! { {row.connector.clone()} }.into_any())}
            </td>
            <td class="c-tries" data-label="Attempts">
                {part(tries)}
            </td>
            <td class="c-status" data-label="Status">
                {part(|row| status_view(row.status))}
            </td>
            <td class="c-next" data-label="Next">
                {next}
            </td>
        </tr>
    }
    .into_any()
}

/// What it is about: the number of a request with its title, or the title alone.
fn subject(row: &ConsoleRow) -> AnyView {
    let title = row.title.clone();
    match request_link(row) {
        Some(link) => {
            view! { {link} <span class="table__sub outbox__title" dir="auto" title=title.clone()>{title.clone()}</span> }.into_any()
        }
        None => title.into_any(),
    }
}

/// The request's page, behind its number; nothing when it is about something else.
pub fn request_link(row: &ConsoleRow) -> Option<AnyView> {
    (!row.number.is_empty()).then(|| {
        view! {
            <a href=Address::Request(&row.number).to_string()>
                <DocketNumber number=row.number.clone() />
            </a>
        }
        .into_any()
    })
}

fn tries(row: &ConsoleRow) -> AnyView {
    let failed = if row.status == DeliveryStatus::Delivered { row.attempts.saturating_sub(1) } else { row.attempts };
    // After a replay the tries before it are counted, and no dots.
    let dots = (row.tries.saturating_sub(DOTS)..row.tries)
        .map(|place| {
            let class = match place {
                place if place < failed => "try try--x",
                place if place < row.attempts => "try try--o",
                _ => "try",
            };
            view! { <span class=class></span> }.into_any()
        })
        .collect_view();
    view! {
        <span class="row nowrap">
            <span class="attempt-dots" aria-hidden="true">
                {dots}
            </span>
            <span>{format!("{} of {}", row.attempts, row.tries)}</span>
        </span>
    }
    .into_any()
}

/// "09:41" today, "13 Apr, 09:41" on other days.
pub fn short(at: DateTime<Utc>, desk: ConsoleState) -> AnyView {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let clock = use_wall_clock();
    let words = move || {
        let (here, today) = (clock.local(at), clock.local(desk.page.with(|page| page.now)));
        let month = MONTHS.get(here.month0() as usize).copied().unwrap_or_default();
        if here.date() == today.date() { time(here) } else { format!("{} {month}, {}", here.day(), time(here)) }
    };
    view! { <time datetime=at.to_rfc3339()>{words}</time> }.into_any()
}

#[component]
fn DeliveryPages(desk: ConsoleState) -> impl IntoView {
    let next = Memo::new(move |_| desk.page.with(|page| page.next.clone()));
    let later = Memo::new(move |_| desk.place.with(|place| place.after.is_some()));
    let newest = move || desk.place.with(|place| ConsoleLocation { after: None, open: None, ..place.clone() }.address());
    let older = move || desk.place.with(|place| ConsoleLocation { after: next.get(), open: None, ..place.clone() }.address());
    let pages = move || {
        (later.get() || next.with(Option::is_some)).then(|| {
            view! {
                <nav class="pagination" aria-label="Pages">
                    <span></span>
                    <span class="row">
                        {later.get().then(|| view! { <a class="button button--sm" href=newest>"Newest"</a> })}
                        {next.with(Option::is_some).then(|| view! { <a class="button button--sm" href=older>"Older"<Icon name="chevron-right" /></a> })}
                    </span>
                </nav>
            }
        })
    };
    pages.into_any()
}

fn nothing(desk: ConsoleState) -> AnyView {
    let filtered = desk.place.with(|place| *place != ConsoleLocation { open: place.open, ..ConsoleLocation::default() });
    let (title, words) = if filtered {
        ("Nothing fits", "No delivery fits all of these filters.")
    } else {
        ("Nothing was sent in the last 7 days", "Deliveries appear here when approved requests are handed on.")
    };
    let all = ConsoleLocation::read(|key| (key == "period").then(|| "ever".to_owned())).address();
    view! {
        <EmptyState icon="send" title=title>
            <p>{words}</p>
            <a class="button" href=all>
                "Show all deliveries"
            </a>
        </EmptyState>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_said_in_words() {
        assert_eq!(schedule_words(&[1, 5, 15, 60]), "Retried 4 times over 81 minutes, then marked failed");
        assert_eq!(schedule_words(&[60, 240]), "Retried 2 times over 5 hours, then marked failed");
        assert_eq!(schedule_words(&[]), "Tried once, then marked failed");
    }
}
