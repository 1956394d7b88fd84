//! Drafts, submission and the request page.

use crate::harness::{World, on_both, settings};
use crate::paged;
use backend::{Caller, Error, requests};
use domain::Refusal;
use domain::forms::Answers;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::wire::{DraftPage, MyFilter, SaveDraft, SubmissionOutcome, SubmitDraft};
use domain::requests::{EventKind, Status};
use serde_json::{Value, json};

/// Answers from a JSON object.
pub fn answers(value: Value) -> Answers {
    serde_json::from_value(value).unwrap()
}

/// Opens a dialog and sends these answers.
pub async fn send(world: &World, caller: &Caller, item: &str, given: Value) -> SubmissionOutcome {
    let page = requests::open_draft(&world.backend, caller, item).await.unwrap();
    requests::submit(&world.backend, caller, submission(&page, item, given)).await.unwrap()
}

/// The docket number of a sent request.
pub async fn file(world: &World, caller: &Caller, item: &str, given: Value) -> String {
    match send(world, caller, item, given).await {
        SubmissionOutcome::Filed { number } => number,
        other => panic!("not filed: {other:?}"),
    }
}

/// What a use case refused.
pub fn refusal<T: std::fmt::Debug>(result: backend::Result<T>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub fn submission(page: &DraftPage, item: &str, given: Value) -> SubmitDraft {
    SubmitDraft { id: page.id, item_key: item.to_owned(), form_version: page.form_version.clone(), answers: answers(given) }
}

pub fn saving(page: &DraftPage, item: &str, given: Value, step: &str) -> SaveDraft {
    SaveDraft {
        id: page.id,
        item_key: item.to_owned(),
        form_version: page.form_version.clone(),
        answers: answers(given),
        step: Some(step.to_owned()),
    }
}

const LONGER_NOTE: &str = "key: note\ntitle: Note\nsections:\n  - key: note\n    title: Note\n    fields:\n      \
    - { key: text, label: What it is about, type: text, required: true }\n      \
    - { key: room, label: Room, type: text, required: true }\n";

#[tokio::test]
async fn one_draft_makes_one_request_however_often_it_is_sent() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let page = requests::open_draft(&world.backend, &hana, "laptop").await.unwrap();
        let draft = submission(&page, "laptop", json!({"model": "light"}));
        let other = world.another().await;
        let sent = futures::future::join_all(
            (0..6).map(|at| requests::submit(if at % 2 == 0 { &world.backend } else { &other.backend }, &hana, draft.clone())),
        )
        .await;
        let numbers: std::collections::BTreeSet<String> = sent
            .into_iter()
            .map(|one| match one.unwrap() {
                SubmissionOutcome::Filed { number } => number,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(numbers.len(), 1);
        assert_eq!(requests::mine(&world.backend, &hana, MyFilter::All, None).await.unwrap().rows.len(), 1);
        let number = numbers.first().unwrap();
        assert_eq!(number.len(), "IT-7F3K".len());
        let page = requests::page(&world.backend, &hana, &number.to_lowercase()).await.unwrap();
        assert_eq!(page.events.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_retry_gives_the_request_even_after_the_form_changed() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let page = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
        let draft = submission(&page, "note", json!({"text": "Hello"}));
        let first = requests::submit(&world.backend, &hana, draft.clone()).await.unwrap();
        world.apply_file("north", "forms/note.yaml", LONGER_NOTE).await;
        assert_eq!(requests::submit(&world.backend, &hana, draft.clone()).await.unwrap(), first);
        // Somebody else's id is nobody's.
        let ruth = world.caller("north", "ruth").await;
        assert_eq!(refusal(requests::submit(&world.backend, &ruth, draft).await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn two_tabs_opened_before_anything_is_saved_share_a_draft() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let one = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
        let two = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
        assert_eq!(one.id, two.id);
        assert_eq!(one.saved_at, None);
        file(&world, &hana, "note", json!({"text": "First"})).await;
        let next = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
        assert_ne!(next.id, one.id);
        let ruth = world.caller("north", "ruth").await;
        assert_ne!(requests::open_draft(&world.backend, &ruth, "note").await.unwrap().id, two.id);
    })
    .await;
}

#[tokio::test]
async fn nobody_else_knows_the_id_of_a_draft_before_it_is_there() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let id = requests::open_draft(&world.backend, &hana, "note").await.unwrap().id;
        let another = world.another().await;
        assert_eq!(requests::open_draft(&another.backend, &hana, "note").await.unwrap().id, id, "another process of the same server");
        // Whoever knows all that pages show, and the database besides, but not the key.
        let stranger = world.with(settings()).await;
        assert_ne!(requests::open_draft(&stranger.backend, &hana, "note").await.unwrap().id, id);
    })
    .await;
}

