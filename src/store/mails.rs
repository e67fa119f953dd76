//! Our mails as they are made, and as people read them; `limits.rs` counts them.

use super::Store;
use super::db::{Sql, Text, Tx};
use super::error::Result;
use super::limits::counted_by;
use super::outcome::Answering;
use super::rows::{reference, stamp, to_json, token, unsigned, word};
use crate::domain::decision::Ticket;
use crate::domain::incident::{IncidentId, Reference};
use crate::domain::message::MessageId;
use crate::domain::outgoing::{MailState, Outgoing};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// A mail of ours as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The row.
    pub id: i64,
    /// The incident that it is about.
    pub reference: Reference,
    /// The stable word of a `Template`: `E1`.
    pub template: String,
    /// Its number within the incident, from 1.
    pub sequence: u32,
    /// The one recipient.
    pub to: String,
    /// The decoded subject.
    pub subject: String,
    /// The text part, LF line ends.
    pub text: String,
    /// Where it stands.
    pub state: MailState,
    /// Why a person must release it, or had to: a token of `decision::Review`; empty where none.
    pub review: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// It does not leave before; later than now: it is held, or waits for its next try.
    pub due_at: DateTime<Utc>,
    /// Tries so far.
    pub attempts: u32,
    /// Why the last try failed: a token or an SMTP code; empty where none did.
    pub last_error: String,
    /// When the mail itself began to leave; set while it is sending or in doubt.
    pub sending_since: Option<DateTime<Utc>>,
    /// When the server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When a report came that it was not delivered.
    pub bounced_at: Option<DateTime<Utc>>,
    /// The status in that report (RFC 3463); empty where none is given.
    pub bounce_status: String,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: i64,
    reference: String,
    template: String,
    sequence: i64,
    recipient: String,
    subject: String,
    text: String,
    state: String,
    review: String,
    created_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    attempts: i64,
    last_error: String,
    sending_since: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    bounced_at: Option<DateTime<Utc>>,
    bounce_status: String,
}

impl EntryRow {
    fn entry(self) -> Result<OutboxEntry> {
        let Self { id, .. } = self;
        Ok(OutboxEntry {
            id,
            reference: reference("incidents", id, &self.reference)?,
            template: self.template,
            sequence: unsigned("outbox", "sequence", id, self.sequence)?,
            to: self.recipient,
            subject: self.subject,
            text: self.text,
            state: word("outbox", "state", id, MailState::parse(&self.state))?,
            review: self.review,
            created_at: self.created_at,
            due_at: self.due_at,
            attempts: unsigned("outbox", "attempts", id, self.attempts)?,
            last_error: self.last_error,
            sending_since: self.sending_since,
            sent_at: self.sent_at,
            bounced_at: self.bounced_at,
            bounce_status: self.bounce_status,
        })
    }
}

impl Store {
    /// Mails newest first, those made before `before`; all states where `state` is `None`.
    ///
    /// # Errors
    /// The database's.
    pub async fn list_outbox(
        &self,
        state: Option<MailState>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<OutboxEntry>> {
        let rows: Vec<EntryRow> = self
            .db
            .read(
                "SELECT o.id, i.reference, o.template, o.sequence, o.recipient, o.subject, o.text,
                    o.state, o.review, o.created_at, o.due_at, o.attempts, o.last_error,
                    o.sending_since, o.sent_at, o.bounced_at, o.bounce_status
                 FROM outbox o JOIN incidents i ON i.id = o.incident_id
                 WHERE o.id < $1 AND ($2 IS NULL OR o.state = $2)
                 ORDER BY o.id DESC LIMIT $3",
            )
            .bind(before.unwrap_or(i64::MAX))
            .bind(state.map(|state| Text::from(state.as_str())))
            .bind(i64::from(limit))
            .fetch_all()
            .await?;
        rows.into_iter().map(EntryRow::entry).collect()
    }

    /// The mails of an incident, oldest first.
    ///
    /// # Errors
    /// The database's.
    pub async fn mails_of(&self, reference: &Reference) -> Result<Vec<OutboxEntry>> {
        let rows: Vec<EntryRow> = self
            .db
            .read(
                "SELECT o.id, i.reference, o.template, o.sequence, o.recipient, o.subject, o.text,
                    o.state, o.review, o.created_at, o.due_at, o.attempts, o.last_error,
                    o.sending_since, o.sent_at, o.bounced_at, o.bounce_status
                 FROM outbox o JOIN incidents i ON i.id = o.incident_id
                 WHERE i.reference = $1 ORDER BY o.sequence",
            )
            .text(&reference.to_string())
            .fetch_all()
            .await?;
        rows.into_iter().map(EntryRow::entry).collect()
    }

    /// The whole mail as it leaves, CRLF.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox_mime(&self, id: i64) -> Result<Option<Vec<u8>>> {
        let row: Option<(Vec<u8>,)> = self
            .db
            .read("SELECT mime FROM outbox WHERE id = $1")
            .bind(id)
            .fetch_optional()
            .await?;
        Ok(row.map(|(mime,)| mime))
    }
}

