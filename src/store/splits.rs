//! Undoing a merger; and the verdict that two incidents are no duplicates.

use super::Store;
use super::audit::audit;
use super::commit::{concern_words, entity, summary, turn};
use super::db::Tx;
use super::error::{Result, StoreError};
use super::fields::drop_fields;
use super::history::{Entry, note, note_all};
use super::mergers::{cancel, give, say_anew};
use super::outcome::Anew;
use super::rows::{json, to_json, token, unsigned, word};
use super::searched::renew;
use super::undo::{Before, Filled, Undo};
use crate::domain::account::By;
use crate::domain::audit::{self, Deed};
use crate::domain::decision::Review;
use crate::domain::field::{FieldName, Fields, Reading};
use crate::domain::form::Ask;
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, Incident, IncidentId, Status, is_doubtful};
use crate::domain::merger::Taken;
use chrono::{DateTime, Utc};

/// What undoing a merger changes.
#[derive(Debug)]
pub struct Splitting<'a> {
    /// The ticket that is one of its own again, as it was looked at; another version by now is a
    /// conflict.
    pub incident: &'a Incident,
    /// The one that it was part of, as it was looked at.
    pub into: &'a Incident,
    /// All fields of that one from now on.
    pub fields: &'a Fields,
    /// Those that it gives back.
    pub back: &'a [Taken],
    /// What remains to be asked for there.
    pub to_ask: &'a [Ask],
    /// What it says in the stead of a mail that asks for too little now.
    pub anew: Option<&'a Anew>,
    /// Who does it.
    pub by: &'a By,
}

/// What became of a merger that was undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// Where the ticket stands again.
    pub status: Status,
    /// Messages that came meanwhile, and stay in the other ticket.
    pub stay: u32,
}

impl Store {
    /// What an incident took of this one when that was made part of it.
    ///
    /// # Errors
    /// The database's; a row that can't be understood.
    pub async fn taken_of(&self, incident: IncidentId) -> Result<Vec<Taken>> {
        let row: Option<(String,)> = self
            .db
            .read("SELECT undo FROM mergers WHERE incident_id = $1")
            .bind(incident.0)
            .fetch_optional()
            .await?;
        let Some((undo,)) = row else {
            return Ok(Vec::new());
        };
        let undo: Undo = json("mergers", "undo", incident.0, &undo)?;
        Ok(undo.filled.iter().map(Filled::taken).collect())
    }

    /// Makes a ticket one of its own again, as it was; what it asked for waits again, and what told of
    /// the merger and has not left is taken back. Messages that came meanwhile stay where they are.
    ///
    /// # Errors
    /// The database's; a conflict where one of the two changed since it was looked at.
    pub async fn split(&self, splitting: &Splitting<'_>) -> Result<Undone> {
        let Splitting {
            incident, into, by, ..
        } = *splitting;
        let now = by.at;
        let mut tx = self.db.begin().await?;
        turn(&mut tx).await?;
        let row: Option<(String,)> = tx
            .query("DELETE FROM mergers WHERE incident_id = $1 AND into_id = $2 RETURNING undo")
            .bind(incident.id.0)
            .bind(into.id.0)
            .fetch_optional()
            .await?;
        let (undo,) = row.ok_or(StoreError::Conflict("the merger"))?;
        let undo: Undo = json("mergers", "undo", incident.id.0, &undo)?;
        let status = Status::parse(&undo.part.status);
        let status = word("mergers", "undo", incident.id.0, status)?;
        let (stay, is_untouched) = since(&mut tx, into.id, undo.last_event).await?;
        stand_alone(&mut tx, incident, &undo.part).await?;
        give_back(&mut tx, splitting, is_untouched.then_some(&undo.kept)).await?;
        let name = |other: &Incident| format!("{} {stay}", other.reference);
        let (part, kept) = (Entry::done(incident.id, by), Entry::done(into.id, by));
        let mut events = vec![
            (EventKind::Split, part.clone().detail(&name(into))),
            (EventKind::StatusChanged, part.detail(status.as_str())),
            (EventKind::Parted, kept.clone().detail(&name(incident))),
        ];
        if !splitting.back.is_empty() {
            let names: Vec<&str> = splitting.back.iter().map(|one| one.name.as_str()).collect();
            events.push((
                EventKind::FieldsReturned,
                kept.clone().detail(&names.join(" ")),
            ));
        }
        if is_untouched && undo.kept.status != into.status.as_str() {
            events.push((EventKind::StatusChanged, kept.detail(&undo.kept.status)));
        }
        note_all(&mut tx, &events).await?;
        resume(&mut tx, incident.id, &undo, now).await?;
        if let Some(anew) = splitting.anew {
            say_anew(&mut tx, into, anew, now).await?;
        }
        let line = audit::Entry::new(by, Deed::Split)
            .on(&incident.reference)
            .target(into.reference.to_string());
        let line = line.change(&Status::Merged.as_str(), &status.as_str());
        audit(&mut tx, &line).await?;
        tx.commit().await?;
        Ok(Undone { status, stay })
    }

