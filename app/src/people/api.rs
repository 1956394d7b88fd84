//! Server functions that find people and groups: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::access::spaces::SpaceRef;
use domain::people::{GroupRef, PersonRef};
use leptos::prelude::*;

/// People of the organization whose name or e-mail fits, at most 20.
#[server(name = SearchPeopleCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/search_people")]
pub async fn search_people(text: String) -> Result<Vec<PersonRef>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::search_people(&backend, &caller, &text).await)
}

/// People who work on requests and whose name fits, at most 20; the first ones for no text.
#[server(name = SearchWorkersCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/search_workers")]
pub async fn search_workers(text: String) -> Result<Vec<PersonRef>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::search_workers(&backend, &caller, &text).await)
}

/// Spaces that the person may name in a request and whose name fits, at most 20.
#[server(name = SearchSpacesCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/search_spaces")]
pub async fn search_spaces(text: String) -> Result<Vec<SpaceRef>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::search_spaces(&backend, &caller, &text).await)
}

/// Groups of the organization whose name fits, at most 20.
#[server(name = SearchGroupsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "requests/search_groups")]
pub async fn search_groups(text: String) -> Result<Vec<GroupRef>, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::search_groups(&backend, &caller, &text).await)
}
