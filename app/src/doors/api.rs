//! Server functions at the doors. Those for strangers tell what a link is for, where one can register, and what a new server begins with;
//! what they change goes by plain forms.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::doors::wire::{InvitationsView, InvitePeople, LinkView, RegistrationView, SetupView};
use domain::id::AccountLinkId;
use leptos::prelude::*;

/// What is behind an account link.
#[server(name = AccountLinkCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "doors/link")]
pub async fn account_link(token: String) -> Result<LinkView, CallError> {
    use crate::context::{as_stranger, reply, signed_in_caller};
    let (backend, address) = as_stranger()?;
    let visitor = signed_in_caller().map(|caller| caller.id());
    reply(backend::doors::view_link(&backend, &token, &address, visitor).await)
}

/// Where somebody can become a member by themselves.
#[server(name = RegistrationCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "doors/registration")]
pub async fn registration() -> Result<RegistrationView, CallError> {
    use crate::context::{as_stranger, reply};
    let (backend, _) = as_stranger()?;
    reply(backend::doors::registration(&backend).await)
}

/// What setting a new server up begins with.
#[server(name = SetupCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "doors/setup")]
pub async fn setup_view() -> Result<SetupView, CallError> {
    use crate::context::{as_stranger, reply};
    let (backend, _) = as_stranger()?;
    reply(backend::doors::setup_page(&backend).await)
}

/// Invitations, as far as the person manages people.
#[server(name = InvitationsCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "doors/invitations")]
pub async fn invitations() -> Result<InvitationsView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::doors::invitations(&backend, &caller).await)
}

/// Invites people; answers with the page as it is then.
#[server(name = InviteCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "doors/invite")]
pub async fn invite(people: InvitePeople) -> Result<InvitationsView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::doors::invite(&backend, &caller, people).await)
}

/// Sends an invitation again.
#[server(name = ResendCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "doors/resend_invitation")]
pub async fn resend_invitation(id: AccountLinkId) -> Result<InvitationsView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::doors::resend_invitation(&backend, &caller, id).await)
}

/// Takes an invitation back.
#[server(name = RevokeCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "doors/revoke_invitation")]
pub async fn revoke_invitation(id: AccountLinkId) -> Result<InvitationsView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::doors::revoke_invitation(&backend, &caller, id).await)
}
