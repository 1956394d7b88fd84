//! The delivery console: pauses and probes, order, replay, skip and hold; secrets that the database never has in the clear.

use crate::delivery::approved;
use crate::harness::{World, on_both, on_both_with, settings};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use backend::outbox::{WorkerSummary, run_once};
use backend::secrets::SecretKeys;
use backend::{Error, UseCaseSettings, console, definitions};
use chrono::Duration;
use domain::Refusal;
use domain::connectors::DeliveryStatus;
use domain::connectors::breaker::DestinationStanding;
use domain::connectors::wire::{ConnectorInput, ConsoleFilter, ConsolePeriod, ConsoleView, ShownDeliveries, WorkerView};
use domain::forms::Answers;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

/// A receiver that answers what it is told to, and notes whose delivery each call was.
#[derive(Clone)]
struct Receiver {
    code: Arc<AtomicU16>,
    numbers: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn open(world: &World) -> Self {
        let receiver = Self { code: Arc::new(AtomicU16::new(200)), numbers: Arc::default() };
        let app = Router::new().route("/", post(take)).with_state(receiver.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let text = format!("- {{key: desk, name: Service desk, kind: webhook, settings: {{url: 'http://{address}/'}}}}\n");
        world.apply_file("north", "connectors.yaml", &text).await;
        receiver
    }

    fn answers(&self, code: u16) {
        self.code.store(code, Ordering::SeqCst);
    }

    /// Docket numbers of the calls since the last look, in order.
    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.numbers.lock().unwrap())
    }
}

async fn take(State(receiver): State<Receiver>, body: String) -> StatusCode {
    let body: Value = serde_json::from_str(&body).unwrap();
    receiver.numbers.lock().unwrap().push(body["data"]["number"].as_str().unwrap().to_owned());
    StatusCode::from_u16(receiver.code.load(Ordering::SeqCst)).unwrap()
}

async fn look(world: &World, show: ShownDeliveries) -> ConsoleView {
    let filter = ConsoleFilter { show, period: ConsolePeriod::Ever, ..ConsoleFilter::default() };
    console::page(&world.backend, &world.caller("north", "ada").await, filter, None).await.unwrap()
}

async fn standing(world: &World) -> DestinationStanding {
    look(world, ShownDeliveries::All).await.destinations.iter().find(|one| one.key == "desk").unwrap().standing
}

#[tokio::test]
async fn a_destination_that_keeps_failing_is_paused_probed_with_one_delivery_and_taken_up_again() {
    on_both(|world| async move {
        let desk = Receiver::open(&world).await;
        desk.answers(503);
        for _ in 0..5 {
            approved(&world).await;
        }
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 5);
        assert_eq!(standing(&world).await, DestinationStanding::Paused);
        // One more comes during the pause: it waits, and loses none of its tries.
        let late = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { relayed: 1, ..WorkerSummary::default() });
        desk.calls();

        world.clock.advance(Duration::minutes(2));
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1, "one probe");
        assert_eq!(desk.calls().len(), 1);
        assert_eq!(standing(&world).await, DestinationStanding::Paused);
        // The second pause is five minutes, however long the probe was alone.
        world.clock.advance(Duration::seconds(299));
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        world.clock.advance(Duration::seconds(1));
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        assert_eq!(desk.calls().len(), 1);

        desk.answers(200);
        world.clock.advance(Duration::hours(2));
        assert_eq!(run_once(&world.backend).await.unwrap().delivered, 6, "the probe, then all that waited");
        assert_eq!(standing(&world).await, DestinationStanding::Healthy);
        assert!(desk.calls().contains(&late));
    })
    .await;
}

#[tokio::test]
async fn a_refused_key_pauses_at_once_and_a_replay_tries_at_once() {
    on_both(|world| async move {
        let desk = Receiver::open(&world).await;
        desk.answers(401);
        approved(&world).await;
        approved(&world).await;
        run_once(&world.backend).await.unwrap();
        let page = look(&world, ShownDeliveries::All).await;
        let one = page.destinations.iter().find(|one| one.key == "desk").unwrap();
        assert!(one.refuses_us && one.standing == DestinationStanding::Paused && one.waiting == 2);
        assert_eq!(one.hours.iter().fold((0, 0), |sum, hour| (sum.0 + hour.0, sum.1 + hour.1)), (2, 0));

        desk.answers(200);
        desk.calls();
        let ada = world.caller("north", "ada").await;
        let ids = page.rows.iter().map(|row| row.id).collect();
        assert_eq!(console::send_now(&world.backend, &ada, ids).await.unwrap(), 2);
        assert_eq!(run_once(&world.backend).await.unwrap().delivered, 2);
        assert_eq!(standing(&world).await, DestinationStanding::Healthy);
    })
    .await;
}

