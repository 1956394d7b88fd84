//! The outbox against real receivers on this machine: once, signed, on schedule, across crashes.

use crate::approvals::decide;
use crate::harness::{World, on_both, on_both_with, settings};
use crate::paged;
use crate::receiver::{Answer, Receiver, SECRET};
use crate::requests::{file, refusal};
use backend::outbox::{WorkerSummary, run, run_once};
use backend::{UseCaseSettings, requests};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::connectors::DeliveryStatus;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::{EventKind, Status};
use hmac::{Hmac, Mac};
use serde_json::json;

fn signing() -> UseCaseSettings {
    UseCaseSettings {
        secrets: [("DESK".to_owned(), SECRET.to_owned())].into(),
        secret_hosts: [("DESK".to_owned(), ["127.0.0.1", "localhost", "[::ffff:7f00:1]"].map(str::to_owned).into())].into(),
        public_url: "https://docket.example".to_owned(),
        ..settings()
    }
}

/// An approved request of the item that completes when it is delivered.
pub async fn approved(world: &World) -> String {
    let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
    let number = file(world, &hana, "access", json!({"system": "Ledger"})).await;
    decide(world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
    number
}

#[tokio::test]
async fn an_approved_request_is_delivered_once_signed_and_completes() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        let number = approved(&world).await;
        let done = run_once(&world.backend).await.unwrap();
        assert_eq!(done, WorkerSummary { relayed: 1, delivered: 1, ..WorkerSummary::default() });
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        let calls = desk.calls();
        assert_eq!(calls.len(), 1);
        let payload = calls[0].verified();
        assert_eq!(payload["type"], "request.dispatched");
        assert_eq!(payload["id"], calls[0].header("webhook-id"));
        assert_eq!(payload["data"]["number"], number.as_str());
        assert_eq!(payload["data"]["organization"]["key"], "north");
        assert_eq!(payload["data"]["requester"]["name"], "Hana Sato");
        assert_eq!(payload["data"]["answers"][0]["answers"][0]["text"], "Ledger");
        assert_eq!(payload["data"]["link"], format!("https://docket.example/requests/{number}"));
        assert_eq!(calls[0].header("x-desk"), "north-key");

        let ada = world.caller("north", "ada").await;
        let page = requests::page(&world.backend, &ada, &number).await.unwrap();
        assert_eq!(page.summary.status, Status::Completed);
        assert_eq!(page.deliveries[0].status, DeliveryStatus::Delivered);
        assert_eq!((page.deliveries[0].attempts.len(), page.deliveries[0].attempts[0].code), (1, Some(200)));
        assert_eq!(page.deliveries[0].tries, 5);
    })
    .await;
}

