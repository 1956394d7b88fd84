//! The queue and the board: who sees them, what is in them, in which order, and page by page.

use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::{Caller, approvals, people, requests};
use chrono::Duration;
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::approvals::wire::ApproverDecision;
use domain::requests::Status;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::queue::{AssigneeChoice, DueChoice, LANES, QueueFilter, QueuePage};
use domain::requests::sla::shown::SlaPace;
use serde_json::json;

/// A note that somebody has to look at within so many minutes.
async fn promise(world: &World, minutes: u32) {
    let item = format!(
        "key: note\nname: Note to the desk\ndescription: Nobody has to approve a note.\nicon: sticky-note\ncategory: Help\nprefix: N\n\
         form: note\nsla:\n  resolution_minutes: {minutes}\n"
    );
    world.apply_file("north", "items/note.yaml", &item).await;
}

async fn note(world: &World, who: &Caller) -> String {
    world.clock.advance(Duration::minutes(1));
    file(world, who, "note", json!({"text": "A lamp is broken"})).await
}

async fn act(world: &World, who: &Caller, number: &str, act: ActionCall) {
    paged::act(&world.backend, who, number, act, None).await.unwrap();
}

async fn ask(world: &World, who: &Caller, filter: QueueFilter) -> QueuePage {
    requests::queue(&world.backend, who, filter, None).await.unwrap()
}

fn numbers(page: &QueuePage) -> Vec<&str> {
    page.rows.iter().map(|row| row.summary.number.as_str()).collect()
}

#[tokio::test]
async fn only_those_who_work_on_requests_have_a_queue() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let number = note(&world, &hana).await;
        for caller in [&hana, &world.caller("north", "ruth").await] {
            let queue = requests::queue(&world.backend, caller, QueueFilter::default(), None).await;
            assert!(matches!(refusal(queue), Refusal::NotFound));
            assert!(matches!(refusal(requests::board(&world.backend, caller, QueueFilter::default()).await), Refusal::NotFound));
        }
        assert_eq!(numbers(&ask(&world, &mina, QueueFilter::default()).await), [number.as_str()]);
        let otto = world.caller("south", "otto").await;
        let there = requests::queue(&world.backend, &otto, QueueFilter::default(), None).await;
        if let Ok(page) = there {
            assert!(page.rows.is_empty() && page.counts.open == 0 && page.people.iter().all(|person| person.id != mina.id()));
        }
        let wrong = requests::queue(&world.backend, &mina, QueueFilter::default(), Some("nowhere".to_owned())).await;
        assert!(matches!(refusal(wrong), Refusal::Input { .. }));
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_whatever_is_filed_meanwhile() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let mut filed = Vec::new();
        for _ in 0..120 {
            filed.push(note(&world, &hana).await);
        }
        let first = ask(&world, &mina, QueueFilter::default()).await;
        assert_eq!((first.rows.len(), numbers(&first).concat()), (50, filed[..50].concat()));
        assert_eq!((first.counts.open, first.counts.unassigned, first.counts.mine, first.counts.late), (120, 120, 0, 0));
        // One that was shown ends, and one is filed that stands behind all of them.
        act(&world, &hana, &filed[3], ActionCall::new(ActionKind::Cancel, "Found it")).await;
        filed.push(note(&world, &hana).await);
        let second = requests::queue(&world.backend, &mina, QueueFilter::default(), first.next.clone()).await.unwrap();
        assert_eq!(numbers(&second).concat(), filed[50..100].concat());
        let third = requests::queue(&world.backend, &mina, QueueFilter::default(), second.next.clone()).await.unwrap();
        assert_eq!((numbers(&third).concat(), third.next.is_none()), (filed[100..].concat(), true));
        // The same with a filter that several ranges answer.
        let nobody = QueueFilter { holder: Some(AssigneeChoice::Nobody), ..QueueFilter::default() };
        let first = ask(&world, &mina, nobody.clone()).await;
        let second = requests::queue(&world.backend, &mina, nobody, first.next.clone()).await.unwrap();
        assert_eq!([numbers(&first), numbers(&second)].concat(), [&filed[..3], &filed[4..101]].concat());
    })
    .await;
}

