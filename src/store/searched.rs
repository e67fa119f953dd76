//! What the search finds: written in the transaction that keeps a message's effect, and again when a
//! ticket's fields change. One document a ticket, and one for each message that belongs to none.

use super::Store;
use super::db::{Sql, Text, Tx};
use super::error::Result;
use super::outcome::{Effect, NewIncident, Outcome};
use super::rows::{json, to_json};
use crate::domain::declaration::Role;
use crate::domain::field::{FieldName, Value};
use crate::domain::form::Ask;
use crate::domain::incident::IncidentId;
use crate::domain::message::MessageId;
use crate::domain::search::{Filed, Written, document};
use std::collections::BTreeSet;

/// The document of a message that belongs to no ticket.
pub(super) fn own_document(message: MessageId) -> i64 {
    -message.0
}

#[derive(serde::Serialize)]
struct TextRow {
    message: i64,
    document: i64,
    text: Text,
}

#[derive(serde::Serialize)]
struct IndexRow {
    document: i64,
    words: String,
}

/// A text as both databases keep it: U+0000 parts words, here as in the index.
fn plain(text: &str) -> Text {
    Text::from(&text.replace('\0', " "))
}

/// A message's words as its outcome tells them.
fn written(outcome: &Outcome) -> Written<'_> {
    Written {
        subject: &outcome.subject,
        from: &outcome.from_address,
        text: &outcome.text,
    }
}

/// Indexes messages that stand alone, each with the ticket that it makes, if it makes one; to be
/// called before others are gathered into those.
pub(super) async fn index_all<'a>(
    tx: &mut Tx,
    outcomes: impl Iterator<Item = (&'a Outcome, Option<IncidentId>)>,
) -> Result<()> {
    let (mut texts, mut index) = (Vec::new(), Vec::new());
    for (outcome, incident) in outcomes {
        let new = match &outcome.effect {
            Effect::Opened(new, _) => Some(&**new),
            // Nobody has read it yet, or nobody could.
            Effect::Quarantined(_) => continue,
            _ => None,
        };
        let document_id = incident.map_or(own_document(outcome.message), |incident| incident.0);
        texts.push(TextRow {
            message: outcome.message.0,
            document: document_id,
            text: plain(&outcome.text),
        });
        let ticket = new.map(|new| filed(new, outcome));
        index.push(IndexRow {
            document: document_id,
            words: document([written(outcome)], ticket.as_ref()),
        });
    }
    keep_texts(tx, &texts).await?;
    keep_index(tx, &index).await
}

/// What a new ticket is found by, beside the words of its message.
fn filed<'a>(new: &'a NewIncident, outcome: &Outcome) -> Filed<'a> {
    let values = new.fields.iter();
    let mut attachments = outcome.attachments.iter();
    Filed {
        values: values
            .filter_map(|(name, field)| Some((name, field.value()?)))
            .collect(),
        lacks: new.to_ask.iter().map(|ask| ask.item).collect(),
        has_screenshot: attachments.any(|new| new.attachment.role == Role::Screenshot),
    }
}

/// Indexes a message that joined a ticket, and the ticket with it.
pub(super) async fn index_joined(
    tx: &mut Tx,
    outcome: &Outcome,
    incident: IncidentId,
) -> Result<()> {
    let text = TextRow {
        message: outcome.message.0,
        document: incident.0,
        text: plain(&outcome.text),
    };
    keep_texts(tx, &[text]).await?;
    renew(tx, incident).await
}

/// A message that belonged to no ticket belongs to this one.
pub(super) async fn index_moved(
    tx: &mut Tx,
    message: MessageId,
    incident: IncidentId,
) -> Result<()> {
    tx.query("UPDATE search_texts SET doc_id = $2 WHERE message_id = $1")
        .bind(message.0)
        .bind(incident.0)
        .execute()
        .await?;
    forget(tx, own_document(message)).await?;
    renew(tx, incident).await
}

