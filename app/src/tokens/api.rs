//! Server functions of API tokens: thin; the use cases are the backend's.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::id::ApiTokenId;
use domain::tokens::wire::{MakeToken, NewToken, TokenPage};
use leptos::prelude::*;

/// One's own tokens, and those of the organization as far as one grants where they count.
#[server(name = TokensCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "tokens/page")]
pub async fn tokens() -> Result<TokenPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::tokens::page(&backend, &caller).await)
}

/// Makes a token, and shows it this once.
#[server(name = MakeTokenCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "tokens/make")]
pub async fn make_token(token: MakeToken) -> Result<NewToken, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::tokens::make_token(&backend, &caller, token).await)
}

/// Revokes a token at once.
#[server(name = RevokeTokenCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "tokens/revoke")]
pub async fn revoke_token(id: ApiTokenId) -> Result<TokenPage, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::tokens::revoke_token(&backend, &caller, id).await)
}
