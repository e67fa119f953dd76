//! The outbox: our mails as rows before they are mails.
//!
//! A claimed mail stays `queued` under its lease; `sending` is noted right before the transport
//! begins. So a crash before that leaves a mail that is simply claimed again, and a crash after it
//! leaves one that nobody can know about: in doubt, never sent again by itself.

use super::Store;
use super::db::{Sql, Tx};
use super::error::{Result, StoreError};
use super::history::{Entry, note};
use super::rows::{token, unsigned, word};
use crate::domain::decision::Review;
use crate::domain::history::EventKind;
use crate::domain::incident::{IncidentId, Status};
use crate::domain::outgoing::{MailState, OutboxMail, Template};
use chrono::{DateTime, TimeDelta, Utc};

#[derive(sqlx::FromRow)]
struct MailRow {
    id: i64,
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
    fn mail(self) -> Result<OutboxMail> {
        let Self { id, .. } = self;
        Ok(OutboxMail {
            id,
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
    /// Claims mails that are due until `now + lease`, the longest due first; the attempt is
    /// counted. [`Store::mark_sending`] must be called right before the transport begins.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim_outbox(
        &self,
        now: DateTime<Utc>,
        lease: TimeDelta,
        limit: u32,
    ) -> Result<Vec<OutboxMail>> {
        // Other instances skip what this one is about to claim instead of waiting for it.
        let mut rows: Vec<MailRow> = self
            .db
            .write(Sql {
                sqlite: "UPDATE outbox SET attempts = attempts + 1, leased_until = $2, owner = $4
                         WHERE id IN (
                            SELECT id FROM outbox WHERE state = 'queued' AND due_at <= $1
                               AND (leased_until IS NULL OR leased_until <= $1)
                            ORDER BY due_at, id LIMIT $3)
                         RETURNING id, (SELECT reference FROM incidents i
                               WHERE i.id = outbox.incident_id) AS reference,
                            sequence, template, message_id, envelope_from, recipient, mime,
                            attempts, created_at, first_due, released",
                postgres: "UPDATE outbox SET attempts = attempts + 1, leased_until = $2, owner = $4
                           WHERE id IN (
                              SELECT id FROM outbox WHERE state = 'queued' AND due_at <= $1
                                 AND (leased_until IS NULL OR leased_until <= $1)
                              ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
                           RETURNING id, (SELECT reference FROM incidents i
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
        rows.into_iter().map(MailRow::mail).collect()
    }

    /// The transport begins now and has until `now + lease`. False where the mail was cancelled, or
    /// claimed by another since its lease was over: it must not be sent.
    ///
    /// # Errors
    /// The database's.
    pub async fn mark_sending(
        &self,
        id: i64,
        now: DateTime<Utc>,
        lease: TimeDelta,
    ) -> Result<bool> {
        let touched = self
            .db
            .write(
                "UPDATE outbox SET state = 'sending', leased_until = $2
                 WHERE id = $1 AND state = 'queued' AND leased_until IS NOT NULL",
            )
            .bind(id)
            .bind(now + lease)
            .execute()
            .await?;
        Ok(touched > 0)
    }

    /// The server took it. A request that left makes its incident wait for the answer, unless a
    /// person must look at the incident first.
    ///
    /// # Errors
    /// The database's; a conflict where the mail was not being sent.
    pub async fn mark_sent(&self, id: i64, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let (incident, template) = settle(&mut tx, id, MailState::Sent, "", now).await?;
        let entry = Entry::of(incident, now).mail(id);
        note(
            &mut tx,
            EventKind::MailSent,
            &entry.clone().detail(&template),
        )
        .await?;
        let waits = tx
            .query(
                "UPDATE incidents SET status = $2, version = version + 1
                 WHERE id = $1 AND status = $3 AND NOT doubtful
                   AND EXISTS (SELECT 1 FROM outbox WHERE id = $4 AND is_request)",
            )
            .bind(incident.0)
            .text(Status::Waiting.as_str())
            .text(Status::ToReview.as_str())
            .bind(id)
            .execute()
            .await?;
        if waits > 0 {
            let entry = entry.detail(Status::Waiting.as_str());
            note(&mut tx, EventKind::StatusChanged, &entry).await?;
        }
        tx.commit().await
    }

    /// It did not leave and is tried again at `next_due`. `error` is a token or an SMTP code.
    ///
    /// # Errors
    /// The database's; a conflict where the mail was not being sent.
    pub async fn mark_temporary(
        &self,
        id: i64,
        error: &str,
        next_due: DateTime<Utc>,
        _now: DateTime<Utc>,
    ) -> Result<()> {
        let touched = self
            .db
            .write(
                "UPDATE outbox SET state = 'queued', leased_until = NULL, last_error = $2,
                    due_at = $3
                 WHERE id = $1 AND state IN ('queued', 'sending', 'in_doubt')",
            )
            .bind(id)
            .text(error)
            .bind(next_due)
            .execute()
            .await?;
        if touched == 0 {
            return Err(StoreError::Conflict("the mail"));
        }
        Ok(())
    }

    /// Refused for good, or given up.
    ///
    /// # Errors
    /// The database's; a conflict where the mail was not being sent.
    pub async fn mark_permanent(&self, id: i64, error: &str, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let (incident, _) = settle(&mut tx, id, MailState::Failed, error, now).await?;
        let entry = Entry::of(incident, now).mail(id).detail(error);
        note(&mut tx, EventKind::MailFailed, &entry).await?;
        tx.commit().await
    }

    /// It may have left: the connection broke after the mail's last byte.
    ///
    /// # Errors
    /// The database's; a conflict where the mail was not being sent.
    pub async fn mark_in_doubt(&self, id: i64, error: &str, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let (incident, _) = settle(&mut tx, id, MailState::InDoubt, error, now).await?;
        let entry = Entry::of(incident, now).mail(id).detail(error);
        note(&mut tx, EventKind::MailInDoubt, &entry).await?;
        tx.commit().await
    }

    /// Mails that a crash left in `sending` are in doubt once their lease is over. Says how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle_interrupted(&self, now: DateTime<Utc>) -> Result<u64> {
        let mut tx = self.db.begin().await?;
        let rows: Vec<(i64, i64)> = tx
            .query(
                "UPDATE outbox SET state = 'in_doubt', last_error = 'interrupted',
                    leased_until = NULL
                 WHERE state = 'sending' AND leased_until <= $1 RETURNING id, incident_id",
            )
            .bind(now)
            .fetch_all()
            .await?;
        for (id, incident) in &rows {
            let entry = Entry::of(IncidentId(*incident), now).mail(*id);
            note(
                &mut tx,
                EventKind::MailInDoubt,
                &entry.detail("interrupted"),
            )
            .await?;
        }
        tx.commit().await?;
        Ok(rows.len() as u64)
    }

    /// Mails made before `made_before` that no person released wait for a person from now on. Says
    /// how many.
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
        let rows: Vec<(i64, i64)> = tx
            .query(
                "UPDATE outbox SET state = 'review', review = $3, leased_until = NULL
                 WHERE state = 'queued' AND NOT released AND created_at < $1 AND due_at <= $2
                   AND (leased_until IS NULL OR leased_until <= $2)
                 RETURNING id, incident_id",
            )
            .bind(made_before)
            .bind(now)
            .text(&review)
            .fetch_all()
            .await?;
        for (id, incident) in &rows {
            let entry = Entry::of(IncidentId(*incident), now).mail(*id);
            note(&mut tx, EventKind::MailSetBack, &entry.detail(&review)).await?;
        }
        tx.commit().await?;
        Ok(rows.len() as u64)
    }

    /// When the outbox needs a look next: a mail falls due, or a lease ends.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let (due,): (Option<DateTime<Utc>>,) = self
            .db
            .read(
                "SELECT MIN(CASE WHEN leased_until > due_at THEN leased_until ELSE due_at END)
                 FROM outbox WHERE state IN ('queued', 'sending')",
            )
            .fetch_one()
            .await?;
        Ok(due)
    }

    /// A person lets it leave now, hold or not: the limits and its age no longer count. False where
    /// it left, is about to leave or was cancelled.
    ///
    /// # Errors
    /// The database's.
    pub async fn release(&self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx
            .query(
                "UPDATE outbox SET state = 'queued', released = TRUE, due_at = $2, first_due = $2,
                    attempts = 0, leased_until = NULL
                 WHERE id = $1 AND (state IN ('review', 'failed', 'in_doubt')
                    OR state = 'queued' AND (leased_until IS NULL OR leased_until <= $2))
                 RETURNING incident_id",
            )
            .bind(id)
            .bind(now)
            .fetch_optional()
            .await?;
        self.noted(tx, row, EventKind::MailReleased, id, now).await
    }

    /// A person takes it back. False where it left, is leaving or was cancelled before.
    ///
    /// # Errors
    /// The database's.
    pub async fn cancel(&self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx
            .query(
                "UPDATE outbox SET state = 'cancelled', leased_until = NULL
                 WHERE id = $1 AND state IN ('review', 'queued', 'failed', 'in_doubt')
                 RETURNING incident_id",
            )
            .bind(id)
            .fetch_optional()
            .await?;
        self.noted(tx, row, EventKind::MailCancelled, id, now).await
    }

    async fn noted(
        &self,
        mut tx: Tx,
        row: Option<(i64,)>,
        kind: EventKind,
        id: i64,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let Some((incident,)) = row else {
            return Ok(false);
        };
        note(
            &mut tx,
            kind,
            &Entry::of(IncidentId(incident), now).mail(id),
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Ends a try: the mail's new state, its incident and its template.
async fn settle(
    tx: &mut Tx,
    id: i64,
    state: MailState,
    error: &str,
    now: DateTime<Utc>,
) -> Result<(IncidentId, String)> {
    // A lease may have ended while the server was slow: what it said at last still counts.
    let row: Option<(i64, String)> = tx
        .query(
            "UPDATE outbox SET state = $2, leased_until = NULL, last_error = $3,
                sent_at = CASE WHEN $2 = 'sent' THEN $4 ELSE sent_at END
             WHERE id = $1 AND state IN ('sending', 'in_doubt')
             RETURNING incident_id, template",
        )
        .bind(id)
        .text(state.as_str())
        .text(error)
        .bind(now)
        .fetch_optional()
        .await?;
    let (incident, template) = row.ok_or(StoreError::Conflict("the mail"))?;
    Ok((IncidentId(incident), template))
}
