//! Secrets at rest: sealed with an authenticated cipher (XChaCha20-Poly1305) under a key that is not in the database.
//!
//! A sealed text names its key and is bound to its place: moved to another row, it cannot be opened. Several keys can be known; new
//! texts are sealed under the first.

use crate::error::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 24;
const MARK: &str = "sealed:1:";
/// SHA-256 of keys that were public once: whoever has a copy of the database can open what they seal.
const PUBLISHED: [&str; 1] = ["161a21b8d131a4e7e253220ba922804aff4e1400de0bd1b94fec2a74b686ea0e"];

/// The keys this server knows, the present one first. Never printed.
#[derive(Clone)]
pub struct SecretKeys(Vec<[u8; KEY_LENGTH]>);

impl std::fmt::Debug for SecretKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.0.iter().map(name).collect::<Vec<_>>().join(", "))
    }
}

impl SecretKeys {
    /// A key of its own, forgotten with the process.
    pub fn random() -> Self {
        Self(vec![rand::random()])
    }

    /// Keys written in base64 with commas or line ends between them.
    ///
    /// # Errors
    /// What is wrong, without the keys.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let written = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|key| !key.is_empty());
        let keys: Option<Vec<_>> = written.map(|line| STANDARD.decode(line).ok()?.try_into().ok()).collect();
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Self(keys)),
            _ => Err(format!("a key is {KEY_LENGTH} random bytes in base64 (openssl rand -base64 {KEY_LENGTH})")),
        }
    }

    /// These keys as `parse` reads them.
    pub fn written(&self) -> String {
        self.0.iter().map(|key| format!("{}\n", STANDARD.encode(key))).collect()
    }

    /// A new key before these.
    pub fn with_new(&self) -> Self {
        Self(std::iter::once(rand::random()).chain(self.0.iter().copied()).collect())
    }

    /// The present key alone.
    pub fn only_present(&self) -> Self {
        Self(self.0.iter().take(1).copied().collect())
    }

    /// Names of those among these keys that everybody can know: they were published with Docket's sources.
    pub fn published(&self) -> Vec<String> {
        self.among(&PUBLISHED)
    }

    fn among(&self, digests: &[&str]) -> Vec<String> {
        self.0.iter().filter(|key| digests.contains(&digest(key).as_str())).map(name).collect()
    }

    /// Seals a text for one place.
    pub(crate) fn seal(&self, place: &str, text: &str) -> Result<String> {
        let key = self.0.first().ok_or_else(|| Error::failed("the server has no key to seal with"))?;
        let nonce: [u8; NONCE_LENGTH] = rand::random();
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed = XChaCha20Poly1305::new(&Key::from(*key)).encrypt(&XNonce::from(nonce), payload).map_err(Error::failed)?;
        Ok(format!("{MARK}{}:{}", name(key), STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens a text sealed for this place; None when it is not sealed.
    pub(crate) fn open(&self, place: &str, text: &str) -> Result<Option<String>> {
        let Some((wanted, sealed)) = text.strip_prefix(MARK).and_then(|rest| rest.split_once(':')) else { return Ok(None) };
        let damaged = |what: &str| Error::Damaged(format!("a stored secret {what}"));
        let key = self.0.iter().find(|key| name(key) == wanted);
        let key = key.ok_or_else(|| damaged(&format!("was sealed with the key {wanted}, which this server does not have")))?;
        let bytes = STANDARD.decode(sealed).map_err(|_| damaged("is cut off"))?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LENGTH).ok_or_else(|| damaged("is cut off"))?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().map_err(|_| damaged("is cut off"))?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let opened = XChaCha20Poly1305::new(&Key::from(*key)).decrypt(&XNonce::from(nonce), payload);
        let opened = opened.map_err(|_| damaged("was changed, or belongs elsewhere"))?;
        String::from_utf8(opened).map(Some).map_err(|_| damaged("is not text"))
    }

    /// A digest of parts of fixed length that only this server can make, whoever knows the parts; `purpose` keeps uses apart.
    pub(crate) fn keyed_digest(&self, purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32]> {
        let key = self.0.first().ok_or_else(|| Error::failed("the server has no key to make a digest with"))?;
        digest_by(key, purpose, parts)
    }

    /// As `keyed_digest`, by every key that is known, the present one first: what was made before a key was changed is found again.
    pub(crate) fn keyed_digests(&self, purpose: &str, parts: &[&[u8]]) -> Result<Vec<[u8; 32]>> {
        self.0.iter().map(|key| digest_by(key, purpose, parts)).collect()
    }
}

fn digest_by(key: &[u8; KEY_LENGTH], purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32]> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).map_err(Error::failed)?;
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    parts.iter().for_each(|part| mac.update(part));
    Ok(mac.finalize().into_bytes().into())
}

