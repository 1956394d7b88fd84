//! The keys that stored secrets are sealed with: from the environment, or from a key file that is made at the first start.

use crate::config::ServerConfig;
use backend::private_file;
use backend::secrets::SecretKeys;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The keys of this server. Makes the key file when there is none and the environment names no key.
///
/// # Errors
/// A sentence for the person at the terminal.
pub fn load(config: &ServerConfig) -> Result<SecretKeys, String> {
    if let Some(keys) = &config.encryption_keys {
        return Ok(keys.clone());
    }
    let file = &config.key_file;
    match private_file::narrow(file) {
        Ok(true) => tracing::warn!("others could read the key file {}; now its owner alone can", file.display()),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "failed to limit who may read the key file {}", file.display()),
    }
    match std::fs::read_to_string(file) {
        Ok(text) => SecretKeys::parse(&text).map_err(|problem| format!("The key file {} cannot be used: {problem}.", file.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => first(file),
        Err(error) => Err(format!("The key file {} cannot be read: {error}", file.display())),
    }
}

/// Makes the first key. Of two processes that start together, one makes it and the other reads it.
fn first(file: &Path) -> Result<SecretKeys, String> {
    let unwritable = |error: std::io::Error| format!("The key file {} cannot be made: {error}", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let keys = SecretKeys::random();
    let beside = file.with_extension(format!("{}.new", uuid::Uuid::now_v7()));
    write(&beside, &keys).map_err(unwritable)?;
    let linked = std::fs::hard_link(&beside, file);
    std::fs::remove_file(&beside).map_err(unwritable)?;
    match linked {
        Ok(()) => Ok(keys),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(file).map_err(unwritable)?;
            SecretKeys::parse(&text).map_err(|problem| format!("The key file {} cannot be used: {problem}.", file.display()))
        }
        Err(error) => Err(unwritable(error)),
    }
}

/// Puts other keys in the place of those in the key file, whole or not at all.
///
/// # Errors
/// A sentence for the person at the terminal.
pub fn replace(file: &Path, keys: &SecretKeys) -> Result<(), String> {
    let unwritable = |error: std::io::Error| format!("The key file {} cannot be written: {error}", file.display());
    let beside = file.with_extension("next");
    write(&beside, keys).map_err(unwritable)?;
    std::fs::rename(&beside, file).map_err(unwritable)
}

/// Writes a key file that only its owner may read.
fn write(file: &Path, keys: &SecretKeys) -> std::io::Result<()> {
    let mut written = private_file::create(file)?;
    written.write_all(b"# Docket's keys for stored secrets, the present one first. Keep a copy where the database's copies are not.\n")?;
    written.write_all(keys.written().as_bytes())?;
    written.sync_all()
}