#[tokio::test]
async fn while_a_secret_is_changed_both_sign() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        let new = format!("whsec_{}", STANDARD.encode("the key that comes after the other"));
        let text = format!(
            "- {{key: desk, name: Desk, kind: webhook, settings: {{url: 'http://127.0.0.1:{}/x', secret: {new}, previous_secret_env: DESK}}}}\n",
            desk.port
        );
        world.apply_file("north", "connectors.yaml", &text).await;
        approved(&world).await;
        run_once(&world.backend).await.unwrap();
        let calls = desk.calls();
        let given: Vec<&str> = calls[0].header("webhook-signature").split(' ').collect();
        let signed = |secret: &str| {
            let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
            mac.update(format!("{}.{}.", calls[0].header("webhook-id"), calls[0].header("webhook-timestamp")).as_bytes());
            mac.update(&calls[0].body);
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        assert_eq!(given, [signed(&new), signed(SECRET)], "the new one first");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_decided_or_after_it_was_cancelled() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        paged::act(&world.backend, &hana, &number, ActionCall::new(ActionKind::Cancel, "No longer needed"), None).await.unwrap();
        run_once(&world.backend).await.unwrap();

        // Cancelled between two tries: the rest of the schedule is dropped.
        desk.answers(Answer::Code(500));
        let other = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        assert_eq!(desk.calls().len(), 1);
        paged::act(&world.backend, &hana, &other, ActionCall::new(ActionKind::Cancel, "Not needed"), None).await.unwrap();
        world.clock.advance(Duration::days(1));
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        assert_eq!(desk.calls().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn failed_tries_follow_the_schedule_until_given_up_and_replayed() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        desk.answers(Answer::Code(503));
        let number = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        for (pause, last) in [(1, false), (5, false), (15, false), (60, true)] {
            world.clock.advance(Duration::minutes(pause) - Duration::seconds(1));
            assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default(), "{pause} minutes are not over");
            world.clock.advance(Duration::seconds(1));
            let done = run_once(&world.backend).await.unwrap();
            assert_eq!((done.retrying, done.failed), if last { (0, 1) } else { (1, 0) }, "after {pause} minutes");
        }
        world.clock.advance(Duration::days(2));
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        let calls = desk.calls();
        assert_eq!(calls.len(), 5);
        let first = calls[0].verified();
        assert!(calls.iter().all(|call| call.verified() == first), "every try sends the same payload");

        let (hana, ada, mina) =
            (world.caller("north", "hana").await, world.caller("north", "ada").await, world.caller("north", "mina").await);
        let page = requests::page(&world.backend, &ada, &number).await.unwrap();
        let delivery = &page.deliveries[0];
        assert_eq!((delivery.status, delivery.attempts.len()), (DeliveryStatus::Failed, 5));
        assert!(delivery.attempts[0].error.contains("503"), "{}", delivery.attempts[0].error);
        let own = requests::page(&world.backend, &hana, &number).await.unwrap();
        assert!(own.deliveries[0].attempts.iter().all(|attempt| attempt.error.is_empty()));
        assert!(!own.events.iter().any(|event| matches!(&event.what, EventKind::DeliveryFailed { error, .. } if !error.is_empty())));

        for (caller, wanted) in [(&hana, false), (&mina, false)] {
            assert_eq!(requests::page(&world.backend, caller, &number).await.unwrap().may_replay, wanted);
            assert!(matches!(refusal(paged::replay(&world.backend, caller, delivery.id).await), Refusal::NotNow { .. }));
        }
        let otto = world.caller("south", "otto").await;
        assert_eq!(refusal(paged::replay(&world.backend, &otto, delivery.id).await), Refusal::NotFound);
        paged::replay(&world.backend, &ada, delivery.id).await.unwrap();
        assert!(matches!(refusal(paged::replay(&world.backend, &ada, delivery.id).await), Refusal::NotNow { .. }));
        // A fresh schedule: one more failure is not the end.
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        desk.answers(Answer::Code(204));
        // It was the probe of a destination that had been paused: the second pause is longer than the delivery's own.
        world.clock.advance(Duration::minutes(5));
        assert_eq!(run_once(&world.backend).await.unwrap().delivered, 1);
        let page = requests::page(&world.backend, &ada, &number).await.unwrap();
        let numbers: Vec<_> = page.deliveries[0].attempts.iter().map(|attempt| attempt.number).collect();
        assert_eq!((numbers, page.deliveries[0].tries), (vec![1, 2, 3, 4, 5, 6, 7], 10));
        assert_eq!(page.summary.status, Status::Completed);
        let calls = desk.calls();
        assert!(calls.iter().all(|call| call.verified()["id"] == first["id"]));
    })
    .await;
}

#[tokio::test]
async fn a_wish_to_be_asked_later_is_respected_and_gone_is_gone() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        desk.answers(Answer::After(429, "600"));
        approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        world.clock.advance(Duration::seconds(599));
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        world.clock.advance(Duration::seconds(1));
        desk.answers(Answer::Code(410));
        assert_eq!(run_once(&world.backend).await.unwrap().failed, 1);
        assert_eq!(desk.calls().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_worker_killed_between_claim_and_record_is_replaced_when_its_lease_runs_out() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        desk.answers(Answer::Hang);
        let number = approved(&world).await;
        let doomed = world.another().await;
        let worker = tokio::spawn(async move { run_once(&doomed.backend).await });
        let first = desk.got.recv().await.unwrap();
        worker.abort();
        assert!(worker.await.unwrap_err().is_cancelled());

        desk.answers(Answer::Code(200));
        world.clock.advance(Duration::seconds(59));
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default(), "the lease still runs");
        world.clock.advance(Duration::seconds(2));
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { delivered: 1, ..WorkerSummary::default() });
        let second = desk.got.recv().await.unwrap();
        assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
        let ada = world.caller("north", "ada").await;
        let page = requests::page(&world.backend, &ada, &number).await.unwrap();
        assert_eq!(page.summary.status, Status::Completed);
    })
    .await;
}

