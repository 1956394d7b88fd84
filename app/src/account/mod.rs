//! The account: signing in and out, and who one is.

pub mod api;
pub mod away;
mod away_form;
mod away_list;
mod identities;
pub mod profile;
mod profile_device;
mod profile_fields;
mod profile_form;
mod profile_password;
pub mod providers;
pub mod sign_in;
