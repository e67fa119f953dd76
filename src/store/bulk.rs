//! Many raw messages recorded with a few statements: each one is a round to the database's thread or
//! server, and a drain is made of little else. Rows go as one JSON list, bytes as one value.
//!
//! SQLite reads the list by `jsonb_each` (3.51), here and wherever rows are objects: `json_each` writes
//! a row out as text anew for each column that is taken of it.

use super::db::{Sql, Text, Tx};
use super::error::Result;
use super::quarantine::told_size;
use super::record::{CHUNK, state, storable};
use super::rows::{size, stamp, to_json};
use super::turns::turns;
use crate::domain::lane::Lane;
use crate::domain::message::{Fetched, Identity, MessageId, Place, Recorded};
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};

/// Bytes that one statement takes; a larger chunk goes alone.
const PIECE: usize = 1 << 20;

#[derive(serde::Serialize)]
struct Row<'a> {
    number: usize,
    sha256: &'a str,
    content: &'a str,
    message_id: Option<Text>,
    size: i64,
    internal_date: String,
    left_on_server: bool,
    state: &'static str,
    last_error: &'static str,
    sender: Text,
    thread: Text,
    turn: i64,
    uidvalidity: Option<u32>,
    uid: Option<u32>,
    name: Option<Text>,
    told_size: Option<i64>,
}

impl<'a> Row<'a> {
    fn of(
        number: usize,
        fetched: &Fetched,
        (identity, lane): &'a (Identity, Lane),
        turn: i64,
        now: DateTime<Utc>,
    ) -> Self {
        let (uidvalidity, uid, name) = match &fetched.place {
            Place::Imap { uidvalidity, uid } => (Some(*uidvalidity), Some(*uid), None),
            Place::Maildir { name } => (None, None, Some(Text::from(name))),
        };
        let (state, last_error) = state(fetched);
        Self {
            number,
            sha256: &identity.sha256,
            content: &identity.content,
            message_id: identity.message_id.as_ref().map(Text::from),
            size: size(fetched.bytes.len()),
            internal_date: stamp(storable(fetched.internal_date, now)),
            left_on_server: fetched.left_on_server,
            state,
            last_error,
            sender: Text::from(&lane.sender),
            thread: Text::from(&lane.thread),
            turn,
            uidvalidity,
            uid,
            name,
            told_size: told_size(fetched),
        }
    }
}

/// A part of the bytes of one statement.
#[derive(serde::Serialize)]
struct Part {
    message: i64,
    sequence: i64,
    /// Counted from 1, as SQL does.
    at: usize,
    length: usize,
}

/// Records a batch; `None`, and nothing is written, where one of it has to be looked at by itself:
/// its place is taken, or two of the batch are the same message or bear the same Message-ID.
pub(super) async fn record_all(
    tx: &mut Tx,
    mailbox: i64,
    batch: &[Fetched],
    read: &[(Identity, Lane)],
    now: DateTime<Utc>,
) -> Result<Option<Vec<Recorded>>> {
    if !are_distinct(batch, read) {
        return Ok(None);
    }
    let lanes: Vec<&Lane> = read.iter().map(|(_, lane)| lane).collect();
    let turns = turns(tx, &lanes).await?;
    let rows: Vec<Row<'_>> = batch
        .iter()
        .zip(read)
        .zip(turns)
        .enumerate()
        .map(|(number, ((fetched, read), turn))| Row::of(number, fetched, read, turn, now))
        .collect();
    let rows = to_json(&rows);
    if places_taken(tx, mailbox, &rows).await? {
        return Ok(None);
    }
    let inserted = insert_messages(tx, &rows, now).await?;
    let mut recorded = Vec::with_capacity(batch.len());
    for (identity, _) in read {
        recorded.push(match inserted.get(&identity.content) {
            Some(id) => Recorded {
                message: MessageId(*id),
                new: true,
            },
            None => Recorded {
                message: MessageId(stored_as(tx, identity).await?),
                new: false,
            },
        });
    }
    insert_chunks(tx, batch, &recorded).await?;
    insert_deliveries(tx, mailbox, &rows, &recorded, now).await?;
    Ok(Some(recorded))
}

