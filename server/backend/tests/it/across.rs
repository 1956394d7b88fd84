//! Two processes on one database: each hears what the other commits.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::requests::file;
use backend::live::LiveChange;
use domain::approvals::ApproverVerdict;
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

/// The next change that is heard.
async fn heard(changes: &mut Receiver<LiveChange>) -> LiveChange {
    tokio::time::timeout(Duration::from_secs(10), changes.recv()).await.expect("nothing was heard").unwrap()
}

/// Hears until this request is named.
async fn hears_of(changes: &mut Receiver<LiveChange>, wanted: &str) {
    loop {
        if let LiveChange::Request { number, .. } = heard(changes).await
            && number == wanted
        {
            return;
        }
    }
}

/// Waits until the worker of this process is woken.
async fn wakes(world: &World) {
    tokio::time::timeout(Duration::from_secs(10), world.backend.live().woken()).await.expect("the worker was not woken");
}

#[tokio::test]
async fn another_process_hears_of_a_request_and_its_worker_wakes() {
    on_both(|world| async move {
        world.leaves_work();
        let other = world.another().await;
        other.backend.store().follow().await;
        let mut changes = other.backend.live().subscribe();
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        let LiveChange::Request { organization, number: named, requester, targets, .. } = heard(&mut changes).await else { panic!() };
        assert_eq!((organization, &named, requester), (hana.organization, &number, hana.id()));
        assert!(targets.contains(&format!("person:{}", ruth.id())), "{targets:?}");
        wakes(&other).await;

        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        hears_of(&mut changes, &number).await;
        wakes(&other).await;
        // And back.
        world.backend.store().follow().await;
        let mut back = world.backend.live().subscribe();
        let second = file(&other, &hana, "note", json!({"text": "x"})).await;
        hears_of(&mut back, &second).await;
    })
    .await;
}

#[tokio::test]
async fn another_process_hears_of_tries_and_of_much_at_once() {
    on_both(|world| async move {
        let other = world.another().await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        other.backend.store().follow().await;
        let mut changes = other.backend.live().subscribe();
        // Nothing listens there: the try is recorded, and made again later.
        backend::outbox::run_once(&world.backend).await.unwrap();
        hears_of(&mut changes, &number).await;
        let sending = (0..150).map(|_| async {
            let mut draft = backend::requests::open_draft(&world.backend, &hana, "note").await.unwrap();
            draft.id = domain::id::RequestId(uuid::Uuid::new_v4());
            let answers = crate::requests::answers(json!({"text": "x"}));
            let draft = domain::requests::wire::SubmitDraft {
                id: draft.id,
                item_key: "note".to_owned(),
                form_version: draft.form_version,
                answers,
            };
            backend::requests::submit(&world.backend, &hana, draft).await.unwrap()
        });
        let sent = futures::future::join_all(sending).await;
        let mut missing: std::collections::BTreeSet<String> = sent
            .into_iter()
            .map(|one| match one {
                domain::requests::wire::SubmissionOutcome::Filed { number } => number,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(missing.len(), 150);
        while !missing.is_empty() {
            match heard(&mut changes).await {
                LiveChange::Request { number, .. } => missing.remove(&number),
                LiveChange::Rights { .. } | LiveChange::Deliveries { .. } | LiveChange::Notices { .. } => false,
                LiveChange::Everything => break,
            };
        }
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn after_a_lost_connection_everything_is_looked_at_again() {
    on_both(|world| async move {
        if !world.url.starts_with("postgres") {
            return;
        }
        let other = world.another().await;
        other.backend.store().follow().await;
        let mut changes = other.backend.live().subscribe();
        let connection = sea_orm::Database::connect(&world.url).await.unwrap();
        let killed = connection
            .execute_unprepared(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'",
            )
            .await
            .unwrap();
        assert_eq!(killed.rows_affected(), 1, "one listener");
        connection.close().await.unwrap();
        assert_eq!(heard(&mut changes).await, LiveChange::Everything);
        wakes(&other).await;
        let hana = world.caller("north", "hana").await;
        let number = file(&world, &hana, "note", json!({"text": "x"})).await;
        hears_of(&mut changes, &number).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_that_changes_something_is_told_to_open_pages_and_one_that_changes_nothing_is_not() {
    on_both(|world| async move {
        let north = world.caller("north", "hana").await.organization;
        let mut changes = world.backend.live().subscribe();
        let renamed = "- key: finance\n  name: Money\n  members:\n    - email: ruth@north.example\n";
        world.apply_file("north", "groups.yaml", renamed).await;
        assert_eq!(heard(&mut changes).await, LiveChange::Rights { organization: north, people: Vec::new() });
        world.apply_file("north", "groups.yaml", renamed).await;
        assert!(changes.try_recv().is_err());
    })
    .await;
}
