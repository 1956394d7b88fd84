//! Screens for administrators: the delivery console and the set-up of connectors.

pub mod api;
pub mod connector;
mod delivery;
mod filters;
mod health;
mod outbox;
pub mod page;
mod place;
mod preview;
mod state;
