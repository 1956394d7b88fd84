//! The audit log: every change by an administrator or the command line is in it once, with what it was and is; nothing in it changes, and
//! nothing secret or of another organization is read in it.

use crate::harness::{World, fixture, on_both};
use backend::people;
use backend::{CallOrigin, Caller, Error, audit, console, notices};
use chrono::Duration;
use domain::Refusal;
use domain::audit::compare::ValueChange;
use domain::audit::wire::{AuditDetail, AuditFilter, AuditPage};
use domain::audit::{AuditThing, AuditWay};
use domain::connectors::wire::{ConnectorInput, ConsolePeriod};
use domain::forms::Answers;
use domain::notices::NoticeChannel;
use domain::notices::wire::ChangeOurs;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

fn ever() -> AuditFilter {
    AuditFilter { period: ConsolePeriod::Ever, ..AuditFilter::default() }
}

async fn list(world: &World, filter: AuditFilter) -> AuditPage {
    audit::page(&world.backend, &world.caller("north", "ada").await, filter, None).await.unwrap()
}

/// What the log says was done since it said this many things, the newest first.
async fn said(world: &World, filter: AuditFilter) -> Vec<(String, String)> {
    list(world, filter).await.rows.into_iter().map(|row| (row.words, row.name)).collect()
}

async fn newest(world: &World) -> AuditDetail {
    let page = list(world, ever()).await;
    audit::entry(&world.backend, &world.caller("north", "ada").await, page.rows[0].id).await.unwrap()
}

fn change(path: &str, before: Option<&str>, after: Option<&str>) -> ValueChange {
    ValueChange { path: path.to_owned(), before: before.map(str::to_owned), after: after.map(str::to_owned) }
}

fn answers(value: Value) -> Answers {
    serde_json::from_value(value).unwrap()
}

async fn from_the_web(world: &World, name: &str) -> Caller {
    let mut caller = world.caller("north", name).await;
    caller = caller.calling_from(CallOrigin { address: "192.0.2.14".to_owned(), device: "Firefox on Linux".to_owned() });
    caller.proof = backend::CallerProof::SignIn(world.backend.now());
    caller
}

fn webhook(key: &str, settings: Value) -> ConnectorInput {
    ConnectorInput { key: key.to_owned(), kind: "webhook".to_owned(), settings: answers(settings), forget: Vec::new() }
}

/// Everything that the database holds, as one text.
async fn whole_log(world: &World) -> String {
    let database = sea_orm::Database::connect(&world.url).await.unwrap();
    let mut text = String::new();
    for table in ["audit_entries", "audit_personal_values"] {
        let columns = if table == "audit_entries" { "thing_id || thing_name || changes || reason || search" } else { "changes" };
        let query = Statement::from_string(database.get_database_backend(), format!("SELECT {columns} FROM {table}"));
        for row in database.query_all_raw(query).await.unwrap() {
            text.push_str(&row.try_get_by_index::<String>(0).unwrap());
        }
    }
    database.close().await.unwrap();
    text
}

