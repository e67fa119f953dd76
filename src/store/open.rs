//! Opening a database: made where there is none, brought to this version, looked at as it is.

use super::alone;
use super::db::{Db, Suspect};
use super::error::OpenError;
use crate::failpoint;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Sqlite};
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// How long a writer waits for another process's lock on the file: a backup may hold it.
const BUSY: Duration = Duration::from_secs(30);

/// How long until a locked file is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// How long a caller waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(30);

/// What the writer of a file keeps in memory, in KiB: a batch of raw messages with the indexes that it
/// touches. What does not fit goes to the log before its commit, and there once more with it.
const WRITER_CACHE: &str = "-8192";

/// The pages of 4 KiB that the log grows to before they are brought home: at 1,000, SQLite's own, that
/// is after each batch of a drain, and the pages which every batch touches are written as often.
const LOG_PAGES: &str = "2000";

/// Connections for reading (SQLite), or in all (PostgreSQL).
const CONNECTIONS: u32 = 4;

/// The path in `sqlite:PATH`; none where the URL is another database's.
pub(super) fn sqlite_path(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?;
    Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
}

impl Db {
    /// Opens and migrates `sqlite:PATH` or `postgres://…`.
    pub(super) async fn open(url: &str) -> Result<Self, OpenError> {
        let db = match sqlite_path(url) {
            Some(path) => {
                if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
                }
                alone::examine(path)?;
                Self::sqlite(path, true).await?
            }
            None => Self::connect_postgres(url).await?,
        };
        failpoint::hit("K18");
        db.migrate().await?;
        failpoint::hit("K18");
        Ok(db)
    }

    /// Opens what is there, without making or migrating anything. How many of our migrations it
    /// lacks: none of them were run where the database is empty.
    pub(super) async fn look(url: &str) -> Result<(Self, Lacking), OpenError> {
        let db = match sqlite_path(url) {
            Some(path) => {
                alone::examine(path)?;
                Self::sqlite(path, false).await?
            }
            None => Self::connect_postgres(url).await?,
        };
        let lacking = db.lacking().await?;
        Ok((db, lacking))
    }

    async fn connect_postgres(url: &str) -> Result<Self, OpenError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(OpenError::Url);
        }
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| OpenError::Url)?
            .application_name("vigie")
            .disable_statement_logging();
        let pool = PoolOptions::new()
            .max_connections(CONNECTIONS * 2)
            .acquire_timeout(ACQUIRE)
            .connect_with(options)
            .await
            .map_err(OpenError::of)?;
        Ok(Self::Postgres(pool))
    }

    /// Connects, waiting for other processes that open the same file: to turn a new one to its
    /// write-ahead log takes a lock that SQLite does not wait for by itself (sqlite.org/wal,
    /// section 9).
    async fn sqlite(path: &Path, is_made: bool) -> Result<Self, OpenError> {
        let begun = Instant::now();
        loop {
            match Self::connect_sqlite(path, is_made).await {
                Err(error) if error.is_locked() && begun.elapsed() < BUSY => {
                    tokio::time::sleep(AGAIN).await;
                }
                connected => return connected,
            }
        }
    }

    async fn connect_sqlite(path: &Path, is_made: bool) -> Result<Self, OpenError> {
        let options = sqlite_options(path).create_if_missing(is_made);
        let suspect = Suspect::default();
        let disk = suspect.clone();
        let write = PoolOptions::<Sqlite>::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            // A full disk makes SQLite undo a transaction by itself (sqlite.org/lang_transaction);
            // sqlx then counts it as open for ever, and the only writer would be lost with it. One
            // that a failing disk has met is opened anew.
            .before_acquire(move |writer, _| {
                let is_sound = !disk.take() && !writer.is_in_transaction();
                Box::pin(async move { Ok(is_sound) })
            })
            .connect_with(
                options
                    .clone()
                    .pragma("cache_size", WRITER_CACHE)
                    .pragma("wal_autocheckpoint", LOG_PAGES)
                    // Else what a savepoint may undo goes through a temporary file.
                    .pragma("temp_store", "MEMORY"),
            )
            .await
            .map_err(OpenError::of)?;
        let read = PoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
            .await
            .map_err(OpenError::of)?;
        Ok(Self::Sqlite {
            write,
            read,
            suspect,
        })
    }

    async fn migrate(&self) -> Result<(), OpenError> {
        let migrated = match self {
            Self::Postgres(pool) => POSTGRES.run(pool).await,
            Self::Sqlite { write, .. } => {
                // SQLite has no lock over a whole migration run: another process that started at
                // the same moment may have made the tables of any step first. Its work shows at the
                // next look, and it can be ahead at no step twice.
                let mut migrated = SQLITE.run(write).await;
                for _ in SQLITE.iter() {
                    if !matches!(migrated, Err(MigrateError::ExecuteMigration(..))) {
                        break;
                    }
                    migrated = SQLITE.run(write).await;
                }
                migrated
            }
        };
        migrated.map_err(OpenError::of_migration)
    }

    async fn lacking(&self) -> Result<Lacking, OpenError> {
        let (migrator, tables) = match self {
            Self::Sqlite { .. } => (
                &SQLITE,
                "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'",
            ),
            Self::Postgres(_) => (
                &POSTGRES,
                "SELECT COUNT(*) FROM pg_tables WHERE tablename = '_sqlx_migrations'",
            ),
        };
        let (there,): (i64,) = self.read(tables).fetch_one().await.map_err(of_store)?;
        if there == 0 {
            return Ok(Lacking::All);
        }
        let applied: Vec<(i64, Vec<u8>)> = self
            .read("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
            .fetch_all()
            .await
            .map_err(of_store)?;
        let mut ours = migrator.iter();
        for (version, checksum) in &applied {
            match ours.next() {
                Some(one) if one.version != *version || *one.checksum != **checksum => {
                    return Err(OpenError::Altered(*version));
                }
                Some(_) => (),
                None => return Err(OpenError::Newer(*version)),
            }
        }
        Ok(match ours.count() {
            0 => Lacking::Nothing,
            count => Lacking::Some(count),
        })
    }
}

/// What a database lacks to be of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// It is of this version.
    Nothing,
    /// So many migrations are run at the next start.
    Some(usize),
    /// It is empty: everything is made at the first start.
    All,
}

/// How the file is opened, by whichever connection.
pub(super) fn sqlite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL may lose the last commits at a power cut: mail that the server was told to move.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        // What is deleted (a screenshot) is overwritten, not only forgotten.
        .pragma("secure_delete", "ON")
        .disable_statement_logging()
}

fn of_store(error: super::StoreError) -> OpenError {
    match error {
        super::StoreError::Database(error) => OpenError::of(error),
        other => OpenError::Looked(other),
    }
}
