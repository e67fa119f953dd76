//! Incidents that look alike: what is compared, and which pairs were found.

use super::Store;
use super::db::Sql;
use super::error::Result;
use super::rows::{json, reference, to_json, unsigned, word};
use crate::domain::alike::{Candidate, Likeness, Seen, Sign};
use crate::domain::field::Value;
use crate::domain::incident::{IncidentId, Reference};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct SeenRow {
    id: i64,
    reference: String,
    received_at: DateTime<Utc>,
    address: String,
    entity: Option<String>,
    feature: Option<String>,
    started_at: Option<String>,
    declarant_name: Option<String>,
    description: Option<String>,
    email: Option<String>,
}

/// What is compared of the incidents `i`, one row each: a row is a message from the database's thread.
macro_rules! seen {
    ($from:literal) => {
        concat!(
            "SELECT i.id, i.reference, i.received_at, i.address,
                (SELECT value FROM incident_fields WHERE incident_id = i.id
                   AND name = 'entity' AND state = 'present') AS entity,
                (SELECT value FROM incident_fields WHERE incident_id = i.id
                   AND name = 'feature' AND state = 'present') AS feature,
                (SELECT value FROM incident_fields WHERE incident_id = i.id
                   AND name = 'started_at' AND state = 'present') AS started_at,
                (SELECT value FROM incident_fields WHERE incident_id = i.id
                   AND name = 'declarant_name' AND state = 'present') AS declarant_name,
                (SELECT value FROM incident_fields WHERE incident_id = i.id
                   AND name = 'description' AND state = 'present') AS description,
                (SELECT value FROM incident_fields WHERE incident_id = i.id
                   AND name = 'email' AND state = 'present') AS email
             FROM incidents i ",
            $from
        )
    };
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
                sqlite: seen!(
                    "WHERE i.reference IN (SELECT value FROM json_each($1)) ORDER BY i.id"
                ),
                postgres: seen!(
                    "WHERE i.reference IN (SELECT json_array_elements_text($1::json)) ORDER BY i.id"
                ),
            })
            .text(&to_json(&names))
            .fetch_all()
            .await?;
        rows.into_iter().map(seen).collect()
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
            .read(seen!(
                "WHERE i.received_at >= $1 AND i.received_at <= $2
                    AND i.status NOT IN ('set_aside', 'merged')
                 ORDER BY i.received_at DESC, i.id DESC LIMIT $3"
            ))
            .bind(from)
            .bind(to)
            .bind(i64::from(most))
            .fetch_all()
            .await?;
        rows.into_iter().map(seen).collect()
    }

    /// The pairs of these incidents and others that a person told apart, each from the side of the one
    /// that is asked for.
    ///
    /// # Errors
    /// The database's.
    pub async fn told_apart(
        &self,
        incidents: &[IncidentId],
    ) -> Result<Vec<(IncidentId, IncidentId)>> {
        let ids: Vec<i64> = incidents.iter().map(|incident| incident.0).collect();
        let rows: Vec<(i64, i64)> = self
            .db
            .read(Sql {
                sqlite: "SELECT incident_id, other_id FROM distinct_pairs
                            WHERE incident_id IN (SELECT value FROM json_each($1))
                         UNION SELECT other_id, incident_id FROM distinct_pairs
                            WHERE other_id IN (SELECT value FROM json_each($1))
                         ORDER BY 1, 2",
                postgres: "WITH j AS (SELECT json_array_elements_text($1::json)::bigint AS id)
                           SELECT incident_id, other_id FROM distinct_pairs
                              WHERE incident_id IN (SELECT id FROM j)
                           UNION SELECT other_id, incident_id FROM distinct_pairs
                              WHERE other_id IN (SELECT id FROM j)
                           ORDER BY 1, 2",
            })
            .text(&to_json(&ids))
            .fetch_all()
            .await?;
        let pairs = rows.into_iter();
        Ok(pairs
            .map(|(one, other)| (IncidentId(one), IncidentId(other)))
            .collect())
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

fn seen(row: SeenRow) -> Result<Seen> {
    let value = |value: Option<String>| -> Result<Option<Value>> {
        let value = value.map(|value| json("incident_fields", "value", row.id, &value));
        value.transpose()
    };
    let text = |of: Option<String>| -> Result<String> {
        Ok(match value(of)? {
            Some(Value::Text(text)) => text,
            _ => String::new(),
        })
    };
    Ok(Seen {
        id: IncidentId(row.id),
        reference: reference("incidents", row.id, &row.reference)?,
        received_at: row.received_at,
        started_at: match value(row.started_at)? {
            Some(Value::Instant { at, .. }) => Some(at.to_utc()),
            _ => None,
        },
        address: row.address,
        email: text(row.email)?,
        declarant: text(row.declarant_name)?,
        entity: match value(row.entity)? {
            Some(Value::Entity { name, id }) => id.unwrap_or(name),
            _ => String::new(),
        },
        feature: text(row.feature)?,
        description: text(row.description)?,
    })
}