#[tokio::test]
async fn an_id_that_somebody_has_is_nobody_elses_in_any_organization() {
    on_both(|world| async move {
        let be = &world.backend;
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let (here, there) = (world.caller("north", "both@shared.example").await, world.caller("south", "both@shared.example").await);
        let open = requests::open_draft(be, &hana, "note").await.unwrap();
        requests::save_draft(be, &hana, saving(&open, "note", json!({"text": "Mine"}), "note")).await.unwrap();
        let sent = requests::open_draft(be, &ruth, "note").await.unwrap();
        requests::submit(be, &ruth, submission(&sent, "note", json!({"text": "Sent"}))).await.unwrap();
        for id in [open.id, sent.id] {
            for caller in [&here, &there] {
                let page = DraftPage { id, ..requests::open_draft(be, caller, "note").await.unwrap() };
                let taken = requests::submit(be, caller, submission(&page, "note", json!({"text": "Theirs"}))).await;
                assert_eq!(refusal(taken), Refusal::NotFound);
            }
            let page = DraftPage { id, ..requests::open_draft(be, &here, "note").await.unwrap() };
            let taken = requests::save_draft(be, &here, saving(&page, "note", json!({"text": "Theirs"}), "note")).await;
            assert_eq!(refusal(taken), Refusal::NotFound);
        }
        // Neither lost what is theirs.
        assert_eq!(requests::open_draft(be, &hana, "note").await.unwrap().answers, answers(json!({"text": "Mine"})));
        requests::submit(be, &hana, submission(&open, "note", json!({"text": "Mine"}))).await.unwrap();
        assert_eq!(requests::mine(be, &ruth, MyFilter::All, None).await.unwrap().rows.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_draft_is_saved_continued_discarded_and_taken_back() {
    on_both(|world| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let be = &world.backend;
        let page = requests::open_draft(be, &hana, "laptop").await.unwrap();
        requests::save_draft(be, &hana, saving(&page, "laptop", json!({"model": "strong"}), "need")).await.unwrap();
        requests::save_draft(be, &hana, saving(&page, "laptop", json!({"model": "light"}), "delivery")).await.unwrap();
        let again = requests::open_draft(be, &hana, "laptop").await.unwrap();
        assert_eq!((again.id, again.step.as_deref()), (page.id, Some("delivery")));
        assert_eq!(again.answers, answers(json!({"model": "light"})));
        let listed = requests::drafts(be, &hana).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].progress, "Step 2 of 3, Delivery");

        for strange in [
            requests::save_draft(be, &ruth, saving(&page, "laptop", json!({}), "need")).await.map(|_| ()),
            requests::discard_draft(be, &ruth, page.id).await,
            requests::restore_draft(be, &ruth, page.id).await,
            requests::submit(be, &ruth, submission(&page, "laptop", json!({"model": "light"}))).await.map(|_| ()),
        ] {
            assert_eq!(refusal(strange), Refusal::NotFound);
        }
        assert!(requests::mine(be, &ruth, MyFilter::All, None).await.unwrap().rows.is_empty());

        requests::discard_draft(be, &hana, page.id).await.unwrap();
        assert!(requests::drafts(be, &hana).await.unwrap().is_empty());
        assert!(matches!(
            refusal(requests::save_draft(be, &hana, saving(&page, "laptop", json!({}), "need")).await),
            Refusal::Conflict { .. }
        ));
        requests::restore_draft(be, &hana, page.id).await.unwrap();
        assert_eq!(requests::drafts(be, &hana).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_sent_draft_cannot_be_saved_any_more() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let page = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
        requests::save_draft(&world.backend, &hana, saving(&page, "note", json!({"text": "a"}), "note")).await.unwrap();
        let number = file(&world, &hana, "note", json!({"text": "a"})).await;
        assert!(requests::drafts(&world.backend, &hana).await.unwrap().is_empty());
        match refusal(requests::save_draft(&world.backend, &hana, saving(&page, "note", json!({"text": "b"}), "note")).await) {
            Refusal::Conflict { message } => assert!(message.contains(&number), "{message}"),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn answers_are_checked_again_on_the_server() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        match send(&world, &hana, "laptop", json!({"model": "strong"})).await {
            SubmissionOutcome::Problems { problems } => assert_eq!(problems[0].field, "reason"),
            other => panic!("{other:?}"),
        }
        let page = requests::open_draft(&world.backend, &hana, "note").await.unwrap();
        let huge = submission(&page, "note", json!({"text": "x".repeat(300 * 1024)}));
        assert!(matches!(refusal(requests::submit(&world.backend, &hana, huge).await), Refusal::Input { .. }));
        for hidden in ["ledger", "old", "unknown"] {
            assert_eq!(refusal(requests::open_draft(&world.backend, &hana, hidden).await), Refusal::NotFound);
        }
    })
    .await;
}

#[tokio::test]
async fn picked_people_are_of_the_organization_and_named_as_they_are() {
    on_both(|world| async move {
        let (hana, jonas) = (world.caller("north", "hana").await, world.caller("north", "jonas").await);
        let stranger = world.caller("south", "otto").await;
        let pick = |id: String| json!({"model": "light", "owner": {"id": id, "name": "The director"}});
        match send(&world, &hana, "laptop", pick(stranger.id().to_string())).await {
            SubmissionOutcome::Problems { problems } => assert_eq!((problems.len(), problems[0].field.as_str()), (1, "owner")),
            other => panic!("{other:?}"),
        }
        let number = file(&world, &hana, "laptop", pick(jonas.id().to_string())).await;
        let page = requests::page(&world.backend, &hana, &number).await.unwrap();
        let owner = page.sections[0].answers.iter().find(|answer| answer.key == "owner").unwrap();
        assert_eq!(owner.text, "Jonas Weber");

        let platform = backend::people::search_groups(&world.backend, &hana, "platform").await.unwrap();
        let number = file(&world, &hana, "access", json!({"system": "Ledger", "team": {"id": platform[0].id, "name": "x"}})).await;
        let page = requests::page(&world.backend, &hana, &number).await.unwrap();
        assert_eq!(page.sections[0].answers[1].text, "Platform owners");
        let elsewhere = backend::people::search_groups(&world.backend, &stranger, "platform").await.unwrap();
        let sent = send(&world, &hana, "access", json!({"system": "Ledger", "team": {"id": elsewhere[0].id, "name": "x"}})).await;
        assert!(matches!(sent, SubmissionOutcome::Problems { .. }), "{sent:?}");
    })
    .await;
}

#[tokio::test]
async fn a_changed_form_is_shown_with_what_changed_and_keeps_what_fits() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let be = &world.backend;
        let page = requests::open_draft(be, &hana, "note").await.unwrap();
        requests::save_draft(be, &hana, saving(&page, "note", json!({"text": "Hello"}), "note")).await.unwrap();
        world.apply_file("north", "forms/note.yaml", LONGER_NOTE).await;
        let changed = match requests::submit(be, &hana, submission(&page, "note", json!({"text": "Hello"}))).await.unwrap() {
            SubmissionOutcome::Changed { page } => *page,
            other => panic!("{other:?}"),
        };
        assert_eq!(changed.id, page.id);
        assert_ne!(changed.form_version, page.form_version);
        assert!(!changed.changes.is_empty());
        assert_eq!(changed.answers, answers(json!({"text": "Hello"})));
        // Still told when opened again, and no longer once saved with the new form.
        assert!(!requests::open_draft(be, &hana, "note").await.unwrap().changes.is_empty());
        requests::save_draft(be, &hana, saving(&changed, "note", json!({"text": "Hello"}), "note")).await.unwrap();
        assert!(requests::open_draft(be, &hana, "note").await.unwrap().changes.is_empty());
        let sent = requests::submit(be, &hana, submission(&changed, "note", json!({"text": "Hello", "room": "4"}))).await.unwrap();
        assert!(matches!(sent, SubmissionOutcome::Filed { .. }), "{sent:?}");
    })
    .await;
}

