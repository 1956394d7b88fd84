//! The writer, and what the database itself refuses.

use crate::harness::on_both;
use crate::requests::{answers, file};
use backend::{Backend, Caller, IdSource, MachineSources, Store, requests};
use domain::id::RequestId;
use domain::requests::EventKind;
use domain::requests::wire::{SubmissionOutcome, SubmitDraft};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use uuid::Uuid;

/// Refused by a guard, not by a reference or a constraint.
async fn refused(connection: &sea_orm::DatabaseConnection, statement: &str) {
    let error = connection.execute_unprepared(statement).await.expect_err(statement).to_string();
    assert!(error.contains("never"), "{statement}: {error}");
}

#[tokio::test]
async fn what_is_frozen_cannot_be_changed_by_any_statement() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        file(&world, &hana, "laptop", json!({"model": "light"})).await;
        let connection = sea_orm::Database::connect(&world.url).await.unwrap();
        for statement in [
            "UPDATE requests SET snapshot = '{}'",
            "UPDATE requests SET number = 'X-0000'",
            "UPDATE form_versions SET schema = '{}'",
            "DELETE FROM form_versions",
            "UPDATE events SET event = '{}'",
            "DELETE FROM events",
            "DELETE FROM requests",
            "UPDATE requests SET submitted_at = 0",
            "UPDATE requests SET form_version = 'other'",
            "UPDATE requests SET item_id = NULL",
            "UPDATE requests SET requester_id = organization_id",
        ] {
            refused(&connection, statement).await;
        }
        if world.url.starts_with("postgres") {
            for statement in ["TRUNCATE events", "TRUNCATE form_versions CASCADE", "TRUNCATE requests CASCADE"] {
                refused(&connection, statement).await;
            }
        }
        connection.execute_unprepared("UPDATE requests SET updated_at = updated_at").await.unwrap();
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn many_at_once_are_each_answered_for_themselves() {
    on_both(|world| async move {
        let people = ["hana", "jonas", "mina", "petra"];
        let mut sending = Vec::new();
        for at in 0..80 {
            let world = world.clone();
            sending.push(tokio::spawn(async move {
                let caller = world.caller("north", people[at % people.len()]).await;
                let mut draft = requests::open_draft(&world.backend, &caller, "note").await.unwrap();
                draft.id = RequestId(Uuid::new_v4());
                // Every fourth one is refused, between others that are kept.
                let given = if at % 4 == 3 { json!({}) } else { json!({"text": format!("Note {at}")}) };
                requests::submit(&world.backend, &caller, note(draft.id, draft.form_version, given)).await.unwrap()
            }));
        }
        let (mut numbers, mut refused) = (BTreeSet::new(), 0);
        for sent in sending {
            match sent.await.unwrap() {
                SubmissionOutcome::Filed { number } => assert!(numbers.insert(number), "two requests with one number"),
                SubmissionOutcome::Problems { .. } => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((numbers.len(), refused), (60, 20));
    })
    .await;
}

fn note(id: RequestId, form_version: String, given: serde_json::Value) -> SubmitDraft {
    SubmitDraft { id, item_key: "note".to_owned(), form_version, answers: answers(given) }
}

/// Ids as everywhere, but docket numbers that are often taken.
struct FewNumbers(AtomicU8);

impl IdSource for FewNumbers {
    fn id(&self) -> Uuid {
        MachineSources.id()
    }
    fn bytes(&self) -> [u8; 4] {
        [0, 0, 0, self.0.fetch_add(1, Ordering::SeqCst) / 3]
    }
}

#[tokio::test]
async fn a_number_that_is_taken_and_a_submission_sent_twice_spoil_nothing_for_others() {
    on_both(|world| async move {
        let store = Store::open(&world.url).await.unwrap();
        let backend = Backend::new(store, world.settings.clone(), world.clock.clone(), Arc::new(FewNumbers(AtomicU8::new(0)))).unwrap();
        let hana: Caller = world.caller("north", "hana").await;
        let version = requests::open_draft(&backend, &hana, "note").await.unwrap().form_version;
        // The form's version is kept from now on, so that nothing but new rows is written.
        requests::submit(&backend, &hana, note(RequestId(Uuid::new_v4()), version.clone(), json!({"text": "First"}))).await.unwrap();

        let sending: Vec<_> = (0..30)
            .flat_map(|at| {
                let draft = note(RequestId(Uuid::new_v4()), version.clone(), json!({"text": format!("Note {at}")}));
                // Every third one is sent by an impatient person.
                let times = if at % 3 == 0 { 3 } else { 1 };
                std::iter::repeat_n(draft, times)
            })
            .map(|draft| {
                let (backend, hana) = (backend.clone(), hana.clone());
                tokio::spawn(async move { (draft.id, requests::submit(&backend, &hana, draft).await.unwrap()) })
            })
            .collect();
        let mut filed = BTreeSet::new();
        for sent in sending {
            let (id, SubmissionOutcome::Filed { number }) = sent.await.unwrap() else { panic!("not filed") };
            filed.insert((number, id.to_string()));
        }
        assert_eq!(filed.len(), 30, "each submission has one number, however often it was sent");
        assert_eq!(filed.iter().map(|(number, _)| number).collect::<BTreeSet<_>>().len(), 30, "no two have the same");
        for (number, _) in &filed {
            let page = requests::page(&backend, &hana, number).await.unwrap();
            let submitted = page.events.iter().filter(|event| matches!(event.what, EventKind::Submitted)).count();
            assert_eq!(submitted, 1, "{number} was filed once: {:?}", page.events);
        }
    })
    .await;
}
