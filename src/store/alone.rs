//! One service a SQLite file: a lock file beside it, held while the service runs.
//!
//! A file of its own, since closing any descriptor of the database itself would drop the locks that
//! SQLite holds on it (fcntl(2)). It also tells that a database was made here once: one that is gone
//! or empty since is never begun anew in silence (STO-03).

use super::error::OpenError;
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Written once the database was made.
const MADE: &[u8] = b"made";

/// What the lock file holds: a word, then who holds it. Always as long, so that it is never cut.
const LENGTH: usize = 24;

/// The lock, for as long as this lives.
#[derive(Debug)]
pub(super) struct Alone {
    file: File,
}

impl Alone {
    /// Takes the lock beside this database; the database itself need not be there yet.
    ///
    /// # Errors
    /// [`OpenError::Held`] with the process that holds it; the system's, where the file can't be
    /// made or written.
    pub(super) fn lock(database: &Path) -> Result<Self, OpenError> {
        if let Some(folder) = database.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
        }
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(beside(database))
            .map_err(OpenError::Lock)?;
        match file.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => return Err(OpenError::Held(holder(&file))),
            Err(TryLockError::Error(error)) => return Err(OpenError::Lock(error)),
        }
        let alone = Self { file };
        let word = if was_made(&alone.file) { MADE } else { b"new " };
        alone.write(word).map_err(OpenError::Lock)?;
        Ok(alone)
    }

    /// The database is there now.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn made(&self) -> Result<(), OpenError> {
        self.write(MADE).map_err(OpenError::Lock)
    }

    fn write(&self, word: &[u8]) -> io::Result<()> {
        let mut line = word.to_vec();
        line.extend_from_slice(format!(" {:>18}\n", std::process::id()).as_bytes());
        debug_assert_eq!(line.len(), LENGTH, "the line keeps its length");
        self.file.write_all_at(&line, 0)
    }
}

/// Refuses a file that is gone or empty though a database was made here, and one that was cut.
///
/// # Errors
/// [`OpenError::Vanished`], [`OpenError::Truncated`].
pub(super) fn examine(database: &Path) -> Result<(), OpenError> {
    let length = std::fs::metadata(database).map_or(0, |file| file.len());
    if length == 0 {
        return match File::open(beside(database)) {
            Ok(file) if was_made(&file) => Err(OpenError::Vanished),
            _ => Ok(()),
        };
    }
    // While a write-ahead log holds pages, the file may well be shorter than it says.
    let log = std::fs::metadata(with(database, "-wal")).map_or(0, |file| file.len());
    let mut head = [0; 100];
    let Ok(()) = File::open(database).and_then(|file| file.read_exact_at(&mut head, 0)) else {
        return Ok(());
    };
    if log == 0 && expected(&head).is_some_and(|expected| length < expected) {
        return Err(OpenError::Truncated);
    }
    Ok(())
}

/// How long the file must be by its header (sqlite.org/fileformat2, sections 1.3.2 and 1.3.8).
fn expected(head: &[u8; 100]) -> Option<u64> {
    let number =
        |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let page = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    // The count of pages holds only where the version beside it is the present change counter.
    (head.starts_with(b"SQLite format 3\0") && number(24) == number(92))
        .then(|| page * u64::from(number(28)))
}

fn was_made(file: &File) -> bool {
    let mut word = [0; 4];
    file.read_exact_at(&mut word, 0).is_ok() && word == *MADE
}

/// The process that wrote the file last; 0 where it can't be read.
fn holder(file: &File) -> u32 {
    let mut line = [0; LENGTH];
    let read = file.read_exact_at(&mut line, 0);
    let text = String::from_utf8_lossy(&line[MADE.len()..]);
    match read {
        Ok(()) => text.trim().parse().unwrap_or_default(),
        Err(_) => 0,
    }
}

fn beside(database: &Path) -> PathBuf {
    with(database, ".lock")
}

fn with(database: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(end);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_the_lock_and_the_third_may_have_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("made/vigie.db");
        let first = Alone::lock(&database).unwrap();
        let refused = Alone::lock(&database).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "another vigie (process {}) serves this database",
                std::process::id()
            )
        );
        drop(first);
        Alone::lock(&database).unwrap();
    }

    #[test]
    fn sto_03_a_database_that_was_made_and_is_gone_or_empty_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("vigie.db");
        let lock = Alone::lock(&database).unwrap();
        examine(&database).unwrap();
        lock.made().unwrap();
        assert!(matches!(examine(&database), Err(OpenError::Vanished)));
        std::fs::write(&database, b"").unwrap();
        assert!(matches!(examine(&database), Err(OpenError::Vanished)));
        drop(lock);
        // Whoever takes the lock again knows it still.
        let _lock = Alone::lock(&database).unwrap();
        assert!(matches!(examine(&database), Err(OpenError::Vanished)));
    }
}
