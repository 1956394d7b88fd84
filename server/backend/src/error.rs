//! Why a use case did not succeed: a refusal the person can act on, or a failure nobody can.

use domain::Refusal;

/// What use cases return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can act on it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody who uses the product can act on it; logged once, with this cause.
    #[error("{0}")]
    Failed(String),
    /// A failure that trying again does not help: something stored can no longer be read, or is gone.
    #[error("{0}")]
    Damaged(String),
}

impl Error {
    /// A failure with its cause.
    pub fn failed(cause: impl std::fmt::Display) -> Self {
        Self::Failed(cause.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(format!("stored document: {error}"))
    }
}
