//! Incidents that are made: their references, rows, addresses and fields, a statement for each kind of
//! row whatever their number.

use super::commit::{entity, summary};
use super::db::{Sql, Text, Tx};
use super::error::{Result, StoreError};
use super::fields::{Said, insert_fields};
use super::outcome::{NewIncident, Outcome};
use super::rows::{size, stamp, to_json, unsigned};
use crate::domain::field::{FieldName, Fields, ValueOrigin};
use crate::domain::incident::{IncidentId, Reference, Status, is_doubtful};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

#[derive(serde::Serialize)]
struct NewRow {
    number: usize,
    reference: String,
    status: &'static str,
    kind: &'static str,
    received_at: String,
    address: Text,
    subject: Text,
    entity: Text,
    summary: Text,
    to_ask: Text,
    concerns: String,
    major_suspected: bool,
    doubtful: bool,
    follows: Option<i64>,
    status_since: String,
}

impl NewRow {
    fn of(
        number: usize,
        reference: &Reference,
        (new, outcome): &(&NewIncident, &Outcome),
        now: DateTime<Utc>,
    ) -> Self {
        let concerns: Vec<&str> = new.concerns.iter().map(|one| one.as_str()).collect();
        Self {
            number,
            reference: reference.to_string(),
            status: Status::ToReview.as_str(),
            kind: outcome.kind.as_str(),
            received_at: stamp(new.received_at),
            address: Text::from(&outcome.from_address),
            subject: Text::from(&outcome.subject),
            entity: Text::from(&entity(&new.fields)),
            summary: Text::from(&summary(&new.fields, &outcome.subject)),
            to_ask: Text::from(&to_json(&new.to_ask)),
            concerns: to_json(&concerns),
            major_suspected: new.major_suspected,
            doubtful: is_doubtful(&new.fields, &new.concerns, new.major_suspected),
            follows: new.follows.as_ref().map(|(earlier, _)| earlier.0),
            status_since: stamp(now),
        }
    }
}

/// Makes the incidents of messages; gives each one's row and reference, in order.
pub(super) async fn insert_incidents(
    tx: &mut Tx,
    new: &[(&NewIncident, &Outcome)],
    now: DateTime<Utc>,
) -> Result<Vec<(IncidentId, Reference)>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let references = number_all(tx, new).await?;
    let rows: Vec<NewRow> = new
        .iter()
        .zip(&references)
        .enumerate()
        .map(|(number, (new, reference))| NewRow::of(number, reference, new, now))
        .collect();
    let inserted: Vec<(i64, String)> = tx
        .query(Sql {
            sqlite: "INSERT INTO incidents (reference, status, version, kind, received_at, address,
                        subject, entity, summary, to_ask, concerns, major_suspected, doubtful,
                        follows, status_since)
                     SELECT j.value ->> 'reference', j.value ->> 'status', 1, j.value ->> 'kind',
                        j.value ->> 'received_at', j.value ->> 'address', j.value ->> 'subject',
                        j.value ->> 'entity', j.value ->> 'summary', j.value ->> 'to_ask',
                        j.value ->> 'concerns', j.value ->> 'major_suspected',
                        j.value ->> 'doubtful', j.value ->> 'follows',
                        j.value ->> 'status_since'
                     FROM jsonb_each($1) AS j ORDER BY j.key RETURNING id, reference",
            postgres: "INSERT INTO incidents (reference, status, version, kind, received_at,
                          address, subject, entity, summary, to_ask, concerns, major_suspected,
                          doubtful, follows, status_since)
                       SELECT j.reference, j.status, 1, j.kind, j.received_at, j.address,
                          j.subject, j.entity, j.summary, j.to_ask, j.concerns,
                          j.major_suspected, j.doubtful, j.follows, j.status_since
                       FROM json_to_recordset($1::json) AS j (number BIGINT, reference TEXT,
                          status TEXT, kind TEXT, received_at TIMESTAMPTZ, address TEXT,
                          subject TEXT, entity TEXT, summary TEXT, to_ask TEXT, concerns TEXT,
                          major_suspected BOOLEAN, doubtful BOOLEAN, follows BIGINT,
                          status_since TIMESTAMPTZ)
                       ORDER BY j.number RETURNING id, reference",
        })
        .text(&to_json(&rows))
        .fetch_all()
        .await?;
    let ids: HashMap<String, i64> = inserted
        .into_iter()
        .map(|(id, reference)| (reference, id))
        .collect();
    let made: Vec<(IncidentId, Reference)> = references
        .into_iter()
        .map(|reference| {
            let id = ids.get(&reference.to_string());
            let id = id.ok_or(StoreError::Conflict("the incident"))?;
            Ok((IncidentId(*id), reference))
        })
        .collect::<Result<_>>()?;
    let incidents = || made.iter().map(|(id, _)| *id).zip(new);
    let addresses: Vec<(IncidentId, &String)> = incidents()
        .flat_map(|(id, (new, _))| new.addresses.iter().map(move |address| (id, address)))
        .collect();
    believe(tx, &addresses).await?;
    let names: Vec<FieldName> = Fields::default().iter().map(|(name, _)| name).collect();
    let said: Vec<Said<'_>> = incidents()
        .map(|(incident, (new, outcome))| Said {
            incident,
            message: Some(outcome.message),
            fields: &new.fields,
            names: &names,
            origin: ValueOrigin::Parser,
        })
        .collect();
    insert_fields(tx, &said).await?;
    Ok(made)
}

