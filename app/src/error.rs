//! What a server function answers when it does not answer what was asked.

use crate::wire::WireCodec;
use domain::Refusal;
use leptos::prelude::*;
use leptos::server_fn::error::ServerFnErrorErr;
use serde::{Deserialize, Serialize};

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case", from = "ErrorFields")]
pub enum CallError {
    /// The person can act on it.
    Refused { refusal: Refusal },
    /// Nobody is signed in, or no longer: sign in and continue.
    SignedOut,
    /// Nobody can act on it; the reference finds the cause in the logs.
    Failed { reference: String },
    /// The server did not answer: made by the browser.
    Offline,
}

/// An error as it travels, read flat.
#[derive(Deserialize)]
struct ErrorFields {
    error: String,
    refusal: Option<Refusal>,
    reference: Option<String>,
}

impl From<ErrorFields> for CallError {
    fn from(ErrorFields { error, refusal, reference }: ErrorFields) -> Self {
        match (error.as_str(), refusal) {
            ("refused", Some(refusal)) => Self::Refused { refusal },
            ("signed_out", _) => Self::SignedOut,
            ("offline", _) => Self::Offline,
            _ => Self::Failed { reference: reference.unwrap_or_else(|| "unknown".to_owned()) },
        }
    }
}

impl CallError {
    /// A whole sentence for the person: what happened and what to do.
    pub fn message(&self) -> String {
        match self {
            Self::Refused { refusal: Refusal::NotFound } => "This does not exist, or is not yours to see.".to_owned(),
            Self::Refused { refusal } => refusal.to_string(),
            Self::SignedOut => "You are signed out. Sign in to continue; nothing you typed is lost.".to_owned(),
            Self::Failed { reference } => format!("Something went wrong on our side. Try again; if it stays, quote reference {reference}."),
            Self::Offline => {
                "Docket cannot be reached. What you typed is kept on this device; try again when you are back online.".to_owned()
            }
        }
    }

    /// The HTTP status that is true for it.
    #[cfg(feature = "ssr")]
    pub fn status(&self) -> http::StatusCode {
        use http::StatusCode;
        match self {
            Self::Refused { refusal: Refusal::NotFound } => StatusCode::NOT_FOUND,
            Self::Refused { refusal: Refusal::Problems { .. } | Refusal::Input { .. } } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused { refusal: Refusal::Conflict { .. } | Refusal::NotNow { .. } } => StatusCode::CONFLICT,
            Self::Refused { refusal: Refusal::TooMany { .. } } => StatusCode::TOO_MANY_REQUESTS,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Failed { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Offline => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Whether the thing asked for does not exist for this person.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { refusal: Refusal::NotFound })
    }
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for CallError {}

impl FromServerFnError for CallError {
    type Encoder = WireCodec;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::Offline,
            ServerFnErrorErr::Args(message) | ServerFnErrorErr::MissingArg(message) => {
                Self::Refused { refusal: Refusal::input("", format!("The server could not read what was sent: {message}")) }
            }
            _ => Self::Failed { reference: "unknown".to_owned() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_read_as_it_was_written() {
        let refused = CallError::Refused { refusal: Refusal::input("reason", "Enter a reason") };
        for error in [refused, CallError::SignedOut, CallError::Failed { reference: "7f3k".to_owned() }, CallError::Offline] {
            let text = serde_json::to_string(&error).unwrap();
            assert_eq!(domain::reading::read_json::<CallError>(&text).unwrap(), error, "{text}");
        }
    }
}
