//! What is about a person and about no request goes out as everything else does: in order, tried again, in the console, held and replayed.

use crate::harness::{World, on_both};
use crate::notices::{bell, link, work};
use crate::outside::Outside;
use crate::requests::file;
use backend::live::LiveChange;
use backend::people::SignInPlace;
use backend::{console, notices, people};
use chrono::Duration;
use domain::Refusal;
use domain::connectors::DeliveryStatus;
use domain::connectors::wire::{ConsoleFilter, ConsolePeriod, ConsoleView, ShownDeliveries};
use domain::notices::wire::ChangeMine;
use domain::notices::{NoticeChannel, SummarySchedule};
use serde_json::json;

/// So many wrong passwords from a place; what is told of it is recorded when this returns, if anything is.
async fn guess(world: &World, email: &str, remote: &str, times: usize) {
    for _ in 0..times {
        let place = SignInPlace { remote, device: None };
        let refused = people::sign_in(&world.backend, email, "not the password", place).await;
        assert!(matches!(refused, Err(backend::Error::Refused(Refusal::Input { .. }))), "{refused:?}");
    }
}

/// Guesses until the owner is told.
async fn guess_until_told(world: &World, email: &str, remote: &str) {
    let mut changes = world.backend.live().subscribe();
    guess(world, email, remote, 5).await;
    let told = async { while !matches!(changes.recv().await.unwrap(), LiveChange::Deliveries { .. }) {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), told).await.expect("the owner is told");
}

async fn outbox(world: &World, show: ShownDeliveries) -> ConsoleView {
    let ada = world.caller("north", "ada").await;
    let filter = ConsoleFilter { show, period: ConsolePeriod::Ever, ..ConsoleFilter::default() };
    console::page(&world.backend, &ada, filter, None).await.unwrap()
}

#[tokio::test]
async fn whoevers_password_is_guessed_at_is_told_by_mail_and_nobody_else() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let hana = world.caller("north", "hana").await;
        link(&world, &hana, "U01HANA", "4711").await;
        guess(&world, "hana@north.example", "203.0.113.7", 4).await;
        work(&world).await;
        assert_eq!(outside.mails(), [], "anybody is wrong now and then");

        guess_until_told(&world, "hana@north.example", "203.0.113.8").await;
        work(&world).await;
        let mails = outside.mails();
        assert_eq!(mails.len(), 1, "{mails:?}");
        let (to, subject, text) = &mails[0];
        assert_eq!((to.as_str(), subject.as_str()), ("hana@north.example", "Somebody entered wrong passwords for your account"));
        for words in ["5 wrong passwords came from 203.0.113.8", "/profile", "This is about the account of Hana Sato."] {
            assert!(text.contains(words), "{words} in {text}");
        }
        assert!(outside.at("/slack/").is_empty() && outside.at("/hook").is_empty() && outside.at("/tg/").is_empty());
        let rows = notices::list(&world.backend, &hana, None).await.unwrap().rows;
        assert_eq!((rows[0].event.as_str(), rows[0].number.as_str(), rows[0].link.as_str()), ("wrong_passwords", "", "/profile"));
        for name in ["ada", "ruth"] {
            assert_eq!(bell(&world, &world.caller("north", name).await).await.1, 0, "{name}");
        }

        let row = outbox(&world, ShownDeliveries::All).await.rows.remove(0);
        assert_eq!((row.subject(), row.number.as_str(), row.event.as_str()), ("Hana Sato", "", "Wrong passwords"));
        assert_eq!((row.connector.as_str(), row.status), ("Hana Sato, by Post", DeliveryStatus::Delivered));
    })
    .await;
}

#[tokio::test]
async fn who_guesses_fills_no_letter_box_and_learns_of_no_account() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        guess_until_told(&world, "hana@north.example", "203.0.113.7").await;
        for remote in ["203.0.113.8", "203.0.113.9"] {
            guess(&world, "hana@north.example", remote, 5).await;
        }
        guess(&world, "nobody@north.example", "203.0.113.10", 5).await;
        // What is told of Ruth is recorded after what could be told before.
        guess_until_told(&world, "ruth@north.example", "203.0.113.11").await;
        work(&world).await;
        let to = |mails: Vec<(String, String, String)>| mails.into_iter().map(|(to, ..)| to).collect::<Vec<_>>();
        assert_eq!(to(outside.mails()), ["hana@north.example", "ruth@north.example"]);
        world.clock.advance(Duration::days(1));
        guess_until_told(&world, "hana@north.example", "203.0.113.7").await;
        work(&world).await;
        assert_eq!(to(outside.mails()), ["hana@north.example"], "another day");
    })
    .await;
}

