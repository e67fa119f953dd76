//! Incidents as they are read: the list, one whole, and the one that a mark names.

use super::Store;
use super::error::Result;
use super::rows::{json, reference, unsigned, word};
use crate::domain::declaration::{Attachment, Kind, Role};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{
    Concern, Incident, IncidentId, IncidentLine, KeptAttachment, Reference, Status,
};
use crate::domain::merger::Merger;
use crate::domain::message::MessageId;
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
pub(super) struct IncidentRow {
    pub(super) id: i64,
    reference: String,
    status: String,
    version: i64,
    kind: String,
    received_at: DateTime<Utc>,
    address: String,
    subject: String,
    entity: String,
    summary: String,
    to_ask: String,
    concerns: String,
    major_suspected: bool,
}

#[derive(sqlx::FromRow)]
struct LinksRow {
    closed_at: Option<DateTime<Utc>>,
    follows: Option<String>,
    kept: Option<String>,
    merged_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct AttachmentRow {
    message_id: i64,
    incident_id: i64,
    number: i64,
    filename: String,
    content_type: String,
    size: i64,
    sha256: String,
    role: String,
}

impl Store {
    /// Incidents newest first; those made before `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_incidents(
        &self,
        before: Option<&Reference>,
        limit: u32,
    ) -> Result<Vec<IncidentLine>> {
        let before = match before {
            Some(reference) => self.incident_id(reference).await?,
            None => None,
        };
        let rows: Vec<IncidentRow> = self
            .db
            .read(
                "SELECT id, reference, status, version, kind, received_at, address, subject,
                    entity, summary, to_ask, concerns, major_suspected
                 FROM incidents WHERE id < $1 ORDER BY id DESC LIMIT $2",
            )
            .bind(before.map_or(i64::MAX, |id| id.0))
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter().map(line).collect()
    }

    /// Tickets of one status, as support looks at them: what may be a major first, then demands for
    /// escalation, then the oldest (decisions, 36).
    ///
    /// # Errors
    /// The database's.
    pub async fn queue(&self, status: Status, limit: u32) -> Result<Vec<IncidentLine>> {
        let rows: Vec<IncidentRow> = self
            .db
            .read(
                "SELECT id, reference, status, version, kind, received_at, address, subject,
                    entity, summary, to_ask, concerns, major_suspected
                 FROM incidents WHERE status = $1
                 ORDER BY CASE WHEN major_suspected THEN 0 WHEN kind = 'escalation' THEN 1 ELSE 2 END,
                    received_at, id
                 LIMIT $2",
            )
            .text(status.as_str())
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter().map(line).collect()
    }

    /// The row of a reference.
    ///
    /// # Errors
    /// The database's.
    pub async fn incident_id(&self, reference: &Reference) -> Result<Option<IncidentId>> {
        let row: Option<(i64,)> = self
            .db
            .read("SELECT id FROM incidents WHERE reference = $1")
            .text(&reference.to_string())
            .fetch_optional()
            .await?;
        Ok(row.map(|(id,)| IncidentId(id)))
    }

