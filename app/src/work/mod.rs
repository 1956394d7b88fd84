//! The work of those who work on requests, as a list and as a board. Which requests, and how they are shown, is in the address.

pub mod api;
mod bar;
mod board;
mod bulk;
mod card;
mod chosen;
mod dialogs;
mod keys;
mod list;
pub mod page;
mod place;
mod rows;
mod state;
