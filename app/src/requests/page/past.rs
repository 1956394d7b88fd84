//! Looking back: the page of a request exactly as it was after one of its events, or as somebody saw it when they decided.

use super::answers::AnswersSlip;
use super::approval::ApprovalSlip;
use super::comments::still_comments;
use super::deliveries::status_words;
use super::head::DocketHead;
use super::thread::past_thread;
use super::timeline::{TimelineSlip, line};
use crate::ui::{Icon, PageTitle, TimeText};
use domain::address::Address;
use domain::approvals::ApproverVerdict;
use domain::id::TaskId;
use domain::requests::tasks::TaskStatus;
use domain::requests::wire::{PastMoment, RequestPage, SeenBy};
use domain::requests::{Event, EventKind};
use leptos::prelude::*;

/// A page that was. Nothing can be done on it.
#[component]
pub fn PastPage(page: RequestPage, moment: PastMoment, children: Children) -> impl IntoView {
    let number = page.summary.number.clone();
    let RequestPage { summary, approval, events, assignee, scheduled_for, .. } = page.clone();
    let status = summary.status;
    view! {
        <PageTitle text=format!("{number} as it was · Docket") />
        <div class="page request request--past">
            {children()} <DocketHead summary=Signal::stored(summary) price=page.price.clone() assignee=Signal::stored(assignee) scheduled=Signal::stored(scheduled_for) >
                ""
            </DocketHead> <div class="request__main">
                {banner(&page, &moment)} {past_thread(&events, false, 2)} {tasks_slip(&events)} <AnswersSlip page=page.clone() /> {deliveries_slip(&page)}
                {still_comments(&page.work.comments, 2)}
            </div> <aside class="request__side" aria-label="Approval and history">
                <ApprovalSlip approval=Signal::stored(approval) status=Signal::stored(status) />
                <TimelineSlip events=Signal::stored(events) number still=true />
            </aside>
        </div>
    }
    .into_any()
}

/// Which moment this is, and the ways to others.
fn banner(page: &RequestPage, moment: &PastMoment) -> AnyView {
    let present = Address::Request(&page.summary.number);
    let at = |seq: u32| present.with_query(&[("at", &seq.to_string())]);
    let older = (moment.seq > 1).then(|| {
        view! {
            <a class="button button--sm" href=at(moment.seq - 1)>
                <Icon name="chevron-left" />
                "Older"
            </a>
        }
        .into_any()
    });
    let newer = (moment.seq < moment.last).then(|| {
        view! {
            <a class="button button--sm" href=at(moment.seq + 1)>
                "Newer"
                <Icon name="chevron-right" />
            </a>
        }
        .into_any()
    });
    let words = match &moment.seen {
        Some(seen) => seen_words(seen),
        None => {
            let after = page.events.last().map(|event| {
                let line = line(event);
                let until = match &event.what {
                    EventKind::Scheduled { for_time } => Some(view! { " " <TimeText at=*for_time /> }),
                    _ => None,
                };
                view! { {format!(", after this: {} {}", line.who, line.text)} {until} }
            });
            view! {
                <p>
                    <b>"As it was on " <TimeText at=moment.at /></b>
                    {after}
                    ". Nothing can be done here."
                </p>
            }
            .into_any()
        }
    };
    view! {
        <div class="alert alert--wait past" role="status">
            <Icon name="history" />
            <div class="stack past__words">{words}</div>
            <nav class="row" aria-label="Other moments">
                {older} {newer} <a class="button button--sm button--primary" href=present.to_string()>
                    "Back to now"
                </a>
            </nav>
        </div>
    }
    .into_any()
}

fn seen_words(seen: &SeenBy) -> AnyView {
    let did = if seen.verdict == ApproverVerdict::Approve { "approving" } else { "declining" };
    let check = if seen.same {
        format!(
            "Form, answers and price are unchanged since: the fingerprint noted with the decision, {}, fits what is shown.",
            seen.fingerprint
        )
    } else {
        format!(
            "Form, answers or price differ from what was on the screen: the fingerprint noted with the decision, {}, does not fit what is shown. Tell an administrator.",
            seen.fingerprint
        )
    };
    view! {
        <p>
            <b>"What " {seen.by.name.clone()} " saw when " {did}</b>
            " on "
            <TimeText at=seen.at />
            ". Nothing can be done here."
        </p>
        <p>{check}</p>
    }
    .into_any()
}