#[tokio::test]
async fn what_is_held_waits_until_it_is_released() {
    on_both(|world| async move {
        let desk = Receiver::open(&world).await;
        let ada = world.caller("north", "ada").await;
        console::hold(&world.backend, &ada, "desk".to_owned(), true).await.unwrap();
        let number = approved(&world).await;
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary { relayed: 1, ..WorkerSummary::default() });
        world.clock.advance(Duration::days(3));
        assert_eq!(run_once(&world.backend).await.unwrap(), WorkerSummary::default());
        assert_eq!(standing(&world).await, DestinationStanding::Held);
        console::hold(&world.backend, &ada, "desk".to_owned(), false).await.unwrap();
        assert_eq!(run_once(&world.backend).await.unwrap().delivered, 1);
        assert_eq!(desk.calls(), [number]);
        let refused = console::hold(&world.backend, &ada, "pigeon".to_owned(), true).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotFound))));
    })
    .await;
}

#[tokio::test]
async fn a_skipped_delivery_is_failed_and_can_be_replayed_with_all_that_failed() {
    on_both(|world| async move {
        let desk = Receiver::open(&world).await;
        desk.answers(500);
        approved(&world).await;
        run_once(&world.backend).await.unwrap();
        let ada = world.caller("north", "ada").await;
        let id = look(&world, ShownDeliveries::Waiting).await.rows[0].id;
        console::skip(&world.backend, &ada, id).await.unwrap();
        let twice = console::skip(&world.backend, &ada, id).await;
        assert!(matches!(twice, Err(Error::Refused(Refusal::NotNow { .. }))));
        let detail = console::delivery(&world.backend, &ada, id).await.unwrap();
        assert_eq!(detail.row.status, DeliveryStatus::Failed);
        assert_eq!(detail.attempts.last().unwrap().error, format!("Skipped by {}.", ada.facts.person.name));
        assert_eq!((detail.attempts[0].code, detail.row.attempts), (Some(500), 2));
        assert!(detail.attempts[0].request.contains("\n  \"data\": {"), "laid out: {}", detail.attempts[0].request);

        desk.answers(200);
        let since = backend::TimeSource::now(&*world.clock) - Duration::hours(1);
        assert_eq!(console::replay_since(&world.backend, &ada, "other".to_owned(), since).await.unwrap(), 0);
        assert_eq!(console::replay_since(&world.backend, &ada, String::new(), since).await.unwrap(), 1);
        assert_eq!(run_once(&world.backend).await.unwrap().delivered, 1);
        assert_eq!(console::send_now(&world.backend, &ada, vec![id]).await.unwrap(), 0, "it was delivered");
    })
    .await;
}

