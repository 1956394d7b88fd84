//! Reading JSON into values, in one way everywhere: what travels between server and browser, and enums whose variant is named in one of
//! their fields. What serde makes for those by itself keeps a tree of its own and reads every type below it a second time: a third of what
//! some pages made the browser load.

mod tagged;
#[cfg(any(test, target_arch = "wasm32"))]
mod text;
mod tree;

pub use tagged::read_tagged;
pub(crate) use tagged::tagged_enum;
pub use tree::{JsonTree, TreeVariant};

use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display, Formatter, Result as FmtResult};

/// Makes a value from JSON text; the error says what was expected.
pub fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    read_tree(text).and_then(|tree| T::deserialize(JsonTree(tree)))
}

#[cfg(target_arch = "wasm32")]
use text::read_tree;

#[cfg(not(target_arch = "wasm32"))]
fn read_tree(text: &str) -> Result<serde_json::Value, ReadError> {
    serde_json::from_str(text).map_err(serde::de::Error::custom)
}

/// Why something could not be read. In the browser it has no words: nobody sees them there, and what makes them is large.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadError {
    #[cfg(not(target_arch = "wasm32"))]
    words: String,
    #[cfg(not(target_arch = "wasm32"))]
    is_length: bool,
}

#[cfg(not(target_arch = "wasm32"))]
impl ReadError {
    fn is_about_length(&self) -> bool {
        self.is_length
    }

    fn words(&self) -> &str {
        &self.words
    }
}

#[cfg(target_arch = "wasm32")]
impl ReadError {
    fn is_about_length(&self) -> bool {
        false
    }

    fn words(&self) -> &str {
        "it does not have the expected form"
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl serde::de::Error for ReadError {
    fn custom<T: Display>(words: T) -> Self {
        Self { words: words.to_string(), is_length: false }
    }

    fn invalid_length(length: usize, expected: &dyn serde::de::Expected) -> Self {
        Self { words: format!("invalid length {length}, expected {expected}"), is_length: true }
    }
}

/// Without words, and without the code that would make them: the trait's own methods write theirs before anybody can say that they are not
/// wanted, numbers with fractions among them.
#[cfg(target_arch = "wasm32")]
impl serde::de::Error for ReadError {
    fn custom<T: Display>(_: T) -> Self {
        Self {}
    }

    fn invalid_type(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self {}
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self {}
    }

    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Self {}
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self {}
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self {}
    }

    fn missing_field(_: &'static str) -> Self {
        Self {}
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self {}
    }
}

impl Display for ReadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        f.write_str(self.words())
    }
}

impl Debug for ReadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        f.write_str(self.words())
    }
}

impl std::error::Error for ReadError {}
