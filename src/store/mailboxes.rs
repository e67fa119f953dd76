//! Mailboxes: since when each is read, how far, and what of it is stored or moved.

use super::Store;
use super::db::{Sql, Tx};
use super::error::{Result, StoreError};
use super::instances::MAILBOX;
use super::rows::{json_numbers, json_texts, unsigned};
use crate::domain::message::Cursor;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashSet};

/// The row of a mailbox, made at its first mention, and the instance that holds it.
pub(super) async fn mailbox_id(
    tx: &mut Tx,
    mailbox: &str,
    now: DateTime<Utc>,
) -> Result<(i64, Option<i64>)> {
    // DO UPDATE, not DO NOTHING: only an updated row is returned.
    tx.query(
        "INSERT INTO mailboxes (name, first_start) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id, holder",
    )
    .text(mailbox)
    .bind(now)
    .fetch_one()
    .await
}

/// Notes the cursor inside a transaction.
pub(super) async fn advance(tx: &mut Tx, mailbox_id: i64, cursor: Cursor) -> Result<()> {
    tx.query("UPDATE mailboxes SET uidvalidity = $2, uidnext = $3 WHERE id = $1")
        .bind(mailbox_id)
        .bind(i64::from(cursor.uidvalidity))
        .bind(i64::from(cursor.uidnext))
        .execute()
        .await?;
    Ok(())
}

impl Store {
    /// When this mailbox was first read; kept at the first call. Messages that reached it earlier
    /// are recorded, not answered.
    ///
    /// # Errors
    /// The database's.
    pub async fn first_start(&self, mailbox: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let (first,): (DateTime<Utc>,) = self
            .db
            .write(
                "INSERT INTO mailboxes (name, first_start) VALUES ($1, $2)
                 ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING first_start",
            )
            .text(mailbox)
            .bind(now)
            .fetch_one()
            .await?;
        Ok(first)
    }

    /// How far the folder was read; `None` before the first batch.
    ///
    /// # Errors
    /// The database's.
    pub async fn cursor(&self, mailbox: &str) -> Result<Option<Cursor>> {
        let row: Option<(Option<i64>, Option<i64>)> = self
            .db
            .read("SELECT uidvalidity, uidnext FROM mailboxes WHERE name = $1")
            .text(mailbox)
            .fetch_optional()
            .await?;
        Ok(match row {
            Some((Some(uidvalidity), Some(uidnext))) => Some(Cursor {
                uidvalidity: unsigned("mailboxes", "uidvalidity", 0, uidvalidity)?,
                uidnext: unsigned("mailboxes", "uidnext", 0, uidnext)?,
            }),
            _ => None,
        })
    }

    /// Which of these Maildir names are stored.
    ///
    /// # Errors
    /// The database's.
    pub async fn known_names(&self, mailbox: &str, names: &[String]) -> Result<HashSet<String>> {
        // A list of any length as one value: JSON is where the dialects part.
        let rows: Vec<(String,)> = self
            .db
            .read(Sql {
                sqlite: "SELECT d.name FROM deliveries d JOIN mailboxes m ON m.id = d.mailbox_id
                         WHERE m.name = $1 AND d.name IN (SELECT value FROM json_each($2))",
                postgres: "SELECT d.name FROM deliveries d JOIN mailboxes m ON m.id = d.mailbox_id
                           WHERE m.name = $1
                             AND d.name IN (SELECT json_array_elements_text($2::json))",
            })
            .text(mailbox)
            .text(&json_texts(names))
            .fetch_all()
            .await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// Which of these UIDs are stored, with the sizes that the server told of them, if it did.
    ///
    /// # Errors
    /// The database's.
    pub async fn known_uids(
        &self,
        mailbox: &str,
        uidvalidity: u32,
        uids: &[u32],
    ) -> Result<BTreeMap<u32, Option<u64>>> {
        let rows: Vec<(i64, Option<i64>)> = self
            .db
            .read(Sql {
                sqlite: "SELECT d.uid, d.told_size
                         FROM deliveries d JOIN mailboxes m ON m.id = d.mailbox_id
                         WHERE m.name = $1 AND d.uidvalidity = $2
                           AND d.uid IN (SELECT value FROM json_each($3))",
                postgres: "SELECT d.uid, d.told_size
                           FROM deliveries d JOIN mailboxes m ON m.id = d.mailbox_id
                           WHERE m.name = $1 AND d.uidvalidity = $2
                             AND d.uid IN (SELECT json_array_elements_text($3::json)::bigint)",
            })
            .text(mailbox)
            .bind(i64::from(uidvalidity))
            .text(&json_numbers(uids))
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|(uid, size)| {
                let size = size
                    .map(|size| unsigned("deliveries", "told_size", uid, size))
                    .transpose()?;
                Ok((unsigned("deliveries", "uid", 0, uid)?, size))
            })
            .collect()
    }

