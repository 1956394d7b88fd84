//! Server functions of the catalog.

use crate::error::ApiError;
use domain::catalog::wire::CatalogPage;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

/// Everything the catalog page shows to the caller.
#[server(name = CatalogPageCall, input = Json, endpoint = "catalog/page")]
pub async fn catalog_page() -> Result<CatalogPage, ApiError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::catalog::page(&backend, &caller).await)
}
