//! What a search finds: tickets, newest first, then messages that belong to none. Words and facets are
//! asked of the index, FTS5 or a tsvector with GIN; the rest of its row.

use super::Store;
use super::db::{Sql, Text};
use super::error::Result;
use super::incidents::{IncidentRow, line};
use super::messages::{LineRow, MessageLine};
use super::rows::to_json;
use super::searched::own_document;
use crate::domain::field::Fields;
use crate::domain::hit::Pattern;
use crate::domain::incident::{IncidentId, IncidentLine, Reference};
use crate::domain::message::MessageId;
use crate::domain::query::{Query, ShortReference};
use std::collections::HashMap;

/// What one page of a search holds.
#[derive(Debug, Default)]
pub struct Found {
    /// Tickets, newest first.
    pub tickets: Vec<FoundTicket>,
    /// Messages that belong to no ticket, newest first, once no further ticket is found.
    pub messages: Vec<FoundMessage>,
    /// Where the next page begins, if there is one.
    pub next: Option<i64>,
}

/// A ticket that was found.
#[derive(Debug)]
pub struct FoundTicket {
    /// As lists show it.
    pub line: IncidentLine,
    /// Its messages' words, oldest first.
    pub said: Vec<Said>,
    /// Its fields.
    pub fields: Fields,
}

/// The words of a message.
#[derive(Debug, Clone)]
pub struct Said {
    /// The message.
    pub message: MessageId,
    /// Decoded.
    pub subject: String,
    /// As it is searched.
    pub text: String,
}

/// A message that was found.
#[derive(Debug)]
pub struct FoundMessage {
    /// As lists show it.
    pub line: MessageLine,
    /// Its words.
    pub text: String,
}

#[derive(sqlx::FromRow)]
struct SaidRow {
    doc_id: i64,
    message_id: i64,
    subject: String,
    text: String,
}

/// Which tickets an index of their own table leads to, newest first.
macro_rules! by_row {
    ($driver:literal) => {
        concat!(
            "SELECT i.id FROM incidents i WHERE i.id < $1 AND i.id >= $2 AND ",
            $driver,
            " AND ($3 IS NULL OR i.status = $3) AND ($4 IS NULL OR i.major_suspected = $4)
              AND ($5 IS NULL OR i.received_at >= $5) ORDER BY i.id DESC LIMIT $6"
        )
    };
}

/// By `incidents_status`, by `incidents_major`, by their ids.
const BY_STATUS: &str = by_row!("i.status = $3");
const BY_MAJOR: &str = by_row!("i.major_suspected = $4");
const BY_ID: &str = by_row!("TRUE");

/// Tickets by the index. SQLite walks it from the newest document on and stops at the limit.
const BY_WORDS: Sql = Sql {
    sqlite: "SELECT search_index.rowid FROM search_index
             CROSS JOIN incidents AS i ON i.id = search_index.rowid
             WHERE search_index MATCH $7
                AND search_index.rowid < $1 AND search_index.rowid >= $2
                AND ($3 IS NULL OR i.status = $3) AND ($4 IS NULL OR i.major_suspected = $4)
                AND ($5 IS NULL OR i.received_at >= $5)
             ORDER BY search_index.rowid DESC LIMIT $6",
    postgres: "SELECT i.id FROM search_index s JOIN incidents AS i ON i.id = s.id
               WHERE s.words @@ $7::tsquery AND s.id < $1 AND s.id >= $2
                  AND ($3 IS NULL OR i.status = $3) AND ($4 IS NULL OR i.major_suspected = $4)
                  AND ($5 IS NULL OR i.received_at >= $5)
               ORDER BY i.id DESC LIMIT $6",
};

/// Messages by the index: their documents lie below zero, the newest lowest.
const MESSAGES: Sql = Sql {
    sqlite: "SELECT m.id FROM search_index CROSS JOIN messages AS m ON m.id = -search_index.rowid
             WHERE search_index MATCH $4 AND search_index.rowid > $1 AND search_index.rowid < 0
                AND ($2 IS NULL OR m.internal_date >= $2)
             ORDER BY search_index.rowid LIMIT $3",
    postgres: "SELECT m.id FROM search_index s JOIN messages AS m ON m.id = -s.id
               WHERE s.words @@ $4::tsquery AND s.id > $1 AND s.id < 0
                  AND ($2 IS NULL OR m.internal_date >= $2)
               ORDER BY s.id LIMIT $3",
};

