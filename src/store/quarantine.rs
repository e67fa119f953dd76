//! Messages that are left to a person: those whose reading failed three times, and those that the
//! mail server does not give. They may be tried again, or made an incident by hand.

use super::Store;
use super::audit::audit;
use super::commit::keep;
use super::db::{Sql, Text, Tx};
use super::error::{Result, StoreError};
use super::messages::{LineRow, MessageLine};
use super::outcome::{Committed, Outcome};
use super::rows::{json_numbers, unsigned};
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::message::{Fetched, MessageId, Place};

/// Why a message is in quarantine that the server did not give (IMAP-11).
pub(super) const WITHHELD: &str = "withheld";

/// A person wants the server asked for it again.
const ASKED: &str = "asked_again";

/// It was asked for again and is no longer in the folder.
const GONE: &str = "gone";

/// What trying a quarantined message again means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It is read again.
    Read,
    /// The server is asked for it again.
    Asked,
}

impl Store {
    /// One message, if it is in quarantine.
    ///
    /// # Errors
    /// The database's.
    pub async fn quarantined(&self, id: MessageId) -> Result<Option<MessageLine>> {
        let row: Option<LineRow> = self
            .db
            .read(
                "SELECT m.id, m.state, m.kind, m.kind_reason, i.reference, m.from_address,
                    m.subject, m.size, m.internal_date, m.received_at, m.attempts, m.last_error
                 FROM messages m LEFT JOIN incidents i ON i.id = m.incident_id
                 WHERE m.id = $1 AND m.state = 'quarantined'",
            )
            .bind(id.0)
            .fetch_optional()
            .await?;
        row.map(LineRow::line).transpose()
    }

    /// What became of all messages: each is counted once, under its kind's stable word when it is
    /// done, else under its state's. In the order of the words.
    ///
    /// # Errors
    /// The database's.
    pub async fn conservation(&self) -> Result<Vec<(String, u64)>> {
        let rows: Vec<(String, i64)> = self
            .db
            .read(
                "SELECT CASE WHEN state = 'done' THEN kind ELSE state END AS word, COUNT(*)
                 FROM messages GROUP BY CASE WHEN state = 'done' THEN kind ELSE state END
                 ORDER BY word",
            )
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|(word, count)| Ok((word, unsigned("messages", "count", 0, count)?)))
            .collect()
    }

    /// Has a quarantined message tried again, as if for the first time: read, or asked for where the
    /// server withheld it. `None` where no such message is in quarantine.
    ///
    /// # Errors
    /// The database's.
    pub async fn retry(&self, id: MessageId, by: &By) -> Result<Option<Retried>> {
        let mut tx = self.db.begin().await?;
        let row: Option<(String,)> = tx
            .query(
                "UPDATE messages SET attempts = 0, leased_until = NULL,
                    turn = (SELECT COALESCE(MIN(turn), 0) FROM messages WHERE state = 'new'),
                    state = CASE WHEN last_error IN ('withheld', 'asked_again', 'gone')
                        THEN state ELSE 'new' END,
                    last_error = CASE WHEN last_error IN ('withheld', 'asked_again', 'gone')
                        THEN 'asked_again' ELSE '' END
                 WHERE id = $1 AND state = 'quarantined' RETURNING last_error",
            )
            .bind(id.0)
            .fetch_optional()
            .await?;
        let Some((word,)) = row else { return Ok(None) };
        let line = audit::Entry::new(by, Deed::MessageRetried).target(id.to_string());
        audit(&mut tx, &line).await?;
        tx.commit().await?;
        Ok(Some(match word.as_str() {
            ASKED => Retried::Asked,
            _ => Retried::Read,
        }))
    }

    /// UIDs that a person wants the server asked for again, lowest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn asked_again(&self, mailbox: &str, uidvalidity: u32) -> Result<Vec<u32>> {
        let rows: Vec<(i64,)> = self
            .db
            .read(
                "SELECT d.uid FROM messages m JOIN deliveries d ON d.message_id = m.id
                 WHERE m.state = 'quarantined' AND m.last_error = $3 AND d.uid IS NOT NULL
                   AND d.uidvalidity = $2
                   AND d.mailbox_id = (SELECT id FROM mailboxes WHERE name = $1)
                 ORDER BY d.uid",
            )
            .text(mailbox)
            .bind(i64::from(uidvalidity))
            .text(ASKED)
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|(uid,)| unsigned("deliveries", "uid", 0, uid))
            .collect()
    }

    /// These were asked for again and are no longer in the folder: nobody asks for them any more.
    /// Those that came meanwhile are left as they are.
    ///
    /// # Errors
    /// The database's.
    pub async fn are_gone(&self, mailbox: &str, uidvalidity: u32, uids: &[u32]) -> Result<()> {
        self.db
            .write(Sql {
                sqlite: "UPDATE messages SET last_error = $4
                         WHERE state = 'quarantined' AND last_error = $5 AND id IN
                           (SELECT d.message_id FROM deliveries d
                            WHERE d.mailbox_id = (SELECT id FROM mailboxes WHERE name = $1)
                              AND d.uidvalidity = $2
                              AND d.uid IN (SELECT value FROM json_each($3)))",
                postgres: "UPDATE messages SET last_error = $4
                           WHERE state = 'quarantined' AND last_error = $5 AND id IN
                             (SELECT d.message_id FROM deliveries d
                              WHERE d.mailbox_id = (SELECT id FROM mailboxes WHERE name = $1)
                                AND d.uidvalidity = $2
                                AND d.uid IN
                                  (SELECT json_array_elements_text($3::json)::bigint))",
            })
            .text(mailbox)
            .bind(i64::from(uidvalidity))
            .text(&json_numbers(uids))
            .text(GONE)
            .text(ASKED)
            .execute()
            .await?;
        Ok(())
    }

    /// Keeps what a person made of a quarantined message.
    ///
    /// # Errors
    /// The database's; a conflict where the message is not in quarantine any more. Nothing is kept
    /// then.
    pub async fn promote(&self, outcome: &Outcome, by: &By) -> Result<Committed> {
        let mut tx = self.db.begin().await?;
        let taken = tx
            .query("UPDATE messages SET state = 'new' WHERE id = $1 AND state = 'quarantined'")
            .bind(outcome.message.0)
            .execute()
            .await?;
        if taken == 0 {
            return Err(StoreError::Conflict("the message"));
        }
        let committed = keep(&mut tx, outcome, by.at).await?;
        let mut line = audit::Entry::new(by, Deed::MessagePromoted);
        line.reference = committed.reference.clone();
        audit(&mut tx, &line.target(outcome.message.to_string())).await?;
        tx.commit().await?;
        Ok(committed)
    }
}

