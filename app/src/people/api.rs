//! Server functions that find people and groups, and of those who look after people: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::access::spaces::SpaceRef;
use domain::id::PersonId;
use domain::people::importing::{ImportOutcome, ImportPreview};
use domain::people::wire::{DisabledPerson, HandOver, PeopleFilter, PeoplePage, PersonView, SavePerson};
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

/// A page of the people whom the person looks after.
#[server(name = PeoplePageCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/page")]
pub async fn people_page(filter: PeopleFilter, after: Option<PersonId>) -> Result<PeoplePage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::people_page(&backend, &caller, filter, after).await)
}

/// One person whole.
#[server(name = PersonPageCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/person")]
pub async fn person_page(id: PersonId) -> Result<PersonView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::person_page(&backend, &caller, id).await)
}

/// Ends one sign-in of a person, or all of them when none is named.
#[server(name = EndSessionsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/end_sessions")]
pub async fn end_sessions(id: PersonId, session: Option<String>) -> Result<PersonView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::end_sessions_of(&backend, &caller, id, session).await)
}

/// Disables a person, and hands over what they leave behind.
#[server(name = DisablePersonCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/disable")]
pub async fn disable_person(id: PersonId, hand: HandOver) -> Result<DisabledPerson, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::disable_person(&backend, &caller, id, hand).await)
}

/// Lets a person sign in again.
#[server(name = EnablePersonCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/enable")]
pub async fn enable_person(id: PersonId) -> Result<PersonView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::enable_person(&backend, &caller, id).await)
}

/// Adds a person, or changes what is said of one.
#[server(name = SavePersonCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/save")]
pub async fn save_person(person: SavePerson) -> Result<PersonView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::save_person(&backend, &caller, person).await)
}

/// Deletes the personal data of somebody who is disabled.
#[server(name = ErasePersonCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/erase")]
pub async fn erase_person(id: PersonId, typed: String) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::erase_person(&backend, &caller, id, &typed).await)
}

/// What importing a table of people would change.
#[server(name = PreviewImportCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/preview_import")]
pub async fn preview_import(file: String) -> Result<ImportPreview, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::preview_import(&backend, &caller, &file).await)
}

/// Imports a table of people, as its preview said.
#[server(name = ImportPeopleCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "people/import")]
pub async fn import_people(file: String, mark: String) -> Result<ImportOutcome, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::import_people(&backend, &caller, &file, &mark).await)
}
