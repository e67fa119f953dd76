//! What falls due on tickets by itself. A timer that fires is deleted with what it does, in one
//! transaction, so that it fires once however many instances look.

use super::Store;
use super::db::{Sql, Tx};
use super::error::{Result, StoreError};
use super::history::{Entry, note};
use super::rows::{reference, stamp, to_json, word};
use crate::domain::history::EventKind;
use crate::domain::incident::{IncidentId, Status};
use crate::domain::timer::{Timer, TimerKind};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct TimerRow {
    incident_id: i64,
    reference: String,
    kind: String,
    due_at: DateTime<Utc>,
}

impl TimerRow {
    fn timer(self) -> Result<Timer> {
        let id = self.incident_id;
        Ok(Timer {
            incident: IncidentId(id),
            reference: reference("incidents", id, &self.reference)?,
            kind: word("timers", "kind", id, TimerKind::parse(&self.kind))?,
            due_at: self.due_at,
        })
    }
}

impl Store {
    /// Timers that are due, the oldest first. Only a ticket that waits for an answer is reminded or
    /// telephoned: one that a person must look at first keeps its timers until then.
    ///
    /// # Errors
    /// The database's.
    pub async fn due_timers(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Timer>> {
        let rows: Vec<TimerRow> = self
            .db
            .read(
                "SELECT t.incident_id, i.reference, t.kind, t.due_at
                 FROM timers t JOIN incidents i ON i.id = t.incident_id
                 WHERE t.due_at <= $1 AND i.status = $2
                 ORDER BY t.due_at, t.incident_id LIMIT $3",
            )
            .bind(now)
            .text(Status::Waiting.as_str())
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter().map(TimerRow::timer).collect()
    }

    /// No answer came: a person telephones. False where an answer, a person or another instance was
    /// quicker.
    ///
    /// # Errors
    /// The database's.
    pub async fn call_is_due(&self, timer: &Timer, now: DateTime<Utc>) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        if !take(&mut tx, timer).await? {
            return Ok(false);
        }
        let moved = tx
            .query(
                "UPDATE incidents SET status = $2, version = version + 1, status_since = $4
                 WHERE id = $1 AND status = $3",
            )
            .bind(timer.incident.0)
            .text(Status::ToCall.as_str())
            .text(Status::Waiting.as_str())
            .bind(now)
            .execute()
            .await?;
        if moved == 0 {
            return Ok(false);
        }
        // Whoever telephones does not need a reminder sent behind their back.
        stop_timers(&mut tx, timer.incident).await?;
        let entry = Entry::of(timer.incident, now).detail(Status::ToCall.as_str());
        note(&mut tx, EventKind::StatusChanged, &entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Takes a timer for good; false where it is gone, was set anew, or its ticket waits no more.
pub(super) async fn take(tx: &mut Tx, timer: &Timer) -> Result<bool> {
    let taken = tx
        .query(
            "DELETE FROM timers WHERE incident_id = $1 AND kind = $2 AND due_at = $3
               AND EXISTS (SELECT 1 FROM incidents WHERE id = $1 AND status = $4)",
        )
        .bind(timer.incident.0)
        .text(timer.kind.as_str())
        .bind(timer.due_at)
        .text(Status::Waiting.as_str())
        .execute()
        .await?;
    Ok(taken > 0)
}

/// Nothing falls due on this ticket any more.
pub(super) async fn stop_timers(tx: &mut Tx, incident: IncidentId) -> Result<()> {
    tx.query("DELETE FROM timers WHERE incident_id = $1")
        .bind(incident.0)
        .execute()
        .await?;
    Ok(())
}

#[derive(serde::Serialize)]
struct NewRow {
    kind: &'static str,
    due_at: String,
}

/// Sets the timers of a ticket whose request has left, each anew. A ticket is reminded once: where
/// it was, only the call is set.
pub(super) async fn start_timers(
    tx: &mut Tx,
    incident: IncidentId,
    due: &[(TimerKind, DateTime<Utc>)],
) -> Result<()> {
    let (reminded,): (i64,) = tx
        .query(
            "SELECT COUNT(*) FROM outbox
             WHERE incident_id = $1 AND template = 'E4' AND state <> 'cancelled'",
        )
        .bind(incident.0)
        .fetch_one()
        .await?;
    let rows: Vec<NewRow> = due
        .iter()
        .filter(|(kind, _)| reminded == 0 || *kind != TimerKind::Reminder)
        .map(|(kind, due_at)| NewRow {
            kind: kind.as_str(),
            due_at: stamp(*due_at),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let set = tx
        .query(Sql {
            sqlite: "INSERT INTO timers (incident_id, kind, due_at)
                     SELECT $1, j.value ->> 'kind', j.value ->> 'due_at'
                     FROM json_each($2) AS j WHERE TRUE
                     ON CONFLICT (incident_id, kind) DO UPDATE SET due_at = excluded.due_at",
            postgres: "INSERT INTO timers (incident_id, kind, due_at)
                       SELECT $1, j.kind, j.due_at
                       FROM json_to_recordset($2::json) AS j (kind TEXT, due_at TIMESTAMPTZ)
                       ON CONFLICT (incident_id, kind) DO UPDATE SET due_at = excluded.due_at",
        })
        .bind(incident.0)
        .text(&to_json(&rows))
        .execute()
        .await?;
    match set {
        0 => Err(StoreError::Conflict("the timers")),
        _ => Ok(()),
    }
}
