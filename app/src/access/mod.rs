//! Spaces, roles and grants: who may do what where, on one page.

pub mod api;
mod dialogs;
mod grants;
pub mod page;
mod roles;
mod state;
mod story;
mod tree;
