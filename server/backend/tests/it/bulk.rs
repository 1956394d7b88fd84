//! Decisions about many requests: checked, held, undone, taken once.

use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::{Caller, approvals, held, outbox, requests};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::bulk::{HeldOutcome, OneOfMany};
use domain::approvals::wire::ApproverDecision;
use domain::requests::Status;
use serde_json::json;

fn decision(number: &str, verdict: ApproverVerdict, reason: &str) -> ApproverDecision {
    ApproverDecision { number: number.to_owned(), verdict, reason: reason.to_owned(), seen: 1 }
}

async fn badges<const N: usize>(world: &World) -> ([String; N], Caller) {
    let hana = world.caller("north", "hana").await;
    let mut numbers = std::array::from_fn(|_| String::new());
    for number in &mut numbers {
        *number = file(world, &hana, "badge", json!({"text": "For the east door"})).await;
    }
    (numbers, world.caller("north", "ada").await)
}

async fn hold(world: &World, caller: &Caller, decisions: Vec<ApproverDecision>) -> Vec<OneOfMany> {
    held::decide_many(&world.backend, caller, decisions).await.unwrap()
}

async fn status(world: &World, caller: &Caller, number: &str) -> Status {
    requests::page(&world.backend, caller, number).await.unwrap().summary.status
}

