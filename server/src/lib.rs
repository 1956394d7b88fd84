//! Hosts Docket: configuration, HTTP, the worker and the demo. What it serves is decided in `domain`, done in `backend`, shown in `app`.
//!
//! `main.rs` is the command line over this library; the HTTP tests start the same router on a port of their own.
#![recursion_limit = "512"]

pub mod config;
pub mod doctor;
pub mod handles;
pub mod http;
pub mod keys;
pub mod seed;
pub mod simulate;
pub mod telemetry;
pub mod work;

use backend::{Backend, MachineSources, Store};
use config::ServerConfig;
use std::sync::Arc;

/// Opens the database the configuration names (its folder is made when missing) and the use cases over it.
///
/// # Errors
/// A sentence for the person at the terminal.
pub async fn open(config: &ServerConfig) -> Result<Backend, String> {
    if let Some(folder) = config.data_folder() {
        std::fs::create_dir_all(&folder).map_err(|error| format!("The folder {} cannot be made: {error}", folder.display()))?;
    }
    let keys = keys::load(config)?;
    let store = Store::open(&config.database_url).await.map_err(|error| format!("The database cannot be opened: {error}"))?;
    let real = Arc::new(MachineSources);
    Backend::new(store, config.settings(keys), real.clone(), real).map_err(|error| error.to_string())
}

/// Opens the database and brings its schema up to date.
///
/// # Errors
/// A sentence for the person at the terminal.
pub async fn open_migrated(config: &ServerConfig) -> Result<Backend, String> {
    let backend = open(config).await?;
    backend.store().migrate().await.map_err(|error| format!("The database cannot be brought up to date: {error}"))?;
    Ok(backend)
}
