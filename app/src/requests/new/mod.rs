//! The dialog that makes a request: its steps, its draft, the approvals it would need.

pub mod api;
mod dialog;
mod draft;
mod local_copy;
pub mod page;
mod review;
mod route;
mod saved_line;
mod state;
mod steps;
