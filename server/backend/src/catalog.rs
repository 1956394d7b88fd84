//! The catalog as one person sees it.

use crate::caller::Caller;
use crate::error::Result;
use crate::{Backend, requests};
use domain::approvals::{ApprovalStage, StageRequirement};
use domain::catalog::wire::{CatalogView, ItemCard};
use domain::catalog::{CatalogItem, may_request};

/// The caller's own open requests shown beside the catalog.
const OPEN_REQUESTS: u64 = 4;

/// Everything the catalog page shows to the caller: only what they may request.
///
/// # Errors
/// When the database does not answer.
pub async fn page(backend: &Backend, caller: &Caller) -> Result<CatalogView> {
    let known = backend.known_to(caller).await?;
    let items = known.items().iter().map(|known| &known.item).filter(|item| may_request(item, &caller.facts)).map(card).collect();
    let (open_requests, open_count) = requests::open_summaries(backend, caller, OPEN_REQUESTS).await?;
    Ok(CatalogView { items, drafts: requests::drafts(backend, caller).await?, open_requests, open_count })
}

/// An item as shown.
pub fn card(item: &CatalogItem) -> ItemCard {
    ItemCard {
        key: item.key.clone(),
        name: item.name.clone(),
        description: item.description.clone(),
        icon: item.icon.clone(),
        category: item.category.clone(),
        tags: item.tags.clone(),
        prefix: item.prefix.clone(),
        expected: item.expected.clone(),
        price: item.price.clone(),
        approval: approval_words(item),
    }
}

/// "2 approvals", "Any 1 of 2 approves", "" when nobody has to.
fn approval_words(item: &CatalogItem) -> String {
    let Some(policy) = &item.approval else { return String::new() };
    let rules = |stage: &ApprovalStage| stage.rules.len().max(1);
    match policy.stages.as_slice() {
        [] => "1 approval".to_owned(),
        [only] if rules(only) == 1 => "1 approval".to_owned(),
        [only] if only.require == StageRequirement::All => format!("{} approvals", rules(only)),
        [only] => format!("{} approves", only.require.words(rules(only))),
        several => format!("{} stages of approval", several.len()),
    }
}
