//! Server functions of the organization's settings and groups: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::forms::Answers;
use domain::id::GroupId;
use domain::organization::wire::OrganizationView;
use domain::people::groups::{ChangeSeat, GroupList, GroupView, SaveGroup};
use leptos::prelude::*;

/// The organization's settings.
#[server(name = OrganizationCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "organization/page")]
pub async fn organization() -> Result<OrganizationView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::organization::page(&backend, &caller).await)
}

/// Saves the organization's settings.
#[server(name = SaveOrganizationCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "organization/save")]
pub async fn save_organization(answers: Answers) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::organization::save(&backend, &caller, answers).await)
}

/// Every group.
#[server(name = GroupsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "organization/groups")]
pub async fn groups() -> Result<GroupList, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::organization::groups(&backend, &caller).await)
}

/// One group with those in it, by its key.
#[server(name = GroupCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "organization/group")]
pub async fn group(key: String) -> Result<GroupView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::organization::group(&backend, &caller, &key).await)
}

/// Makes a group, or calls one otherwise; answers its key.
#[server(name = SaveGroupCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "organization/save_group")]
pub async fn save_group(group: SaveGroup) -> Result<String, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::organization::save_group(&backend, &caller, group).await.map(|group| group.key))
}

/// Removes a group that nothing needs.
#[server(name = RemoveGroupCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "organization/remove_group")]
pub async fn remove_group(id: GroupId) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::organization::remove_group(&backend, &caller, id).await)
}

/// Puts somebody into a group, gives them other roles in it, or takes them out.
#[server(name = ChangeSeatCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "organization/change_seat")]
pub async fn change_seat(change: ChangeSeat) -> Result<GroupView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::organization::change_seat(&backend, &caller, change).await)
}
