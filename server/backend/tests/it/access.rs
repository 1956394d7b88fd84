//! Spaces and grants: what somebody who holds a role over a part of an organization sees, works on and is offered, and what not.

use crate::harness::{World, fixture, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::{Caller, definitions, people, requests};
use chrono::Duration;
use domain::Refusal;
use domain::access::spaces::SpaceRef;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::queue::QueueFilter;
use domain::requests::wire::MyFilter;
use serde_json::json;

/// Main holds Lab; Annex stands beside. Petra maintains Main, Samir the annex, Jonas with his group the item "access"; Ruth belongs to
/// the lab and Hana to the annex.
pub async fn settle(world: &World) {
    let spaces = "- {key: main, name: Main campus}\n- {key: lab, name: Lab, parent: main}\n- {key: annex, name: Annex, contact: Porter}\n";
    let grants = "- {person: petra@north.example, role: maintainer, space: main}\n\
                  - {person: samir@north.example, role: maintainer, space: annex}\n\
                  - {group: contractors, role: maintainer, item: access}\n";
    let people = fixture("north").into_iter().find(|(path, _)| path == "people.yaml").unwrap().1;
    let people = people.replace("title: Finance lead", "title: Finance lead\n  space: lab");
    let people = people.replace("title: Analyst", "title: Analyst\n  space: annex");
    let files = [("spaces.yaml", spaces), ("grants.yaml", grants), ("people.yaml", &people)];
    world.apply("north", files.map(|(path, text)| (path.to_owned(), text.to_owned())).to_vec()).await.unwrap();
}

async fn note(world: &World, who: &str) -> String {
    let who = world.caller("north", who).await;
    world.clock.advance(Duration::minutes(1));
    file(world, &who, "note", json!({"text": "A lamp is broken"})).await
}

async fn queue(world: &World, who: &Caller, filter: QueueFilter) -> Vec<String> {
    let page = requests::queue(&world.backend, who, filter, None).await.unwrap();
    page.rows.into_iter().map(|row| row.summary.number).collect()
}

/// The queue of somebody as they are now.
async fn seen(world: &World, who: &str) -> Vec<String> {
    queue(world, &world.caller("north", who).await, QueueFilter::default()).await
}

#[tokio::test]
async fn a_maintainer_of_a_space_has_what_is_in_it_and_below_it_and_nothing_else() {
    on_both(|world| async move {
        settle(&world).await;
        let (lab, annex, nowhere) = (note(&world, "ruth").await, note(&world, "hana").await, note(&world, "ada").await);
        assert_eq!(seen(&world, "petra").await, [lab.as_str()]);
        assert_eq!(seen(&world, "samir").await, [annex.as_str()]);
        assert_eq!(seen(&world, "mina").await, [lab.as_str(), annex.as_str(), nowhere.as_str()], "works everywhere");
        let petra = world.caller("north", "petra").await;
        let page = requests::page(&world.backend, &petra, &lab).await.unwrap();
        assert_eq!(page.summary.space.as_deref(), Some("Lab"));
        assert!(page.allowed.may(ActionKind::AssignToMe));
        for hidden in [&annex, &nowhere] {
            assert!(matches!(refusal(requests::page(&world.backend, &petra, hidden).await), Refusal::NotFound));
            let call = ActionCall::new(ActionKind::AssignToMe, "");
            assert!(matches!(refusal(requests::act(&world.backend, &petra, hidden, call, None).await), Refusal::NotFound));
            assert_eq!(queue(&world, &petra, QueueFilter { text: hidden.clone(), ..QueueFilter::default() }).await, [""; 0]);
        }
        let page = requests::queue(&world.backend, &petra, QueueFilter::default(), None).await.unwrap();
        assert_eq!((page.counts.open, page.counts.unassigned), (1, 1));
        let spaces: Vec<&str> = page.spaces.iter().map(|space| space.key.as_str()).collect();
        assert_eq!(spaces, ["lab", "main"]);
        let names: Vec<&str> = page.people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["Ada Marsh", "Mina Park", "Petra Novak"], "and not who works beside");
        let board = requests::board(&world.backend, &petra, QueueFilter::default()).await.unwrap();
        assert_eq!(board.lanes.iter().map(|lane| lane.count).sum::<u32>(), 1);
        let found = people::search_workers(&world.backend, &petra, "").await.unwrap();
        assert!(found.iter().all(|person| person.name != "Samir Haddad"), "{found:?}");
        assert!(people::me(&world.backend, &petra).await.unwrap().permissions.holds(domain::permission::Permission::Work));
    })
    .await;
}

