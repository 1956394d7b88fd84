//! People and groups, as pages look for them, and the pages of those who look after people.

pub mod api;
mod fields;
mod filters;
pub mod list;
mod location;
pub mod page;
mod parts;
pub mod person;
mod person_dialogs;
mod person_parts;
mod person_state;
pub mod search;
mod state;
