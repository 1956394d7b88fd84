//! What people are told: who, on which channel, in which thread; what was read; quiet hours and summaries; events to subscribers.
//! The channels are the real connectors, talking to a receiver on this machine.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::outside::Outside;
use crate::paged;
use crate::requests::{file, refusal};
use backend::outbox::run_once;
use backend::{Caller, console, notices, people};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::connectors::DeliveryStatus;
use domain::connectors::wire::{ConsoleFilter, ConsolePeriod, ShownDeliveries};
use domain::notices::wire::{ChangeMine, ChangeOurs};
use domain::notices::{NoticeChannel, QuietTime, SummarySchedule};
use domain::requests::actions::{ActionCall, ActionKind};
use serde_json::{Value, json};

/// Lets a worker do what is due.
pub async fn work(world: &World) {
    run_once(&world.backend).await.unwrap();
}

/// Event keys in the person's bell, newest first, and how many are unread.
pub async fn bell(world: &World, who: &Caller) -> (Vec<String>, u64) {
    let list = notices::list(&world.backend, who, None).await.unwrap();
    (list.rows.into_iter().map(|row| row.event).collect(), list.unread)
}

/// Says where chats reach the person.
pub async fn link(world: &World, who: &Caller, slack: &str, telegram: &str) {
    let mut profile = people::profile(&world.backend, who).await.unwrap().profile;
    (profile.slack_member_id, profile.telegram_chat) = (slack.to_owned(), telegram.to_owned());
    people::save_profile(&world.backend, who, profile).await.unwrap();
}