#[tokio::test]
async fn a_connector_that_is_saved_is_in_the_log_without_its_secrets() {
    on_both(|world| async move {
        let ada = from_the_web(&world, "ada").await;
        let settings = json!({"name": "Hook", "url": "https://hook.example/in", "secret": "whsec_Y2FuYXJ5LW9uZS1jYW5hcnktb25l"});
        let key = console::save(&world.backend, &ada, webhook("", settings)).await.unwrap();
        let made = newest(&world).await;
        assert_eq!((made.row.words.as_str(), made.row.name.as_str(), made.row.way.as_str()), ("Connector added", "Hook", "Web"));
        assert_eq!((made.address.as_str(), made.device.as_str()), ("192.0.2.14", "Firefox on Linux"));
        assert_eq!(
            (made.thing, made.thing_id.as_str(), made.row.actor.unwrap().name.as_str()),
            (Some(AuditThing::Connector), key.as_str(), "Ada Marsh")
        );
        assert!(made.changes.values.contains(&change("settings › secret", None, Some("(secret)"))), "{:?}", made.changes);

        let changed = json!({"name": "Hook", "url": "https://hook.example/out", "secret": "whsec_Y2FuYXJ5LXR3by1jYW5hcnktdHdv"});
        console::save(&world.backend, &ada, webhook(&key, changed)).await.unwrap();
        let expected = [
            change("settings › url", Some("https://hook.example/in"), Some("https://hook.example/out")),
            change("settings › secret", Some("(secret)"), Some("(new secret)")),
        ];
        assert_eq!(newest(&world).await.changes.values, expected);

        let before = list(&world, ever()).await.total;
        let same = json!({"name": "Hook", "url": "https://hook.example/out"});
        console::save(&world.backend, &ada, webhook(&key, same)).await.unwrap();
        let refused = console::save(&world.backend, &ada, webhook(&key, json!({"name": "Hook", "url": "nowhere"}))).await;
        assert!(matches!(refused, Err(Error::Refused(Refusal::Problems { .. }))), "{refused:?}");
        assert_eq!(list(&world, ever()).await.total, before, "neither what changes nothing nor what is refused is a change");
        let log = whole_log(&world).await;
        assert!(log.contains("hook.example") && !log.to_lowercase().contains("whsec") && !log.contains("Y2FuYXJ5"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn holding_a_destination_and_deciding_for_all_are_in_the_log() {
    on_both(|world| async move {
        let ada = from_the_web(&world, "ada").await;
        let desk = "- {key: desk, name: Service desk, kind: webhook, settings: {url: 'https://hook.example/'}}\n";
        world.apply_file("north", "connectors.yaml", desk).await;
        for held in [true, true, false] {
            world.clock.advance(Duration::seconds(1));
            console::hold(&world.backend, &ada, "desk".into(), held).await.unwrap();
        }
        world.clock.advance(Duration::seconds(1));
        let switch = ChangeOurs::Switch { event: "request_approved".into(), channel: NoticeChannel::Email, on: false, locked: true };
        notices::change_ours(&world.backend, &ada, switch.clone()).await.unwrap();
        notices::change_ours(&world.backend, &ada, switch).await.unwrap();
        let said = said(&world, AuditFilter { way: Some(AuditWay::Web), ..ever() }).await;
        let said: Vec<(&str, &str)> = said.iter().map(|(words, name)| (words.as_str(), name.as_str())).collect();
        let desk = "Service desk";
        assert_eq!(said, [("Notifications changed", "Northmoor Utilities"), ("Connector let go on", desk), ("Connector held back", desk)]);
        let values = newest(&world).await.changes.values;
        assert!(values.iter().any(|value| value.path.contains("request approved") && value.after.as_deref() == Some("Yes")), "{values:?}");
    })
    .await;
}

#[tokio::test]
async fn an_applied_folder_is_in_the_log_thing_by_thing() {
    on_both(|world| async move {
        let people = fixture("north").into_iter().find(|(path, _)| path == "people.yaml").unwrap().1;
        world.clock.advance(Duration::seconds(1));
        let people = people.replace("title: Analyst", "title: Lead analyst\n  manager: ruth@north.example").replace("[operator]", "[supervisor]");
        world.apply_file("north", "people.yaml", &people).await;
        let log = list(&world, AuditFilter { thing: Some(AuditThing::Person), ..ever() }).await;
        let latest = log.rows[0].at;
        let changed: Vec<_> = log.rows.iter().filter(|row| row.at == latest).collect();
        let mut names: Vec<&str> = changed.iter().map(|row| row.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["Hana Sato", "Mina Park"]);
        assert!(changed.iter().all(|row| row.words == "Person changed" && row.way == "Command line" && row.actor.is_none()));
        let ada = world.caller("north", "ada").await;
        let hana = changed.iter().find(|row| row.name == "Hana Sato").unwrap();
        let hana = audit::entry(&world.backend, &ada, hana.id).await.unwrap();
        assert_eq!(hana.changes.values, [change("manager", None, Some("Ruth Abel")), change("title", Some("Analyst"), Some("Lead analyst"))]);

        world.clock.advance(Duration::seconds(1));
        let groups = "- key: finance\n  name: Money\n  members:\n    - email: ruth@north.example\n      roles: [it-forms-admin]\n    - email: hana@north.example\n";
        world.apply_file("north", "groups.yaml", groups).await;
        let rows = list(&world, ever()).await.rows;
        let said: Vec<(&str, &str)> = rows.iter().take(3).map(|row| (row.words.as_str(), row.name.as_str())).collect();
        for one in [("Group changed", "Money"), ("Person changed", "Ruth Abel"), ("Person changed", "Hana Sato")] {
            assert!(said.contains(&one), "{said:?}");
        }
        let before = list(&world, ever()).await.total;
        world.apply_file("north", "groups.yaml", groups).await;
        assert_eq!(list(&world, ever()).await.total, before, "applied again it changes nothing");
    })
    .await;
}

#[tokio::test]
async fn what_the_command_line_does_to_accounts_is_in_the_log_of_each_organization() {
    on_both(|world| async move {
        world.clock.advance(Duration::seconds(1));
        people::set_password(&world.backend, "both@shared.example", "a long password of theirs").await.unwrap();
        people::disable(&world.backend, "hana@north.example", Some("north")).await.unwrap();
        people::enable(&world.backend, "hana@north.example", Some("north")).await.unwrap();
        people::create_account(&world.backend, "new@north.example", "Nour Haddad", "a long password of theirs", false, "north")
            .await
            .unwrap();
        let latest = list(&world, ever()).await.rows.into_iter().take(4);
        let mut latest: Vec<String> = latest.map(|row| format!("{}: {}", row.words, row.name)).collect();
        latest.sort_unstable();
        assert_eq!(
            latest,
            ["Password set: Tomás O'Neill", "Person added: Nour Haddad", "Person disabled: Hana Sato", "Person enabled: Hana Sato"]
        );
        let south = audit::page(&world.backend, &world.caller("south", "otto").await, ever(), None).await.unwrap();
        assert_eq!((south.rows[0].words.as_str(), south.rows[0].name.as_str()), ("Password set", "Tomás O'Neill"));
        assert!(!whole_log(&world).await.contains("a long password"));
    })
    .await;
}

#[tokio::test]
async fn the_log_is_read_by_those_who_may_and_of_their_organization_alone() {
    on_both(|world| async move {
        let entry = list(&world, ever()).await.rows[0].id;
        for name in ["hana", "mina", "samir"] {
            let caller = world.caller("north", name).await;
            for answer in [
                audit::page(&world.backend, &caller, ever(), None).await.map(|_| ()),
                audit::entry(&world.backend, &caller, entry).await.map(|_| ()),
                audit::export(&world.backend, &caller, ever(), None).await.map(|_| ()),
            ] {
                assert!(matches!(answer, Err(Error::Refused(Refusal::NotFound))), "{name}: {answer:?}");
            }
        }
        let otto = world.caller("south", "otto").await;
        assert!(matches!(audit::entry(&world.backend, &otto, entry).await, Err(Error::Refused(Refusal::NotFound))));
        let (south, _) = audit::export(&world.backend, &otto, ever(), None).await.unwrap();
        assert!(!south.is_empty() && !serde_json::to_string(&south).unwrap().contains("north.example"));
    })
    .await;
}

#[tokio::test]
async fn the_log_is_searched_by_what_was_done_by_people_and_by_values_and_goes_on_page_by_page() {
    on_both(|world| async move {
        let ada = from_the_web(&world, "ada").await;
        for number in 0..30 {
            world.clock.advance(Duration::seconds(1));
            let input = webhook("", json!({"name": format!("Hook {number}"), "url": format!("https://site-{number}.example/")}));
            console::save(&world.backend, &ada, input).await.unwrap();
        }
        let find = async |text: &str| said(&world, AuditFilter { text: text.to_owned(), ..ever() }).await.len();
        assert_eq!(find("site-17").await, 1);
        assert_eq!(find("Hook 29").await, 1);
        assert_eq!(find("ada marsh").await, 25, "a page of what she did, and of what was done to her");
        assert_eq!(find("hana").await, 1, "her account");
        assert_eq!(find("100%_").await, 0, "what LIKE takes for a pattern is taken as it is written");
        let mine = AuditFilter { actor: Some(ada.id()), thing: Some(AuditThing::Connector), ..ever() };
        let first = audit::page(&world.backend, &ada, mine.clone(), None).await.unwrap();
        let second = audit::page(&world.backend, &ada, mine.clone(), first.next.clone()).await.unwrap();
        assert_eq!((first.total, first.rows.len(), second.rows.len(), second.next), (30, 25, 5, None));
        assert_eq!(second.rows[4].name, "Hook 0");
        let one = AuditFilter { thing_id: "hook-3".to_owned(), ..mine.clone() };
        assert_eq!(said(&world, one).await, [("Connector added".to_owned(), "Hook 3".to_owned())]);
        assert_eq!(first.actors.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Ada Marsh"]);
        world.clock.advance(Duration::days(2));
        assert_eq!(said(&world, AuditFilter { period: ConsolePeriod::Day, ..mine }).await, []);
        let (exported, next) = audit::export(&world.backend, &ada, ever(), None).await.unwrap();
        assert_eq!((exported.len() as u64, next), (list(&world, ever()).await.total, None));
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_change_or_remove_an_entry() {
    on_both(|world| async move {
        let database = sea_orm::Database::connect(&world.url).await.unwrap();
        for statement in [
            "UPDATE audit_entries SET kind = 'person_created'",
            "DELETE FROM audit_entries",
            "UPDATE audit_personal_values SET changes = '{}'",
        ] {
            let done = database.execute_unprepared(statement).await;
            assert!(done.is_err(), "{statement} was done");
        }
        database.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_forgotten_of_a_person_leaves_the_entry_and_takes_the_values() {
    on_both(|world| async move {
        let hana = list(&world, AuditFilter { text: "hana".into(), ..ever() }).await.rows[0].id;
        let ada = world.caller("north", "ada").await;
        assert!(!audit::entry(&world.backend, &ada, hana).await.unwrap().changes.is_empty());
        let database = sea_orm::Database::connect(&world.url).await.unwrap();
        let text = database
            .query_all_raw(Statement::from_string(
                database.get_database_backend(),
                "SELECT changes FROM audit_entries WHERE about_id IS NOT NULL",
            ))
            .await
            .unwrap();
        assert!(text.iter().all(|row| row.try_get_by_index::<String>(0).unwrap().is_empty()), "nothing of a person stands in the entry");
        database.execute_unprepared("DELETE FROM audit_personal_values").await.unwrap();
        database.close().await.unwrap();
        let forgotten = audit::entry(&world.backend, &ada, hana).await.unwrap();
        assert!(forgotten.changes.is_empty() && forgotten.row.words == "Person added", "{forgotten:?}");
    })
    .await;
}