impl Store {
    /// One page of what a query finds, from `after` on (`None` for the first). A query that says
    /// nothing finds nothing.
    ///
    /// # Errors
    /// The database's; a row that can't be understood.
    pub async fn search(&self, query: &Query, after: Option<i64>, limit: u32) -> Result<Found> {
        let mut found = Found::default();
        let wanted = limit.saturating_add(1);
        let after = after.unwrap_or(i64::MAX);
        let mut tickets = Vec::new();
        if after > 0 {
            tickets = self.search_tickets(query, Some(after), wanted).await?;
        }
        if tickets.len() > limit as usize {
            tickets.truncate(limit as usize);
            found.next = tickets.last().map(|ticket| ticket.0);
        } else if query.finds_messages() {
            let left = wanted - u32::try_from(tickets.len()).unwrap_or(wanted);
            let mut messages = self.search_messages(query, after.min(0), left).await?;
            if messages.len() >= left as usize {
                messages.truncate(left as usize - 1);
                // Zero lies between the tickets and the newest message.
                found.next = Some(messages.last().map_or(0, |last| own_document(*last)));
            }
            found.messages = self.found_messages(&messages).await?;
        }
        found.tickets = self.found_tickets(&tickets).await?;
        Ok(found)
    }

    /// The tickets that a query finds, newest first: those made before `before`.
    ///
    /// # Errors
    /// The database's.
    pub async fn search_tickets(
        &self,
        query: &Query,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<IncidentId>> {
        if query.parts.is_empty() {
            return Ok(Vec::new());
        }
        let mut oldest = 1;
        if let Some(since) = query.since() {
            // No later one has a lower number: what is older is not even looked at.
            let (first,): (Option<i64>,) = self
                .db
                .read("SELECT MIN(id + 0) FROM incidents WHERE received_at >= $1")
                .bind(since)
                .fetch_one()
                .await?;
            match first {
                Some(first) => oldest = first,
                None => return Ok(Vec::new()),
            }
        }
        let patterns = query.patterns();
        let (status, major) = (query.status(), query.major());
        let sql: Sql = match (patterns.is_empty(), status, major) {
            (false, ..) => BY_WORDS,
            (true, Some(_), _) => BY_STATUS.into(),
            (true, None, Some(_)) => BY_MAJOR.into(),
            (true, None, None) => BY_ID.into(),
        };
        let mut asked = self
            .db
            .read(sql)
            .bind(before.unwrap_or(i64::MAX))
            .bind(oldest)
            .bind(status.map(|status| Text::from(status.as_str())))
            .bind(major)
            .bind(query.since())
            .bind(i64::from(limit));
        if !patterns.is_empty() {
            asked = asked.text(&self.expression(&patterns));
        }
        let rows: Vec<(i64,)> = asked.fetch_all().await?;
        Ok(rows.into_iter().map(|(id,)| IncidentId(id)).collect())
    }

    async fn search_messages(
        &self,
        query: &Query,
        after: i64,
        limit: u32,
    ) -> Result<Vec<MessageId>> {
        let rows: Vec<(i64,)> = self
            .db
            .read(MESSAGES)
            .bind(if after < 0 { after } else { i64::MIN })
            .bind(query.since())
            .bind(i64::from(limit))
            .text(&self.expression(&query.patterns()))
            .fetch_all()
            .await?;
        Ok(rows.into_iter().map(|(id,)| MessageId(id)).collect())
    }

    /// What the index is asked, in its own language; words hold no sign that means something there.
    fn expression(&self, patterns: &[Pattern]) -> String {
        let (quote, word, next, begins, and) = match self.db.is_shared() {
            true => ("", "'", " <-> ", ":*", " & "),
            false => ("\"", "", " ", " *", " AND "),
        };
        let patterns = patterns.iter().map(|pattern| {
            let words = pattern.words.iter().map(|one| format!("{word}{one}{word}"));
            let words = words.collect::<Vec<_>>().join(next);
            let begins = if pattern.begins { begins } else { "" };
            format!("{quote}{words}{quote}{begins}")
        });
        patterns.collect::<Vec<_>>().join(and)
    }

    async fn found_tickets(&self, tickets: &[IncidentId]) -> Result<Vec<FoundTicket>> {
        let ids: Vec<i64> = tickets.iter().map(|ticket| ticket.0).collect();
        let rows: Vec<IncidentRow> = self
            .db
            .read(Sql {
                sqlite:
                    "SELECT id, reference, status, version, kind, received_at, address, subject,
                            entity, summary, to_ask, concerns, major_suspected
                         FROM incidents WHERE id IN (SELECT value FROM json_each($1))
                         ORDER BY id DESC",
                postgres: "SELECT id, reference, status, version, kind, received_at, address,
                              subject, entity, summary, to_ask, concerns, major_suspected
                           FROM incidents
                           WHERE id IN (SELECT json_array_elements_text($1::json)::bigint)
                           ORDER BY id DESC",
            })
            .text(&to_json(&ids))
            .fetch_all()
            .await?;
        let mut said = self.said_in(&ids).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id;
            found.push(FoundTicket {
                said: said.remove(&id).unwrap_or_default(),
                fields: self.fields(IncidentId(id)).await?.fields,
                line: line(row)?,
            });
        }
        Ok(found)
    }

