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
#[serde(tag = "code", rename_all = "snake_case", from = "RefusalFields")]
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

/// A refusal as it travels. Read flat: an enum read by its tag would bring twice the code into the browser.
#[derive(Default, Deserialize)]
#[serde(default)]
struct RefusalFields {
    code: String,
    problems: Vec<Problem>,
    message: String,
    path: String,
    seconds: u32,
}

impl From<RefusalFields> for Refusal {
    fn from(fields: RefusalFields) -> Self {
        let RefusalFields { code, problems, message, path, seconds } = fields;
        match code.as_str() {
            "not_found" => Self::NotFound,
            "problems" => Self::Problems { problems },
            "conflict" => Self::Conflict { message },
            "input" => Self::Input { path, message },
            "too_many" => Self::TooMany { seconds },
            // Also what a newer server says: its words stand for themselves.
            _ => Self::NotNow { message },
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_read_as_it_was_written() {
        let problem = Problem { section: "why".to_owned(), field: "reason".to_owned(), message: "Enter a reason".to_owned() };
        for refusal in [
            Refusal::NotFound,
            Refusal::Problems { problems: vec![problem] },
            Refusal::conflict("Ruth Abel approved this."),
            Refusal::not_now("Nothing is asked of you now."),
            Refusal::input("reason", "Enter a reason"),
            Refusal::TooMany { seconds: 30 },
        ] {
            let text = serde_json::to_string(&refusal).unwrap();
            assert_eq!(serde_json::from_str::<Refusal>(&text).unwrap(), refusal, "{text}");
        }
    }
}
