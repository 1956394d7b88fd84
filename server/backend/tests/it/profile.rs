//! What people say about themselves: their time zone, which "today" follows; ways to reach them; their password.

use crate::harness::{World, fixture, on_both};
use crate::people::from;
use crate::requests::{refusal, send};
use backend::{CallerProof, definitions, people, requests};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::Refusal;
use domain::people::Profile;
use domain::requests::wire::SubmissionOutcome;
use serde_json::json;

const PASSWORD: &str = "a long enough password";
const NEXT: &str = "another long password";

const DATED_NOTE: &str = "key: note\ntitle: Note\nsections:\n  - key: note\n    title: Note\n    fields:\n      \
    - { key: text, label: What it is about, type: text, required: true }\n      \
    - { key: day, label: Day, type: date, required: true, rules: { not_before: today } }\n";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Hana's profile with another time zone.
async fn move_to(world: &World, zone: &str) {
    let hana = world.caller("north", "hana").await;
    let view = people::profile(&world.backend, &hana).await.unwrap();
    people::save_profile(&world.backend, &hana, Profile { time_zone: zone.to_owned(), ..view.profile }).await.unwrap();
}

#[tokio::test]
async fn today_is_the_date_where_the_person_is() {
    on_both(|world| async move {
        world.apply_file("north", "forms/note.yaml", DATED_NOTE).await;
        let ask = async |text: &str| {
            let hana = world.caller("north", "hana").await;
            let page = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
            let sent = send(&world, &hana, "note", json!({"text": "x", "day": text})).await;
            (page.today, matches!(sent, SubmissionOutcome::Filed { .. }))
        };
        // The evening of the 12th in London is the morning of the 13th in Tokyo.
        world.clock.advance(Duration::hours(14) + Duration::minutes(30));
        assert_eq!(ask("2026-03-12").await, (day("2026-03-12"), true));
        move_to(&world, "Asia/Tokyo").await;
        assert_eq!(ask("2026-03-12").await, (day("2026-03-13"), false));
        assert_eq!(ask("2026-03-13").await, (day("2026-03-13"), true));
        // Four hours later the 13th has begun in London, and not yet in New York.
        world.clock.advance(Duration::hours(4));
        move_to(&world, "America/New_York").await;
        assert_eq!(ask("2026-03-12").await, (day("2026-03-12"), true));
        move_to(&world, "Europe/London").await;
        assert_eq!(ask("2026-03-12").await, (day("2026-03-13"), false));
    })
    .await;
}