/// A mail about to be made.
pub(super) struct NewMail<'a> {
    pub(super) incident: IncidentId,
    pub(super) answers: MessageId,
    pub(super) mail: &'a Outgoing,
    pub(super) answering: &'a Answering,
}

#[derive(serde::Serialize)]
struct NewRow {
    number: usize,
    incident: i64,
    sequence: u32,
    answers: i64,
    template: &'static str,
    is_request: bool,
    recipient: Text,
    address: Text,
    domain: Text,
    subject: Text,
    message_id: Text,
    envelope_from: Text,
    /// Where its bytes begin among those of all, counted from 1, and how many they are.
    at: usize,
    length: usize,
    text: Text,
    body_hash: Text,
    numbers: Text,
    state: &'static str,
    review: String,
    due_at: String,
    words_hash: Text,
}

/// Makes the rows of mails, each in another incident; gives the row by the incident.
pub(super) async fn insert_mails(
    tx: &mut Tx,
    mails: &[NewMail<'_>],
    now: DateTime<Utc>,
) -> Result<HashMap<IncidentId, i64>> {
    let mut bytes = Vec::new();
    let rows: Vec<NewRow> = mails
        .iter()
        .enumerate()
        .map(|(number, new)| {
            let NewMail { mail, .. } = new;
            let (address, domain) = counted_by(&mail.to);
            let at = bytes.len() + 1;
            bytes.extend_from_slice(&mail.mime);
            NewRow {
                number,
                incident: new.incident.0,
                sequence: mail.sequence,
                answers: new.answers.0,
                template: mail.template.as_str(),
                is_request: mail.template.is_request(),
                recipient: Text::from(&mail.to),
                address: Text::from(&address),
                domain: Text::from(&domain),
                subject: Text::from(&mail.subject),
                message_id: Text::from(&mail.message_id),
                envelope_from: Text::from(&mail.envelope_from),
                at,
                length: mail.mime.len(),
                text: Text::from(&mail.text),
                body_hash: Text::from(&mail.body_hash),
                numbers: Text::from(&to_json(&mail.numbers)),
                state: match mail.review {
                    Some(_) => MailState::Review.as_str(),
                    None => MailState::Queued.as_str(),
                },
                review: mail.review.as_ref().map(token).unwrap_or_default(),
                due_at: stamp(mail.hold_until),
                words_hash: Text::from(new.answering.words_hash()),
            }
        })
        .collect();
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let inserted: Vec<(i64, i64)> = tx
        .query(Sql {
            sqlite: "INSERT INTO outbox (incident_id, sequence, answers, template, is_request,
                        recipient, address, domain, subject, message_id, envelope_from, mime,
                        text, body_hash, numbers, state, review, created_at, first_due, due_at,
                        attempts, last_error, released, words_hash)
                     SELECT j.value ->> 'incident', j.value ->> 'sequence', j.value ->> 'answers',
                        j.value ->> 'template', j.value ->> 'is_request',
                        j.value ->> 'recipient', j.value ->> 'address', j.value ->> 'domain',
                        j.value ->> 'subject', j.value ->> 'message_id',
                        j.value ->> 'envelope_from',
                        substr($2, j.value ->> 'at', j.value ->> 'length'),
                        j.value ->> 'text', j.value ->> 'body_hash', j.value ->> 'numbers',
                        j.value ->> 'state', j.value ->> 'review', $3, j.value ->> 'due_at',
                        j.value ->> 'due_at', 0, '', FALSE, j.value ->> 'words_hash'
                     FROM jsonb_each($1) AS j ORDER BY j.key RETURNING id, incident_id",
            postgres: "INSERT INTO outbox (incident_id, sequence, answers, template, is_request,
                          recipient, address, domain, subject, message_id, envelope_from, mime,
                          text, body_hash, numbers, state, review, created_at, first_due, due_at,
                          attempts, last_error, released, words_hash)
                       SELECT j.incident, j.sequence, j.answers, j.template, j.is_request,
                          j.recipient, j.address, j.domain, j.subject, j.message_id,
                          j.envelope_from, substring($2 FROM j.at FOR j.length), j.text,
                          j.body_hash, j.numbers, j.state, j.review, $3, j.due_at, j.due_at,
                          0, '', FALSE, j.words_hash
                       FROM json_to_recordset($1::json) AS j (number BIGINT, incident BIGINT,
                          sequence BIGINT, answers BIGINT, template TEXT, is_request BOOLEAN,
                          recipient TEXT, address TEXT, domain TEXT, subject TEXT,
                          message_id TEXT, envelope_from TEXT, at INT, length INT, text TEXT,
                          body_hash TEXT, numbers TEXT, state TEXT, review TEXT,
                          due_at TIMESTAMPTZ, words_hash TEXT)
                       ORDER BY j.number RETURNING id, incident_id",
        })
        .text(&to_json(&rows))
        .bind(bytes)
        .bind(now)
        .fetch_all()
        .await?;
    Ok(inserted
        .into_iter()
        .map(|(id, incident)| (IncidentId(incident), id))
        .collect())
}

