//! Somebody is disabled on screen: what they leave goes to whom it is given, or falls back; in one transaction, and written down.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::{Caller, approvals, audit, people, requests};
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::audit::wire::AuditFilter;
use domain::people::wire::{HandOver, HandedOver, PersonState};
use domain::requests::EventKind;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::work::TaskDraft;
use serde_json::json;

/// Three requests that wait for Ruth by name, and for the group that sets laptops up.
async fn three_laptops(world: &World, hana: &Caller) -> Vec<String> {
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(file(world, hana, "laptop", json!({"model": "light"})).await);
    }
    numbers
}

async fn waiting(world: &World, caller: &Caller) -> usize {
    approvals::inbox(&world.backend, caller, 0).await.unwrap().rows.len()
}

/// What the log says was done to people and things, the newest first.
async fn logged(world: &World, ada: &Caller) -> Vec<(String, String)> {
    let page = audit::page(&world.backend, ada, AuditFilter::default(), None).await.unwrap();
    page.rows.into_iter().filter(|row| row.way == "Command line" && row.actor.is_some()).map(|row| (row.words, row.name)).collect()
}

#[tokio::test]
async fn what_waits_for_somebody_who_leaves_goes_to_whom_it_is_given() {
    on_both(|world| async move {
        let (ada, hana, ruth, mina) = (
            world.caller("north", "ada").await,
            world.caller("north", "hana").await,
            world.caller("north", "ruth").await,
            world.caller("north", "mina").await,
        );
        let numbers = three_laptops(&world, &hana).await;
        let load = people::person_page(&world.backend, &ada, ruth.id()).await.unwrap().load;
        assert_eq!((load.decisions.count(), load.rules.len(), load.lonely_groups.len()), (3, 2, 1));
        let group = load.lonely_groups[0].id;
        let hand = HandOver {
            decisions: Some(mina.id()),
            rules: Some(mina.id()),
            groups: vec![(group, mina.id())],
            reason: "  Left on Friday ".to_owned(),
            ..HandOver::default()
        };
        let done = people::disable_person(&world.backend, &ada, ruth.id(), hand).await.unwrap();
        assert_eq!(done.handed, HandedOver { decisions: 3, rules: 2, groups: 1, ..HandedOver::default() });
        assert_eq!((done.view.state, done.view.load.decisions.count(), done.view.load.rules.len()), (PersonState::Disabled, 0, 0));
        assert_eq!((waiting(&world, &mina).await, waiting(&world, &ada).await), (3, 0));
        assert!(people::caller(&world.backend, "north", "ruth@north.example").await.is_err());
        let page = requests::page(&world.backend, &ada, &numbers[0]).await.unwrap();
        let given = page.events.iter().find_map(|event| match &event.what {
            EventKind::Rerouted { words, reason, .. } => Some((event.actor.clone().unwrap().name, words.clone(), reason.clone())),
            _ => None,
        });
        assert_eq!(given.unwrap(), ("Ada Marsh".to_owned(), "Mina Park".to_owned(), "Left on Friday".to_owned()));
        decide(&world, &mina, &numbers[0], ApproverVerdict::Approve, "").await.unwrap();
        // What is filed from now on asks her too; she is in the group.
        let next = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        let words = &requests::page(&world.backend, &ada, &next).await.unwrap().approval.rules[0].words;
        assert_eq!(words, "Mina Park");
        let mina = people::person_page(&world.backend, &ada, mina.id()).await.unwrap();
        assert_eq!(mina.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["Finance"]);
        let log = logged(&world, &ada).await;
        for entry in [("Person disabled", "Ruth Abel"), ("Catalog item changed", "Laptop"), ("Person changed", "Mina Park")] {
            assert!(log.contains(&(entry.0.to_owned(), entry.1.to_owned())), "{entry:?}: {log:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_given_to_nobody_falls_back_to_the_administrators() {
    on_both(|world| async move {
        let (ada, hana, ruth) =
            (world.caller("north", "ada").await, world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let numbers = three_laptops(&world, &hana).await;
        // One of them is hers: nobody gives herself a decision about her own request, so it falls back.
        let own = file(&world, &ada, "laptop", json!({"model": "light"})).await;
        let done = people::disable_person(&world.backend, &ada, ruth.id(), HandOver::default()).await.unwrap();
        assert_eq!(done.handed, HandedOver { fell_back: 4, ..HandedOver::default() });
        assert_eq!(waiting(&world, &ada).await, 3);
        let rule = &requests::page(&world.backend, &ada, &numbers[0]).await.unwrap().approval.rules[0];
        assert_eq!(rule.words, "Ruth Abel, or any administrator");
        assert!(requests::page(&world.backend, &ada, &own).await.is_ok());
        let back = people::enable_person(&world.backend, &ada, ruth.id()).await.unwrap();
        assert_eq!((back.state, back.load.decisions.count()), (PersonState::Active, 4), "both can decide");
        assert_eq!(waiting(&world, &world.caller("north", "ruth").await).await, 4);
        let log = logged(&world, &ada).await;
        assert_eq!(log.iter().map(|(words, _)| words.as_str()).collect::<Vec<_>>(), ["Person enabled", "Person disabled"]);
    })
    .await;
}

#[tokio::test]
async fn work_and_tasks_go_to_whoever_works_and_what_cannot_go_stays_and_is_counted() {
    on_both(|world| async move {
        let (ada, hana, ruth, mina) = (
            world.caller("north", "ada").await,
            world.caller("north", "hana").await,
            world.caller("north", "ruth").await,
            world.caller("north", "mina").await,
        );
        let number = file(&world, &hana, "note", json!({"text": "Please"})).await;
        paged::act(&world.backend, &mina, &number, ActionCall::new(ActionKind::AssignToMe, ""), None).await.unwrap();
        let draft =
            TaskDraft { title: "Look".to_owned(), description: String::new(), assignee: Some(mina.id()), due: None, required: false };
        requests::add_task(&world.backend, &mina, &number, draft).await.unwrap();
        let load = people::person_page(&world.backend, &ada, mina.id()).await.unwrap().load;
        assert_eq!((load.work.count(), load.tasks.count()), (1, 1));
        // Ruth works on nothing.
        let hand = HandOver { work: Some(ruth.id()), tasks: Some(ada.id()), ..HandOver::default() };
        let done = people::disable_person(&world.backend, &ada, mina.id(), hand).await.unwrap();
        assert_eq!(done.handed, HandedOver { tasks: 1, stayed: 1, ..HandedOver::default() });
        people::enable_person(&world.backend, &ada, mina.id()).await.unwrap();
        let hand = HandOver { work: Some(ada.id()), ..HandOver::default() };
        let done = people::disable_person(&world.backend, &ada, mina.id(), hand).await.unwrap();
        assert_eq!(done.handed, HandedOver { work: 1, ..HandedOver::default() });
        let page = requests::page(&world.backend, &ada, &number).await.unwrap();
        assert_eq!(page.work.tasks[0].task.assignee.as_ref().unwrap().name, "Ada Marsh");
    })
    .await;
}

#[tokio::test]
async fn nobody_disables_themselves_the_last_administrator_or_whom_they_do_not_look_after() {
    on_both(|world| async move {
        world.apply_file("north", "grants.yaml", "- {person: samir@north.example, role: admin}\n").await;
        let (ada, samir, ruth, hana) = (
            world.caller("north", "ada").await,
            world.caller("north", "samir").await,
            world.caller("north", "ruth").await,
            world.caller("north", "hana").await,
        );
        let disable = async |by: &Caller, whom: &Caller, hand: HandOver| people::disable_person(&world.backend, by, whom.id(), hand).await;
        assert!(matches!(refusal(disable(&ada, &ada, HandOver::default()).await), Refusal::NotNow { .. }));
        assert_eq!(refusal(disable(&ruth, &hana, HandOver::default()).await), Refusal::NotFound);
        assert_eq!(refusal(people::enable_person(&world.backend, &ruth, hana.id()).await), Refusal::NotFound);
        let otto = world.caller("south", "otto").await;
        assert_eq!(refusal(disable(&ada, &otto, HandOver::default()).await), Refusal::NotFound);
        let themselves = HandOver { decisions: Some(hana.id()), ..HandOver::default() };
        assert!(matches!(refusal(disable(&ada, &hana, themselves).await), Refusal::Input { path, .. } if path == "decisions"));
        let long = HandOver { reason: "x".repeat(501), ..HandOver::default() };
        assert!(matches!(refusal(disable(&ada, &hana, long).await), Refusal::Input { path, .. } if path == "reason"));
        disable(&ada, &hana, HandOver::default()).await.unwrap();
        assert_eq!(refusal(disable(&ada, &hana, HandOver::default()).await), Refusal::conflict("Hana Sato is disabled already."));
        assert_eq!(refusal(people::enable_person(&world.backend, &ada, ruth.id()).await), Refusal::conflict("Ruth Abel is not disabled."));
        disable(&samir, &ada, HandOver::default()).await.unwrap();
        // Ada is gone: nothing of hers counts any longer.
        assert_eq!(refusal(disable(&ada, &samir, HandOver::default()).await), Refusal::NotFound);
    })
    .await;
}
