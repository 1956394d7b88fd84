//! Looking back: a request as it was after each of its events, and as an approver saw it when deciding.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::requests;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::connectors::DeliveryStatus;
use domain::requests::Status;
use domain::requests::actions::{ActionCall, ActionKind, AllowedActions};
use domain::requests::comments::CommentAudience;
use domain::requests::wire::RequestPage;
use domain::requests::work::{CommentDraft, CommentView, WorkView};
use serde_json::json;

#[tokio::test]
async fn every_moment_reads_exactly_as_it_did() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let be = &world.backend;
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        let mut then: Vec<RequestPage> = vec![requests::page(be, &mina, &number).await.unwrap()];
        let steps = [
            ActionCall::new(ActionKind::AssignToMe, ""),
            ActionCall::new(ActionKind::Start, ""),
            ActionCall::new(ActionKind::RequestInfo, "Which?"),
            ActionCall::new(ActionKind::Cancel, "Stop"),
            ActionCall::new(ActionKind::Uncancel, ""),
        ];
        for act in steps {
            world.clock.advance(chrono::Duration::minutes(4));
            let words = CommentDraft { audience: CommentAudience::Internal, task: None, body: format!("Before event {}", then.len() + 1) };
            let written = match then.last().unwrap().work.may_comment {
                true => paged::comment(be, &mina, &number, words).await.unwrap().work.comments,
                false => Vec::new(),
            };
            // Also what was changed and removed since reads as it did then.
            let before = written.iter().rev().nth(1).map(|view| view.comment.id);
            match before {
                Some(id) if then.len().is_multiple_of(2) => _ = paged::edit_comment(be, &mina, id, "Changed".to_owned()).await.unwrap(),
                Some(id) => _ = paged::remove_comment(be, &mina, id).await.unwrap(),
                None => {}
            }
            world.clock.advance(chrono::Duration::minutes(3));
            then.push(paged::act(be, &mina, &number, act, None).await.unwrap().unwrap());
        }
        let last = then.last().unwrap().events.len() as u32;
        for page in &then[..then.len() - 1] {
            let seq = page.events.last().unwrap().seq;
            let mut now = requests::page_at(be, &mina, &number, seq, false).await.unwrap();
            let moment = now.moment.take().unwrap();
            assert_eq!((moment.seq, moment.last, moment.at), (seq, last, page.events.last().unwrap().at));
            let comments = page.work.comments.iter().cloned().map(|view| CommentView { may_change: false, ..view }).collect();
            let work = WorkView { comments, ..WorkView::default() };
            let expected = RequestPage { allowed: AllowedActions::default(), work, ..page.clone() };
            assert_eq!(now, expected, "after event {seq}");
        }
        let beyond = requests::page_at(be, &mina, &number, 99, false).await.unwrap();
        assert_eq!(beyond, requests::page(be, &mina, &number).await.unwrap());
        assert_eq!(requests::page_at(be, &mina, &number, 0, false).await.unwrap().moment.unwrap().seq, 1);
        let ruth = world.caller("north", "ruth").await;
        assert_eq!(refusal(requests::page_at(be, &ruth, &number, 1, false).await), Refusal::NotFound);
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_approver_saw_is_shown_with_a_check() {
    on_both(|world: World| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let petra = world.caller("north", "petra").await;
        let be = &world.backend;
        let number = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        let seen = requests::page(be, &petra, &number).await.unwrap();
        decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        // Petra decides on what she had open before Ruth did.
        let decision = domain::approvals::wire::ApproverDecision {
            number: number.clone(),
            verdict: ApproverVerdict::Approve,
            reason: String::new(),
            seen: 1,
        };
        let page = paged::decide(be, &petra, decision).await.unwrap();
        assert_eq!(page.summary.status, Status::InProgress);
        let hers = page.events.iter().find(|event| event.actor.as_ref().is_some_and(|actor| actor.id == petra.id())).unwrap();

        let shown = requests::page_at(be, &hana, &number, hers.seq, true).await.unwrap();
        let moment = shown.moment.unwrap();
        let by = moment.seen.unwrap();
        assert_eq!(
            (moment.seq, by.by.name.as_str(), by.decision, by.verdict, by.same),
            (1, "Petra Novak", hers.seq, ApproverVerdict::Approve, true)
        );
        assert_eq!((shown.events.len(), shown.approval.rules.iter().filter(|rule| rule.given.is_some()).count()), (1, 0));
        assert_eq!(shown.sections, seen.sections);
        assert_eq!(refusal(requests::page_at(be, &hana, &number, 1, true).await), Refusal::NotFound, "a submission is no decision");

        world.deliver_all().await;
        let ended = requests::page(be, &hana, &number).await.unwrap();
        let dispatched =
            ended.events.iter().find(|event| matches!(event.what, domain::requests::EventKind::Dispatched { .. })).unwrap().seq;
        let then = requests::page_at(be, &hana, &number, dispatched, false).await.unwrap();
        let told: Vec<_> = then.deliveries.iter().map(|one| (one.connector.as_str(), one.status)).collect();
        assert_eq!(told, [("Service desk", DeliveryStatus::Waiting)]);
    })
    .await;
}
