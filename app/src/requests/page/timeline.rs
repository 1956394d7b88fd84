//! The timeline of a request: every event in words, newest first.

use super::api::earlier_events;
use super::earlier::{ShowEarlier, fetch, joined};
use crate::live::LiveMark;
use crate::ui::{Icon, TimeText};
use domain::address::Address;
use domain::approvals::{ApproverVerdict, DeputyDecisions};
use domain::direction::isolate;
use domain::requests::share::VIA_LINK;
use domain::requests::{Event, EventKind};
use domain::text::lower_case;
use leptos::prelude::*;

/// An event as it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineLine {
    pub icon: &'static str,
    /// Class of its mark: `done`, `bad`, `wait`, `go`, or none.
    pub mark: &'static str,
    /// Set in bold, first: who, or what.
    pub who: String,
    pub text: String,
    /// What somebody wrote.
    pub quote: String,
}

/// The words of an event.
pub fn line(event: &Event) -> TimelineLine {
    let actor = event.actor.as_ref().map(|actor| actor.name.clone());
    let by = |docket: &str| actor.clone().unwrap_or_else(|| docket.to_owned());
    let new =
        |icon, mark, who: String, text: &str, quote: &str| TimelineLine { icon, mark, who, text: text.to_owned(), quote: quote.to_owned() };
    // What the table says of the action, with what belongs to this event.
    let told = |who: String, rest: &str| {
        let words = event.what.action().map(|kind| &kind.row().line);
        let (icon, mark, text) = words.map_or(("circle-dot", "go", ""), |words| (words.icon, words.mark, words.text));
        TimelineLine { icon, mark, who, text: format!("{text}{rest}"), quote: event.what.words().to_owned() }
    };
    match &event.what {
        EventKind::Submitted => told(by("Somebody"), ""),
        EventKind::Approved { on_behalf_of, .. } | EventKind::Rejected { on_behalf_of, .. } => {
            told(by("Docket"), &on_behalf_of_words(on_behalf_of))
        }
        EventKind::Rerouted { words, .. } => told(by("Docket"), &format!(" {words}")),
        EventKind::Reminded { .. } => new("hourglass", "wait", "Docket".to_owned(), "reminded the approvers", ""),
        EventKind::ApprovalEscalated { words, .. } => {
            new("hourglass", "wait", "Docket".to_owned(), &format!("let {words} decide as well, as it takes long"), "")
        }
        EventKind::FellBack { .. } => {
            new("arrow-up-right", "wait", "Docket".to_owned(), "let any administrator decide as well, as nobody who was asked can", "")
        }
        EventKind::TimedOut { verdict: ApproverVerdict::Reject, .. } => {
            new("x", "bad", "Docket".to_owned(), "declined, as nobody decided in time", "")
        }
        EventKind::TimedOut { .. } => new("check", "done", "Docket".to_owned(), "approved, as nobody decided in time", ""),
        // The time follows, by the reader's clock.
        EventKind::Scheduled { .. } if actor.is_none() => new("calendar-clock", "wait", "The work".to_owned(), "is to begin on", ""),
        EventKind::Activated if actor.is_none() => new("rocket", "go", "The time".to_owned(), "has come; the work begins", ""),
        EventKind::Assigned { to } if event.actor.as_ref().is_some_and(|actor| actor.id == to.id) => {
            new("user-round-check", "go", by("Docket"), "took it", "")
        }
        EventKind::Assigned { to } => told(by("Docket"), &format!(" {}", to.name)),
        EventKind::Launching { .. } => new("rocket", "go", "Docket".to_owned(), "starts the automation", ""),
        EventKind::Launched { job } => new("rocket", "go", "The automation".to_owned(), &format!("runs as {job}"), ""),
        EventKind::AutomationEnded { note, .. } => new("circle-dot", "go", "The automation".to_owned(), "has ended", note),
        EventKind::Failed { error } => TimelineLine { quote: error.clone(), ..told("The automation".to_owned(), "") },
        EventKind::TaskAdded { title, .. } => new("file-plus-2", "go", by("Docket"), &format!("added the task “{}”", isolate(title)), ""),
        EventKind::TaskChanged { title, to, by_link, .. } => {
            let who = by_link.as_ref().map_or_else(|| by("Docket"), |name| format!("{} ({VIA_LINK})", isolate(name)));
            new("circle-dot", "go", who, &format!("set the task “{}” to {}", isolate(title), lower_case(to.label())), "")
        }
        EventKind::InfoProvided { .. } => told(by("The requester"), ""),
        EventKind::Released => new("rocket", "go", "Approval".to_owned(), "is complete; the work begins", ""),
        EventKind::Dispatched { connectors } => {
            new("arrow-up-right", "go", "Handed over".to_owned(), &format!("to {}", listed(connectors)), "")
        }
        EventKind::Delivered { connector } => new("check-check", "done", connector.clone(), "has taken the request", ""),
        EventKind::DeliveryFailed { connector, error } => {
            new("circle-alert", "bad", connector.clone(), "could not be reached; every try is used up", error)
        }
        EventKind::Replayed { connector } => new("rotate-cw", "go", by("Docket"), &format!("sends it to {connector} again"), ""),
        EventKind::Completed { note } if actor.is_none() => {
            new("check-check", "done", "Completed".to_owned(), "as everything was handed over", note)
        }
        _ => told(by("Docket"), ""),
    }
}

