//! Screens for administrators: the delivery console and the set-up of connectors.

pub mod api;
pub mod connector;
pub mod console;
mod delivery;
mod health;
mod outbox;
mod place;
mod preview;
mod state;
