//! Exports in pages, and the numbers that health, metrics and pages show.

use super::Store;
use super::db::Sql;
use super::error::Result;
use super::rows::{json, to_json, unsigned};
use crate::domain::export::ExportedTicket;
use crate::domain::form::Ask;
use crate::domain::incident::IncidentId;
use chrono::{DateTime, Utc};

/// One delivery: a message stored once may have reached the mailbox twice.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ExportedMessage {
    /// Where the next page begins.
    #[serde(skip)]
    pub delivery: i64,
    /// The incident, where the message belongs to one.
    pub reference: Option<String>,
    /// The kind's stable word; absent while the message is not read.
    pub kind: Option<String>,
    /// `new`, `done` or `quarantined`.
    pub state: String,
    /// The name of the mailbox.
    pub mailbox: String,
    /// Null for a Maildir.
    pub uidvalidity: Option<u32>,
    /// Null for a Maildir.
    pub uid: Option<u32>,
    /// The unique file name in a Maildir; null for IMAP.
    pub name: Option<String>,
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Of the bytes as served in this delivery, lower-case hexadecimal.
    pub sha256: String,
    /// Bytes as served.
    pub size: u64,
}

/// Numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All messages.
    pub messages: u64,
    /// Messages not yet read.
    pub waiting: u64,
    /// Messages whose reading failed three times.
    pub quarantined: u64,
    /// All incidents.
    pub incidents: u64,
    /// Incidents to be reviewed.
    pub to_review: u64,
    /// Incidents that wait for an answer.
    pub waiting_answer: u64,
    /// Incidents that a person telephones about.
    pub to_call: u64,
    /// Mails that will leave by themselves.
    pub queued: u64,
    /// Mails that wait for a person: to be released, refused, in doubt.
    pub for_person: u64,
    /// Mails that left.
    pub sent: u64,
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: i64,
    reference: Option<String>,
    kind: String,
    state: String,
    mailbox: String,
    uidvalidity: Option<i64>,
    uid: Option<i64>,
    name: Option<String>,
    message_id: Option<String>,
    sha256: String,
    size: i64,
}

#[derive(sqlx::FromRow)]
struct TicketRow {
    id: i64,
    reference: String,
    status: String,
    kind: String,
    received_at: DateTime<Utc>,
    major_suspected: bool,
    concerns: String,
    to_ask: String,
    merged_into: Option<String>,
}

#[derive(sqlx::FromRow)]
struct CountsRow {
    messages: i64,
    incidents: i64,
    sent: i64,
    waiting: i64,
    quarantined: i64,
    to_review: i64,
    waiting_answer: i64,
    to_call: i64,
    queued: i64,
    for_person: i64,
}

