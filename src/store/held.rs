//! Mails of ours that have not left: what a later message changes of them, and what they asked.

use super::Store;
use super::db::{Query, Tx};
use super::error::Result;
use super::history::{Entry, note};
use super::outcome::Held;
use super::rows::{from_token, json};
use crate::domain::decision::Review;
use crate::domain::form::Item;
use crate::domain::history::EventKind;
use crate::domain::incident::{IncidentId, Reference};
use crate::domain::message::MessageId;
use crate::domain::outgoing::Template;
use chrono::{DateTime, Utc};

/// A mail that the machine made and that has not left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its row.
    pub mail: i64,
    /// Which it is.
    pub template: Template,
    /// The recipient, lower case.
    pub address: String,
    /// The message that it answers.
    pub answers: Option<MessageId>,
}

impl Store {
    /// The mail of an incident that is held, or waits for a person's look: not one that a person
    /// released, nor one that is about to leave.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting_mail(&self, incident: IncidentId) -> Result<Option<Waiting>> {
        let rows: Vec<(i64, String, String, Option<i64>)> = self
            .db
            .read(
                "SELECT id, template, address, answers FROM outbox
                 WHERE incident_id = $1 AND NOT released
                   AND (state = 'review' OR state = 'queued' AND leased_until IS NULL)
                 ORDER BY sequence DESC",
            )
            .bind(incident.0)
            .fetch_all()
            .await?;
        let mails = rows
            .into_iter()
            .filter_map(|(mail, template, address, answers)| {
                Some(Waiting {
                    mail,
                    template: Template::parse(&template)?,
                    address,
                    answers: answers.map(MessageId),
                })
            });
        let is_answer = |template: Template| template.is_request() || template == Template::E2;
        Ok(mails
            .into_iter()
            .find(|waiting| is_answer(waiting.template)))
    }

    /// The incidents that this address opened after `since` and whose request has not left, two at
    /// most.
    ///
    /// # Errors
    /// The database's.
    pub async fn held_for(&self, address: &str, since: DateTime<Utc>) -> Result<Vec<Reference>> {
        held_for(self.db.read(HELD_FOR), address, since).await
    }

    /// What a mail of an incident asked, by number, and its text part: the mail of this sequence,
    /// else the last request that had left `by` then.
    ///
    /// # Errors
    /// The database's.
    pub async fn asked(
        &self,
        incident: IncidentId,
        sequence: Option<u32>,
        by: DateTime<Utc>,
    ) -> Result<(Vec<Vec<Item>>, String)> {
        let row: Option<(i64, String, String)> = self
            .db
            .read(
                "SELECT id, numbers, text FROM outbox
                 WHERE incident_id = $1
                   AND (sequence = $2 OR $2 IS NULL AND is_request AND state = 'sent'
                        AND sent_at <= $3)
                 ORDER BY sequence DESC LIMIT 1",
            )
            .bind(incident.0)
            .bind(sequence.map(i64::from))
            .bind(by)
            .fetch_optional()
            .await?;
        row.map_or(Ok(Default::default()), |(id, numbers, text)| {
            Ok((json("outbox", "numbers", id, &numbers)?, text))
        })
    }
}

const HELD_FOR: &str = "SELECT DISTINCT i.id, i.reference FROM outbox o
     JOIN incidents i ON i.id = o.incident_id
     WHERE o.address = $1 AND o.created_at > $2 AND i.address = $1
       AND NOT o.released
       AND (o.state = 'review' OR o.state = 'queued' AND o.leased_until IS NULL)
     ORDER BY i.id LIMIT 2";

async fn held_for(query: Query<'_>, address: &str, since: DateTime<Utc>) -> Result<Vec<Reference>> {
    let rows: Vec<(i64, String)> = query
        .text(&address.to_lowercase())
        .bind(since)
        .fetch_all()
        .await?;
    rows.into_iter()
        .map(|(id, text)| super::rows::reference("incidents", id, &text))
        .collect()
}

/// Whether the writer has an incident that was not there when a message of theirs was looked up.
pub(super) async fn has_opened(tx: &mut Tx, held: &Held) -> Result<bool> {
    let now = held_for(tx.query(HELD_FOR), &held.address, held.since).await?;
    Ok(now.iter().any(|reference| !held.seen.contains(reference)))
}

/// A mail that was taken back.
#[derive(Debug, Clone)]
pub(super) struct TakenBack {
    /// When it would have been due.
    pub(super) due: DateTime<Utc>,
    /// Why it waited for a person; what stands in its stead does so too.
    pub(super) review: Option<Review>,
}

/// Takes back a mail that has not left. `None` where it left, or is about to: it stays.
pub(super) async fn supersede(
    tx: &mut Tx,
    (incident, mail): (IncidentId, i64),
    message: MessageId,
    now: DateTime<Utc>,
) -> Result<Option<TakenBack>> {
    let row: Option<(DateTime<Utc>, String)> = tx
        .query(
            "UPDATE outbox SET state = 'cancelled'
             WHERE id = $1 AND incident_id = $2 AND NOT released
               AND (state = 'review' OR state = 'queued' AND leased_until IS NULL)
             RETURNING due_at, review",
        )
        .bind(mail)
        .bind(incident.0)
        .fetch_optional()
        .await?;
    let Some((due, review)) = row else {
        return Ok(None);
    };
    let entry = Entry::of(incident, now).message(message).mail(mail);
    note(tx, EventKind::MailSuperseded, &entry).await?;
    let review = match review.as_str() {
        "" => None,
        review => Some(from_token("outbox", "review", mail, review)?),
    };
    Ok(Some(TakenBack { due, review }))
}
