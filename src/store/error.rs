//! What the store can fail with, and whether waiting may help.

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::SqliteError;

/// Short form of the room.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not do what it was asked.
    #[error("the database refused: {}", why(.0))]
    Database(#[source] sqlx::Error),
    /// The runtime stopped while a transaction was begun.
    #[error("stopped while beginning a transaction")]
    Interrupted,
    /// A row can't be understood.
    #[error("{table}.{column} of row {id} can't be understood")]
    Row {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: &'static str,
        /// Its id.
        id: i64,
    },
    /// The row is not in the state that this act needs: somebody was faster.
    #[error("{0} has changed meanwhile")]
    Conflict(&'static str),
}

impl StoreError {
    /// Whether the same call may succeed later without anyone mending the program: the network, a
    /// lock, a full disk. A [`StoreError::Conflict`] is none: what was read must be read again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => is_transient(error),
            Self::Interrupted => true,
            Self::Row { .. } | Self::Conflict(_) => false,
        }
    }
}

impl StoreError {
    /// Whether SQLite's disk is full or fails: IOERR, FULL.
    pub(super) fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error))
            if matches!(sqlite_code(error.as_ref()), Some(10 | 13)))
    }
}

fn is_transient(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed
                | sqlx::Error::InvalidSavePointStatement
        );
    };
    if let Some(code) = sqlite_code(error.as_ref()) {
        // BUSY, LOCKED, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL.
        return matches!(code, 5 | 6 | 8 | 9 | 10 | 13 | 14 | 15);
    }
    let code = error.code().unwrap_or_default();
    // PostgreSQL classes: connection, resources, operator, system; serialisation and deadlock; a
    // server that came back read-only.
    ["08", "53", "57", "58", "40"]
        .iter()
        .any(|class| code.starts_with(class))
        || matches!(code.as_ref(), "55P03" | "25006")
}

/// What is wrong, in words of our own: a database's text may quote what it was given.
fn why(error: &sqlx::Error) -> &'static str {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => "it can't be reached",
            sqlx::Error::PoolTimedOut => "no connection came free",
            sqlx::Error::WorkerCrashed => "its connection ended",
            _ => "it did not do what it was asked",
        };
    };
    let code = database.code().unwrap_or_default();
    match sqlite_code(database.as_ref()) {
        Some(5 | 6) => "it is locked by another process",
        Some(8) => "it can't be written: check its owner and rights",
        Some(10) => "its disk fails",
        Some(13) => "its disk is full: make room",
        Some(14) => "its file can't be opened",
        Some(11 | 26) => "its file is damaged",
        None if code == "53100" => "its disk is full: make room",
        None if code.starts_with("53") => "its server is short of resources",
        None if code.starts_with("57") => "its server is stopping or starting",
        None if code == "25006" => "its server is read-only",
        _ => "it did not do what it was asked",
    }
}

/// SQLite's primary result code, if the error is SQLite's: the low byte of the extended one.
fn sqlite_code(error: &dyn DatabaseError) -> Option<u32> {
    error.try_downcast_ref::<SqliteError>()?;
    let code: u32 = error.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// Why a database can't be opened: one clear line each.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither `sqlite:PATH` nor `postgres://…`.
    #[error("a database is sqlite:PATH or postgres://user@host/name")]
    Url,
    /// The folder of the file can't be made.
    #[error("the folder of the database can't be made")]
    Folder(#[source] std::io::Error),
    /// Another process serves this file (its id; 0 where it can't be told).
    #[error("another vigie (process {0}) serves this database")]
    Held(u32),
    /// The lock file beside the database can't be made or written.
    #[error("the lock file beside the database can't be written")]
    Lock(#[source] std::io::Error),
    /// A database was made here; its file is gone, or empty.
    #[error(
        "the database was made here and its file is gone or empty: restore it from a backup, or remove the .lock file beside it to begin anew"
    )]
    Vanished,
    /// The file is shorter than its header says.
    #[error("the file of the database was cut: restore it from a backup; it was left as it is")]
    Truncated,
    /// The file is something else, or damaged.
    #[error("the file is not a database of Vigie, or is damaged; it was left as it is")]
    NotADatabase(#[source] sqlx::Error),
    /// The file or its folder can't be written.
    #[error("the database can't be written: check the owner and rights of the file and its folder")]
    ReadOnly(#[source] sqlx::Error),
    /// The disk has no room.
    #[error("the disk of the database is full: make room")]
    Full(#[source] sqlx::Error),
    /// The disk does not do what it is asked.
    #[error("the disk of the database fails")]
    Disk(#[source] sqlx::Error),
    /// It was opened and can't be looked at.
    #[error("the database can't be looked at")]
    Looked(#[source] StoreError),
    /// A newer Vigie has migrated it.
    #[error("the database is of a newer version of Vigie (migration {0}); install that version")]
    Newer(i64),
    /// A migration that was applied is not the one that we know.
    #[error(
        "migration {0} of the database is not ours: it was altered, or made by another program"
    )]
    Altered(i64),
    /// A migration failed; the database is as it was before it.
    #[error("the database can't be brought to this version")]
    Migration(#[source] MigrateError),
    /// The server refuses the user, its password, or the database's name.
    #[error("the database server refuses this user, password or database name")]
    Refused(#[source] sqlx::Error),
    /// The server can't be reached, or the file can't be opened now.
    #[error("the database can't be reached")]
    Unreachable(#[source] sqlx::Error),
}

impl OpenError {
    /// Whether opening may succeed later without anyone mending the configuration.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Full(_) | Self::Disk(_))
    }

    /// Whether another process holds SQLite's lock: BUSY, LOCKED.
    pub(super) fn is_locked(&self) -> bool {
        matches!(self, Self::Unreachable(sqlx::Error::Database(error))
            if matches!(sqlite_code(error.as_ref()), Some(5 | 6)))
    }

    pub(super) fn of(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(cause) = &error else {
            return Self::Unreachable(error);
        };
        let class = cause.code().unwrap_or_default();
        match sqlite_code(cause.as_ref()) {
            // CORRUPT, NOTADB.
            Some(11 | 26) => Self::NotADatabase(error),
            // PERM, READONLY, CANTOPEN.
            Some(3 | 8 | 14) => Self::ReadOnly(error),
            Some(13) => Self::Full(error),
            Some(10) => Self::Disk(error),
            None if class == "53100" => Self::Full(error),
            None if class.starts_with("28") || class.starts_with("3D") => Self::Refused(error),
            _ => Self::Unreachable(error),
        }
    }

    pub(super) fn of_migration(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::Newer(version),
            MigrateError::VersionMismatch(version) => Self::Altered(version),
            MigrateError::Execute(error) => Self::of(error),
            MigrateError::ExecuteMigration(error, version) => match Self::of(error) {
                Self::Unreachable(error) => {
                    Self::Migration(MigrateError::ExecuteMigration(error, version))
                }
                other => other,
            },
            other => Self::Migration(other),
        }
    }
}
