//! The store: what lasts, in SQLite or PostgreSQL. The only user of `sqlx`.
//!
//! A message takes two transactions. [`Store::record_batch`] keeps raw bytes, deliveries and the
//! cursor; [`Store::commit_outcome`] keeps a message's whole effect: incident, fields with their
//! evidence, attachments, history, the mail that answers. Work is claimed by a lease with an end,
//! never by an open transaction. One file a noun; `db.rs` alone knows that there are two drivers.

mod accounts;
mod acts;
mod alarms;
mod alone;
mod attachments;
mod audit;
mod backup;
mod bounces;
mod bulk;
mod candidates;
mod captures;
mod circuit;
mod claim;
mod commit;
mod correct;
mod db;
mod deep;
mod error;
mod export;
mod fields;
mod health;
mod held;
mod history;
mod incidents;
mod instances;
mod limits;
mod mailboxes;
mod mails;
mod mergers;
mod messages;
mod open;
mod opened;
mod outbox;
mod outcome;
mod proposals;
mod quarantine;
mod record;
mod references;
mod reread;
mod rows;
mod search;
mod searched;
mod sessions;
mod settling;
mod splits;
mod tickets;
mod timers;
mod together;
mod turns;
mod undo;

pub use accounts::NewAccount;
pub use alarms::Alarm;
pub use audit::{Chained, Wanted};
pub use backup::{BackupError, backup};
pub use captures::Replacing;
pub use circuit::Circuit;
pub use claim::STEADY;
pub use correct::Corrected;
pub use deep::{Deep, Fault};
pub use error::{OpenError, Result, StoreError};
pub use export::{Counts, ExportedMessage};
pub use health::{Deadlines, Probe, Tally, Vitals};
pub use held::Waiting;
pub use instances::{Holder, Peer, Settled};
pub use mails::OutboxEntry;
pub use mergers::Merging;
pub use messages::MessageLine;
pub use open::Lacking;
pub use outcome::{
    About, Alike, Anew, Answer, Answering, Committed, Effect, Facts, Filled, Held, Letter,
    NewAttachment, NewIncident, Notice, Outcome, Threading,
};
pub use quarantine::Retried;
pub use record::Raw;
pub use references::{Link, Naming, Related};
pub use reread::{Kept, Reread};
pub use search::{Found, FoundMessage, FoundTicket, Said};
pub use sessions::{FORGOTTEN, IDLE, LONGEST};
pub use splits::{Splitting, Undone};
pub use tickets::Move;

use alone::Alone;
use db::Db;
use std::sync::Arc;
use tokio::time::Instant;

/// One database, SQLite or PostgreSQL. Cloning shares its connections.
///
/// A store that has joined ([`Store::join`]) works as one of the instances that share the database:
/// what it claims is its own, and it records only into mailboxes that it holds.
///
/// Every method may be cancelled at any await: what was not committed is undone.
#[derive(Debug, Clone)]
pub struct Store {
    db: Db,
    /// The instance that this is, once it has joined.
    me: Option<i64>,
    /// When it joined, by its own monotonic clock.
    joined: Option<Instant>,
    /// SQLite: the lock that keeps other services off the file.
    alone: Option<Arc<Alone>>,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…`, creating the file and migrating as needed.
    ///
    /// # Errors
    /// One variant each for what is no database, read-only, of a newer version, unreachable.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        Ok(Self {
            db: Db::open(url).await?,
            me: None,
            joined: None,
            alone: None,
        })
    }

    /// Opens a database to serve it: of a SQLite file nobody else may be serving it, which is held
    /// until the last clone of the store is gone. PostgreSQL is served by as many as like to.
    ///
    /// # Errors
    /// As [`Store::open`]; [`OpenError::Held`] where another process serves the file.
    pub async fn open_to_serve(url: &str) -> std::result::Result<Self, OpenError> {
        let alone = match open::sqlite_path(url) {
            Some(path) => Some(Alone::lock(path)?),
            None => None,
        };
        let db = Db::open(url).await?;
        if let Some(alone) = &alone {
            alone.made()?;
        }
        Ok(Self {
            db,
            me: None,
            joined: None,
            alone: alone.map(Arc::new),
        })
    }

    /// Opens what is there as it is: nothing is made, nothing migrated. Says what it lacks to be of
    /// this version.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn look(url: &str) -> std::result::Result<(Self, Lacking), OpenError> {
        let (db, lacking) = Db::look(url).await?;
        let store = Self {
            db,
            me: None,
            joined: None,
            alone: None,
        };
        Ok((store, lacking))
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