async fn forget(tx: &mut Tx, document: i64) -> Result<()> {
    tx.query(Sql {
        sqlite: "DELETE FROM search_index WHERE rowid = $1",
        postgres: "DELETE FROM search_index WHERE id = $1",
    })
    .bind(document)
    .execute()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct WrittenRow {
    subject: String,
    from_address: String,
    text: String,
}

impl WrittenRow {
    fn written(&self) -> Written<'_> {
        Written {
            subject: &self.subject,
            from: &self.from_address,
            text: &self.text,
        }
    }
}

async fn written_in(tx: &mut Tx, document: i64) -> Result<Vec<WrittenRow>> {
    tx.query(
        "SELECT m.subject, m.from_address, t.text
         FROM search_texts t JOIN messages m ON m.id = t.message_id
         WHERE t.doc_id = $1 ORDER BY t.message_id",
    )
    .bind(document)
    .fetch_all()
    .await
}

/// Indexes a ticket as it stands now: its messages, its fields, what it lacks. Nothing is found of one
/// that is not there.
pub(super) async fn renew(tx: &mut Tx, incident: IncidentId) -> Result<()> {
    let id = incident.0;
    let row: Option<(String, bool)> = tx
        .query(
            "SELECT to_ask, EXISTS (SELECT 1 FROM attachments
                WHERE incident_id = $1 AND role = $2)
             FROM incidents WHERE id = $1",
        )
        .bind(id)
        .text(Role::Screenshot.as_str())
        .fetch_optional()
        .await?;
    let Some((to_ask, has_screenshot)) = row else {
        return Ok(());
    };
    let asks: Vec<Ask> = json("incidents", "to_ask", id, &to_ask)?;
    let values: Vec<(String, String)> = tx
        .query(
            "SELECT name, value FROM incident_fields
             WHERE incident_id = $1 AND value IS NOT NULL ORDER BY name",
        )
        .bind(id)
        .fetch_all()
        .await?;
    let values: Vec<(FieldName, Value)> = values
        .into_iter()
        .filter_map(|(name, value)| Some((FieldName::parse(&name)?, value)))
        .map(|(name, value)| Ok((name, json("incident_fields", "value", id, &value)?)))
        .collect::<Result<_>>()?;
    let filed = Filed {
        values: values.iter().map(|(name, value)| (*name, value)).collect(),
        lacks: asks.iter().map(|ask| ask.item).collect(),
        has_screenshot,
    };
    let messages = written_in(tx, id).await?;
    let words = document(messages.iter().map(WrittenRow::written), Some(&filed));
    let row = IndexRow {
        document: id,
        words,
    };
    keep_index(tx, &[row]).await
}

