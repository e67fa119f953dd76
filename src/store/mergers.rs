//! A ticket is made part of another one, with the mails that tell of it, in one transaction; what it
//! takes to undo that is kept beside it. `splits.rs` undoes it.

use super::Store;
use super::audit::audit;
use super::commit::{concern_words, entity, respond, summary, turn};
use super::db::Tx;
use super::error::{Result, StoreError};
use super::fields::{Said, insert_fields};
use super::history::{Entry, note, note_all};
use super::outcome::{Anew, Committed, Letter};
use super::rows::to_json;
use super::searched::renew;
use super::tickets::tell_all;
use super::timers::stop_timers;
use super::undo::{Before, Filled, Undo};
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::field::{FieldName, Fields};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, Incident, IncidentId, Status, is_doubtful};
use crate::domain::merger::Stood;
use chrono::{DateTime, Utc};

/// What making a ticket part of another one changes.
#[derive(Debug)]
pub struct Merging<'a> {
    /// The ticket, as it was looked at; another version by now is a conflict.
    pub incident: &'a Incident,
    /// The one that is kept, as it was looked at.
    pub into: &'a Incident,
    /// All fields of the kept one from now on.
    pub fields: &'a Fields,
    /// Those that it takes of the other.
    pub filled: &'a [FieldName],
    /// What remains to be asked for there.
    pub to_ask: &'a [Ask],
    /// Its new status; `None` leaves it.
    pub status: Option<Status>,
    /// Why the kept one is looked at.
    pub concerns: &'a [Concern],
    /// Why they look alike, in stable words; empty where nothing was found.
    pub why: &'a str,
    /// The mails that tell of it.
    pub letters: &'a [Letter],
    /// What the kept one says in the stead of a mail that asks for too much now.
    pub anew: Option<&'a Anew>,
    /// Who does it.
    pub by: &'a By,
}

impl Store {
    /// Makes a ticket part of another one: nothing more is asked for under its number, what the other
    /// lacks is completed, and the declarants are told. Gives what became of the mails.
    ///
    /// # Errors
    /// The database's; a conflict where one of the two changed since it was looked at.
    pub async fn merge(&self, merging: &Merging<'_>) -> Result<Vec<Committed>> {
        let Merging {
            incident, into, by, ..
        } = *merging;
        let now = by.at;
        let mut tx = self.db.begin().await?;
        turn(&mut tx).await?;
        let (part, kept) = (
            before(&mut tx, incident.id).await?,
            before(&mut tx, into.id).await?,
        );
        become_part(&mut tx, incident, into.id, now).await?;
        complete(&mut tx, merging, &kept, now).await?;
        stop_timers(&mut tx, incident.id).await?;
        if merging.status.is_some() {
            stop_timers(&mut tx, into.id).await?;
        }
        let taken_back = take_back(&mut tx, incident.id, now).await?;
        keep_history(&mut tx, merging).await?;
        let told = tell_all(&mut tx, merging.letters, now).await?;
        if let Some(anew) = merging.anew {
            say_anew(&mut tx, into, anew, now).await?;
        }
        let undo = Undo {
            part,
            taken_back,
            letters: told.iter().filter_map(|told| told.mail).collect(),
            kept,
            last_event: last_event(&mut tx, into.id).await?,
            filled: merging
                .filled
                .iter()
                .map(|name| Filled::of(*name, &Stood::of(into, *name), &Stood::of(incident, *name)))
                .collect(),
        };
        tx.query(
            "INSERT INTO mergers (incident_id, into_id, merged_at, undo) VALUES ($1, $2, $3, $4)",
        )
        .bind(incident.id.0)
        .bind(into.id.0)
        .bind(now)
        .text(&to_json(&undo))
        .execute()
        .await?;
        let line = audit::Entry::new(by, Deed::Merged)
            .on(&incident.reference)
            .target(into.reference.to_string());
        let line = line.change(&incident.status.as_str(), &Status::Merged.as_str());
        audit(&mut tx, &line).await?;
        tx.commit().await?;
        Ok(told)
    }
}

