//! Signing in, who is signed in, and the pickers.

use crate::harness::{World, on_both, on_empty};
use backend::people::SignInPlace;
use backend::sessions::NewSession;
use backend::{CallerProof, Error, Store, outbox, people, sessions};
use chrono::{DateTime, Duration, Utc};
use domain::Refusal;
use domain::id::PersonId;
use sea_orm::ConnectionTrait;

const PASSWORD: &str = "a long enough password";

fn refused<T: std::fmt::Debug>(result: backend::Result<T>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

async fn found(world: &World, name: &str, text: &str) -> Vec<String> {
    let caller = world.caller("north", name).await;
    people::search_people(&world.backend, &caller, text).await.unwrap().into_iter().map(|person| person.name).collect()
}

#[tokio::test]
async fn the_right_password_signs_in_and_a_wrong_one_does_not() {
    on_both(|world| async move {
        people::set_password(&world.backend, "Hana@North.example ", PASSWORD).await.unwrap();
        let (person, organization) =
            people::sign_in(&world.backend, "\u{200b} HANA@north.example\u{feff}", PASSWORD, from("1.2.3.4")).await.unwrap();
        let hana = world.caller("north", "hana").await;
        assert_eq!((person, organization), (hana.id(), Some(hana.organization)));
        let wrong = Refusal::input("email", "The e-mail address or the password is not right.");
        for (email, password) in [("hana@north.example", "wrong"), ("nobody@north.example", PASSWORD), ("ruth@north.example", PASSWORD)] {
            assert_eq!(refused(people::sign_in(&world.backend, email, password, from("1.2.3.4")).await), wrong, "{email}");
        }
    })
    .await;
}

pub fn from(remote: &str) -> SignInPlace<'_> {
    SignInPlace { remote, device: None }
}

