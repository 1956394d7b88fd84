//! Deliveries that end their worker, and what is sent under one id: set aside, and always the same.

use crate::delivery::approved;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::file;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use backend::outbox::{WorkerSummary, run_once};
use backend::{console, requests};
use chrono::Duration;
use domain::connectors::DeliveryStatus;
use domain::connectors::wire::{ConsoleFilter, ConsolePeriod, ConsoleRow, ShownDeliveries};
use domain::requests::actions::{ActionCall, ActionKind};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What came: under which id, and the body.
type Call = (String, String);

/// A receiver that never answers some of the calls.
#[derive(Clone)]
struct Desk {
    /// Calls whose body has this in it hang; all of them when it is empty.
    hangs: Arc<Mutex<Option<String>>>,
    code: Arc<AtomicU16>,
    calls: mpsc::UnboundedSender<Call>,
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: String) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let hangs = desk.hangs.lock().unwrap().as_ref().is_some_and(|part| body.contains(part));
    desk.calls.send((id, body)).unwrap();
    if hangs {
        std::future::pending::<()>().await;
    }
    StatusCode::from_u16(desk.code.load(Ordering::SeqCst)).unwrap()
}

impl Desk {
    /// At the address it answers with.
    async fn open() -> (Self, String, mpsc::UnboundedReceiver<Call>) {
        let (calls, called) = mpsc::unbounded_channel();
        let desk = Self { hangs: Arc::default(), code: Arc::new(AtomicU16::new(200)), calls };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().route("/", post(take)).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (desk, address, called)
    }

    fn hangs(&self, part: Option<&str>) {
        *self.hangs.lock().unwrap() = part.map(str::to_owned);
    }

    fn answers(&self, code: u16) {
        self.code.store(code, Ordering::SeqCst);
    }
}

/// A worker of its own, as in a process of its own.
async fn doomed(world: &World) -> JoinHandle<backend::Result<WorkerSummary>> {
    let other = world.another().await;
    tokio::spawn(async move { run_once(&other.backend).await })
}

async fn killed(worker: JoinHandle<backend::Result<WorkerSummary>>) {
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
}

async fn rows(world: &World, show: ShownDeliveries) -> Vec<ConsoleRow> {
    let filter = ConsoleFilter { show, period: ConsolePeriod::Ever, ..ConsoleFilter::default() };
    console::page(&world.backend, &world.caller("north", "ada").await, filter, None).await.unwrap().rows
}

#[tokio::test]
async fn what_ends_its_worker_twice_is_set_aside_and_keeps_nobody_waiting() {
    on_both(|world| async move {
        let (desk, address, mut calls) = Desk::open().await;
        let hook = format!("- {{key: desk, name: Service desk, kind: webhook, settings: {{url: '{address}'}}}}\n");
        world.apply_file("north", "connectors.yaml", &hook).await;
        let (guilty, innocent, last) = (approved(&world).await, approved(&world).await, approved(&world).await);

        // A first worker ends with all three in its hands.
        desk.hangs(Some(""));
        let worker = doomed(&world).await;
        for _ in 0..3 {
            calls.recv().await.unwrap();
        }
        killed(worker).await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default(), "its leases have not run out");

        // A second one tries them one by one, and ends over the first. Others do not wait for that.
        desk.hangs(Some(&guilty));
        world.clock.advance(Duration::seconds(61));
        let fresh = approved(&world).await;
        let worker = doomed(&world).await;
        let first = calls.recv().await.unwrap();
        assert!(first.1.contains(&guilty), "alone, and before the others: {}", first.1);
        assert!(calls.recv().await.unwrap().1.contains(&fresh));
        killed(worker).await;
        assert!(calls.try_recv().is_err(), "{innocent} and {last} wait for their turn");

        // The third one does not try it again.
        world.clock.advance(Duration::seconds(61));
        let mut done = run_once(&world.backend).await.unwrap();
        if done.delivered < 3 {
            // The second worker may have had the fresh one in its hands still.
            world.clock.advance(Duration::seconds(61));
            done.delivered += run_once(&world.backend).await.unwrap().delivered;
        }
        assert_eq!(done.failed, 1);
        while let Ok((_, body)) = calls.try_recv() {
            assert!(!body.contains(&guilty), "it was tried again");
        }
        let (ada, aside) = (world.caller("north", "ada").await, rows(&world, ShownDeliveries::Failed).await);
        assert_eq!(aside.iter().map(|row| (&*row.number, row.status)).collect::<Vec<_>>(), [(&*guilty, DeliveryStatus::SetAside)]);
        assert_eq!(rows(&world, ShownDeliveries::Delivered).await.iter().filter(|row| row.connector == "Service desk").count(), 3);
        let detail = console::delivery(&world.backend, &ada, aside[0].id).await.unwrap();
        let words = &detail.attempts.last().unwrap().error;
        assert!(words.starts_with("Set aside: twice in a row the worker ended") && words.contains("send it again"), "{words}");
        let page = requests::page(&world.backend, &ada, &guilty).await.unwrap();
        assert_eq!(page.deliveries[0].status, DeliveryStatus::SetAside);
        let told = backend::notices::list(&world.backend, &ada, None).await.unwrap();
        assert!(format!("{told:?}").contains("Set aside"), "administrators are told: {told:?}");

        // All that failed is not all that ends workers; one that somebody looked at is sent as a new one.
        let since = world.backend.now() - Duration::days(1);
        assert_eq!(console::replay_since(&world.backend, &ada, String::new(), since).await.unwrap(), 0);
        desk.hangs(None);
        assert_eq!(console::send_now(&world.backend, &ada, vec![aside[0].id]).await.unwrap(), 1);
        assert_eq!(run_once(&world.backend).await.unwrap().delivered, 1);
        assert_eq!(calls.recv().await.unwrap().0, first.0, "under the id it had");
    })
    .await;
}

