//! A copy of the database while it is in use, and what holds once such a copy is served.
//!
//! The copy knows that it is one. A service that opens it finds mails that may have left since it was
//! made, and messages that may have been answered since: those mails wait for a person (STO-10).

use super::Store;
use super::alone;
use super::db::Tx;
use super::error::{OpenError, Result};
use super::history::{Entry, note};
use super::open::{sqlite_options, sqlite_path};
use super::rows::token;
use crate::domain::decision::Review;
use crate::domain::history::EventKind;
use crate::domain::incident::IncidentId;
use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Why no copy was made. Nothing is left at its place.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database is a server's, which has its own tools.
    #[error(
        "a PostgreSQL database is copied by its own tools: pg_dump --format=custom --file=FILE DATABASE"
    )]
    Server,
    /// There is no database to copy.
    #[error("there is no database yet")]
    Absent,
    /// Something has the copy's name already.
    #[error("the file exists already: nothing is overwritten")]
    Exists,
    /// The file can't be made, or not be made to last.
    #[error("the file can't be written")]
    File(#[source] io::Error),
    /// The database can't be read, or the copy not be written.
    #[error("the copy failed")]
    Copy(#[source] sqlx::Error),
    /// The database is damaged.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy does not pass SQLite's own check.
    #[error("the copy is damaged, and so may the database be: run vigie check --deep")]
    Damaged,
}

/// Copies the SQLite database at `url` to `target` as it is at one moment, while services use it.
/// The copy is whole or not there; readable by its owner only.
///
/// # Errors
/// See [`BackupError`].
pub async fn backup(
    url: &str,
    target: &Path,
    now: DateTime<Utc>,
) -> std::result::Result<(), BackupError> {
    let path = sqlite_path(url).ok_or(BackupError::Server)?;
    if !path.exists() {
        return Err(BackupError::Absent);
    }
    alone::examine(path)?;
    if target.exists() {
        return Err(BackupError::Exists);
    }
    let part = with_end(target, ".part");
    // VACUUM INTO takes an empty file as none.
    File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .map_err(BackupError::File)?;
    let made = copy(path, &part, now).await;
    // A link, unlike a renaming, never takes the place of another file.
    let done = made.and_then(|()| {
        fs::hard_link(&part, target).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists,
            _ => BackupError::File(error),
        })
    });
    for end in ["", "-journal"] {
        let _ = fs::remove_file(with_end(&part, end));
    }
    done?;
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))
        .and_then(|folder| folder.sync_all())
        .map_err(BackupError::File)
}

async fn copy(
    path: &Path,
    part: &Path,
    now: DateTime<Utc>,
) -> std::result::Result<(), BackupError> {
    // Not one of the pool's: VACUUM INTO is refused where query_only is on.
    let mut database = sqlite_options(path)
        .create_if_missing(false)
        .connect()
        .await
        .map_err(BackupError::Copy)?;
    let copied = sqlx::query("VACUUM INTO $1")
        .bind(part.display().to_string())
        .execute(&mut database)
        .await;
    database.close().await.map_err(BackupError::Copy)?;
    copied.map_err(BackupError::Copy)?;
    let mut copy = sqlite_options(part)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Delete)
        .connect()
        .await
        .map_err(BackupError::Copy)?;
    let marked = mark(&mut copy, now).await.map_err(BackupError::Copy);
    copy.close().await.map_err(BackupError::Copy)?;
    if !marked? {
        return Err(BackupError::Damaged);
    }
    File::open(part)
        .and_then(|file| file.sync_all())
        .map_err(BackupError::File)
}

/// Writes into a copy that it is one. Whether it passes SQLite's check.
async fn mark(copy: &mut SqliteConnection, now: DateTime<Utc>) -> sqlx::Result<bool> {
    sqlx::query("INSERT INTO restores (backup_at) VALUES ($1)")
        .bind(now)
        .execute(&mut *copy)
        .await?;
    let (told,): (String,) = sqlx::query_as("PRAGMA quick_check(1)")
        .fetch_one(&mut *copy)
        .await?;
    Ok(told == "ok")
}

/// If this database is a copy that is served for the first time: its mails that have not left may
/// have left since it was made, so they wait for a person.
pub(super) async fn take_up(tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
    let made: Option<(DateTime<Utc>,)> = tx
        .query("UPDATE restores SET restored_at = $1 WHERE restored_at IS NULL RETURNING backup_at")
        .bind(now)
        .fetch_optional()
        .await?;
    let Some((made,)) = made else { return Ok(()) };
    let review = token(&Review::Restored);
    let held: Vec<(i64, i64)> = tx
        .query(
            "UPDATE outbox SET state = 'review', review = $1, leased_until = NULL
             WHERE state = 'queued' RETURNING id, incident_id",
        )
        .text(&review)
        .fetch_all()
        .await?;
    for (id, incident) in &held {
        let entry = Entry::of(IncidentId(*incident), now).mail(*id);
        note(tx, EventKind::MailSetBack, &entry.detail(&review)).await?;
    }
    tracing::warn!(
        event = "store.restored",
        backup_at = %made.to_rfc3339(),
        held = held.len(),
        "this database is a copy: mails that may have left since it was made wait for a person"
    );
    Ok(())
}

impl Store {
    /// When the copy was made that this database is, where it was restored and the done folder of
    /// its mailbox not been read again since ([`Store::done_folder_read`]).
    ///
    /// # Errors
    /// The database's.
    pub async fn restored(&self) -> Result<Option<DateTime<Utc>>> {
        let (made,): (Option<DateTime<Utc>>,) = self
            .db
            .read("SELECT MIN(backup_at) FROM restores WHERE restored_at IS NOT NULL AND done_read_at IS NULL")
            .fetch_one()
            .await?;
        Ok(made)
    }

    /// What lay in the done folder is stored again.
    ///
    /// # Errors
    /// The database's.
    pub async fn done_folder_read(&self, now: DateTime<Utc>) -> Result<()> {
        self.db
            .write("UPDATE restores SET done_read_at = $1 WHERE done_read_at IS NULL AND restored_at IS NOT NULL")
            .bind(now)
            .execute()
            .await?;
        Ok(())
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    name.into()
}
