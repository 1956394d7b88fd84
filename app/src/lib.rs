//! Docket's screens: Leptos components rendered on the server and taken over in the browser.
//!
//! What is here may reach the browser. `backend` is named only in `api.rs` files (inside server function bodies) and in `context.rs`.
#![recursion_limit = "512"]

pub mod access;
pub mod account;
pub mod app;
pub mod approvals;
pub mod audit;
pub mod catalog;
#[cfg(feature = "ssr")]
pub mod context;
pub mod deliveries;
pub mod document;
pub mod doors;
pub mod error;
pub mod form;
pub mod live;
pub mod notices;
pub mod organization;
pub mod parts;
pub mod people;
pub mod requests;
pub mod routes;
pub mod session;
pub mod shell;
pub mod tokens;
pub mod ui;
pub mod wire;
pub mod work;
