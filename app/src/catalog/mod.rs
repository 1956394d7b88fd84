//! The catalog: what can be requested, found by category and by words.

pub mod api;
mod cards;
mod drafts;
mod mine;
pub mod page;
