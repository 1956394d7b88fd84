//! A task for somebody without an account: the dialog that makes the link, and the page behind it.

pub mod api;
pub mod dialog;
pub mod page;