    async fn found_messages(&self, messages: &[MessageId]) -> Result<Vec<FoundMessage>> {
        let ids: Vec<i64> = messages.iter().map(|message| message.0).collect();
        let documents: Vec<i64> = messages.iter().map(|one| own_document(*one)).collect();
        let rows: Vec<LineRow> = self
            .db
            .read(Sql {
                sqlite: "SELECT m.id, m.state, m.kind, m.kind_reason, i.reference, m.from_address,
                            m.subject, m.size, m.internal_date, m.received_at, m.attempts,
                            m.last_error
                         FROM messages m LEFT JOIN incidents i ON i.id = m.incident_id
                         WHERE m.id IN (SELECT value FROM json_each($1)) ORDER BY m.id DESC",
                postgres: "SELECT m.id, m.state, m.kind, m.kind_reason, i.reference,
                              m.from_address, m.subject, m.size, m.internal_date, m.received_at,
                              m.attempts, m.last_error
                           FROM messages m LEFT JOIN incidents i ON i.id = m.incident_id
                           WHERE m.id IN (SELECT json_array_elements_text($1::json)::bigint)
                           ORDER BY m.id DESC",
            })
            .text(&to_json(&ids))
            .fetch_all()
            .await?;
        let mut said = self.said_in(&documents).await?;
        rows.into_iter()
            .map(|row| {
                let line = row.line()?;
                let said = said.remove(&own_document(line.id)).unwrap_or_default();
                Ok(FoundMessage {
                    text: said.into_iter().map(|said| said.text).collect(),
                    line,
                })
            })
            .collect()
    }

    /// The messages of documents.
    async fn said_in(&self, documents: &[i64]) -> Result<HashMap<i64, Vec<Said>>> {
        let rows: Vec<SaidRow> = self
            .db
            .read(Sql {
                sqlite: "SELECT t.doc_id, t.message_id, m.subject, t.text
                         FROM search_texts t JOIN messages m ON m.id = t.message_id
                         WHERE t.doc_id IN (SELECT value FROM json_each($1))
                         ORDER BY t.message_id",
                postgres: "SELECT t.doc_id, t.message_id, m.subject, t.text
                           FROM search_texts t JOIN messages m ON m.id = t.message_id
                           WHERE t.doc_id IN (SELECT json_array_elements_text($1::json)::bigint)
                           ORDER BY t.message_id",
            })
            .text(&to_json(&documents))
            .fetch_all()
            .await?;
        let mut said: HashMap<i64, Vec<Said>> = HashMap::new();
        for row in rows {
            said.entry(row.doc_id).or_default().push(Said {
                message: MessageId(row.message_id),
                subject: row.subject,
                text: row.text,
            });
        }
        Ok(said)
    }

    /// The ticket that a short reference leads to: of several, that of the last year.
    ///
    /// # Errors
    /// The database's.
    pub async fn named_shortly(&self, short: &ShortReference) -> Result<Option<Reference>> {
        let counters: Vec<(String, i64)> = self
            .db
            .read("SELECT prefix, year FROM reference_counters ORDER BY year DESC, prefix")
            .fetch_all()
            .await?;
        let fits = |reference: &Reference| {
            let year = short.year.is_none_or(|year| year == reference.year());
            let prefix = short.prefix.as_deref();
            year && prefix.is_none_or(|prefix| prefix.eq_ignore_ascii_case(reference.prefix()))
        };
        for (prefix, year) in counters {
            let Ok(year) = i32::try_from(year) else {
                continue;
            };
            let reference = Reference::new(&prefix, year, short.number);
            if fits(&reference) && self.incident_id(&reference).await?.is_some() {
                return Ok(Some(reference));
            }
        }
        Ok(None)
    }
}