/// A key's name: the beginning of its digest.
fn name(key: &[u8; KEY_LENGTH]) -> String {
    digest(key).chars().take(8).collect()
}

fn digest(key: &[u8; KEY_LENGTH]) -> String {
    Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_in_its_place_and_with_its_key() {
        let keys = SecretKeys::random();
        let sealed = keys.seal("north/desk/token", "xoxb-1").unwrap();
        assert!(!sealed.contains("xoxb"));
        assert_ne!(sealed, keys.seal("north/desk/token", "xoxb-1").unwrap(), "each has its own nonce");
        assert_eq!(keys.open("north/desk/token", &sealed).unwrap().as_deref(), Some("xoxb-1"));
        assert!(keys.open("south/desk/token", &sealed).is_err());
        assert!(SecretKeys::random().open("north/desk/token", &sealed).is_err());
        let changed = format!("{}A{}", &sealed[..40], &sealed[41..]);
        assert!(changed == sealed || keys.open("north/desk/token", &changed).is_err());
        assert_eq!(keys.open("north/desk/token", "plain").unwrap(), None);
    }

    #[test]
    fn an_older_key_still_opens_and_the_newest_seals() {
        let old = SecretKeys::random();
        let sealed = old.seal("p", "x").unwrap();
        let both = old.with_new();
        assert_eq!(both.open("p", &sealed).unwrap().as_deref(), Some("x"));
        let renewed = both.seal("p", "x").unwrap();
        assert!(old.open("p", &renewed).is_err());
        assert_eq!(both.only_present().open("p", &renewed).unwrap().as_deref(), Some("x"));
        assert_eq!(SecretKeys::parse(&both.written()).unwrap().0, both.0);
    }

    #[test]
    fn a_published_key_is_known_by_its_digest_also_behind_another() {
        let known = SecretKeys::random();
        let published = digest(&known.0[0]);
        assert_eq!(known.with_new().among(&[&published]), [name(&known.0[0])]);
        assert!(SecretKeys::random().among(&[&published]).is_empty() && known.published().is_empty());
        assert!(PUBLISHED.iter().all(|digest| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit())));
    }

    #[test]
    fn a_digest_is_that_of_its_key_its_purpose_and_its_parts() {
        let keys = SecretKeys::random();
        let digest = keys.keyed_digest("draft", &[b"one", b"two"]).unwrap();
        assert_eq!(keys.keyed_digest("draft", &[b"one", b"two"]).unwrap(), digest);
        assert_ne!(keys.keyed_digest("draft", &[b"one", b"tow"]).unwrap(), digest);
        assert_ne!(keys.keyed_digest("link", &[b"one", b"two"]).unwrap(), digest);
        assert_ne!(SecretKeys::random().keyed_digest("draft", &[b"one", b"two"]).unwrap(), digest);
        let renewed = keys.with_new().keyed_digests("draft", &[b"one", b"two"]).unwrap();
        assert!(renewed.len() == 2 && renewed[1] == digest && renewed[0] != digest);
    }

    #[test]
    fn keys_are_checked_and_never_printed() {
        let commented = format!("# Kept safe, with care.\n{}", SecretKeys::random().written());
        assert!(SecretKeys::parse(&commented).is_ok());
        assert!(SecretKeys::parse("").is_err() && SecretKeys::parse("c2hvcnQ=").is_err());
        let keys = SecretKeys::random();
        assert!(!format!("{keys:?}").contains(keys.written().trim()));
    }
}
