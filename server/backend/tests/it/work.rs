//! Tasks, comments and share links.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::{Backend, Caller, notices, outbox, people, requests};
use chrono::{Duration, NaiveDate};
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::id::TaskId;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::comments::{CommentAudience, CommentAuthor};
use domain::requests::tasks::TaskStatus;
use domain::requests::wire::RequestPage;
use domain::requests::work::{CommentDraft, TaskDraft};
use domain::requests::{EventKind, Status};
use serde_json::json;

const WITH_TASKS: &str = "key: note\nname: Note to the desk\ndescription: Nobody has to approve a note.\nicon: sticky-note\ncategory: Help\nprefix: N\n\
    form: note\nplan:\n  tasks:\n    - { key: look, title: Look at it, required: true, assignee: mina@north.example, due_days: 2 }\n    \
    - { key: file, title: File it, description: In the cabinet }\n";

fn task(title: &str, required: bool) -> TaskDraft {
    TaskDraft { title: title.to_owned(), required, ..TaskDraft::default() }
}

fn words(body: &str, audience: CommentAudience) -> CommentDraft {
    CommentDraft { audience, task: None, body: body.to_owned() }
}

async fn act(be: &Backend, caller: &Caller, number: &str, act: ActionCall) -> backend::Result<RequestPage> {
    paged::act(be, caller, number, act, None).await.map(|page| page.expect("still seen"))
}

async fn note(world: &World) -> (String, Caller, Caller) {
    let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
    (file(world, &hana, "note", json!({"text": "The door squeaks"})).await, hana, mina)
}

fn complete() -> ActionCall {
    ActionCall::new(ActionKind::Complete, "")
}

#[tokio::test]
async fn a_required_task_holds_the_request_back_until_it_is_over() {
    on_both(|world| async move {
        let be = &world.backend;
        let (number, hana, mina) = note(&world).await;
        assert!(matches!(refusal(paged::add_task(be, &hana, &number, task("Mine", false)).await), Refusal::NotNow { .. }));
        assert!(
            matches!(refusal(paged::add_task(be, &mina, &number, task("  ", false)).await), Refusal::Input { path, .. } if path == "title")
        );
        let page = paged::add_task(be, &mina, &number, task("Oil it", true)).await.unwrap();
        let id = page.work.tasks[0].task.id;
        act(be, &mina, &number, ActionCall::new(ActionKind::Start, "")).await.unwrap();
        let held = refusal(act(be, &mina, &number, complete()).await);
        assert!(matches!(&held, Refusal::NotNow { message } if message.starts_with("1 required task is not done")), "{held:?}");
        let page = paged::change_task(be, &mina, id, TaskStatus::Done, "Oiled".to_owned()).await.unwrap();
        assert_eq!((page.work.tasks[0].task.status, page.work.tasks[0].task.notes.as_str()), (TaskStatus::Done, "Oiled"));
        assert!(matches!(page.events.last().unwrap().what, EventKind::TaskChanged { to: TaskStatus::Done, .. }));
        let done = act(be, &mina, &number, complete()).await.unwrap();
        assert_eq!(done.summary.status, Status::Completed);
        // Over: nothing about it changes any more.
        assert!(matches!(refusal(paged::change_task(be, &mina, id, TaskStatus::Open, String::new()).await), Refusal::NotNow { .. }));
        assert!(matches!(refusal(paged::add_task(be, &mina, &number, task("Late", false)).await), Refusal::NotNow { .. }));
        assert!(!done.work.may_add && !done.work.may_comment);
    })
    .await;
}

