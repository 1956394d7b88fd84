//! Lists of requests: without gaps, and without those of another organization.

use crate::harness::on_both;
use crate::paged;
use crate::requests::{file, refusal, saving};
use backend::requests;
use domain::Refusal;
use domain::id::RequestId;
use domain::requests::actions::{ActionCall, ActionKind};
use domain::requests::wire::MyFilter;
use serde_json::json;
#[tokio::test]
async fn lists_are_paged_without_gaps_or_repetition() {
    on_both(|world| async move {
        let hana = world.caller("north", "hana").await;
        let mut filed = Vec::new();
        for at in 0..60 {
            filed.push(file(&world, &hana, "note", json!({"text": "Hello"})).await);
            if at % 7 == 0 {
                world.clock.advance(chrono::Duration::seconds(1));
            }
        }
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = requests::mine(&world.backend, &hana, MyFilter::Open, after).await.unwrap();
            assert!(page.rows.len() <= 25);
            seen.extend(page.rows.into_iter().map(|row| row.number));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 60);
        seen.sort();
        filed.sort();
        assert_eq!(seen, filed);
        let (rows, total) = requests::open_summaries(&world.backend, &hana, 4).await.unwrap();
        assert_eq!((rows.len(), total), (4, 60));
        let wrong = requests::mine(&world.backend, &hana, MyFilter::Open, Some("nonsense".to_owned())).await;
        assert!(matches!(refusal(wrong), Refusal::Input { .. }));
    })
    .await;
}

#[tokio::test]
async fn another_organization_sees_nothing() {
    on_both(|world| async move {
        let (hana, ruth) = (world.caller("north", "hana").await, world.caller("north", "ruth").await);
        let otto = world.caller("south", "otto").await;
        let number = file(&world, &hana, "badge", json!({"text": "Hello"})).await;
        let be = &world.backend;
        assert_eq!(refusal(requests::page(be, &otto, &number).await), Refusal::NotFound);
        assert_eq!(refusal(paged::act(be, &otto, &number, ActionCall::new(ActionKind::Cancel, ""), None).await), Refusal::NotFound);
        assert_eq!(refusal(requests::open_draft(be, &otto, "badge").await), Refusal::NotFound);
        let page = requests::open_draft(be, &hana, "note").await.unwrap();
        requests::save_draft(be, &hana, saving(&page, "note", json!({"text": "x"}), "note")).await.unwrap();
        assert_eq!(refusal(requests::discard_draft(be, &otto, page.id).await), Refusal::NotFound);
        assert_eq!(refusal(requests::discard_draft(be, &hana, RequestId(uuid::Uuid::nil())).await), Refusal::NotFound);
        // The same person in the other organization does not see it either, nor a colleague without a part in it.
        let both = world.caller("south", "both@shared.example").await;
        assert_eq!(refusal(requests::page(be, &both, &number).await), Refusal::NotFound);
        assert_eq!(refusal(requests::page(be, &ruth, &number).await), Refusal::NotFound);
        for nonsense in ["", "BG", "BG-????", "'; drop table requests"] {
            assert_eq!(refusal(requests::page(be, &hana, nonsense).await), Refusal::NotFound);
        }
    })
    .await;
}
