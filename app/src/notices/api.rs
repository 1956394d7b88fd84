//! Server functions of notifications.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::notices::wire::{ChangeMine, ChangeOurs, MyNotices, NoticeList, OurNotices};
use leptos::prelude::*;

/// What the caller was told, newest first.
#[server(name = NoticesCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "notices/list")]
pub async fn notices(after: Option<String>) -> Result<NoticeList, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::notices::list(&backend, &caller, after).await)
}

/// The caller looks at a request: what they were told of it is read.
#[server(name = SeenCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "notices/seen")]
pub async fn seen(number: String) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::notices::seen(&backend, &caller, &number).await)
}

/// Marks some of the caller's notices as read or not read; all of them as read when none is named.
#[server(name = ReadCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "notices/read")]
pub async fn read(ids: Vec<String>, read: bool) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::notices::read(&backend, &caller, ids, read).await)
}

/// What reaches the caller, and where.
#[server(name = MyNoticesCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "notices/mine")]
pub async fn mine() -> Result<MyNotices, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::notices::mine(&backend, &caller).await)
}

/// Changes one of the caller's choices.
#[server(name = ChangeMineCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "notices/change_mine")]
pub async fn change_mine(change: ChangeMine) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::notices::change_mine(&backend, &caller, change).await)
}

/// What the organization decides about notifications.
#[server(name = OurNoticesCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "notices/ours")]
pub async fn ours() -> Result<OurNotices, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::notices::ours(&backend, &caller).await)
}

/// Changes one of the organization's decisions.
#[server(name = ChangeOursCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "notices/change_ours")]
pub async fn change_ours(change: ChangeOurs) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::notices::change_ours(&backend, &caller, change).await)
}