fn are_distinct(batch: &[Fetched], read: &[(Identity, Lane)]) -> bool {
    let mut places = HashSet::new();
    let mut contents = HashSet::new();
    let mut ids = HashSet::new();
    batch.iter().zip(read).all(|(fetched, (identity, _))| {
        places.insert(&fetched.place)
            && contents.insert(&identity.content)
            && identity.message_id.as_ref().is_none_or(|id| ids.insert(id))
    })
}

async fn places_taken(tx: &mut Tx, mailbox: i64, rows: &str) -> Result<bool> {
    let (taken,): (i64,) = tx
        .query(Sql {
            sqlite: "SELECT (SELECT COUNT(*) FROM jsonb_each($1) AS j CROSS JOIN deliveries AS d
                        WHERE d.mailbox_id = $2 AND d.uidvalidity = j.value ->> 'uidvalidity'
                          AND d.uid = j.value ->> 'uid')
                   + (SELECT COUNT(*) FROM jsonb_each($1) AS j CROSS JOIN deliveries AS d
                        WHERE d.mailbox_id = $2 AND d.name = j.value ->> 'name')",
            postgres: "WITH j AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json)
                          AS j (uidvalidity BIGINT, uid BIGINT, name TEXT))
                       SELECT (SELECT COUNT(*) FROM j JOIN deliveries AS d
                             ON d.uidvalidity = j.uidvalidity AND d.uid = j.uid
                          WHERE d.mailbox_id = $2)
                        + (SELECT COUNT(*) FROM j JOIN deliveries AS d ON d.name = j.name
                          WHERE d.mailbox_id = $2)",
        })
        .text(rows)
        .bind(mailbox)
        .fetch_one()
        .await?;
    Ok(taken > 0)
}

/// The rows of those messages that were not stored yet, by the hash of their content.
async fn insert_messages(
    tx: &mut Tx,
    rows: &str,
    now: DateTime<Utc>,
) -> Result<HashMap<String, i64>> {
    let inserted: Vec<(i64, String)> = tx
        .query(Sql {
            sqlite: "INSERT INTO messages (sha256, stored_sha256, content_hash, message_id, size,
                        internal_date, received_at, left_on_server, same_message_id_other_bytes,
                        state, attempts, last_error, kind, kind_reason, from_address, subject, sender,
                        thread, turn)
                     SELECT j.value ->> 'sha256', j.value ->> 'sha256', j.value ->> 'content',
                        j.value ->> 'message_id', j.value ->> 'size', j.value ->> 'internal_date',
                        $2, j.value ->> 'left_on_server',
                        EXISTS (SELECT 1 FROM messages AS m
                           WHERE m.message_id = j.value ->> 'message_id'),
                        j.value ->> 'state', 0, j.value ->> 'last_error', '', '', '', '',
                        j.value ->> 'sender', j.value ->> 'thread', j.value ->> 'turn'
                     FROM jsonb_each($1) AS j WHERE TRUE ORDER BY j.key
                     ON CONFLICT (content_hash) DO NOTHING RETURNING id, content_hash",
            postgres: "INSERT INTO messages (sha256, stored_sha256, content_hash, message_id, size,
                          internal_date, received_at, left_on_server,
                          same_message_id_other_bytes, state, attempts, last_error, kind,
                          kind_reason, from_address, subject, sender, thread, turn)
                       SELECT j.sha256, j.sha256, j.content, j.message_id, j.size,
                          j.internal_date, $2, j.left_on_server,
                          EXISTS (SELECT 1 FROM messages AS m WHERE m.message_id = j.message_id),
                          j.state, 0, j.last_error, '', '', '', '', j.sender, j.thread, j.turn
                       FROM json_to_recordset($1::json) AS j (number BIGINT, sha256 TEXT,
                          content TEXT, message_id TEXT, size BIGINT, internal_date TIMESTAMPTZ,
                          left_on_server BOOLEAN, state TEXT, last_error TEXT, sender TEXT,
                          thread TEXT, turn BIGINT)
                       ORDER BY j.number
                       ON CONFLICT (content_hash) DO NOTHING RETURNING id, content_hash",
        })
        .text(rows)
        .bind(now)
        .fetch_all()
        .await?;
    Ok(inserted
        .into_iter()
        .map(|(id, content)| (content, id))
        .collect())
}