#[tokio::test]
async fn a_request_reads_the_same_after_its_form_was_edited() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        let before = requests::page(&world.backend, &hana, &number).await.unwrap();
        assert!(!before.form_changed_since);
        world.apply_file("north", "forms/note.yaml", LONGER_NOTE).await;
        let hana = world.caller("north", "hana").await;
        let after = requests::page(&world.backend, &hana, &number).await.unwrap();
        assert!(after.form_changed_since);
        assert_eq!((after.sections, after.form_version), (before.sections, before.form_version));
    })
    .await;
}

#[tokio::test]
async fn a_groups_variant_is_what_its_members_fill() {
    on_both(|world| async move {
        let (hana, jonas) = (world.caller("north", "hana").await, world.caller("north", "jonas").await);
        let universal = requests::open_draft(&world.backend, &hana, "laptop").await.unwrap();
        let own = requests::open_draft(&world.backend, &jonas, "laptop").await.unwrap();
        assert_ne!(universal.form_version, own.form_version);
        let number = file(&world, &jonas, "laptop", json!({"model": "light", "contract_end": "2026-12-31"})).await;
        // An approver outside the group reads the variant it was filled with, and it did not change.
        let ruth = world.caller("north", "ruth").await;
        let page = requests::page(&world.backend, &ruth, &number).await.unwrap();
        assert_eq!(page.sections[0].answers[1].label, "End of contract");
        assert!(!page.form_changed_since);
    })
    .await;
}

