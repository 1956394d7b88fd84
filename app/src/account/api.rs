//! Server functions of the account: what people say about themselves, their password, who decides in their place.

use crate::error::CallError;
use crate::wire::JsonPost;
use domain::approvals::away::AwayView;
use domain::forms::Answers;
use domain::id::{DelegationId, IdentityId};
use domain::people::{Me, Profile, ProfileView};
use domain::single_sign_on::wire::{IdentityList, ProviderChoice};
use leptos::prelude::*;

/// What the caller says about themselves, and the time zones to choose from.
#[server(name = ProfileCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/profile")]
pub async fn profile() -> Result<ProfileView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::profile(&backend, &caller).await)
}

/// Saves what the caller says about themselves; answers with who they are from now on.
#[server(name = SaveProfileCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/save_profile")]
pub async fn save_profile(profile: Profile) -> Result<Me, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::save_profile(&backend, &caller, profile).await)
}

/// Changes the caller's password. Their other sign-ins end; this one goes on.
#[server(name = ChangePasswordCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/change_password")]
pub async fn change_password(current: String, new: String) -> Result<(), CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::people::change_password(&backend, &caller, &current, &new).await)
}

/// Who decides in the caller's place, and in whose place the caller does.
#[server(name = AwayCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/away")]
pub async fn away() -> Result<AwayView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::delegations::page(&backend, &caller).await)
}

/// Makes somebody the caller's deputy; answers with the page as it is then.
#[server(name = BeginAwayCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/begin_away")]
pub async fn begin_away(answers: Answers) -> Result<AwayView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let page = async {
        backend::delegations::begin(&backend, &caller, answers).await?;
        backend::delegations::page(&backend, &caller).await
    };
    reply(page.await)
}

/// Ends a deputy's right now; answers with the page as it is then.
#[server(name = EndAwayCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/end_away")]
pub async fn end_away(id: DelegationId) -> Result<AwayView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let page = async {
        backend::delegations::end(&backend, &caller, id).await?;
        backend::delegations::page(&backend, &caller).await
    };
    reply(page.await)
}

/// Takes an ending back, within a minute; answers with the page as it is then.
#[server(name = ResumeAwayCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/resume_away")]
pub async fn resume_away(id: DelegationId) -> Result<AwayView, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    let page = async {
        backend::delegations::resume(&backend, &caller, id).await?;
        backend::delegations::page(&backend, &caller).await
    };
    reply(page.await)
}

/// The providers by which one can sign in. Strangers ask this.
#[server(name = ProvidersCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/providers")]
pub async fn providers() -> Result<Vec<ProviderChoice>, CallError> {
    let (backend, _) = crate::context::as_stranger()?;
    Ok(backend::single_sign_on::provider_choices(&backend))
}

/// The identities at providers that open the caller's account.
#[server(name = IdentitiesCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/identities")]
pub async fn identities() -> Result<IdentityList, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::single_sign_on::list_identities(&backend, &caller).await)
}

/// Takes an identity from the caller's account; answers what is left.
#[server(name = UnlinkIdentityCall, input = JsonPost, output = JsonPost, prefix = "/call", endpoint = "account/unlink_identity")]
pub async fn unlink_identity(id: IdentityId) -> Result<IdentityList, CallError> {
    use crate::context::{enter, reply};
    let (backend, caller) = enter()?;
    reply(backend::single_sign_on::unlink_identity(&backend, &caller, id).await)
}
