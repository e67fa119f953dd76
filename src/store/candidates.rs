//! Incidents that look alike: what is compared, and which pairs were found.

use super::Store;
use super::db::Sql;
use super::error::Result;
use super::rows::{json, reference, to_json, unsigned, word};
use crate::domain::alike::{Candidate, Likeness, Seen, Sign};
use crate::domain::field::{FieldName, Value};
use crate::domain::incident::{IncidentId, Reference};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct SeenRow {
    id: i64,
    reference: String,
    received_at: DateTime<Utc>,
    address: String,
    name: Option<String>,
    value: Option<String>,
}

#[derive(sqlx::FromRow)]
struct CandidateRow {
    id: i64,
    reference: String,
    kind: String,
    reasons: String,
    score: i64,
    turned: bool,
}

#[derive(serde::Serialize)]
struct NewRow {
    incident: i64,
    other: String,
    kind: &'static str,
    reasons: String,
    score: u32,
}

impl NewRow {
    fn of(incident: IncidentId, candidate: &Candidate) -> Self {
        let tokens: Vec<String> = candidate.signs.iter().map(|sign| sign.token()).collect();
        Self {
            incident: incident.0,
            other: candidate.other.to_string(),
            kind: candidate.likeness.as_str(),
            reasons: tokens.join(" "),
            score: candidate.score,
        }
    }
}

impl Store {
    /// What is compared of incidents, as far as they are there.
    ///
    /// # Errors
    /// The database's.
    pub async fn seen(&self, references: &[Reference]) -> Result<Vec<Seen>> {
        let names: Vec<String> = references.iter().map(ToString::to_string).collect();
        let rows: Vec<SeenRow> = self
            .db
            .read(Sql {
                sqlite: "SELECT i.id, i.reference, i.received_at, i.address, f.name, f.value
                         FROM incidents i LEFT JOIN incident_fields f ON f.incident_id = i.id
                            AND f.state = 'present' AND f.name IN ('entity', 'feature',
                                'started_at', 'declarant_name', 'description', 'email')
                         WHERE i.reference IN (SELECT value FROM json_each($1)) ORDER BY i.id",
                postgres: "SELECT i.id, i.reference, i.received_at, i.address, f.name, f.value
                           FROM incidents i LEFT JOIN incident_fields f ON f.incident_id = i.id
                              AND f.state = 'present' AND f.name IN ('entity', 'feature',
                                  'started_at', 'declarant_name', 'description', 'email')
                           WHERE i.reference IN (SELECT json_array_elements_text($1::json))
                           ORDER BY i.id",
            })
            .text(&to_json(&names))
            .fetch_all()
            .await?;
        collect(rows)
    }

