//! The history of incidents: events are added in the transaction of what they tell, never changed.

use super::Store;
use super::db::{Sql, Text, Tx};
use super::error::Result;
use super::rows::{stamp, to_json, word};
use crate::domain::account::By;
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
    who: String,
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
            who: String::new(),
        }
    }

    /// What a person did to this incident.
    pub(super) fn done(incident: IncidentId, by: &By) -> Self {
        Self {
            who: by.actor.name.clone(),
            ..Self::of(incident, by.at)
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
    note_all(tx, &[(kind, entry.clone())]).await
}

#[derive(serde::Serialize)]
struct NewRow {
    number: usize,
    incident: i64,
    at: String,
    kind: &'static str,
    message: Option<i64>,
    mail: Option<i64>,
    detail: Text,
    who: Text,
}

/// Notes events in their order.
pub(super) async fn note_all(tx: &mut Tx, events: &[(EventKind, Entry)]) -> Result<()> {
    let rows: Vec<NewRow> = events
        .iter()
        .enumerate()
        .map(|(number, (kind, entry))| NewRow {
            number,
            incident: entry.incident.0,
            at: stamp(entry.at),
            kind: kind.as_str(),
            message: entry.message.map(|message| message.0),
            mail: entry.mail,
            detail: Text::from(&entry.detail),
            who: Text::from(&entry.who),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.query(Sql {
        sqlite: "INSERT INTO history (incident_id, at, kind, message_id, outbox_id, detail, who)
                 SELECT j.value ->> 'incident', j.value ->> 'at', j.value ->> 'kind',
                    j.value ->> 'message', j.value ->> 'mail', j.value ->> 'detail',
                    j.value ->> 'who'
                 FROM jsonb_each($1) AS j ORDER BY j.key",
        postgres: "INSERT INTO history (incident_id, at, kind, message_id, outbox_id, detail, who)
                   SELECT j.incident, j.at, j.kind, j.message, j.mail, j.detail, j.who
                   FROM json_to_recordset($1::json) AS j (number BIGINT, incident BIGINT,
                      at TIMESTAMPTZ, kind TEXT, message BIGINT, mail BIGINT, detail TEXT, who TEXT)
                   ORDER BY j.number",
    })
    .text(&to_json(&rows))
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
    who: String,
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
                "SELECT h.id, h.at, h.kind, h.message_id, h.outbox_id, h.detail,
                    h.who
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
                    who: row.who,
                })
            })
            .collect()
    }
}
