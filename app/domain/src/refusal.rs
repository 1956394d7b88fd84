//! What a person can act on: a refusal says what happened and what to do, and where.

use serde::{Deserialize, Serialize};

/// One thing wrong with one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Key of the section the field is in; empty when it concerns the whole form.
    pub section: String,
    /// Key of the field; empty when it concerns the whole form.
    pub field: String,
    /// A whole sentence in plain words, naming the field by its label and saying what would be right.
    pub message: String,
}

/// Why something was not done. Serialised to the browser as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// It does not exist, or not for this person: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// Answers that do not pass the form's rules.
    #[error("some answers need another look")]
    Problems { problems: Vec<Problem> },
    /// The thing changed meanwhile; `message` says who did what and when.
    #[error("{message}")]
    Conflict { message: String },
    /// The action is not possible now; `message` says why and what would be.
    #[error("{message}")]
    NotNow { message: String },
    /// A single input is wrong; `path` names it (`reason`, `items[2].quantity`).
    #[error("{message}")]
    Input { path: String, message: String },
    /// Too many tries; wait `seconds`.
    #[error("Too many tries. Wait {seconds} seconds, then try again.")]
    TooMany { seconds: u32 },
}

impl Refusal {
    /// A refused single input.
    pub fn input(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Input { path: path.into(), message: message.into() }
    }

    /// An action that is not possible in the present state.
    pub fn not_now(message: impl Into<String>) -> Self {
        Self::NotNow { message: message.into() }
    }

    /// Somebody else was faster.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict { message: message.into() }
    }
}
