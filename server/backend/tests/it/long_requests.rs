//! A request on which very much happened: its page shows the latest, and the rest is there when asked for.

use crate::harness::on_both;
use crate::paged;
use crate::requests::{file, refusal};
use backend::requests;
use domain::Refusal;
use domain::requests::comments::CommentAudience;
use domain::requests::tasks::TaskStatus;
use domain::requests::work::{CommentDraft, TaskDraft};
use serde_json::json;

#[tokio::test]
async fn the_latest_events_and_comments_are_shown_and_those_before_them_when_asked_for() {
    on_both(|world| async move {
        let be = &world.backend;
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let number = file(&world, &hana, "note", json!({"text": "The door squeaks"})).await;
        let draft = TaskDraft { title: "Oil it".to_owned(), ..TaskDraft::default() };
        let task = paged::add_task(be, &mina, &number, draft).await.unwrap().work.tasks[0].task.id;
        for turn in 0..110 {
            let to = if turn % 2 == 0 { TaskStatus::InProgress } else { TaskStatus::Open };
            requests::change_task(be, &mina, task, to, String::new()).await.unwrap();
            // Every comment but the first ten is for the desk alone.
            let audience = if turn < 10 { CommentAudience::Public } else { CommentAudience::Internal };
            requests::comment(be, &mina, &number, CommentDraft { audience, task: None, body: format!("{turn}") }).await.unwrap();
        }
        let page = requests::page(be, &mina, &number).await.unwrap();
        let last = page.events.last().unwrap().seq;
        assert_eq!((page.events.len(), page.events[0].seq), (100, last - 99));
        let earlier = requests::earlier_events(be, &mina, &number, page.events[0].seq).await.unwrap();
        let numbers: Vec<u32> = earlier.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..last - 99).collect::<Vec<_>>());

        let bodies = |comments: &[domain::requests::work::CommentView]| -> Vec<String> {
            comments.iter().map(|view| view.comment.body.clone()).collect()
        };
        let turns = |from: u32, to: u32| (from..to).map(|turn| turn.to_string()).collect::<Vec<_>>();
        assert_eq!((bodies(&page.work.comments), page.work.has_earlier_comments), (turns(10, 110), true));
        let first = &page.work.comments[0].comment;
        let earlier = requests::earlier_comments(be, &mina, &number, first.at, first.id).await.unwrap();
        assert_eq!((bodies(&earlier.comments), earlier.has_earlier), (turns(0, 10), false));
        assert!(earlier.comments.iter().all(|view| view.may_change), "written a moment ago");

        // Whoever may not read the latest hundred is shown what they may.
        let seen = requests::page(be, &hana, &number).await.unwrap();
        assert_eq!((bodies(&seen.work.comments), seen.work.has_earlier_comments), (turns(0, 10), false));
        let stranger = world.caller("north", "jonas").await;
        assert_eq!(refusal(requests::earlier_events(be, &stranger, &number, last).await), Refusal::NotFound);
        assert_eq!(refusal(requests::earlier_comments(be, &stranger, &number, first.at, first.id).await), Refusal::NotFound);
        // The past is made out of everything.
        assert_eq!(requests::page_at(be, &mina, &number, last - 1, false).await.unwrap().events.len() as u32, last - 1);
    })
    .await;
}
