//! The account: signing in and out, and who one is.

pub mod api;
pub mod profile;
pub mod sign_in;
