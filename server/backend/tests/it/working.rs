//! Everything people do with a request besides deciding: each action, who may not, and what the slower of two is told.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::{Caller, people, requests};
use chrono::{Duration, NaiveDate, NaiveDateTime};
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::id::PersonId;
use domain::requests::actions::{ActionCall, ActionKind, ActionReceiver};
use domain::requests::wire::RequestPage;
use domain::requests::{EventKind, Status};
use serde_json::json;

/// A note whose work is checked, and one whose work can be put off.
const CHECKED: &str = "key: checked\nname: Checked note\ndescription: A note.\nicon: check\ncategory: Help\nprefix: CK\nform: note\n\
    plan:\n  qa: true\n  schedule: true\n";

/// The people of the north, and a note of Hana's in two flavours.
struct Desk {
    world: World,
    hana: Caller,
    /// Works on requests.
    mina: Caller,
    /// Administers: may do everything but what is the requester's.
    ada: Caller,
}

impl Desk {
    async fn new(world: World) -> Self {
        world.apply_file("north", "items/checked.yaml", CHECKED).await;
        let (hana, mina, ada) =
            (world.caller("north", "hana").await, world.caller("north", "mina").await, world.caller("north", "ada").await);
        Self { world, hana, mina, ada }
    }

    async fn note(&self) -> String {
        file(&self.world, &self.hana, "note", json!({"text": "Hello"})).await
    }

    async fn try_to(&self, who: &Caller, number: &str, act: ActionCall) -> backend::Result<Option<RequestPage>> {
        paged::act(&self.world.backend, who, number, act, None).await
    }

    async fn does(&self, who: &Caller, number: &str, act: ActionCall) -> RequestPage {
        let said = format!("{act:?}");
        self.try_to(who, number, act).await.unwrap_or_else(|error| panic!("{said}: {error}")).unwrap()
    }

    /// Does it and expects the status after it.
    async fn leads(&self, who: &Caller, number: &str, act: ActionCall, to: Status) -> RequestPage {
        let page = self.does(who, number, act).await;
        assert_eq!(page.summary.status, to);
        page
    }

    async fn page(&self, who: &Caller, number: &str) -> RequestPage {
        requests::page(&self.world.backend, who, number).await.unwrap()
    }
}

fn words(text: &str) -> String {
    text.to_owned()
}

fn local(year: i32, month: u32, day: u32, hour: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(hour, 0, 0).unwrap()
}

