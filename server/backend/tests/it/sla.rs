//! Service levels: due times in working hours, across weekends, holidays and the change of clocks, and what stops them.

use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::file;
use backend::{Caller, TimeSource, requests};
use chrono::{DateTime, Utc};
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::queue::QueueFilter;
use domain::requests::sla::shown::SlaPace;
use domain::requests::wire::ClocksView;
use serde_json::json;

/// A note with ten working hours, of which one until somebody takes it up.
const PROMISED: &str = "key: note\nname: Note to the desk\ndescription: Nobody has to approve a note.\nicon: sticky-note\ncategory: Help\n\
     prefix: N\nform: note\nsla:\n  calendar: office\n  response_minutes: 60\n  resolution_minutes: 600\n";

async fn promise(world: &World) {
    world.apply_file("north", "items/note.yaml", PROMISED).await;
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn go_to(world: &World, text: &str) {
    world.clock.advance(at(text) - world.clock.now());
}

async fn note(world: &World, who: &Caller) -> String {
    file(world, who, "note", json!({"text": "A lamp is broken"})).await
}

async fn act(world: &World, who: &Caller, number: &str, act: ActionCall) {
    paged::act(&world.backend, who, number, act, None).await.unwrap();
}

async fn clocks(world: &World, who: &Caller, number: &str) -> ClocksView {
    requests::page(&world.backend, who, number).await.unwrap().clocks.unwrap()
}

/// When its place in the queue says it is due.
async fn due(world: &World, who: &Caller, number: &str) -> Option<DateTime<Utc>> {
    let filter = QueueFilter { text: number.to_owned(), ..QueueFilter::default() };
    let page = requests::queue(&world.backend, who, filter, None).await.unwrap();
    page.rows.iter().find(|row| row.summary.number == number).unwrap().due_at
}

#[tokio::test]
async fn due_times_count_working_hours_of_the_calendar() {
    on_both(|world| async move {
        promise(&world).await;
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let cases = [
            // Friday afternoon; Monday is a holiday.
            ("2026-03-13T16:30:00Z", "2026-03-17T09:30:00Z", "2026-03-18T10:30:00Z"),
            // The clocks go forward on Sunday: 17:00 is an hour earlier in UTC.
            ("2026-03-27T15:00:00Z", "2026-03-27T16:00:00Z", "2026-03-30T16:00:00Z"),
            // At night before they go back: 09:00 in summer, 17:00 and then 11:00 in winter.
            ("2026-10-23T22:00:00Z", "2026-10-26T10:00:00Z", "2026-10-27T11:00:00Z"),
        ];
        for (filed, answered_by, done_by) in cases {
            go_to(&world, filed);
            let number = note(&world, &hana).await;
            assert_eq!(due(&world, &mina, &number).await, Some(at(answered_by)), "filed {filed}");
            act(&world, &mina, &number, ActionCall::new(ActionKind::Start, "")).await;
            assert_eq!(due(&world, &mina, &number).await, Some(at(done_by)), "filed {filed}");
            let view = clocks(&world, &hana, &number).await;
            assert_eq!(view.clocks.resolution.unwrap().due_at, Some(at(done_by)));
            assert_eq!(view.calendar.as_deref(), Some("Office hours"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_clock_stands_still_while_the_requester_is_asked() {
    on_both(|world| async move {
        promise(&world).await;
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let number = note(&world, &hana).await;
        go_to(&world, "2026-03-12T10:00:00Z");
        act(&world, &mina, &number, ActionCall::new(ActionKind::RequestInfo, "Which lamp?")).await;
        go_to(&world, "2026-03-12T15:00:00Z");
        let view = clocks(&world, &hana, &number).await;
        let resolution = view.clocks.resolution.unwrap();
        assert_eq!((resolution.paused, resolution.elapsed_seconds, resolution.breached), (true, 3600, false));
        assert_eq!(view.resolution.unwrap().pace, SlaPace::Paused);
        assert!(view.response.is_none(), "it was answered in time");
        act(&world, &hana, &number, ActionCall::new(ActionKind::ProvideInfo, "The one by the door")).await;
        // Nine hours are left: two today, seven tomorrow.
        assert_eq!(due(&world, &mina, &number).await, Some(at("2026-03-13T16:00:00Z")));
        go_to(&world, "2026-03-13T16:30:00Z");
        let view = clocks(&world, &hana, &number).await;
        assert_eq!(view.resolution.unwrap().words, "30 m over");
        assert_eq!(view.late_because.as_deref(), Some("Late because: 68 % with the people who work on it, 32 % waiting for the requester"));
        // A calendar that gets a holiday means the requests that are open too.
        let calendar = "- key: office\n  name: Office hours\n  zone: Europe/London\n  hours:\n    - days: [friday]\n      from: \"09:00\"\n      to: \"10:00\"\n";
        world.apply_file("north", "calendars.yaml", calendar).await;
        assert!(!clocks(&world, &hana, &number).await.clocks.resolution.unwrap().breached);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_said_of_time_where_none_was_promised() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let before = note(&world, &hana).await;
        promise(&world).await;
        let ended = note(&world, &hana).await;
        act(&world, &hana, &ended, ActionCall::new(ActionKind::Cancel, "Found it")).await;
        // What was promised at submission counts, not what the item says now.
        assert!(requests::page(&world.backend, &hana, &before).await.unwrap().clocks.is_none());
        assert_eq!(due(&world, &mina, &before).await, None);
        let view = clocks(&world, &hana, &ended).await;
        assert!(view.resolution.is_none() && view.late_because.is_none(), "{view:?}");
    })
    .await;
}
