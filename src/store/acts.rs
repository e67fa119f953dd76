//! What people do with mails of ours: let one leave, send one again, take one back.

use super::Store;
use super::bounces;
use super::db::Tx;
use super::error::Result;
use super::history::{Entry, note};
use crate::domain::history::EventKind;
use crate::domain::incident::IncidentId;
use chrono::{DateTime, Utc};

impl Store {
    /// A person lets it leave now, hold or not: the limits and its age no longer count. False where
    /// it left, is about to leave, was cancelled, or was tried to its end: that is
    /// [`Store::resend`]'s, so that nobody repeats a doubtful mail by the word « release ».
    ///
    /// # Errors
    /// The database's.
    pub async fn release(&self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let sql =
            "UPDATE outbox SET state = 'queued', released = TRUE, due_at = $2, first_due = $2,
                attempts = 0, leased_until = NULL
             WHERE id = $1 AND (state = 'review'
                OR state = 'queued' AND (leased_until IS NULL OR leased_until <= $2))
             RETURNING incident_id";
        self.let_leave(sql, EventKind::MailReleased, id, now).await
    }

    /// A person has a mail sent again that is in doubt or was refused: the same bytes under the same
    /// Message-ID, so that most receivers drop the second copy (SND-07). False in any other state.
    ///
    /// # Errors
    /// The database's.
    pub async fn resend(&self, id: i64, now: DateTime<Utc>) -> Result<bool> {
        let sql =
            "UPDATE outbox SET state = 'queued', released = TRUE, due_at = $2, first_due = $2,
                attempts = 0, leased_until = NULL
             WHERE id = $1 AND state IN ('in_doubt', 'failed') RETURNING incident_id";
        self.let_leave(sql, EventKind::MailResent, id, now).await
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

    /// A person lets a mail leave: its address counts as reachable again.
    async fn let_leave(
        &self,
        sql: &'static str,
        kind: EventKind,
        id: i64,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx.query(sql).bind(id).bind(now).fetch_optional().await?;
        if row.is_some() {
            bounces::reachable(&mut tx, id).await?;
        }
        self.noted(tx, row, kind, id, now).await
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
