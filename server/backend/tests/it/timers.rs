//! What happens because time passed: once, however many workers look, and never to what has ended meanwhile.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::file;
use backend::{Caller, approvals, periodic, requests};
use chrono::Duration;
use domain::approvals::ApproverVerdict;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::wire::RequestPage;
use domain::requests::{EventKind, Status};
use serde_json::json;

fn item(rest: &str) -> String {
    format!("key: timed\nname: Timed\ndescription: A note.\nicon: check\ncategory: Help\nprefix: TM\nform: timed\n{rest}")
}

const FORM: &str = "key: timed\ntitle: Timed\nsections:\n  - key: note\n    title: Note\n    fields:\n      \
    - { key: text, label: Text, type: text, required: true }\n      - { key: begins, label: Begins, type: datetime }\n";

const DEADLINE: &str = "approval:\n  rules:\n    - { key: money, label: Who pays, person: ruth@north.example }\n  \
    deadline: { hours: 48, remind: [24], escalate_to: petra@north.example, escalate_after: 36, then: approve }\n";

async fn setup(world: &World, rest: &str) -> Caller {
    let files = vec![("forms/timed.yaml".to_owned(), FORM.to_owned()), ("items/timed.yaml".to_owned(), item(rest))];
    world.apply("north", files).await.unwrap();
    world.caller("north", "hana").await
}

/// Two workers look at the same time; how many requests they changed together.
async fn look(world: &World, other: &World) -> u32 {
    let (one, two) = tokio::join!(periodic::run(&world.backend), periodic::run(&other.backend));
    one.unwrap() + two.unwrap()
}

async fn page(world: &World, caller: &Caller, number: &str) -> RequestPage {
    requests::page(&world.backend, caller, number).await.unwrap()
}

fn count(page: &RequestPage, kind: fn(&EventKind) -> bool) -> usize {
    page.events.iter().filter(|event| kind(&event.what)).count()
}

