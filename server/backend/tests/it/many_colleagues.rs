//! Deputies of very many colleagues: what they can decide is found by statements of a bounded size.

use crate::approvals::decide;
use crate::deputies::{again, waiting};
use crate::harness::{World, on_both};
use crate::requests::file;
use backend::approvals;
use chrono::Duration;
use domain::approvals::ApproverVerdict;
use sea_orm::ConnectionTrait;
use serde_json::json;

/// Makes somebody a deputy of 500 colleagues, who decide in the group `platform`; each lends these items, or all.
async fn stand_in_for_many(world: &World, deputy: &str, items: &str) {
    let fixture = |path: &str| crate::harness::fixture("north").into_iter().find(|(known, _)| known == path).unwrap().1;
    let (mut people, mut groups) = (fixture("people.yaml"), fixture("groups.yaml"));
    let mut colleagues = String::new();
    for nth in 0..500 {
        people.push_str(&format!("- {{email: colleague{nth}@north.example, name: Colleague {nth}, roles: [requester]}}\n"));
        colleagues.push_str(&format!("    - {{email: colleague{nth}@north.example, roles: [it-forms-admin]}}\n"));
    }
    groups = groups.replace("- key: finance", &format!("{colleagues}- key: finance"));
    world.apply("north", vec![("people.yaml".to_owned(), people), ("groups.yaml".to_owned(), groups)]).await.unwrap();
    let (now, later) = (world.backend.now().timestamp_micros(), (world.backend.now() + Duration::days(2)).timestamp_micros());
    let lend = format!(
        "INSERT INTO delegations (id, organization_id, from_id, to_id, starts_at, ends_at, items, created_at) \
         SELECT colleague.id, organizations.id, colleague.id, deputy.id, {now}, {later}, {items}, {now} \
         FROM people AS colleague, organizations, people AS deputy \
         WHERE colleague.email LIKE 'colleague%' AND organizations.key = 'north' AND deputy.email = '{deputy}@north.example'"
    );
    let database = sea_orm::Database::connect(&world.url).await.unwrap();
    assert_eq!(database.execute_unprepared(&lend).await.unwrap().rows_affected(), 500);
    database.close().await.unwrap();
}

/// Puts a rule of an item to one colleague.
async fn ask_colleague(world: &World, item: &str, nth: u32) {
    let text = crate::harness::fixture("north").into_iter().find(|(known, _)| *known == format!("items/{item}.yaml")).unwrap().1;
    let text = text.replace("person: ruth@north.example", &format!("person: colleague{nth}@north.example"));
    world.apply_file("north", &format!("items/{item}.yaml"), &text).await;
}

#[tokio::test]
async fn somebody_deputy_rights_for_five_hundred_colleagues() {
    on_both(|world| async move {
        world.leaves_work();
        stand_in_for_many(&world, "mina", "'[]'").await;
        let (mina, hana) = (world.caller("north", "mina").await, world.caller("north", "hana").await);
        let first = file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        world.clock.advance(Duration::seconds(1));
        ask_colleague(&world, "laptop", 499).await;
        let second = file(&world, &hana, "laptop", json!({"model": "light"})).await;
        world.clock.advance(Duration::seconds(1));
        ask_colleague(&world, "laptop", 3).await;
        let third = file(&world, &world.caller("north", "colleague3").await, "laptop", json!({"model": "light"})).await;

        assert_eq!(waiting(&world, &mina).await, 3);
        let mina = again(&world, &mina).await;
        let inbox = approvals::inbox(&world.backend, &mina, 0).await.unwrap();
        let numbers: Vec<&str> = inbox.rows.iter().map(|row| &*row.number).collect();
        assert_eq!(numbers, [&first, &second, &third], "the third by the group alone");
        assert_eq!(backend::people::me(&world.backend, &mina).await.unwrap().inbox_count, 3);
        decide(&world, &mina, &second, ApproverVerdict::Approve, "").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn colleagues_who_lend_single_services_lend_no_others_and_not_their_own_requests() {
    on_both(|world| async move {
        // Every second one lends laptops, the others software access.
        let item = |key: &str| format!("(SELECT '[\"' || id || '\"]' FROM items WHERE key = '{key}' AND organization_id = organizations.id)");
        let laptops = "colleague.email LIKE '%0@%' OR colleague.email LIKE '%2@%'";
        let postgres = world.url.starts_with("postgres");
        let written = |key: &str| match postgres {
            true => item(key),
            // Ids are bytes there.
            false => item(key).replace(
                "|| id ||",
                "|| lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-' || substr(hex(id), 17, 4) || '-' || substr(hex(id), 21)) ||",
            ),
        };
        let items = format!("CASE WHEN {laptops} THEN {} ELSE {} END", written("laptop"), written("badge"));
        stand_in_for_many(&world, "mina", &items).await;
        let (mina, hana) = (world.caller("north", "mina").await, world.caller("north", "hana").await);
        file(&world, &hana, "access", json!({"system": "Ledger"})).await;
        assert_eq!(waiting(&world, &mina).await, 0, "nobody lends software access");
        file(&world, &world.caller("north", "colleague2").await, "laptop", json!({"model": "light"})).await;
        assert_eq!(waiting(&world, &mina).await, 1, "by another colleague's delegation");
        ask_colleague(&world, "laptop", 12).await;
        let own = file(&world, &world.caller("north", "colleague12").await, "laptop", json!({"model": "light"})).await;
        let inbox = approvals::inbox(&world.backend, &again(&world, &mina).await, 0).await.unwrap();
        let row = inbox.rows.iter().find(|row| row.number == own).unwrap();
        assert_ne!(row.on_behalf_of.as_ref().unwrap().name, "Colleague 12");
        assert_eq!(waiting(&world, &mina).await, 2);
    })
    .await;
}
