//! The outbox: our mails as rows before they are mails.
//!
//! A claimed mail stays `queued` under its lease; `sending` is noted right before DATA, once the
//! recipient was accepted. So a crash before that leaves a mail that is simply claimed again, and a
//! crash after it leaves one that nobody can know about: in doubt, never sent again by itself.
//!
//! Each claim has a number ([`Claim`]), and nothing is written for a claim that is no longer the
//! row's: an instance that was slow can't undo what another has done since.

use super::Store;
use super::bounces;
use super::db::Sql;
use super::error::{Result, StoreError};
use super::history::{Entry, note};
use super::rows::{token, unsigned, word};
use super::settling::interrupted;
use crate::domain::decision::Review;
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, IncidentId};
use crate::domain::outgoing::{Claim, OutboxMail, Template};
use chrono::{DateTime, TimeDelta, Utc};

/// When the outbox needs a look next. What falls due behind the first mail that nobody has in hand is no
/// sooner than that one: of all that wait, however many, this meets the first and those in hand.
///
/// Here and below SQLite is told the index: by itself it goes through all that is queued, mail by mail.
macro_rules! next_due {
    ($outbox:literal, $first:literal) => {
        concat!(
            "SELECT MIN(at) FROM
    (SELECT CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END AS at
        FROM outbox WHERE state = 'sending'
     UNION ALL
     SELECT CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END
        FROM ",
            $outbox,
            " WHERE state = 'queued' AND due_at <= COALESCE(
            (SELECT f.due_at FROM ",
            $first,
            " WHERE f.state = 'queued' AND f.leased_until IS NULL
                AND (f.released OR NOT EXISTS (SELECT 1 FROM circuit WHERE closed_at IS NULL))
                ORDER BY f.due_at LIMIT 1), '9999-12-31')
            AND (released OR NOT EXISTS (SELECT 1 FROM circuit WHERE closed_at IS NULL))) AS times"
        )
    };
}

const NEXT_DUE: Sql = Sql {
    sqlite: next_due!(
        "outbox INDEXED BY outbox_due",
        "outbox f INDEXED BY outbox_due"
    ),
    postgres: next_due!("outbox", "outbox f"),
};

#[derive(sqlx::FromRow)]
struct MailRow {
    id: i64,
    claim: i64,
    reference: String,
    sequence: i64,
    template: String,
    message_id: String,
    envelope_from: String,
    recipient: String,
    mime: Vec<u8>,
    attempts: i64,
    created_at: DateTime<Utc>,
    first_due: DateTime<Utc>,
    released: bool,
}

impl MailRow {
    fn claim(&self) -> Claim {
        Claim {
            mail: self.id,
            number: self.claim,
        }
    }

    fn mail(self) -> Result<OutboxMail> {
        let Self { id, .. } = self;
        Ok(OutboxMail {
            id,
            claim: self.claim(),
            reference: self.reference,
            sequence: unsigned("outbox", "sequence", id, self.sequence)?,
            template: word("outbox", "template", id, Template::parse(&self.template))?,
            message_id: self.message_id,
            envelope_from: self.envelope_from,
            to: self.recipient,
            mime: self.mime,
            attempts: unsigned("outbox", "attempts", id, self.attempts)?,
            created_at: self.created_at,
            first_due: self.first_due,
            released: self.released,
        })
    }
}

impl Store {
    /// When the message that opened the mail's ticket reached the mailbox.
    ///
    /// # Errors
    /// The database's.
    pub async fn ticket_received(&self, mail: i64) -> Result<Option<DateTime<Utc>>> {
        let row: Option<(DateTime<Utc>,)> = self
            .db
            .read(
                "SELECT i.received_at FROM outbox o JOIN incidents i ON i.id = o.incident_id
                 WHERE o.id = $1",
            )
            .bind(mail)
            .fetch_optional()
            .await?;
        Ok(row.map(|(at,)| at))
    }