/// A ticket as it is, for the day on which this is undone.
async fn before(tx: &mut Tx, incident: IncidentId) -> Result<Before> {
    type Row = (String, Option<DateTime<Utc>>, String, bool, bool);
    let row: Option<Row> = tx
        .query(
            "SELECT status, status_since, concerns, doubtful, major_suspected
             FROM incidents WHERE id = $1",
        )
        .bind(incident.0)
        .fetch_optional()
        .await?;
    let (status, status_since, concerns, doubtful, major_suspected) =
        row.ok_or(StoreError::Conflict("the incident"))?;
    let timers = tx
        .query("SELECT kind, due_at FROM timers WHERE incident_id = $1 ORDER BY kind")
        .bind(incident.0)
        .fetch_all()
        .await?;
    Ok(Before {
        status,
        status_since,
        concerns,
        doubtful,
        major_suspected,
        timers,
    })
}

/// The ticket itself, if it still has this version.
async fn become_part(
    tx: &mut Tx,
    incident: &Incident,
    into: IncidentId,
    now: DateTime<Utc>,
) -> Result<()> {
    let merged = tx
        .query(
            "UPDATE incidents SET status = $4, merged_into = $3, version = version + 1,
                status_since = $5
             WHERE id = $1 AND version = $2 AND merged_into IS NULL",
        )
        .bind(incident.id.0)
        .bind(incident.version)
        .bind(into.0)
        .text(Status::Merged.as_str())
        .bind(now)
        .execute()
        .await?;
    match merged {
        0 => Err(StoreError::Conflict("the incident")),
        _ => Ok(()),
    }
}

/// The kept ticket, if it still has this version, with what it takes.
async fn complete(
    tx: &mut Tx,
    merging: &Merging<'_>,
    kept: &Before,
    now: DateTime<Utc>,
) -> Result<()> {
    let Merging { incident, into, .. } = *merging;
    let major = into.major_suspected || incident.major_suspected;
    let mut new = Fields::default();
    for name in merging.filled {
        new[*name] = merging.fields[*name].clone();
    }
    let is_settled = merging.concerns.is_empty() && !into.concerns.is_empty();
    let doubtful = if is_settled {
        is_doubtful(merging.fields, merging.concerns, major)
    } else {
        // What somebody found right stays so.
        kept.doubtful || is_doubtful(&new, &[], major)
    };
    let status = merging.status.unwrap_or(into.status);
    let kept = tx
        .query(
            "UPDATE incidents SET version = version + 1, entity = $3, summary = $4, to_ask = $5,
                concerns = $6, major_suspected = $7, doubtful = $8,
                status_since = CASE WHEN status = $9 THEN status_since ELSE $10 END, status = $9
             WHERE id = $1 AND version = $2 AND merged_into IS NULL",
        )
        .bind(into.id.0)
        .bind(into.version)
        .text(&entity(merging.fields))
        .text(&summary(merging.fields, &into.subject))
        .text(&to_json(&merging.to_ask))
        .text(&concern_words(merging.concerns))
        .bind(major)
        .bind(doubtful)
        .text(status.as_str())
        .bind(now)
        .execute()
        .await?;
    if kept == 0 {
        return Err(StoreError::Conflict("the incident"));
    }
    for name in merging.filled {
        let stood = Stood::of(incident, *name);
        give(tx, into.id, *name, &stood).await?;
    }
    renew(tx, into.id).await
}

/// Puts into a field what stands or stood elsewhere, with its message and its origin; whoever calls it
/// indexes the ticket.
pub(super) async fn give(
    tx: &mut Tx,
    incident: IncidentId,
    name: FieldName,
    stood: &Stood,
) -> Result<()> {
    let Some(origin) = stood.origin else {
        return Ok(());
    };
    let mut fields = Fields::default();
    fields[name] = stood.field.clone();
    let said = Said {
        incident,
        message: stood.message,
        fields: &fields,
        names: &[name],
        origin,
    };
    insert_fields(tx, &[said]).await
}

