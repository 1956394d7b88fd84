//! The catalog as one person sees it.

use crate::harness::{World, on_both};
use backend::catalog;
use domain::catalog::wire::CatalogView;

async fn page(world: &World, organization: &str, name: &str) -> CatalogView {
    catalog::page(&world.backend, &world.caller(organization, name).await).await.unwrap()
}

fn keys(page: &CatalogView) -> Vec<&str> {
    page.items.iter().map(|item| item.key.as_str()).collect()
}

#[tokio::test]
async fn only_what_one_may_request_is_there_in_the_organizations_order() {
    on_both(|world| async move {
        assert_eq!(keys(&page(&world, "north", "hana").await), ["laptop", "access", "badge", "note"]);
        assert_eq!(keys(&page(&world, "north", "ruth").await), ["laptop", "access", "badge", "note", "ledger"]);
        assert_eq!(keys(&page(&world, "south", "hana").await), ["note"]);
        world.apply_file("north", "catalog.yaml", "[note, badge]").await;
        assert_eq!(keys(&page(&world, "north", "hana").await), ["note", "badge", "laptop", "access"]);
    })
    .await;
}

#[tokio::test]
async fn cards_say_who_approves() {
    on_both(|world| async move {
        let words: Vec<String> = page(&world, "north", "hana").await.items.into_iter().map(|item| item.approval).collect();
        assert_eq!(words, ["2 approvals", "Any 1 of 2 approves", "1 approval", ""]);
    })
    .await;
}

#[tokio::test]
async fn a_new_page_has_no_drafts_and_no_requests() {
    on_both(|world| async move {
        let page = page(&world, "north", "hana").await;
        assert!(page.drafts.is_empty() && page.open_requests.is_empty() && page.open_count == 0);
    })
    .await;
}
