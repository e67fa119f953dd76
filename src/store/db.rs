//! Both drivers, and nothing else: a [`Query`] is born from what runs it, so that a text, its
//! values and its database can't be mismatched. SQL is `&'static str` in the subset that SQLite and
//! PostgreSQL share; where they really part, [`Sql`] holds two texts.

use super::error::{OpenError, StoreError};
use chrono::{DateTime, Utc};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection as _, Encode, FromRow, Postgres, Sqlite, Transaction, Type};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// How long a writer waits for another process's lock on the file: a backup may hold it.
const BUSY: Duration = Duration::from_secs(30);

/// How long a caller waits for a connection.
const ACQUIRE: Duration = Duration::from_secs(30);

/// Connections for reading (SQLite), or in all (PostgreSQL).
const CONNECTIONS: u32 = 4;

/// The connections of one database. SQLite has one writer at a time, so writers queue here, where
/// waiting is fair, and not at the file's lock, where it is not.
#[derive(Debug, Clone)]
pub(super) enum Db {
    /// A file.
    Sqlite {
        /// One connection.
        write: SqlitePool,
        /// Several, which see the last commit.
        read: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// A transaction; dropped without [`Tx::commit`] it is undone.
pub(super) enum Tx {
    /// On the writer.
    Sqlite(Transaction<'static, Sqlite>),
    /// On any connection.
    Postgres(Transaction<'static, Postgres>),
}

/// A text in both dialects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sql {
    /// SQLite's.
    pub sqlite: &'static str,
    /// PostgreSQL's.
    pub postgres: &'static str,
}

impl From<&'static str> for Sql {
    fn from(shared: &'static str) -> Self {
        Self {
            sqlite: shared,
            postgres: shared,
        }
    }
}

/// Text without U+0000, which PostgreSQL refuses: the only text that a query takes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub(super) struct Text(String);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(
            text.chars()
                .filter(|&character| character != '\0')
                .collect(),
        )
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

/// What can be bound: a value that both drivers write.
pub(super) trait Bind:
    for<'q> Encode<'q, Sqlite>
    + Type<Sqlite>
    + for<'q> Encode<'q, Postgres>
    + Type<Postgres>
    + Send
    + 'static
{
}

// Named one by one, so that plain strings can't pass by `Text`.
impl Bind for i64 {}
impl Bind for Option<i64> {}
impl Bind for Option<f64> {}
impl Bind for bool {}
impl Bind for Text {}
impl Bind for Option<Text> {}
impl Bind for Vec<u8> {}
impl Bind for DateTime<Utc> {}
impl Bind for Option<DateTime<Utc>> {}

/// What can be read: a row of both drivers. `#[derive(sqlx::FromRow)]` suffices.
pub(super) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// A text with its values and the connection that runs it.
pub(super) struct Query<'c>(Runner<'c>);

