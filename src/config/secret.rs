//! A secret text: it never prints, and it comes from a file.

use std::fmt;
use std::io;
use std::path::Path;

/// A password. `Debug` says `(set)`; only [`Secret::expose`] gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// The secret itself, for the one call that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Reads a file: one trailing line end is not part of the secret.
    ///
    /// # Errors
    /// The file can't be read, is empty or is not UTF-8.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is empty"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(set)")
    }
}

/// Whether everyone on the machine can read the file.
pub(super) fn is_world_readable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(
            format!("{secret:?} {:?}", Some(&secret)),
            "(set) Some((set))"
        );
    }

    #[test]
    fn one_line_end_is_trimmed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (written, read) in [
            ("a b\n", "a b"),
            ("a\r\n", "a"),
            (" a \n\n", " a \n"),
            ("\u{feff}a", "a"),
        ] {
            std::fs::write(&path, written).unwrap();
            assert_eq!(Secret::read(&path).unwrap().expose(), read, "{written:?}");
        }
        std::fs::write(&path, "\n").unwrap();
        assert!(Secret::read(&path).is_err());
    }
}
