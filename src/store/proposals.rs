//! Other values that messages give for fields that have one: kept beside them until a person decides.

use super::Store;
use super::audit::{audit, told};
use super::commit::{concern_words, entity, summary};
use super::db::{Text, Tx};
use super::error::{Result, StoreError};
use super::fields::{Proof, Said, keep_fields};
use super::history::{Entry, note};
use super::rows::{json, size, to_json, token};
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::field::{Field, FieldName, Reading, ValueOrigin};
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, Incident, IncidentId, Reference, is_doubtful};
use crate::domain::message::MessageId;
use crate::domain::proposal::Proposal;
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct ProposalRow {
    id: i64,
    message_id: Option<i64>,
    name: String,
    value: String,
    source: Option<String>,
    part: Option<String>,
    span_start: Option<i64>,
    span_end: Option<i64>,
    raw: Option<String>,
    confidence: Option<f64>,
    proposed_at: DateTime<Utc>,
}

impl ProposalRow {
    fn proposal(self) -> Result<Option<Proposal>> {
        let Self { id, .. } = self;
        // A field that the form has no more may stand here still.
        let Some(name) = FieldName::parse(&self.name) else {
            return Ok(None);
        };
        let proof = Proof {
            source: self.source,
            part: self.part,
            span_start: self.span_start,
            span_end: self.span_end,
            raw: self.raw,
            confidence: self.confidence,
        };
        Ok(Some(Proposal {
            name,
            value: json("proposals", "value", id, &self.value)?,
            evidence: proof.evidence("proposals", id)?,
            message: self.message_id.map(MessageId),
            proposed_at: self.proposed_at,
        }))
    }
}

impl Store {
    /// What waits for a person, oldest first.
    pub(super) async fn proposals(&self, incident: IncidentId) -> Result<Vec<Proposal>> {
        let rows: Vec<ProposalRow> = self
            .db
            .read(
                "SELECT id, message_id, name, value, source, part, span_start, span_end, raw,
                    confidence, proposed_at
                 FROM proposals WHERE incident_id = $1 AND decided_at IS NULL ORDER BY id",
            )
            .bind(incident.0)
            .fetch_all()
            .await?;
        let read = rows.into_iter().map(ProposalRow::proposal);
        let read: Vec<Option<Proposal>> = read.collect::<Result<_>>()?;
        Ok(read.into_iter().flatten().collect())
    }

    /// A person accepts the last other value of a field: it stands there from now on, as theirs.
    /// False where none waits.
    ///
    /// # Errors
    /// The database's; a conflict where the incident changed meanwhile.
    pub async fn accept_proposal(
        &self,
        reference: &Reference,
        name: FieldName,
        by: &By,
    ) -> Result<bool> {
        self.decide_proposal(reference, name, true, by).await
    }

    /// A person refuses the other values of a field: what stands there stays. False where none
    /// waits.
    ///
    /// # Errors
    /// The database's; a conflict where the incident changed meanwhile.
    pub async fn refuse_proposal(
        &self,
        reference: &Reference,
        name: FieldName,
        by: &By,
    ) -> Result<bool> {
        self.decide_proposal(reference, name, false, by).await
    }

    async fn decide_proposal(
        &self,
        reference: &Reference,
        name: FieldName,
        accepts: bool,
        by: &By,
    ) -> Result<bool> {
        let Some(mut incident) = self.incident(reference).await? else {
            return Ok(false);
        };
        let of_field = incident.proposals.iter().rev();
        let Some(last) = of_field.clone().find(|one| one.name == name).cloned() else {
            return Ok(false);
        };
        if incident.proposals.iter().all(|one| one.name == name) {
            incident
                .concerns
                .retain(|concern| *concern != Concern::ProposedChange);
        }
        let before = incident.fields[name].clone();
        if accepts {
            incident.fields[name] = Field {
                reading: Reading::Present(last.value.clone()),
                evidence: last.evidence.clone(),
            };
        }
        let mut tx = self.db.begin().await?;
        write_row(&mut tx, &incident).await?;
        tx.query(
            "UPDATE proposals SET decided_at = $3, accepted = $4 AND message_id = $5
             WHERE incident_id = $1 AND name = $2 AND decided_at IS NULL",
        )
        .bind(incident.id.0)
        .text(name.as_str())
        .bind(by.at)
        .bind(accepts)
        .bind(last.message.map(|message| message.0))
        .execute()
        .await?;
        let mut entry = Entry::done(incident.id, by).detail(name.as_str());
        if let Some(message) = last.message {
            entry = entry.message(message);
        }
        let deed = match accepts {
            true => Deed::ValueAccepted,
            false => Deed::ValueRefused,
        };
        let line = audit::Entry::new(by, deed)
            .on(&incident.reference)
            .target(name.as_str())
            .change(&told(name, &before), &told(name, &incident.fields[name]));
        if accepts {
            let said = Said {
                incident: incident.id,
                message: last.message,
                fields: &incident.fields,
                names: &[name],
                origin: ValueOrigin::Agent,
            };
            keep_fields(&mut tx, &[said]).await?;
            note(&mut tx, EventKind::ValueAccepted, &entry).await?;
        } else {
            note(&mut tx, EventKind::ValueRefused, &entry).await?;
        }
        audit(&mut tx, &line).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// What the incident's row holds of its fields and concerns, if it still has this version.
pub(super) async fn write_row(tx: &mut Tx, incident: &Incident) -> Result<()> {
    let touched = tx
        .query(
            "UPDATE incidents SET version = version + 1, entity = $3, summary = $4, concerns = $5,
                doubtful = $6
             WHERE id = $1 AND version = $2",
        )
        .bind(incident.id.0)
        .bind(incident.version)
        .text(&entity(&incident.fields))
        .text(&summary(&incident.fields, &incident.subject))
        .text(&concern_words(&incident.concerns))
        .bind(is_doubtful(
            &incident.fields,
            &incident.concerns,
            incident.major_suspected,
        ))
        .execute()
        .await?;
    if touched == 0 {
        return Err(StoreError::Conflict("the incident"));
    }
    Ok(())
}

/// Keeps what a message says otherwise.
pub(super) async fn keep_proposals(
    tx: &mut Tx,
    incident: IncidentId,
    proposals: &[Proposal],
) -> Result<()> {
    for proposal in proposals {
        let evidence = proposal.evidence.as_ref();
        tx.query(
            "INSERT INTO proposals (incident_id, message_id, name, value, source, part, span_start,
                span_end, raw, confidence, proposed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        )
        .bind(incident.0)
        .bind(proposal.message.map(|message| message.0))
        .text(proposal.name.as_str())
        .text(&to_json(&proposal.value))
        .bind(evidence.map(|one| Text::from(&token(&one.source))))
        .bind(evidence.and_then(|one| one.part.map(|part| Text::from(&part.to_string()))))
        .bind(evidence.map(|one| size(one.span.start)))
        .bind(evidence.map(|one| size(one.span.end)))
        .bind(evidence.map(|one| Text::from(&one.raw)))
        .bind(evidence.map(|one| f64::from(one.confidence)))
        .bind(proposal.proposed_at)
        .execute()
        .await?;
    }
    Ok(())
}