enum Runner<'c> {
    SqlitePool(&'c SqlitePool, SqliteQuery),
    SqliteTx(&'c mut sqlx::SqliteConnection, SqliteQuery),
    PostgresPool(&'c PgPool, PostgresQuery),
    PostgresTx(&'c mut sqlx::PgConnection, PostgresQuery),
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

/// Runs one method of sqlx on whichever connection it is and maps its error.
macro_rules! run {
    ($query:expr, $method:ident) => {
        match $query.0 {
            Runner::SqlitePool(pool, query) => match query.$method(pool).await {
                Ok(rows) => Ok(Either::Sqlite(rows)),
                Err(error) => Err(StoreError::Database(error)),
            },
            Runner::SqliteTx(tx, query) => match query.$method(tx).await {
                Ok(rows) => Ok(Either::Sqlite(rows)),
                Err(error) => Err(StoreError::Database(error)),
            },
            Runner::PostgresPool(pool, query) => match query.$method(pool).await {
                Ok(rows) => Ok(Either::Postgres(rows)),
                Err(error) => Err(StoreError::Database(error)),
            },
            Runner::PostgresTx(tx, query) => match query.$method(tx).await {
                Ok(rows) => Ok(Either::Postgres(rows)),
                Err(error) => Err(StoreError::Database(error)),
            },
        }
    };
}

/// What either driver gave.
enum Either<S, P> {
    Sqlite(S),
    Postgres(P),
}

impl Query<'_> {
    /// The next value: `$1`, `$2`, ….
    pub(super) fn bind<T: Bind>(self, value: T) -> Self {
        Self(match self.0 {
            Runner::SqlitePool(pool, query) => Runner::SqlitePool(pool, query.bind(value)),
            Runner::SqliteTx(tx, query) => Runner::SqliteTx(tx, query.bind(value)),
            Runner::PostgresPool(pool, query) => Runner::PostgresPool(pool, query.bind(value)),
            Runner::PostgresTx(tx, query) => Runner::PostgresTx(tx, query.bind(value)),
        })
    }

    /// The next value, a text; U+0000 is dropped.
    pub(super) fn text(self, value: &str) -> Self {
        self.bind(Text::from(value))
    }

    /// Runs it and says how many rows it touched.
    pub(super) async fn execute(self) -> Result<u64, StoreError> {
        Ok(match run!(self, execute)? {
            Either::Sqlite(done) => done.rows_affected(),
            Either::Postgres(done) => done.rows_affected(),
        })
    }

    /// The one row; none is an error.
    pub(super) async fn fetch_one<R: Record>(self) -> Result<R, StoreError> {
        match run!(self, fetch_one)? {
            Either::Sqlite(row) => R::from_row(&row),
            Either::Postgres(row) => R::from_row(&row),
        }
        .map_err(StoreError::Database)
    }

    /// The first row, if any.
    pub(super) async fn fetch_optional<R: Record>(self) -> Result<Option<R>, StoreError> {
        match run!(self, fetch_optional)? {
            Either::Sqlite(row) => row.as_ref().map(R::from_row).transpose(),
            Either::Postgres(row) => row.as_ref().map(R::from_row).transpose(),
        }
        .map_err(StoreError::Database)
    }

    /// All rows.
    pub(super) async fn fetch_all<R: Record>(self) -> Result<Vec<R>, StoreError> {
        match run!(self, fetch_all)? {
            Either::Sqlite(rows) => rows.iter().map(R::from_row).collect::<sqlx::Result<_>>(),
            Either::Postgres(rows) => rows.iter().map(R::from_row).collect::<sqlx::Result<_>>(),
        }
        .map_err(StoreError::Database)
    }
}

impl Db {
    /// Opens and migrates `sqlite:PATH` or `postgres://…`.
    pub(super) async fn open(url: &str) -> Result<Self, OpenError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Self::open_sqlite(Path::new(path)).await;
        }
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
        POSTGRES.run(&pool).await.map_err(OpenError::of_migration)?;
        Ok(Self::Postgres(pool))
    }

    async fn open_sqlite(path: &Path) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL may lose the last commits at a power cut: mail that the server was told to move.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            // What is deleted (a screenshot) is overwritten, not only forgotten.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        let write = PoolOptions::<Sqlite>::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            // A full disk makes SQLite undo a transaction by itself (sqlite.org/lang_transaction);
            // sqlx then counts it as open for ever, and the only writer would be lost with it.
            .before_acquire(|writer, _| Box::pin(async move { Ok(!writer.is_in_transaction()) }))
            .connect_with(options.clone())
            .await
            .map_err(OpenError::of)?;
        if let Err(error) = SQLITE.run(&write).await {
            // SQLite has no lock over a whole migration run: another process that started at the
            // same moment may have made the tables first. Its work shows at the second look.
            match error {
                MigrateError::ExecuteMigration(..) => SQLITE.run(&write).await,
                error => Err(error),
            }
            .map_err(OpenError::of_migration)?;
        }
        let read = PoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(OpenError::of)?;
        Ok(Self::Sqlite { write, read })
    }

    /// A query that only reads, outside any transaction.
    pub(super) fn read(&self, sql: impl Into<Sql>) -> Query<'_> {
        let sql = sql.into();
        Query(match self {
            Self::Sqlite { read, .. } => Runner::SqlitePool(read, sqlx::query(sql.sqlite)),
            Self::Postgres(pool) => Runner::PostgresPool(pool, sqlx::query(sql.postgres)),
        })
    }

    /// A single writing statement, which is its own transaction.
    pub(super) fn write(&self, sql: impl Into<Sql>) -> Query<'_> {
        let sql = sql.into();
        Query(match self {
            Self::Sqlite { write, .. } => Runner::SqlitePool(write, sqlx::query(sql.sqlite)),
            Self::Postgres(pool) => Runner::PostgresPool(pool, sqlx::query(sql.postgres)),
        })
    }

    /// Begins a writing transaction. In SQLite it takes the write lock at once: a transaction that
    /// turns from reading to writing would fail without waiting.
    ///
    /// The BEGIN runs in a task of its own: cancelled half-way, it would leave a pooled PostgreSQL
    /// connection inside an open transaction (sqlx 4385, in 0.9.0).
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        let begun = match self.clone() {
            Self::Sqlite { write, .. } => {
                tokio::spawn(
                    async move { write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite) },
                )
                .await
            }
            Self::Postgres(pool) => {
                tokio::spawn(async move { pool.begin().await.map(Tx::Postgres) }).await
            }
        };
        match begun {
            Ok(begun) => begun.map_err(StoreError::Database),
            Err(_) => Err(StoreError::Interrupted),
        }
    }

    /// Closes all connections, the file's last.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// A query inside this transaction.
    pub(super) fn query(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        let sql = sql.into();
        Query(match self {
            Self::Sqlite(tx) => Runner::SqliteTx(&mut *tx, sqlx::query(sql.sqlite)),
            Self::Postgres(tx) => Runner::PostgresTx(&mut *tx, sqlx::query(sql.postgres)),
        })
    }

    /// Makes it last. An error means that nothing of it may be counted on.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(StoreError::Database)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sqlx left its one writer "inside a transaction" for ever, and the service died of it.
    #[tokio::test]
    async fn a_full_disk_undoes_one_transaction_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&folder.path().join("vigie.db"))
            .await
            .unwrap();
        // The limit belongs to this connection: a new one has room again, as after a clean-up.
        db.write("PRAGMA max_page_count = 1")
            .execute()
            .await
            .unwrap();

        let mut tx = db.begin().await.unwrap();
        let full = async {
            for number in 0..1_000_i64 {
                let insert = "INSERT INTO meta (name, value) VALUES ($1, $2)";
                let key = format!("filler {number}");
                tx.query(insert)
                    .bind(Text::from(&key))
                    .bind(vec![b'x'; 4_000])
                    .execute()
                    .await?;
            }
            Ok::<(), StoreError>(())
        };
        let full = full.await.unwrap_err();
        assert!(full.is_transient(), "{full:?}");
        assert_eq!(
            full.to_string(),
            "the database refused: its disk is full: make room"
        );
        drop(tx);

        let mut tx = db.begin().await.unwrap();
        tx.query("INSERT INTO meta (name, value) VALUES ('after', x'00')")
            .execute()
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let kept: Vec<(String,)> = db
            .read("SELECT name FROM meta WHERE name = 'after' OR name LIKE 'filler %'")
            .fetch_all()
            .await
            .unwrap();
        assert_eq!(kept, [("after".to_owned(),)]);
    }
}
