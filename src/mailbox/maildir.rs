//! A Maildir as the second source: `new/` and `cur/`, never `tmp/`. A file comes there by a rename, so
//! what is there is whole. Nothing is moved, renamed or marked; a message is known by its unique
//! name, without the flags that a mail reader adds behind a colon.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, SubsecRound as _, Utc};

use super::excerpt::{Excerpt, LOOKED_THROUGH};
use crate::domain::message::{Fetched, Place};

/// The most files, and the most bytes by their sizes, of one batch.
const TOGETHER: usize = 50;
const TOGETHER_BYTES: u64 = 8 * 1024 * 1024;
/// Each so many rounds the store is asked about every file.
const ROUNDS: u32 = 30;

/// Why a Maildir can't be read.
#[derive(Debug, thiserror::Error)]
pub enum MaildirError {
    /// `new` or `cur` is missing, or may not be listed.
    #[error(
        "the Maildir's new or cur can't be listed: check the folder in [mailbox] url and its owner"
    )]
    List(#[source] io::Error),
    /// The system refused us a thread.
    #[error("the Maildir can't be read for now")]
    Thread(#[source] tokio::task::JoinError),
}

/// One Maildir.
#[derive(Debug)]
pub struct Maildir {
    path: PathBuf,
    max_size: u64,
    /// Names in the folder that are stored, or on their way into the store.
    settled: HashSet<String>,
    /// Names of files that can't be read: told once each.
    unreadable: HashSet<String>,
    /// What this round is to read, oldest first.
    queue: VecDeque<Found>,
    /// Rounds since the store was last asked about every name.
    rounds: u32,
    /// Delivered files at the last look.
    files: usize,
}

#[derive(Debug, Clone)]
struct Found {
    name: String,
    path: PathBuf,
    modified: SystemTime,
    size: u64,
}

impl Maildir {
    /// `max_size` in bytes: of a larger file headers and texts are taken.
    #[must_use]
    pub fn new(path: PathBuf, max_size: u64) -> Self {
        Self {
            path,
            max_size,
            settled: HashSet::new(),
            unreadable: HashSet::new(),
            queue: VecDeque::new(),
            rounds: 0,
            files: 0,
        }
    }

    /// Begins a round: gives the names of delivered files that were not seen before, oldest first;
    /// now and then those of all, so that a row lost from the store is found missing (pain 7). The
    /// caller says by [`Maildir::skip`] which of them are stored.
    ///
    /// # Errors
    /// The folders can't be listed.
    pub async fn begin(&mut self) -> Result<Vec<String>, MaildirError> {
        let path = self.path.clone();
        let mut settled = std::mem::take(&mut self.settled);
        self.rounds += 1;
        if self.rounds >= ROUNDS {
            self.rounds = 0;
            settled.clear();
        }
        let listed = blocking(move || list(&path, &settled)).await?;
        let (found, settled) = listed.map_err(MaildirError::List)?;
        self.files = found.len() + settled.len();
        self.settled = settled;
        self.queue = found.into();
        Ok(self.queue.iter().map(|found| found.name.clone()).collect())
    }

    /// Leaves out what is stored.
    pub fn skip(&mut self, stored: &HashSet<String>) {
        self.queue.retain(|found| !stored.contains(&found.name));
        self.settled.extend(stored.iter().cloned());
    }

    /// The next batch of this round, oldest first, or nothing when the round is over.
    ///
    /// # Errors
    /// Only where nothing can be read at all: a single file that can't is told and passed over.
    pub async fn next(&mut self) -> Result<Option<Vec<Fetched>>, MaildirError> {
        while !self.queue.is_empty() {
            let mut bytes = 0;
            let count = self
                .queue
                .iter()
                .take(TOGETHER)
                .take_while(|found| {
                    bytes += found.size;
                    bytes <= TOGETHER_BYTES
                })
                .count();
            let batch: Vec<Found> = self.queue.drain(..count.max(1)).collect();
            let max_size = self.max_size;
            let read = blocking(move || {
                batch
                    .into_iter()
                    .map(|found| (read(&found, max_size), found.name))
                    .collect::<Vec<_>>()
            })
            .await?;
            let mut messages = Vec::new();
            for (message, name) in read {
                match message {
                    Ok(message) => {
                        messages.push(message);
                        self.unreadable.remove(&name);
                        self.settled.insert(name);
                    }
                    // A mail reader moved it from new/ to cur/ meanwhile: the next round finds it there.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => (),
                    Err(error) => self.report(name, &error),
                }
            }
            if !messages.is_empty() {
                return Ok(Some(messages));
            }
        }
        Ok(None)
    }

    /// How many files lay there at the last look, and how many of them are stored or were handed over.
    #[must_use]
    pub fn accounted(&self) -> (u64, u64) {
        (self.files as u64, self.settled.len() as u64)
    }

    /// Forgets what was handed over: it was not stored.
    pub fn reset(&mut self) {
        self.settled.clear();
        self.queue.clear();
    }

    /// The number of delivered files; nothing is changed.
    ///
    /// # Errors
    /// The folders can't be listed.
    pub async fn check(&self) -> Result<u32, MaildirError> {
        let path = self.path.clone();
        let listed = blocking(move || list(&path, &HashSet::new())).await?;
        let (found, _) = listed.map_err(MaildirError::List)?;
        Ok(u32::try_from(found.len()).unwrap_or(u32::MAX))
    }

    fn report(&mut self, name: String, error: &io::Error) {
        if self.unreadable.insert(name) {
            tracing::warn!(
                event = "message.unreadable",
                unreadable = self.unreadable.len(),
                error = %error.kind(),
                "a file of the Maildir can't be read: check its owner and mode; the others go on"
            );
        }
    }
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, MaildirError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(MaildirError::Thread)
}

/// Delivered files that are not settled, oldest first, and which of the settled ones are still there.
fn list(path: &Path, settled: &HashSet<String>) -> io::Result<(Vec<Found>, HashSet<String>)> {
    let mut found = BTreeMap::new();
    let mut still = HashSet::new();
    for folder in ["new", "cur"] {
        for entry in fs::read_dir(path.join(folder))? {
            let entry = entry?;
            let file_name = entry.file_name();
            if file_name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let name = unique_name(&file_name);
            if settled.contains(&name) {
                still.insert(name);
                continue;
            }
            // Neither folders nor links nor pipes are messages; what vanished meanwhile is none.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_file() {
                found.entry(name.clone()).or_insert(Found {
                    name,
                    path: entry.path(),
                    modified: metadata.modified()?,
                    size: metadata.len(),
                });
            }
        }
    }
    let mut found: Vec<Found> = found.into_values().collect();
    found.sort_by(|left, right| (left.modified, &left.name).cmp(&(right.modified, &right.name)));
    Ok((found, still))
}

