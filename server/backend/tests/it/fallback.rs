//! Nobody can decide: what waits falls back to the administrators, who are told; at submission and whenever it becomes true.

use crate::approvals::decide;
use crate::deputies::lend;
use crate::harness::{World, on_both};
use crate::requests::{answers, file};
use backend::live::LiveChange;
use backend::{Caller, approvals, notices, outbox, people, periodic, requests};
use chrono::Duration;
use domain::approvals::ApproverVerdict;
use domain::requests::{EventKind, Status};
use serde_json::json;

/// Nobody is in the group any more that sets laptops up.
const EMPTY: &str = "- { key: platform, name: Platform owners }\n";

async fn count(world: &World, caller: &Caller) -> u64 {
    let count = approvals::count(&world.backend, caller).await.unwrap();
    assert_eq!(approvals::inbox(&world.backend, caller, 0).await.unwrap().rows.len() as u64, count, "the inbox and its badge");
    count
}

/// How often it fell back.
async fn fell_back(world: &World, caller: &Caller, number: &str) -> usize {
    let page = requests::page(&world.backend, caller, number).await.unwrap();
    page.events.iter().filter(|event| matches!(event.what, EventKind::FellBack { .. })).count()
}

/// What somebody was told in the bell, as events of a request.
async fn told(world: &World, caller: &Caller) -> Vec<String> {
    while outbox::run_once(&world.backend).await.unwrap() != outbox::WorkerSummary::default() {}
    let list = notices::list(&world.backend, caller, None).await.unwrap();
    list.rows.into_iter().map(|row| row.sentence).collect()
}

const WHY: &str = "Nobody who was asked can decide this: you can, as an administrator";

#[tokio::test]
async fn what_waits_for_a_group_falls_back_when_its_last_member_leaves() {
    on_both(|world| async move {
        let (hana, ada, samir) =
            (world.caller("north", "hana").await, world.caller("north", "ada").await, world.caller("north", "samir").await);
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        assert_eq!((count(&world, &ada).await, count(&world, &samir).await, fell_back(&world, &ada, &number).await), (0, 1, 0));
        let mut changes = world.backend.live().subscribe();
        world.apply_file("north", "groups.yaml", EMPTY).await;
        match changes.recv().await.unwrap() {
            LiveChange::Request { number: changed, targets, .. } => {
                assert_eq!(changed, number);
                assert!(targets.contains(&"administrators".to_owned()), "{targets:?}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!((count(&world, &ada).await, fell_back(&world, &ada, &number).await), (1, 1));
        assert!(told(&world, &ada).await.contains(&WHY.to_owned()));
        let rule = &requests::page(&world.backend, &ada, &number).await.unwrap().approval.rules[1];
        assert_eq!(rule.words, "anyone in Platform owners, or any administrator");

        // Whoever comes into the group decides as well; nothing falls back twice.
        world
            .apply_file("north", "groups.yaml", "- { key: platform, name: Platform owners, members: [{email: petra@north.example}] }\n")
            .await;
        let petra = world.caller("north", "petra").await;
        assert_eq!((count(&world, &ada).await, count(&world, &petra).await, fell_back(&world, &ada, &number).await), (1, 1, 1));
        world.apply_file("north", "groups.yaml", EMPTY).await;
        assert_eq!(fell_back(&world, &ada, &number).await, 1);
        decide(&world, &ada, &number, ApproverVerdict::Approve, "").await.unwrap();
        let ruth = world.caller("north", "ruth").await;
        assert_eq!(decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap().summary.status, Status::InProgress);
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_somebody_who_is_disabled_falls_back_and_they_may_come_back() {
    on_both(|world| async move {
        let (hana, ada) = (world.caller("north", "hana").await, world.caller("north", "ada").await);
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        people::disable(&world.backend, "ruth@north.example", None).await.unwrap();
        assert_eq!((count(&world, &ada).await, fell_back(&world, &ada, &number).await), (1, 1));
        people::enable(&world.backend, "ruth@north.example", None).await.unwrap();
        let ruth = world.caller("north", "ruth").await;
        assert_eq!((count(&world, &ada).await, count(&world, &ruth).await), (1, 1));
        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(count(&world, &ada).await, 0, "one decision is enough");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_could_decide_from_the_start_is_said_before_and_told_at_submission() {
    on_both(|world| async move {
        let (hana, ada) = (world.caller("north", "hana").await, world.caller("north", "ada").await);
        let words = "anyone in Platform owners, or any administrator, as nobody there can decide now";
        let given = answers(json!({"model": "light"}));
        let before = requests::preview_route(&world.backend, &hana, "laptop", &given).await.unwrap();
        assert_eq!(before.rules[1].words, "anyone in Platform owners");
        world.apply_file("north", "groups.yaml", EMPTY).await;
        people::disable(&world.backend, "ruth@north.example", Some("north")).await.unwrap();
        let hana = world.caller("north", &hana.email).await;
        let after = requests::preview_route(&world.backend, &hana, "laptop", &given).await.unwrap();
        let said: Vec<&str> = after.rules.iter().map(|rule| rule.words.as_str()).collect();
        assert_eq!(said, ["any administrator, as nobody fits this rule now", words]);
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        assert_eq!((count(&world, &ada).await, fell_back(&world, &ada, &number).await), (1, 1));
        let told = told(&world, &ada).await;
        assert_eq!(
            told.iter().filter(|sentence| sentence.contains("decide") || sentence.contains("decision")).collect::<Vec<_>>(),
            [WHY],
            "once"
        );
        decide(&world, &ada, &number, ApproverVerdict::Approve, "").await.unwrap();
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn away_with_a_deputy_who_asked_for_it_is_nobody_and_a_worker_notices_once() {
    on_both(|world| async move {
        let (hana, ada, ruth) =
            (world.caller("north", "hana").await, world.caller("north", "ada").await, world.caller("north", "ruth").await);
        lend(&world, &ruth, &hana, 3).await;
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        world.clock.advance(Duration::minutes(2));
        let other = world.another().await;
        let (one, two) = tokio::join!(periodic::run(&world.backend), periodic::run(&other.backend));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert_eq!((count(&world, &ada).await, fell_back(&world, &ada, &number).await), (1, 1));
        world.clock.advance(Duration::minutes(2));
        assert_eq!(periodic::run(&world.backend).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_deputy_who_leaves_ends_the_absence_and_an_absent_one_who_leaves_falls_back() {
    on_both(|world| async move {
        let (hana, ada, ruth, jonas) = (
            world.caller("north", "hana").await,
            world.caller("north", "ada").await,
            world.caller("north", "ruth").await,
            world.caller("north", "jonas").await,
        );
        lend(&world, &ruth, &jonas, 3).await;
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        people::disable(&world.backend, "jonas@north.example", None).await.unwrap();
        assert_eq!((count(&world, &ada).await, fell_back(&world, &ada, &number).await), (0, 0), "it is Ruth's to decide again");
        people::disable(&world.backend, "ruth@north.example", None).await.unwrap();
        assert_eq!((count(&world, &ada).await, fell_back(&world, &ada, &number).await), (1, 1));
    })
    .await;
}
