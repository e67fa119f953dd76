//! The fields of incidents with their evidence, a row each; one that is missing has none.

use super::Store;
use super::db::{Sql, Tx};
use super::error::Result;
use super::rows::{from_token, json, size, to_json, token, unsigned, word};
use super::searched::renew;
use crate::domain::field::{Evidence, Field, FieldName, Fields, Part, Reading, ValueOrigin};
use crate::domain::incident::IncidentId;
use crate::domain::message::MessageId;
use std::collections::{BTreeMap, BTreeSet};

#[derive(sqlx::FromRow)]
struct FieldRow {
    name: String,
    state: String,
    value: Option<String>,
    reason: Option<String>,
    source: Option<String>,
    part: Option<String>,
    span_start: Option<i64>,
    span_end: Option<i64>,
    raw: Option<String>,
    confidence: Option<f64>,
    message_id: Option<i64>,
    origin: String,
    lent: bool,
}

/// The fields of an incident as they are kept.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) fields: Fields,
    /// The message that each was read from.
    pub(super) messages: BTreeMap<FieldName, MessageId>,
    /// Who said each.
    pub(super) origins: BTreeMap<FieldName, ValueOrigin>,
    /// Those that a message of another incident says, which is or was part of this one.
    pub(super) lent: BTreeSet<FieldName>,
}

impl Store {
    /// The fields of an incident, each with the message that it was read from and who said it.
    pub(super) async fn fields(&self, incident: IncidentId) -> Result<Known> {
        let rows: Vec<FieldRow> = self
            .db
            .read(
                "SELECT f.name, f.state, f.value, f.reason, f.source, f.part, f.span_start,
                    f.span_end, f.raw, f.confidence, f.message_id, f.origin,
                    (m.incident_id IS NOT NULL AND m.incident_id <> $1) AS lent
                 FROM incident_fields f LEFT JOIN messages m ON m.id = f.message_id
                 WHERE f.incident_id = $1",
            )
            .bind(incident.0)
            .fetch_all()
            .await?;
        let mut known = Known::default();
        for row in rows {
            // Fields that the form has no more are there still; pages show those of the form.
            let Some(name) = FieldName::parse(&row.name) else {
                continue;
            };
            if let Some(message) = row.message_id {
                known.messages.insert(name, MessageId(message));
            }
            let origin = ValueOrigin::parse(&row.origin);
            let origin = word("incident_fields", "origin", incident.0, origin)?;
            known.origins.insert(name, origin);
            if row.lent {
                known.lent.insert(name);
            }
            known.fields[name] = field(incident.0, row)?;
        }
        Ok(known)
    }
}

#[derive(serde::Serialize)]
struct NewRow {
    incident: i64,
    message: Option<i64>,
    name: String,
    state: &'static str,
    value: Option<String>,
    reason: Option<String>,
    source: Option<String>,
    part: Option<String>,
    span_start: Option<i64>,
    span_end: Option<i64>,
    raw: Option<String>,
    confidence: Option<f64>,
    origin: &'static str,
}

/// Fields of one incident as one message says them.
pub(super) struct Said<'a> {
    pub(super) incident: IncidentId,
    /// `None` once it is deleted.
    pub(super) message: Option<MessageId>,
    pub(super) fields: &'a Fields,
    /// Which of them.
    pub(super) names: &'a [FieldName],
    /// Who said them.
    pub(super) origin: ValueOrigin,
}

impl Said<'_> {
    /// A row for each that is not missing.
    fn rows(&self) -> impl Iterator<Item = NewRow> {
        let said = |(name, field): &(FieldName, &Field)| {
            self.names.contains(name) && field.reading != Reading::Missing
        };
        self.fields.iter().filter(said).map(|(name, field)| {
            let evidence = field.evidence.as_ref();
            NewRow {
                incident: self.incident.0,
                message: self.message.map(|message| message.0),
                name: name.to_string(),
                state: field.reading.state(),
                value: field.value().map(to_json),
                reason: match &field.reading {
                    Reading::Unclear(reason) => Some(to_json(reason)),
                    _ => None,
                },
                source: evidence.map(|evidence| token(&evidence.source)),
                part: evidence.and_then(|evidence| evidence.part.map(|part| part.to_string())),
                span_start: evidence.map(|evidence| size(evidence.span.start)),
                span_end: evidence.map(|evidence| size(evidence.span.end)),
                // Inside JSON a U+0000 would pass by `Text`.
                raw: evidence.map(|evidence| evidence.raw.replace('\0', "")),
                confidence: evidence.map(|evidence| f64::from(evidence.confidence)),
                origin: self.origin.as_str(),
            }
        })
    }
}

