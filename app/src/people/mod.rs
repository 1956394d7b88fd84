//! People and groups, as pages look for them.

pub mod api;
pub mod search;
