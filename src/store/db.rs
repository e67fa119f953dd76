//! Both drivers, and nothing else: a [`Query`] is born from what runs it, so that a text, its
//! values and its database can't be mismatched. SQL is `&'static str` in the subset that SQLite and
//! PostgreSQL share; where they really part, [`Sql`] holds two texts. `open.rs` makes a [`Db`].

use super::error::{Result, StoreError};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::sqlite::{SqliteArguments, SqlitePool, SqliteRow};
use sqlx::{Encode, FromRow, Postgres, Sqlite, Transaction, Type};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
        /// Whether the writer met a failing or full disk.
        suspect: Suspect,
    },
    /// A server.
    Postgres(PgPool),
}

/// A transaction; dropped without [`Tx::commit`] it is undone.
pub(super) enum Tx {
    /// On the writer, with what is told where the disk fails it.
    Sqlite(Transaction<'static, Sqlite>, Suspect),
    /// On any connection.
    Postgres(Transaction<'static, Postgres>),
}

/// Set once a write met a failing or a full disk (STO-02): after a failed `fsync` nobody knows what
/// of the file is in memory only, so the connection is closed and the file read anew.
#[derive(Debug, Clone, Default)]
pub(super) struct Suspect(Arc<AtomicBool>);

impl Suspect {
    /// Whether it was set; it no longer is.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }

    /// Passes an error on, noting what it says of the disk.
    fn note(&self, error: sqlx::Error) -> StoreError {
        let error = StoreError::Database(error);
        if error.is_of_the_disk() {
            self.0.store(true, Ordering::Relaxed);
        }
        error
    }
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

/// Text without U+0000, which PostgreSQL refuses: the only text that a query takes, by itself or
/// inside a JSON list of rows, where U+0000 would pass escaped.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
pub(super) struct Text(String);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(match text.contains('\0') {
            true => text.replace('\0', ""),
            false => text.to_owned(),
        })
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
impl Bind for Option<bool> {}
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
    SqlitePool(&'c SqlitePool, SqliteQuery, &'c Suspect),
    SqliteTx(&'c mut sqlx::SqliteConnection, SqliteQuery, &'c Suspect),
    PostgresPool(&'c PgPool, PostgresQuery),
    PostgresTx(&'c mut sqlx::PgConnection, PostgresQuery),
}

type SqliteQuery = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

/// Runs one method of sqlx on whichever connection it is and maps its error.
macro_rules! run {
    ($query:expr, $method:ident) => {
        match $query.0 {
            Runner::SqlitePool(pool, query, suspect) => match query.$method(pool).await {
                Ok(rows) => Ok(Either::Sqlite(rows)),
                Err(error) => Err(suspect.note(error)),
            },
            Runner::SqliteTx(tx, query, suspect) => match query.$method(tx).await {
                Ok(rows) => Ok(Either::Sqlite(rows)),
                Err(error) => Err(suspect.note(error)),
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
            Runner::SqlitePool(pool, query, suspect) => {
                Runner::SqlitePool(pool, query.bind(value), suspect)
            }
            Runner::SqliteTx(tx, query, suspect) => {
                Runner::SqliteTx(tx, query.bind(value), suspect)
            }
            Runner::PostgresPool(pool, query) => Runner::PostgresPool(pool, query.bind(value)),
            Runner::PostgresTx(tx, query) => Runner::PostgresTx(tx, query.bind(value)),
        })
    }

    /// The next value, a text; U+0000 is dropped.
    pub(super) fn text(self, value: &str) -> Self {
        self.bind(Text::from(value))
    }

    /// Runs it and says how many rows it touched.
    pub(super) async fn execute(self) -> Result<u64> {
        Ok(match run!(self, execute)? {
            Either::Sqlite(done) => done.rows_affected(),
            Either::Postgres(done) => done.rows_affected(),
        })
    }

    /// The one row; none is an error.
    pub(super) async fn fetch_one<R: Record>(self) -> Result<R> {
        match run!(self, fetch_one)? {
            Either::Sqlite(row) => R::from_row(&row),
            Either::Postgres(row) => R::from_row(&row),
        }
        .map_err(StoreError::Database)
    }

    /// The first row, if any.
    pub(super) async fn fetch_optional<R: Record>(self) -> Result<Option<R>> {
        match run!(self, fetch_optional)? {
            Either::Sqlite(row) => row.as_ref().map(R::from_row).transpose(),
            Either::Postgres(row) => row.as_ref().map(R::from_row).transpose(),
        }
        .map_err(StoreError::Database)
    }

    /// All rows.
    pub(super) async fn fetch_all<R: Record>(self) -> Result<Vec<R>> {
        match run!(self, fetch_all)? {
            Either::Sqlite(rows) => rows.iter().map(R::from_row).collect::<sqlx::Result<_>>(),
            Either::Postgres(rows) => rows.iter().map(R::from_row).collect::<sqlx::Result<_>>(),
        }
        .map_err(StoreError::Database)
    }
}

impl Db {
    /// Whether other processes may work on it at the same time.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// A query that only reads, outside any transaction.
    pub(super) fn read(&self, sql: impl Into<Sql>) -> Query<'_> {
        let sql = sql.into();
        Query(match self {
            Self::Sqlite { read, suspect, .. } => {
                Runner::SqlitePool(read, sqlx::query(sql.sqlite), suspect)
            }
            Self::Postgres(pool) => Runner::PostgresPool(pool, sqlx::query(sql.postgres)),
        })
    }

    /// A single writing statement, which is its own transaction.
    pub(super) fn write(&self, sql: impl Into<Sql>) -> Query<'_> {
        let sql = sql.into();
        Query(match self {
            Self::Sqlite { write, suspect, .. } => {
                Runner::SqlitePool(write, sqlx::query(sql.sqlite), suspect)
            }
            Self::Postgres(pool) => Runner::PostgresPool(pool, sqlx::query(sql.postgres)),
        })
    }

    /// Begins a writing transaction. In SQLite it takes the write lock at once: a transaction that
    /// turns from reading to writing would fail without waiting.
    ///
    /// The BEGIN runs in a task of its own: cancelled half-way, it would leave a pooled PostgreSQL
    /// connection inside an open transaction (sqlx 4385, in 0.9.0).
    pub(super) async fn begin(&self) -> Result<Tx> {
        let begun = match self.clone() {
            Self::Sqlite { write, suspect, .. } => {
                tokio::spawn(async move {
                    match write.begin_with("BEGIN IMMEDIATE").await {
                        Ok(tx) => Ok(Tx::Sqlite(tx, suspect)),
                        Err(error) => Err(suspect.note(error)),
                    }
                })
                .await
            }
            Self::Postgres(pool) => {
                tokio::spawn(async move {
                    let begun = pool.begin().await;
                    begun.map(Tx::Postgres).map_err(StoreError::Database)
                })
                .await
            }
        };
        begun.unwrap_or(Err(StoreError::Interrupted))
    }

    /// Closes all connections, the file's last.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { write, read, .. } => {
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
            Self::Sqlite(tx, suspect) => {
                Runner::SqliteTx(&mut *tx, sqlx::query(sql.sqlite), suspect)
            }
            Self::Postgres(tx) => Runner::PostgresTx(&mut *tx, sqlx::query(sql.postgres)),
        })
    }

    /// Makes it last. An error means that nothing of it may be counted on.
    pub(super) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx, suspect) => tx.commit().await.map_err(|error| suspect.note(error)),
            Self::Postgres(tx) => tx.commit().await.map_err(StoreError::Database),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After a failed `fsync` the file may not be what the connection believes it to be.
    #[tokio::test]
    async fn sto_02_a_connection_that_the_disk_has_failed_is_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vigie.db");
        let db = Db::open(&format!("sqlite:{}", path.display()))
            .await
            .unwrap();
        db.write("PRAGMA max_page_count = 1")
            .execute()
            .await
            .unwrap();
        let insert = || {
            db.write("INSERT INTO meta (name, value) VALUES ('large', $1)")
                .bind(vec![b'x'; 4_000_000])
                .execute()
        };
        assert!(insert().await.unwrap_err().is_of_the_disk());
        // The limit was that connection's.
        assert_eq!(insert().await.unwrap(), 1);
    }

    /// sqlx left its one writer "inside a transaction" for ever, and the service died of it.
    #[tokio::test]
    async fn a_full_disk_undoes_one_transaction_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vigie.db");
        let db = Db::open(&format!("sqlite:{}", path.display()))
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
