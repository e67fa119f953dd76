//! The attachments of messages: what they are; their bytes stay inside the raw message.

use super::db::{Sql, Text, Tx};
use super::error::Result;
use super::outcome::NewAttachment;
use super::rows::{size, to_json};
use crate::domain::incident::IncidentId;
use crate::domain::message::MessageId;

/// A message with its incident and its attachments.
pub(super) type Kept<'a> = (MessageId, Option<IncidentId>, &'a [NewAttachment]);

#[derive(serde::Serialize)]
struct NewRow<'a> {
    message: i64,
    number: i64,
    incident: Option<i64>,
    filename: Text,
    content_type: Text,
    size: i64,
    sha256: &'a str,
    role: &'static str,
}

/// Keeps the attachments of messages.
pub(super) async fn keep_attachments(tx: &mut Tx, kept: &[Kept<'_>]) -> Result<()> {
    let mut rows = Vec::new();
    for (message, incident, attachments) in kept {
        for (index, NewAttachment { attachment, sha256 }) in attachments.iter().enumerate() {
            rows.push(NewRow {
                message: message.0,
                number: size(index + 1),
                incident: incident.map(|incident| incident.0),
                filename: Text::from(&attachment.filename),
                content_type: Text::from(&attachment.content_type),
                size: i64::try_from(attachment.size).unwrap_or(i64::MAX),
                sha256,
                role: attachment.role.as_str(),
            });
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    tx.query(Sql {
        sqlite: "INSERT INTO attachments (message_id, number, incident_id, filename, content_type,
                    size, sha256, role)
                 SELECT j.value ->> 'message', j.value ->> 'number', j.value ->> 'incident',
                    j.value ->> 'filename', j.value ->> 'content_type', j.value ->> 'size',
                    j.value ->> 'sha256', j.value ->> 'role'
                 FROM jsonb_each($1) AS j",
        postgres: "INSERT INTO attachments (message_id, number, incident_id, filename,
                      content_type, size, sha256, role)
                   SELECT j.message, j.number, j.incident, j.filename, j.content_type, j.size,
                      j.sha256, j.role
                   FROM json_to_recordset($1::json) AS j (message BIGINT, number BIGINT,
                      incident BIGINT, filename TEXT, content_type TEXT, size BIGINT,
                      sha256 TEXT, role TEXT)",
    })
    .text(&to_json(&rows))
    .execute()
    .await?;
    Ok(())
}