#[tokio::test]
async fn of_many_that_a_worker_had_in_its_hands_the_one_that_ends_workers_is_set_aside() {
    on_both(|world| async move {
        const MANY: usize = 80;
        let (desk, address, mut calls) = Desk::open().await;
        let hook = format!("- {{key: hook, name: Hook, kind: webhook, settings: {{url: '{address}', events: [new_request_created]}}}}\n");
        world.apply_file("north", "connectors.yaml", &hook).await;
        let hana = world.caller("north", "hana").await;
        let mut numbers = Vec::with_capacity(MANY);
        for nth in 0..MANY {
            numbers.push(file(&world, &hana, "note", json!({"text": nth.to_string()})).await);
        }
        let guilty = &numbers[MANY / 2];

        // A worker ends with all of them claimed: not even half of them are called, and none is answered.
        desk.hangs(Some(""));
        let worker = doomed(&world).await;
        for _ in 0..32 {
            calls.recv().await.unwrap();
        }
        killed(worker).await;
        assert!(calls.try_recv().is_err(), "the others were claimed alone");

        // The next one tries them one by one, and ends over the guilty one.
        desk.hangs(Some(guilty));
        world.clock.advance(Duration::seconds(61));
        let worker = doomed(&world).await;
        while !calls.recv().await.unwrap().1.contains(guilty.as_str()) {}
        killed(worker).await;
        world.clock.advance(Duration::seconds(61));
        let done = run_once(&world.backend).await.unwrap();
        assert_eq!((done.failed, done.retrying), (1, 0));
        let hooked = |rows: Vec<ConsoleRow>| rows.into_iter().filter(|row| row.connector == "Hook").collect::<Vec<_>>();
        let aside = hooked(rows(&world, ShownDeliveries::Failed).await);
        assert_eq!(aside.iter().map(|row| (&*row.number, row.status)).collect::<Vec<_>>(), [(&**guilty, DeliveryStatus::SetAside)]);
        let database = sea_orm::Database::connect(&world.url).await.unwrap();
        let count = "SELECT count(*) FROM deliveries WHERE connector = 'hook' AND delivered_at IS NOT NULL AND attempts = 1";
        let count = Statement::from_string(database.get_database_backend(), count);
        let delivered: i64 = database.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        database.close().await.unwrap();
        assert_eq!(delivered as usize, MANY - 1, "every innocent one arrived");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_stops_in_order_counts_against_nothing() {
    on_both(|world| async move {
        let (desk, address, mut calls) = Desk::open().await;
        let hook = format!("- {{key: desk, name: Service desk, kind: webhook, settings: {{url: '{address}'}}}}\n");
        world.apply_file("north", "connectors.yaml", &hook).await;
        approved(&world).await;
        desk.answers(503);
        // One end that is none, then tries that fail: each is written down, and nothing adds up.
        desk.hangs(Some(""));
        let worker = doomed(&world).await;
        calls.recv().await.unwrap();
        killed(worker).await;
        desk.hangs(None);
        for minutes in [2, 6, 16, 61] {
            world.clock.advance(Duration::minutes(minutes));
            assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        }
        desk.hangs(Some(""));
        world.clock.advance(Duration::minutes(61));
        let worker = doomed(&world).await;
        while calls.recv().await.is_some() && !calls.is_empty() {}
        killed(worker).await;
        desk.hangs(None);
        desk.answers(200);
        world.clock.advance(Duration::minutes(61));
        assert_eq!(run_once(&world.backend).await.unwrap().delivered, 1, "two ends, and not in a row");
    })
    .await;
}

#[tokio::test]
async fn a_template_of_an_older_version_fails_its_delivery_with_a_sentence() {
    on_both(|world| async move {
        let (_, address, _calls) = Desk::open().await;
        let hook = format!("- {{key: desk, name: Service desk, kind: webhook, settings: {{url: '{address}', payload: 'PLACE'}}}}\n");
        let hook = hook.replace("PLACE", "{\"n\": {{ number }}}");
        world.apply_file("north", "connectors.yaml", &hook).await;
        let database = sea_orm::Database::connect(&world.url).await.unwrap();
        let hostile = "UPDATE connectors SET definition = replace(definition, '{{ number }}', '{{ sections|tojson(indent=1500000000) }}')";
        assert!(database.execute_unprepared(hostile).await.unwrap().rows_affected() > 0);
        let number = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { relayed: 1, failed: 1, ..WorkerSummary::default() });
        let page = requests::page(&world.backend, &world.caller("north", "ada").await, &number).await.unwrap();
        let sentence = "Not sent: The template cannot be used, in line 1: indent is a number up to 40.";
        assert_eq!(page.deliveries[0].attempts[0].error, sentence);
    })
    .await;
}

#[tokio::test]
async fn what_is_sent_under_an_id_is_always_the_same() {
    on_both(|world| async move {
        let (desk, address, mut calls) = Desk::open().await;
        let hooks = |template: &str| {
            format!(
                "- {{key: desk, name: Desk, kind: webhook, settings: {{url: '{address}', payload: '{template}'}}}}\n\
                 - {{key: hook, name: Hook, kind: webhook, settings: {{url: '{address}', events: [request_approved]}}}}\n"
            )
        };
        let first = "{\"n\": {{ number }}, \"o\": {{ organization.name }}, \"a\": 1}";
        world.apply_file("north", "connectors.yaml", &hooks(first)).await;
        desk.answers(503);
        let number = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 2);
        let mut sent: Vec<Call> = vec![calls.recv().await.unwrap(), calls.recv().await.unwrap()];
        sent.sort();
        let told: Value =
            sent.iter().map(|(_, body)| serde_json::from_str::<Value>(body).unwrap()).find(|body| body["data"].is_object()).unwrap();

        // The organization has another name, the connector another template, and the request goes on.
        let second = "{\"n\": {{ number }}, \"b\": 2}";
        world.apply_file("north", "connectors.yaml", &hooks(second)).await;
        world.apply_file("north", "organization.yaml", "key: north\nname: Somebody else\n").await;
        let ada = world.caller("north", "ada").await;
        world.clock.advance(Duration::minutes(2));
        desk.answers(410);
        assert_eq!(run_once(&world.backend).await.unwrap().failed, 2);
        let mut again = vec![calls.recv().await.unwrap(), calls.recv().await.unwrap()];
        again.sort();
        assert_eq!(again, sent);

        // Sent again by somebody: what has another template now is another message, under an id of its own, and that is always the same too.
        let ids: Vec<_> = rows(&world, ShownDeliveries::Failed).await.iter().map(|row| row.id).collect();
        assert_eq!(console::send_now(&world.backend, &ada, ids.clone()).await.unwrap(), 2);
        run_once(&world.backend).await.unwrap();
        let mut replayed = vec![calls.recv().await.unwrap(), calls.recv().await.unwrap()];
        replayed.sort();
        let (alike, anew): (Vec<_>, Vec<_>) = replayed.into_iter().partition(|call| sent.contains(call));
        assert_eq!(alike.len(), 1, "the one without a template is the same");
        let [(id, body)] = anew.as_slice() else { panic!("{anew:?}") };
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), json!({"n": number, "b": 2}));
        assert!(sent.iter().all(|(before, _)| before != id));
        assert_eq!(console::send_now(&world.backend, &ada, ids).await.unwrap(), 2);
        run_once(&world.backend).await.unwrap();
        let mut last = vec![calls.recv().await.unwrap(), calls.recv().await.unwrap()];
        last.sort();
        let mut all = vec![alike[0].clone(), anew[0].clone()];
        all.sort();
        assert_eq!(last, all);
        assert_eq!(told["data"]["organization"]["name"], "Northmoor Utilities");
    })
    .await;
}

#[tokio::test]
async fn an_event_says_where_the_request_stood_when_it_happened() {
    on_both(|world| async move {
        let (_desk, address, mut calls) = Desk::open().await;
        let hook = format!("- {{key: hook, name: Hook, kind: webhook, settings: {{url: '{address}', events: [request_approved]}}}}\n");
        let desk = format!("- {{key: desk, name: Desk, kind: webhook, settings: {{url: '{address}'}}}}\n");
        world.apply_file("north", "connectors.yaml", &format!("{desk}{hook}")).await;
        let number = approved(&world).await;
        let status = requests::page(&world.backend, &world.caller("north", "ada").await, &number).await.unwrap().summary.status;
        let hana = world.caller("north", "hana").await;
        paged::act(&world.backend, &hana, &number, ActionCall::new(ActionKind::Cancel, "No longer needed"), None).await.unwrap();
        run_once(&world.backend).await.unwrap();
        let told: Value = serde_json::from_str(&calls.recv().await.unwrap().1).unwrap();
        assert_eq!((&told["type"], &told["data"]["status"]), (&Value::from("request_approved"), &json!(status)));
    })
    .await;
}