/// Takes back what has not left; gives each mail with the state that it was in.
pub(super) async fn take_back(
    tx: &mut Tx,
    incident: IncidentId,
    now: DateTime<Utc>,
) -> Result<Vec<(i64, String)>> {
    let waiting: Vec<(i64, String)> = tx
        .query(
            "SELECT id, state FROM outbox
             WHERE incident_id = $1 AND state IN ('review', 'queued') ORDER BY id",
        )
        .bind(incident.0)
        .fetch_all()
        .await?;
    let mut taken = Vec::new();
    for (mail, state) in waiting {
        if cancel(tx, incident, mail, now).await? {
            taken.push((mail, state));
        }
    }
    Ok(taken)
}

/// Takes back one mail; false where it left, or is about to.
pub(super) async fn cancel(
    tx: &mut Tx,
    incident: IncidentId,
    mail: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    let cancelled = tx
        .query(
            "UPDATE outbox SET state = 'cancelled', leased_until = NULL
             WHERE id = $1 AND (state = 'review'
                OR state = 'queued' AND (leased_until IS NULL OR leased_until <= $2))",
        )
        .bind(mail)
        .bind(now)
        .execute()
        .await?;
    if cancelled > 0 {
        let entry = Entry::of(incident, now).mail(mail);
        note(tx, EventKind::MailCancelled, &entry).await?;
    }
    Ok(cancelled > 0)
}

/// Says in the kept ticket what is to be said in the stead of a mail that has not left.
pub(super) async fn say_anew(
    tx: &mut Tx,
    into: &Incident,
    anew: &Anew,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut committed = Committed::of(anew.message, Some(into.reference.clone()));
    let about = (into.id, into.reference.clone());
    let answering = (&anew.answering, Some(anew.mail));
    respond(tx, about, answering, anew.message, now, &mut committed).await
}

async fn last_event(tx: &mut Tx, incident: IncidentId) -> Result<i64> {
    let (id,): (Option<i64>,) = tx
        .query("SELECT MAX(id) FROM history WHERE incident_id = $1")
        .bind(incident.0)
        .fetch_one()
        .await?;
    Ok(id.unwrap_or_default())
}

/// Both histories say what was done and why; the kept one also what it took, message by message.
async fn keep_history(tx: &mut Tx, merging: &Merging<'_>) -> Result<()> {
    let Merging {
        incident, into, by, ..
    } = *merging;
    let why = |other: &Incident| format!("{} {}", other.reference, merging.why);
    let (part, kept) = (Entry::done(incident.id, by), Entry::done(into.id, by));
    let mut events = vec![
        (EventKind::Merged, part.clone().detail(why(into).trim())),
        (
            EventKind::StatusChanged,
            part.detail(Status::Merged.as_str()),
        ),
        (
            EventKind::Absorbed,
            kept.clone().detail(why(incident).trim()),
        ),
    ];
    let of = |name: &FieldName| incident.field_messages.get(name).copied();
    let mut messages: Vec<_> = merging.filled.iter().map(of).collect();
    messages.sort_unstable();
    messages.dedup();
    for message in messages {
        let names = merging.filled.iter().filter(|name| of(name) == message);
        let names: Vec<&str> = names.map(FieldName::as_str).collect();
        let entry = kept.clone().detail(&names.join(" "));
        let entry = match message {
            Some(message) => entry.message(message),
            None => entry,
        };
        events.push((EventKind::FieldsTaken, entry));
    }
    if let Some(status) = merging.status {
        events.push((EventKind::StatusChanged, kept.detail(status.as_str())));
    }
    note_all(tx, &events).await
}
