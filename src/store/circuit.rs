//! The circuit of the limits: once too many mails were made in all, none leaves by itself until a
//! person closes it, whatever is made meanwhile (decisions, 2; LOOP-03).

use super::Store;
use super::audit::audit;
use super::db::Tx;
use super::error::Result;
use crate::domain::account::By;
use crate::domain::audit::{Deed, Entry};
use chrono::{DateTime, Utc};

/// The subject of its row among the alarms: whoever tells the support reads it there.
const ALARM: &str = "circuit";

/// An open circuit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    /// A token: the limit that opened it.
    pub reason: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
}

impl Store {
    /// The circuit, where it is open.
    ///
    /// # Errors
    /// The database's.
    pub async fn open_circuit(&self) -> Result<Option<Circuit>> {
        let row: Option<(String, DateTime<Utc>)> = self
            .db
            .read(
                "SELECT reason, opened_at FROM circuit WHERE closed_at IS NULL
                 ORDER BY opened_at LIMIT 1",
            )
            .fetch_optional()
            .await?;
        Ok(row.map(|(reason, opened_at)| Circuit { reason, opened_at }))
    }

    /// A person closes it: what waits leaves, and the limit in all counts anew. False where it was
    /// not open.
    ///
    /// # Errors
    /// The database's.
    pub async fn close_circuit(&self, by: &By) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let closed = tx
            .query("UPDATE circuit SET closed_at = $1 WHERE closed_at IS NULL")
            .bind(by.at)
            .execute()
            .await?;
        tx.query("UPDATE alarms SET cleared_at = $2 WHERE subject = $1 AND cleared_at IS NULL")
            .text(ALARM)
            .bind(by.at)
            .execute()
            .await?;
        if closed > 0 {
            audit(&mut tx, &Entry::new(by, Deed::SendingResumed)).await?;
        }
        tx.commit().await?;
        Ok(closed > 0)
    }
}

/// Opens it in the transaction that breaks the limit, so that no instance misses it; the alarm is
/// raised with it, once. Says whether it was closed before.
pub(super) async fn open(tx: &mut Tx, reason: &str, now: DateTime<Utc>) -> Result<bool> {
    let opened = tx
        .query("INSERT INTO circuit (reason, opened_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .text(reason)
        .bind(now)
        .execute()
        .await?;
    if opened == 0 {
        return Ok(false);
    }
    tx.query(
        "INSERT INTO alarms (subject, cause, since) VALUES ($1, $2, $3)
         ON CONFLICT (subject) DO UPDATE SET cause = excluded.cause, since = excluded.since,
            told_at = NULL, cleared_at = NULL",
    )
    .text(ALARM)
    .text(reason)
    .bind(now)
    .execute()
    .await?;
    Ok(true)
}
