//! What a mail server answered to one recipient of several.

use std::fmt;

/// An answer to a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientReceipt {
    pub address: String,
    /// The status of SMTP.
    pub code: u16,
    /// What was said beside it; empty for those who got it.
    pub words: String,
}

impl RecipientReceipt {
    /// The answer to an address.
    pub fn new(address: &impl ToString, code: u16, words: &str) -> Self {
        Self { address: address.to_string(), code, words: words.to_owned() }
    }

    /// The recipient has the message.
    pub fn took_it(&self) -> bool {
        self.code < 400
    }

    /// The recipient can have it later.
    pub fn is_put_off(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// The recipient never gets it.
    pub fn is_refused(&self) -> bool {
        self.code >= 500
    }
}

impl fmt::Display for RecipientReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.words.as_str() {
            "" => f.write_str(&self.address),
            words => write!(f, "{} ({} {words})", self.address, self.code),
        }
    }
}
