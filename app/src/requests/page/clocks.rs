//! The service level clocks of a request: until when somebody takes it up, until when it is done, and where the time went.

use crate::ui::{Icon, TimeText};
use domain::requests::sla::SlaClock;
use domain::requests::sla::shown::{DueView, SlaPace};
use domain::requests::wire::ClocksView;
use domain::text::{lower_first, upper_first};
use leptos::prelude::*;

/// A due time: icon, words, and a bar of the time that is over.
#[component]
pub fn DueMark(due: DueView) -> impl IntoView {
    let (class, icon) = match due.pace {
        SlaPace::Calm => ("sla sla--ok", "timer"),
        SlaPace::Soon => ("sla sla--soon", "timer"),
        SlaPace::Late => ("sla sla--late", "alarm-clock"),
        SlaPace::Paused => ("sla sla--paused", "circle-pause"),
    };
    let bar = matches!(due.pace, SlaPace::Calm | SlaPace::Soon);
    view! {
        <span class=class>
            <Icon name=icon />
            <span>{due.words}</span>
            {bar.then(|| {
                let label = format!("Time used, {} %", due.used);
                view! { <progress class="progress" max="100" value=due.used.to_string() aria-label=label></progress> }.into_any()
            })}
        </span>
    }
    .into_any()
}

/// The clocks beside a request; nothing where no time was promised.
#[component]
pub fn ClocksSlip(#[prop(into)] clocks: Signal<Option<ClocksView>>) -> impl IntoView {
    move || clocks.get().map(slip)
}

fn slip(view: ClocksView) -> AnyView {
    let ClocksView { clocks, response, resolution, late_because, calendar } = view;
    let total = clocks.shares.len();
    let shares = clocks.shares.into_iter().map(|share| {
        let words = upper_first(share.party.words());
        view! {
            <div>
                <dt>{words}</dt>
                <dd>{format!("{} %", share.percent)}</dd>
            </div>
        }
        .into_any()
    });
    let shares = shares.collect_view();
    let counted = calendar.map(|name| format!("Counted in {}.", lower_first(&name)));
    view! {
        <section class="slip" aria-labelledby="s-clocks">
            <div class="slip__head">
                <h2 id="s-clocks">"Time"</h2>
            </div>
            <div class="slip__body stack clocks">
                <dl class="facts facts--rows">
                    {clocks.response.map(|clock| due("First response", &clock, response))}
                    {clocks.resolution.map(|clock| due("Done", &clock, resolution))}
                </dl>
                {late_because.map(|words| view! { <p class="clocks__late">{words}</p> }.into_any())}
                {(total > 1)
                    .then(|| {
                        view! {
                            <h3 class="clocks__head">"Where the time went"</h3>
                            <dl class="facts facts--rows">{shares}</dl>
                        }
                            .into_any()
                    })}
                {counted.map(|words| view! { <p class="soft small">{words}</p> }.into_any())}
            </div>
        </section>
    }
    .into_any()
}

fn due(label: &'static str, clock: &SlaClock, shown: Option<DueView>) -> AnyView {
    let at = clock.due_at.filter(|_| !clock.paused || clock.breached);
    let running = shown.map(|due| {
        view! {
            <DueMark due />
            {at.map(|at| view! { <span class="clocks__at">"by "<TimeText at /></span> }.into_any())}
        }
        .into_any()
    });
    let stopped = running.is_none().then(|| {
        let words = if clock.breached { "Late" } else { "In time" };
        let class = if clock.breached { "status status--bad" } else { "status status--done" };
        let icon = if clock.breached { "alarm-clock" } else { "check" };
        view! {
            <span class=class>
                <Icon name=icon />
                {words}
            </span>
            {clock.stopped_at.map(|at| view! { <span class="clocks__at"><TimeText at /></span> }.into_any())}
        }
        .into_any()
    });
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{running} {stopped}</dd>
        </div>
    }
    .into_any()
}
