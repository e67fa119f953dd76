//! Messages claimed for reading: whose turn it is, and who must wait though it is.
//!
//! Senders take turns, so that a flood of one does not keep the others from their answers (LOOP-10).
//! Of one sender, and of what names the same incident, the mailbox's order stays: a sender's next, and
//! what names an incident, waits until another instance is done that reads something of theirs (N14).
//! What a declarant forgot and sends a moment later is never read before the declaration.
//!
//! What was in hand when a process died is suspected of having killed it. It is read alone from then
//! on; and once it was alone when a process died, only an instance takes it up that has lived for a
//! while: so that whatever else kills processes, one after the other, is not mistaken for the message.
//! Its sender's other messages, and its incident's, wait behind it; the rest go on.

use super::Store;
use super::db::{Sql, Tx};
use super::error::Result;
use super::messages::ATTEMPTS;
use super::rows::to_json;
use crate::domain::message::{MessageId, Stored};
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// One claim brings at most about so many bytes, so that a few large messages don't fill memory.
const CLAIMED_BYTES: i64 = 4 << 20;

/// How long an instance lives before it takes up what was alone when another died.
pub const STEADY: Duration = Duration::from_secs(3);

/// A claim looks at so many times as many messages as it wants, for those that must wait.
const LOOKED_AT: i64 = 8;

#[derive(sqlx::FromRow)]
struct Candidate {
    id: i64,
    size: i64,
    is_alone: bool,
}

/// Frees what ran out, and what this instance holds, but for what it has in hand.
macro_rules! freed {
    ($in_hand:literal) => {
        concat!(
            "UPDATE messages SET leased_until = NULL, owner = NULL,
                attempts = CASE WHEN owner = $1 THEN attempts - 1
                    WHEN suspect OR attempts > 1 THEN attempts ELSE attempts - 1 END,
                suspect = CASE WHEN owner = $1 THEN suspect ELSE TRUE END
             WHERE state = 'new' AND attempts > 0 AND leased_until IS NOT NULL
               AND (owner = $1 OR leased_until <= $2) AND id NOT IN (",
            $in_hand,
            ")"
        )
    };
}

/// How many of those in hand are not yet done, and whether one of them is to be alone.
macro_rules! in_hand {
    ($in_hand:literal) => {
        concat!(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN leased_until IS NOT NULL
                AND (suspect OR attempts > 1) THEN 1 ELSE 0 END), 0) > 0
             FROM messages WHERE state = 'new' AND attempts > 0 AND id IN (",
            $in_hand,
            ")"
        )
    };
}

impl Store {
    /// How long this instance must live on before it takes up what was alone when another died; zero
    /// once it does.
    #[must_use]
    pub fn steady_in(&self) -> Duration {
        self.joined.map_or(Duration::ZERO, |joined| {
            STEADY.saturating_sub(joined.elapsed())
        })
    }

    /// Whether something waits only until this instance is steady ([`Store::steady_in`]).
    ///
    /// # Errors
    /// The database's.
    pub async fn has_suspects(&self) -> Result<bool> {
        let found: Option<(i64,)> = self
            .db
            .read(
                "SELECT id FROM messages WHERE state = 'new' AND attempts > 0 AND suspect
                    AND last_error = '' AND leased_until IS NULL LIMIT 1",
            )
            .fetch_optional()
            .await?;
        Ok(found.is_some())
    }