    /// A person found that two incidents are no duplicates: they are not proposed to be once more.
    ///
    /// # Errors
    /// The database's; a conflict where one of the two changed since it was looked at.
    pub async fn keep_distinct(&self, one: &Incident, other: &Incident, by: &By) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let (first, second) = (one.id.min(other.id), one.id.max(other.id));
        tx.query(
            "INSERT INTO distinct_pairs (incident_id, other_id, decided_at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(first.0)
        .bind(second.0)
        .bind(by.at)
        .execute()
        .await?;
        let mut pair = [(one, other), (other, one)];
        // Always in one order, so that no two wait for each other.
        pair.sort_by_key(|(incident, _)| incident.id);
        for (incident, other) in pair {
            settle(&mut tx, incident, other, by).await?;
        }
        let line = audit::Entry::new(by, Deed::FoundDistinct)
            .on(&one.reference)
            .target(other.reference.to_string());
        audit(&mut tx, &line).await?;
        tx.commit().await
    }
}

/// How many messages came to an incident after an event, and whether nothing happened to it that a
/// person would miss.
async fn since(tx: &mut Tx, incident: IncidentId, event: i64) -> Result<(u32, bool)> {
    let (messages, acts): (i64, i64) = tx
        .query(
            "SELECT COUNT(CASE WHEN kind = $3 THEN 1 END),
                COUNT(CASE WHEN kind IN ($3, 'status_changed', 'notice_received', 'reread',
                    'value_accepted', 'value_refused', 'found_distinct', 'mail_failed') THEN 1 END)
             FROM history WHERE incident_id = $1 AND id > $2",
        )
        .bind(incident.0)
        .bind(event)
        .text(EventKind::MessageAttached.as_str())
        .fetch_one()
        .await?;
    let messages = unsigned("history", "id", incident.0, messages)?;
    Ok((messages, acts == 0))
}

/// The ticket stands where it stood.
async fn stand_alone(tx: &mut Tx, incident: &Incident, before: &Before) -> Result<()> {
    let split = tx
        .query(
            "UPDATE incidents SET status = $3, status_since = $4, merged_into = NULL,
                version = version + 1
             WHERE id = $1 AND version = $2 AND merged_into IS NOT NULL",
        )
        .bind(incident.id.0)
        .bind(incident.version)
        .text(&before.status)
        .bind(before.status_since)
        .execute()
        .await?;
    if split == 0 {
        return Err(StoreError::Conflict("the incident"));
    }
    wind_up(tx, incident.id, before).await
}

