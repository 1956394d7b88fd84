//! How each destination is: what fails and what it means, a strip of all of them, and a small chart of the last day.

use super::api::hold;
use super::state::ConsoleState;
use crate::session::may;
use crate::ui::{Icon, TimeText};
use domain::address::Address;
use domain::connectors::breaker::DestinationStanding;
use domain::connectors::wire::{DestinationView, WorkerView};
use domain::permission::Permission;
use domain::tally::count_words;
use leptos::prelude::*;

/// The icon of a kind.
pub fn icon(kind: &str) -> &'static str {
    match kind {
        "connectwise" => "ticket",
        "sendgrid" | "smtp" => "mail",
        "slack_webhook" | "slack_bot" => "hash",
        "telegram" => "send",
        "webhook" => "webhook",
        _ => "plug",
    }
}

/// What somebody has to look at, above everything else.
#[component]
pub fn HealthNotices(desk: ConsoleState) -> impl IntoView {
    let worker = Memo::new(move |_| desk.page.with(|page| page.worker));
    let troubled = Memo::new(move |_| {
        desk.page.with(|page| {
            let troubled = |one: &&DestinationView| matches!(one.standing, DestinationStanding::Paused | DestinationStanding::Held);
            page.destinations.iter().filter(troubled).cloned().collect::<Vec<_>>()
        })
    });
    let administers = may(Permission::ManageConnectors);
    view! {
        {move || worker_notice(worker.get())}
        {move || troubled.get().into_iter().map(|one| notice(desk, one, administers)).collect_view()}
    }
    .into_any()
}

fn worker_notice(worker: WorkerView) -> AnyView {
    let since = match worker {
        WorkerView::Alive => return ().into_any(),
        WorkerView::Never => view! { "No worker has run yet." }.into_any(),
        WorkerView::Gone(at) => view! {
            "No worker has been seen since "
            <TimeText at />
            "."
        }
        .into_any(),
    };
    view! {
        <div class="alert alert--bad" role="alert">
            <Icon name="triangle-alert" />
            <p>
                <b>"Nothing is being sent. "</b>
                {since}
                " Deliveries wait and keep their order. Start docket work, or docket serve with its worker on."
            </p>
        </div>
    }
    .into_any()
}

fn notice(desk: ConsoleState, one: DestinationView, administers: bool) -> AnyView {
    let waiting = match one.waiting {
        0 => "Nothing waits for it.".to_owned(),
        1 => "1 delivery waits.".to_owned(),
        many => format!("{} deliveries wait and keep their order.", count_words(many)),
    };
    let held = one.standing == DestinationStanding::Held;
    let says = match (held, one.refuses_us) {
        (true, _) => format!("{} is held back.", one.name),
        (false, true) => format!("{} refuses our key", one.name),
        (false, false) => format!("{} keeps failing", one.name),
    };
    let since = one.failing_since.filter(|_| !held).map(|at| {
        view! {
            " since "
            <TimeText at />
            "."
        }
    });
    let again = one.paused_until.filter(|_| !held).map(|at| {
        view! {
            " It is tried again at "
            <TimeText at />
            "."
        }
    });
    let key = one.key.clone();
    let release = move |_| {
        let key = key.clone();
        desk.act(async move { hold(key, false).await }, |()| "Going on".to_owned());
    };
    let buttons = administers.then(|| {
        let set_up = (!held && one.refuses_us && !one.key.starts_with('@')).then(|| {
            view! { <a class="button button--sm" href=Address::Connector(&one.key).to_string()>"Update key"</a> }
        });
        let words = if held { "Release" } else { "Try now" };
        view! {
            <span class="row">
                {set_up}
                <button class="button button--sm" type="button" on:click=release>
                    {words}
                </button>
            </span>
        }
    });
    let class = if held { "alert alert--wait" } else { "alert alert--bad" };
    let name = if held { "circle-pause" } else { "triangle-alert" };
    view! {
        <div class=class role="status">
            <Icon name=name />
            <div>
                <p>
                    <b>{says}{since}</b>
                    " "
                    {waiting}
                    {again}
                    " Requests are not held up."
                </p>
            </div>
            {buttons}
        </div>
    }
    .into_any()
}

