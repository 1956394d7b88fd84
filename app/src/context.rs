//! The server's side of a server function: who calls, and how a use case's answer becomes a reply with the true HTTP status.

use crate::error::CallError;
use backend::{Backend, Caller, Error};
use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// What the server's layers know about the present HTTP request; provided as a Leptos context by the server.
#[derive(Clone)]
pub struct ServerContext {
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
pub fn enter() -> Result<(Backend, Caller), CallError> {
    let Some(entry) = use_context::<ServerContext>() else {
        return Err(CallError::Failed { reference: "no entry".to_owned() });
    };
    match entry.caller {
        Some(caller) => Ok((entry.backend, caller)),
        None => Err(with_status(CallError::SignedOut)),
    }
}

/// The backend and where the browser is, for the few functions that need no account.
///
/// # Errors
/// When the request has no entry: it did not come through the server's layers.
pub fn as_stranger() -> Result<(Backend, String), CallError> {
    let entry = use_context::<ServerContext>().ok_or_else(|| CallError::Failed { reference: "no entry".to_owned() })?;
    Ok((entry.backend, entry.address))
}

/// Who is signed in, for functions that somebody may call who is not.
pub fn signed_in_caller() -> Option<Caller> {
    use_context::<ServerContext>().and_then(|entry| entry.caller)
}

/// Turns a use case's result into a reply, with the HTTP status that is true.
///
/// # Errors
/// The use case's refusal, or `Failed` with the reference under which its cause was logged.
pub fn reply<T>(result: Result<T, Error>) -> Result<T, CallError> {
    result.map_err(|error| {
        let reference = use_context::<ServerContext>().map(|entry| entry.reference).unwrap_or_default();
        with_status(call_error(error, &reference))
    })
}

/// What the caller is told when a use case does not succeed. A failure is written to the log with the reference that the caller is shown.
pub fn call_error(error: Error, reference: &str) -> CallError {
    match error {
        Error::Refused(refusal) => CallError::Refused { refusal },
        Error::Failed(cause) | Error::Damaged(cause) => {
            tracing::error!(%reference, cause, "the use case of request {reference} failed");
            CallError::Failed { reference: reference.to_owned() }
        }
    }
}

fn with_status(error: CallError) -> CallError {
    set_status(error.status());
    error
}

/// Sets the HTTP status of the present response.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