/// What fell due falls due again.
async fn wind_up(tx: &mut Tx, incident: IncidentId, before: &Before) -> Result<()> {
    for (kind, due_at) in &before.timers {
        tx.query(
            "INSERT INTO timers (incident_id, kind, due_at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(incident.0)
        .text(kind)
        .bind(*due_at)
        .execute()
        .await?;
    }
    Ok(())
}

/// The other ticket gives back what it took; where nothing happened to it since, it stands where it
/// stood.
async fn give_back(
    tx: &mut Tx,
    splitting: &Splitting<'_>,
    untouched: Option<&Before>,
) -> Result<()> {
    let into = splitting.into;
    let status = untouched.map_or(into.status.as_str(), |before| before.status.as_str());
    let concerns = concern_words(&into.concerns);
    let concerns = untouched.map_or(concerns.as_str(), |before| before.concerns.as_str());
    let kept = tx
        .query(
            "UPDATE incidents SET version = version + 1, entity = $3, summary = $4, to_ask = $5,
                status_since = CASE WHEN status = $6 THEN status_since ELSE $7 END, status = $6,
                concerns = $8, doubtful = CASE WHEN $9 THEN $10 ELSE doubtful END,
                major_suspected = $11
             WHERE id = $1 AND version = $2",
        )
        .bind(into.id.0)
        .bind(into.version)
        .text(&entity(splitting.fields))
        .text(&summary(splitting.fields, &into.subject))
        .text(&to_json(&splitting.to_ask))
        .text(status)
        .bind(untouched.and_then(|before| before.status_since))
        .text(concerns)
        .bind(untouched.is_some())
        .bind(untouched.is_some_and(|before| before.doubtful))
        .bind(untouched.map_or(into.major_suspected, |before| before.major_suspected))
        .execute()
        .await?;
    if kept == 0 {
        return Err(StoreError::Conflict("the incident"));
    }
    let is_empty = |one: &&Taken| one.before.field.reading == Reading::Missing;
    let empty = splitting.back.iter().filter(is_empty);
    let empty: Vec<FieldName> = empty.map(|one| one.name).collect();
    drop_fields(tx, into.id, &empty).await?;
    for one in splitting.back {
        give(tx, into.id, one.name, &one.before).await?;
    }
    renew(tx, into.id).await?;
    match untouched {
        Some(before) if before.status != into.status.as_str() => wind_up(tx, into.id, before).await,
        _ => Ok(()),
    }
}

/// What told of the merger and has not left is taken back, and the ticket's own mails wait again:
/// for a person, where the declarant has read that nothing is left to do.
async fn resume(tx: &mut Tx, incident: IncidentId, undo: &Undo, now: DateTime<Utc>) -> Result<()> {
    let mut was_told = false;
    for mail in &undo.letters {
        let (about, state): (i64, String) = tx
            .query("SELECT incident_id, state FROM outbox WHERE id = $1")
            .bind(*mail)
            .fetch_one()
            .await?;
        let is_back = state == "cancelled" || cancel(tx, IncidentId(about), *mail, now).await?;
        was_told |= IncidentId(about) == incident && !is_back;
    }
    let review = token(&Review::Split);
    for (mail, state) in &undo.taken_back {
        let resumed = tx
            .query(
                "UPDATE outbox SET state = CASE WHEN $3 THEN 'review' ELSE $2 END,
                    review = CASE WHEN $3 THEN $4 ELSE review END
                 WHERE id = $1 AND state = 'cancelled'",
            )
            .bind(*mail)
            .text(state)
            .bind(was_told)
            .text(&review)
            .execute()
            .await?;
        if resumed > 0 {
            let entry = Entry::of(incident, now).mail(*mail);
            let entry = entry.detail(if was_told { review.as_str() } else { "" });
            note(tx, EventKind::MailResumed, &entry).await?;
        }
    }
    Ok(())
}

/// One of two incidents that are no duplicates: where the other is what it was thought to repeat,
/// that is looked at no more.
async fn settle(tx: &mut Tx, incident: &Incident, other: &Incident, by: &By) -> Result<()> {
    let name = other.reference.to_string();
    let (repeats,): (i64,) = tx
        .query("SELECT COUNT(*) FROM history WHERE incident_id = $1 AND kind = $2 AND detail = $3")
        .bind(incident.id.0)
        .text(EventKind::LikelyDuplicate.as_str())
        .text(&name)
        .fetch_one()
        .await?;
    let mut concerns = incident.concerns.clone();
    concerns.retain(|concern| repeats == 0 || *concern != Concern::LikelyDuplicate);
    let settled = tx
        .query(
            "UPDATE incidents SET version = version + 1, concerns = $3,
                doubtful = CASE WHEN concerns = $3 THEN doubtful ELSE $4 END
             WHERE id = $1 AND version = $2",
        )
        .bind(incident.id.0)
        .bind(incident.version)
        .text(&concern_words(&concerns))
        .bind(is_doubtful(
            &incident.fields,
            &concerns,
            incident.major_suspected,
        ))
        .execute()
        .await?;
    if settled == 0 {
        return Err(StoreError::Conflict("the incident"));
    }
    let entry = Entry::done(incident.id, by).detail(&name);
    note(tx, EventKind::FoundDistinct, &entry).await
}
