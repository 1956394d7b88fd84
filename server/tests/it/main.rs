//! The whole site over HTTP: a real port, a real client, a database of its own for every test.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod access;
mod arguments;
mod audit;
mod auth;
mod border;
mod bounds;
mod connectors;
mod crash;
#[path = "../../backend/tests/it/databases.rs"]
mod databases;
mod doctor;
mod doors;
#[cfg(unix)]
mod durability;
mod harness;
mod hostile;
mod landing;
mod leaving;
mod limits;
mod live;
mod moments;
mod names;
mod pages;
mod people;
mod profile;
mod rooms;
mod scopes;
mod security;
mod seed;
mod server_fns;
mod single_sign_on;
mod slow;
mod submission;
mod templates;
mod tenancy;
mod tidy;
mod titles;
mod tokens;
mod use_cases;
