//! A clock that is set back: what lasts for some time lasts no longer for it, and what happens later stands later in every list.

use crate::delivery::approved;
use crate::harness::{World, on_both};
use crate::paged;
use crate::people::from;
use crate::requests::{file, refusal};
use backend::outbox::run_once;
use backend::{CallerProof, held, people, requests};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::ApproverDecision;
use domain::requests::Status;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::comments::CommentAudience;
use domain::requests::work::CommentDraft;
use sea_orm::ConnectionTrait;
use serde_json::json;

const EMAIL: &str = "hana@north.example";
const PASSWORD: &str = "a long enough password";

/// Changes something behind Docket's back, as a worker that dies leaves it.
async fn change(world: &World, sql: &str) {
    let connection = sea_orm::Database::connect(&world.url).await.unwrap();
    assert!(connection.execute_unprepared(sql).await.unwrap().rows_affected() > 0, "{sql}");
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_limit_lasts_its_quarter_of_an_hour() {
    on_both(|world| async move {
        people::set_password(&world.backend, EMAIL, PASSWORD).await.unwrap();
        for _ in 0..5 {
            assert!(people::sign_in(&world.backend, EMAIL, "wrong", from("1.1.1.1")).await.is_err());
        }
        world.clock.advance(Duration::days(-1));
        let later = refusal(people::sign_in(&world.backend, EMAIL, PASSWORD, from("1.1.1.1")).await);
        assert!(matches!(later, Refusal::TooMany { seconds: 840..=901 }), "{later:?}");
        world.clock.advance(Duration::minutes(15));
        people::sign_in(&world.backend, EMAIL, PASSWORD, from("1.1.1.1")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_lease_and_a_pause_end_although_they_end_in_the_future() {
    on_both(|world| async move {
        world.leaves_work();
        let number = approved(&world).await;
        // Nothing listens there: it is tried again later.
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1);
        world.clock.advance(Duration::hours(2));
        let ends = (world.backend.now() + Duration::days(1)).timestamp_micros();
        change(&world, &format!("UPDATE deliveries SET leased_until = {ends}, lease = 'gone'")).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1, "a lease of a day is none");
        world.clock.advance(Duration::hours(2));
        change(&world, &format!("UPDATE destinations SET paused_until = {ends}")).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 1, "a pause of a day is none");

        // What can be is respected.
        world.clock.advance(Duration::hours(2));
        let ends = (world.backend.now() + Duration::seconds(50)).timestamp_micros();
        change(&world, &format!("UPDATE deliveries SET leased_until = {ends}, lease = 'other'")).await;
        assert_eq!(run_once(&world.backend).await.unwrap().retrying, 0, "{number} is in another worker's hands");
    })
    .await;
}

#[tokio::test]
async fn a_held_decision_is_not_held_for_a_day() {
    on_both(|world| async move {
        let (hana, ada) = (world.caller("north", "hana").await, world.caller("north", "ada").await);
        let number = file(&world, &hana, "badge", json!({"text": "For the east door"})).await;
        let decision = ApproverDecision { number: number.clone(), verdict: ApproverVerdict::Approve, reason: String::new(), seen: 1 };
        assert!(held::decide_many(&world.backend, &ada, vec![decision]).await.unwrap()[0].held.is_some());
        world.clock.advance(Duration::days(-1));
        run_once(&world.backend).await.unwrap();
        assert_ne!(requests::page(&world.backend, &ada, &number).await.unwrap().summary.status, Status::PendingApproval);
    })
    .await;
}

#[tokio::test]
async fn who_changed_a_password_before_can_sign_in_after() {
    on_both(|world| async move {
        people::set_password(&world.backend, EMAIL, PASSWORD).await.unwrap();
        world.clock.advance(Duration::days(-1));
        let (person, organization) = people::sign_in(&world.backend, EMAIL, PASSWORD, from("1.1.1.1")).await.unwrap();
        let since = people::sign_in_moment(&world.backend, person).await.unwrap();
        assert!(people::load_caller(&world.backend, person, organization, CallerProof::SignIn(since)).await.unwrap().is_some());
    })
    .await;
}

/// One's own requests, newest first.
async fn own(world: &World, caller: &backend::Caller) -> Vec<String> {
    let list = requests::mine(&world.backend, caller, domain::requests::wire::MyFilter::All, None).await.unwrap();
    list.rows.into_iter().map(|row| row.number).collect()
}

#[tokio::test]
async fn what_is_filed_after_the_clock_was_set_back_stands_above_what_was_filed_before() {
    on_both(|world| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let mut filed = Vec::new();
        for turn in 0..4 {
            filed.insert(0, file(&world, &hana, "access", json!({"system": format!("Ledger {turn}")})).await);
            world.clock.advance(Duration::hours(-9));
        }
        // A server that knows nothing of those before but what is stored.
        let other = world.another().await;
        for turn in 4..6 {
            filed.insert(0, file(&other, &hana, "access", json!({"system": format!("Ledger {turn}")})).await);
        }
        // And the first one again, which has not heard of the others'.
        filed.insert(0, file(&world, &hana, "access", json!({"system": "The last"})).await);
        assert_eq!(own(&world, &hana).await, filed);
        let (open, _) = requests::open_summaries(&world.backend, &hana, 5).await.unwrap();
        assert_eq!(open.iter().map(|row| row.number.clone()).collect::<Vec<_>>(), filed[..5], "what changed last");
        let inbox = backend::approvals::inbox(&world.backend, &ruth, 0).await.unwrap();
        let oldest_first: Vec<String> = inbox.rows.iter().map(|row| row.number.clone()).collect();
        assert_eq!(oldest_first, filed.iter().rev().cloned().collect::<Vec<_>>());
        run_once(&world.backend).await.unwrap();
        let bell = backend::notices::list(&world.backend, &ruth, None).await.unwrap().rows;
        assert_eq!(bell.iter().map(|row| row.number.clone()).collect::<Vec<_>>(), filed, "the bell, newest first");
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_was_ahead_by_a_year_is_not_followed() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        world.clock.advance(Duration::days(365));
        let wrong = file(&world, &hana, "access", json!({"system": "Wrong"})).await;
        world.clock.advance(Duration::days(-365));
        let now = world.backend.now();
        let mut filed = vec![wrong];
        for turn in 0..3 {
            filed.insert(1, file(&world, &hana, "access", json!({"system": format!("Right {turn}")})).await);
            world.clock.advance(Duration::seconds(1));
        }
        let list = requests::mine(&world.backend, &hana, domain::requests::wire::MyFilter::All, None).await.unwrap();
        assert_eq!(list.rows.iter().map(|row| row.number.clone()).collect::<Vec<_>>(), filed);
        assert_eq!(list.rows.last().unwrap().submitted_at, now, "of the right year again");
    })
    .await;
}

#[tokio::test]
async fn events_and_comments_of_a_request_stay_in_order_and_in_sight() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        let say = async |body: &str| {
            let words = CommentDraft { audience: CommentAudience::Public, task: None, body: body.to_owned() };
            paged::comment(&world.backend, &mina, &number, words).await.unwrap()
        };
        say("First").await;
        for kind in [ActionKind::AssignToMe, ActionKind::Start] {
            paged::act(&world.backend, &mina, &number, ActionCall::new(kind, ""), None).await.unwrap();
            world.clock.advance(Duration::hours(-10));
        }
        let page = say("Second").await;
        let said: Vec<&str> = page.work.comments.iter().map(|view| view.comment.body.as_str()).collect();
        assert_eq!(said, ["First", "Second"]);
        let written: Vec<_> = page.work.comments.iter().map(|view| view.comment.at).collect();
        let happened: Vec<_> = page.events.iter().map(|event| event.at).collect();
        assert!(happened.is_sorted() && written.is_sorted() && written[1] > *happened.last().unwrap(), "{happened:?}, {written:?}");
        let then = requests::page_at(&world.backend, &mina, &number, 2, false).await.unwrap();
        assert_eq!(then.work.comments.len(), 1, "as it was after it was assigned");
        world.clock.advance(Duration::days(3));
        world.deliver_all().await;
    })
    .await;
}