#[tokio::test]
async fn who_chose_no_zone_lives_where_the_organization_is() {
    on_both(|world| async move {
        let zone = async || {
            let ruth = world.caller("north", "ruth").await;
            let me = people::me(&world.backend, &ruth).await.unwrap();
            (me.time_zone, me.utc_offset_minutes)
        };
        assert_eq!(zone().await, ("UTC".to_owned(), 0));
        let organization = "key: north\nname: Northmoor Utilities\ntime_zone: Europe/Helsinki\n";
        let plan = world.apply_file("north", "organization.yaml", organization).await;
        assert_eq!(plan.changes, 1, "{plan}");
        assert!(plan.lines.contains(&"change organization north: time zone to Europe/Helsinki".to_owned()), "{plan}");
        assert_eq!(zone().await, ("Europe/Helsinki".to_owned(), 120));
        world.clock.advance(Duration::days(30));
        assert_eq!(zone().await, ("Europe/Helsinki".to_owned(), 180), "summer time");
        let ruth = world.caller("north", "ruth").await;
        let view = people::profile(&world.backend, &ruth).await.unwrap();
        assert_eq!((view.profile.time_zone.as_str(), view.organization_time_zone.as_str()), ("", "Europe/Helsinki"));
        assert!(view.time_zones.contains(&"Europe/Helsinki".to_owned()));

        // Exported, it is the same when it is applied again; a file that does not say it leaves it.
        let files = definitions::export(&world.backend, "north").await.unwrap();
        assert_eq!(world.apply("north", files).await.unwrap().changes, 0);
        assert_eq!(world.apply("north", fixture("north")).await.unwrap().changes, 0);
        assert_eq!(zone().await.0, "Europe/Helsinki");
        for (path, text) in [
            ("organization.yaml", organization.replace("Helsinki", "Helsinky")),
            ("people.yaml", "- { email: ruth@north.example, name: Ruth Abel, time_zone: europe/helsinki }\n".to_owned()),
        ] {
            match refusal(world.apply("north", vec![(path.to_owned(), text)]).await) {
                Refusal::Input { message, .. } => assert!(message.contains("does not exist") && message.contains(path), "{message}"),
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_profile_is_saved_whole_or_not_at_all_and_survives_the_files() {
    on_both(|world| async move {
        let both = world.caller("north", "both@shared.example").await;
        let profile = Profile {
            name: "Tomás Ortega".to_owned(),
            phone: "+44 20 7946 0000".to_owned(),
            time_zone: "Europe/Madrid".to_owned(),
            slack_member_id: "U024BE7LH".to_owned(),
            telegram_chat: "@tomas_ortega".to_owned(),
        };
        let wrong = Profile { slack_member_id: "tomas".to_owned(), ..profile.clone() };
        match refusal(people::save_profile(&world.backend, &both, wrong).await) {
            Refusal::Problems { problems } => assert_eq!((problems.len(), problems[0].field.as_str()), (1, "slack_member_id")),
            other => panic!("{other:?}"),
        }
        assert_eq!(people::profile(&world.backend, &both).await.unwrap().profile.name, "Tomás O'Neill", "nothing was saved");

        let me = people::save_profile(&world.backend, &both, profile.clone()).await.unwrap();
        assert_eq!((me.person.name.as_str(), me.time_zone.as_str(), me.utc_offset_minutes), ("Tomás Ortega", "Europe/Madrid", 60));
        assert_eq!(people::profile(&world.backend, &both).await.unwrap().profile, profile);
        // The name and the zone are the person's; where messages reach them is known to this organization only.
        let south = world.caller("south", "both@shared.example").await;
        let there = people::profile(&world.backend, &south).await.unwrap().profile;
        assert_eq!(there, Profile { slack_member_id: String::new(), telegram_chat: String::new(), ..profile.clone() });
        let otto = world.caller("south", "otto").await;
        assert_eq!(people::search_people(&world.backend, &otto, "ortega").await.unwrap()[0].name, "Tomás Ortega");

        world
            .apply_file("north", "people.yaml", "- { email: both@shared.example, name: Tomás Ortega, phone: '1', roles: [requester] }\n")
            .await;
        let kept = people::profile(&world.backend, &both).await.unwrap().profile;
        assert_eq!(kept, Profile { phone: "1".to_owned(), ..profile });
    })
    .await;
}

#[tokio::test]
async fn a_changed_password_ends_every_other_sign_in() {
    on_both(|world| async move {
        people::set_password(&world.backend, "hana@north.example", PASSWORD).await.unwrap();
        let here = world.backend.now();
        let mut hana = world.caller("north", "hana").await;
        hana.proof = CallerProof::SignIn(here);
        let still = async |since: DateTime<Utc>| {
            people::load_caller(&world.backend, hana.id(), Some(hana.organization), CallerProof::SignIn(since)).await.unwrap().is_some()
        };
        world.clock.advance(Duration::minutes(1));
        let there = world.backend.now();
        world.clock.advance(Duration::minutes(1));

        for (current, next, path) in
            [("wrong password", NEXT, "current"), (PASSWORD, "eleven char", "password"), (PASSWORD, PASSWORD, "password")]
        {
            match refusal(people::change_password(&world.backend, &hana, current, next).await) {
                Refusal::Input { path: found, .. } => assert_eq!(found, path),
                other => panic!("{other:?}"),
            }
        }
        assert!(still(here).await && still(there).await);
        people::change_password(&world.backend, &hana, PASSWORD, NEXT).await.unwrap();
        assert!(still(here).await, "the one that changed it goes on");
        assert!(!still(there).await, "the other one ends");
        assert!(still(world.backend.now()).await);
        people::sign_in(&world.backend, "hana@north.example", NEXT, from("1.1.1.1")).await.unwrap();
        assert!(matches!(
            refusal(people::sign_in(&world.backend, "hana@north.example", PASSWORD, from("1.1.1.1")).await),
            Refusal::Input { .. }
        ));
        // Signing out everywhere ends this one too.
        world.clock.advance(Duration::minutes(1));
        people::sign_out_everywhere(&world.backend, &hana).await.unwrap();
        assert!(!still(here).await);
    })
    .await;
}

#[tokio::test]
async fn guessing_the_current_password_is_slowed_down() {
    on_both(|world| async move {
        people::set_password(&world.backend, "hana@north.example", PASSWORD).await.unwrap();
        let hana = world.caller("north", "hana").await;
        for _ in 0..5 {
            assert!(matches!(refusal(people::change_password(&world.backend, &hana, "wrong", NEXT).await), Refusal::Input { .. }));
        }
        assert!(matches!(refusal(people::change_password(&world.backend, &hana, PASSWORD, NEXT).await), Refusal::TooMany { .. }));
        world.clock.advance(Duration::minutes(15));
        people::change_password(&world.backend, &hana, PASSWORD, NEXT).await.unwrap();
        // Somebody without a password has none to change.
        let ruth = world.caller("north", "ruth").await;
        assert!(matches!(refusal(people::change_password(&world.backend, &ruth, "", NEXT).await), Refusal::Input { .. }));
    })
    .await;
}