#[tokio::test]
async fn every_filter_keeps_to_what_is_reached() {
    on_both(|world| async move {
        settle(&world).await;
        let (lab, _annex) = (note(&world, "ruth").await, note(&world, "hana").await);
        let petra = world.caller("north", "petra").await;
        let everything = QueueFilter::default();
        let filters = [
            QueueFilter { item: Some("note".to_owned()), ..everything.clone() },
            QueueFilter { holder: Some(domain::requests::queue::AssigneeChoice::Nobody), ..everything.clone() },
            QueueFilter { status: Some(domain::requests::Status::Open), ..everything.clone() },
            QueueFilter { text: "note".to_owned(), ..everything.clone() },
            QueueFilter { text: "N".to_owned(), ..everything.clone() },
            QueueFilter { text: "lamp".to_owned(), ..everything.clone() },
            QueueFilter { space: Some("main".to_owned()), ..everything.clone() },
            QueueFilter { space: Some("lab".to_owned()), ..everything.clone() },
        ];
        for filter in filters {
            let found = queue(&world, &petra, filter.clone()).await;
            assert!(found.iter().all(|number| *number == lab), "{filter:?}: {found:?}");
            assert!(!found.is_empty() || filter.text == "lamp", "{filter:?}");
        }
        for empty in ["annex", "moon"] {
            assert_eq!(queue(&world, &petra, QueueFilter { space: Some(empty.to_owned()), ..everything.clone() }).await, [""; 0]);
        }
        // Whoever has everything filters the same way.
        let mina = world.caller("north", "mina").await;
        assert_eq!(queue(&world, &mina, QueueFilter { space: Some("main".to_owned()), ..everything.clone() }).await, [lab.as_str()]);
        let petra = world.caller("north", "petra").await;
        paged::act(&world.backend, &petra, &lab, ActionCall::new(ActionKind::AssignToMe, ""), None).await.unwrap();
        assert_eq!(people::me(&world.backend, &petra).await.unwrap().work_count, 1);
    })
    .await;
}

#[tokio::test]
async fn a_grant_over_an_item_reaches_its_requests_wherever_they_are() {
    on_both(|world| async move {
        settle(&world).await;
        let hana = world.caller("north", "hana").await;
        let asked = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        let other = note(&world, "hana").await;
        assert_eq!(seen(&world, "jonas").await, [asked.as_str()]);
        let jonas = world.caller("north", "jonas").await;
        assert!(requests::page(&world.backend, &jonas, &asked).await.is_ok());
        assert!(matches!(refusal(requests::page(&world.backend, &jonas, &other).await), Refusal::NotFound));
    })
    .await;
}

#[tokio::test]
async fn moving_a_space_moves_what_is_under_it_and_not_what_was_filed() {
    on_both(|world| async move {
        settle(&world).await;
        let lab = note(&world, "ruth").await;
        world.apply_file("north", "spaces.yaml", "- {key: lab, name: Laboratory, parent: annex}\n").await;
        assert_eq!((seen(&world, "petra").await, seen(&world, "samir").await), (vec![], vec![lab.clone()]));
        let samir = world.caller("north", "samir").await;
        let page = requests::page(&world.backend, &samir, &lab).await.unwrap();
        assert_eq!(page.summary.space.as_deref(), Some("Lab"), "as it was called when it was filed");
    })
    .await;
}

#[tokio::test]
async fn a_grant_counts_while_its_time_lasts() {
    on_both(|world| async move {
        settle(&world).await;
        let lab = note(&world, "ruth").await;
        let grants =
            "- {person: petra@north.example, role: maintainer, space: main, from: '2026-03-12T10:00:00Z', until: '2026-03-12T11:00:00Z'}\n";
        world.apply_file("north", "grants.yaml", grants).await;
        let petra = world.caller("north", "petra").await;
        assert!(matches!(refusal(requests::queue(&world.backend, &petra, QueueFilter::default(), None).await), Refusal::NotFound));
        assert_eq!(petra.changes_at.unwrap().to_rfc3339(), "2026-03-12T10:00:00+00:00");
        world.clock.advance(Duration::hours(1));
        assert_eq!(seen(&world, "petra").await, [lab]);
        world.clock.advance(Duration::hours(1));
        let petra = world.caller("north", "petra").await;
        assert!(matches!(refusal(requests::queue(&world.backend, &petra, QueueFilter::default(), None).await), Refusal::NotFound));
    })
    .await;
}

