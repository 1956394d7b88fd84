//! Titles of requests that were filed before there were any: made from their frozen answers by the first template that their item gets.
//!
//! Some at a time, each in a transaction of its own, beside everything else a worker does; once a minute it is looked whether an item has got
//! a template. A title that is there is never made again. Until then a request is called as its item was.

use crate::Backend;
use crate::error::{Error, Result};
use crate::periodic::TITLING;
use crate::store::requests::titles;
use crate::store::{form_versions, organizations};
use domain::catalog::CatalogItem;
use domain::id::{ItemId, OrganizationId, RequestId};
use domain::requests::title::make_title;
use std::collections::BTreeSet;

/// Requests of one transaction.
const AT_ONCE: u32 = 100;
/// Transactions before other work has its turn.
const IN_A_ROW: u32 = 5;

/// Gives some of the requests a title that have none; answers how many.
///
/// # Errors
/// When the database fails.
pub(crate) async fn run(backend: &Backend) -> Result<u32> {
    let mut made = 0;
    for organization in organizations::all(&backend.store().platform()).await? {
        made += title_organization(backend, organization.id).await?;
        if made >= IN_A_ROW * AT_ONCE {
            backend.job_times().go_on(TITLING);
            break;
        }
    }
    if made > 0 {
        tracing::info!(requests = made, "{made} older requests got their titles");
    }
    Ok(made)
}

async fn title_organization(backend: &Backend, organization: OrganizationId) -> Result<u32> {
    let handle = backend.store().read(organization);
    let (mut made, mut item) = (0, titles::next_untitled_item(&handle, None).await?);
    if item.is_none() {
        return Ok(made);
    }
    let known = match backend.known_now(organization).await {
        Ok(known) => known,
        Err(Error::Damaged(cause)) => {
            tracing::error!(%organization, cause, "failed to read the items of organization {organization}");
            return Ok(made);
        }
        Err(error) => return Err(error),
    };
    while let Some(id) = item {
        let named = known.items().iter().find(|known| known.id == id).filter(|known| !known.item.title_template.is_empty());
        while let Some(known) = named
            && made < IN_A_ROW * AT_ONCE
        {
            match title_some(backend, organization, id, &known.item).await? {
                0 => break,
                titled => made += titled,
            }
        }
        item = titles::next_untitled_item(&handle, Some(id)).await?;
    }
    Ok(made)
}

/// Gives the next requests of an item their titles; answers how many.
async fn title_some(backend: &Backend, organization: OrganizationId, id: ItemId, item: &CatalogItem) -> Result<u32> {
    let item = item.clone();
    backend
        .store()
        .write(organization, move |tx| {
            Box::pin(async move {
                let found = titles::load_untitled(tx, id, u64::from(AT_ONCE)).await?;
                let hashes: BTreeSet<&str> =
                    found.iter().filter_map(|(_, request)| Some(request.as_ref().ok()?.form_version.as_str())).collect();
                let forms = form_versions::these(tx, &hashes).await?;
                for (id, request) in &found {
                    let form = request.as_ref().ok().and_then(|request| forms.get(&request.form_version)?.as_ref().ok());
                    let (named, title) = match (request, form) {
                        (Ok(request), Some(form)) => {
                            let named = CatalogItem { title_template: item.title_template.clone(), ..request.item.clone() };
                            let title = make_title(&named, form, &request.answers, &request.times);
                            (named, title)
                        }
                        (Ok(request), None) => (request.item.clone(), name_of_unreadable(*id, &request.item)),
                        (Err(_), _) => (item.clone(), name_of_unreadable(*id, &item)),
                    };
                    titles::give_title(tx, *id, &named, &title).await?;
                }
                Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
            })
        })
        .await
}

/// What cannot be read is called as its item, and looked at no more.
fn name_of_unreadable(id: RequestId, item: &CatalogItem) -> String {
    tracing::error!(request = %id, "older request {id} cannot be read; its title is the name of its item");
    item.name.clone()
}
