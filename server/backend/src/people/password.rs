//! Passwords: argon2id, on threads of their own, a few at a time: each hash takes 19 MiB and tens of milliseconds.

use crate::error::{Error, Result};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use domain::Refusal;
use tokio::sync::Semaphore;

/// Characters of the shortest password.
pub const SHORTEST: usize = 12;
/// Bytes of the longest password that is looked at.
pub(super) const LONGEST: usize = 1024;
/// Hashes made at the same time: what signing in may cost in memory and processors.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Compared with when there is no account, so that an unknown address takes as long as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$Pi7oRDN5cV8nfGFSSYcxKhU9qeoJh/zoHLOVfRAsCcU";

/// Whether a password may be chosen.
pub(crate) fn judge(password: &str) -> Result<()> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(Refusal::input("password", "Choose a password of at least 12 characters.").into());
    }
    Ok(())
}

/// Whether the password belongs to the hash; the same work when there is none.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    apart(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&hash).map_err(|error| Error::failed(format!("stored password: {error}")))?;
        let right = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(right && known)
    })
    .await
}

fn salt() -> Result<SaltString> {
    SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|error| Error::failed(format!("salt: {error}")))
}

/// The hash to store for a password.
pub(crate) async fn hash(password: String) -> Result<String> {
    apart(move || {
        let salt = salt()?;
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|error| Error::failed(format!("hash: {error}")))?;
        Ok(hash.to_string())
    })
    .await
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let _turn = AT_ONCE.acquire().await.map_err(Error::failed)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::failed)?
}

/// Whether a text is an argon2 hash that `verify` can read.
pub(crate) fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| hash.algorithm.as_str().starts_with("argon2"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_in_hash_costs_what_a_real_one_costs() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        let salt = salt().unwrap();
        let made = Argon2::default().hash_password(b"x", &salt).unwrap();
        assert_eq!((parsed.params.clone(), parsed.algorithm), (made.params.clone(), made.algorithm));
        assert_eq!(parsed.hash.unwrap().len(), made.hash.unwrap().len());
    }

    #[test]
    fn twelve_characters_are_enough_and_eleven_are_not() {
        assert!(judge("ünïcödé 12 c").is_ok());
        assert!(judge("eleven char").is_err());
        assert!(judge(&"x".repeat(LONGEST + 1)).is_err());
    }
}