#[tokio::test]
async fn approvers_are_asked_and_the_requester_learns_the_outcome_on_every_channel_in_one_thread() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        link(&world, &ruth, "U02RUTH", "").await;
        link(&world, &hana, "", "4711").await;
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;

        let samir = world.caller("north", "samir").await;
        assert_eq!(bell(&world, &ruth).await, (vec!["request_pending_approval".to_owned()], 1));
        assert_eq!(bell(&world, &samir).await.1, 1);
        assert_eq!(bell(&world, &world.caller("north", "petra").await).await.1, 0, "she has not the role");
        assert_eq!(bell(&world, &hana).await, (vec!["new_request_created".to_owned()], 0), "what one did oneself is read");
        let subject = format!("{number} Software access");
        let mails = outside.mails();
        let to: Vec<&str> = mails.iter().map(|(to, ..)| to.as_str()).collect();
        assert_eq!(to, ["hana@north.example", "ruth@north.example", "samir@north.example"]);
        assert!(mails.iter().all(|(_, found, _)| *found == subject));
        assert!(mails[1].2.contains("Hana Sato asks for your decision.") && mails[1].2.contains("Ledger"), "{}", mails[1].2);
        assert!(mails[1].2.contains(&format!("/inbox/{number}")));
        assert!(!mails[0].2.contains("Ledger"), "answers are for those who decide");
        let posts = outside.at("/slack/");
        let asked = posts.iter().find(|post| post["text"].as_str().unwrap().contains("asks for your decision")).unwrap();
        assert!(asked["text"].as_str().unwrap().contains("<@U02RUTH>, Samir Haddad"), "{asked}");
        assert_eq!(asked.get("thread_ts"), None);
        assert!(outside.at("/tg/").is_empty(), "a request that one sends is confirmed by e-mail and the bell alone");

        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        work(&world).await;
        assert_eq!(bell(&world, &hana).await.0[0], "request_approved");
        let mails = outside.mails();
        let approved = mails.iter().find(|(_, _, text)| text.contains("Approved")).unwrap();
        assert_eq!((approved.0.as_str(), approved.1.as_str()), ("hana@north.example", format!("Re: {subject}").as_str()));
        let posts = outside.at("/slack/");
        assert!(!posts.is_empty() && posts.iter().all(|post| post["thread_ts"].as_str().unwrap().starts_with("1503435956.")), "{posts:?}");
        let told = outside.at("/tg/");
        assert_eq!((told[0]["chat_id"].as_str(), told[0].get("reply_parameters")), (Some("4711"), None));
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_email_answers_the_first_of_its_thread_and_a_chat_the_first_message() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        link(&world, &hana, "", "4711").await;
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        for act in [
            ActionCall::new(ActionKind::Start, ""),
            ActionCall::new(ActionKind::Block, "No part"),
            ActionCall::new(ActionKind::Unblock, "It came"),
        ] {
            paged::act(&world.backend, &mina, &number, act, None).await.unwrap();
            world.clock.advance(Duration::seconds(1));
            work(&world).await;
        }
        let mails = outside.at("/sg/");
        assert_eq!(mails.len(), 2, "sent and blocked; unblocked goes to chats alone");
        let first = mails[0]["headers"]["Message-ID"].as_str().unwrap();
        assert_eq!(mails[0]["headers"].get("In-Reply-To"), None);
        assert_eq!((mails[1]["headers"]["In-Reply-To"].as_str(), mails[1]["headers"]["References"].as_str()), (Some(first), Some(first)));
        assert_ne!(mails[1]["headers"]["Message-ID"].as_str(), Some(first));
        assert_eq!(mails[1]["content"][1]["type"], "text/html");
        assert!(mails[1]["content"][1]["value"].as_str().unwrap().contains("No part"));
        let told = outside.at("/tg/");
        assert_eq!(told.len(), 2);
        assert!(told[0].get("reply_parameters").is_none() && told[1]["reply_parameters"]["message_id"].is_i64(), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn a_person_chooses_within_what_the_organization_leaves_open() {
    on_both(|world| async move {
        let be = &world.backend;
        let outside = Outside::open(&world).await;
        let (hana, ada, mina) =
            (world.caller("north", "hana").await, world.caller("north", "ada").await, world.caller("north", "mina").await);
        let event = || "request_blocked".to_owned();
        let blocked = async || {
            let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
            paged::act(be, &mina, &number, ActionCall::new(ActionKind::Start, ""), None).await.unwrap();
            paged::act(be, &mina, &number, ActionCall::new(ActionKind::Block, "No part"), None).await.unwrap();
            work(&world).await;
            let mails = outside.mails().into_iter().filter(|(_, _, text)| text.contains("cannot go on")).count();
            let bells = bell(&world, &hana).await.0.into_iter().filter(|event| event == "request_blocked").count();
            (mails, bells)
        };
        assert_eq!(blocked().await, (1, 1));
        let off = ChangeMine::Switch { event: event(), channel: NoticeChannel::Email, on: false };
        notices::change_mine(be, &hana, off).await.unwrap();
        assert!(notices::mine(be, &hana).await.unwrap().differs);
        assert_eq!(blocked().await, (0, 2));
        let locked = ChangeOurs::Switch { event: event(), channel: NoticeChannel::Email, on: true, locked: true };
        notices::change_ours(be, &ada, locked).await.unwrap();
        assert_eq!(blocked().await, (1, 3));
        let change = ChangeMine::Switch { event: event(), channel: NoticeChannel::Email, on: false };
        assert!(matches!(refusal(notices::change_mine(be, &hana, change).await), Refusal::NotNow { .. }));
        notices::change_mine(be, &hana, ChangeMine::AsUsual).await.unwrap();
        assert!(!notices::mine(be, &hana).await.unwrap().differs);
        notices::change_ours(be, &ada, ChangeOurs::Carrier { channel: NoticeChannel::Email, key: String::new() }).await.unwrap();
        assert_eq!(blocked().await, (0, 4), "no carrier, no e-mail");
        let wrong = ChangeOurs::Carrier { channel: NoticeChannel::Email, key: "chat".into() };
        assert!(matches!(refusal(notices::change_ours(be, &ada, wrong).await), Refusal::Input { .. }));
        assert_eq!(refusal(notices::ours(be, &hana).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_was_read_stays_read_and_reading_the_request_is_reading() {
    on_both(|world| async move {
        let be = &world.backend;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let first = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        assert_eq!(bell(&world, &ruth).await.1, 2);
        notices::seen(be, &hana, &first).await.unwrap();
        assert_eq!(bell(&world, &ruth).await.1, 2, "what others look at stays unread");
        notices::seen(be, &ruth, &first).await.unwrap();
        assert_eq!(bell(&world, &ruth).await.1, 1);
        let rows = notices::list(be, &ruth, None).await.unwrap().rows;
        let row = rows.iter().find(|row| row.number == first).unwrap();
        assert!(row.read);
        notices::read(be, &ruth, vec![row.id.clone()], false).await.unwrap();
        assert_eq!(bell(&world, &ruth).await.1, 2);
        notices::read(be, &hana, vec![row.id.clone()], true).await.unwrap();
        assert_eq!(bell(&world, &ruth).await.1, 2, "nobody reads for somebody else");
        notices::read(be, &ruth, vec![], true).await.unwrap();
        assert_eq!(bell(&world, &ruth).await.1, 0);
    })
    .await;
}

#[tokio::test]
async fn quiet_hours_put_off_and_what_was_read_meanwhile_is_not_sent() {
    on_both(|world| async move {
        let be = &world.backend;
        let outside = Outside::open(&world).await;
        let (hana, ruth, samir) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "samir").await);
        // It is 09:00 in UTC, where the north is.
        let quiet = QuietTime { from: "08:00:00".parse().unwrap(), to: "12:00:00".parse().unwrap(), urgent_passes: true };
        for who in [&ruth, &samir] {
            notices::change_mine(be, who, ChangeMine::Quiet(Some(quiet))).await.unwrap();
        }
        link(&world, &ruth, "U02RUTH", "").await;
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        assert_eq!(bell(&world, &ruth).await.1, 1, "the bell is silent enough");
        let named = outside.at("/slack/").into_iter().find(|post| post["text"].as_str().unwrap().contains("decision")).unwrap();
        assert!(named["text"].as_str().unwrap().contains("Ruth Abel, Samir Haddad"), "named, not called: {named}");
        assert_eq!(outside.mails().len(), 1, "only the requester's confirmation");
        notices::seen(be, &samir, &number).await.unwrap();
        world.clock.advance(Duration::hours(3));
        work(&world).await;
        let mails = outside.mails();
        assert_eq!(mails.iter().map(|(to, ..)| to.as_str()).collect::<Vec<_>>(), ["ruth@north.example"]);
        let filter = ConsoleFilter { show: ShownDeliveries::All, period: ConsolePeriod::Ever, ..ConsoleFilter::default() };
        let page = console::page(be, &world.caller("north", "ada").await, filter, None).await.unwrap();
        assert!(page.rows.iter().all(|row| row.status == DeliveryStatus::Delivered), "what needs no sending is done");
        let row = page.rows.iter().find(|row| row.connector.starts_with("Ruth Abel")).unwrap();
        assert_eq!((row.event.as_str(), row.connector.as_str()), ("Waiting for approval", "Ruth Abel, by Post"));
    })
    .await;
}

#[tokio::test]
async fn a_summary_tells_once_what_was_not_seen() {
    on_both(|world| async move {
        let be = &world.backend;
        let outside = Outside::open(&world).await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let off = ChangeMine::Switch { event: "request_pending_approval".into(), channel: NoticeChannel::Email, on: false };
        notices::change_mine(be, &ruth, off).await.unwrap();
        // A Thursday, 09:00.
        let daily = SummarySchedule { at: "10:00:00".parse().unwrap(), weekdays_only: true };
        notices::change_mine(be, &ruth, ChangeMine::Summary(Some(daily))).await.unwrap();
        let numbers = [
            file(&world, &hana, "access", json!({"system": "Ledger"})).await,
            file(&world, &hana, "laptop", json!({"model": "light"})).await,
        ];
        work(&world).await;
        notices::seen(be, &ruth, &numbers[1]).await.unwrap();
        outside.mails();
        world.clock.advance(Duration::hours(1));
        work(&world).await;
        let mails = outside.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].0.as_str(), mails[0].1.as_str()), ("ruth@north.example", "1 thing you have not seen"));
        assert!(mails[0].2.contains(&numbers[0]) && !mails[0].2.contains(&numbers[1]));
        for days in [1, 3] {
            world.clock.advance(Duration::days(days));
            work(&world).await;
            assert_eq!(outside.mails(), [], "told once");
        }
        file(&world, &hana, "laptop", json!({"model": "light"})).await;
        world.clock.advance(Duration::days(1));
        work(&world).await;
        assert_eq!(outside.mails().iter().filter(|(to, ..)| to == "ruth@north.example").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn subscribers_get_events_as_the_schema_says_and_those_alone() {
    let schema: Value = serde_json::from_str(include_str!("../../../../docs/events.schema.json")).unwrap();
    let schema = &jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (hana, ruth, mina) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "mina").await);
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        let other = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        decide(&world, &ruth, &other, ApproverVerdict::Reject, "Too dear").await.unwrap();
        let body = format!("@[Hana Sato]({}) secret", hana.id());
        let comment =
            domain::requests::work::CommentDraft { body, audience: domain::requests::comments::CommentAudience::Public, task: None };
        paged::comment(&world.backend, &mina, &number, comment).await.unwrap();
        work(&world).await;
        let events = outside.at("/hook");
        for event in &events {
            let problems: Vec<String> = schema.iter_errors(event).map(|error| error.to_string()).collect();
            assert!(problems.is_empty(), "{problems:?} in {event}");
        }
        let find = |key: &str| events.iter().find(|event| event["type"] == key).unwrap();
        assert_eq!(events.len(), 3, "what it did not subscribe to does not come");
        let rejected = find("request_rejected");
        assert_eq!((&rejected["data"]["number"], &rejected["data"]["event"]["text"]), (&json!(other), &json!("Too dear")));
        assert_eq!(rejected["data"]["event"]["by"]["name"], "Ruth Abel");
        assert!(!find("mentioned").to_string().contains("secret"));
        world.deliver_all().await;
        let south = world.caller("south", "both@shared.example").await;
        assert_eq!(bell(&world, &south).await.0.len(), 0, "another organization hears of nothing");
    })
    .await;
}

#[tokio::test]
async fn a_destination_hears_of_a_request_in_order_also_after_a_failure() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let hook = "- {key: hook, name: Hook, kind: webhook, settings: {url: 'URL', events: [request_blocked, request_resolved]}}\n";
        let url = outside.address();
        world.apply_file("north", "connectors.yaml", &hook.replace("URL", &format!("http://{url}/hook"))).await;
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        paged::act(&world.backend, &mina, &number, ActionCall::new(ActionKind::Start, ""), None).await.unwrap();
        let block = async |reason: &str| {
            paged::act(&world.backend, &mina, &number, ActionCall::new(ActionKind::Block, reason), None).await.unwrap();
        };
        block("First").await;
        outside.fail(true);
        work(&world).await;
        outside.fail(false);
        paged::act(&world.backend, &mina, &number, ActionCall::new(ActionKind::Unblock, "Second"), None).await.unwrap();
        block("Third").await;
        work(&world).await;
        assert_eq!(outside.at("/hook").len(), 0, "the first is tried again in a minute: the others wait for it");
        world.clock.advance(Duration::minutes(1));
        work(&world).await;
        let texts: Vec<_> = outside.at("/hook").iter().map(|event| event["data"]["event"]["text"].as_str().unwrap().to_owned()).collect();
        assert_eq!(texts, ["First", "Second", "Third"]);
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_request_is_told_as_cancelled_though_nothing_is_handed_on_any_more() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        paged::act(&world.backend, &hana, &number, ActionCall::new(ActionKind::Cancel, "Not needed"), None).await.unwrap();
        work(&world).await;
        let ended: Vec<String> = outside.mails().into_iter().filter(|(_, _, text)| text.contains("cancelled")).map(|(to, ..)| to).collect();
        assert_eq!(ended, ["ruth@north.example", "samir@north.example"]);
        assert_eq!(bell(&world, &ruth).await.0, ["request_cancelled", "request_pending_approval"]);
    })
    .await;
}

#[tokio::test]
async fn who_deputy_rights_is_asked_as_well_and_a_given_up_delivery_is_told_to_administrators() {
    on_both(|world| async move {
        let outside = Outside::open(&world).await;
        let (hana, ruth, ada) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "ada").await);
        crate::deputies::lend(&world, &ruth, &world.caller("north", "jonas").await, 3).await;
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        work(&world).await;
        let jonas = world.caller("north", "jonas").await;
        assert_eq!(bell(&world, &jonas).await.0, ["request_pending_approval"]);
        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        world.deliver_all().await;
        // Nobody listens where the plan's connector goes.
        let told = notices::list(&world.backend, &ada, None).await.unwrap().rows;
        assert_eq!((told[0].event.as_str(), told[0].number.as_str()), ("delivery_failed", number.as_str()));
        assert!(told[0].text.starts_with("Service desk: "), "by its name: {}", told[0].text);
        assert!(outside.mails().iter().any(|(to, _, text)| to == "ada@north.example" && text.contains("given up")));
        assert!(bell(&world, &hana).await.0.iter().all(|event| event != "delivery_failed"));
    })
    .await;
}
