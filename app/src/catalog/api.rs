//! Server functions of the catalog.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::catalog::wire::CatalogView;
use leptos::prelude::*;

/// Everything the catalog page shows to the caller.
#[server(name = CatalogPageCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "catalog/page")]
pub async fn catalog_page() -> Result<CatalogView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::catalog::page(&backend, &caller).await)
}