/// A reference for each, in order.
async fn number_all(tx: &mut Tx, new: &[(&NewIncident, &Outcome)]) -> Result<Vec<Reference>> {
    let mut counts: BTreeMap<(&str, i32), usize> = BTreeMap::new();
    for (new, _) in new {
        *counts.entry((&new.prefix, new.year)).or_default() += 1;
    }
    // The last number of each year that was given out before these.
    let mut last: BTreeMap<(&str, i32), i64> = BTreeMap::new();
    for ((prefix, year), count) in counts {
        let count = size(count);
        let (number,): (i64,) = tx
            .query(
                "INSERT INTO reference_counters (prefix, year, last) VALUES ($1, $2, $3)
                 ON CONFLICT (prefix, year) DO UPDATE SET last = reference_counters.last + $3
                 RETURNING last",
            )
            .text(prefix)
            .bind(i64::from(year))
            .bind(count)
            .fetch_one()
            .await?;
        last.insert((prefix, year), number - count);
    }
    new.iter()
        .map(|(new, _)| {
            let number = last.entry((&new.prefix, new.year)).or_default();
            *number += 1;
            let year = i64::from(new.year);
            let number = unsigned("reference_counters", "last", year, *number)?;
            Ok(Reference::new(&new.prefix, new.year, number))
        })
        .collect()
}

#[derive(serde::Serialize)]
struct AddressRow {
    incident: i64,
    address: Text,
}

/// From now on an incident's mark is believed when it comes from this address.
pub(super) async fn believe(tx: &mut Tx, addresses: &[(IncidentId, &String)]) -> Result<()> {
    let rows: Vec<AddressRow> = addresses
        .iter()
        .map(|(incident, address)| AddressRow {
            incident: incident.0,
            address: Text::from(*address),
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.query(Sql {
        sqlite: "INSERT INTO incident_addresses (incident_id, address)
                 SELECT j.value ->> 'incident', j.value ->> 'address'
                 FROM jsonb_each($1) AS j WHERE TRUE ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO incident_addresses (incident_id, address)
                   SELECT j.incident, j.address
                   FROM json_to_recordset($1::json) AS j (incident BIGINT, address TEXT)
                   ON CONFLICT DO NOTHING",
    })
    .text(&to_json(&rows))
    .execute()
    .await?;
    Ok(())
}