    /// The same of the incidents received around `from`..`to`, the newest `most` of them that were
    /// neither set aside nor merged, newest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn seen_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Seen>> {
        let rows: Vec<SeenRow> = self
            .db
            .read(
                "SELECT i.id, i.reference, i.received_at, i.address, f.name, f.value
                 FROM (SELECT id, reference, received_at, address FROM incidents
                       WHERE received_at >= $1 AND received_at <= $2
                          AND status NOT IN ('set_aside', 'merged')
                       ORDER BY received_at DESC, id DESC LIMIT $3) i
                 LEFT JOIN incident_fields f ON f.incident_id = i.id
                    AND f.state = 'present' AND f.name IN ('entity', 'feature', 'started_at',
                        'declarant_name', 'description', 'email')
                 ORDER BY i.received_at DESC, i.id DESC",
            )
            .bind(from)
            .bind(to)
            .bind(i64::from(most))
            .fetch_all()
            .await?;
        collect(rows)
    }

    /// Keeps what incidents look like, in the place of what was kept of them before; one that looks
    /// like nothing keeps what it has. A pair that was kept from its other side is there already; of
    /// one that is found from both sides now, one side is given.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_candidates(
        &self,
        found: &[(IncidentId, Vec<Candidate>)],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let found = || {
            found
                .iter()
                .filter(|(_, candidates)| !candidates.is_empty())
        };
        let ids: Vec<i64> = found().map(|(incident, _)| incident.0).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let rows: Vec<NewRow> = found()
            .flat_map(|(incident, candidates)| {
                candidates
                    .iter()
                    .map(|candidate| NewRow::of(*incident, candidate))
            })
            .collect();
        let mut tx = self.db.begin().await?;
        tx.query(Sql {
            sqlite: "DELETE FROM candidates WHERE incident_id IN (SELECT value FROM json_each($1))",
            postgres: "DELETE FROM candidates
                       WHERE incident_id IN (SELECT json_array_elements_text($1::json)::bigint)",
        })
        .text(&to_json(&ids))
        .execute()
        .await?;
        tx.query(Sql {
            sqlite: "INSERT INTO candidates (incident_id, other_id, kind, reasons, score, found_at)
                     SELECT j.value ->> 'incident', o.id, j.value ->> 'kind',
                        j.value ->> 'reasons', j.value ->> 'score', $2
                     FROM jsonb_each($1) AS j JOIN incidents o ON o.reference = j.value ->> 'other'
                     WHERE NOT EXISTS (SELECT 1 FROM candidates c
                        WHERE c.incident_id = o.id AND c.other_id = j.value ->> 'incident')",
            postgres:
                "INSERT INTO candidates (incident_id, other_id, kind, reasons, score, found_at)
                       SELECT j.incident, o.id, j.kind, j.reasons, j.score, $2
                       FROM json_to_recordset($1::json) AS j (incident BIGINT, other TEXT,
                          kind TEXT, reasons TEXT, score BIGINT)
                       JOIN incidents o ON o.reference = j.other
                       WHERE NOT EXISTS (SELECT 1 FROM candidates c
                          WHERE c.incident_id = o.id AND c.other_id = j.incident)",
        })
        .text(&to_json(&rows))
        .bind(now)
        .execute()
        .await?;
        tx.commit().await
    }

    /// The incidents that look like this one, whichever of the two came first, best first; none that
    /// a person told from it, nor where one of the two is part of another incident.
    ///
    /// # Errors
    /// The database's.
    pub async fn candidates(&self, reference: &Reference) -> Result<Vec<Candidate>> {
        let rows: Vec<CandidateRow> = self
            .db
            .read(
                "SELECT o.id, o.reference, c.kind, c.reasons, c.score,
                    (c.other_id = i.id) AS turned
                 FROM incidents i
                 JOIN candidates c ON c.incident_id = i.id OR c.other_id = i.id
                 JOIN incidents o ON o.id = CASE WHEN c.incident_id = i.id
                    THEN c.other_id ELSE c.incident_id END
                 WHERE i.reference = $1 AND i.merged_into IS NULL AND o.merged_into IS NULL
                    AND NOT EXISTS (SELECT 1 FROM distinct_pairs d
                       WHERE d.incident_id = i.id AND d.other_id = o.id
                          OR d.incident_id = o.id AND d.other_id = i.id)
                 ORDER BY c.score DESC, o.id DESC",
            )
            .text(&reference.to_string())
            .fetch_all()
            .await?;
        rows.iter().map(candidate).collect()
    }
}

fn candidate(row: &CandidateRow) -> Result<Candidate> {
    let id = row.id;
    let signs = row
        .reasons
        .split_whitespace()
        .map(|token| word("candidates", "reasons", id, Sign::parse(token)))
        .map(|sign| sign.map(|sign| if row.turned { sign.turned() } else { sign }))
        .collect::<Result<_>>()?;
    Ok(Candidate {
        other: reference("incidents", id, &row.reference)?,
        likeness: word("candidates", "kind", id, Likeness::parse(&row.kind))?,
        signs,
        score: unsigned("candidates", "score", id, row.score)?,
    })
}

/// Rows of one incident stand together.
fn collect(rows: Vec<SeenRow>) -> Result<Vec<Seen>> {
    let mut all: Vec<Seen> = Vec::new();
    for row in rows {
        let id = IncidentId(row.id);
        if all.last().is_none_or(|last| last.id != id) {
            all.push(Seen {
                id,
                reference: reference("incidents", row.id, &row.reference)?,
                received_at: row.received_at,
                started_at: None,
                address: row.address,
                email: String::new(),
                declarant: String::new(),
                entity: String::new(),
                feature: String::new(),
                description: String::new(),
            });
        }
        let (Some(seen), Some(name), Some(value)) = (all.last_mut(), row.name, row.value) else {
            continue;
        };
        let value: Value = json("incident_fields", "value", row.id, &value)?;
        match (FieldName::parse(&name), value) {
            (_, Value::Entity { name, id }) => seen.entity = id.unwrap_or(name),
            (_, Value::Instant { at, .. }) => seen.started_at = Some(at.to_utc()),
            (Some(FieldName::Email), Value::Text(text)) => seen.email = text,
            (Some(FieldName::DeclarantName), Value::Text(text)) => seen.declarant = text,
            (Some(FieldName::Feature), Value::Text(text)) => seen.feature = text,
            (Some(FieldName::Description), Value::Text(text)) => seen.description = text,
            _ => {}
        }
    }
    Ok(all)
}
