//! The name of a field that a form adds to the thirteen: a stable word of the form's own.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A stable word: small letters, digits and underscores, beginning with a letter.
///
/// It is kept in place, so that a name can be copied and compared like those of the thirteen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OwnName {
    bytes: [u8; Self::MOST],
    length: u8,
}

impl OwnName {
    /// The longest name, in bytes.
    pub const MOST: usize = 32;

    /// A name, if the word can be one.
    #[must_use]
    pub fn new(word: &str) -> Option<Self> {
        let is_stable = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        let mut bytes = [0; Self::MOST];
        bytes
            .get_mut(..word.len())?
            .copy_from_slice(word.as_bytes());
        is_stable.then_some(Self {
            bytes,
            length: u8::try_from(word.len()).ok()?,
        })
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length));
        bytes
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }
}

impl fmt::Debug for OwnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<OwnName> for String {
    fn from(name: OwnName) -> Self {
        name.as_str().to_owned()
    }
}

impl TryFrom<String> for OwnName {
    type Error = String;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        Self::new(&word).ok_or_else(|| format!("not the name of a field: {word}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_stable_word() {
        for word in [
            "system",
            "inventory_number",
            "n2",
            &"a".repeat(OwnName::MOST),
        ] {
            assert_eq!(OwnName::new(word).unwrap().as_str(), word);
        }
        let long = "a".repeat(OwnName::MOST + 1);
        for word in [
            "",
            "2n",
            "_a",
            "Système",
            "type de poste",
            "a-b",
            "A",
            &long,
        ] {
            assert!(OwnName::new(word).is_none(), "{word}");
        }
    }
}
