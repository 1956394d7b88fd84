//! The writer, and what the database itself refuses.

use crate::harness::on_both;
use crate::requests::file;
use backend::requests;
use domain::requests::wire::Submitted;
use sea_orm::ConnectionTrait;
use serde_json::json;

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
                draft.id = domain::id::RequestId(uuid::Uuid::new_v4());
                // Every fourth one is refused, between others that are kept.
                let given = if at % 4 == 3 { json!({}) } else { json!({"text": format!("Note {at}")}) };
                let draft = domain::requests::wire::SubmitDraft {
                    id: draft.id,
                    item_key: "note".to_owned(),
                    form_version: draft.form_version,
                    answers: crate::requests::answers(given),
                };
                requests::submit(&world.backend, &caller, draft).await.unwrap()
            }));
        }
        let (mut numbers, mut refused) = (std::collections::BTreeSet::new(), 0);
        for sent in sending {
            match sent.await.unwrap() {
                Submitted::Filed { number } => assert!(numbers.insert(number), "two requests with one number"),
                Submitted::Problems { .. } => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((numbers.len(), refused), (60, 20));
    })
    .await;
}
