//! What comes back of our mails: a bounce or a refusal marks the address that it was for, and
//! nothing more is sent there by itself until a person releases a mail to it.

use super::Store;
use super::db::Tx;
use super::error::{Result, StoreError};
use super::history::{Entry, note};
use super::outcome::{About, Notice};
use super::rows::{json, reference, to_json, token};
use super::timers::stop_timers;
use crate::domain::decision::Review;
use crate::domain::history::{EventKind, PART_BOUNCED};
use crate::domain::incident::{Concern, IncidentId, Reference, Status};
use crate::domain::message::MessageId;
use chrono::{DateTime, Utc};

impl Store {
    /// The addresses of an incident from which our mails come back, in their order.
    ///
    /// # Errors
    /// The database's.
    pub async fn undeliverable_addresses(&self, reference: &Reference) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = self
            .db
            .read(
                "SELECT a.address FROM incident_addresses a
                 JOIN incidents i ON i.id = a.incident_id
                 WHERE i.reference = $1 AND a.undeliverable_since IS NOT NULL
                 ORDER BY a.address",
            )
            .text(&reference.to_string())
            .fetch_all()
            .await?;
        Ok(rows.into_iter().map(|(address,)| address).collect())
    }
}

/// A bounce or an automatic answer to one of our mails.
pub(super) async fn notice(
    tx: &mut Tx,
    notice: &Notice,
    message: MessageId,
    now: DateTime<Utc>,
) -> Result<Reference> {
    let incident = notice.incident;
    let row: Option<(String,)> = tx
        .query("SELECT reference FROM incidents WHERE id = $1")
        .bind(incident.0)
        .fetch_optional()
        .await?;
    let (name,) = row.ok_or(StoreError::Conflict("the incident"))?;
    let mail = returned(tx, notice).await?;
    let mut entry = Entry::of(incident, now)
        .message(message)
        .detail(notice.about.as_str());
    if let Some(mail) = mail {
        entry = entry.mail(mail);
    }
    note(tx, EventKind::NoticeReceived, &entry).await?;
    match (&notice.about, mail) {
        (About::Failed { status, .. }, Some(mail)) => {
            tx.query(
                "UPDATE outbox SET bounced_at = COALESCE(bounced_at, $2), bounce_status = $3
                 WHERE id = $1",
            )
            .bind(mail)
            .bind(now)
            .text(status)
            .execute()
            .await?;
            refused(tx, mail, now).await?;
        }
        (About::Failed { .. }, None) => {
            concern(tx, incident, Concern::Bounced).await?;
            tell_whole(tx, incident, now).await?;
        }
        (About::Unproven, _) => concern(tx, incident, Concern::UnprovenBounce).await?,
        (About::AutoReply | About::Delayed | About::Arrived, _) => (),
    }
    reference("incidents", incident.0, &name)
}

/// The mail that a notice is about: the one that its mark numbers; else the last one that went to
/// the recipient it names; else the last one.
async fn returned(tx: &mut Tx, notice: &Notice) -> Result<Option<i64>> {
    let recipient = match &notice.about {
        About::Failed { recipient, .. } => recipient.as_deref().unwrap_or_default(),
        _ => "",
    };
    let row: Option<(i64,)> = tx
        .query(
            "SELECT id FROM outbox
             WHERE incident_id = $1 AND ($2 IS NULL OR sequence = $2)
               AND state IN ('sending', 'sent', 'in_doubt', 'failed')
             ORDER BY CASE WHEN address = $3 THEN 0 ELSE 1 END, sequence DESC LIMIT 1",
        )
        .bind(notice.incident.0)
        .bind(notice.mail.map(i64::from))
        .text(&recipient.to_lowercase())
        .fetch_optional()
        .await?;
    Ok(row.map(|(id,)| id))
}

