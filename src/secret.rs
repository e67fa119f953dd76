//! The installation's key and its keyed hashes. (Passwords are `config::Secret`.)
//!
//! Nothing in the pipeline is random: marks, Message-IDs and jitter derive from this key. What is
//! drawn by chance is the key of a new store; and in `web/auth`, sessions and salts.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file is too short to be a key.
    #[error("the key file holds {0} bytes, at least {min} are needed", min = Key::MIN_FILE)]
    TooShort(usize),
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random(#[source] getrandom::Error),
}

/// The installation's key: 32 bytes. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A key file holds at least so many bytes, blanks at its ends not counted.
    pub const MIN_FILE: usize = 32;

    /// A key from its 32 bytes, as the store keeps them.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key of a key file: the SHA-256 of what it holds, whatever its form (raw bytes, hex,
    /// base64), without the blanks and line ends around it that editors leave.
    ///
    /// # Errors
    /// [`KeyError::TooShort`] under [`Key::MIN_FILE`] bytes.
    pub fn from_file(contents: &[u8]) -> Result<Self, KeyError> {
        let contents = contents.trim_ascii();
        if contents.len() < Self::MIN_FILE {
            return Err(KeyError::TooShort(contents.len()));
        }
        Ok(Self(Sha256::digest(contents).into()))
    }

    /// A new key from the system's randomness, for a store that has none.
    ///
    /// # Errors
    /// [`KeyError::Random`] where the system has no source of it.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
        Ok(Self(bytes))
    }

    /// The bytes, for the hashes of `domain::mark`.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Eight characters that stand for `text` in logs: the same address always gives the same
    /// ones here, and other ones at another installation.
    #[must_use]
    pub fn short_hash(&self, text: &str) -> String {
        BASE32_NOPAD
            .encode(&self.keyed("log", text)[..5])
            .to_ascii_lowercase()
    }

    /// A number in `0..bound` that `purpose` and `text` fix: jitter without chance. 0 where
    /// `bound` is 0.
    #[must_use]
    pub fn number(&self, purpose: &str, text: &str, bound: u64) -> u64 {
        let hash = self.keyed(purpose, text);
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        u64::from_be_bytes(first).checked_rem(bound).unwrap_or(0)
    }

    /// A token that `purpose` and `text` fix, and that nobody makes without the key: 28 characters,
    /// 136 bits.
    #[must_use]
    pub fn token(&self, purpose: &str, text: &str) -> String {
        BASE32_NOPAD
            .encode(&self.keyed(purpose, text)[..17])
            .to_ascii_lowercase()
    }

    fn keyed(&self, purpose: &str, text: &str) -> [u8; 32] {
        // HMAC takes a key of any length, so the error can't come.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(set)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_print() {
        assert_eq!(format!("{:?}", Key::from_bytes([7; 32])), "Key(set)");
    }

    #[test]
    fn a_key_file_gives_one_key_whatever_line_end_closes_it() {
        let text = b"4f9c2e4f9c2e4f9c2e4f9c2e4f9c2e4f9c2e4f9c";
        let key = Key::from_file(text).unwrap();
        assert_eq!(
            Key::from_file(&[text.as_slice(), b"\r\n"].concat()).unwrap(),
            key
        );
        assert!(matches!(
            Key::from_file(b"short\n"),
            Err(KeyError::TooShort(5))
        ));
    }

    #[test]
    fn two_new_keys_differ_and_hashes_follow_the_key() {
        let (one, two) = (Key::generate().unwrap(), Key::generate().unwrap());
        assert!(one != two);
        assert_eq!(one.short_hash("a@x.example"), one.short_hash("a@x.example"));
        assert_ne!(one.short_hash("a@x.example"), two.short_hash("a@x.example"));
        assert_eq!(one.short_hash("a@x.example").len(), 8);
        assert!(one.number("jitter", "7", 10) < 10);
        assert_eq!(one.number("jitter", "7", 0), 0);
    }
}
