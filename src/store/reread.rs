//! What a later version of the reader made of a stored message: found in pages, kept in one
//! transaction a message. Nothing is mailed.

use super::Store;
use super::attachments::keep_attachments;
use super::commit::{entity, summary};
use super::db::Text;
use super::error::{Result, StoreError};
use super::fields::{Said, drop_fields, insert_fields};
use super::history::{Entry, note};
use super::outcome::NewAttachment;
use super::rows::{reference, to_json, word};
use super::searched::renew;
use crate::domain::declaration::Kind;
use crate::domain::field::{FieldName, Fields, Reading, ValueOrigin};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, IncidentId, Reference, is_doubtful};
use crate::domain::message::{MessageId, Stored};
use chrono::{DateTime, Utc};

/// A message of an incident as it was read before, with its bytes.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The message.
    pub stored: Stored,
    /// What it was taken for.
    pub kind: Kind,
    /// Why: a stable word.
    pub reason: String,
}

/// What one message says now, and what that makes of its incident.
#[derive(Debug)]
pub struct Reread {
    /// The message.
    pub message: MessageId,
    /// Its incident.
    pub incident: IncidentId,
    /// What the message is.
    pub kind: Kind,
    /// Why this kind.
    pub reason: String,
    /// It made the incident, whose kind is its kind.
    pub opened: bool,
    /// All fields of the incident.
    pub fields: Fields,
    /// Those that this message changed.
    pub changed: Vec<FieldName>,
    /// Its attachments, where their roles or number changed.
    pub attachments: Option<Vec<NewAttachment>>,
    /// What remains to be asked for.
    pub to_ask: Vec<Ask>,
    /// A whole service may be out of use.
    pub major_suspected: bool,
    /// Why a person must look; as it was.
    pub concerns: Vec<Concern>,
    /// The subject of the incident's first message.
    pub subject: String,
    /// What changed, in stable words: the detail of the event.
    pub detail: String,
}

#[derive(sqlx::FromRow)]
struct KindRow {
    id: i64,
    kind: String,
    kind_reason: String,
}

impl Store {
    /// Incidents in the order of their making, after `after` (0 for the first page), that have a
    /// message received at `since` or later; each with where the next page begins.
    ///
    /// # Errors
    /// The database's.
    pub async fn incidents_since(
        &self,
        since: DateTime<Utc>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Reference)>> {
        let rows: Vec<(i64, String)> = self
            .db
            .read(
                "SELECT i.id, i.reference FROM incidents i
                 WHERE i.id > $1 AND EXISTS (SELECT 1 FROM messages m
                    WHERE m.incident_id = i.id AND m.internal_date >= $2)
                 ORDER BY i.id LIMIT $3",
            )
            .bind(after)
            .bind(since)
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter()
            .map(|(id, text)| Ok((id, reference("incidents", id, &text)?)))
            .collect()
    }

    /// The messages of an incident that were read, with their bytes, oldest first.
    ///
    /// # Errors
    /// The database's; a row that can't be understood.
    pub async fn kept_messages(&self, incident: IncidentId) -> Result<Vec<Kept>> {
        let rows: Vec<KindRow> = self
            .db
            .read(
                "SELECT id, kind, kind_reason FROM messages
                 WHERE incident_id = $1 AND state = 'done' ORDER BY id",
            )
            .bind(incident.0)
            .fetch_all()
            .await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        // Both in the order of their ids.
        let mut rows = rows.into_iter().peekable();
        let mut kept = Vec::with_capacity(ids.len());
        for stored in self.load_stored(&to_json(&ids)).await? {
            while rows.next_if(|row| row.id < stored.id.0).is_some() {}
            if let Some(row) = rows.next_if(|row| row.id == stored.id.0) {
                kept.push(Kept {
                    kind: word("messages", "kind", row.id, Kind::parse(&row.kind))?,
                    reason: row.kind_reason,
                    stored,
                });
            }
        }
        Ok(kept)
    }

    /// Keeps what one message says now, if the incident still has this version; gives the new one.
    ///
    /// # Errors
    /// The database's; a conflict where the incident changed since it was read. Nothing is kept
    /// then.
    pub async fn commit_reread(
        &self,
        reread: &Reread,
        version: i64,
        now: DateTime<Utc>,
    ) -> Result<i64> {
        let mut tx = self.db.begin().await?;
        let row: Option<(i64,)> = tx
            .query(
                "UPDATE incidents SET version = version + 1, entity = $3, summary = $4,
                    to_ask = $5, major_suspected = $6, doubtful = $7,
                    kind = COALESCE($8, kind)
                 WHERE id = $1 AND version = $2 RETURNING version",
            )
            .bind(reread.incident.0)
            .bind(version)
            .text(&entity(&reread.fields))
            .text(&summary(&reread.fields, &reread.subject))
            .text(&to_json(&reread.to_ask))
            .bind(reread.major_suspected)
            .bind(is_doubtful(
                &reread.fields,
                &reread.concerns,
                reread.major_suspected,
            ))
            .bind(reread.opened.then(|| Text::from(reread.kind.as_str())))
            .fetch_optional()
            .await?;
        let (version,) = row.ok_or(StoreError::Conflict("the incident"))?;
        tx.query("UPDATE messages SET kind = $2, kind_reason = $3 WHERE id = $1")
            .bind(reread.message.0)
            .text(reread.kind.as_str())
            .text(&reread.reason)
            .execute()
            .await?;
        let (gone, said): (Vec<FieldName>, Vec<FieldName>) = reread
            .changed
            .iter()
            .partition(|name| reread.fields[**name].reading == Reading::Missing);
        drop_fields(&mut tx, reread.incident, &gone).await?;
        let said = Said {
            incident: reread.incident,
            message: Some(reread.message),
            fields: &reread.fields,
            names: &said,
            origin: if reread.opened {
                ValueOrigin::Parser
            } else {
                ValueOrigin::Reply
            },
        };
        insert_fields(&mut tx, &[said]).await?;
        if let Some(attachments) = &reread.attachments {
            tx.query("DELETE FROM attachments WHERE message_id = $1")
                .bind(reread.message.0)
                .execute()
                .await?;
            let incident = Some(reread.incident);
            let kept = [(reread.message, incident, attachments.as_slice())];
            keep_attachments(&mut tx, &kept).await?;
        }
        renew(&mut tx, reread.incident).await?;
        let entry = Entry::of(reread.incident, now).message(reread.message);
        note(&mut tx, EventKind::Reread, &entry.detail(&reread.detail)).await?;
        tx.commit().await?;
        Ok(version)
    }
}
