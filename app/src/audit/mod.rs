//! The audit log: what administrators, the command line and programs changed, for those who may read it.

pub mod api;
mod entry;
mod filters;
mod list;
mod location;
pub mod page;
mod state;
