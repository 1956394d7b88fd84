//! The proof of the outbox: workers that are killed at random points, a receiver that fails at random, hundreds of submissions. Every
//! effect arrives, each under one key, and each request's in order.

use crate::harness::{APPROVER, REQUESTER, Site, on_both};
use crate::submission::{decide, submit};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use backend::definitions;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Submissions of a run.
const SUBMISSIONS: usize = 500;
/// Of the calls, one in so many is refused with 500, and as many are taken although the caller hears 500.
const FLAKY: u32 = 9;

/// What a flaky receiver took: the bodies by their idempotency key.
#[derive(Clone, Default)]
struct Receiver {
    taken: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
    calls: Arc<AtomicU32>,
    more: Arc<Notify>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let call = receiver.calls.fetch_add(1, Ordering::SeqCst);
    if call % FLAKY == 3 {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let key = headers["webhook-id"].to_str().unwrap().to_owned();
    receiver.taken.lock().unwrap().entry(key).or_default().push(serde_json::from_str(&body).unwrap());
    receiver.more.notify_one();
    // Taken, and the caller does not know.
    if call % FLAKY == 7 { StatusCode::BAD_GATEWAY } else { StatusCode::OK }
}

/// A worker in a process of its own; killed when dropped.
struct Worker(Child);

impl Worker {
    /// Ends it where it stands.
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts a worker on the site's database.
fn worker(site: &Site) -> Worker {
    let mut command = Command::new(env!("CARGO_BIN_EXE_docket"));
    let (database, keys) = site.shared();
    command.arg("work").env_clear().env("DATABASE_URL", database).env("DOCKET_KEY_FILE", keys);
    command.env("DOCKET_ALLOW_INSIDE_ADDRESSES", "on").env("DOCKET_DELIVERY_PAUSES", "0,0,0,0,0,0,0,0,0,0,0,0");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Worker(command.spawn().unwrap())
}

/// A receiver that never answers one request, and says whose deliveries came.
#[derive(Clone, Default)]
struct Trap {
    hangs: Arc<Mutex<Option<String>>>,
    came: Arc<Mutex<Vec<String>>>,
    more: Arc<Notify>,
}

async fn spring(State(trap): State<Trap>, body: String) -> StatusCode {
    let body: Value = serde_json::from_str(&body).unwrap();
    let number = body["data"]["number"].as_str().unwrap().to_owned();
    let hangs = trap.hangs.lock().unwrap().as_ref() == Some(&number);
    trap.came.lock().unwrap().push(number);
    trap.more.notify_one();
    if hangs {
        std::future::pending::<()>().await;
    }
    StatusCode::OK
}

impl Trap {
    /// Returns when a delivery of this request came since the last look; a worker that never comes to it is a failure.
    async fn sprung(&self, number: &str) {
        let came = async {
            while !self.came.lock().unwrap().drain(..).any(|came| came == number) {
                self.more.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(120), came).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_two_workers_ended_over_is_set_aside_and_the_others_arrive() {
    on_both(async |site: Site| {
        let trap = Trap::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", post(spring)).with_state(trap.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let hook = format!("- {{key: desk, name: Desk, kind: webhook, settings: {{url: 'http://{address}/'}}}}\n");
        let item = format!("{}\nplan:\n  connectors: [desk]\n", include_str!("fixtures/north/items/vpn.yaml"));
        let files = vec![("connectors.yaml".to_owned(), hook), ("items/vpn.yaml".to_owned(), item)];
        definitions::apply(&site.backend, "north", files).await.unwrap();
        let (requester, approver) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let guilty = submit(&requester, "x").await;
        *trap.hangs.lock().unwrap() = Some(guilty.clone());
        decide(&approver, &guilty, "approve", "").await;
        let connection = sea_orm::Database::connect(site.shared().0).await.unwrap();
        // A minute for a lease to run out, without waiting for it.
        let run_out = "UPDATE deliveries SET leased_until = 1 WHERE lease IS NOT NULL";
        for _ in 0..2 {
            let other = submit(&requester, "x").await;
            decide(&approver, &other, "approve", "").await;
            let mut doomed = worker(&site);
            trap.sprung(&guilty).await;
            doomed.kill();
            connection.execute_unprepared(run_out).await.unwrap();
        }
        let _last = worker(&site);
        tokio::time::timeout(Duration::from_secs(150), settled(&site)).await.unwrap();
        let count = async |sql: &str| -> i64 {
            let statement = Statement::from_string(connection.get_database_backend(), sql);
            connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
        };
        assert_eq!(count("SELECT count(*) FROM deliveries WHERE delivered_at IS NOT NULL AND recipient = ''").await, 2);
        assert_eq!(count("SELECT count(*) FROM deliveries WHERE failed_at IS NOT NULL AND cut_off = 2").await, 1);
        assert!(!trap.came.lock().unwrap().contains(&guilty), "the third worker left it alone");
    })
    .await;
}

/// Returns when every delivery has ended; the processes that end them say so in the database alone.
async fn settled(site: &Site) {
    let connection = sea_orm::Database::connect(site.shared().0).await.unwrap();
    let sql = "SELECT count(*) FROM deliveries WHERE delivered_at IS NULL AND failed_at IS NULL";
    let mut look = tokio::time::interval(Duration::from_millis(500));
    loop {
        look.tick().await;
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let left: i64 = connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap();
        if left == 0 {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_killed_at_random_points_lose_nothing_and_repeat_nothing_under_another_key() {
    on_both(async |site: Site| {
        let receiver = Receiver::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let hook = format!("- {{key: desk, name: Desk, kind: webhook, settings: {{url: 'http://{address}/'}}}}\n- {{key: other, name: Other, kind: webhook, settings: {{url: 'http://{address}/'}}}}\n");
        let item = format!("{}\nplan:\n  connectors: [desk, other]\n", include_str!("fixtures/north/items/vpn.yaml"));
        let files = vec![("connectors.yaml".to_owned(), hook), ("items/vpn.yaml".to_owned(), item)];
        definitions::apply(&site.backend, "north", files).await.unwrap();

        // Half of the work is there before the first worker, half comes while they are killed.
        let (requester, approver) = (site.signed_in(REQUESTER).await, site.signed_in(APPROVER).await);
        let mut numbers = Vec::with_capacity(SUBMISSIONS);
        let mut workers = [worker(&site), worker(&site)];
        let mut kills = 0;
        for made in 0..SUBMISSIONS {
            let number = submit(&requester, "x").await;
            decide(&approver, &number, "approve", "").await;
            numbers.push(number);
            if made % 40 == 39 {
                let one = &mut workers[kills % 2];
                one.kill();
                *one = worker(&site);
                kills += 1;
            }
        }
        let expected = SUBMISSIONS * 2;
        let all = async {
            while receiver.taken.lock().unwrap().len() < expected {
                receiver.more.notified().await;
            }
        };
        // A killed worker's leases run out after a minute; a pause of the destination is one more.
        tokio::time::timeout(Duration::from_secs(300), all).await.unwrap_or_else(|_| {
            panic!("{} of {expected} effects arrived", receiver.taken.lock().unwrap().len());
        });
        // The workers record what they have sent before they go.
        tokio::time::timeout(Duration::from_secs(150), settled(&site)).await.unwrap();
        workers.iter_mut().for_each(Worker::kill);
        let taken = receiver.taken.lock().unwrap();
        assert_eq!(taken.len(), expected, "each effect has one key");
        let mut by_request: BTreeMap<&str, usize> = BTreeMap::new();
        for bodies in taken.values() {
            assert!(bodies.iter().all(|body| *body == bodies[0]), "a repetition says the same");
            *by_request.entry(bodies[0]["data"]["number"].as_str().unwrap()).or_default() += 1;
        }
        assert!(numbers.iter().all(|number| by_request.get(number.as_str()) == Some(&2)), "both destinations heard of each");
        let calls = receiver.calls.load(Ordering::SeqCst);
        assert!(kills >= 10 && calls as usize > expected, "{kills} kills, {calls} calls");
    })
    .await;
}