/// What was made part of another incident is looked at there: that its declarant was not reached (E10)
/// is said there too.
async fn tell_whole(tx: &mut Tx, part: IncidentId, now: DateTime<Utc>) -> Result<()> {
    let row: Option<(i64, String)> = tx
        .query(
            "WITH RECURSIVE whole (id) AS (SELECT merged_into FROM incidents WHERE id = $1
                UNION SELECT i.merged_into FROM incidents i JOIN whole w ON i.id = w.id)
             SELECT k.id, p.reference FROM incidents k JOIN incidents p ON p.id = $1
             WHERE k.id IN (SELECT id FROM whole) AND k.merged_into IS NULL",
        )
        .bind(part.0)
        .fetch_optional()
        .await?;
    let Some((whole, name)) = row else {
        return Ok(());
    };
    let detail = format!("{PART_BOUNCED} {name}");
    let entry = Entry::of(IncidentId(whole), now).detail(&detail);
    note(tx, EventKind::NoticeReceived, &entry).await?;
    concern(tx, IncidentId(whole), Concern::Bounced).await
}

/// A mail's recipient can't be reached: its address (as the outbox has it, never a report's words)
/// is marked, its incident is a person's, who telephones, and what else waits to leave for that
/// address waits for a person.
pub(super) async fn refused(tx: &mut Tx, mail: i64, now: DateTime<Utc>) -> Result<()> {
    let (incident, address): (i64, String) = tx
        .query("SELECT incident_id, address FROM outbox WHERE id = $1")
        .bind(mail)
        .fetch_one()
        .await?;
    tx.query(
        "INSERT INTO incident_addresses (incident_id, address, undeliverable_since)
         VALUES ($1, $2, $3)
         ON CONFLICT (incident_id, address) DO UPDATE SET undeliverable_since =
            COALESCE(incident_addresses.undeliverable_since, excluded.undeliverable_since)",
    )
    .bind(incident)
    .text(&address)
    .bind(now)
    .execute()
    .await?;
    concern(tx, IncidentId(incident), Concern::Bounced).await?;
    tell_whole(tx, IncidentId(incident), now).await?;
    let waited = tx
        .query(
            "UPDATE incidents SET status = $2, version = version + 1
             WHERE id = $1 AND status = $3",
        )
        .bind(incident)
        .text(Status::ToCall.as_str())
        .text(Status::Waiting.as_str())
        .execute()
        .await?;
    // Who can't be reached by mail is not reminded by mail.
    stop_timers(tx, IncidentId(incident)).await?;
    if waited > 0 {
        let entry = Entry::of(IncidentId(incident), now).detail(Status::ToCall.as_str());
        note(tx, EventKind::StatusChanged, &entry).await?;
    }
    let review = token(&Review::Undeliverable);
    let held: Vec<(i64, i64)> = tx
        .query(
            "UPDATE outbox SET state = 'review', review = $2, leased_until = NULL
             WHERE state = 'queued' AND NOT released AND address = $1
               AND (leased_until IS NULL OR leased_until <= $3)
             RETURNING id, incident_id",
        )
        .text(&address)
        .text(&review)
        .bind(now)
        .fetch_all()
        .await?;
    for (id, incident) in held {
        let entry = Entry::of(IncidentId(incident), now).mail(id);
        note(tx, EventKind::MailSetBack, &entry.detail(&review)).await?;
    }
    Ok(())
}

/// A person lets a mail leave for its address all the same: it counts as reachable again, wherever
/// it was marked.
pub(super) async fn reachable(tx: &mut Tx, mail: i64) -> Result<()> {
    tx.query(
        "UPDATE incident_addresses SET undeliverable_since = NULL
         WHERE undeliverable_since IS NOT NULL
           AND address = (SELECT address FROM outbox WHERE id = $1)",
    )
    .bind(mail)
    .execute()
    .await?;
    Ok(())
}

/// Why a person must look, in the words of the store.
pub(super) async fn concerns(tx: &mut Tx, incident: IncidentId) -> Result<Vec<String>> {
    let (concerns,): (String,) = tx
        .query("SELECT concerns FROM incidents WHERE id = $1")
        .bind(incident.0)
        .fetch_one()
        .await?;
    json("incidents", "concerns", incident.0, &concerns)
}

/// Adds why a person must look, once.
pub(super) async fn concern(tx: &mut Tx, incident: IncidentId, concern: Concern) -> Result<()> {
    let mut words = concerns(tx, incident).await?;
    if words.iter().any(|word| word == concern.as_str()) {
        return Ok(());
    }
    words.push(concern.as_str().to_owned());
    tx.query(
        "UPDATE incidents SET concerns = $2, doubtful = TRUE, version = version + 1 WHERE id = $1",
    )
    .bind(incident.0)
    .text(&to_json(&words))
    .execute()
    .await?;
    Ok(())
}