#[tokio::test]
async fn every_filter_finds_its_own() {
    on_both(|world| async move {
        let (hana, mina, ada) =
            (world.caller("north", "hana").await, world.caller("north", "mina").await, world.caller("north", "ada").await);
        let jonas = world.caller("north", "jonas").await;
        let free = note(&world, &hana).await;
        let held = note(&world, &jonas).await;
        act(&world, &mina, &held, ActionCall::new(ActionKind::AssignToMe, "")).await;
        let begun = note(&world, &hana).await;
        act(&world, &ada, &begun, ActionCall::new(ActionKind::Start, "")).await;
        world.clock.advance(Duration::minutes(1));
        let waiting = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        let over = note(&world, &hana).await;
        act(&world, &hana, &over, ActionCall::new(ActionKind::Cancel, "Found it")).await;
        let gone = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        act(&world, &hana, &gone, ActionCall::new(ActionKind::Delete, "Twice")).await;

        let all = QueueFilter::default;
        let cases = [
            (all(), vec![&free, &held, &begun, &waiting]),
            (QueueFilter { status: Some(Status::Open), ..all() }, vec![&free]),
            (QueueFilter { status: Some(Status::PendingApproval), ..all() }, vec![&waiting]),
            (QueueFilter { holder: Some(AssigneeChoice::Me), ..all() }, vec![&held]),
            (QueueFilter { holder: Some(AssigneeChoice::Person(ada.id())), ..all() }, vec![&begun]),
            (QueueFilter { holder: Some(AssigneeChoice::Nobody), ..all() }, vec![&free, &waiting]),
            (QueueFilter { item: Some("note".to_owned()), ..all() }, vec![&free, &held, &begun]),
            (QueueFilter { item: Some("note".to_owned()), holder: Some(AssigneeChoice::Nobody), ..all() }, vec![&free]),
            (QueueFilter { item: Some("nothing".to_owned()), ..all() }, vec![]),
            (QueueFilter { ended: true, ..all() }, vec![&over]),
            (QueueFilter { ended: true, item: Some("laptop".to_owned()), ..all() }, vec![]),
            (QueueFilter { text: "weber".to_owned(), ..all() }, vec![&held]),
            (QueueFilter { text: "hana sato".to_owned(), status: Some(Status::Open), ..all() }, vec![&free]),
            (QueueFilter { text: "note desk".to_owned(), ..all() }, vec![&free, &held, &begun]),
            (QueueFilter { text: "LAP".to_owned(), ..all() }, vec![&waiting]),
            (QueueFilter { text: waiting.to_lowercase().replace('-', " "), ..all() }, vec![&waiting]),
            (QueueFilter { text: waiting[..5].to_owned(), ..all() }, vec![&waiting]),
            (QueueFilter { text: waiting[..4].to_owned(), ..all() }, vec![&waiting]),
            (QueueFilter { text: "it-".to_owned(), ..all() }, vec![&waiting]),
            (QueueFilter { text: "x%_".to_owned(), ..all() }, vec![]),
            (QueueFilter { due: Some(DueChoice::Late), ..all() }, vec![]),
        ];
        for (filter, expected) in cases {
            let page = ask(&world, &mina, filter.clone()).await;
            assert_eq!(numbers(&page), expected, "{filter:?}");
        }
        let page = ask(&world, &mina, all()).await;
        assert_eq!((page.counts.open, page.counts.mine, page.counts.unassigned), (4, 1, 2));
        let held = &page.rows[1];
        assert_eq!((held.assignee.as_ref().unwrap().name.as_str(), held.summary.note.as_str()), ("Mina Park", "Mina Park has it"));
        assert_eq!(
            (held.events, held.allowed.may(ActionKind::Start), held.allowed.may(ActionKind::AssignToMe), held.due_at),
            (3, true, false, None)
        );
        assert!(page.items.iter().any(|choice| choice.key == "note"));
        assert_eq!(page.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Ada Marsh", "Mina Park"]);

        let board = requests::board(&world.backend, &mina, all()).await.unwrap();
        assert_eq!(board.lanes.iter().map(|lane| lane.status).collect::<Vec<_>>(), LANES);
        let full: Vec<(Status, u32)> = board.lanes.iter().filter(|lane| lane.count > 0).map(|lane| (lane.status, lane.count)).collect();
        assert_eq!(full, [(Status::Open, 1), (Status::Assigned, 1), (Status::InProgress, 1)]);
        assert_eq!(board.lanes[0].rows[0].summary.number, free);
        let board = requests::board(&world.backend, &mina, QueueFilter { holder: Some(AssigneeChoice::Me), ..all() }).await.unwrap();
        assert_eq!(board.lanes.iter().map(|lane| lane.rows.len()).sum::<usize>(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_text_of_thousands_of_words_is_refused_and_one_of_some_finds() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let number = note(&world, &hana).await;
        for text in ["a ".repeat(2_000), "a".repeat(1_000_000), "-a".repeat(40), "' ".repeat(400)] {
            let filter = QueueFilter { text: text.clone(), ..Default::default() };
            assert_eq!(refused(requests::queue(&world.backend, &mina, filter.clone(), None).await), text.len() > 100);
            assert_eq!(refused(requests::board(&world.backend, &mina, filter).await), text.len() > 100);
            assert_eq!(refused(people::search_people(&world.backend, &mina, &text).await), text.len() > 100);
            assert_eq!(refused(people::search_workers(&world.backend, &mina, &text).await), text.len() > 100);
            assert_eq!(refused(people::search_groups(&world.backend, &mina, &text).await), text.len() > 100);
        }
        let found = ask(&world, &mina, QueueFilter { text: format!("{} sato", "hana ".repeat(10)), ..Default::default() }).await;
        assert_eq!(numbers(&found), [number]);
    })
    .await;
}

fn refused<T: std::fmt::Debug>(answer: backend::Result<T>) -> bool {
    match answer {
        Ok(_) => false,
        Err(backend::Error::Refused(Refusal::Input { .. })) => true,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn what_was_promised_first_is_first_and_late_when_its_time_is_over() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let unpromised = note(&world, &hana).await;
        promise(&world, 600).await;
        let later = note(&world, &hana).await;
        promise(&world, 60).await;
        let sooner = note(&world, &hana).await;
        let asked = note(&world, &hana).await;
        act(&world, &mina, &asked, ActionCall::new(ActionKind::RequestInfo, "Which lamp?")).await;

        let page = ask(&world, &mina, QueueFilter::default()).await;
        assert_eq!(numbers(&page), [&sooner, &asked, &later, &unpromised]);
        let due = |at: usize| page.rows[at].due.as_ref().map(|due| (due.words.as_str(), due.pace));
        assert_eq!(due(0), Some(("59 m left", SlaPace::Soon)));
        assert_eq!((due(1), page.rows[1].paused), (Some(("Paused", SlaPace::Paused)), true));
        assert_eq!((due(2), due(3)), (Some(("9 h left", SlaPace::Calm)), None));

        let (late, today) = (
            QueueFilter { due: Some(DueChoice::Late), ..Default::default() },
            QueueFilter { due: Some(DueChoice::Today), ..Default::default() },
        );
        assert!(numbers(&ask(&world, &mina, late.clone()).await).is_empty());
        assert_eq!(numbers(&ask(&world, &mina, today).await), [&sooner, &later]);
        world.clock.advance(Duration::minutes(95));
        let page = ask(&world, &mina, late.clone()).await;
        assert_eq!((numbers(&page), page.counts.late), (vec![sooner.as_str()], 1));
        assert_eq!(page.rows[0].due.as_ref().unwrap().words, "36 m over");
        let open = ask(&world, &mina, QueueFilter { status: Some(Status::NeedsInfo), ..Default::default() }).await;
        assert_eq!(open.rows[0].due.as_ref().unwrap().pace, SlaPace::Paused, "a clock that stands still is not late");
        // The answer sets the clock going with the time that was left.
        act(&world, &hana, &asked, ActionCall::new(ActionKind::ProvideInfo, "The one by the door")).await;
        let open = ask(&world, &mina, QueueFilter { text: asked.clone(), ..Default::default() }).await;
        assert_eq!(open.rows[0].due.as_ref().unwrap().words, "1 h left");
        // Resolved work is due no more.
        act(&world, &mina, &sooner, ActionCall::new(ActionKind::Start, "")).await;
        act(&world, &mina, &sooner, ActionCall::new(ActionKind::Resolve, "Replaced")).await;
        assert!(numbers(&ask(&world, &mina, late).await).is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_inbox_of_many_groups_lists_each_request_once() {
    on_both(|world| async move {
        let (hana, samir) = (world.caller("north", "hana").await, world.caller("north", "samir").await);
        let mut filed = Vec::new();
        for _ in 0..3 {
            world.clock.advance(Duration::minutes(1));
            filed.push(file(&world, &hana, "access", json!({"system": "Ledger"})).await);
            world.clock.advance(Duration::minutes(1));
            filed.push(file(&world, &hana, "laptop", json!({"model": "light"})).await);
        }
        let inbox = approvals::inbox(&world.backend, &samir, 0).await.unwrap();
        assert_eq!(inbox.rows.iter().map(|row| row.number.as_str()).collect::<Vec<_>>(), filed);
        assert_eq!((inbox.count, approvals::count(&world.backend, &samir).await.unwrap()), (6, 6));
        let decision = ApproverDecision { number: filed[0].clone(), verdict: ApproverVerdict::Reject, reason: "No".to_owned(), seen: 1 };
        paged::decide(&world.backend, &samir, decision).await.unwrap();
        assert_eq!(approvals::count(&world.backend, &samir).await.unwrap(), 5);
        world.deliver_all().await;
    })
    .await;
}