#[tokio::test]
async fn the_space_of_a_request_is_its_items_or_the_one_that_was_picked_or_the_requesters() {
    on_both(|world| async move {
        settle(&world).await;
        let form = "key: note\ntitle: Note\nsections:\n  - key: note\n    title: Note\n    fields:\n      - {key: text, label: Text, type: text}\n      - {key: where, label: Where, type: space_picker}\n";
        world.apply_file("north", "forms/note.yaml", form).await;
        let ruth = world.caller("north", "ruth").await;
        let offered = people::search_spaces(&world.backend, &ruth, "ann").await.unwrap();
        let [annex] = offered.as_slice() else { panic!("{offered:?}") };
        let space = async |number: &str| requests::page(&world.backend, &ruth, number).await.unwrap().summary.space;
        let picked = file(&world, &ruth, "note", json!({"text": "x", "where": {"id": annex.id, "name": "Somewhere"}})).await;
        assert_eq!(space(&picked).await.as_deref(), Some("Annex"), "as it is called, whatever was sent");
        let own = file(&world, &ruth, "note", json!({"text": "x"})).await;
        assert_eq!(space(&own).await.as_deref(), Some("Lab"));
        let item = fixture("north").into_iter().find(|(path, _)| path == "items/note.yaml").unwrap().1;
        world.apply_file("north", "items/note.yaml", &format!("{item}space: main\n")).await;
        let ruth = world.caller("north", "ruth").await;
        let fixed = file(&world, &ruth, "note", json!({"text": "x", "where": {"id": annex.id, "name": "Annex"}})).await;
        assert_eq!(requests::page(&world.backend, &ruth, &fixed).await.unwrap().summary.space.as_deref(), Some("Main campus"));
        let mine = requests::mine(&world.backend, &ruth, MyFilter::Open, None).await.unwrap();
        let mut spaces: Vec<&str> = mine.rows.iter().filter_map(|row| row.space.as_deref()).collect();
        spaces.sort_unstable();
        assert_eq!(spaces, ["Annex", "Lab", "Main campus"]);
    })
    .await;
}

#[tokio::test]
async fn spaces_are_offered_where_somebody_may_make_requests() {
    on_both(|world| async move {
        settle(&world).await;
        let people = fixture("north").into_iter().find(|(path, _)| path == "people.yaml").unwrap().1;
        let people = people.replace("title: Platform engineer\n  roles: [requester]", "title: Platform engineer\n  roles: []");
        world.apply_file("north", "people.yaml", &people).await;
        let names = |found: Vec<SpaceRef>| found.into_iter().map(|space| space.name).collect::<Vec<_>>();
        let petra = world.caller("north", "petra").await;
        assert_eq!(names(people::search_spaces(&world.backend, &petra, "").await.unwrap()), ["Lab", "Main campus"]);
        let hana = world.caller("north", "hana").await;
        assert_eq!(names(people::search_spaces(&world.backend, &hana, "").await.unwrap()), ["Annex", "Lab", "Main campus"]);
        let otto = world.caller("south", "otto").await;
        assert_eq!(names(people::search_spaces(&world.backend, &otto, "").await.unwrap()), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_role_of_its_own_allows_what_it_says() {
    on_both(|world| async move {
        settle(&world).await;
        world.apply_file("north", "roles.yaml", "- {key: night-desk, name: Night desk, permissions: [work, see_requests]}\n").await;
        let people = fixture("north").into_iter().find(|(path, _)| path == "people.yaml").unwrap().1;
        let people = people.replace("title: Analyst\n  roles: [requester]", "title: Analyst\n  roles: [night-desk]");
        world.apply_file("north", "people.yaml", &people).await;
        let number = note(&world, "ada").await;
        assert_eq!(seen(&world, "hana").await, [number.as_str()]);
        let mina = world.caller("north", "mina").await;
        let workers = people::search_workers(&world.backend, &mina, "hana").await.unwrap();
        assert_eq!(workers.len(), 1, "found by what their own role allows");
        // What a role says changes for everybody who holds it, at once.
        world.apply_file("north", "roles.yaml", "- {key: night-desk, name: Night desk, permissions: [see_requests]}\n").await;
        let hana = world.caller("north", "hana").await;
        assert!(matches!(refusal(requests::queue(&world.backend, &hana, QueueFilter::default(), None).await), Refusal::NotFound));
        assert!(requests::page(&world.backend, &hana, &number).await.is_ok());
        assert_eq!(people::search_workers(&world.backend, &mina, "hana").await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn spaces_roles_and_grants_come_back_as_files() {
    on_both(|world| async move {
        settle(&world).await;
        world.apply_file("north", "roles.yaml", "- {key: night-desk, name: Night desk, permissions: [work]}\n").await;
        let files = definitions::export(&world.backend, "north").await.unwrap();
        for path in ["spaces.yaml", "roles.yaml", "grants.yaml"] {
            assert!(files.iter().any(|(name, _)| name == path), "{path}");
        }
        let plan = world.apply("north", files.clone()).await.unwrap();
        assert_eq!(plan.changes, 0, "{plan}");
        assert_eq!(definitions::export(&world.backend, "north").await.unwrap(), files);
        // What files granted they take away again, and say so.
        let plan = world.apply_file("north", "grants.yaml", "- {person: petra@north.example, role: maintainer, space: main}\n").await;
        let gone = plan.lines.iter().filter(|line| line.contains("taken away (no longer in grants.yaml)")).count();
        assert_eq!((gone, plan.changes), (2, 2), "{plan}");
        let plan = world.apply("north", vec![("spaces.yaml".to_owned(), "- {key: main, name: Main, parent: lab}\n".to_owned())]).await;
        assert!(matches!(refusal(plan), Refusal::Input { message, .. } if message.contains("inside itself")));
    })
    .await;
}