#[tokio::test]
async fn a_mail_about_a_person_is_tried_again_held_skipped_and_replayed() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (be, ada) = (&world.backend, world.caller("north", "ada").await);
        outside.fail(true);
        guess_until_told(&world, "hana@north.example", "203.0.113.7").await;
        work(&world).await;
        let row = outbox(&world, ShownDeliveries::Waiting).await.rows.remove(0);
        assert_eq!((row.status, row.attempts), (DeliveryStatus::Retrying, 1));
        console::skip(be, &ada, row.id).await.unwrap();
        let skipped = console::delivery(be, &ada, row.id).await.unwrap();
        assert_eq!((skipped.row.status, skipped.attempts.len()), (DeliveryStatus::Failed, 2));

        outside.fail(false);
        console::hold(be, &ada, "post".to_owned(), true).await.unwrap();
        assert_eq!(console::send_now(be, &ada, vec![row.id]).await.unwrap(), 1);
        work(&world).await;
        assert_eq!(outside.mails(), [], "held");
        console::hold(be, &ada, "post".to_owned(), false).await.unwrap();
        work(&world).await;
        assert_eq!(outside.mails().len(), 1);
        assert_eq!(console::send_now(be, &ada, vec![row.id]).await.unwrap(), 0, "it was delivered");
        let hana = world.caller("north", "hana").await;
        assert!(console::send_now(be, &hana, vec![row.id]).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_is_about_a_person_arrives_in_order() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        outside.fail(true);
        // Until two minutes before midnight.
        world.clock.advance(Duration::hours(14) + Duration::minutes(58));
        guess_until_told(&world, "hana@north.example", "203.0.113.7").await;
        work(&world).await;
        world.clock.advance(Duration::minutes(3));
        guess_until_told(&world, "hana@north.example", "203.0.113.8").await;
        work(&world).await;
        let tries = async || outbox(&world, ShownDeliveries::Waiting).await.rows.iter().map(|row| row.attempts).collect::<Vec<_>>();
        assert_eq!(tries().await, [0, 2], "newest first: the second one waits for the first");
        outside.fail(false);
        world.clock.advance(Duration::minutes(1));
        work(&world).await;
        assert_eq!(outside.mails(), []);
        world.clock.advance(Duration::minutes(4));
        work(&world).await;
        let mails = outside.at("/sg/");
        let texts: Vec<&str> = mails.iter().map(|mail| mail["content"][0]["value"].as_str().unwrap()).collect();
        assert!(texts[0].contains("203.0.113.7") && texts[1].contains("203.0.113.8") && texts.len() == 2, "{texts:?}");
        assert!(mails.iter().all(|mail| mail["headers"].get("In-Reply-To").is_none()), "each stands alone: {mails:?}");
    })
    .await;
}

#[tokio::test]
async fn a_person_of_two_organizations_waits_in_neither_for_the_other() {
    on_both(|world| async move {
        let (north, south) = (Outside::open(&world).await, Outside::open_for(&world, "south").await);
        for (organization, at) in [("north", "10:00:00"), ("south", "10:01:00")] {
            let both = world.caller(organization, "both@shared.example").await;
            let daily = SummarySchedule { at: at.parse().unwrap(), weekdays_only: false };
            notices::change_mine(&world.backend, &both, ChangeMine::Summary(Some(daily))).await.unwrap();
            let off = ChangeMine::Switch { event: "new_request_created".into(), channel: NoticeChannel::Email, on: false };
            notices::change_mine(&world.backend, &both, off).await.unwrap();
            file(&world, &both, "note", json!({"text": "Hello"})).await;
            work(&world).await;
            // What one did oneself is read: as if somebody else had done it.
            let row = notices::list(&world.backend, &both, None).await.unwrap().rows.remove(0);
            notices::read(&world.backend, &both, vec![row.id], false).await.unwrap();
        }
        north.fail(true);
        world.clock.advance(Duration::hours(1));
        work(&world).await;
        world.clock.advance(Duration::minutes(1));
        work(&world).await;
        assert_eq!(outbox(&world, ShownDeliveries::Waiting).await.rows.iter().map(|row| row.attempts).collect::<Vec<_>>(), [2]);
        let summaries =
            |outside: &Outside| outside.mails().into_iter().filter(|(_, subject, _)| subject.contains("you have not seen")).count();
        assert_eq!(summaries(&south), 1, "the north's mail server is down, the south's is not");
        north.fail(false);
        world.clock.advance(Duration::minutes(5));
        work(&world).await;
        let mails = north.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].0.as_str(), mails[0].1.as_str()), ("both@shared.example", "1 thing you have not seen"));
        let row = outbox(&world, ShownDeliveries::Delivered).await.rows.remove(0);
        assert_eq!((row.event.as_str(), row.number.as_str()), ("Daily summary", ""));
    })
    .await;
}

#[tokio::test]
async fn a_message_about_a_request_is_sent_again_whatever_waits_and_is_no_event_of_it() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (ada, hana) = (world.caller("north", "ada").await, world.caller("north", "hana").await);
        outside.fail(true);
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        let row =
            outbox(&world, ShownDeliveries::Waiting).await.rows.into_iter().find(|row| row.connector == "Ruth Abel, by Post").unwrap();
        console::skip(&world.backend, &ada, row.id).await.unwrap();
        outside.fail(false);
        assert_eq!(console::send_now(&world.backend, &ada, vec![row.id]).await.unwrap(), 1, "it waits for approval");
        work(&world).await;
        assert!(outside.mails().iter().any(|(to, ..)| to == "ruth@north.example"));
        assert_eq!(backend::requests::page(&world.backend, &hana, &number).await.unwrap().events.len(), 1);
        world.deliver_all().await;
    })
    .await;
}
