//! Deputies: deciding in the place of somebody who is away, and where that ends.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{answers, file, refusal};
use backend::live::LiveChange;
use backend::{Caller, approvals, delegations, requests};
use chrono::{DateTime, Duration, Utc};
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::away::{AwayRow, AwayView, DelegationPhase};
use domain::approvals::wire::ApproverDecision;
use domain::requests::{EventKind, Status};
use serde_json::{Value, json};

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// Answers that make somebody a deputy from today for so many days.
fn away(world: &World, to: &Caller, days: i64) -> Value {
    let now = world.backend.now();
    json!({
        "to": {"id": to.id().to_string(), "name": to.facts.person.name},
        "since": day(now), "until": day(now + Duration::days(days - 1)), "scope": "all",
    })
}

/// Makes somebody a deputy from today for so many days.
pub async fn lend(world: &World, from: &Caller, to: &Caller, days: i64) -> AwayRow {
    lend_as(world, from, away(world, to, days)).await
}

async fn lend_as(world: &World, from: &Caller, given: Value) -> AwayRow {
    paged::begin_away(&world.backend, from, answers(given)).await.unwrap().given.remove(0)
}

/// The person as they are now: facts are read anew for each HTTP request.
pub async fn again(world: &World, caller: &Caller) -> Caller {
    world.caller("north", &caller.email).await
}

pub async fn waiting(world: &World, caller: &Caller) -> u64 {
    let caller = again(world, caller).await;
    let count = approvals::count(&world.backend, &caller).await.unwrap();
    let inbox = approvals::inbox(&world.backend, &caller, 0).await.unwrap();
    assert_eq!((inbox.count, inbox.rows.len() as u64), (count, count), "the inbox and its badge");
    count
}

/// A decision as somebody would send it who looked before.
fn blind(number: &str, verdict: ApproverVerdict) -> ApproverDecision {
    ApproverDecision { number: number.to_owned(), verdict, reason: "Because".to_owned(), seen: 1 }
}