async fn keep_texts(tx: &mut Tx, rows: &[TextRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    tx.query(Sql {
        sqlite: "INSERT INTO search_texts (message_id, doc_id, text)
                 SELECT j.value ->> 'message', j.value ->> 'document', j.value ->> 'text'
                 FROM jsonb_each($1) AS j WHERE TRUE
                 ON CONFLICT (message_id) DO UPDATE SET doc_id = excluded.doc_id,
                    text = excluded.text",
        postgres: "INSERT INTO search_texts (message_id, doc_id, text)
                   SELECT j.message, j.document, j.text
                   FROM json_to_recordset($1::json)
                      AS j (message BIGINT, document BIGINT, text TEXT)
                   ON CONFLICT (message_id) DO UPDATE SET doc_id = excluded.doc_id,
                      text = excluded.text",
    })
    .text(&to_json(&rows))
    .execute()
    .await?;
    Ok(())
}

async fn keep_index(tx: &mut Tx, rows: &[IndexRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    tx.query(Sql {
        sqlite: "INSERT OR REPLACE INTO search_index (rowid, words)
                 SELECT j.value ->> 'document', j.value ->> 'words' FROM jsonb_each($1) AS j",
        // Each word with its place: a tsvector as it is written, which no parser cuts. Words hold
        // letters and digits only.
        postgres: "INSERT INTO search_index (id, words)
                   SELECT j.document, (SELECT COALESCE(
                         string_agg('''' || w.word || ''':' || w.place, ' '), '')
                      FROM unnest(string_to_array(j.words, ' ')) WITH ORDINALITY
                         AS w (word, place))::tsvector
                   FROM json_to_recordset($1::json) AS j (document BIGINT, words TEXT)
                   ON CONFLICT (id) DO UPDATE SET words = excluded.words",
    })
    .text(&to_json(&rows))
    .execute()
    .await?;
    Ok(())
}

impl Store {
    /// Messages that were read before there was a search, after `after` (0 for the first page), oldest
    /// first; each with whether its bytes may be read.
    ///
    /// # Errors
    /// The database's.
    pub async fn unsearched(&self, after: MessageId, limit: u32) -> Result<Vec<(MessageId, bool)>> {
        let rows: Vec<(i64, bool)> = self
            .db
            .read(
                "SELECT m.id, m.kind_reason <> 'by_hand' FROM messages m
                 WHERE m.id > $1 AND m.state = 'done'
                    AND NOT EXISTS (SELECT 1 FROM search_texts t WHERE t.message_id = m.id)
                 ORDER BY m.id LIMIT $2",
            )
            .bind(after.0)
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, is_read)| (MessageId(id), is_read))
            .collect())
    }

    /// Lets messages be found by these words, which they were read with before there was a search. One
    /// that is gone by now is passed over.
    ///
    /// # Errors
    /// The database's.
    pub async fn let_be_found(&self, texts: &[(MessageId, String)]) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let mut tickets = BTreeSet::new();
        for (message, text) in texts {
            let row: Option<(Option<i64>, String, String)> = tx
                .query(
                    "SELECT incident_id, subject, from_address FROM messages
                     WHERE id = $1 AND state = 'done'",
                )
                .bind(message.0)
                .fetch_optional()
                .await?;
            let Some((incident, subject, from)) = row else {
                continue;
            };
            let document_id = incident.unwrap_or(own_document(*message));
            let row = TextRow {
                message: message.0,
                document: document_id,
                text: plain(text),
            };
            keep_texts(&mut tx, &[row]).await?;
            if incident.is_some() {
                tickets.insert(document_id);
                continue;
            }
            let message = Written {
                subject: &subject,
                from: &from,
                text,
            };
            let row = IndexRow {
                document: document_id,
                words: document([message], None),
            };
            keep_index(&mut tx, &[row]).await?;
        }
        for ticket in tickets {
            renew(&mut tx, IncidentId(ticket)).await?;
        }
        tx.commit().await
    }

    /// Indexes tickets that are not, after `after` (0 for the first page): those that lost a message,
    /// and those without any. Gives where the next page begins; `None` where nothing is left.
    ///
    /// # Errors
    /// The database's.
    pub async fn index_tickets(&self, after: i64, limit: u32) -> Result<Option<i64>> {
        let rows: Vec<(i64,)> = self
            .db
            .read(Sql {
                sqlite: "SELECT i.id FROM incidents i
                         WHERE i.id > $1
                            AND NOT EXISTS (SELECT 1 FROM search_index s WHERE s.rowid = i.id)
                         ORDER BY i.id LIMIT $2",
                postgres: "SELECT i.id FROM incidents i
                           WHERE i.id > $1
                              AND NOT EXISTS (SELECT 1 FROM search_index s WHERE s.id = i.id)
                           ORDER BY i.id LIMIT $2",
            })
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        let Some((last,)) = rows.last() else {
            return Ok(None);
        };
        let mut tx = self.db.begin().await?;
        for (ticket,) in &rows {
            renew(&mut tx, IncidentId(*ticket)).await?;
        }
        tx.commit().await?;
        Ok(Some(*last))
    }
}
