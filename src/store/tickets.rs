//! What people do with a ticket: it moves to another status, with the mails that tell of it, in one
//! transaction.

use super::Store;
use super::audit::audit;
use super::commit::respond;
use super::db::Tx;
use super::error::{Result, StoreError};
use super::history::{Entry, note};
use super::outcome::{Answering, Committed, Letter};
use super::timers::{stop_timers, take};
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::decision::Suppressed;
use crate::domain::history::EventKind;
use crate::domain::incident::{Incident, IncidentId, Status};
use crate::domain::message::MessageId;
use crate::domain::timer::Timer;
use chrono::{DateTime, Utc};

/// One move of a ticket.
#[derive(Debug)]
pub struct Move<'a> {
    /// The ticket, as it was looked at; another version by now is a conflict.
    pub incident: &'a Incident,
    /// Where it goes.
    pub to: Status,
    /// The mails that tell of it.
    pub letters: &'a [Letter],
    /// Who moves it.
    pub by: &'a By,
}

impl Store {
    /// Moves a ticket. Somebody looked at it: its doubts are settled, unless it goes back to be
    /// reviewed. Where it does not wait for an answer any more, nothing falls due, and a request that
    /// has not left yet is taken back. Gives what became of the mails.
    ///
    /// # Errors
    /// The database's; a conflict where the ticket changed since it was looked at.
    pub async fn move_ticket(&self, act: &Move<'_>) -> Result<Vec<Committed>> {
        let (incident, now) = (act.incident.id, act.by.at);
        let is_settled = act.to != Status::ToReview;
        let closed_at = (act.to == Status::Closed).then_some(now);
        let mut tx = self.db.begin().await?;
        let moved = tx
            .query(
                "UPDATE incidents SET status = $3, version = version + 1,
                    status_since = $6, closed_at = COALESCE($4, closed_at),
                    concerns = CASE WHEN $5 THEN '[]' ELSE concerns END,
                    doubtful = CASE WHEN $5 THEN FALSE ELSE doubtful END
                 WHERE id = $1 AND version = $2",
            )
            .bind(incident.0)
            .bind(act.incident.version)
            .text(act.to.as_str())
            .bind(closed_at)
            .bind(is_settled)
            .bind(now)
            .execute()
            .await?;
        if moved == 0 {
            return Err(StoreError::Conflict("the incident"));
        }
        let entry = Entry::done(incident, act.by);
        let status = entry.clone().detail(act.to.as_str());
        note(&mut tx, EventKind::StatusChanged, &status).await?;
        if act.to != Status::Waiting {
            stop_timers(&mut tx, incident).await?;
            let cancelled: Vec<(i64,)> = tx
                .query(
                    "UPDATE outbox SET state = 'cancelled', leased_until = NULL
                     WHERE incident_id = $1 AND is_request AND (state = 'review'
                        OR state = 'queued' AND (leased_until IS NULL OR leased_until <= $2))
                     RETURNING id",
                )
                .bind(incident.0)
                .bind(now)
                .fetch_all()
                .await?;
            for (mail,) in cancelled {
                note(&mut tx, EventKind::MailCancelled, &entry.clone().mail(mail)).await?;
            }
        }
        let told = tell_all(&mut tx, act.letters, now).await?;
        let line = audit::Entry::new(act.by, Deed::StatusChanged).on(&act.incident.reference);
        let line = line.change(&act.incident.status.as_str(), &act.to.as_str());
        audit(&mut tx, &line).await?;
        tx.commit().await?;
        Ok(told)
    }

    /// The message that our last mail of a ticket answered, else the one that opened it: who wrote it
    /// is whom the ticket is about. `None` where neither is left.
    ///
    /// # Errors
    /// The database's.
    pub async fn answered(&self, incident: IncidentId) -> Result<Option<MessageId>> {
        let (message,): (Option<i64>,) = self
            .db
            .read(
                "SELECT COALESCE(
                    (SELECT answers FROM outbox
                     WHERE incident_id = $1 AND answers IS NOT NULL AND state <> 'cancelled'
                     ORDER BY sequence DESC LIMIT 1),
                    (SELECT message_id FROM history
                     WHERE incident_id = $1 AND kind = $2 AND message_id IS NOT NULL
                     ORDER BY id LIMIT 1))",
            )
            .bind(incident.0)
            .text(EventKind::Opened.as_str())
            .fetch_one()
            .await?;
        Ok(message.map(MessageId))
    }

    /// The request has no answer: the reminder is made, once. `None` where an answer, a person or
    /// another instance was quicker.
    ///
    /// # Errors
    /// The database's; a conflict where the ticket changed since it was looked at.
    pub async fn reminder_is_due(
        &self,
        timer: &Timer,
        version: i64,
        answers: MessageId,
        answering: &Answering,
        now: DateTime<Utc>,
    ) -> Result<Option<Committed>> {
        let mut tx = self.db.begin().await?;
        if !take(&mut tx, timer).await? {
            return Ok(None);
        }
        let found: Option<(i64,)> = tx
            .query("SELECT id FROM incidents WHERE id = $1 AND version = $2")
            .bind(timer.incident.0)
            .bind(version)
            .fetch_optional()
            .await?;
        if found.is_none() {
            return Err(StoreError::Conflict("the incident"));
        }
        let mut committed = Committed::of(answers, Some(timer.reference.clone()));
        respond(
            &mut tx,
            (timer.incident, timer.reference.clone()),
            (answering, None),
            answers,
            now,
            &mut committed,
        )
        .await?;
        tx.commit().await?;
        Ok(Some(committed))
    }

    /// No reminder can be made: its timer is settled, once, and the history says why. False where an
    /// answer, a person or another instance was quicker.
    ///
    /// # Errors
    /// The database's.
    pub async fn reminder_is_void(
        &self,
        timer: &Timer,
        reason: Suppressed,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        if !take(&mut tx, timer).await? {
            return Ok(false);
        }
        let entry = Entry::of(timer.incident, now).detail(reason.as_str());
        note(&mut tx, EventKind::MailSuppressed, &entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Decides these mails one after the other, and keeps what is made of them.
pub(super) async fn tell_all(
    tx: &mut Tx,
    letters: &[Letter],
    now: DateTime<Utc>,
) -> Result<Vec<Committed>> {
    let mut told = Vec::with_capacity(letters.len());
    for letter in letters {
        let mut committed = Committed::of(letter.message, Some(letter.reference.clone()));
        let about = (letter.incident, letter.reference.clone());
        let answering = (&letter.answering, None);
        respond(tx, about, answering, letter.message, now, &mut committed).await?;
        told.push(committed);
    }
    Ok(told)
}
