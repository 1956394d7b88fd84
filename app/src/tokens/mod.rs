//! API tokens: one's own, and those of the organization for whoever grants there.

pub mod api;
mod dialogs;
pub mod page;
mod rows;
mod state;
