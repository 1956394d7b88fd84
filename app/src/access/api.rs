//! Server functions of spaces, roles and grants: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::access::wire::{AccessStory, AccessView, GiveGrant, GrantEffect, SaveRole, SaveSpace};
use domain::id::{GrantId, SpaceId};
use leptos::prelude::*;

/// Spaces, grants and roles, as far as the person says who holds what.
#[server(name = AccessCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/page")]
pub async fn access() -> Result<AccessView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::page(&backend, &caller).await)
}

/// What giving a grant would change.
#[server(name = PreviewGrantCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/preview_grant")]
pub async fn preview_grant(grant: GiveGrant) -> Result<GrantEffect, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::preview_grant(&backend, &caller, grant).await)
}

/// Gives a grant.
#[server(name = GiveGrantCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/give_grant")]
pub async fn give_grant(grant: GiveGrant) -> Result<AccessView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::give_grant(&backend, &caller, grant).await)
}

/// Takes a grant back.
#[server(name = TakeBackCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/take_back")]
pub async fn take_back(id: GrantId, confirmed: bool) -> Result<AccessView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::take_back(&backend, &caller, id, confirmed).await)
}

/// Adds a space, or renames and moves one.
#[server(name = SaveSpaceCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/save_space")]
pub async fn save_space(space: SaveSpace) -> Result<AccessView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::save_space(&backend, &caller, space).await)
}

/// Removes a space that nothing is in.
#[server(name = RemoveSpaceCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/remove_space")]
pub async fn remove_space(id: SpaceId) -> Result<AccessView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::remove_space(&backend, &caller, id).await)
}

/// Makes a role of the organization's own, or changes one.
#[server(name = SaveRoleCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/save_role")]
pub async fn save_role(role: SaveRole, confirmed: bool) -> Result<AccessView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::save_role(&backend, &caller, role, confirmed).await)
}

/// Removes a role that nobody holds.
#[server(name = RemoveRoleCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/remove_role")]
pub async fn remove_role(key: String) -> Result<AccessView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::remove_role(&backend, &caller, key).await)
}

/// Who sees a request, and why.
#[server(name = TellAccessCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "access/who_sees")]
pub async fn who_sees(number: String) -> Result<AccessStory, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::access::tell_access(&backend, &caller, &number).await)
}
