//! Requests: the dialog that makes them, the list of one's own, and the page of each.

pub mod api;
pub mod mine;
pub mod new;
pub mod page;
pub mod share;
pub mod tasks;