fn problem_of(result: backend::Result<AwayView>) -> (String, String) {
    match refusal(result) {
        Refusal::Problems { mut problems } => (problems[0].field.clone(), problems.remove(0).message),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_deputy_decides_and_both_names_are_recorded() {
    on_both(|world| async move {
        let (hana, ruth, jonas) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "jonas").await);
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        assert_eq!(waiting(&world, &jonas).await, 0);
        assert_eq!(refusal(requests::page(&world.backend, &jonas, &number).await), Refusal::NotFound);
        let mut changes = world.backend.live().subscribe();
        let row = lend(&world, &ruth, &jonas, 2).await;
        assert_eq!((row.phase, row.to.name.as_str()), (DelegationPhase::Now, "Jonas Weber"));
        let told = LiveChange::Rights { organization: ruth.organization, people: vec![jonas.id()] };
        assert_eq!(changes.recv().await.unwrap(), told);

        assert_eq!(waiting(&world, &jonas).await, 1);
        let jonas = again(&world, &jonas).await;
        let inbox = approvals::inbox(&world.backend, &jonas, 0).await.unwrap();
        assert_eq!(inbox.rows[0].on_behalf_of.as_ref().unwrap().name, "Ruth Abel");
        let page = requests::page(&world.backend, &jonas, &number).await.unwrap();
        let yours: Vec<_> =
            page.approval.rules.iter().map(|rule| (rule.yours, rule.on_behalf_of.as_ref().map(|p| p.name.as_str()))).collect();
        assert_eq!(yours, [(true, Some("Ruth Abel")), (false, None)]);
        let page = decide(&world, &jonas, &number, ApproverVerdict::Approve, "").await.unwrap();
        let given = page.approval.rules[0].given.as_ref().unwrap();
        assert_eq!((given.by.name.as_str(), given.on_behalf_of.as_ref().unwrap().name.as_str()), ("Jonas Weber", "Ruth Abel"));
        let recorded = page.events.iter().any(|event| {
            event.actor.as_ref().is_some_and(|actor| actor.id == jonas.id())
                && matches!(&event.what, EventKind::Approved { on_behalf_of, .. } if on_behalf_of.values().any(|person| person.id == ruth.id()))
        });
        assert!(recorded, "{:?}", page.events);
        // Ruth may still decide what waits for her; this one does not any more.
        assert_eq!((waiting(&world, &jonas).await, waiting(&world, &ruth).await), (0, 0));
        match refusal(paged::decide(&world.backend, &ruth, blind(&number, ApproverVerdict::Approve)).await) {
            Refusal::Conflict { message } => assert!(message.starts_with("Jonas Weber approved this for Ruth Abel at"), "{message}"),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_delegation_holds_on_its_days_and_for_its_items() {
    on_both(|world| async move {
        let (hana, ruth, jonas) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "jonas").await);
        let laptop = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        let access = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        let form = delegations::page(&world.backend, &ruth).await.unwrap().form;
        let services = &form.sections[0].fields.last().unwrap().options;
        let of = |name: &str| services.iter().find(|service| service.label == name).unwrap().value.clone();
        let mut given = away(&world, &jonas, 3);
        (given["scope"], given["items"]) = (json!("some"), json!([of("Software access")]));
        given["since"] = json!(day(world.backend.now() + Duration::days(1)));
        let row = lend_as(&world, &ruth, given).await;
        assert_eq!((row.phase, row.services), (DelegationPhase::Planned, vec!["Software access".to_owned()]));

        assert_eq!(waiting(&world, &jonas).await, 0, "it begins tomorrow");
        world.clock.advance(Duration::days(1));
        assert_eq!(waiting(&world, &jonas).await, 1);
        let inbox = approvals::inbox(&world.backend, &again(&world, &jonas).await, 0).await.unwrap();
        assert_eq!(inbox.rows[0].number, access);
        assert_eq!(refusal(paged::decide(&world.backend, &jonas, blind(&laptop, ApproverVerdict::Approve)).await), Refusal::NotFound);
        world.clock.advance(Duration::days(2));
        assert_eq!(waiting(&world, &jonas).await, 0, "it is over");
        match refusal(paged::decide(&world.backend, &jonas, blind(&access, ApproverVerdict::Approve)).await) {
            Refusal::Conflict { message } => assert!(message.starts_with("You were the deputy of Ruth Abel until"), "{message}"),
            other => panic!("{other:?}"),
        }
        let page = delegations::page(&world.backend, &ruth).await.unwrap();
        assert_eq!((page.given[0].phase, page.given[0].ended_early, page.given[0].may_end), (DelegationPhase::Over, false, false));
    })
    .await;
}

#[tokio::test]
async fn a_delegation_ended_meanwhile_is_told_to_the_deputy_who_decides() {
    on_both(|world| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let jonas = world.caller("north", "jonas").await;
        let other = world.another().await;
        for round in 0..6 {
            let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
            let delegation = lend(&world, &ruth, &jonas, 5).await.id;
            let (decided, ended) = tokio::join!(
                paged::decide(&other.backend, &jonas, blind(&number, ApproverVerdict::Reject)),
                paged::end_away(&world.backend, &ruth, delegation),
            );
            assert!(ended.unwrap().given.iter().all(|row| row.phase == DelegationPhase::Over), "round {round}");
            let page = requests::page(&world.backend, &hana, &number).await.unwrap();
            match decided {
                Ok(page) => assert_eq!(page.summary.status, Status::Rejected),
                Err(_) => {
                    match refusal(decided) {
                        Refusal::Conflict { message } => {
                            assert!(message.starts_with("You were the deputy of Ruth Abel until"), "{message}")
                        }
                        other => panic!("{other:?}"),
                    }
                    assert_eq!(page.summary.status, Status::PendingApproval);
                    decide(&world, &ruth, &number, ApproverVerdict::Reject, "Not this year").await.unwrap();
                }
            }
            world.clock.advance(Duration::minutes(1));
        }
    })
    .await;
}

#[tokio::test]
async fn of_the_absent_person_and_the_deputy_one_decides() {
    on_both(|world| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let jonas = world.caller("north", "jonas").await;
        lend(&world, &ruth, &jonas, 5).await;
        let other = world.another().await;
        for round in 0..6 {
            let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
            let (own, lent) = tokio::join!(
                paged::decide(&world.backend, &ruth, blind(&number, ApproverVerdict::Reject)),
                paged::decide(&other.backend, &jonas, blind(&number, ApproverVerdict::Reject)),
            );
            let (winner, lost, name) = match (own, lent) {
                (Ok(page), lost) => (page, lost, "Ruth Abel declined this at"),
                (lost, Ok(page)) => (page, lost, "Jonas Weber declined this for Ruth Abel at"),
                (own, lent) => panic!("round {round}: nobody won: {own:?} {lent:?}"),
            };
            assert_eq!(winner.summary.status, Status::Rejected);
            match refusal(lost) {
                Refusal::Conflict { message } => assert!(message.starts_with(name), "{message}"),
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_lent_is_not_lent_on() {
    on_both(|world| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let (jonas, both) = (world.caller("north", "jonas").await, world.caller("north", "both@shared.example").await);
        lend(&world, &ruth, &jonas, 5).await;
        lend(&world, &jonas, &both, 5).await;
        let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        assert_eq!((waiting(&world, &jonas).await, waiting(&world, &both).await), (1, 0));
        assert_eq!(refusal(paged::decide(&world.backend, &both, blind(&number, ApproverVerdict::Approve)).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn nobody_approves_their_own_request_through_a_deputy_or_as_one() {
    on_both(|world| async move {
        let (ada, samir) = (world.caller("north", "ada").await, world.caller("north", "samir").await);
        let (ruth, jonas) = (world.caller("north", "ruth").await, world.caller("north", "jonas").await);
        // Samir's own, in the place of Ruth, who could decide it.
        lend(&world, &ruth, &samir, 5).await;
        let own = file(&world, &samir, "access", json!({"system": "Ledger"})).await;
        assert_eq!(waiting(&world, &samir).await, 0);
        assert!(matches!(
            refusal(paged::decide(&world.backend, &samir, blind(&own, ApproverVerdict::Approve)).await),
            Refusal::NotNow { .. }
        ));
        // Samir's own, by his deputy, who has no other right to it.
        lend(&world, &samir, &jonas, 5).await;
        assert_eq!(waiting(&world, &jonas).await, 0);
        assert_eq!(refusal(paged::decide(&world.backend, &jonas, blind(&own, ApproverVerdict::Approve)).await), Refusal::NotFound);
        // An administrator's own, by a deputy of that administrator, and as the deputy of another approver.
        lend(&world, &ada, &jonas, 5).await;
        let badge = file(&world, &ada, "badge", json!({"text": "x"})).await;
        assert_eq!(waiting(&world, &jonas).await, 1, "Samir's alone: Ruth is away, and her deputy asked for it");
        assert_eq!(refusal(paged::decide(&world.backend, &jonas, blind(&badge, ApproverVerdict::Approve)).await), Refusal::NotFound);
        lend(&world, &ruth, &ada, 5).await;
        let access = file(&world, &ada, "access", json!({"system": "Ledger"})).await;
        let ada = again(&world, &ada).await;
        assert!(matches!(
            refusal(paged::decide(&world.backend, &ada, blind(&access, ApproverVerdict::Approve)).await),
            Refusal::NotNow { .. }
        ));
        assert_eq!(waiting(&world, &ada).await, 1, "Samir's alone");
    })
    .await;
}

#[tokio::test]
async fn a_deputy_loses_with_the_absent_person_what_they_lose() {
    on_both(|world| async move {
        let (hana, petra, jonas) =
            (world.caller("north", "hana").await, world.caller("north", "petra").await, world.caller("north", "jonas").await);
        lend(&world, &petra, &jonas, 5).await;
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        assert_eq!(waiting(&world, &jonas).await, 1);
        let jonas = again(&world, &jonas).await;
        let left = "- key: platform\n  name: Platform owners\n  members:\n    - email: samir@north.example\n";
        world.apply_file("north", "groups.yaml", left).await;
        // The deputy's facts are those of an earlier moment; the transaction reads its own.
        assert_eq!(refusal(paged::decide(&world.backend, &jonas, blind(&number, ApproverVerdict::Approve)).await), Refusal::NotFound);
        assert_eq!(waiting(&world, &jonas).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_told_at_its_field() {
    on_both(|world| async move {
        let (ruth, jonas, otto) =
            (world.caller("north", "ruth").await, world.caller("north", "jonas").await, world.caller("south", "otto").await);
        let be = &world.backend;
        let begin = async |given: Value| problem_of(paged::begin_away(be, &ruth, answers(given)).await);
        let with = |key: &str, value: Value| {
            let mut given = away(&world, &jonas, 3);
            given[key] = value;
            given
        };
        assert_eq!(begin(away(&world, &ruth, 3)).await.0, "to");
        assert_eq!(begin(away(&world, &otto, 3)).await, ("to".to_owned(), "Choose a deputy from the list".to_owned()));
        assert_eq!(begin(with("until", json!(day(world.backend.now() - Duration::days(1))))).await.0, "until");
        assert_eq!(begin(with("since", json!("2026-03-11"))).await.0, "since");
        assert_eq!(begin(with("until", json!("2028-03-11"))).await, ("until".to_owned(), "Choose a year or less".to_owned()));
        assert_eq!(begin(with("scope", json!("some"))).await.0, "items");
        assert!(delegations::page(be, &ruth).await.unwrap().given.is_empty());
        lend(&world, &ruth, &jonas, 3).await;
        let (field, message) = begin(away(&world, &jonas, 9)).await;
        assert_eq!((field.as_str(), message.starts_with("Jonas Weber decides for you in these days already")), ("to", true));
        assert_eq!(delegations::page(be, &otto).await.unwrap().given, []);
    })
    .await;
}

#[tokio::test]
async fn a_delegation_is_ended_by_its_giver_or_an_administrator_and_taken_up_again_for_a_moment() {
    on_both(|world| async move {
        let (hana, ruth, jonas) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "jonas").await);
        let (ada, otto) = (world.caller("north", "ada").await, world.caller("south", "otto").await);
        let be = &world.backend;
        file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        let id = lend(&world, &ruth, &jonas, 5).await.id;
        for stranger in [&hana, &jonas, &otto] {
            assert_eq!(refusal(paged::end_away(be, stranger, id).await), Refusal::NotFound, "{}", stranger.email);
            assert_eq!(refusal(paged::resume_away(be, stranger, id).await), Refusal::NotFound, "{}", stranger.email);
        }
        let seen = delegations::page(be, &ada).await.unwrap();
        assert_eq!((seen.administers, seen.others.len(), seen.others[0].may_end), (true, 1, true));
        assert!(delegations::page(be, &otto).await.unwrap().others.is_empty());
        let held = delegations::page(be, &jonas).await.unwrap().held;
        assert_eq!((held.len(), held[0].may_end), (1, false));

        assert!(paged::end_away(be, &ada, id).await.unwrap().others.is_empty());
        assert_eq!(waiting(&world, &jonas).await, 0);
        let row = &paged::end_away(be, &ruth, id).await.unwrap().given[0];
        assert_eq!((row.phase, row.ended_early), (DelegationPhase::Over, true), "ending twice is ending once");
        world.clock.advance(Duration::seconds(50));
        assert_eq!(paged::resume_away(be, &ruth, id).await.unwrap().given[0].phase, DelegationPhase::Now);
        assert_eq!(waiting(&world, &jonas).await, 1);
        paged::end_away(be, &ruth, id).await.unwrap();
        world.clock.advance(Duration::seconds(70));
        assert!(matches!(refusal(paged::resume_away(be, &ruth, id).await), Refusal::NotNow { .. }));
        assert_eq!(waiting(&world, &jonas).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_route_says_who_deputy_rights_and_never_names_the_requester() {
    on_both(|world| async move {
        let (hana, ruth, jonas) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "jonas").await);
        lend(&world, &ruth, &jonas, 2).await;
        let deputies = async |requester: &Caller| {
            let route = requests::preview_route(&world.backend, requester, "laptop", &answers(json!({}))).await.unwrap();
            let named =
                route.rules[0].deputies.iter().map(|deputy| (deputy.person.name.clone(), deputy.on_behalf_of.name.clone(), deputy.until));
            (named.collect::<Vec<_>>(), route.rules[1].deputies.len())
        };
        let until = "2026-03-14T00:00:00Z".parse().unwrap();
        let expected = vec![("Jonas Weber".to_owned(), "Ruth Abel".to_owned(), until)];
        assert_eq!(deputies(&hana).await, (expected, 0));
        assert_eq!(deputies(&jonas).await, (vec![], 0));
        world.clock.advance(Duration::days(2));
        assert_eq!(deputies(&hana).await, (vec![], 0));
    })
    .await;
}

#[tokio::test]
async fn the_requesters_manager_decides_and_an_administrator_where_there_is_none() {
    on_both(|world| async move {
        let policy = "approval:\n  rules:\n    - { key: boss, label: Line manager, manager: true }\n";
        let item = format!("key: note\nname: Note\ndescription: A note.\nicon: file\ncategory: Notes\nprefix: NT\nform: note\n{policy}");
        world.apply_file("north", "items/note.yaml", &item).await;
        let hana = world.caller("north", "hana").await;
        let words = async |caller: &Caller| {
            let route = requests::preview_route(&world.backend, caller, "note", &answers(json!({}))).await.unwrap();
            (route.rules[0].words.clone(), route.rules[0].people.first().map(|person| person.name.clone()))
        };
        assert_eq!(words(&hana).await, ("any administrator, as the requester has no manager".to_owned(), Some("Ada Marsh".to_owned())));
        let person = "{ email: hana@north.example, name: Hana Sato, title: Analyst, roles: [requester], manager: Ruth@north.example }";
        let people = format!(
            "- {person}\n- {{ email: new@north.example, name: New, manager: newer@north.example }}\n\
            - {{ email: newer@north.example, name: Newer }}\n"
        );
        assert_eq!(world.apply_file("north", "people.yaml", &people).await.changes, 3);
        assert_eq!(world.apply_file("north", "people.yaml", &people).await.changes, 0);
        let hana = world.caller("north", "hana").await;
        assert_eq!(words(&hana).await, ("Ruth Abel".to_owned(), Some("Ruth Abel".to_owned())));
        assert_eq!(backend::people::profile(&world.backend, &hana).await.unwrap().manager.unwrap().name, "Ruth Abel");
        let number = file(&world, &hana, "note", json!({"text": "x"})).await;
        let ruth = world.caller("north", "ruth").await;
        assert_eq!(waiting(&world, &ruth).await, 1);
        assert_eq!(decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap().summary.status, Status::Open);
        let out = backend::definitions::export(&world.backend, "north").await.unwrap();
        assert!(out.iter().any(|(path, text)| path == "people.yaml" && text.contains("manager: ruth@north.example")));
    })
    .await;
}