#[tokio::test]
async fn what_needs_no_approval_is_released_and_worked_on() {
    on_both(|world| async move {
        let (hana, mina) = (world.caller("north", "hana").await, world.caller("north", "mina").await);
        let be = &world.backend;
        let number = file(&world, &hana, "note", json!({"text": "Hello"})).await;
        let page = requests::page(be, &hana, &number).await.unwrap();
        assert_eq!(page.summary.status, Status::Open);
        assert!(page.approval.rules.is_empty());
        assert!(matches!(
            refusal(paged::act(be, &hana, &number, ActionCall::new(ActionKind::Start, ""), None).await),
            Refusal::NotNow { .. }
        ));
        let started = paged::act(be, &mina, &number, ActionCall::new(ActionKind::Start, ""), None).await.unwrap().unwrap();
        assert_eq!(started.summary.status, Status::InProgress);
        let done = paged::act(be, &mina, &number, ActionCall::new(ActionKind::Complete, "Read it"), None).await.unwrap().unwrap();
        assert_eq!(done.summary.status, Status::Completed);
        let whats: Vec<_> = done.events.iter().map(|event| event.seq).collect();
        assert_eq!(whats, [1, 2, 3, 4]);
        assert!(matches!(done.events.last().unwrap().what, EventKind::Completed { .. }));
        assert!(matches!(
            refusal(paged::act(be, &hana, &number, ActionCall::new(ActionKind::Cancel, ""), None).await),
            Refusal::NotNow { .. }
        ));
        let finished = requests::mine(be, &hana, MyFilter::Finished, None).await.unwrap();
        assert_eq!(finished.rows.len(), 1);
        assert!(requests::mine(be, &hana, MyFilter::Open, None).await.unwrap().rows.is_empty());
    })
    .await;
}