/// The name up to the colon. Bytes that are no plain text are written out, so that the name can be
/// stored and two names stay two.
fn unique_name(file_name: &OsStr) -> String {
    let bytes = file_name.as_encoded_bytes();
    let end = memchr::memchr(b':', bytes).unwrap_or(bytes.len());
    match std::str::from_utf8(&bytes[..end]) {
        Ok(name) if !name.chars().any(char::is_control) => name.to_owned(),
        _ => bytes[..end].escape_ascii().to_string(),
    }
}

fn read(found: &Found, max_size: u64) -> io::Result<Fetched> {
    let mut file = File::open(&found.path)?;
    let left_on_server = found.size > max_size;
    let bytes = if left_on_server {
        excerpt(&mut file.take(LOOKED_THROUGH))?
    } else {
        let mut bytes = Vec::new();
        (&mut file).take(max_size).read_to_end(&mut bytes)?;
        bytes
    };
    Ok(Fetched {
        place: Place::Maildir {
            name: found.name.clone(),
        },
        internal_date: DateTime::<Utc>::from(found.modified).trunc_subsecs(6),
        bytes,
        left_on_server,
        told_size: Some(found.size),
        withheld: false,
    })
}

/// What is kept of a file over the size limit, which is never all held.
fn excerpt(file: &mut impl io::Read) -> io::Result<Vec<u8>> {
    let mut excerpt = Excerpt::new();
    let mut piece = vec![0; 256 << 10];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(excerpt.end()),
            count => excerpt.take(&piece[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    const LIMIT: u64 = 2 << 20;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            for name in ["new", "cur", "tmp"] {
                fs::create_dir(folder.path().join(name)).unwrap();
            }
            Self(folder)
        }

        fn write(&self, name: &str, bytes: &[u8], age: u64) {
            let path = self.0.path().join(name);
            fs::write(&path, bytes).unwrap();
            let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 - age);
            File::options()
                .append(true)
                .open(path)
                .unwrap()
                .set_modified(then)
                .unwrap();
        }

        fn maildir(&self) -> Maildir {
            Maildir::new(self.0.path().to_owned(), LIMIT)
        }
    }

    async fn take_all(maildir: &mut Maildir) -> Vec<(String, Vec<u8>)> {
        maildir.begin().await.unwrap();
        let mut all = Vec::new();
        while let Some(batch) = maildir.next().await.unwrap() {
            all.extend(batch.into_iter().map(|message| match message.place {
                Place::Maildir { name } => (name, message.bytes),
                Place::Imap { .. } => panic!("a Maildir has no UIDs"),
            }));
        }
        all
    }

    fn names(all: &[(String, Vec<u8>)]) -> Vec<&str> {
        all.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[tokio::test]
    async fn delivered_files_are_taken_once_oldest_first() {
        let folder = Folder::new();
        folder.write("new/2.b.host", b"two", 100);
        folder.write("cur/1.a.host:2,S", b"one", 200);
        folder.write("tmp/3.c.host", b"half", 300);
        folder.write("new/.hidden", b"no", 300);
        let mut maildir = folder.maildir();
        assert_eq!(
            take_all(&mut maildir).await,
            [
                ("1.a.host".to_owned(), b"one".to_vec()),
                ("2.b.host".to_owned(), b"two".to_vec())
            ]
        );
        assert!(take_all(&mut maildir).await.is_empty());
        // A mail reader marks and moves: the same message.
        fs::rename(
            folder.0.path().join("new/2.b.host"),
            folder.0.path().join("cur/2.b.host:2,RS"),
        )
        .unwrap();
        folder.write("new/4.d.host", b"four", 50);
        assert_eq!(names(&take_all(&mut maildir).await), ["4.d.host"]);
    }

    #[tokio::test]
    async fn what_is_stored_is_skipped_and_what_was_not_stored_comes_again() {
        let folder = Folder::new();
        folder.write("new/1", b"one", 2);
        folder.write("new/2", b"two", 1);
        let mut maildir = folder.maildir();
        assert_eq!(maildir.begin().await.unwrap(), ["1", "2"]);
        maildir.skip(&HashSet::from(["1".to_owned()]));
        let batch = maildir.next().await.unwrap().unwrap();
        assert_eq!(batch.len(), 1);
        maildir.reset();
        assert_eq!(maildir.begin().await.unwrap(), ["1", "2"]);
    }

    #[tokio::test]
    async fn neither_links_nor_folders_nor_missing_files_stop_the_others() {
        let folder = Folder::new();
        folder.write("new/1", b"one", 2);
        folder.write("new/gone", b"gone", 3);
        fs::create_dir(folder.0.path().join("new/folder")).unwrap();
        symlink("/etc/hostname", folder.0.path().join("new/link")).unwrap();
        let mut maildir = folder.maildir();
        assert_eq!(maildir.begin().await.unwrap(), ["gone", "1"]);
        fs::remove_file(folder.0.path().join("new/gone")).unwrap();
        let batch = maildir.next().await.unwrap().unwrap();
        assert_eq!(batch.len(), 1);
        assert_eq!(batch[0].bytes, b"one");
    }

    #[tokio::test]
    async fn of_a_large_file_an_excerpt_is_taken() {
        let folder = Folder::new();
        let large = vec![b'x'; usize::try_from(LIMIT + 1).unwrap()];
        folder.write("new/large", &large, 2);
        folder.write("new/limit", &large[1..], 1);
        let mut maildir = folder.maildir();
        maildir.begin().await.unwrap();
        let batch = maildir.next().await.unwrap().unwrap();
        let seen: Vec<_> = batch
            .iter()
            .map(|message| (message.bytes.len() as u64, message.left_on_server))
            .collect();
        assert_eq!(seen, [(256 << 10, true), (LIMIT, false)]);
    }

    #[tokio::test]
    async fn a_folder_that_is_no_maildir_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = Maildir::new(folder.path().to_owned(), LIMIT);
        assert!(matches!(maildir.check().await, Err(MaildirError::List(_))));
    }

    #[test]
    fn hostile_names_stay_apart_and_plain() {
        for (bytes, name) in [
            (b"1.a.host:2,S".as_slice(), "1.a.host"),
            (b"caf\xc3\xa9", "café"),
            (b"\xff\xfe", "\\xff\\xfe"),
            (b"a\nb", "a\\nb"),
            (b"\x1b[31m:2,", "\\x1b[31m"),
        ] {
            assert_eq!(unique_name(OsStr::from_bytes(bytes)), name);
        }
    }
}