/// " for Ruth Abel", when a deputy decided for her.
fn on_behalf_of_words(people: &DeputyDecisions) -> String {
    let mut names: Vec<String> = people.values().map(|person| person.name.clone()).collect();
    names.dedup();
    if names.is_empty() { String::new() } else { format!(" for {}", listed(&names)) }
}

/// "A", "A and B", "A, B and C".
pub fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => isolate(one).into_owned(),
        [first @ .., last] => {
            format!("{} and {}", first.iter().map(|name| isolate(name)).collect::<Vec<_>>().join(", "), isolate(last))
        }
    }
}

/// The timeline slip. An event that arrives washes once; what was there stays.
#[component]
pub fn TimelineSlip(
    #[prop(into)] events: Signal<Vec<Event>>,
    /// The heading is a third one, below the title of a request beside a list.
    #[prop(optional)]
    beside: bool,
    /// The docket number, where each entry leads to the page as it was then.
    #[prop(optional, into)]
    number: Option<String>,
    /// The docket number, where earlier entries than the first one can be asked for.
    #[prop(optional, into)]
    earlier_of: Option<String>,
    /// Nothing more is added: it is the past.
    #[prop(optional)]
    still: bool,
) -> impl IntoView {
    let number = StoredValue::new(number);
    let known = events.with_untracked(|events| events.last().map_or(0, |event| event.seq));
    let fetched = RwSignal::new(Vec::<Event>::new());
    let all = Memo::new(move |shown: Option<&Vec<Event>>| {
        let shown = shown.map(Vec::as_slice).unwrap_or_default();
        events.with(|latest| fetched.with(|fetched| joined(shown, fetched, latest, |event| event.seq)))
    });
    let newest_first = move || all.with(|events| events.iter().rev().cloned().collect::<Vec<_>>());
    let earlier = earlier_of.map(|number| earlier_entries(number, all, fetched));
    let title =
        if beside { view! { <h3 id="s-time">"Timeline"</h3> }.into_any() } else { view! { <h2 id="s-time">"Timeline"</h2> }.into_any() };
    view! {
        <section class="slip" aria-labelledby="s-time">
            <div class="slip__head">{title} {(!beside && !still).then(|| view! { <LiveMark push=true /> })}</div>
            <div class="slip__body">
                <ol class="timeline">
                    <For each=newest_first key=|event| event.seq let:event>
                        {line_view(&event, event.seq > known, number.get_value().as_deref())}
                    </For>
                </ol>
                {earlier}
            </div>
        </section>
    }
    .into_any()
}

/// The way to the entries before the first one.
fn earlier_entries(number: String, all: Memo<Vec<Event>>, fetched: RwSignal<Vec<Event>>) -> AnyView {
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None));
    let first = move || all.with(|events| events.first().map_or(0, |event| event.seq));
    let more = Signal::derive(move || first() > 1);
    let ask = Callback::new(move |()| {
        let before = untrack(first);
        fetch(busy, error, earlier_events(number.clone(), before), move |events: Vec<Event>| {
            fetched.try_update(|fetched| drop(fetched.splice(0..0, events)));
        });
    });
    view! { <ShowEarlier more words="Show earlier entries" busy error ask /> }.into_any()
}

fn line_view(event: &Event, fresh: bool, number: Option<&str>) -> AnyView {
    let line = line(event);
    let mark = if line.mark.is_empty() { "timeline__mark".to_owned() } else { format!("timeline__mark timeline__mark--{}", line.mark) };
    let quote = (!line.quote.is_empty()).then(|| view! { <p class="timeline__quote">{line.quote}</p> });
    let until = match &event.what {
        EventKind::Scheduled { for_time } => Some(view! { " " <TimeText at=*for_time /> }.into_any()),
        _ => None,
    };
    let when = match number {
        Some(number) => then_link(number, event).into_any(),
        None => view! { <TimeText at=event.at /> }.into_any(),
    };
    view! {
        <li class:is-new=fresh>
            <span class=mark>
                <Icon name=line.icon />
            </span>
            <div class="timeline__text">
                <b>{line.who}</b>
                " "
                {line.text}
                {until}
                {quote}
                {number.and_then(|number| seen_link(number, event))}
            </div>
            {when}
        </li>
    }
    .into_any()
}