/// Keeps the named fields; one that is missing has no row. Their tickets are found by them at once.
pub(super) async fn keep_fields(tx: &mut Tx, said: &[Said<'_>]) -> Result<()> {
    insert_fields(tx, said).await?;
    for one in said {
        renew(tx, one.incident).await?;
    }
    Ok(())
}

/// The same, where the tickets are indexed later in the transaction.
pub(super) async fn insert_fields(tx: &mut Tx, said: &[Said<'_>]) -> Result<()> {
    let rows: Vec<NewRow> = said.iter().flat_map(Said::rows).collect();
    if rows.is_empty() {
        return Ok(());
    }
    // All rows as one value: one round to the server instead of one each.
    tx.query(Sql {
        sqlite: "INSERT INTO incident_fields (incident_id, message_id, name, state, value, reason,
                    source, part, span_start, span_end, raw, confidence, origin)
                 SELECT value ->> 'incident', value ->> 'message', value ->> 'name',
                    value ->> 'state', value ->> 'value',
                    value ->> 'reason', value ->> 'source', value ->> 'part',
                    value ->> 'span_start', value ->> 'span_end', value ->> 'raw',
                    value ->> 'confidence', value ->> 'origin'
                 FROM jsonb_each($1) WHERE TRUE
                 ON CONFLICT (incident_id, name) DO UPDATE SET message_id = excluded.message_id,
                    state = excluded.state, value = excluded.value, reason = excluded.reason,
                    source = excluded.source, part = excluded.part,
                    span_start = excluded.span_start, span_end = excluded.span_end,
                    raw = excluded.raw, confidence = excluded.confidence,
                    origin = excluded.origin",
        postgres: "INSERT INTO incident_fields (incident_id, message_id, name, state, value,
                      reason, source, part, span_start, span_end, raw, confidence, origin)
                   SELECT incident, message, name, state, value, reason, source, part,
                      span_start, span_end, raw, confidence, origin
                   FROM json_to_recordset($1::json) AS row (incident BIGINT, message BIGINT,
                      name TEXT, state TEXT, value TEXT,
                      reason TEXT, source TEXT, part TEXT, span_start BIGINT, span_end BIGINT,
                      raw TEXT, confidence DOUBLE PRECISION, origin TEXT)
                   ON CONFLICT (incident_id, name) DO UPDATE SET message_id = excluded.message_id,
                      state = excluded.state, value = excluded.value, reason = excluded.reason,
                      source = excluded.source, part = excluded.part,
                      span_start = excluded.span_start, span_end = excluded.span_end,
                      raw = excluded.raw, confidence = excluded.confidence,
                    origin = excluded.origin",
    })
    .text(&to_json(&rows))
    .execute()
    .await?;
    Ok(())
}

/// Forgets fields that are no longer said.
pub(super) async fn drop_fields(
    tx: &mut Tx,
    incident: IncidentId,
    names: &[FieldName],
) -> Result<()> {
    for name in names {
        tx.query("DELETE FROM incident_fields WHERE incident_id = $1 AND name = $2")
            .bind(incident.0)
            .text(name.as_str())
            .execute()
            .await?;
    }
    match names {
        [] => Ok(()),
        _ => renew(tx, incident).await,
    }
}

fn field(incident: i64, row: FieldRow) -> Result<Field> {
    let reading = match (row.state.as_str(), &row.value, &row.reason) {
        ("present", Some(value), _) => Some(Reading::Present(json(
            "incident_fields",
            "value",
            incident,
            value,
        )?)),
        ("unclear", _, Some(reason)) => Some(Reading::Unclear(json(
            "incident_fields",
            "reason",
            incident,
            reason,
        )?)),
        ("unknown", ..) => Some(Reading::Unknown),
        ("missing", ..) => Some(Reading::Missing),
        _ => None,
    };
    let proof = Proof {
        source: row.source,
        part: row.part,
        span_start: row.span_start,
        span_end: row.span_end,
        raw: row.raw,
        confidence: row.confidence,
    };
    Ok(Field {
        reading: word("incident_fields", "state", incident, reading)?,
        evidence: proof.evidence("incident_fields", incident)?,
    })
}

/// The columns of an evidence.
pub(super) struct Proof {
    pub(super) source: Option<String>,
    pub(super) part: Option<String>,
    pub(super) span_start: Option<i64>,
    pub(super) span_end: Option<i64>,
    pub(super) raw: Option<String>,
    pub(super) confidence: Option<f64>,
}

impl Proof {
    /// The evidence; none where nothing was read.
    pub(super) fn evidence(self, table: &'static str, id: i64) -> Result<Option<Evidence>> {
        let Some(source) = self.source else {
            return Ok(None);
        };
        let bound = |column, value: Option<i64>| {
            unsigned::<usize>(table, column, id, value.unwrap_or_default())
        };
        let part = self.part.map(|part| {
            let part = Part::try_from(part).ok();
            word(table, "part", id, part)
        });
        Ok(Some(Evidence {
            source: from_token(table, "source", id, &source)?,
            part: part.transpose()?,
            span: bound("span_start", self.span_start)?..bound("span_end", self.span_end)?,
            raw: self.raw.unwrap_or_default(),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it was an f32 before it was stored"
            )]
            confidence: self.confidence.unwrap_or_default() as f32,
        }))
    }
}
