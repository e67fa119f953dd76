//! What became of a mail that was claimed: each end names its claim, and one that is no longer the
//! row's is a conflict, which means that somebody else has settled it.

use super::Store;
use super::bounces;
use super::db::Tx;
use super::error::{Result, StoreError};
use super::history::{Entry, note};
use super::rows::to_json;
use super::timers::start_timers;
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, IncidentId, Status};
use crate::domain::outgoing::Claim;
use crate::domain::timer::TimerKind;
use chrono::{DateTime, Utc};

impl Store {
    /// The server took it. A request that left makes its incident wait for the answer, unless a
    /// person must look at the incident first. What the server says after the lease still counts,
    /// even where a person has meanwhile asked for it to be sent again or taken it back: it left.
    /// Where it asked for something, `due` is what falls due without an answer.
    ///
    /// # Errors
    /// The database's; a conflict where the mail is no longer this claim's.
    pub async fn mark_sent(
        &self,
        claim: Claim,
        due: &[(TimerKind, DateTime<Utc>)],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64, String, bool, bool)> = tx
            .query(
                "UPDATE outbox SET state = 'sent', leased_until = NULL, last_error = '',
                    sending_since = NULL, sent_at = $3
                 WHERE id = $1 AND claim = $2 AND sending_since IS NOT NULL
                   AND state IN ('sending', 'in_doubt', 'queued', 'cancelled')
                 RETURNING incident_id, template, is_request, answered_at IS NULL",
            )
            .bind(claim.mail)
            .bind(claim.number)
            .bind(now)
            .fetch_optional()
            .await?;
        let (incident, template, is_request, unanswered) =
            row.ok_or(StoreError::Conflict("the mail"))?;
        let incident = IncidentId(incident);
        let entry = Entry::of(incident, now).mail(claim.mail);
        note(
            &mut tx,
            EventKind::MailSent,
            &entry.clone().detail(&template),
        )
        .await?;
        told(&mut tx, incident).await?;
        // E1c asks for a call, and the reminder is the last that we write.
        if is_request && unanswered && !matches!(template.as_str(), "E1c" | "E4") {
            start_timers(&mut tx, incident, due).await?;
        }
        if is_request {
            let waits = tx
                .query(
                    "UPDATE incidents SET status = $2, version = version + 1
                     WHERE id = $1 AND status = $3 AND NOT doubtful",
                )
                .bind(incident.0)
                .text(Status::Waiting.as_str())
                .text(Status::ToReview.as_str())
                .execute()
                .await?;
            if waits > 0 {
                let entry = entry.detail(Status::Waiting.as_str());
                note(&mut tx, EventKind::StatusChanged, &entry).await?;
            }
        }
        tx.commit().await
    }

    /// It did not leave and is tried again at `next_due`. `error` is a token or an SMTP code. Where
    /// the fault is not the mail's, the attempt does not count (`counts`).
    ///
    /// # Errors
    /// The database's; a conflict where the mail is no longer this claim's.
    pub async fn mark_temporary(
        &self,
        claim: Claim,
        error: &str,
        next_due: DateTime<Utc>,
        counts: bool,
    ) -> Result<()> {
        let touched = self
            .db
            .write(
                "UPDATE outbox SET state = 'queued', leased_until = NULL, sending_since = NULL,
                    last_error = $3, due_at = $4,
                    attempts = CASE WHEN $5 THEN attempts ELSE attempts - 1 END
                 WHERE id = $1 AND claim = $2 AND (state IN ('sending', 'in_doubt')
                    OR state = 'queued' AND leased_until IS NOT NULL)",
            )
            .bind(claim.mail)
            .bind(claim.number)
            .text(error)
            .bind(next_due)
            .bind(counts)
            .execute()
            .await?;
        if touched == 0 {
            return Err(StoreError::Conflict("the mail"));
        }
        Ok(())
    }

    /// Refused for good, or given up: its incident says that nobody was told.
    ///
    /// # Errors
    /// The database's; a conflict where the mail is no longer this claim's.
    pub async fn mark_permanent(
        &self,
        claim: Claim,
        error: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx
            .query(
                "UPDATE outbox SET state = 'failed', leased_until = NULL, sending_since = NULL,
                    last_error = $3
                 WHERE id = $1 AND claim = $2 AND (state IN ('sending', 'in_doubt')
                    OR state = 'queued' AND leased_until IS NOT NULL)
                 RETURNING incident_id",
            )
            .bind(claim.mail)
            .bind(claim.number)
            .text(error)
            .fetch_optional()
            .await?;
        let (incident,) = row.ok_or(StoreError::Conflict("the mail"))?;
        let incident = IncidentId(incident);
        let entry = Entry::of(incident, now).mail(claim.mail).detail(error);
        note(&mut tx, EventKind::MailFailed, &entry).await?;
        if error.starts_with("rcpt 5") {
            // The server refuses this recipient for good: as good as a bounce.
            bounces::refused(&mut tx, claim.mail, now).await?;
        } else {
            bounces::concern(&mut tx, incident, Concern::NotTold).await?;
        }
        tx.commit().await
    }

    /// It may have left: the connection broke after the mail's last byte.
    ///
    /// # Errors
    /// The database's; a conflict where the mail is no longer this claim's.
    pub async fn mark_in_doubt(&self, claim: Claim, error: &str, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx
            .query(
                "UPDATE outbox SET state = 'in_doubt', leased_until = NULL, last_error = $3
                 WHERE id = $1 AND claim = $2 AND state IN ('sending', 'in_doubt')
                 RETURNING incident_id",
            )
            .bind(claim.mail)
            .bind(claim.number)
            .text(error)
            .fetch_optional()
            .await?;
        let (incident,) = row.ok_or(StoreError::Conflict("the mail"))?;
        let entry = Entry::of(IncidentId(incident), now).mail(claim.mail);
        note(&mut tx, EventKind::MailInDoubt, &entry.detail(error)).await?;
        tx.commit().await
    }
}

/// Notes that these mails, with their incidents, were cut off while they were sent.
pub(super) async fn interrupted(
    tx: &mut Tx,
    mails: &[(i64, i64)],
    now: DateTime<Utc>,
) -> Result<()> {
    for (id, incident) in mails {
        let entry = Entry::of(IncidentId(*incident), now).mail(*id);
        note(tx, EventKind::MailInDoubt, &entry.detail("interrupted")).await?;
    }
    Ok(())
}

/// A mail left after all: the incident says so no longer, unless another one failed as well.
async fn told(tx: &mut Tx, incident: IncidentId) -> Result<()> {
    let mut words = bounces::concerns(tx, incident).await?;
    let before = words.len();
    words.retain(|known| known != Concern::NotTold.as_str());
    if words.len() == before {
        return Ok(());
    }
    tx.query(
        "UPDATE incidents SET concerns = $2, version = version + 1
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM outbox
            WHERE incident_id = $1 AND state = 'failed')",
    )
    .bind(incident.0)
    .text(&to_json(&words))
    .execute()
    .await?;
    Ok(())
}