/// Every destination in one line.
#[component]
pub fn HealthStrip(desk: ConsoleState) -> impl IntoView {
    let keys = Memo::new(move |_| desk.page.with(|page| page.destinations.iter().map(|one| one.key.clone()).collect::<Vec<_>>()));
    let administers = may(Permission::ManageConnectors);
    let one = move |key: String| {
        let view = Memo::new(move |_| desk.page.with(|page| page.destinations.iter().find(|one| one.key == key).cloned()));
        move || view.get().map(|one| destination(one, administers))
    };
    let strip = move || {
        keys.with(|keys| !keys.is_empty()).then(|| {
            view! {
                <ul class="conns" role="list" aria-label="Destinations">
                    <For each=move || keys.get() key=String::clone let:key>
                        {one(key)}
                    </For>
                </ul>
            }
        })
    };
    strip.into_any()
}

fn destination(one: DestinationView, administers: bool) -> AnyView {
    let (status, name, words) = standing(&one);
    let bad = one.standing == DestinationStanding::Paused;
    // What the server's own settings carry is not set up here.
    let title = if administers && !one.key.starts_with('@') {
        view! { <a class="conn__name" href=Address::Connector(&one.key).to_string()>{one.name.clone()}</a> }.into_any()
    } else {
        view! { <span class="conn__name">{one.name.clone()}</span> }.into_any()
    };
    let below = if one.target.is_empty() { one.kind_label.clone() } else { one.target.clone() };
    view! {
        <li class="conn" class:conn--bad=bad>
            <Icon name=icon(&one.kind) class="icon--lg" />
            <div class="conn__id">
                {title}
                <span class="conn__sub">{below}</span>
            </div>
            <div class="conn__state">
                <span class=status>
                    <Icon name=name />
                    {words}
                </span>
                <span class="conn__rate">{rate(&one.hours)}</span>
            </div>
            <svg class="spark" viewBox="0 0 88 24" preserveAspectRatio="none" aria-hidden="true">
                <path d=spark(&one.hours)></path>
            </svg>
        </li>
    }
    .into_any()
}

/// Class, icon and word of where a destination stands.
fn standing(one: &DestinationView) -> (&'static str, &'static str, &'static str) {
    match one.standing {
        _ if !one.enabled => ("status status--still", "circle-slash", "Switched off"),
        DestinationStanding::Held => ("status status--wait", "circle-pause", "Held back"),
        DestinationStanding::Paused if one.refuses_us => ("status status--bad", "triangle-alert", "Refuses our key"),
        DestinationStanding::Paused => ("status status--bad", "triangle-alert", "Paused, it fails"),
        DestinationStanding::Failing => ("status status--wait", "rotate-cw", "Failing now"),
        DestinationStanding::Healthy => ("status status--done", "check", "Healthy"),
    }
}

/// "92.1% taken today": of the tries of the last day.
fn rate(hours: &[(u32, u32)]) -> String {
    let (all, taken) = hours.iter().fold((0_u64, 0_u64), |sum, hour| (sum.0 + u64::from(hour.0), sum.1 + u64::from(hour.1)));
    match all {
        0 => "Nothing in 24 hours".to_owned(),
        all if all == taken => format!("100% of {all} in 24 hours"),
        all => {
            // Rounded down: what is not all is not shown as all.
            let tenths = taken * 1000 / all;
            format!("{}.{}% of {all} in 24 hours", tenths / 10, tenths % 10)
        }
    }
}

/// A line through what was taken in each hour.
fn spark(hours: &[(u32, u32)]) -> String {
    let most = hours.iter().map(|hour| hour.1).max().unwrap_or(0).max(1);
    let step = 880 / hours.len().saturating_sub(1).max(1) as u32;
    let point = |(place, hour): (usize, &(u32, u32))| {
        let (x, y) = (place as u32 * step, 220 - hour.1 * 200 / most);
        format!("{}{}.{} {}.{}", if place == 0 { 'M' } else { 'L' }, x / 10, x % 10, y / 10, y % 10)
    };
    hours.iter().enumerate().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_never_better_than_it_was() {
        assert_eq!(rate(&[(0, 0), (0, 0)]), "Nothing in 24 hours");
        assert_eq!(rate(&[(4, 4), (6, 6)]), "100% of 10 in 24 hours");
        assert_eq!(rate(&[(9999, 9998), (1, 1)]), "99.9% of 10000 in 24 hours");
        assert_eq!(rate(&[(4, 0)]), "0.0% of 4 in 24 hours");
    }

    #[test]
    fn the_chart_stays_in_its_frame() {
        assert_eq!(spark(&[(1, 0), (2, 2), (4, 1)]), "M0.0 22.0L44.0 2.0L88.0 12.0");
        assert_eq!(spark(&[(0, 0), (0, 0)]), "M0.0 22.0L88.0 22.0");
    }

    #[test]
    fn a_large_count_says_where_it_stops() {}
}
