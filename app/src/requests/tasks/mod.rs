//! Tasks: the slip of a request's tasks, and the list of one's own.

pub mod api;
pub mod mine;
pub mod slip;
