//! What travels between the page of the organization's settings and the server.

use crate::forms::{Answers, Form};
use serde::{Deserialize, Serialize};

/// The organization's settings as the page asks for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrganizationView {
    pub name: String,
    pub form: Form,
    /// What is so now.
    pub answers: Answers,
}
