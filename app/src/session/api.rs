//! The server function that says who is signed in.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::people::Me;
use leptos::prelude::*;

/// The signed-in person; None when nobody is.
#[server(name = MeCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/me")]
pub async fn me() -> Result<Option<Me>, CallError> {
    use crate::context::{ServerContext, enter, reply};
    if use_context::<ServerContext>().is_none_or(|entry| entry.caller.is_none()) {
        return Ok(None);
    }
    let (backend, caller) = enter()?;
    reply(backend::people::me(&backend, &caller).await).map(Some)
}