#[derive(sqlx::FromRow)]
struct TicketRow {
    requests: i64,
    asked: i64,
    outages: i64,
    completed: i64,
    followed_up: i64,
    reminded: i64,
    last_mail: Option<DateTime<Utc>>,
    last_sequence: i64,
}

/// The incident's mails so far, and the number of the next one.
pub(super) async fn ticket_so_far(tx: &mut Tx, incident: IncidentId) -> Result<(Ticket, u32)> {
    let row: TicketRow = tx
        .query(
            "SELECT COUNT(CASE WHEN is_request AND state <> 'cancelled' THEN 1 END) AS requests,
                COUNT(CASE WHEN is_request AND state IN ('sending', 'sent', 'in_doubt') THEN 1 END)
                    AS asked,
                COUNT(CASE WHEN template = 'E1c' AND state <> 'cancelled' THEN 1 END) AS outages,
                COUNT(CASE WHEN template = 'E2' AND state <> 'cancelled' THEN 1 END) AS completed,
                COUNT(CASE WHEN template = 'E3' AND state <> 'cancelled' THEN 1 END)
                    AS followed_up,
                COUNT(CASE WHEN template = 'E4' AND state <> 'cancelled' THEN 1 END) AS reminded,
                MAX(CASE WHEN state <> 'cancelled' THEN created_at END) AS last_mail,
                COALESCE(MAX(sequence), 0) AS last_sequence
             FROM outbox WHERE incident_id = $1",
        )
        .bind(incident.0)
        .fetch_one()
        .await?;
    let ticket = Ticket {
        requests: unsigned("outbox", "is_request", incident.0, row.requests)?,
        asked: row.asked > 0,
        outage: row.outages > 0,
        followed_up: row.followed_up > 0,
        reminded: row.reminded > 0,
        completed: row.completed > 0,
        last_mail: row.last_mail,
    };
    Ok((
        ticket,
        unsigned("outbox", "sequence", incident.0, row.last_sequence + 1)?,
    ))
}