#[tokio::test]
async fn two_workers_deliver_each_thing_once() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        for _ in 0..20 {
            approved(&world).await;
        }
        let other = world.another().await;
        let (one, two) = tokio::join!(run_once(&world.backend), run_once(&other.backend));
        let (one, two) = (one.unwrap(), two.unwrap());
        // What one leased is not left over for the other; between them everything is done.
        assert_eq!(one.relayed + two.relayed, 20);
        let rest = run_once(&world.backend).await.unwrap();
        assert_eq!(one.delivered + two.delivered + rest.delivered, 20);
        let ids: std::collections::BTreeSet<String> = desk.calls().iter().map(|call| call.header("webhook-id").to_owned()).collect();
        assert_eq!(ids.len(), 20);
        assert!(desk.calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_looks_for_more_keeps_what_is_under_way_going() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        // More at once than there are connections to read with: none of them may stop holding one while the worker looks.
        for _ in 0..150 {
            approved(&world).await;
        }
        let done = tokio::time::timeout(std::time::Duration::from_secs(50), run_once(&world.backend)).await;
        assert_eq!(done.expect("it goes on").unwrap().delivered, 150);
        assert_eq!(desk.calls().len(), 150);
    })
    .await;
}

#[tokio::test]
async fn inside_addresses_are_refused_by_number_and_by_name() {
    on_both_with(UseCaseSettings { allow_inside_addresses: false, ..signing() }, |world| async move {
        let mut desk = Receiver::open().await;
        for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
            desk.connect(&world, host).await;
            let number = approved(&world).await;
            assert_eq!(run_once(&world.backend).await.unwrap().failed, 1, "{host}");
            let ada = world.caller("north", "ada").await;
            let page = requests::page(&world.backend, &ada, &number).await.unwrap();
            let error = &page.deliveries[0].attempts[0].error;
            assert!(error.contains("inside the network"), "{host}: {error}");
        }
        assert!(desk.calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_connector_that_cannot_be_used_fails_with_words() {
    on_both(|world| async move {
        // The secret it names was not given to this server.
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        let number = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap().failed, 1);
        let ada = world.caller("north", "ada").await;
        let page = requests::page(&world.backend, &ada, &number).await.unwrap();
        assert!(page.deliveries[0].attempts[0].error.contains("DESK"));
        assert_eq!(page.summary.status, Status::InProgress);
        assert!(desk.calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        world.leaves_work();
        desk.answers(Answer::Code(307));
        approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        assert_eq!(desk.calls().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_worker_wakes_by_itself_and_stops_in_order() {
    on_both_with(signing(), |world| async move {
        let mut desk = Receiver::open().await;
        desk.connect(&world, "127.0.0.1").await;
        assert_eq!(backend::outbox::alive(&world.backend).await.unwrap(), None);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let worker = tokio::spawn(run(world.backend.clone(), async move {
            let _ = stopped.await;
        }));
        let number = approved(&world).await;
        assert_eq!(desk.got.recv().await.unwrap().verified()["data"]["number"], number.as_str());
        assert_eq!(backend::outbox::alive(&world.backend).await.unwrap(), Some(world.backend.now()));
        stop.send(()).unwrap();
        worker.await.unwrap();
        // The try that was under way is recorded before the worker goes.
        let ada = world.caller("north", "ada").await;
        assert_eq!(requests::page(&world.backend, &ada, &number).await.unwrap().summary.status, Status::Completed);
        assert_eq!(backend::outbox::alive(&world.backend).await.unwrap(), None);
    })
    .await;
}