#[tokio::test]
async fn old_attempts_of_ended_deliveries_are_forgotten() {
    on_both(|world| async move {
        let desk = Receiver::open(&world).await;
        approved(&world).await;
        run_once(&world.backend).await.unwrap();
        desk.answers(500);
        approved(&world).await;
        run_once(&world.backend).await.unwrap();
        world.clock.advance(Duration::days(89));
        let ada = world.caller("north", "ada").await;
        console::hold(&world.backend, &ada, "desk".to_owned(), true).await.unwrap();
        let attempts = async || {
            let mut found = Vec::new();
            for row in look(&world, ShownDeliveries::All).await.rows {
                found.push(console::delivery(&world.backend, &ada, row.id).await.unwrap().attempts.len());
            }
            found.sort_unstable();
            found
        };
        run_once(&world.backend).await.unwrap();
        assert_eq!(attempts().await, [1, 1]);
        world.clock.advance(Duration::days(2));
        run_once(&world.backend).await.unwrap();
        assert_eq!(attempts().await, [0, 1], "what still waits keeps its attempts");
        desk.answers(200);
        console::hold(&world.backend, &ada, "desk".to_owned(), false).await.unwrap();
        run_once(&world.backend).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_list_pages_and_filters_and_is_an_organizations_own() {
    on_both(|world| async move {
        let desk = Receiver::open(&world).await;
        let mut numbers = Vec::new();
        for _ in 0..30 {
            world.clock.advance(Duration::seconds(1));
            numbers.push(approved(&world).await);
            run_once(&world.backend).await.unwrap();
        }
        desk.answers(410);
        world.clock.advance(Duration::days(2));
        let failed = approved(&world).await;
        run_once(&world.backend).await.unwrap();
        let ada = world.caller("north", "ada").await;
        let ask = |filter: ConsoleFilter, after: Option<String>| console::page(&world.backend, &ada, filter, after);
        let first = ask(ConsoleFilter::default(), None).await.unwrap();
        let second = ask(ConsoleFilter::default(), first.next.clone()).await.unwrap();
        let seen: Vec<String> = first.rows.iter().chain(&second.rows).map(|row| row.number.clone()).collect();
        let expected: Vec<String> = std::iter::once(failed.clone()).chain(numbers.iter().rev().cloned()).collect();
        assert_eq!((seen, second.next, first.failed, first.waiting), (expected, None, 1, 0));
        let only = ask(ConsoleFilter { show: ShownDeliveries::Failed, period: ConsolePeriod::Day, ..ConsoleFilter::default() }, None)
            .await
            .unwrap();
        assert_eq!(only.rows.iter().map(|row| &row.number).collect::<Vec<_>>(), [&failed]);
        let one = ask(ConsoleFilter { number: numbers[3].to_lowercase(), ..ConsoleFilter::default() }, None).await.unwrap();
        assert_eq!(one.rows.len(), 1);
        assert!(ask(ConsoleFilter { number: "nonsense".into(), ..ConsoleFilter::default() }, None).await.unwrap().rows.is_empty());
        assert_eq!(first.worker, WorkerView::Alive);
        world.clock.advance(Duration::minutes(5));
        assert!(matches!(ask(ConsoleFilter::default(), None).await.unwrap().worker, WorkerView::Gone(_)));

        let hana = world.caller("north", "hana").await;
        assert!(matches!(
            console::page(&world.backend, &hana, ConsoleFilter::default(), None).await,
            Err(Error::Refused(Refusal::NotFound))
        ));
        let id = only.rows[0].id;
        for (organization, name) in [("north", "hana"), ("south", "otto")] {
            let stranger = world.caller(organization, name).await;
            assert!(console::delivery(&world.backend, &stranger, id).await.is_err());
            assert_eq!(console::send_now(&world.backend, &stranger, vec![id]).await.ok(), None);
            assert!(console::skip(&world.backend, &stranger, id).await.is_err());
        }
    })
    .await;
}

/// The one connector as it stands in the database.
async fn stored(world: &World) -> String {
    let connection = sea_orm::Database::connect(&world.url).await.unwrap();
    let statement = Statement::from_string(connection.get_database_backend(), "SELECT definition FROM connectors");
    connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn secrets_are_sealed_in_the_database_and_can_be_sealed_again() {
    let old = SecretKeys::random();
    on_both_with(UseCaseSettings { keys: old.clone(), ..settings() }, |world| {
        let old = old.clone();
        async move {
            let text = "- {key: desk, name: Desk, kind: slack_bot, settings: {token: xoxb-very-secret, channel: '#it'}}\n";
            world.apply_file("north", "connectors.yaml", text).await;
            let before = stored(&world).await;
            assert!(before.contains("sealed:1:") && !before.contains("xoxb-very-secret"), "{before}");
            let again = world.apply_file("north", "connectors.yaml", text).await;
            assert_eq!(again.changes, 0, "the same secret is no change");

            let renewed = world.with(UseCaseSettings { keys: old.with_new(), ..world.settings.clone() }).await;
            definitions::seal_again(&renewed.backend).await.unwrap();
            let after = stored(&world).await;
            assert!(after != before && !after.contains("xoxb-very-secret"));
            let present = world.with(UseCaseSettings { keys: old.with_new(), ..world.settings.clone() }).await;
            assert!(definitions::seal_again(&present.backend).await.is_err(), "another new key opens nothing");
            assert_eq!(definitions::seal_again(&renewed.backend).await.unwrap(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn after_the_key_was_lost_secrets_are_entered_again() {
    on_both(|world| async move {
        let text = "- {key: desk, name: Desk, kind: slack_bot, settings: {token: xoxb-very-secret, channel: '#it'}}\n";
        world.apply_file("north", "connectors.yaml", text).await;
        let other = world.with(UseCaseSettings { keys: SecretKeys::random(), ..world.settings.clone() }).await;
        let ada = other.caller("north", "ada").await;
        assert_eq!(look(&other, ShownDeliveries::All).await.destinations[0].target, "#it");
        let view = console::connector(&other.backend, &ada, "desk").await.unwrap();
        assert_eq!(view.stored, ["token"]);
        assert!(!serde_json::to_string(&view).unwrap().contains("sealed"));
        let input = |settings: Answers| ConnectorInput { key: "desk".into(), kind: "slack_bot".into(), settings, forget: Vec::new() };
        let refused = console::save(&other.backend, &ada, input(view.settings.clone())).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Problems { .. }))), "{refused:?}");
        let mut again = view.settings;
        again.set("token", "xoxb-another".into());
        console::save(&other.backend, &ada, input(again)).await.unwrap();
        assert_eq!(definitions::seal_again(&other.backend).await.unwrap(), 1, "it can be opened");
    })
    .await;
}