    /// Whether the incident's mark is believed when it comes from this address: one that wrote in
    /// it, or that a mail of it went to; those of what was made part of it count.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_known_address(&self, incident: IncidentId, address: &str) -> Result<bool> {
        let row: Option<(i64,)> = self
            .db
            .read(
                "WITH RECURSIVE part (id) AS (SELECT id FROM incidents WHERE id = $1
                    UNION SELECT i.id FROM incidents i JOIN part p ON i.merged_into = p.id)
                 SELECT incident_id FROM incident_addresses
                 WHERE incident_id IN (SELECT id FROM part) AND address = $2
                 UNION SELECT incident_id FROM outbox
                 WHERE incident_id IN (SELECT id FROM part) AND address = $2
                   AND state IN ('sending', 'sent', 'in_doubt')",
            )
            .bind(incident.0)
            .text(&address.to_lowercase())
            .fetch_optional()
            .await?;
        Ok(row.is_some())
    }

    /// Whether a person validated an incident of which we wrote to this domain.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_validated_domain(&self, domain: &str) -> Result<bool> {
        let row: Option<(i64,)> = self
            .db
            .read(
                "SELECT h.incident_id FROM outbox o JOIN history h ON h.incident_id = o.incident_id
                 WHERE o.domain = $1 AND h.kind = $2 AND h.detail = $3 LIMIT 1",
            )
            .text(domain)
            .text(EventKind::StatusChanged.as_str())
            .text(Status::Complete.as_str())
            .fetch_optional()
            .await?;
        Ok(row.is_some())
    }

    /// One incident, whole.
    ///
    /// # Errors
    /// The database's; a row that can't be understood.
    pub async fn incident(&self, reference: &Reference) -> Result<Option<Incident>> {
        let row: Option<IncidentRow> = self
            .db
            .read(
                "SELECT id, reference, status, version, kind, received_at, address, subject,
                    entity, summary, to_ask, concerns, major_suspected
                 FROM incidents WHERE reference = $1",
            )
            .text(&reference.to_string())
            .fetch_optional()
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let id = row.id;
        let attachments: Vec<AttachmentRow> = self
            .db
            .read(
                "WITH RECURSIVE part (id) AS (SELECT id FROM incidents WHERE id = $1
                    UNION SELECT i.id FROM incidents i JOIN part p ON i.merged_into = p.id)
                 SELECT message_id, incident_id, number, filename, content_type, size, sha256, role
                 FROM attachments WHERE incident_id IN (SELECT id FROM part)
                 ORDER BY message_id, number",
            )
            .bind(id)
            .fetch_all()
            .await?;
        let known = self.fields(IncidentId(id)).await?;
        let (links, followed_by) = self.links(IncidentId(id)).await?;
        let follows = links
            .follows
            .map(|text| super::rows::reference("incidents", id, &text));
        Ok(Some(Incident {
            id: IncidentId(id),
            reference: super::rows::reference("incidents", id, &row.reference)?,
            status: word("incidents", "status", id, Status::parse(&row.status))?,
            version: row.version,
            kind: word("incidents", "kind", id, Kind::parse(&row.kind))?,
            received_at: row.received_at,
            address: row.address,
            subject: row.subject,
            fields: known.fields,
            field_messages: known.messages,
            origins: known.origins,
            proposals: self.proposals(IncidentId(id)).await?,
            to_ask: json("incidents", "to_ask", id, &row.to_ask)?,
            major_suspected: row.major_suspected,
            concerns: concerns(id, &row.concerns)?,
            attachments: attachments
                .into_iter()
                .map(attachment)
                .collect::<Result<_>>()?,
            closed_at: links.closed_at,
            follows: follows.transpose()?,
            followed_by,
            merged: match links.kept.zip(links.merged_at) {
                Some((into, at)) => Some(Merger {
                    into: super::rows::reference("incidents", id, &into)?,
                    at,
                }),
                None => None,
            },
            parts: self.parts_of(IncidentId(id)).await?,
            lent: known.lent,
        }))
    }

    /// What an incident takes up again, what it is part of and when it was closed; and those that
    /// take it up.
    async fn links(&self, incident: IncidentId) -> Result<(LinksRow, Vec<Reference>)> {
        let links = self
            .db
            .read(
                "SELECT i.closed_at, f.reference AS follows, k.reference AS kept,
                    m.merged_at
                 FROM incidents i LEFT JOIN incidents f ON f.id = i.follows
                 LEFT JOIN incidents k ON k.id = i.merged_into
                 LEFT JOIN mergers m ON m.incident_id = i.id WHERE i.id = $1",
            )
            .bind(incident.0)
            .fetch_one()
            .await?;
        let after: Vec<(i64, String)> = self
            .db
            .read("SELECT id, reference FROM incidents WHERE follows = $1 ORDER BY id")
            .bind(incident.0)
            .fetch_all()
            .await?;
        let after = after
            .into_iter()
            .map(|(id, text)| super::rows::reference("incidents", id, &text))
            .collect::<Result<_>>()?;
        Ok((links, after))
    }

    /// The incidents that are part of this one, however many times over, in their order.
    async fn parts_of(&self, incident: IncidentId) -> Result<Vec<Reference>> {
        let rows: Vec<(i64, String)> = self
            .db
            .read(
                "WITH RECURSIVE part (id) AS (SELECT id FROM incidents WHERE id = $1
                    UNION SELECT i.id FROM incidents i JOIN part p ON i.merged_into = p.id)
                 SELECT id, reference FROM incidents
                 WHERE id IN (SELECT id FROM part) AND id <> $1 ORDER BY id",
            )
            .bind(incident.0)
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|(id, text)| reference("incidents", id, &text))
            .collect()
    }

    /// The incident in which messages of this one are kept now: itself, or what it was merged into,
    /// to the end. `None` where it is not there.
    ///
    /// # Errors
    /// The database's.
    pub async fn kept_in(&self, incident: IncidentId) -> Result<Option<(IncidentId, Reference)>> {
        let row: Option<(i64, String)> = self
            .db
            .read(
                "WITH RECURSIVE whole (id) AS (SELECT id FROM incidents WHERE id = $1
                    UNION SELECT i.merged_into FROM incidents i JOIN whole w ON i.id = w.id)
                 SELECT id, reference FROM incidents
                 WHERE id IN (SELECT id FROM whole) AND merged_into IS NULL",
            )
            .bind(incident.0)
            .fetch_optional()
            .await?;
        row.map(|(id, text)| Ok((IncidentId(id), reference("incidents", id, &text)?)))
            .transpose()
    }
}

fn attachment(row: AttachmentRow) -> Result<KeptAttachment> {
    let id = row.message_id;
    Ok(KeptAttachment {
        attachment: Attachment {
            filename: row.filename,
            content_type: row.content_type,
            size: unsigned("attachments", "size", id, row.size)?,
            role: word("attachments", "role", id, Role::parse(&row.role))?,
        },
        sha256: row.sha256,
        message: MessageId(id),
        incident: IncidentId(row.incident_id),
        number: unsigned("attachments", "number", id, row.number)?,
    })
}

pub(super) fn line(row: IncidentRow) -> Result<IncidentLine> {
    let id = row.id;
    Ok(IncidentLine {
        reference: reference("incidents", id, &row.reference)?,
        status: word("incidents", "status", id, Status::parse(&row.status))?,
        kind: word("incidents", "kind", id, Kind::parse(&row.kind))?,
        received_at: row.received_at,
        entity: row.entity,
        summary: row.summary,
        to_ask: json::<Vec<Ask>>("incidents", "to_ask", id, &row.to_ask)?,
        major_suspected: row.major_suspected,
        concerns: concerns(id, &row.concerns)?,
    })
}

/// The concerns of a row.
fn concerns(incident: i64, text: &str) -> Result<Vec<Concern>> {
    let words: Vec<String> = json("incidents", "concerns", incident, text)?;
    words
        .iter()
        .map(|concern| word("incidents", "concerns", incident, Concern::parse(concern)))
        .collect()
}