/// The size that the server told of a message, as it is kept.
pub(super) fn told_size(fetched: &Fetched) -> Option<i64> {
    fetched
        .told_size
        .map(|size| i64::try_from(size).unwrap_or(i64::MAX))
}

/// A stored message came again from the same place: another size may be told of it now, and one that
/// was asked for again was withheld again.
pub(super) async fn told_again(
    tx: &mut Tx,
    mailbox: i64,
    fetched: &Fetched,
    id: i64,
) -> Result<()> {
    if let (Place::Imap { uidvalidity, uid }, Some(size)) = (&fetched.place, told_size(fetched)) {
        tx.query(
            "UPDATE deliveries SET told_size = $4
             WHERE mailbox_id = $1 AND uidvalidity = $2 AND uid = $3
               AND (told_size IS NULL OR told_size <> $4)",
        )
        .bind(mailbox)
        .bind(i64::from(*uidvalidity))
        .bind(i64::from(*uid))
        .bind(size)
        .execute()
        .await?;
    }
    if fetched.withheld {
        tx.query("UPDATE messages SET last_error = $2 WHERE id = $1 AND last_error = $3")
            .bind(id)
            .text(WITHHELD)
            .text(ASKED)
            .execute()
            .await?;
    }
    Ok(())
}

/// The message itself came where only its absence was recorded: the row `id`, which stood for it,
/// makes room. False where `id` is a message of its own.
pub(super) async fn take_place(
    tx: &mut Tx,
    id: i64,
    mailbox: i64,
    fetched: &Fetched,
) -> Result<bool> {
    let stood_in: Option<(i64,)> = tx
        .query(
            "SELECT id FROM messages WHERE id = $1 AND state = 'quarantined'
               AND last_error IN ('withheld', 'asked_again', 'gone')",
        )
        .bind(id)
        .fetch_optional()
        .await?;
    if stood_in.is_none() {
        return Ok(false);
    }
    let (uidvalidity, uid, name) = match &fetched.place {
        Place::Imap { uidvalidity, uid } => {
            (Some(i64::from(*uidvalidity)), Some(i64::from(*uid)), None)
        }
        Place::Maildir { name } => (None, None, Some(Text::from(name))),
    };
    tx.query(
        "DELETE FROM deliveries
         WHERE mailbox_id = $1 AND (uidvalidity = $2 AND uid = $3 OR name = $4)",
    )
    .bind(mailbox)
    .bind(uidvalidity)
    .bind(uid)
    .bind(name)
    .execute()
    .await?;
    tx.query(
        "DELETE FROM messages WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message_id = $1)",
    )
    .bind(id)
    .execute()
    .await?;
    Ok(true)
}