#[tokio::test]
async fn finishing_the_last_task_and_completing_never_miss_each_other() {
    on_both(|world| async move {
        let be = &world.backend;
        let (number, _, mina) = note(&world).await;
        act(be, &mina, &number, ActionCall::new(ActionKind::Start, "")).await.unwrap();
        for round in 0..8 {
            let page = paged::add_task(be, &mina, &number, task(&format!("Step {round}"), true)).await.unwrap();
            let id = page.work.tasks.last().unwrap().task.id;
            paged::change_task(be, &mina, id, TaskStatus::Done, String::new()).await.unwrap();
            let again = paged::change_task(be, &mina, id, TaskStatus::Open, String::new());
            let (opened, completed) = tokio::join!(again, act(be, &mina, &number, complete()));
            // Whoever was first wins; the request is never completed with an open required task.
            assert!(opened.is_ok() != completed.is_ok(), "{opened:?} {completed:?}");
            let page = requests::page(be, &mina, &number).await.unwrap();
            let open = page.work.tasks.iter().any(|view| !view.task.status.is_over());
            assert_eq!(page.summary.status == Status::Completed, !open);
            if !open {
                break;
            }
            paged::change_task(be, &mina, id, TaskStatus::Done, String::new()).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn tasks_of_the_plan_are_there_when_the_work_begins() {
    on_both(|world| async move {
        let be = &world.backend;
        world.apply_file("north", "items/note.yaml", WITH_TASKS).await;
        let (number, _, mina) = note(&world).await;
        let page = requests::page(be, &mina, &number).await.unwrap();
        let titles: Vec<_> = page.work.tasks.iter().map(|view| view.task.title.as_str()).collect();
        assert_eq!(titles, ["Look at it", "File it"]);
        let first = &page.work.tasks[0].task;
        assert_eq!(first.assignee.as_ref().unwrap().id, mina.id());
        assert_eq!(first.due, NaiveDate::from_ymd_opt(2026, 3, 14));
        assert_eq!(page.events.iter().filter(|event| matches!(event.what, EventKind::TaskAdded { .. })).count(), 2);
        let mine = requests::my_tasks(be, &mina).await.unwrap();
        assert_eq!((mine.len(), mine[0].number.as_str(), mine[0].overdue), (1, number.as_str(), false));
        assert_eq!(people::me(be, &mina).await.unwrap().task_count, 1);
        paged::change_task(be, &mina, first.id, TaskStatus::Cancelled, "Not needed".to_owned()).await.unwrap();
        assert_eq!(people::me(be, &mina).await.unwrap().task_count, 0);
        paged::change_task(be, &mina, first.id, TaskStatus::Open, String::new()).await.unwrap();
        world.clock.advance(Duration::days(3));
        let mina = world.caller("north", "mina").await;
        assert!(requests::my_tasks(be, &mina).await.unwrap()[0].overdue);

        // With an approval they come with the last decision, not before.
        let approved =
            WITH_TASKS.replace("plan:\n", "approval: { rules: [{ key: money, label: Who pays, person: ruth@north.example }] }\nplan:\n");
        world.apply_file("north", "items/note.yaml", &approved).await;
        let (number, _, mina) = note(&world).await;
        assert!(requests::page(be, &mina, &number).await.unwrap().work.tasks.is_empty());
        let ruth = world.caller("north", "ruth").await;
        let page = decide(&world, &ruth, &number, ApproverVerdict::Approve, "").await.unwrap();
        assert_eq!((page.summary.status, page.work.tasks.len()), (Status::Open, 2));
    })
    .await;
}

#[tokio::test]
async fn comments_are_read_by_whom_they_are_for_and_changed_for_ten_minutes() {
    on_both(|world| async move {
        let be = &world.backend;
        let (number, hana, mina) = note(&world).await;
        paged::comment(be, &mina, &number, words("The hinge is bent", CommentAudience::Internal)).await.unwrap();
        paged::comment(be, &mina, &number, words("We look at it today", CommentAudience::Public)).await.unwrap();
        let seen: Vec<_> = requests::page(be, &hana, &number).await.unwrap().work.comments;
        assert_eq!(seen.iter().map(|view| view.comment.body.as_str()).collect::<Vec<_>>(), ["We look at it today"]);
        assert!(!seen[0].may_change);
        assert!(matches!(refusal(paged::comment(be, &hana, &number, words("x", CommentAudience::Internal)).await), Refusal::NotNow { .. }));
        assert!(matches!(refusal(paged::comment(be, &hana, &number, words(" ", CommentAudience::Public)).await), Refusal::Input { .. }));
        assert!(matches!(
            refusal(paged::comment(be, &hana, &number, words(&"x".repeat(4001), CommentAudience::Public)).await),
            Refusal::Input { .. }
        ));
        let other = world.caller("north", "jonas").await;
        assert_eq!(refusal(paged::comment(be, &other, &number, words("x", CommentAudience::Public)).await), Refusal::NotFound);

        let page = paged::comment(be, &hana, &number, words("Thank you", CommentAudience::Public)).await.unwrap();
        let id = page.work.comments.last().unwrap().comment.id;
        assert!(matches!(refusal(paged::edit_comment(be, &mina, id, "Mine".to_owned()).await), Refusal::NotNow { .. }));
        let page = paged::edit_comment(be, &hana, id, "Thank you!".to_owned()).await.unwrap();
        let last = page.work.comments.last().unwrap();
        assert!(last.comment.body == "Thank you!" && last.comment.edited_at.is_some());
        assert_eq!(paged::remove_comment(be, &hana, id).await.unwrap().work.comments.len(), 1);
        assert_eq!(paged::restore_comment(be, &hana, id).await.unwrap().work.comments.len(), 2);
        world.clock.advance(Duration::minutes(10));
        let late = refusal(paged::remove_comment(be, &hana, id).await);
        assert!(matches!(&late, Refusal::NotNow { message } if message.contains("10 minutes")), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_mention_tells_those_who_may_read_it_once() {
    on_both(|world| async move {
        let be = &world.backend;
        let (number, hana, mina) = note(&world).await;
        let (ada, jonas) = (world.caller("north", "ada").await, world.caller("north", "jonas").await);
        let body = format!("@[Ada Marsh]({}) and @[Jonas Weber]({}), look", ada.id(), jonas.id());
        paged::comment(be, &hana, &number, words(&body, CommentAudience::Public)).await.unwrap();
        // One notice, for Ada alone: Jonas does not see the request.
        outbox::run_once(be).await.unwrap();
        let told = async |who| {
            let list = notices::list(be, who, None).await.unwrap();
            list.rows.into_iter().filter(|row| row.event == "mentioned").map(|row| row.text).collect::<Vec<_>>()
        };
        assert_eq!(told(&ada).await, ["@Ada Marsh and @Jonas Weber, look"]);
        assert_eq!(told(&jonas).await, Vec::<String>::new());
        paged::comment(be, &mina, &number, words(&format!("@[Hana Sato]({})", hana.id()), CommentAudience::Internal)).await.unwrap();
        outbox::run_once(be).await.unwrap();
        assert_eq!(told(&hana).await, Vec::<String>::new(), "she does not read what is internal");
    })
    .await;
}

/// A task of a note that is shared for a week: its id and the token of the link.
async fn shared(world: &World) -> (String, Caller, TaskId, String) {
    let (number, _, mina) = note(world).await;
    let page = paged::add_task(&world.backend, &mina, &number, task("Mend the door", true)).await.unwrap();
    let id = page.work.tasks[0].task.id;
    let (address, page) = paged::share_task(&world.backend, &mina, id, 7).await.unwrap();
    assert_eq!(page.work.tasks[0].shares.len(), 1);
    let token = address.rsplit('/').next().unwrap().to_owned();
    assert_eq!(token.len(), 43);
    assert!(!serde_json::to_string(&page).unwrap().contains(&token), "the token is told once, in the address");
    (number, mina, id, token)
}

#[tokio::test]
async fn a_link_opens_one_task_for_somebody_without_an_account() {
    on_both(|world| async move {
        let be = &world.backend;
        let (number, mina, _, token) = shared(&world).await;
        let seen = requests::open_share(be, &token, "192.0.2.1").await.unwrap();
        assert_eq!((seen.title.as_str(), seen.number.as_str(), seen.status), ("Mend the door", number.as_str(), TaskStatus::Open));
        assert!(!serde_json::to_string(&seen).unwrap().contains("squeaks"), "the answers are not the outsider's to read");
        assert!(matches!(refusal(requests::comment_shared(be, &token, "192.0.2.1", " ".to_owned(), "x".to_owned()).await), Refusal::Input { path, .. } if path == "name"));
        let said = requests::comment_shared(be, &token, "192.0.2.1", "Coldline".to_owned(), "At two".to_owned()).await.unwrap();
        assert_eq!((said.author.as_str(), said.body.as_str(), said.outside), ("Coldline", "At two", true));
        let no = refusal(requests::change_shared(be, &token, "192.0.2.1", "Coldline".to_owned(), TaskStatus::Cancelled, String::new()).await);
        assert!(matches!(no, Refusal::NotNow { .. }));
        let done = requests::change_shared(be, &token, "192.0.2.1", "Coldline".to_owned(), TaskStatus::Done, "Mended".to_owned()).await.unwrap();
        assert_eq!((done.status, done.notes.as_str(), done.locked), (TaskStatus::Done, "Mended", None));
        let page = requests::page(be, &mina, &number).await.unwrap();
        assert_eq!(page.work.tasks[0].shares[0].uses, 1, "opening counts, acting does not");
        assert!(matches!(&page.work.comments[0].comment.author, CommentAuthor::Outsider { name } if name == "Coldline"));
        assert!(matches!(&page.events.last().unwrap().what, EventKind::TaskChanged { by_link: Some(name), .. } if name == "Coldline"));
        assert_eq!(page.events.last().unwrap().actor, None);
        // The request is locked: the link still opens, and nothing can be done.
        act(be, &mina, &number, ActionCall::new(ActionKind::Start, "")).await.unwrap();
        act(be, &mina, &number, complete()).await.unwrap();
        assert!(requests::open_share(be, &token, "192.0.2.1").await.unwrap().locked.is_some());
        let no = refusal(requests::change_shared(be, &token, "192.0.2.1", "Coldline".to_owned(), TaskStatus::Open, String::new()).await);
        assert!(matches!(no, Refusal::NotNow { .. }));
    })
    .await;
}

#[tokio::test]
async fn what_comes_by_a_link_is_marked_limited_and_calls_nobody() {
    on_both(|world| async move {
        let be = &world.backend;
        let (number, mina, id, token) = shared(&world).await;
        let (address, _) = paged::share_task(be, &mina, id, 3).await.unwrap();
        let second = address.rsplit('/').next().unwrap().to_owned();
        let write = async |token: &str, number: u32, body: String| {
            requests::comment_shared(be, token, &format!("192.0.2.{number}"), "Ruth Abel".to_owned(), body).await
        };
        let mut written = 0;
        for number in 0..120 {
            // From everywhere, and calling somebody each time.
            match write(&token, number, format!("@[Mina]({}) look here", mina.id())).await {
                Ok(said) => {
                    assert!(said.outside && said.body == "@Mina look here");
                    written += 1;
                }
                Err(error) => assert!(matches!(error, backend::Error::Refused(Refusal::TooMany { .. })), "{error}"),
            }
        }
        assert_eq!(written, 20);
        let no = refusal(requests::change_shared(be, &token, "192.0.2.1", "Ruth Abel".to_owned(), TaskStatus::Done, String::new()).await);
        assert!(matches!(no, Refusal::TooMany { .. }));
        write(&second, 1, "By another link".to_owned()).await.unwrap();
        backend::outbox::run_once(be).await.unwrap();
        assert!(backend::notices::list(be, &mina, None).await.unwrap().rows.iter().all(|notice| notice.event != "mentioned"));
        world.clock.advance(Duration::minutes(16));
        write(&token, 1, "Later".to_owned()).await.unwrap();
        let page = requests::page(be, &mina, &number).await.unwrap();
        assert!(
            page.work.comments.iter().all(|view| matches!(&view.comment.author, CommentAuthor::Outsider { name } if name == "Ruth Abel"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_link_that_ended_says_what_one_that_never_was_says() {
    on_both(|world| async move {
        let be = &world.backend;
        let (_, mina, id, token) = shared(&world).await;
        let never = refusal(requests::open_share(be, &"x".repeat(43), "192.0.2.1").await);
        assert_eq!(refusal(requests::open_share(be, "short", "192.0.2.1").await), never);
        for days in [0, 91] {
            assert!(matches!(refusal(paged::share_task(be, &mina, id, days).await), Refusal::Input { path, .. } if path == "days"));
        }
        let (address, page) = paged::share_task(be, &mina, id, 90).await.unwrap();
        let second = address.rsplit('/').next().unwrap().to_owned();
        paged::revoke_share(be, &mina, page.work.tasks[0].shares.iter().max_by_key(|link| link.expires_at).unwrap().id).await.unwrap();
        assert_eq!(refusal(requests::open_share(be, &second, "192.0.2.1").await), never);
        assert_eq!(
            refusal(requests::change_shared(be, &second, "192.0.2.1", "A".to_owned(), TaskStatus::Done, String::new()).await),
            never
        );
        requests::open_share(be, &token, "192.0.2.1").await.unwrap();
        world.clock.advance(Duration::days(7));
        assert_eq!(refusal(requests::open_share(be, &token, "192.0.2.1").await), never);
        // Guessing is slowed down by address; others are not.
        let mut slowed = 0;
        for _ in 0..40 {
            slowed += u32::from(matches!(refusal(requests::open_share(be, &"y".repeat(43), "192.0.2.9").await), Refusal::TooMany { .. }));
        }
        assert_eq!(slowed, 10);
        assert_eq!(refusal(requests::open_share(be, &token, "192.0.2.1").await), never);
        // Only those who work on requests make and revoke links.
        let hana = world.caller("north", "hana").await;
        assert!(matches!(refusal(paged::share_task(be, &hana, id, 7).await), Refusal::NotNow { .. }));
        let stranger = world.caller("south", "otto").await;
        assert_eq!(refusal(paged::share_task(be, &stranger, id, 7).await), Refusal::NotFound);
    })
    .await;
}
