//! Messages to people say the same in every try, whatever was renamed meanwhile; and what is kept for that is not kept for ever.

use crate::harness::{World, fixture, on_both};
use crate::notices::{link, work};
use crate::outside::Outside;
use crate::requests::file;
use backend::notices;
use chrono::Duration;
use domain::notices::SummarySchedule;
use domain::notices::wire::ChangeMine;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

/// Deliveries of which content is kept.
async fn kept(world: &World) -> i64 {
    let database = sea_orm::Database::connect(&world.url).await.unwrap();
    let count = "SELECT count(*) FROM deliveries WHERE frozen IS NOT NULL";
    let row = database.query_one_raw(Statement::from_string(database.get_database_backend(), count)).await.unwrap().unwrap();
    database.close().await.unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Other names for all whose names stand in messages.
async fn rename(world: &World) {
    let people = fixture("north").into_iter().find(|(path, _)| path == "people.yaml").unwrap().1;
    let people = people.replace("Samir Haddad", "Sam Hadley").replace("Hana Sato", "Hana Suzuki");
    world.apply_file("north", "people.yaml", &people).await;
    let named = "key: north\nname: Somebody else\nnotifications:\n  channels: {email: post, slack: chat, telegram: bot}\n";
    world.apply_file("north", "organization.yaml", named).await;
}

#[tokio::test]
async fn a_message_says_the_same_in_every_try_whatever_was_renamed() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        link(&world, &ruth, "", "4711").await;
        link(&world, &hana, "U02HANA0", "").await;
        outside.fail(true);
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        let first = outside.calls();
        let said = format!("{first:?}");
        assert!(said.contains(&number) && said.contains("Northmoor Utilities") && said.contains("Samir Haddad") && said.contains("/tg/"));
        assert_eq!(kept(&world).await, first.len() as i64);

        rename(&world).await;
        link(&world, &hana, "U02OTHER", "").await;
        world.clock.advance(Duration::minutes(2));
        work(&world).await;
        assert_eq!(outside.calls(), first, "the second try");
        world.clock.advance(Duration::minutes(6));
        outside.fail(false);
        work(&world).await;
        assert_eq!(outside.calls(), first, "and the one that arrives");
        assert_eq!(kept(&world).await, 0);

        file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        let said = format!("{:?}", outside.calls());
        assert!(
            said.contains("Somebody else") && said.contains("Sam Hadley") && !said.contains("Samir"),
            "a new one has the new names: {said}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_summary_says_in_every_try_what_it_said_first() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let event = "request_pending_approval".to_owned();
        let off = ChangeMine::Switch { event, channel: domain::notices::NoticeChannel::Email, on: false };
        notices::change_mine(&world.backend, &ruth, off).await.unwrap();
        notices::change_mine(
            &world.backend,
            &ruth,
            ChangeMine::Summary(Some(SummarySchedule { at: "17:00:00".parse().unwrap(), weekdays_only: false })),
        )
        .await
        .unwrap();
        file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        outside.calls();
        outside.fail(true);
        world.clock.advance(Duration::hours(24));
        work(&world).await;
        let first = outside.calls();
        assert!(format!("{first:?}").contains("1 thing you have not seen"), "{first:?}");
        rename(&world).await;
        outside.fail(false);
        world.clock.advance(Duration::minutes(2));
        work(&world).await;
        assert_eq!(outside.calls(), first);
    })
    .await;
}

#[tokio::test]
async fn what_was_given_up_is_kept_no_longer_than_its_attempts() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let hana = world.caller("north", "hana").await;
        outside.fail(true);
        file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        world.deliver_all().await;
        assert!(kept(&world).await > 0, "somebody may send it again");
        let days = i64::from(world.settings.attempt_days);
        world.clock.advance(Duration::days(days + 1));
        work(&world).await;
        assert_eq!(kept(&world).await, 0);
    })
    .await;
}
