//! Stores for tests: a temporary SQLite file, or a database of the tests' own PostgreSQL.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use tempfile::TempDir;
use vigie::domain::message::{Fetched, Place};
use vigie::store::{OutboxEntry, Store};

/// An open store and what must outlive it.
pub struct TestStore {
    /// The store.
    pub store: Store,
    /// Where it can be opened again.
    pub url: String,
    _folder: Option<TempDir>,
}

impl TestStore {
    /// An empty SQLite store in a folder of its own.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("no temporary folder");
        let url = format!("sqlite:{}", folder.path().join("vigie.db").display());
        Self {
            store: Store::open(&url).await.expect("the store opens"),
            url,
            _folder: Some(folder),
        }
    }

    /// An empty PostgreSQL store.
    pub async fn postgres() -> Self {
        let url = tokio::task::spawn_blocking(super::postgres::new_database)
            .await
            .expect("postgres starts");
        Self {
            store: Store::open(&url).await.expect("the store opens"),
            url,
            _folder: None,
        }
    }

    /// Does to the database what no code of ours would, in SQL that both understand.
    pub async fn alter(&self, sql: &'static str) {
        if self.url.starts_with("sqlite:") {
            let mut file = SqliteConnection::connect(&self.url)
                .await
                .expect("it opens");
            sqlx::raw_sql(sql).execute(&mut file).await.expect("done");
        } else {
            let mut server = PgConnection::connect(&self.url).await.expect("it is there");
            sqlx::raw_sql(sql).execute(&mut server).await.expect("done");
        }
    }

    /// What a query gives whose rows are one text each, in SQL that both understand.
    pub async fn texts(&self, sql: &'static str, of: &str) -> Vec<String> {
        let rows: Vec<(String,)> = if self.url.starts_with("sqlite:") {
            let mut file = SqliteConnection::connect(&self.url)
                .await
                .expect("it opens");
            let query = sqlx::query_as(sql).bind(of);
            query.fetch_all(&mut file).await.expect("it reads")
        } else {
            let mut server = PgConnection::connect(&self.url).await.expect("it is there");
            let query = sqlx::query_as(sql).bind(of);
            query.fetch_all(&mut server).await.expect("it reads")
        };
        rows.into_iter().map(|(text,)| text).collect()
    }

    /// Closes it and opens it again, as after a crash: what was not committed is gone.
    pub async fn reopen(&mut self) {
        self.store.close().await;
        self.store = Store::open(&self.url).await.expect("the store opens again");
    }
}

/// 24 November 2026, 09:00 UTC, and so many seconds.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_510_800, 0).expect("a valid time") + TimeDelta::seconds(seconds)
}

/// A message with this UID of UIDVALIDITY 7.
pub fn fetched(uid: u32, bytes: &[u8]) -> Fetched {
    Fetched {
        place: Place::Imap {
            uidvalidity: 7,
            uid,
        },
        internal_date: at(0),
        bytes: bytes.to_vec(),
        left_on_server: false,
        told_size: None,
        withheld: false,
    }
}

/// A small mail with this Message-ID and words.
pub fn mail(id: &str, words: &str) -> Vec<u8> {
    format!(
        "From: Claire Lebreton <c.lebreton@chu.example>\r\nTo: support@vigie.example\r\n\
         Subject: Carto grise\r\nDate: Tue, 24 Nov 2026 09:55:00 +0100\r\n\
         Message-ID: <{id}>\r\n\r\n{words}\r\n"
    )
    .into_bytes()
}

/// One mail of ours.
pub async fn entry_of(store: &Store, id: i64) -> Option<OutboxEntry> {
    let newest = store.list_outbox(None, Some(id + 1), 1).await;
    let newest = newest.expect("the store lists").into_iter().next();
    newest.filter(|mail| mail.id == id)
}
