//! What is stored of a person is given out whole, and their personal data deleted: what was decided stays, who it was goes.

use crate::approvals::decide;
use crate::harness::{World, on_both};
use crate::paged;
use crate::requests::{file, refusal};
use backend::{Caller, audit, people, requests};
use domain::Refusal;
use domain::approvals::ApproverVerdict;
use domain::audit::wire::AuditFilter;
use domain::people::forgetting::REMOVED_NAME;
use domain::people::wire::{HandOver, PeopleFilter};
use domain::requests::comments::CommentAudience;
use domain::requests::work::CommentDraft;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

/// Texts of every table in which one of the marks stands, as the database keeps them.
async fn kept(world: &World, marks: &[&str]) -> Vec<String> {
    let connection = sea_orm::Database::connect(&world.url).await.unwrap();
    let columns = [
        ("requests", "snapshot"),
        ("requests", "state"),
        ("events", "event"),
        ("comments", "comment"),
        ("tasks", "task"),
        ("drafts", "answers"),
        ("effects", "effect"),
        ("notices", "sentence"),
        ("people", "email"),
        ("people", "name"),
        ("people", "search_name"),
        ("members", "search_name"),
        ("members", "title"),
        ("audit_personal_values", "changes"),
        ("audit_entries", "search"),
    ];
    let mut found = Vec::new();
    for (table, column) in columns {
        for mark in marks {
            let sql = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%{mark}%'");
            let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql)).await.unwrap().unwrap();
            let count: i64 = row.try_get_by_index(0).unwrap();
            if count > 0 {
                found.push(format!("{table}.{column}: {mark} {count} times"));
            }
        }
    }
    connection.close().await.unwrap();
    found
}

/// Petra of the platform asks, comments, decides; returns a request of hers and one that she decided.
async fn live(world: &World, petra: &Caller, hana: &Caller) -> (String, String) {
    let asked = file(world, petra, "access", json!({"system": "Ledger for Petra Novak"})).await;
    let draft = CommentDraft { audience: CommentAudience::Public, task: None, body: "From Petra".to_owned() };
    paged::comment(&world.backend, petra, &asked, draft).await.unwrap();
    let decided = file(world, hana, "laptop", json!({"model": "light"})).await;
    decide(world, petra, &decided, ApproverVerdict::Approve, "Fine").await.unwrap();
    (asked, decided)
}

#[tokio::test]
async fn a_person_is_forgotten_wherever_they_are_named_and_what_they_did_stays() {
    on_both(|world| async move {
        let (ada, petra, hana) =
            (world.caller("north", "ada").await, world.caller("north", "petra").await, world.caller("north", "hana").await);
        let (asked, decided) = live(&world, &petra, &hana).await;
        let erase = async |typed: &str| people::erase_person(&world.backend, &ada, petra.id(), typed).await;
        assert!(matches!(refusal(erase("delete").await), Refusal::NotNow { message } if message.contains("Disable them first")));
        people::disable_person(&world.backend, &ada, petra.id(), HandOver::default()).await.unwrap();
        assert!(matches!(refusal(erase("yes").await), Refusal::Input { path, .. } if path == "typed"));
        assert!(!kept(&world, &["Petra Novak", "petra@north"]).await.is_empty(), "this test looks for nothing");
        erase(" Delete ").await.unwrap();
        assert_eq!(kept(&world, &["Petra Novak", "petra novak", "petra@north", "Platform engineer 2"]).await, [""; 0]);
        let page = requests::page(&world.backend, &ada, &decided).await.unwrap();
        let rule = page.approval.rules.iter().find(|rule| rule.label == "Who sets it up").unwrap();
        assert_eq!(rule.given.as_ref().unwrap().by.name, REMOVED_NAME);
        let page = requests::page(&world.backend, &ada, &asked).await.unwrap();
        assert_eq!((page.summary.number.as_str(), page.summary.requester.name.as_str()), (asked.as_str(), REMOVED_NAME));
        let gone = people::person_page(&world.backend, &ada, petra.id()).await;
        assert_eq!(refusal(gone), Refusal::NotFound);
        let list = people::people_page(&world.backend, &ada, PeopleFilter::default(), None).await.unwrap();
        assert!(list.rows.iter().all(|row| row.person.id != petra.id()));
        let log = audit::page(&world.backend, &ada, AuditFilter::default(), None).await.unwrap();
        assert_eq!((log.rows[0].words.as_str(), log.rows[0].name.as_str()), ("Personal data deleted", REMOVED_NAME));
        let disabled = log.rows.iter().find(|row| row.words == "Person disabled").unwrap();
        assert!(audit::entry(&world.backend, &ada, disabled.id).await.unwrap().forgotten, "what changed about them is no longer kept");
        // What happened is as fixed as before.
        let connection = sea_orm::Database::connect(&world.url).await.unwrap();
        for sql in ["UPDATE events SET event = '{}'", "UPDATE requests SET snapshot = '{}'", "DELETE FROM erasures"] {
            assert!(connection.execute_unprepared(sql).await.is_err(), "{sql}");
        }
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nobody_is_forgotten_who_is_still_needed() {
    on_both(|world| async move {
        let (ada, ruth, hana) =
            (world.caller("north", "ada").await, world.caller("north", "ruth").await, world.caller("north", "hana").await);
        people::disable_person(&world.backend, &ada, ruth.id(), HandOver::default()).await.unwrap();
        let told = refusal(people::erase_person(&world.backend, &ada, ruth.id(), "delete").await);
        assert!(
            matches!(told, Refusal::NotNow { message } if message.contains("Laptop, Software access") || message.contains("still name"))
        );
        let both = people::caller(&world.backend, "north", "both@shared.example").await.unwrap();
        people::disable_person(&world.backend, &ada, both.id(), HandOver::default()).await.unwrap();
        let told = refusal(people::erase_person(&world.backend, &ada, both.id(), "delete").await);
        assert!(matches!(told, Refusal::NotNow { message } if message.contains("another organization")));
        assert_eq!(refusal(people::erase_person(&world.backend, &hana, ruth.id(), "delete").await), Refusal::NotFound);
    })
    .await;
}

#[tokio::test]
async fn what_is_stored_of_a_person_is_given_out_and_that_is_written_down() {
    on_both(|world| async move {
        let (ada, petra, hana) =
            (world.caller("north", "ada").await, world.caller("north", "petra").await, world.caller("north", "hana").await);
        let (asked, _) = live(&world, &petra, &hana).await;
        let file = people::export_person(&world.backend, &ada, petra.id()).await.unwrap();
        assert_eq!((&file["person"]["name"], &file["person"]["email"]), (&json!("Petra Novak"), &json!("petra@north.example")));
        assert_eq!(
            (&file["requests"][0]["number"], &file["requests"][0]["answers"]["system"]),
            (&json!(asked), &json!("Ledger for Petra Novak"))
        );
        assert_eq!(file["comments"][0]["body"], json!("From Petra"));
        assert_eq!((file["events"].as_array().unwrap().len(), &file["groups"]), (2, &json!(["Platform owners"])), "submitted and approved");
        assert!(!file.to_string().contains("argon2"), "no secret");
        assert_eq!(refusal(people::export_person(&world.backend, &hana, petra.id()).await), Refusal::NotFound);
        let log = audit::page(&world.backend, &ada, AuditFilter::default(), None).await.unwrap();
        assert_eq!((log.rows[0].words.as_str(), log.rows[0].name.as_str()), ("Stored data given out", "Petra Novak"));
    })
    .await;
}