#[tokio::test]
async fn the_work_on_a_request_from_open_to_closed() {
    on_both(|world| async move {
        let desk = Desk::new(world).await;
        let number = desk.note().await;
        let page = desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::AssignToMe, ""), Status::Assigned).await;
        assert_eq!(page.assignee.as_ref().map(|person| person.name.as_str()), Some("Mina Park"));
        let again = desk.try_to(&desk.mina, &number, ActionCall::new(ActionKind::AssignToMe, "")).await;
        assert!(matches!(refusal(again), Refusal::Conflict { message } if message.contains("Mina Park has this request already")));
        let page = desk.leads(&desk.ada, &number, ActionCall::assign(desk.ada.id()), Status::Assigned).await;
        assert_eq!(page.assignee.unwrap().id, desk.ada.id());

        desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::Start, ""), Status::InProgress).await;
        let empty = desk.try_to(&desk.mina, &number, ActionCall::new(ActionKind::Block, words(" "))).await;
        assert!(matches!(refusal(empty), Refusal::Input { path, .. } if path == "words"));
        desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::Block, words("The part is ordered")), Status::Blocked).await;
        desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::Unblock, words("It came")), Status::InProgress).await;
        desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::RequestInfo, words("Which room?")), Status::NeedsInfo).await;
        assert_eq!(desk.page(&desk.hana, &number).await.question.as_deref(), Some("Which room?"));
        assert!(matches!(
            refusal(desk.try_to(&desk.mina, &number, ActionCall::new(ActionKind::ProvideInfo, words("x"))).await),
            Refusal::NotNow { .. }
        ));
        desk.leads(&desk.hana, &number, ActionCall::new(ActionKind::ProvideInfo, words("12")), Status::InProgress).await;

        let refused = desk.try_to(&desk.mina, &number, ActionCall::new(ActionKind::Escalate, words("Stuck"))).await;
        assert!(matches!(refusal(refused), Refusal::NotNow { message } if message.contains("supervisor")));
        desk.leads(&desk.ada, &number, ActionCall::new(ActionKind::Escalate, words("Stuck")), Status::Escalated).await;
        desk.leads(&desk.ada, &number, ActionCall::new(ActionKind::TakeOver, ""), Status::InProgress).await;
        let page = desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::Resolve, words("Painted")), Status::Resolved).await;
        assert!(page.allowed.locked.is_some());
        assert!(matches!(
            refusal(desk.try_to(&desk.mina, &number, ActionCall::new(ActionKind::Block, words("x"))).await),
            Refusal::NotNow { .. }
        ));
        desk.leads(&desk.hana, &number, ActionCall::new(ActionKind::Reopen, words("Still wet")), Status::InProgress).await;
        desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::Resolve, words("Dry")), Status::Resolved).await;
        let page = desk.leads(&desk.hana, &number, ActionCall::new(ActionKind::Close, words("")), Status::Completed).await;
        assert!(!page.allowed.may(ActionKind::Cancel) && !page.allowed.may(ActionKind::Reopen));
        assert!(matches!(refusal(desk.try_to(&desk.ada, &number, ActionCall::new(ActionKind::Retry, "")).await), Refusal::NotNow { .. }));
        desk.world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn work_that_is_checked_is_passed_or_returned_and_not_completed_otherwise() {
    on_both(|world| async move {
        let desk = Desk::new(world).await;
        let number = file(&desk.world, &desk.hana, "checked", json!({"text": "Hello"})).await;
        desk.does(&desk.mina, &number, ActionCall::new(ActionKind::Start, "")).await;
        let early = desk.try_to(&desk.mina, &number, ActionCall::new(ActionKind::Complete, words(""))).await;
        assert!(matches!(refusal(early), Refusal::NotNow { message } if message.contains("QA")));
        desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::SendToQa, words("Ready")), Status::InQa).await;
        let own = desk.try_to(&desk.mina, &number, ActionCall::new(ActionKind::PassQa, words(""))).await;
        assert!(matches!(refusal(own), Refusal::NotNow { .. }), "Mina does not check quality");
        assert!(matches!(
            refusal(desk.try_to(&desk.ada, &number, ActionCall::new(ActionKind::ReturnFromQa, words(""))).await),
            Refusal::Input { .. }
        ));
        desk.leads(&desk.ada, &number, ActionCall::new(ActionKind::ReturnFromQa, words("Page 2 is missing")), Status::InProgress).await;
        desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::SendToQa, words("")), Status::InQa).await;
        desk.leads(&desk.ada, &number, ActionCall::new(ActionKind::PassQa, words("Fine")), Status::Completed).await;
        desk.world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn work_is_put_off_to_a_time_where_the_person_is() {
    on_both(|world| async move {
        let desk = Desk::new(world).await;
        let number = file(&desk.world, &desk.hana, "checked", json!({"text": "Hello"})).await;
        let past = desk.try_to(&desk.mina, &number, ActionCall::schedule(local(2026, 3, 12, 8))).await;
        assert!(matches!(refusal(past), Refusal::Input { path, .. } if path == "at"));
        let page = desk.leads(&desk.mina, &number, ActionCall::schedule(local(2026, 4, 1, 9)), Status::Scheduled).await;
        assert_eq!(page.scheduled_for.unwrap().to_rfc3339(), "2026-04-01T09:00:00+00:00");
        // The same words of another clock: London is an hour ahead in April.
        let mut london = desk.mina.clone();
        london.zone = desk.hana.zone;
        let page = desk.does(&london, &number, ActionCall::schedule(local(2026, 4, 1, 9))).await;
        assert_eq!(page.scheduled_for.unwrap().to_rfc3339(), "2026-04-01T08:00:00+00:00");
        let page = desk.leads(&desk.mina, &number, ActionCall::new(ActionKind::Activate, ""), Status::Open).await;
        assert_eq!(page.scheduled_for, None);
        let plain = desk.note().await;
        assert!(matches!(
            refusal(desk.try_to(&desk.mina, &plain, ActionCall::schedule(local(2026, 4, 1, 9))).await),
            Refusal::NotNow { .. }
        ));
        desk.world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn cancelled_requests_come_back_to_where_they_were_and_deleted_ones_leave_every_list() {
    on_both(|world| async move {
        let desk = Desk::new(world).await;
        let number = desk.note().await;
        desk.does(&desk.mina, &number, ActionCall::new(ActionKind::Start, "")).await;
        desk.does(&desk.mina, &number, ActionCall::new(ActionKind::Block, words("Paint"))).await;
        desk.leads(&desk.hana, &number, ActionCall::new(ActionKind::Cancel, words("No need")), Status::Cancelled).await;
        let ruth = desk.world.caller("north", "ruth").await;
        assert_eq!(refusal(desk.try_to(&ruth, &number, ActionCall::new(ActionKind::Uncancel, words(""))).await), Refusal::NotFound);
        desk.leads(&desk.hana, &number, ActionCall::new(ActionKind::Uncancel, words("Needed")), Status::Blocked).await;
        desk.does(&desk.mina, &number, ActionCall::new(ActionKind::Cancel, words("Out of paint"))).await;
        let not_theirs = desk.try_to(&desk.hana, &number, ActionCall::new(ActionKind::Uncancel, words(""))).await;
        assert!(matches!(refusal(not_theirs), Refusal::NotNow { .. }), "Mina cancelled it");

        let badge = file(&desk.world, &desk.hana, "badge", json!({"text": "Hello"})).await;
        assert!(desk.try_to(&desk.hana, &badge, ActionCall::new(ActionKind::Delete, words("By mistake"))).await.unwrap().is_none());
        assert_eq!(refusal(requests::page(&desk.world.backend, &desk.hana, &badge).await), Refusal::NotFound);
        let page = desk.page(&desk.ada, &badge).await;
        assert!(matches!(&page.events.last().unwrap().what, EventKind::Deleted { reason } if reason == "By mistake"));
        assert!(page.allowed.locked.is_some());
        desk.world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn approvals_are_taken_back_and_re_routed() {
    on_both(|world| async move {
        let desk = Desk::new(world).await;
        let world = &desk.world;
        let (ruth, petra, jonas) =
            (world.caller("north", "ruth").await, world.caller("north", "petra").await, world.caller("north", "jonas").await);
        let number = file(world, &desk.hana, "laptop", json!({"model": "light"})).await;
        decide(world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        let page = desk.leads(&ruth, &number, ActionCall::new(ActionKind::Withdraw, words("Wrong one")), Status::PendingApproval).await;
        assert!(page.approval.rules.iter().all(|rule| rule.given.is_none()));

        let to = |id: PersonId| ActionCall::reroute(words("money"), ActionReceiver::Person(id), words("Ruth is away"));
        assert!(matches!(refusal(desk.try_to(&petra, &number, to(jonas.id())).await), Refusal::NotNow { .. }), "no administrator");
        assert!(matches!(refusal(desk.try_to(&desk.ada, &number, to(desk.hana.id())).await), Refusal::Input { .. }), "her own");
        let page = desk.does(&desk.ada, &number, to(jonas.id())).await;
        assert_eq!(page.approval.rules[0].words, "Jonas Weber");
        assert_eq!(page.approval.rules[0].moved, "Re-routed, instead of Ruth Abel");
        assert!(decide(world, &ruth, &number, ApproverVerdict::Approve, "").await.is_err(), "it is no longer Ruth's");
        decide(world, &jonas, &number, ApproverVerdict::Approve, "").await.unwrap();
        let page = decide(world, &petra, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!(page.summary.status, Status::InProgress);
        world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn of_two_who_start_the_work_at_once_one_does_and_the_other_is_told_who() {
    on_both(|world| async move {
        let desk = Desk::new(world).await;
        let other = desk.world.another().await;
        for _ in 0..4 {
            let number = desk.note().await;
            let seen = Some(desk.page(&desk.mina, &number).await.events.len() as u32);
            let (one, two) = tokio::join!(
                paged::act(&desk.world.backend, &desk.mina, &number, ActionCall::new(ActionKind::Start, ""), seen),
                paged::act(&other.backend, &desk.ada, &number, ActionCall::new(ActionKind::Start, ""), seen),
            );
            let (winner, lost) = match (one, two) {
                (Ok(page), lost) => (page, lost),
                (lost, Ok(page)) => (page, lost),
                (one, two) => panic!("nobody won: {one:?} {two:?}"),
            };
            let page = winner.unwrap();
            let by = page.events.iter().find(|event| event.what == EventKind::Started).unwrap().actor.clone().unwrap().name;
            match refusal(lost) {
                Refusal::Conflict { message } => {
                    assert!(message.starts_with(&format!("{by} started the work a moment ago. ")), "{message}")
                }
                other => panic!("{other:?}"),
            }
        }
        desk.world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancellation_and_an_approval_at_once_have_one_outcome() {
    on_both(|world| async move {
        let desk = Desk::new(world).await;
        let other = desk.world.another().await;
        let ruth = desk.world.caller("north", "ruth").await;
        for _ in 0..6 {
            let number = file(&desk.world, &desk.hana, "access", json!({"system": "Ledger"})).await;
            let (cancelled, approved) = tokio::join!(
                desk.try_to(&desk.hana, &number, ActionCall::new(ActionKind::Cancel, words("Not needed"))),
                decide(&other, &ruth, &number, ApproverVerdict::Approve, ""),
            );
            let page = desk.page(&desk.hana, &number).await;
            let order: Vec<&str> = page
                .events
                .iter()
                .filter_map(|event| match event.what {
                    EventKind::Approved { .. } => Some("approved"),
                    EventKind::Cancelled { .. } => Some("cancelled"),
                    _ => None,
                })
                .collect();
            // Whoever approved first did; a request at work can still be cancelled. Nobody approves what is cancelled.
            cancelled.unwrap();
            assert_eq!(page.summary.status, Status::Cancelled);
            match approved {
                Ok(_) => assert_eq!(order, ["approved", "cancelled"]),
                Err(error) => {
                    assert_eq!(order, ["cancelled"]);
                    assert!(error.to_string().contains("cancelled"), "{error}");
                }
            }
        }
        desk.world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn a_decision_and_the_time_it_was_due_have_one_outcome() {
    const TIMED: &str = "key: timed\nname: Timed\ndescription: A note.\nicon: check\ncategory: Help\nprefix: TM\nform: note\n\
        approval:\n  rules:\n    - { key: money, label: Who pays, person: ruth@north.example }\n  deadline: { hours: 4, then: reject }\n";
    on_both(|world| async move {
        world.apply_file("north", "items/timed.yaml", TIMED).await;
        let desk = Desk::new(world).await;
        let other = desk.world.another().await;
        let ruth = desk.world.caller("north", "ruth").await;
        for _ in 0..4 {
            let number = file(&desk.world, &desk.hana, "timed", json!({"text": "Hello"})).await;
            desk.world.clock.advance(Duration::hours(5));
            let (decided, ran) =
                tokio::join!(decide(&desk.world, &ruth, &number, ApproverVerdict::Approve, ""), backend::periodic::run(&other.backend));
            ran.unwrap();
            let page = desk.page(&desk.hana, &number).await;
            let timed_out = page.events.iter().any(|event| matches!(event.what, EventKind::TimedOut { .. }));
            match decided {
                Ok(_) => assert!(!timed_out && page.summary.status == Status::Open, "{:?}", page.events),
                Err(error) => {
                    assert!(timed_out && page.summary.status == Status::Rejected);
                    assert!(error.to_string().starts_with("Docket declined this"), "{error}");
                }
            }
        }
        desk.world.deliver_all().await;
    })
    .await;
}

#[tokio::test]
async fn those_who_work_find_each_other_and_nobody_else_finds_them() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let be = &world.backend;
        let names = |found: Vec<domain::people::PersonRef>| found.into_iter().map(|person| person.name).collect::<Vec<_>>();
        assert_eq!(names(people::search_workers(be, &mina, "").await.unwrap()), ["Ada Marsh", "Mina Park"]);
        assert_eq!(names(people::search_workers(be, &mina, "par").await.unwrap()), ["Mina Park"]);
        assert!(people::search_workers(be, &mina, "hana").await.unwrap().is_empty());
        assert_eq!(refusal(people::search_workers(be, &hana, "").await), Refusal::NotFound);
    })
    .await;
}
