//! What people do with mails of ours: let one leave, send one again, take one back.

use super::Store;
use super::audit::audit;
use super::bounces;
use super::db::Tx;
use super::error::Result;
use super::history::{Entry, note};
use super::rows::reference;
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::history::EventKind;
use crate::domain::incident::IncidentId;

impl Store {
    /// A person lets it leave now, hold or not: the limits and its age no longer count. False where
    /// it left, is about to leave, was cancelled, or was tried to its end: that is
    /// [`Store::resend`]'s, so that nobody repeats a doubtful mail by the word « release ».
    ///
    /// # Errors
    /// The database's.
    pub async fn release(&self, id: i64, by: &By) -> Result<bool> {
        let sql =
            "UPDATE outbox SET state = 'queued', released = TRUE, due_at = $2, first_due = $2,
                attempts = 0, leased_until = NULL
             WHERE id = $1 AND (state = 'review'
                OR state = 'queued' AND (leased_until IS NULL OR leased_until <= $2))
             RETURNING incident_id, sequence, state,
                (SELECT reference FROM incidents WHERE id = incident_id) AS reference";
        self.let_leave(sql, Deed::MailReleased, id, by).await
    }

    /// A person has a mail sent again that is in doubt or was refused: the same bytes under the same
    /// Message-ID, so that most receivers drop the second copy (SND-07). False in any other state.
    ///
    /// # Errors
    /// The database's.
    pub async fn resend(&self, id: i64, by: &By) -> Result<bool> {
        let sql =
            "UPDATE outbox SET state = 'queued', released = TRUE, due_at = $2, first_due = $2,
                attempts = 0, leased_until = NULL
             WHERE id = $1 AND state IN ('in_doubt', 'failed')
             RETURNING incident_id, sequence, state,
                (SELECT reference FROM incidents WHERE id = incident_id) AS reference";
        self.let_leave(sql, Deed::MailResent, id, by).await
    }

    /// A person takes it back. False where it left, is leaving or was cancelled before.
    ///
    /// # Errors
    /// The database's.
    pub async fn cancel(&self, id: i64, by: &By) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let row: Option<MailRow> = tx
            .query(
                "UPDATE outbox SET state = 'cancelled', leased_until = NULL
                 WHERE id = $1 AND state IN ('review', 'queued', 'failed', 'in_doubt')
                 RETURNING incident_id, sequence, state,
                    (SELECT reference FROM incidents WHERE id = incident_id) AS reference",
            )
            .bind(id)
            .fetch_optional()
            .await?;
        noted(tx, row, Deed::MailCancelled, id, by).await
    }

    /// A person lets a mail leave: its address counts as reachable again.
    async fn let_leave(&self, sql: &'static str, deed: Deed, id: i64, by: &By) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let row: Option<MailRow> = tx.query(sql).bind(id).bind(by.at).fetch_optional().await?;
        if row.is_some() {
            bounces::reachable(&mut tx, id).await?;
        }
        noted(tx, row, deed, id, by).await
    }
}

/// A mail that was acted on.
#[derive(sqlx::FromRow)]
struct MailRow {
    incident_id: i64,
    sequence: i64,
    state: String,
    reference: String,
}

/// Notes an act on a mail in its ticket's history and in the journal; false where there was none.
async fn noted(mut tx: Tx, row: Option<MailRow>, deed: Deed, id: i64, by: &By) -> Result<bool> {
    let Some(row) = row else {
        return Ok(false);
    };
    let kind = match deed {
        Deed::MailReleased => EventKind::MailReleased,
        Deed::MailResent => EventKind::MailResent,
        _ => EventKind::MailCancelled,
    };
    let entry = Entry::done(IncidentId(row.incident_id), by).mail(id);
    note(&mut tx, kind, &entry).await?;
    let reference = reference("incidents", row.incident_id, &row.reference)?;
    let line = audit::Entry::new(by, deed)
        .on(&reference)
        .target(row.sequence.to_string());
    audit(&mut tx, &line.change(&(), &row.state)).await?;
    tx.commit().await?;
    Ok(true)
}
