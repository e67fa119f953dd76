//! Messages as work: loaded, given back, quarantined (claiming is `claim.rs`'s); and as lists show them.

use super::Store;
use super::db::Sql;
use super::error::{Result, StoreError};
use super::rows::{reference, to_json, unsigned, word};
use crate::domain::incident::Reference;
use crate::domain::message::{MessageId, MessageState, Stored};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// A message whose reading was begun so often without an end is left to a person.
pub(super) const ATTEMPTS: i64 = 3;

/// Bytes that one query brings, but for a larger message: what a driver's thread holds of them beside
/// what becomes of it stays with that thread's share of the memory.
const LOADED_BYTES: i64 = 1 << 20;

/// One stored message as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// Its row.
    pub id: MessageId,
    /// How far the work on it is.
    pub state: MessageState,
    /// The kind's stable word; empty while it is not known.
    pub kind: String,
    /// Why this kind, in a few words.
    pub kind_reason: String,
    /// The incident that it belongs to.
    pub reference: Option<Reference>,
    /// Address of From, lower case; empty where it has none, or while it is not read.
    pub from_address: String,
    /// Decoded subject; empty while it is not read.
    pub subject: String,
    /// Bytes as served.
    pub size: u64,
    /// When the mailbox received it.
    pub internal_date: DateTime<Utc>,
    /// When we stored it.
    pub received_at: DateTime<Utc>,
    /// Tries to read it.
    pub attempts: u32,
    /// Why the last try failed: a token.
    pub last_error: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct LineRow {
    id: i64,
    state: String,
    kind: String,
    kind_reason: String,
    reference: Option<String>,
    from_address: String,
    subject: String,
    size: i64,
    internal_date: DateTime<Utc>,
    received_at: DateTime<Utc>,
    attempts: i64,
    last_error: String,
}

impl LineRow {
    pub(super) fn line(self) -> Result<MessageLine> {
        let Self { id, .. } = self;
        Ok(MessageLine {
            id: MessageId(id),
            state: word("messages", "state", id, MessageState::parse(&self.state))?,
            kind: self.kind,
            kind_reason: self.kind_reason,
            reference: match &self.reference {
                Some(text) => Some(reference("incidents", id, text)?),
                None => None,
            },
            from_address: self.from_address,
            subject: self.subject,
            size: unsigned("messages", "size", id, self.size)?,
            internal_date: self.internal_date,
            received_at: self.received_at,
            attempts: unsigned("messages", "attempts", id, self.attempts)?,
            last_error: self.last_error,
        })
    }
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: i64,
    mailbox: String,
    stored_sha256: String,
    size: i64,
    internal_date: DateTime<Utc>,
    received_at: DateTime<Utc>,
    first_start: DateTime<Utc>,
    attempts: i64,
    left_on_server: bool,
    same_message_id_other_bytes: bool,
}