#[tokio::test]
async fn many_are_held_and_then_decided_each_for_itself() {
    on_both(|world| async move {
        let be = &world.backend;
        let ([one, two, three], ada) = badges(&world).await;
        let decisions = vec![
            decision(&one, ApproverVerdict::Approve, ""),
            decision(&two, ApproverVerdict::Reject, "No more badges"),
            // Refused at once: it gives no reason; there is no such request.
            decision(&three, ApproverVerdict::Reject, ""),
            decision("BG-0000", ApproverVerdict::Approve, ""),
        ];
        let results = hold(&world, &ada, decisions).await;
        assert_eq!(results.iter().map(|one| one.held.is_some()).collect::<Vec<_>>(), [true, true, false, false]);
        assert!(results[2].refused.as_ref().unwrap().contains("decline"), "{results:?}");
        // Held: nothing is decided, the list says so, and a second try is told.
        outbox::run_once(be).await.unwrap();
        assert_eq!(status(&world, &ada, &one).await, Status::PendingApproval);
        let rows = approvals::inbox(be, &ada, 0).await.unwrap().rows;
        let held_row = rows.iter().find(|row| row.number == two).unwrap();
        assert_eq!((held_row.held, held_row.alike == rows[0].alike), (Some(ApproverVerdict::Reject), true));
        let again = hold(&world, &ada, vec![decision(&one, ApproverVerdict::Approve, "")]).await;
        assert!(again[0].refused.as_ref().unwrap().contains("already"));
        world.clock.advance(Duration::seconds(8));
        // Two workers at once decide each once.
        let (a, b) = tokio::join!(outbox::run_once(be), outbox::run_once(be));
        assert_eq!(a.unwrap().delivered + b.unwrap().delivered, 0);
        assert_eq!([status(&world, &ada, &one).await, status(&world, &ada, &two).await], [Status::Open, Status::Rejected]);
        let page = requests::page(be, &ada, &two).await.unwrap();
        assert_eq!(page.events.iter().filter(|event| event.actor.as_ref().is_some_and(|by| by.id == ada.id())).count(), 1);
        assert_eq!(page.approval.rules[0].given.as_ref().unwrap().reason, "No more badges");
        let told = held::held(be, &ada).await.unwrap();
        assert!(told.iter().all(|one| one.outcome == Some(HeldOutcome::Decided)), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn undone_in_time_nothing_happens_and_too_late_it_says_so() {
    on_both(|world| async move {
        let be = &world.backend;
        let ([one, two], ada) = badges(&world).await;
        let ids: Vec<_> =
            hold(&world, &ada, vec![decision(&one, ApproverVerdict::Approve, ""), decision(&two, ApproverVerdict::Approve, "")])
                .await
                .into_iter()
                .filter_map(|one| one.held)
                .collect();
        // Nobody undoes what somebody else holds.
        let ruth = world.caller("north", "ruth").await;
        assert!(held::undo_held(be, &ruth, ids.clone()).await.unwrap().is_empty());
        assert_eq!(held::undo_held(be, &ada, vec![ids[0]]).await.unwrap(), [ids[0]]);
        world.clock.advance(Duration::seconds(8));
        outbox::run_once(be).await.unwrap();
        assert_eq!([status(&world, &ada, &one).await, status(&world, &ada, &two).await], [Status::PendingApproval, Status::Open]);
        assert!(held::undo_held(be, &ada, ids.clone()).await.unwrap().is_empty(), "it was taken");
        // Undone, it can be decided again.
        assert!(hold(&world, &ada, vec![decision(&one, ApproverVerdict::Approve, "")]).await[0].held.is_some());
        world.clock.advance(Duration::seconds(8));
        outbox::run_once(be).await.unwrap();
        assert_eq!(status(&world, &ada, &one).await, Status::Open);
    })
    .await;
}

#[tokio::test]
async fn one_is_held_as_many_are_and_sent_by_its_person_alone() {
    on_both(|world| async move {
        let be = &world.backend;
        let ([one, two], ada) = badges(&world).await;
        let mut ids = Vec::new();
        for decision in [decision(&one, ApproverVerdict::AskForChanges, "Which door?"), decision(&two, ApproverVerdict::Approve, "")] {
            ids.extend(hold(&world, &ada, vec![decision]).await[0].held);
        }
        assert_eq!(held::held(be, &ada).await.unwrap().iter().map(|one| one.left).collect::<Vec<_>>(), [8, 8]);
        let ruth = world.caller("north", "ruth").await;
        assert!(held::send_held(be, &ruth, ids.clone()).await.unwrap().is_empty());
        assert_eq!(status(&world, &ada, &one).await, Status::PendingApproval);
        let sent = held::send_held(be, &ada, vec![ids[0]]).await.unwrap();
        assert_eq!(sent.iter().map(|one| one.outcome.clone()).collect::<Vec<_>>(), [Some(HeldOutcome::Decided)]);
        assert_eq!([status(&world, &ada, &one).await, status(&world, &ada, &two).await], [Status::NeedsInfo, Status::PendingApproval]);
        // Undone is undone: sending it does nothing.
        held::undo_held(be, &ada, vec![ids[1]]).await.unwrap();
        let sent = held::send_held(be, &ada, vec![ids[1]]).await.unwrap();
        assert_eq!(sent.iter().map(|one| one.outcome.clone()).collect::<Vec<_>>(), [Some(HeldOutcome::Undone)]);
        assert_eq!(status(&world, &ada, &two).await, Status::PendingApproval);
    })
    .await;
}

#[tokio::test]
async fn what_is_held_is_told_however_much_was_decided_before() {
    on_both(|world| async move {
        let be = &world.backend;
        let ([one, two], ada) = badges(&world).await;
        for _ in 0..201 {
            let ids: Vec<_> = hold(&world, &ada, vec![decision(&one, ApproverVerdict::Approve, "")]).await[0].held.into_iter().collect();
            held::undo_held(be, &ada, ids).await.unwrap();
            world.clock.advance(Duration::milliseconds(1));
        }
        let id = hold(&world, &ada, vec![decision(&two, ApproverVerdict::Approve, "")]).await[0].held.unwrap();
        assert_eq!(held::held(be, &ada).await.unwrap().last().map(|told| (told.id, told.outcome.clone())), Some((id, None)));
        held::undo_held(be, &ada, vec![id]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_changed_meanwhile_is_told_with_who_did_it() {
    on_both(|world| async move {
        let be = &world.backend;
        let hana = world.caller("north", "hana").await;
        let number = file(&world, &hana, "access", json!({"system": "ledger"})).await;
        let (ruth, samir) = (world.caller("north", "ruth").await, world.caller("north", "samir").await);
        assert!(hold(&world, &ruth, vec![decision(&number, ApproverVerdict::Approve, "")]).await[0].held.is_some());
        paged::decide(be, &samir, decision(&number, ApproverVerdict::Reject, "Not this quarter")).await.unwrap();
        world.clock.advance(Duration::seconds(8));
        outbox::run_once(be).await.unwrap();
        let told = held::held(be, &ruth).await.unwrap();
        let Some(HeldOutcome::Refused { words }) = &told[0].outcome else { panic!("{told:?}") };
        assert!(words.contains("Samir Haddad"), "{words}");
        // Read by her, it is told to no page of hers again.
        let ids = vec![told[0].id];
        assert_eq!(held::dismiss_refused(be, &samir, ids.clone()).await.unwrap(), []);
        assert_eq!(held::held(be, &ruth).await.unwrap(), told);
        assert_eq!(held::dismiss_refused(be, &ruth, ids.clone()).await.unwrap(), ids);
        assert_eq!(held::held(be, &ruth).await.unwrap(), []);
        assert_eq!(held::dismiss_refused(be, &ruth, ids).await.unwrap(), [], "once");
        assert_eq!(status(&world, &samir, &number).await, Status::Rejected);
    })
    .await;
}

#[tokio::test]
async fn requests_with_the_same_answers_but_who_and_when_are_alike() {
    on_both(|world| async move {
        let be = &world.backend;
        let ruth = world.caller("north", "ruth").await;
        for (who, system) in [("hana", "ledger"), ("jonas", "ledger"), ("hana", "payroll")] {
            let caller = world.caller("north", who).await;
            file(&world, &caller, "access", json!({"system": system})).await;
        }
        let mut alike: Vec<String> = approvals::inbox(be, &ruth, 0).await.unwrap().rows.into_iter().map(|row| row.alike).collect();
        alike.sort();
        let twice = alike.windows(2).filter(|pair| pair[0] == pair[1]).count();
        assert_eq!((alike.len(), twice), (3, 1), "{alike:?}");
    })
    .await;
}

#[tokio::test]
async fn questions_are_asked_one_by_one_and_a_hundred_are_enough() {
    on_both(|world| async move {
        let ([one, two], ada) = badges(&world).await;
        let questions = [&one, &two].map(|number| decision(number, ApproverVerdict::AskForChanges, "Which door?"));
        let ask = held::decide_many(&world.backend, &ada, questions.to_vec()).await;
        assert!(matches!(refusal(ask), Refusal::Input { .. }));
        let many = vec![decision(&one, ApproverVerdict::Approve, ""); 101];
        assert!(matches!(refusal(held::decide_many(&world.backend, &ada, many).await), Refusal::Input { .. }));
        let stranger = world.caller("south", "otto").await;
        let own = hold(&world, &stranger, vec![decision(&one, ApproverVerdict::Approve, "")]).await;
        assert_eq!(own[0].refused.as_deref(), Some("This does not exist, or is not yours to decide."));
    })
    .await;
}
