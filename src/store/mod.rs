//! The store: what lasts, in SQLite or PostgreSQL. The only user of `sqlx`.
//!
//! A message takes two transactions. [`Store::record_batch`] keeps raw bytes, deliveries and the
//! cursor; [`Store::commit_outcome`] keeps a message's whole effect: incident, fields with their
//! evidence, attachments, history, the mail that answers. Work is claimed by a lease with an end,
//! never by an open transaction. One file a noun; `db.rs` alone knows that there are two drivers.

mod alarms;
mod commit;
mod db;
mod error;
mod export;
mod fields;
mod health;
mod history;
mod incidents;
mod mailboxes;
mod mails;
mod messages;
mod outbox;
mod outcome;
mod record;
mod reread;
mod rows;

pub use alarms::Alarm;
pub use error::{OpenError, Result, StoreError};
pub use export::{Counts, ExportedMessage, ExportedTicket};
pub use health::{Deadlines, Probe, Tally, Vitals};
pub use mails::OutboxEntry;
pub use messages::MessageLine;
pub use outcome::{
    Answer, Answering, Committed, Effect, Facts, Filled, NewAttachment, NewIncident, Outcome,
};
pub use reread::{Kept, Reread};

use db::Db;

/// One database, SQLite or PostgreSQL. Cloning shares its connections.
///
/// Every method may be cancelled at any await: what was not committed is undone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Db,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…`, creating the file and migrating as needed.
    ///
    /// # Errors
    /// One variant each for what is no database, read-only, of a newer version, unreachable.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        Ok(Self {
            db: Db::open(url).await?,
        })
    }

    /// Whether the database takes a write: it does one.
    ///
    /// # Errors
    /// The database's.
    pub async fn ping(&self) -> Result<()> {
        self.db
            .write(
                "INSERT INTO meta (name, value) VALUES ('ping', $1)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(Vec::new())
            .execute()
            .await?;
        Ok(())
    }

    /// Closes all connections, once those in use have come back.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// A small value kept under a name, such as the installation's key: the stored one if there is
    /// one, else `value`, which is stored. Two instances that start together get the same.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep(&self, name: &str, value: &[u8]) -> Result<Vec<u8>> {
        self.db
            .write("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .text(name)
            .bind(value.to_vec())
            .execute()
            .await?;
        let (kept,): (Vec<u8>,) = self
            .db
            .read("SELECT value FROM meta WHERE name = $1")
            .text(name)
            .fetch_one()
            .await?;
        Ok(kept)
    }
}
