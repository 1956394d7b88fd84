//! The inbox and its decisions.

use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{answers, file, refusal};
use backend::live::LiveChange;
use backend::{Caller, approvals, outbox, requests};
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::{ApproverDecision, INBOX_ROWS, InboxView};
use domain::requests::Status;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::wire::RequestPage;
use serde_json::json;

/// A decision on what the caller sees now.
pub async fn decide(world: &World, caller: &Caller, number: &str, verdict: ApproverVerdict, reason: &str) -> backend::Result<RequestPage> {
    let page = requests::page(&world.backend, caller, number).await?;
    let seen = page.events.last().map_or(0, |event| event.seq);
    let decision = ApproverDecision { number: number.to_owned(), verdict, reason: reason.to_owned(), seen };
    paged::decide(&world.backend, caller, decision).await
}

#[tokio::test]
async fn all_rules_have_to_approve() {
    on_both(|world| async move {
        let (hana, ruth, petra) =
            (world.caller("north", "hana").await, world.caller("north", "ruth").await, world.caller("north", "petra").await);
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        let inbox = approvals::inbox(&world.backend, &ruth, 0).await.unwrap();
        assert_eq!((inbox.count, inbox.rows[0].number.as_str(), inbox.rows[0].words.as_str()), (1, number.as_str(), "0 of 2"));
        assert_eq!(approvals::count(&world.backend, &petra).await.unwrap(), 1);
        assert_eq!(approvals::count(&world.backend, &hana).await.unwrap(), 0);

        let page = decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(page.summary.status, Status::PendingApproval);
        assert_eq!(page.approval.rules[0].given.as_ref().unwrap().by.name, "Ruth Abel");
        assert_eq!(approvals::count(&world.backend, &ruth).await.unwrap(), 0);
        let again = decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await;
        assert!(matches!(refusal(again), Refusal::Conflict { .. }));

        let page = decide(&world, &petra, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(page.summary.status, Status::InProgress);
        assert_eq!(approvals::count(&world.backend, &petra).await.unwrap(), 0);
        world.deliver_all().await;
    })
    .await;
}

const NOTE: &str =
    "key: note\nname: Note to the desk\ndescription: Says something.\nicon: sticky-note\ncategory: Help\nprefix: N\nform: note\n";

#[tokio::test]
async fn where_two_people_are_needed_it_waits_no_more_for_who_has_decided() {
    on_both(|world| async move {
        let two = "approval:\n  at_least: 2\n  rules:\n    - { key: one, label: One, group: platform }\n    - { key: two, label: Two, group: platform }\n";
        world.apply_file("north", "items/note.yaml", &format!("{NOTE}{two}")).await;
        let (hana, samir, petra) =
            (world.caller("north", "hana").await, world.caller("north", "samir").await, world.caller("north", "petra").await);
        let be = &world.backend;
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        assert_eq!((approvals::count(be, &samir).await.unwrap(), approvals::count(be, &petra).await.unwrap()), (1, 1));
        let page = decide(&world, &samir, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(page.summary.status, Status::PendingApproval);
        assert_eq!(approvals::count(be, &samir).await.unwrap(), 0);
        assert!(approvals::inbox(be, &samir, 0).await.unwrap().rows.is_empty());
        assert_eq!(approvals::count(be, &petra).await.unwrap(), 1);

        // Taken back, it waits for him again.
        paged::act(be, &samir, &number, ActionCall::new(ActionKind::Withdraw, ""), None).await.unwrap();
        assert_eq!(approvals::count(be, &samir).await.unwrap(), 1);
        decide(&world, &samir, &number, ApproverVerdict::Approve, "").await.unwrap();
        let page = decide(&world, &petra, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(page.summary.status, Status::Open);
        assert_eq!((approvals::count(be, &samir).await.unwrap(), approvals::count(be, &petra).await.unwrap()), (0, 0));
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn who_approved_a_stage_and_is_asked_again_is_told_as_what() {
    on_both(|world| async move {
        let stages = "approval:\n  stages:\n    - key: first\n      label: First\n      rules:\n        - { key: manager, label: Line manager, group: platform }\n    - key: second\n      label: Second\n      rules:\n        - { key: operations, label: Head of operations, group: platform }\n";
        world.apply_file("north", "items/note.yaml", &format!("{NOTE}{stages}")).await;
        let (hana, samir, petra) =
            (world.caller("north", "hana").await, world.caller("north", "samir").await, world.caller("north", "petra").await);
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        decide(&world, &samir, &number, ApproverVerdict::Approve, "").await.unwrap();
        for (caller, again) in [(&samir, Some("You approved as line manager; now as head of operations")), (&petra, None)] {
            let rows = approvals::inbox(&world.backend, caller, 0).await.unwrap().rows;
            assert_eq!(rows.iter().map(|row| row.again.as_deref()).collect::<Vec<_>>(), [again], "{}", caller.facts.person.name);
        }
    })
    .await;
}

#[tokio::test]
async fn where_the_policy_allows_it_ones_own_request_waits_too() {
    on_both(|world| async move {
        let own = "approval:\n  self_approval: true\n  rules: [{ key: one, label: One, group: platform }]\n";
        world.apply_file("north", "items/note.yaml", &format!("{NOTE}{own}")).await;
        let samir = world.caller("north", "samir").await;
        let number = file(&world, &samir, "note", json!({"text": "Hello"})).await;
        let rows = approvals::inbox(&world.backend, &samir, 0).await.unwrap().rows;
        assert_eq!(rows.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), [number.as_str()]);
        let page = decide(&world, &samir, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(page.summary.status, Status::Open);
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn an_inbox_shows_as_many_as_asked_for_and_counts_all() {
    on_both(|world| async move {
        let own = "approval: { rules: [{ key: one, label: One, person: ruth@north.example }] }\n";
        world.apply_file("north", "items/note.yaml", &format!("{NOTE}{own}")).await;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let mut numbers = Vec::new();
        for _ in 0..INBOX_ROWS + 3 {
            world.clock.advance(chrono::Duration::seconds(1));
            numbers.push(file(&world, &hana, "note", json!({"text": "Hello"})).await);
        }
        let shown = |page: InboxView| page.rows.into_iter().map(|row| row.number).collect::<Vec<_>>();
        let first = approvals::inbox(&world.backend, &ruth, 0).await.unwrap();
        assert_eq!(first.count, u64::from(INBOX_ROWS) + 3);
        assert_eq!(shown(first), numbers[..INBOX_ROWS as usize]);
        assert_eq!(shown(approvals::inbox(&world.backend, &ruth, 2 * INBOX_ROWS).await.unwrap()), numbers);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_wins_and_the_other_is_told_who_did() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let (ruth, samir) = (world.caller("north", "ruth").await, world.caller("north", "samir").await);
        let other = world.another().await;
        for round in 0..8 {
            let number = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
            let (yes, no) = tokio::join!(
                decide(&world, &ruth, &number, ApproverVerdict::Approve, ""),
                decide(&other, &samir, &number, ApproverVerdict::Reject, "Not this year"),
            );
            let (winner, lost) = match (yes, no) {
                (Ok(page), lost) => (page, lost),
                (lost, Ok(page)) => (page, lost),
                (yes, no) => panic!("round {round}: nobody won: {yes:?} {no:?}"),
            };
            let by = &winner.approval.rules.iter().find_map(|rule| rule.given.as_ref()).unwrap().by.name;
            match refusal(lost) {
                Refusal::Conflict { message } => assert!(message.contains(by.as_str()), "{message}"),
                other => panic!("{other:?}"),
            }
            let now = requests::page(&world.backend, &hana, &number).await.unwrap();
            assert_eq!(now.summary.status, winner.summary.status);
            let seqs: Vec<u32> = now.events.iter().map(|event| event.seq).collect();
            assert_eq!(seqs, (1..=u32::try_from(seqs.len()).unwrap()).collect::<Vec<_>>());
        }
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn declining_needs_a_reason_and_ends_it() {
    on_both(|world| async move {
        let (hana, ada) = (world.caller("north", "hana").await, world.caller("north", "ada").await);
        let number = file(&world, &hana, "badge", json!({"text": "North door"})).await;
        let silent = decide(&world, &ada, &number, ApproverVerdict::Reject, "  ").await;
        assert!(matches!(refusal(silent), Refusal::Input { path, .. } if path == "reason"));
        let page = decide(&world, &ada, &number, ApproverVerdict::Reject, "The door is gone").await.unwrap();
        assert_eq!(page.summary.status, Status::Rejected);
        assert_eq!(outbox::run_once(&world.backend).await.unwrap(), outbox::WorkerSummary::default());
        assert!(matches!(refusal(decide(&world, &ada, &number, ApproverVerdict::Approve, "").await), Refusal::Conflict { .. }));
    })
    .await;
}

#[tokio::test]
async fn nobody_decides_their_own_request() {
    on_both(|world| async move {
        let (ada, samir) = (world.caller("north", "ada").await, world.caller("north", "samir").await);
        for (caller, item, given) in [(&ada, "badge", json!({"text": "x"})), (&samir, "access", json!({"system": "x"}))] {
            let number = file(&world, caller, item, given).await;
            assert_eq!(approvals::count(&world.backend, caller).await.unwrap(), 0);
            assert!(approvals::inbox(&world.backend, caller, 0).await.unwrap().rows.is_empty());
            assert!(matches!(refusal(decide(&world, caller, &number, ApproverVerdict::Approve, "").await), Refusal::NotNow { .. }));
        }
    })
    .await;
}

#[tokio::test]
async fn a_question_goes_back_and_its_answer_has_to_be_seen() {
    on_both(|world| async move {
        let (hana, ada) = (world.caller("north", "hana").await, world.caller("north", "ada").await);
        let be = &world.backend;
        let number = file(&world, &hana, "badge", json!({"text": "Which door?"})).await;
        let asked = decide(&world, &ada, &number, ApproverVerdict::AskForChanges, "Which door?").await.unwrap();
        assert_eq!((asked.summary.status, asked.question.as_deref()), (Status::NeedsInfo, Some("Which door?")));
        assert_eq!(approvals::count(be, &ada).await.unwrap(), 0);
        let seen = asked.events.last().unwrap().seq;
        let answered =
            paged::act(be, &hana, &number, ActionCall::new(ActionKind::ProvideInfo, "The north one"), None).await.unwrap().unwrap();
        assert_eq!(answered.summary.status, Status::PendingApproval);
        assert_eq!(approvals::count(be, &ada).await.unwrap(), 1);
        let blind = ApproverDecision { number: number.clone(), verdict: ApproverVerdict::Approve, reason: String::new(), seen };
        match refusal(paged::decide(be, &ada, blind).await) {
            Refusal::Conflict { message } => assert!(message.contains("Hana Sato"), "{message}"),
            other => panic!("{other:?}"),
        }
        let page = decide(&world, &ada, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(page.summary.status, Status::Open);
    })
    .await;
}

#[tokio::test]
async fn membership_is_read_when_somebody_decides() {
    on_both(|world| async move {
        let (hana, petra) = (world.caller("north", "hana").await, world.caller("north", "petra").await);
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        world
            .apply_file("north", "groups.yaml", "- key: platform\n  name: Platform owners\n  members:\n    - email: samir@north.example\n")
            .await;
        // The caller's facts are those of an earlier moment; the transaction reads its own.
        let decision = ApproverDecision { number: number.clone(), verdict: ApproverVerdict::Approve, reason: String::new(), seen: 1 };
        assert_eq!(refusal(paged::decide(&world.backend, &petra, decision).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn the_route_names_who_will_decide_and_never_the_requester() {
    on_both(|world| async move {
        let (hana, samir) = (world.caller("north", "hana").await, world.caller("north", "samir").await);
        let route = requests::preview_route(&world.backend, &hana, "laptop", &answers(json!({}))).await.unwrap();
        assert_eq!(route.rules.len(), 2);
        assert_eq!(route.rules[0].words, "Ruth Abel");
        let mut names: Vec<_> = route.rules[1].people.iter().map(|person| person.name.as_str()).collect();
        names.sort();
        assert_eq!((names, route.rules[1].more), (vec!["Petra Novak", "Samir Haddad"], 0));
        let route = requests::preview_route(&world.backend, &samir, "laptop", &answers(json!({}))).await.unwrap();
        let names: Vec<_> = route.rules[1].people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!((names, route.rules[1].more), (vec!["Petra Novak"], 0));
        let badge = requests::preview_route(&world.backend, &hana, "badge", &answers(json!({}))).await.unwrap();
        assert_eq!(badge.rules[0].people[0].name, "Ada Marsh");
        let note = requests::preview_route(&world.backend, &hana, "note", &answers(json!({}))).await.unwrap();
        assert!(note.rules.is_empty());
    })
    .await;
}

#[tokio::test]
async fn those_who_lead_see_what_waits_on_whom() {
    on_both(|world| async move {
        let (hana, samir) = (world.caller("north", "hana").await, world.caller("north", "samir").await);
        let first = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        world.clock.advance(chrono::Duration::minutes(1));
        let second = file(&world, &hana, "badge", json!({"text": "x"})).await;
        let rows = approvals::leadership(&world.backend, &samir).await.unwrap();
        let numbers: Vec<_> = rows.iter().map(|row| row.row.number.clone()).collect();
        assert_eq!(numbers, [first, second]);
        assert_eq!(rows[0].waiting_on, ["Ruth Abel", "anyone in Platform owners"]);
        assert_eq!(refusal(approvals::leadership(&world.backend, &hana).await), Refusal::NotFound);
        let otto = world.caller("south", "otto").await;
        assert!(approvals::leadership(&world.backend, &otto).await.unwrap().is_empty());
        assert!(approvals::inbox(&world.backend, &otto, 0).await.unwrap().rows.is_empty());
    })
    .await;
}

#[tokio::test]
async fn open_pages_hear_of_a_request_after_its_commit() {
    on_both(|world| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let mut changes = world.backend.live().subscribe();
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        let LiveChange::Request { organization, number: heard, requester, targets, .. } = changes.recv().await.unwrap() else { panic!() };
        assert_eq!((organization, heard, requester), (hana.organization, number, hana.id()));
        assert!(targets.contains(&format!("person:{}", ruth.id())));
        // What is refused is not announced.
        let page = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
        let _ = requests::discard_draft(&world.backend, &hana, page.id).await;
        assert!(changes.try_recv().is_err());
    })
    .await;
}