/// The row of a message that was there already.
pub(super) async fn stored_as(tx: &mut Tx, identity: &Identity) -> Result<i64> {
    let (id,): (i64,) = tx
        .query("SELECT id FROM messages WHERE content_hash = $1")
        .text(&identity.content)
        .fetch_one()
        .await?;
    Ok(id)
}

/// The bytes of those that are new, as many with each statement as [`PIECE`] allows.
async fn insert_chunks(tx: &mut Tx, batch: &[Fetched], recorded: &[Recorded]) -> Result<()> {
    let mut parts: Vec<Part> = Vec::new();
    let mut bytes: Vec<u8> = Vec::new();
    let new = batch
        .iter()
        .zip(recorded)
        .filter(|(_, recorded)| recorded.new);
    for (fetched, recorded) in new {
        for (sequence, chunk) in fetched.bytes.chunks(CHUNK).enumerate() {
            if !parts.is_empty() && bytes.len() + chunk.len() > PIECE {
                insert_parts(tx, &parts, std::mem::take(&mut bytes)).await?;
                parts.clear();
            }
            parts.push(Part {
                message: recorded.message.0,
                sequence: size(sequence),
                at: bytes.len() + 1,
                length: chunk.len(),
            });
            bytes.extend_from_slice(chunk);
        }
    }
    if parts.is_empty() {
        return Ok(());
    }
    insert_parts(tx, &parts, bytes).await
}

async fn insert_parts(tx: &mut Tx, parts: &[Part], bytes: Vec<u8>) -> Result<()> {
    tx.query(Sql {
        sqlite: "INSERT INTO message_chunks (message_id, sequence, bytes)
                     SELECT j.value ->> 'message', j.value ->> 'sequence',
                        substr($2, j.value ->> 'at', j.value ->> 'length')
                     FROM jsonb_each($1) AS j",
        postgres: "INSERT INTO message_chunks (message_id, sequence, bytes)
                       SELECT j.message, j.sequence, substring($2 FROM j.at FOR j.length)
                       FROM json_to_recordset($1::json)
                          AS j (message BIGINT, sequence BIGINT, at INT, length INT)",
    })
    .text(&to_json(&parts))
    .bind(bytes)
    .execute()
    .await?;
    Ok(())
}

async fn insert_deliveries(
    tx: &mut Tx,
    mailbox: i64,
    rows: &str,
    recorded: &[Recorded],
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<i64> = recorded.iter().map(|recorded| recorded.message.0).collect();
    tx.query(Sql {
        sqlite: "INSERT INTO deliveries (message_id, mailbox_id, uidvalidity, uid, name, sha256,
                    size, delivered_at, left_on_server, told_size)
                 SELECT $2 ->> j.key, $3, j.value ->> 'uidvalidity', j.value ->> 'uid',
                    j.value ->> 'name', j.value ->> 'sha256', j.value ->> 'size', $4,
                    j.value ->> 'left_on_server', j.value ->> 'told_size'
                 FROM jsonb_each($1) AS j WHERE TRUE ORDER BY j.key ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO deliveries (message_id, mailbox_id, uidvalidity, uid, name, sha256,
                      size, delivered_at, left_on_server, told_size)
                   SELECT ($2::json ->> j.number::int)::bigint, $3, j.uidvalidity, j.uid, j.name,
                      j.sha256, j.size, $4, j.left_on_server, j.told_size
                   FROM json_to_recordset($1::json) AS j (number BIGINT, sha256 TEXT, size BIGINT,
                      left_on_server BOOLEAN, uidvalidity BIGINT, uid BIGINT, name TEXT,
                      told_size BIGINT)
                   ORDER BY j.number ON CONFLICT DO NOTHING",
    })
    .text(rows)
    .text(&to_json(&ids))
    .bind(mailbox)
    .bind(now)
    .execute()
    .await?;
    Ok(())
}