/// The moment of an event, which leads to the page as it was then.
fn then_link(number: &str, event: &Event) -> AnyView {
    view! {
        <a class="timeline__when" href=Address::Request(number).with_query(&[("at", &event.seq.to_string())]) title="See the request as it was then">
            <TimeText at=event.at />
            <span class="visually-hidden">", see the request as it was then"</span>
        </a>
    }
    .into_any()
}

/// "What Ruth Abel saw when deciding".
fn seen_link(number: &str, event: &Event) -> Option<AnyView> {
    let (EventKind::Approved { seen: Some(_), .. } | EventKind::Rejected { seen: Some(_), .. }) = &event.what else { return None };
    let words = format!("What {} saw when deciding", event.actor.as_ref()?.name);
    Some(
        view! {
            <a class="link timeline__seen" href=Address::Request(number).with_query(&[("seen", &event.seq.to_string())])>
                {words}
            </a>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::id::PersonId;
    use domain::people::PersonRef;
    use uuid::Uuid;

    fn reads(what: EventKind, actor: bool) -> String {
        let actor = actor.then(|| PersonRef { id: PersonId(Uuid::nil()), name: "Ruth Abel".to_owned(), title: String::new() });
        let line = line(&Event { seq: 1, at: DateTime::from_timestamp(0, 0).unwrap(), actor, what });
        format!("{} {} [{}]", line.who, line.text, line.quote)
    }

    #[test]
    fn every_event_reads_as_a_sentence() {
        let s = |text: &str| text.to_owned();
        let cases = [
            (EventKind::Submitted, true, "Ruth Abel submitted the request []"),
            (
                EventKind::Approved { rules: vec![], reason: s("Go ahead"), on_behalf_of: DeputyDecisions::new(), seen: None },
                true,
                "Ruth Abel approved [Go ahead]",
            ),
            (
                EventKind::Rejected { rules: vec![], reason: s("Too dear"), on_behalf_of: DeputyDecisions::new(), seen: None },
                true,
                "Ruth Abel declined [Too dear]",
            ),
            (EventKind::InfoRequested { question: s("Which site?") }, true, "Ruth Abel asked for changes [Which site?]"),
            (EventKind::InfoProvided { answer: s("North") }, true, "Ruth Abel answered [North]"),
            (
                EventKind::FellBack { rules: vec![s("owners")] },
                false,
                "Docket let any administrator decide as well, as nobody who was asked can []",
            ),
            (EventKind::Released, false, "Approval is complete; the work begins []"),
            (EventKind::Dispatched { connectors: vec![s("A"), s("B"), s("C")] }, false, "Handed over to A, B and C []"),
            (EventKind::Delivered { connector: s("Desk") }, false, "Desk has taken the request []"),
            (
                EventKind::DeliveryFailed { connector: s("Desk"), error: s("503") },
                false,
                "Desk could not be reached; every try is used up [503]",
            ),
            (EventKind::Replayed { connector: s("Desk") }, true, "Ruth Abel sends it to Desk again []"),
            (EventKind::Started, true, "Ruth Abel started the work []"),
            (EventKind::Completed { note: s("Key handed out") }, true, "Ruth Abel completed the request [Key handed out]"),
            (EventKind::Completed { note: s("") }, false, "Completed as everything was handed over []"),
            (EventKind::Scheduled { for_time: DateTime::from_timestamp(0, 0).unwrap() }, true, "Ruth Abel put the work off to []"),
            (EventKind::Scheduled { for_time: DateTime::from_timestamp(0, 0).unwrap() }, false, "The work is to begin on []"),
            (EventKind::Activated, true, "Ruth Abel had the work begin at once []"),
            (
                EventKind::Assigned { to: PersonRef { id: PersonId(Uuid::nil()), name: s("Ruth Abel"), title: s("") } },
                true,
                "Ruth Abel took it []",
            ),
            (EventKind::Cancelled { reason: s("Not needed") }, true, "Ruth Abel cancelled the request [Not needed]"),
        ];
        for (what, actor, words) in cases {
            assert_eq!(reads(what, actor), words);
        }
    }
}
