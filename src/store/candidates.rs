//! Incidents that look alike: what is compared, and which pairs were found.

use super::Store;
use super::error::Result;
use super::rows::{json, reference, unsigned, word};
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

impl Store {
    /// What is compared of one incident; `None` where there is none of that name.
    ///
    /// # Errors
    /// The database's.
    pub async fn seen(&self, reference: &Reference) -> Result<Option<Seen>> {
        let rows: Vec<SeenRow> = self
            .db
            .read(
                "SELECT i.id, i.reference, i.received_at, i.address, f.name, f.value
                 FROM incidents i LEFT JOIN incident_fields f ON f.incident_id = i.id
                    AND f.state = 'present' AND f.name IN ('entity', 'feature', 'started_at',
                        'declarant_name', 'description', 'email')
                 WHERE i.reference = $1",
            )
            .text(&reference.to_string())
            .fetch_all()
            .await?;
        Ok(collect(rows)?.pop())
    }

    /// The same of the incidents received around `from`..`to`, the newest `most` of them that were
    /// neither set aside nor merged.
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
                 ORDER BY i.id",
            )
            .bind(from)
            .bind(to)
            .bind(i64::from(most))
            .fetch_all()
            .await?;
        collect(rows)
    }

    /// Keeps what an incident looks like, in the place of what was kept of it before.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep_candidates(
        &self,
        incident: IncidentId,
        candidates: &[Candidate],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut tx = self.db.begin().await?;
        tx.query("DELETE FROM candidates WHERE incident_id = $1")
            .bind(incident.0)
            .execute()
            .await?;
        for candidate in candidates {
            let tokens: Vec<String> = candidate.signs.iter().map(|sign| sign.token()).collect();
            // Where the other was found to look like this one, the pair is there already.
            tx.query(
                "INSERT INTO candidates (incident_id, other_id, kind, reasons, score, found_at)
                 SELECT $1, o.id, $3, $4, $5, $6 FROM incidents o
                 WHERE o.reference = $2 AND NOT EXISTS (SELECT 1 FROM candidates c
                    WHERE c.incident_id = o.id AND c.other_id = $1)",
            )
            .bind(incident.0)
            .text(&candidate.other.to_string())
            .text(candidate.likeness.as_str())
            .text(&tokens.join(" "))
            .bind(i64::from(candidate.score))
            .bind(now)
            .execute()
            .await?;
        }
        tx.commit().await
    }

    /// The incidents that look like this one, whichever of the two came first, best first.
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
                 WHERE i.reference = $1
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