#[tokio::test]
async fn five_failures_close_an_address_to_the_guesser_for_a_quarter_of_an_hour() {
    on_both(|world| async move {
        people::set_password(&world.backend, "hana@north.example", PASSWORD).await.unwrap();
        world.clock.advance(Duration::seconds(1));
        for _ in 0..5 {
            refused(people::sign_in(&world.backend, "hana@north.example", "wrong", from("1.1.1.1")).await);
        }
        let later = refused(people::sign_in(&world.backend, "hana@north.example", PASSWORD, from("1.1.1.1")).await);
        assert!(matches!(later, Refusal::TooMany { seconds: 840..=901 }), "{later:?}");
        people::sign_in(&world.backend, "hana@north.example", PASSWORD, from("2.2.2.2")).await.unwrap();
        world.clock.advance(Duration::minutes(15));
        people::sign_in(&world.backend, "hana@north.example", PASSWORD, from("1.1.1.1")).await.unwrap();
        // A right password begins the count again.
        for _ in 0..4 {
            refused(people::sign_in(&world.backend, "hana@north.example", "wrong", from("1.1.1.1")).await);
        }
        people::sign_in(&world.backend, "hana@north.example", PASSWORD, from("1.1.1.1")).await.unwrap();
        refused(people::sign_in(&world.backend, "hana@north.example", "wrong", from("1.1.1.1")).await);
        people::sign_in(&world.backend, "hana@north.example", PASSWORD, from("1.1.1.1")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn many_guessers_together_are_limited_and_keep_nobody_out_of_a_device_of_their_own() {
    on_both(|world| async move {
        for email in ["hana@north.example", "ruth@north.example"] {
            people::set_password(&world.backend, email, PASSWORD).await.unwrap();
        }
        world.clock.advance(Duration::seconds(1));
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let mark = people::device_mark(&world.backend, hana.id()).unwrap();
        let others = people::device_mark(&world.backend, ruth.id()).unwrap();
        let attempt = async |password: &str, remote: &str, device: Option<&str>| {
            people::sign_in(&world.backend, "hana@north.example", password, SignInPlace { remote, device }).await
        };
        for number in 0..100 {
            assert!(matches!(refused(attempt("wrong", &format!("6.6.6.{}", number / 5), None).await), Refusal::Input { .. }), "{number}");
        }
        for mark in [None, Some("guessed"), Some(others.as_str()), Some(&mark[..mark.len() - 4])] {
            assert!(matches!(refused(attempt(PASSWORD, "7.7.7.7", mark).await), Refusal::TooMany { .. }), "{mark:?}");
        }
        attempt(PASSWORD, "6.6.6.0", Some(&mark)).await.unwrap();

        // A device that was stolen has few tries, and its owner has other devices.
        for _ in 0..10 {
            assert!(matches!(refused(attempt("wrong", "8.8.8.8", Some(&mark)).await), Refusal::Input { .. }));
        }
        assert!(matches!(refused(attempt(PASSWORD, "8.8.8.8", Some(&mark)).await), Refusal::TooMany { .. }));
        attempt(PASSWORD, "7.7.7.7", Some(&people::device_mark(&world.backend, hana.id()).unwrap())).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn twenty_failures_close_a_remote_address_to_everybody() {
    on_both(|world| async move {
        for number in 0..20 {
            let email = format!("guess{number}@north.example");
            assert!(matches!(refused(people::sign_in(&world.backend, &email, "wrong", from("6.6.6.6")).await), Refusal::Input { .. }));
        }
        let next = refused(people::sign_in(&world.backend, "guess20@north.example", "wrong", from("6.6.6.6")).await);
        assert!(matches!(next, Refusal::TooMany { .. }), "{next:?}");
        assert!(matches!(
            refused(people::sign_in(&world.backend, "guess20@north.example", "wrong", from("7.7.7.7")).await),
            Refusal::Input { .. }
        ));
    })
    .await;
}

#[tokio::test]
async fn signing_out_everywhere_ends_earlier_sign_ins_only() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let before = world.backend.now();
        sessions::create(world.backend.store(), session("s1", Some(hana.id()), before)).await.unwrap();
        world.clock.advance(Duration::minutes(1));
        people::sign_out_everywhere(&world.backend, &hana).await.unwrap();
        let load = |since| people::load_caller(&world.backend, hana.id(), Some(hana.organization), CallerProof::SignIn(since));
        assert!(load(before).await.unwrap().is_none());
        assert!(load(world.backend.now()).await.unwrap().is_some());
        assert_eq!(sessions::load(world.backend.store(), "s1", before).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_caller_is_a_member_and_nobody_else_is() {
    on_both(|world| async move {
        let (hana, otto) = (world.caller("north", "hana").await, world.caller("south", "otto").await);
        let now = world.backend.now();
        let stranger = people::load_caller(&world.backend, otto.id(), Some(hana.organization), CallerProof::SignIn(now)).await.unwrap();
        assert!(stranger.is_none());
        assert!(people::load_caller(&world.backend, PersonId(uuid::Uuid::nil()), None, CallerProof::SignIn(now)).await.unwrap().is_none());
        let samir = world.caller("north", "samir").await;
        let groups: Vec<_> = samir.facts.memberships.iter().map(|m| (m.group.key.as_str(), m.roles.join(","))).collect();
        assert_eq!(groups, [("platform", "it-forms-admin".to_owned())]);
        assert_eq!((samir.email.as_str(), samir.facts.person.title.as_str()), ("samir@north.example", "Platform engineer"));
    })
    .await;
}

#[tokio::test]
async fn one_person_is_in_both_organizations_with_the_roles_of_each() {
    on_both(|world| async move {
        let north = world.caller("north", "both@shared.example").await;
        let south = world.caller("south", "both@shared.example").await;
        assert_eq!(north.id(), south.id());
        assert_eq!((north.facts.person.title.as_str(), south.facts.person.title.as_str()), ("Auditor", "Visiting auditor"));
        let me = people::me(&world.backend, &south).await.unwrap();
        let keys: Vec<_> = me.organizations.iter().map(|organization| organization.key.as_str()).collect();
        assert_eq!((me.organization.key.as_str(), keys), ("south", vec!["north", "south"]));
        assert!(!me.permissions.holds(domain::permission::Permission::ManagePeople) && me.role_label == "Requester");
    })
    .await;
}

#[tokio::test]
async fn people_are_found_by_the_beginnings_of_words_without_accents() {
    on_both(|world| async move {
        for text in ["tomas", "O'NEILL", "o neill", "nei tom", "both@sha", "Tomás"] {
            assert_eq!(found(&world, "hana", text).await, ["Tomás O'Neill"], "{text}");
        }
        assert_eq!(found(&world, "hana", "a").await, ["Ada Marsh", "Ruth Abel"]);
        for nothing in ["", "  ", "omas", "%", "_", "otto", "\\"] {
            assert_eq!(found(&world, "hana", nothing).await, Vec::<String>::new(), "{nothing}");
        }
    })
    .await;
}

#[tokio::test]
async fn searching_ten_thousand_people_answers_twenty() {
    on_both(|world| async move {
        let mut yaml = String::new();
        for number in 0..10_000 {
            yaml.push_str(&format!("- {{ email: p{number}@north.example, name: Person Number{number:05} }}\n"));
        }
        world.apply_file("north", "people.yaml", &yaml).await;
        assert_eq!(found(&world, "hana", "per").await.len(), 20);
        assert_eq!(found(&world, "hana", "number09999").await, ["Person Number09999"]);
        assert_eq!(found(&world, "hana", "number").await[0], "Person Number00000");
    })
    .await;
}

#[tokio::test]
async fn people_are_found_however_their_letters_are_written() {
    on_both(|world| async move {
        let names = [
            ("nguyễn", "Nguyễn Văn Đức"),
            ("taran", "Țăran Ion"),
            ("kirsis", "Ķirsis Jānis"),
            ("weiss", "Weiß Anna"),
            ("zoe", "Zoe\u{308} Þórs"),
        ];
        let mut yaml = String::new();
        for (number, (_, name)) in names.iter().enumerate() {
            yaml.push_str(&format!("- {{ email: n{number}@north.example, name: \"{name}\" }}\n"));
        }
        world.apply_file("north", "people.yaml", &yaml).await;
        for (typed, name) in names {
            assert_eq!(found(&world, "hana", typed).await, [name], "{typed}");
        }
        for (typed, name) in
            [("nguyen duc", 0), ("Țăran", 1), ("ţăran", 1), ("kirs", 2), ("WEIẞ", 3), ("zoë", 4), ("thors", 4), ("\u{200b}thors", 4)]
        {
            assert_eq!(found(&world, "hana", typed).await, [names[name].1], "{typed}");
        }
        for blank in ["\u{200b}", "\u{2800}", "\u{ad}"] {
            assert_eq!(found(&world, "hana", blank).await, [""; 0]);
        }
        // Names that an older Docket folded are folded again when the database is brought up to date.
        let connection = sea_orm::Database::connect(&world.url).await.unwrap();
        connection.execute_unprepared("UPDATE members SET search_name = ' folded by hand'").await.unwrap();
        connection.execute_unprepared("DELETE FROM seaql_migrations WHERE version LIKE '%search_names'").await.unwrap();
        assert_eq!(found(&world, "hana", "kirsis").await, [""; 0]);
        Store::open(&world.url).await.unwrap().migrate().await.unwrap();
        assert_eq!(found(&world, "hana", "kirsis").await, ["Ķirsis Jānis"]);
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn groups_are_found_in_the_own_organization_only() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let names = async |text: &str| -> Vec<String> {
            people::search_groups(&world.backend, &hana, text).await.unwrap().into_iter().map(|group| group.name).collect()
        };
        assert_eq!(names("own").await, ["Platform owners"]);
        assert_eq!(names("south").await, Vec::<String>::new());
        assert_eq!(names("").await, ["Contractors", "Finance", "Platform owners"]);
    })
    .await;
}

#[tokio::test]
async fn the_first_account_sets_up_its_organization_and_a_second_cannot() {
    on_empty(async |world: World| {
        let backend = &world.backend;
        let short = refused(people::create_account(backend, "ada@x.example", "Ada", "eleven char", true, "north").await);
        assert!(matches!(short, Refusal::Input { path, .. } if path == "password"));
        let ada = people::create_account(backend, "Ada@x.example", "Ada", PASSWORD, true, "north").await.unwrap();
        let caller = world.caller("north", "ada@x.example").await;
        assert_eq!((caller.id(), caller.facts.may(domain::permission::Permission::ManagePeople)), (ada, true));
        let taken = refused(people::create_account(backend, "ada@x.example", "Ada", PASSWORD, false, "north").await);
        assert!(matches!(taken, Refusal::Input { path, .. } if path == "email"));
        let elsewhere = refused(people::create_account(backend, "bo@x.example", "Bo", PASSWORD, false, "nroth").await);
        assert!(matches!(elsewhere, Refusal::Input { path, message } if path == "organization" && message.contains("north")));
        people::sign_in(backend, "ada@x.example", PASSWORD, from("1.1.1.1")).await.unwrap();
    })
    .await;
}

/// A session that begins now and lasts five minutes.
fn session(id: &str, person: Option<PersonId>, now: DateTime<Utc>) -> NewSession<'_> {
    NewSession { id, person, data: "one", started: now, expires: now + Duration::minutes(5), address: "192.0.2.7", user_agent: "Firefox" }
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    on_both(|world| async move {
        let (store, now) = (world.backend.store(), world.backend.now());
        sessions::create(store, session("a", None, now)).await.unwrap();
        sessions::save(store, "a", None, "two").await.unwrap();
        assert_eq!(sessions::load(store, "a", now).await.unwrap().map(|session| session.data).as_deref(), Some("two"));
        let later = now + Duration::minutes(5);
        assert_eq!(sessions::load(store, "a", later).await.unwrap(), None);
        assert_eq!(sessions::delete_expired(store, later).await.unwrap(), 1);
        assert_eq!(sessions::delete_expired(store, later).await.unwrap(), 0);
        outbox::run_once(&world.backend).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_ends_one_for_good() {
    on_both(|world| async move {
        let (hana, samir) = (world.caller("north", "hana").await, world.caller("north", "samir").await);
        let (store, now) = (world.backend.store(), world.backend.now());
        let long = |id, person| NewSession { expires: now + Duration::days(1), ..session(id, person, now) };
        for (id, person) in [("here", &hana), ("there", &hana), ("another's", &samir)] {
            sessions::create(store, long(id, Some(person.id()))).await.unwrap();
        }
        let ids = async || people::sessions_of(&world.backend, &hana).await.unwrap().into_iter().map(|one| one.id).collect::<Vec<_>>();
        world.clock.advance(Duration::minutes(9));
        sessions::note_seen(store, "there", world.backend.now()).await.unwrap();
        assert!(people::sessions_of(&world.backend, &hana).await.unwrap().iter().all(|one| one.seen == now), "noted a moment ago");
        world.clock.advance(Duration::minutes(1));
        assert!(sessions::load(store, "there", world.backend.now()).await.unwrap().unwrap().is_seen_long_ago);
        sessions::note_seen(store, "there", world.backend.now()).await.unwrap();
        assert!(!sessions::load(store, "there", world.backend.now()).await.unwrap().unwrap().is_seen_long_ago);
        assert_eq!(ids().await, ["there", "here"], "the one used last is first");
        let first = people::sessions_of(&world.backend, &hana).await.unwrap().remove(0);
        assert_eq!((first.started, first.seen), (now, now + Duration::minutes(10)));
        assert_eq!((first.address.as_str(), first.user_agent.as_str()), ("192.0.2.7", "Firefox"));

        assert!(matches!(refused(people::end_session(&world.backend, &hana, "another's").await), Refusal::NotFound));
        people::end_session(&world.backend, &hana, "there").await.unwrap();
        // A request that was on its way when it ended does not bring it back.
        sessions::save(store, "there", Some(hana.id()), "two").await.unwrap();
        assert_eq!(sessions::load(store, "there", world.backend.now()).await.unwrap(), None);
        assert_eq!(ids().await, ["here"]);
        assert_eq!(people::sessions_of(&world.backend, &samir).await.unwrap().len(), 1);

        people::set_password(&world.backend, "samir@north.example", PASSWORD).await.unwrap();
        sessions::create(store, long("too old", Some(samir.id()))).await.unwrap();
        assert_eq!(people::sessions_of(&world.backend, &samir).await.unwrap(), [], "a sign-in from before the new password");
    })
    .await;
}
