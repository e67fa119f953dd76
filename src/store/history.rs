//! The history of incidents: events are added in the transaction of what they tell, never changed.

use super::Store;
use super::db::{Text, Tx};
use super::error::Result;
use super::rows::word;
use crate::domain::history::{Event, EventKind};
use crate::domain::incident::{IncidentId, Reference};
use crate::domain::message::MessageId;
use chrono::{DateTime, Utc};

/// An event about to be noted.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    incident: IncidentId,
    at: DateTime<Utc>,
    message: Option<MessageId>,
    mail: Option<i64>,
    detail: String,
}

impl Entry {
    /// An event of this incident at this time.
    pub(super) fn of(incident: IncidentId, at: DateTime<Utc>) -> Self {
        Self {
            incident,
            at,
            message: None,
            mail: None,
            detail: String::new(),
        }
    }

    /// The message that caused it.
    pub(super) fn message(mut self, message: MessageId) -> Self {
        self.message = Some(message);
        self
    }

    /// The mail of ours that it is about.
    pub(super) fn mail(mut self, mail: i64) -> Self {
        self.mail = Some(mail);
        self
    }

    /// A token that says more.
    pub(super) fn detail(mut self, detail: &str) -> Self {
        detail.clone_into(&mut self.detail);
        self
    }
}

/// Notes an event inside a transaction.
pub(super) async fn note(tx: &mut Tx, kind: EventKind, entry: &Entry) -> Result<()> {
    tx.query(
        "INSERT INTO history (incident_id, at, kind, message_id, outbox_id, detail)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(entry.incident.0)
    .bind(entry.at)
    .bind(Text::from(kind.as_str()))
    .bind(entry.message.map(|message| message.0))
    .bind(entry.mail)
    .text(&entry.detail)
    .execute()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: i64,
    at: DateTime<Utc>,
    kind: String,
    message_id: Option<i64>,
    outbox_id: Option<i64>,
    detail: String,
}

impl Store {
    /// The history of an incident, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn history(&self, reference: &Reference) -> Result<Vec<Event>> {
        let rows: Vec<EventRow> = self
            .db
            .read(
                "SELECT h.id, h.at, h.kind, h.message_id, h.outbox_id, h.detail
                 FROM history h JOIN incidents i ON i.id = h.incident_id
                 WHERE i.reference = $1 ORDER BY h.id",
            )
            .text(&reference.to_string())
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Event {
                    at: row.at,
                    kind: word("history", "kind", row.id, EventKind::parse(&row.kind))?,
                    message: row.message_id.map(MessageId),
                    mail: row.outbox_id,
                    detail: row.detail,
                })
            })
            .collect()
    }
}
