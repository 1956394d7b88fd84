//! What an organization decides for itself, and its groups.

pub mod api;
mod group;
pub mod groups;
pub mod settings;
mod state;