    /// Claims mails that are due, the longest due first; the attempt is counted.
    /// [`Store::mark_sending`] must be called right before DATA. A mail waits for the earlier ones
    /// of its incident that are due or under way. A row that can't be understood, such as one of a
    /// newer version's, is set aside as failed and never stops the others.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_outbox(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u32,
    ) -> Result<Vec<OutboxMail>> {
        loop {
            let rows = self.claim_rows(now, lease, limit).await?;
            if rows.is_empty() {
                return Ok(Vec::new());
            }
            let mut mails = Vec::with_capacity(rows.len());
            for row in rows {
                let claim = row.claim();
                match row.mail() {
                    Ok(mail) => mails.push(mail),
                    Err(StoreError::Row { column, .. }) => {
                        let error = format!("unreadable {column}");
                        match self.mark_permanent(claim, &error, now).await {
                            // Taken back by a person at this very moment.
                            Ok(()) | Err(StoreError::Conflict(_)) => (),
                            Err(error) => return Err(error),
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
            if !mails.is_empty() {
                return Ok(mails);
            }
        }
    }

    async fn claim_rows(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u32,
    ) -> Result<Vec<MailRow>> {
        // Other instances skip what this one is about to claim instead of waiting for it.
        let mut rows: Vec<MailRow> = self
            .db
            .write(Sql {
                sqlite: "UPDATE outbox SET attempts = attempts + 1, leased_until = $2, owner = $4,
                            claim = claim + 1, sending_since = NULL
                         WHERE id IN (
                            SELECT o.id FROM outbox o INDEXED BY outbox_due WHERE o.state = 'queued' AND o.due_at <= $1
                               AND (o.leased_until IS NULL OR o.leased_until <= $1)
                               AND (o.released OR NOT EXISTS
                                  (SELECT 1 FROM circuit WHERE closed_at IS NULL))
                               AND NOT EXISTS (SELECT 1 FROM outbox e
                                  WHERE e.incident_id = o.incident_id AND e.sequence < o.sequence
                                     AND (e.state = 'sending' OR e.state = 'queued'
                                        AND (e.due_at <= $1 OR e.leased_until > $1)
                                        AND (e.released OR NOT EXISTS
                                           (SELECT 1 FROM circuit WHERE closed_at IS NULL))))
                            ORDER BY o.due_at, o.id LIMIT $3)
                         RETURNING id, claim, (SELECT reference FROM incidents i
                               WHERE i.id = outbox.incident_id) AS reference,
                            sequence, template, message_id, envelope_from, recipient, mime,
                            attempts, created_at, first_due, released",
                postgres: "UPDATE outbox SET attempts = attempts + 1, leased_until = $2,
                              owner = $4, claim = claim + 1, sending_since = NULL
                           WHERE id IN (
                              SELECT o.id FROM outbox o WHERE o.state = 'queued'
                                 AND o.due_at <= $1
                                 AND (o.leased_until IS NULL OR o.leased_until <= $1)
                               AND (o.released OR NOT EXISTS
                                  (SELECT 1 FROM circuit WHERE closed_at IS NULL))
                                 AND NOT EXISTS (SELECT 1 FROM outbox e
                                    WHERE e.incident_id = o.incident_id
                                       AND e.sequence < o.sequence
                                       AND (e.state = 'sending' OR e.state = 'queued'
                                          AND (e.due_at <= $1 OR e.leased_until > $1)
                                        AND (e.released OR NOT EXISTS
                                           (SELECT 1 FROM circuit WHERE closed_at IS NULL))))
                              ORDER BY o.due_at, o.id LIMIT $3 FOR UPDATE SKIP LOCKED)
                           RETURNING id, claim, (SELECT reference FROM incidents i
                                 WHERE i.id = outbox.incident_id) AS reference,
                              sequence, template, message_id, envelope_from, recipient, mime,
                              attempts, created_at, first_due, released",
            })
            .bind(now)
            .bind(now + lease)
            .bind(i64::from(limit))
            .bind(self.me)
            .fetch_all()
            .await?;
        rows.sort_by_key(|row| (row.first_due, row.id));
        Ok(rows)
    }

    /// DATA comes next, and the server has until `now + lease` to answer for the mail. False where
    /// the mail was cancelled, or claimed by another since: it must not be sent.
    ///
    /// # Errors
    /// The database's.
    pub async fn mark_sending(
        &self,
        claim: Claim,
        now: DateTime<Utc>,
        lease: TimeDelta,
    ) -> Result<bool> {
        let touched = self
            .db
            .write(
                "UPDATE outbox SET state = 'sending', sending_since = $4, leased_until = $3
                 WHERE id = $1 AND claim = $2 AND state = 'queued' AND leased_until IS NOT NULL",
            )
            .bind(claim.mail)
            .bind(claim.number)
            .bind(now + lease)
            .bind(now)
            .execute()
            .await?;
        Ok(touched > 0)
    }

    /// The mail was not begun after all: it is due as before and the attempt does not count. False
    /// where it is no longer this claim's.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_back_mail(&self, claim: Claim) -> Result<bool> {
        let touched = self
            .db
            .write(
                "UPDATE outbox SET state = 'queued', sending_since = NULL, leased_until = NULL,
                    owner = NULL, attempts = attempts - 1
                 WHERE id = $1 AND claim = $2 AND state IN ('queued', 'sending')
                   AND leased_until IS NOT NULL",
            )
            .bind(claim.mail)
            .bind(claim.number)
            .execute()
            .await?;
        Ok(touched > 0)
    }

    /// Mails whose sending outlasted their lease are in doubt: their process is gone or stands still.
    /// Says how many. What a process that is known to be dead held is settled at once where it is
    /// buried ([`Store::bury`]).
    ///
    /// # Errors
    /// The database's.
    pub async fn settle_interrupted(&self, now: DateTime<Utc>) -> Result<u64> {
        let mut tx = self.db.begin().await?;
        let rows: Vec<(i64, i64)> = tx
            .query(
                "UPDATE outbox SET state = 'in_doubt', last_error = 'interrupted',
                    leased_until = NULL
                 WHERE state = 'sending' AND leased_until <= $1
                 RETURNING id, incident_id",
            )
            .bind(now)
            .fetch_all()
            .await?;
        interrupted(&mut tx, &rows, now).await?;
        tx.commit().await?;
        Ok(rows.len() as u64)
    }

    /// Mails made before `made_before` that no person released wait for a person from now on; the
    /// incidents of those that were tried say that nobody was told. Says how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn set_back_old(
        &self,
        made_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64> {
        let review = token(&Review::TooOld);
        let mut tx = self.db.begin().await?;
        let rows: Vec<(i64, i64, bool)> = tx
            .query(Sql {
                sqlite: "UPDATE outbox INDEXED BY outbox_due
                         SET state = 'review', review = $3, leased_until = NULL
                         WHERE state = 'queued' AND NOT released AND created_at < $1
                           AND due_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
                         RETURNING id, incident_id, last_error <> ''",
                postgres: "UPDATE outbox SET state = 'review', review = $3, leased_until = NULL
                           WHERE state = 'queued' AND NOT released AND created_at < $1
                             AND due_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
                           RETURNING id, incident_id, last_error <> ''",
            })
            .bind(made_before)
            .bind(now)
            .text(&review)
            .fetch_all()
            .await?;
        for (id, incident, is_tried) in &rows {
            let incident = IncidentId(*incident);
            let entry = Entry::of(incident, now).mail(*id);
            note(&mut tx, EventKind::MailSetBack, &entry.detail(&review)).await?;
            if *is_tried {
                bounces::concern(&mut tx, incident, Concern::NotTold).await?;
            }
        }
        tx.commit().await?;
        Ok(rows.len() as u64)
    }

    /// When the outbox needs a look next: a mail falls due, or a lease ends.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let (due,): (Option<DateTime<Utc>>,) = self.db.read(NEXT_DUE).fetch_one().await?;
        Ok(due)
    }
}