impl Store {
    /// Messages with their bytes, oldest first; `ids` is a JSON list.
    pub(super) async fn load_stored(&self, ids: &str) -> Result<Vec<Stored>> {
        let rows: Vec<ClaimedRow> = self
            .db
            .read(Sql {
                sqlite: "SELECT m.id, b.name AS mailbox, m.stored_sha256, m.size, m.internal_date,
                            m.received_at, b.first_start, m.attempts, m.left_on_server,
                            m.same_message_id_other_bytes
                         FROM messages m
                         JOIN deliveries d ON d.id =
                            (SELECT MIN(id) FROM deliveries WHERE message_id = m.id)
                         JOIN mailboxes b ON b.id = d.mailbox_id
                         WHERE m.id IN (SELECT value FROM json_each($1)) ORDER BY m.id",
                postgres:
                    "SELECT m.id, b.name AS mailbox, m.stored_sha256, m.size, m.internal_date,
                              m.received_at, b.first_start, m.attempts, m.left_on_server,
                              m.same_message_id_other_bytes
                           FROM messages m
                           JOIN deliveries d ON d.id =
                              (SELECT MIN(id) FROM deliveries WHERE message_id = m.id)
                           JOIN mailboxes b ON b.id = d.mailbox_id
                           WHERE m.id IN (SELECT json_array_elements_text($1::json)::bigint)
                           ORDER BY m.id",
            })
            .text(ids)
            .fetch_all()
            .await?;
        let mut raw: HashMap<i64, Vec<u8>> = HashMap::with_capacity(rows.len());
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0_i64;
            let within = |row: &&ClaimedRow| {
                bytes = bytes.saturating_add(row.size);
                bytes <= LOADED_BYTES
            };
            let fit = rest.iter().take_while(within).count().max(1);
            let (some, after) = rest.split_at(fit);
            self.load_chunks(some, &mut raw).await?;
            rest = after;
        }
        rows.into_iter()
            .map(|row| {
                Ok(Stored {
                    id: MessageId(row.id),
                    mailbox: row.mailbox,
                    bytes: raw.remove(&row.id).unwrap_or_default(),
                    sha256: row.stored_sha256,
                    internal_date: row.internal_date,
                    received_at: row.received_at,
                    first_start: row.first_start,
                    attempts: unsigned("messages", "attempts", row.id, row.attempts)?,
                    left_on_server: row.left_on_server,
                    same_message_id_other_bytes: row.same_message_id_other_bytes,
                })
            })
            .collect()
    }

    /// The bytes of these messages.
    async fn load_chunks(
        &self,
        rows: &[ClaimedRow],
        raw: &mut HashMap<i64, Vec<u8>>,
    ) -> Result<()> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let chunks: Vec<(i64, Vec<u8>)> = self
            .db
            .read(Sql {
                sqlite: "SELECT message_id, bytes FROM message_chunks
                         WHERE message_id IN (SELECT value FROM json_each($1))
                         ORDER BY message_id, sequence",
                postgres: "SELECT message_id, bytes FROM message_chunks
                           WHERE message_id IN
                              (SELECT json_array_elements_text($1::json)::bigint)
                           ORDER BY message_id, sequence",
            })
            .text(&to_json(&ids))
            .fetch_all()
            .await?;
        for (id, bytes) in chunks {
            match raw.entry(id) {
                std::collections::hash_map::Entry::Vacant(none) => drop(none.insert(bytes)),
                std::collections::hash_map::Entry::Occupied(mut some) => {
                    some.get_mut().extend_from_slice(&bytes);
                }
            }
        }
        Ok(())
    }

    /// One message with its bytes.
    ///
    /// # Errors
    /// The database's.
    pub async fn stored(&self, id: MessageId) -> Result<Option<Stored>> {
        let found = self.load_stored(&to_json(&[id.0])).await?;
        Ok(found.into_iter().next())
    }

    /// Notes that reading failed and why (a token, never words of the message). It is tried again
    /// at once; the third time it is quarantined: kept raw, shown, left alone.
    ///
    /// # Errors
    /// The database's; a conflict where the message is no longer to be read.
    pub async fn fail_message(
        &self,
        id: MessageId,
        error: &str,
        _now: DateTime<Utc>,
    ) -> Result<MessageState> {
        let row: Option<(String,)> = self
            .db
            .write(
                "UPDATE messages SET leased_until = NULL, last_error = $2,
                    state = CASE WHEN attempts >= $3 THEN 'quarantined' ELSE state END
                 WHERE id = $1 AND state = 'new' AND ($4 IS NULL OR owner = $4)
                 RETURNING state",
            )
            .bind(id.0)
            .text(error)
            .bind(ATTEMPTS)
            .bind(self.me)
            .fetch_optional()
            .await?;
        let (state,) = row.ok_or(StoreError::Conflict("the message"))?;
        word("messages", "state", id.0, MessageState::parse(&state))
    }

    /// Gives a claimed message back unread, its attempt not counted: the database failed, not the
    /// message.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_back(&self, id: MessageId) -> Result<()> {
        self.db
            .write(
                "UPDATE messages SET leased_until = NULL, attempts = attempts - 1
                 WHERE id = $1 AND state = 'new' AND attempts > 0 AND leased_until IS NOT NULL
                    AND ($2 IS NULL OR owner = $2)",
            )
            .bind(id.0)
            .bind(self.me)
            .execute()
            .await?;
        Ok(())
    }

    /// Work on these messages goes on: they stay claimed until `now + lease`.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew(
        &self,
        ids: &[MessageId],
        now: DateTime<Utc>,
        lease: TimeDelta,
    ) -> Result<()> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        self.db
            .write(Sql {
                sqlite: "UPDATE messages SET leased_until = $2
                         WHERE id IN (SELECT value FROM json_each($1)) AND state = 'new'
                           AND leased_until IS NOT NULL AND ($3 IS NULL OR owner = $3)",
                postgres: "UPDATE messages SET leased_until = $2
                           WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)
                             AND state = 'new'
                             AND leased_until IS NOT NULL AND ($3 IS NULL OR owner = $3)",
            })
            .text(&to_json(&ids))
            .bind(now + lease)
            .bind(self.me)
            .execute()
            .await?;
        Ok(())
    }

    /// Messages newest first, those stored before `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_messages(
        &self,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Vec<MessageLine>> {
        let rows: Vec<LineRow> = self
            .db
            .read(
                "SELECT m.id, m.state, m.kind, m.kind_reason, i.reference, m.from_address,
                    m.subject, m.size, m.internal_date, m.received_at, m.attempts, m.last_error
                 FROM messages m LEFT JOIN incidents i ON i.id = m.incident_id
                 WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2",
            )
            .bind(before.map_or(i64::MAX, |id| id.0))
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter().map(LineRow::line).collect()
    }

    /// Quarantined messages, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_quarantined(&self, limit: u32) -> Result<Vec<MessageLine>> {
        let rows: Vec<LineRow> = self
            .db
            .read(
                "SELECT m.id, m.state, m.kind, m.kind_reason, i.reference, m.from_address,
                    m.subject, m.size, m.internal_date, m.received_at, m.attempts, m.last_error
                 FROM messages m LEFT JOIN incidents i ON i.id = m.incident_id
                 WHERE m.state = 'quarantined' ORDER BY m.id DESC LIMIT $1",
            )
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter().map(LineRow::line).collect()
    }

    /// The messages of an incident, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn messages_of(&self, reference: &Reference) -> Result<Vec<MessageLine>> {
        let rows: Vec<LineRow> = self
            .db
            .read(
                "SELECT m.id, m.state, m.kind, m.kind_reason, i.reference, m.from_address,
                    m.subject, m.size, m.internal_date, m.received_at, m.attempts, m.last_error
                 FROM messages m JOIN incidents i ON i.id = m.incident_id
                 WHERE i.reference = $1 ORDER BY m.id",
            )
            .text(&reference.to_string())
            .fetch_all()
            .await?;
        rows.into_iter().map(LineRow::line).collect()
    }
}
