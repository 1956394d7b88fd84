//! A clock that is set back: what lasts for some time lasts no longer for it.

use crate::delivery::approved;
use crate::harness::{World, on_both};
use crate::people::from;
use crate::requests::{file, refusal};
use backend::outbox::run_once;
use backend::{CallerProof, held, people, requests};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::Verdict;
use domain::approvals::wire::Decide;
use domain::requests::Status;
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
        let decision = Decide { number: number.clone(), verdict: Verdict::Approve, reason: String::new(), seen: 1 };
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
