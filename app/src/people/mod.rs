//! People and groups, as pages look for them, and the pages of those who look after people.

pub mod api;
mod chosen_file;
mod fields;
mod filters;
pub mod import_page;
mod import_parts;
mod import_state;
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