/// The tasks after these events: title, whether it is required, status.
fn tasks(events: &[Event]) -> Vec<(String, bool, TaskStatus)> {
    let mut known: Vec<(TaskId, (String, bool, TaskStatus))> = Vec::new();
    for event in events {
        let (id, now) = match &event.what {
            EventKind::TaskAdded { task, title, required } => (*task, (title.clone(), *required, TaskStatus::Open)),
            EventKind::TaskChanged { task, title, to, required, .. } => (*task, (title.clone(), *required, *to)),
            _ => continue,
        };
        match known.iter_mut().find(|(known, _)| *known == id) {
            Some((_, task)) => *task = now,
            None => known.push((id, now)),
        }
    }
    known.into_iter().map(|(_, task)| task).collect()
}

fn tasks_slip(events: &[Event]) -> Option<AnyView> {
    let tasks = tasks(events);
    if tasks.is_empty() {
        return None;
    }
    let over = tasks.iter().filter(|(_, _, status)| matches!(status, TaskStatus::Done | TaskStatus::Cancelled)).count();
    let note = format!("{over} of {} done", tasks.len());
    let rows = tasks.into_iter().map(|(title, required, status)| {
        view! {
            <li>
                <b>{title}</b>
                " "
                <span class="muted">{status.label()} {required.then_some(", required")}</span>
            </li>
        }
        .into_any()
    });
    Some(
        view! {
            <section class="slip" aria-labelledby="s-past-tasks">
                <div class="slip__head">
                    <h2 id="s-past-tasks">"Work tasks"</h2>
                    <span class="slip__note">{note}</span>
                </div>
                <ul class="slip__body stack" role="list">
                    {rows.collect_view()}
                </ul>
            </section>
        }
        .into_any(),
    )
}

fn deliveries_slip(page: &RequestPage) -> Option<AnyView> {
    if page.deliveries.is_empty() {
        return None;
    }
    let rows = page.deliveries.iter().map(|delivery| {
        let (class, icon, words) = status_words(delivery.status);
        view! {
            <li class="row">
                <b>{delivery.connector.clone()}</b>
                <span class=class>
                    <Icon name=icon />
                    {words}
                </span>
            </li>
        }
        .into_any()
    });
    Some(
        view! {
            <section class="slip" aria-labelledby="s-past-del">
                <div class="slip__head">
                    <h2 id="s-past-del">"Deliveries"</h2>
                    <span class="slip__note">"As far as the timeline tells; single tries are not part of it"</span>
                </div>
                <ul class="slip__body stack" role="list">
                    {rows.collect_view()}
                </ul>
            </section>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use uuid::Uuid;

    #[test]
    fn tasks_are_as_the_events_left_them() {
        let at = DateTime::from_timestamp(0, 0).unwrap();
        let id = |n| TaskId(Uuid::from_u128(n));
        let added = |seq, n, title: &str| Event {
            seq,
            at,
            actor: None,
            what: EventKind::TaskAdded { task: id(n), title: title.to_owned(), required: n == 1 },
        };
        let done = EventKind::TaskChanged { task: id(1), title: "Order".to_owned(), to: TaskStatus::Done, required: true, by_link: None };
        let events = [added(1, 1, "Order"), added(2, 2, "Fit"), Event { seq: 3, at, actor: None, what: done }];
        assert_eq!(tasks(&events), [("Order".to_owned(), true, TaskStatus::Done), ("Fit".to_owned(), false, TaskStatus::Open)]);
        assert_eq!(tasks(&events[..2])[0].2, TaskStatus::Open);
        assert!(tasks(&[]).is_empty());
    }
}
