//! The server's side of a server function: who calls, and how a use case's answer becomes a reply with the true HTTP status.

use crate::error::ApiError;
use backend::{Backend, Caller, Error};
use domain::Refusal;
use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// What the server's layers know about the present HTTP request; provided as a Leptos context by the server.
#[derive(Clone)]
pub struct Entry {
    pub backend: Backend,
    /// Where the browser is, as far as the network tells: what tries are counted by.
    pub address: String,
    /// None when nobody is signed in.
    pub caller: Option<Caller>,
    /// Found in the logs of this request, and shown on error pages.
    pub reference: String,
    /// The signed-in person as pages know them; only looked up for pages.
    pub me: Option<domain::people::Me>,
    /// The theme chosen on this device, `light` or `dark`; None follows the system.
    pub theme: Option<String>,
}

/// The backend and the signed-in caller.
///
/// # Errors
/// `SignedOut` (401) when nobody is signed in.
pub fn enter() -> Result<(Backend, Caller), ApiError> {
    let Some(entry) = use_context::<Entry>() else {
        return Err(ApiError::Failed { reference: "no entry".to_owned() });
    };
    match entry.caller {
        Some(caller) => Ok((entry.backend, caller)),
        None => {
            set_status(StatusCode::UNAUTHORIZED);
            Err(ApiError::SignedOut)
        }
    }
}

/// The backend and where the browser is, for the few functions that need no account.
///
/// # Errors
/// When the request has no entry: it did not come through the server's layers.
pub fn as_stranger() -> Result<(Backend, String), ApiError> {
    let entry = use_context::<Entry>().ok_or_else(|| ApiError::Failed { reference: "no entry".to_owned() })?;
    Ok((entry.backend, entry.address))
}

/// Turns a use case's result into a reply, with the HTTP status that is true.
///
/// # Errors
/// The use case's refusal, or `Failed` with the reference under which its cause was logged.
pub fn reply<T>(result: Result<T, Error>) -> Result<T, ApiError> {
    match result {
        Ok(value) => Ok(value),
        Err(Error::Refused(refusal)) => {
            set_status(match refusal {
                Refusal::NotFound => StatusCode::NOT_FOUND,
                Refusal::Problems { .. } | Refusal::Input { .. } => StatusCode::UNPROCESSABLE_ENTITY,
                Refusal::Conflict { .. } | Refusal::NotNow { .. } => StatusCode::CONFLICT,
                Refusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            });
            Err(ApiError::Refused { refusal })
        }
        Err(Error::Failed(cause) | Error::Damaged(cause)) => {
            let reference = use_context::<Entry>().map(|entry| entry.reference).unwrap_or_default();
            tracing::error!(%reference, cause, "a use case failed");
            set_status(StatusCode::INTERNAL_SERVER_ERROR);
            Err(ApiError::Failed { reference })
        }
    }
}

/// Sets the HTTP status of the present response.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
