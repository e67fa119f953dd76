//! Raw messages, kept first and once each, with the places where they lay.

use super::Store;
use super::bulk::{record_all, stored_as};
use super::db::{Text, Tx};
use super::error::{Result, StoreError};
use super::instances::MAILBOX;
use super::mailboxes::{advance, mailbox_id};
use super::quarantine::{WITHHELD, take_place, told_again, told_size};
use super::rows::size;
use super::turns::turns;
use crate::domain::lane::Lane;
use crate::domain::message::{Cursor, Fetched, Identity, MessageId, Place, Recorded};
use crate::failpoint;
use chrono::{DateTime, Datelike, SubsecRound, Utc};

/// Raw bytes lie in rows of at most this many.
pub(super) const CHUNK: usize = 1 << 20;

/// A stored message's bytes, as they are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    /// As they were stored.
    Whole(Vec<u8>),
    /// Others than were stored.
    Altered,
    /// Not there.
    Missing,
}

impl Store {
    /// Stores raw messages with their deliveries, and the cursor, in one transaction; gives one
    /// `Recorded` per fetched message, in order. A place that is stored is passed over; a message
    /// whose bytes are stored but for trace headers becomes one more delivery.
    ///
    /// # Errors
    /// The database's, and a conflict where another instance reads the mailbox by now; nothing of
    /// the batch is stored then, and the cursor stays.
    pub async fn record_batch(
        &self,
        mailbox: &str,
        cursor: Option<Cursor>,
        batch: &[Fetched],
        now: DateTime<Utc>,
    ) -> Result<Vec<Recorded>> {
        // Hashed before the only writer is held.
        let read: Vec<(Identity, Lane)> = batch
            .iter()
            .map(|fetched| (Identity::of(&fetched.bytes), Lane::of(&fetched.bytes)))
            .collect();
        let mut tx = self.db.begin().await?;
        // The row is locked from here on: nobody takes the mailbox until this is committed.
        let (mailbox, holder) = mailbox_id(&mut tx, mailbox, now).await?;
        if self.me.is_some() && holder != self.me {
            return Err(StoreError::Conflict(MAILBOX));
        }
        let together = match batch {
            [_, _, ..] => record_all(&mut tx, mailbox, batch, &read, now).await?,
            _ => None,
        };
        let recorded = match together {
            Some(recorded) => recorded,
            None => {
                let mut recorded = Vec::with_capacity(batch.len());
                for (fetched, read) in batch.iter().zip(&read) {
                    recorded.push(record(&mut tx, mailbox, fetched, read, now).await?);
                }
                recorded
            }
        };
        failpoint::hit("K02");
        if let Some(cursor) = cursor {
            advance(&mut tx, mailbox, cursor).await?;
        }
        failpoint::hit("K03");
        tx.commit().await?;
        Ok(recorded)
    }

    /// The raw message, held against its hash (STO-07).
    ///
    /// # Errors
    /// The database's.
    pub async fn raw_checked(&self, id: MessageId) -> Result<Raw> {
        let stored: Option<(String, i64)> = self
            .db
            .read("SELECT stored_sha256, size FROM messages WHERE id = $1")
            .bind(id.0)
            .fetch_optional()
            .await?;
        let (Some((sha256, size)), Some(bytes)) = (stored, self.raw(id).await?) else {
            return Ok(Raw::Missing);
        };
        Ok(if bytes.is_empty() && size > 0 {
            Raw::Missing
        } else if Identity::of(&bytes).sha256 == sha256 {
            Raw::Whole(bytes)
        } else {
            Raw::Altered
        })
    }

    /// The raw message as stored.
    ///
    /// # Errors
    /// The database's.
    pub async fn raw(&self, id: MessageId) -> Result<Option<Vec<u8>>> {
        let chunks: Vec<(Vec<u8>,)> = self
            .db
            .read("SELECT bytes FROM message_chunks WHERE message_id = $1 ORDER BY sequence")
            .bind(id.0)
            .fetch_all()
            .await?;
        if chunks.is_empty() {
            let known: Option<(i64,)> = self
                .db
                .read("SELECT id FROM messages WHERE id = $1")
                .bind(id.0)
                .fetch_optional()
                .await?;
            return Ok(known.map(|_| Vec::new()));
        }
        Ok(Some(
            chunks.into_iter().flat_map(|(bytes,)| bytes).collect(),
        ))
    }
}