impl Store {
    /// Deliveries in the order in which they were stored, after `after` (0 for the first page).
    ///
    /// # Errors
    /// The database's.
    pub async fn export_messages(&self, after: i64, limit: u32) -> Result<Vec<ExportedMessage>> {
        let rows: Vec<DeliveryRow> = self
            .db
            .read(
                "SELECT d.id, i.reference, m.kind, m.state, b.name AS mailbox, d.uidvalidity,
                    d.uid, d.name, m.message_id, d.sha256, d.size
                 FROM deliveries d
                 JOIN mailboxes b ON b.id = d.mailbox_id
                 JOIN messages m ON m.id = d.message_id
                 LEFT JOIN incidents i ON i.id = m.incident_id
                 WHERE d.id > $1 ORDER BY d.id LIMIT $2",
            )
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|row| {
                let number = |column, value: Option<i64>| {
                    value
                        .map(|value| unsigned::<u32>("deliveries", column, row.id, value))
                        .transpose()
                };
                Ok(ExportedMessage {
                    delivery: row.id,
                    reference: row.reference,
                    kind: (!row.kind.is_empty()).then_some(row.kind),
                    state: row.state,
                    mailbox: row.mailbox,
                    uidvalidity: number("uidvalidity", row.uidvalidity)?,
                    uid: number("uid", row.uid)?,
                    name: row.name,
                    message_id: row.message_id,
                    sha256: row.sha256,
                    size: unsigned("deliveries", "size", row.id, row.size)?,
                })
            })
            .collect()
    }

    /// Incidents in the order of their making, after `after` (0 for the first page).
    ///
    /// # Errors
    /// The database's; a row that can't be understood.
    pub async fn export_tickets(&self, after: i64, limit: u32) -> Result<Vec<ExportedTicket>> {
        let rows: Vec<TicketRow> = self
            .db
            .read(
                "SELECT i.id, i.reference, i.status, i.kind, i.received_at, i.major_suspected,
                    i.concerns, i.to_ask, k.reference AS merged_into
                 FROM incidents i LEFT JOIN incidents k ON k.id = i.merged_into
                 WHERE i.id > $1 ORDER BY i.id LIMIT $2",
            )
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        self.tickets(rows).await
    }

    /// These incidents, newest first.
    ///
    /// # Errors
    /// The database's; a row that can't be understood.
    pub async fn exported(&self, incidents: &[IncidentId]) -> Result<Vec<ExportedTicket>> {
        let ids: Vec<i64> = incidents.iter().map(|incident| incident.0).collect();
        let rows: Vec<TicketRow> = self
            .db
            .read(Sql {
                sqlite: "SELECT i.id, i.reference, i.status, i.kind, i.received_at,
                            i.major_suspected, i.concerns, i.to_ask, k.reference AS merged_into
                         FROM incidents i LEFT JOIN incidents k ON k.id = i.merged_into
                         WHERE i.id IN (SELECT value FROM json_each($1)) ORDER BY i.id DESC",
                postgres: "SELECT i.id, i.reference, i.status, i.kind, i.received_at,
                              i.major_suspected, i.concerns, i.to_ask, k.reference AS merged_into
                           FROM incidents i LEFT JOIN incidents k ON k.id = i.merged_into
                           WHERE i.id IN (SELECT json_array_elements_text($1::json)::bigint)
                           ORDER BY i.id DESC",
            })
            .text(&to_json(&ids))
            .fetch_all()
            .await?;
        self.tickets(rows).await
    }

    async fn tickets(&self, rows: Vec<TicketRow>) -> Result<Vec<ExportedTicket>> {
        let mut tickets = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id;
            let fields = self.fields(IncidentId(id)).await?.fields;
            tickets.push(ExportedTicket {
                incident: id,
                reference: row.reference,
                status: row.status,
                kind: row.kind,
                received_at: row.received_at,
                major_suspected: row.major_suspected,
                concerns: json("incidents", "concerns", id, &row.concerns)?,
                to_ask: json::<Vec<Ask>>("incidents", "to_ask", id, &row.to_ask)?
                    .iter()
                    .map(|ask| ask.item.as_str().to_owned())
                    .collect(),
                merged_into: row.merged_into,
                fields,
            });
        }
        Ok(tickets)
    }

    /// Numbers.
    ///
    /// # Errors
    /// The database's.
    pub async fn counts(&self) -> Result<Counts> {
        let row: CountsRow = self
            .db
            .read(
                "SELECT
                    (SELECT COUNT(*) FROM messages) AS messages,
                    (SELECT COUNT(*) FROM incidents) AS incidents,
                    (SELECT COUNT(*) FROM outbox WHERE state = 'sent') AS sent,
                    (SELECT COUNT(*) FROM messages WHERE state = 'new') AS waiting,
                    (SELECT COUNT(*) FROM messages WHERE state = 'quarantined') AS quarantined,
                    (SELECT COUNT(*) FROM incidents WHERE status = 'to_review') AS to_review,
                    (SELECT COUNT(*) FROM incidents WHERE status = 'waiting') AS waiting_answer,
                    (SELECT COUNT(*) FROM incidents WHERE status = 'to_call') AS to_call,
                    (SELECT COUNT(*) FROM outbox WHERE state IN ('queued', 'sending')) AS queued,
                    (SELECT COUNT(*) FROM outbox
                        WHERE state IN ('review', 'failed', 'in_doubt')) AS for_person",
            )
            .fetch_one()
            .await?;
        let number = |column, value| unsigned("counts", column, 0, value);
        Ok(Counts {
            messages: number("messages", row.messages)?,
            incidents: number("incidents", row.incidents)?,
            sent: number("sent", row.sent)?,
            waiting: number("waiting", row.waiting)?,
            quarantined: number("quarantined", row.quarantined)?,
            to_review: number("to_review", row.to_review)?,
            waiting_answer: number("waiting_answer", row.waiting_answer)?,
            to_call: number("to_call", row.to_call)?,
            queued: number("queued", row.queued)?,
            for_person: number("for_person", row.for_person)?,
        })
    }
}