#[tokio::test]
async fn approvers_are_reminded_then_somebody_else_may_decide_then_docket_does_each_once() {
    on_both(|world| async move {
        let hana = setup(&world, DEADLINE).await;
        let (petra, other) = (world.caller("north", "petra").await, world.another().await);
        let number = file(&world, &hana, "timed", json!({"text": "Hello"})).await;
        assert_eq!(look(&world, &other).await, 0);

        world.clock.advance(Duration::hours(25));
        assert_eq!(look(&world, &other).await, 1);
        assert_eq!(look(&world, &other).await, 0);
        assert_eq!(count(&page(&world, &hana, &number).await, |what| matches!(what, EventKind::Reminded { .. })), 1);
        assert_eq!(approvals::count(&world.backend, &petra).await.unwrap(), 0);

        world.clock.advance(Duration::hours(12));
        assert_eq!(look(&world, &other).await, 1);
        let escalated = page(&world, &hana, &number).await;
        assert_eq!(count(&escalated, |what| matches!(what, EventKind::ApprovalEscalated { .. })), 1);
        assert_eq!(escalated.approval.rules[0].words, "Ruth Abel, or Petra Novak");
        assert_eq!(escalated.approval.rules[0].moved, "Escalated, as it took long");
        assert_eq!(approvals::count(&world.backend, &petra).await.unwrap(), 1);

        world.clock.advance(Duration::hours(12));
        assert_eq!(look(&world, &other).await, 1);
        let ended = page(&world, &hana, &number).await;
        assert_eq!(ended.summary.status, Status::Open);
        assert_eq!(count(&ended, |what| matches!(what, EventKind::TimedOut { verdict: ApproverVerdict::Approve, .. })), 1);
        assert_eq!(ended.approval.stages[0].settled, Some(ApproverVerdict::Approve));
        assert_eq!(approvals::count(&world.backend, &petra).await.unwrap(), 0);
        assert_eq!(look(&world, &other).await, 0);
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_nobody_looked_at_for_days_gets_what_is_due_at_once() {
    on_both(|world| async move {
        let hana = setup(&world, DEADLINE).await;
        let number = file(&world, &hana, "timed", json!({"text": "Hello"})).await;
        world.clock.advance(Duration::days(9));
        assert_eq!(periodic::run(&world.backend).await.unwrap(), 1);
        assert_eq!(page(&world, &hana, &number).await.summary.status, Status::Open);
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_falls_due_for_what_was_cancelled_or_decided_or_while_changes_are_asked() {
    on_both(|world| async move {
        let hana = setup(&world, DEADLINE).await;
        let (ruth, other) = (world.caller("north", "ruth").await, world.another().await);
        let cancelled = file(&world, &hana, "timed", json!({"text": "Hello"})).await;
        let decided = file(&world, &hana, "timed", json!({"text": "Hello"})).await;
        let asked = file(&world, &hana, "timed", json!({"text": "Hello"})).await;
        paged::act(&world.backend, &hana, &cancelled, ActionCall::new(ActionKind::Cancel, "No need"), None).await.unwrap();
        decide(&world, &ruth, &decided, ApproverVerdict::Reject, "No").await.unwrap();
        world.clock.advance(Duration::hours(10));
        decide(&world, &ruth, &asked, ApproverVerdict::AskForChanges, "Which?").await.unwrap();
        world.clock.advance(Duration::days(5));
        assert_eq!(look(&world, &other).await, 0);

        // The clock goes on where it stood: 14 of the first 24 hours are left.
        paged::act(&world.backend, &hana, &asked, ActionCall::new(ActionKind::ProvideInfo, "This"), None).await.unwrap();
        world.clock.advance(Duration::hours(13));
        assert_eq!(look(&world, &other).await, 0);
        world.clock.advance(Duration::hours(2));
        assert_eq!(look(&world, &other).await, 1);
        assert_eq!(count(&page(&world, &hana, &asked).await, |what| matches!(what, EventKind::Reminded { .. })), 1);
        paged::act(&world.backend, &hana, &asked, ActionCall::new(ActionKind::Cancel, "No need"), None).await.unwrap();
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn scheduled_work_begins_at_its_time_once_and_not_when_it_was_cancelled() {
    on_both(|world| async move {
        let hana = setup(&world, "plan:\n  schedule_field: begins\n  connectors: [desk]\n").await;
        let other = world.another().await;
        let begins = json!({"text": "Hello", "begins": "2026-04-02T09:00"});
        let number = file(&world, &hana, "timed", begins.clone()).await;
        let gone = file(&world, &hana, "timed", begins).await;
        let scheduled = page(&world, &hana, &number).await;
        assert_eq!(scheduled.summary.status, Status::Scheduled);
        // Nine in London in April.
        assert_eq!(scheduled.scheduled_for.unwrap().to_rfc3339(), "2026-04-02T08:00:00+00:00");
        paged::act(&world.backend, &hana, &gone, ActionCall::new(ActionKind::Cancel, "No need"), None).await.unwrap();

        let begin = scheduled.scheduled_for.unwrap() - world.backend.now();
        world.clock.advance(begin - Duration::seconds(1));
        assert_eq!(look(&world, &other).await, 0);
        world.clock.advance(Duration::seconds(1));
        assert_eq!(look(&world, &other).await, 1);
        let begun = page(&world, &hana, &number).await;
        assert_eq!(begun.summary.status, Status::InProgress);
        assert_eq!(count(&begun, |what| matches!(what, EventKind::Activated)), 1);
        assert_eq!(look(&world, &other).await, 0);
        assert_eq!(page(&world, &hana, &gone).await.summary.status, Status::Cancelled);
        world.deliver_all().await;
        let dispatched = page(&world, &hana, &number).await;
        assert_eq!(count(&dispatched, |what| matches!(what, EventKind::Dispatched { .. })), 1);
    })
    .await;
}