    /// Claims unread messages until `now + lease`, in turn; gives them in the mailbox's order. The
    /// attempt is counted before any work: a message whose reading was begun three times without an
    /// end is quarantined here.
    ///
    /// A message that was begun before is claimed alone, so that one that kills the process doesn't
    /// count against those claimed with it.
    ///
    /// What this instance holds still was not given back because the database failed, and is so now,
    /// that try not counted.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_messages(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u32,
    ) -> Result<Vec<Stored>> {
        self.claim_more(&[], now, lease, limit).await
    }

    /// Claims more while this instance has these in hand: they stay claimed. What is to be alone is
    /// not claimed beside others, nor others beside it, and what names the same incident as something
    /// in hand waits (N14): nothing is claimed then.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_more(
        &self,
        in_hand: &[MessageId],
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u32,
    ) -> Result<Vec<Stored>> {
        let in_hand: Vec<i64> = in_hand.iter().map(|id| id.0).collect();
        let in_hand = to_json(&in_hand);
        let mut tx = self.db.begin().await?;
        // One instance after the other: each must see what the one before has claimed.
        tx.query(Sql {
            // BEGIN IMMEDIATE has taken the turn.
            sqlite: "SELECT 1",
            postgres: "SELECT pg_advisory_xact_lock(20260005)",
        })
        .execute()
        .await?;
        // A lease that ran out counts as a death that nobody noticed.
        tx.query(Sql {
            sqlite: freed!("SELECT value FROM json_each($3)"),
            postgres: freed!("SELECT json_array_elements_text($3::json)::bigint"),
        })
        .bind(self.me)
        .bind(now)
        .text(&in_hand)
        .execute()
        .await?;
        tx.query(
            "UPDATE messages SET state = 'quarantined', last_error = 'unfinished'
             WHERE state = 'new' AND attempts > 0 AND attempts >= $1 AND leased_until IS NULL",
        )
        .bind(ATTEMPTS)
        .execute()
        .await?;
        let me = (self.me, self.steady_in().is_zero());
        let ids = claimable(&mut tx, &in_hand, me, i64::from(limit)).await?;
        if ids.is_empty() {
            tx.commit().await?;
            return Ok(Vec::new());
        }
        let ids = to_json(&ids);
        tx.query(Sql {
            sqlite: "UPDATE messages SET attempts = attempts + 1, leased_until = $2, owner = $3
                     WHERE id IN (SELECT value FROM json_each($1)) AND state = 'new'",
            postgres: "UPDATE messages SET attempts = attempts + 1, leased_until = $2, owner = $3
                       WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)
                         AND state = 'new'",
        })
        .text(&ids)
        .bind(now + lease)
        .bind(self.me)
        .execute()
        .await?;
        tx.commit().await?;
        self.load_stored(&ids).await
    }
}

/// Ids of messages that may be claimed beside those in hand, in turn: those never begun, or one begun
/// before.
async fn claimable(
    tx: &mut Tx,
    in_hand: &str,
    (me, is_steady): (Option<i64>, bool),
    limit: i64,
) -> Result<Vec<i64>> {
    let (others, one_is_alone): (i64, bool) = tx
        .query(Sql {
            sqlite: in_hand!("SELECT value FROM json_each($1)"),
            postgres: in_hand!("SELECT json_array_elements_text($1::json)::bigint"),
        })
        .text(in_hand)
        .fetch_one()
        .await?;
    if one_is_alone {
        return Ok(Vec::new());
    }
    let rows: Vec<Candidate> = tx
        .query(
            "SELECT id, size, suspect OR attempts > 0 AS is_alone FROM
                (SELECT id, size, turn, sender, thread, suspect, attempts FROM messages
                 WHERE state = 'new' AND leased_until IS NULL
                 ORDER BY turn, id LIMIT $3) AS waiting
             WHERE (thread = '' OR thread NOT IN
                    (SELECT thread FROM messages
                     WHERE state = 'new' AND attempts > 0 AND thread <> ''
                       AND (leased_until IS NOT NULL
                         OR suspect AND last_error = '' AND NOT $2)))
               AND (sender = '' OR sender NOT IN
                    (SELECT sender FROM messages
                     WHERE state = 'new' AND attempts > 0 AND leased_until IS NOT NULL
                       AND owner <> $4))
               AND ($2 OR sender NOT IN
                    (SELECT sender FROM messages
                     WHERE state = 'new' AND attempts > 0 AND suspect
                       AND last_error = '' AND leased_until IS NULL))
             ORDER BY turn, id LIMIT $1",
        )
        .bind(limit)
        .bind(is_steady)
        .bind(limit * LOOKED_AT)
        .bind(me)
        .fetch_all()
        .await?;
    let mut bytes = 0_i64;
    let is_alone = rows.first().is_some_and(|row| row.is_alone);
    if is_alone && others > 0 {
        return Ok(Vec::new());
    }
    let within = |(index, row): &(usize, Candidate)| {
        bytes = bytes.saturating_add(row.size);
        *index == 0 || !is_alone && !row.is_alone && bytes <= CLAIMED_BYTES
    };
    Ok(rows
        .into_iter()
        .enumerate()
        .take_while(within)
        .map(|(_, row)| row.id)
        .collect())
}