    /// How many stored messages should still lie in the folder: all under this UIDVALIDITY but those
    /// that were moved.
    ///
    /// # Errors
    /// The database's.
    pub async fn ledger_size(&self, mailbox: &str, uidvalidity: u32) -> Result<u64> {
        let (count,): (i64,) = self
            .db
            .read(
                "SELECT COUNT(*) FROM deliveries d
                 WHERE d.mailbox_id = (SELECT id FROM mailboxes WHERE name = $1)
                   AND d.uidvalidity = $2 AND d.moved_at IS NULL AND d.uid IS NOT NULL",
            )
            .text(mailbox)
            .bind(i64::from(uidvalidity))
            .fetch_one()
            .await?;
        unsigned("deliveries", "count", 0, count)
    }

    /// Stored UIDs that were not yet moved to the done folder, lowest first. Messages left on the
    /// server because of their size are never among them.
    ///
    /// # Errors
    /// The database's.
    pub async fn to_move(&self, mailbox: &str, uidvalidity: u32, limit: u32) -> Result<Vec<u32>> {
        let rows: Vec<(i64,)> = self
            .db
            .read(
                "SELECT d.uid FROM deliveries d
                 WHERE d.mailbox_id = (SELECT id FROM mailboxes WHERE name = $1)
                   AND d.uidvalidity = $2 AND d.moved_at IS NULL AND d.uid IS NOT NULL
                   AND NOT d.left_on_server
                 ORDER BY d.uid LIMIT $3",
            )
            .text(mailbox)
            .bind(i64::from(uidvalidity))
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|(uid,)| unsigned("deliveries", "uid", 0, uid))
            .collect()
    }

    /// These UIDs were moved, or are gone from the folder.
    ///
    /// # Errors
    /// The database's; a conflict where another instance reads the mailbox by now.
    pub async fn mark_moved(
        &self,
        mailbox: &str,
        uidvalidity: u32,
        uids: &[u32],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let touched = self
            .db
            .write(Sql {
                sqlite: "UPDATE deliveries SET moved_at = $4
                         WHERE mailbox_id = (SELECT id FROM mailboxes
                               WHERE name = $1 AND ($5 IS NULL OR holder = $5))
                           AND uidvalidity = $2
                           AND uid IN (SELECT value FROM json_each($3))",
                postgres: "UPDATE deliveries SET moved_at = $4
                           WHERE mailbox_id = (SELECT id FROM mailboxes
                                 WHERE name = $1 AND ($5 IS NULL OR holder = $5))
                             AND uidvalidity = $2
                             AND uid IN (SELECT json_array_elements_text($3::json)::bigint)",
            })
            .text(mailbox)
            .bind(i64::from(uidvalidity))
            .text(&json_numbers(uids))
            .bind(now)
            .bind(self.me)
            .execute()
            .await?;
        if touched == 0 && self.me.is_some() && !uids.is_empty() {
            return Err(StoreError::Conflict(MAILBOX));
        }
        Ok(())
    }
}