async fn record(
    tx: &mut Tx,
    mailbox: i64,
    fetched: &Fetched,
    (identity, lane): &(Identity, Lane),
    now: DateTime<Utc>,
) -> Result<Recorded> {
    let (uidvalidity, uid, name) = match &fetched.place {
        Place::Imap { uidvalidity, uid } => {
            (Some(i64::from(*uidvalidity)), Some(i64::from(*uid)), None)
        }
        Place::Maildir { name } => (None, None, Some(name)),
    };
    let stored: Option<(i64, String)> = tx
        .query(
            "SELECT message_id, sha256 FROM deliveries
             WHERE mailbox_id = $1 AND (uidvalidity = $2 AND uid = $3 OR name = $4)",
        )
        .bind(mailbox)
        .bind(uidvalidity)
        .bind(uid)
        .bind(name.map(Text::from))
        .fetch_optional()
        .await?;
    if let Some((id, sha256)) = stored {
        if sha256 == identity.sha256 {
            told_again(tx, mailbox, fetched, id).await?;
            return Ok(Recorded {
                message: MessageId(id),
                new: false,
            });
        }
        if fetched.withheld || !take_place(tx, id, mailbox, fetched).await? {
            // The server broke its promise (RFC 9051 section 2.3.1.1), or the folder was made anew.
            tracing::warn!(
                event = "message.place_reused",
                uidvalidity,
                uid,
                "another message stands where one was stored: both are kept"
            );
        }
        // That delivery stays, its place forgotten: the message still came from this mailbox.
        tx.query(
            "UPDATE deliveries SET uidvalidity = NULL, uid = NULL, name = NULL
             WHERE mailbox_id = $1 AND (uidvalidity = $2 AND uid = $3 OR name = $4)",
        )
        .bind(mailbox)
        .bind(uidvalidity)
        .bind(uid)
        .bind(name.map(Text::from))
        .execute()
        .await?;
    }
    let (state, last_error) = state(fetched);
    let turn = turns(tx, &[lane]).await?.into_iter().next();
    let inserted: Option<(i64,)> = tx
        .query(
            "INSERT INTO messages (sha256, stored_sha256, content_hash, message_id, size,
                internal_date, received_at, left_on_server, same_message_id_other_bytes, state,
                attempts, last_error, kind, kind_reason, from_address, subject, sender, thread,
                turn)
             VALUES ($1, $1, $2, $3, $4, $5, $6, $7,
                EXISTS (SELECT 1 FROM messages WHERE message_id = $3),
                $8, 0, $9, '', '', '', '', $10, $11, $12)
             ON CONFLICT (content_hash) DO NOTHING RETURNING id",
        )
        .text(&identity.sha256)
        .text(&identity.content)
        .bind(identity.message_id.as_ref().map(Text::from))
        .bind(size(fetched.bytes.len()))
        .bind(storable(fetched.internal_date, now))
        .bind(now)
        .bind(fetched.left_on_server)
        .text(state)
        .text(last_error)
        .text(&lane.sender)
        .text(&lane.thread)
        .bind(turn.unwrap_or(0))
        .fetch_optional()
        .await?;
    let (id, new) = match inserted {
        Some((id,)) => {
            for (sequence, bytes) in fetched.bytes.chunks(CHUNK).enumerate() {
                tx.query(
                    "INSERT INTO message_chunks (message_id, sequence, bytes) VALUES ($1, $2, $3)",
                )
                .bind(id)
                .bind(size(sequence))
                .bind(bytes.to_vec())
                .execute()
                .await?;
            }
            (id, true)
        }
        None => (stored_as(tx, identity).await?, false),
    };
    tx.query(
        "INSERT INTO deliveries (message_id, mailbox_id, uidvalidity, uid, name, sha256, size,
            delivered_at, left_on_server, told_size)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(mailbox)
    .bind(uidvalidity)
    .bind(uid)
    .bind(name.map(Text::from))
    .text(&identity.sha256)
    .bind(size(fetched.bytes.len()))
    .bind(now)
    .bind(fetched.left_on_server)
    .bind(told_size(fetched))
    .execute()
    .await?;
    Ok(Recorded {
        message: MessageId(id),
        new,
    })
}

/// The state that a fetched message begins in, and why.
pub(super) fn state(fetched: &Fetched) -> (&'static str, &'static str) {
    if fetched.withheld {
        ("quarantined", WITHHELD)
    } else {
        ("new", "")
    }
}

/// A date that both databases keep and sort alike; servers have been seen to give year 0 or 30,000.
pub(super) fn storable(date: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if (1970..=9999).contains(&date.year()) {
        date.trunc_subsecs(6)
    } else {
        now
    }
}
