//! Our mails as they are read: by people, and by the limits that count them.

use super::Store;
use super::db::{Query, Text, Tx};
use super::error::Result;
use super::outcome::Answering;
use super::rows::{reference, to_json, token, unsigned, word};
use crate::domain::decision::{Sent, Ticket};
use crate::domain::incident::{IncidentId, Reference};
use crate::domain::message::MessageId;
use crate::domain::outgoing::{MailState, Outgoing, Template};
use chrono::{DateTime, TimeDelta, Utc};

/// A mail of ours as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// The row.
    pub id: i64,
    /// The incident that it is about.
    pub reference: Reference,
    /// `E1`, `E1b`, `E1c`, `E2`.
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

    /// One mail.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox_entry(&self, id: i64) -> Result<Option<OutboxEntry>> {
        let row: Option<EntryRow> = self
            .db
            .read(
                "SELECT o.id, i.reference, o.template, o.sequence, o.recipient, o.subject, o.text,
                    o.state, o.review, o.created_at, o.due_at, o.attempts, o.last_error,
                    o.sending_since, o.sent_at, o.bounced_at, o.bounce_status
                 FROM outbox o JOIN incidents i ON i.id = o.incident_id WHERE o.id = $1",
            )
            .bind(id)
            .fetch_optional()
            .await?;
        row.map(EntryRow::entry).transpose()
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

    /// Our mails that count against the limits for one more to this address, and what else stands
    /// against it; whether the words are a duplicate's is not looked at.
    ///
    /// # Errors
    /// The database's.
    pub async fn limits(&self, address: &str, body_hash: &str, now: DateTime<Utc>) -> Result<Sent> {
        count(self.db.read(COUNTED), address, body_hash, now).await
    }
}

/// Makes the row of a mail, before it is a mail.
pub(super) async fn insert_mail(
    tx: &mut Tx,
    incident: IncidentId,
    answers: MessageId,
    mail: &Outgoing,
    answering: &Answering,
    now: DateTime<Utc>,
) -> Result<i64> {
    let (address, domain) = counted_by(&mail.to);
    let state = match mail.review {
        Some(_) => MailState::Review,
        None => MailState::Queued,
    };
    let (id,): (i64,) = tx
        .query(
            "INSERT INTO outbox (incident_id, sequence, answers, template, is_request, recipient,
                address, domain, subject, message_id, envelope_from, mime, text, body_hash,
                numbers, state, review, created_at, first_due, due_at, attempts, last_error,
                released, words_hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19, $19, 0, '', FALSE, $20) RETURNING id",
        )
        .bind(incident.0)
        .bind(i64::from(mail.sequence))
        .bind(answers.0)
        .text(mail.template.as_str())
        .bind(mail.template.is_request())
        .text(&mail.to)
        .text(&address)
        .text(&domain)
        .text(&mail.subject)
        .text(&mail.message_id)
        .text(&mail.envelope_from)
        .bind(mail.mime.clone())
        .text(&mail.text)
        .text(&mail.body_hash)
        .text(&to_json(&mail.numbers))
        .text(state.as_str())
        .text(&mail.review.as_ref().map(token).unwrap_or_default())
        .bind(now)
        .bind(mail.hold_until)
        .text(
            answering
                .alike
                .as_ref()
                .map_or("", |alike| alike.words_hash.as_str()),
        )
        .fetch_one()
        .await?;
    Ok(id)
}

/// The reference of another incident in which the same words from the same address were answered
/// lately.
pub(super) async fn alike(
    tx: &mut Tx,
    answering: &Answering,
    incident: IncidentId,
) -> Result<Option<String>> {
    let Some(alike) = &answering.alike else {
        return Ok(None);
    };
    let row: Option<(String,)> = tx
        .query(
            "SELECT i.reference FROM outbox o JOIN incidents i ON i.id = o.incident_id
             WHERE o.address = $1 AND o.created_at > $2 AND o.words_hash = $3
               AND o.incident_id <> $4 AND o.state <> 'cancelled'
             ORDER BY o.id LIMIT 1",
        )
        .text(&answering.address.to_lowercase())
        .bind(alike.since)
        .text(&alike.words_hash)
        .bind(incident.0)
        .fetch_optional()
        .await?;
    Ok(row.map(|(reference,)| reference))
}

/// The incident's mails so far, and the number of the next one.
pub(super) async fn ticket_so_far(tx: &mut Tx, incident: IncidentId) -> Result<(Ticket, u32)> {
    let (requests, last_mail, last): (i64, Option<DateTime<Utc>>, i64) = tx
        .query(
            "SELECT COUNT(CASE WHEN is_request AND state <> 'cancelled' THEN 1 END),
                MAX(CASE WHEN state <> 'cancelled' THEN created_at END),
                COALESCE(MAX(sequence), 0)
             FROM outbox WHERE incident_id = $1",
        )
        .bind(incident.0)
        .fetch_one()
        .await?;
    let ticket = Ticket {
        requests: unsigned("outbox", "is_request", incident.0, requests)?,
        last_mail,
    };
    Ok((
        ticket,
        unsigned("outbox", "sequence", incident.0, last + 1)?,
    ))
}

/// As [`Store::limits`], inside a transaction.
pub(super) async fn sent_so_far(
    tx: &mut Tx,
    address: &str,
    body_hash: &str,
    now: DateTime<Utc>,
) -> Result<Sent> {
    count(tx.query(COUNTED), address, body_hash, now).await
}

/// What waits for a person does not count for a domain or in all: else a flood from one address,
/// which is held after its third mail, would keep everybody else from theirs (LOOP-10).
/// Each count stops at 1,000, far above every limit, so that a flood doesn't slow its own counting.
const COUNTED: &str = "SELECT
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE address = $1 AND created_at > $4
        AND state <> 'cancelled' AND answered_at IS NULL LIMIT 1000) AS a) AS to_address_hour,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE address = $1 AND created_at > $5
        AND state <> 'cancelled' LIMIT 1000) AS b) AS to_address_day,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE address = $1 AND created_at > $5
        AND state <> 'cancelled' AND template = $7 LIMIT 1000) AS c) AS outage_to_address_day,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE body_hash = $3 AND created_at > $5
        AND state <> 'cancelled' LIMIT 1000) AS d) AS same_body_day,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE domain = $2 AND created_at > $6
        AND state NOT IN ('cancelled', 'review') LIMIT 1000) AS e) AS to_domain_quarter,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE created_at > $6
        AND created_at > COALESCE((SELECT MAX(closed_at) FROM circuit), $6)
        AND state NOT IN ('cancelled', 'review') LIMIT 1000) AS f) AS all_quarter,
    (SELECT COUNT(*) FROM incident_addresses
        WHERE address = $1 AND undeliverable_since IS NOT NULL) AS undeliverable,
    (SELECT COUNT(*) FROM circuit WHERE closed_at IS NULL) AS circuit_open";

#[derive(sqlx::FromRow)]
struct CountedRow {
    to_address_hour: i64,
    to_address_day: i64,
    outage_to_address_day: i64,
    same_body_day: i64,
    to_domain_quarter: i64,
    all_quarter: i64,
    undeliverable: i64,
    circuit_open: i64,
}

async fn count(
    query: Query<'_>,
    address: &str,
    body_hash: &str,
    now: DateTime<Utc>,
) -> Result<Sent> {
    let (address, domain) = counted_by(address);
    let row: CountedRow = query
        .text(&address)
        .text(&domain)
        .text(body_hash)
        .bind(now - TimeDelta::hours(1))
        .bind(now - TimeDelta::hours(24))
        .bind(now - TimeDelta::minutes(15))
        .text(Template::E1c.as_str())
        .fetch_one()
        .await?;
    let number = |column, value| unsigned("outbox", column, 0, value);
    Ok(Sent {
        to_address_hour: number("to_address_hour", row.to_address_hour)?,
        to_address_day: number("to_address_day", row.to_address_day)?,
        outage_to_address_day: number("outage_to_address_day", row.outage_to_address_day)?,
        same_body_day: number("same_body_day", row.same_body_day)?,
        to_domain_quarter: number("to_domain_quarter", row.to_domain_quarter)?,
        all_quarter: number("all_quarter", row.all_quarter)?,
        undeliverable: row.undeliverable > 0,
        circuit_open: row.circuit_open > 0,
        likely_duplicate: false,
    })
}

/// The address in lower case, and its domain.
fn counted_by(address: &str) -> (String, String) {
    let address = address.to_lowercase();
    let domain = address
        .rsplit_once('@')
        .map_or_else(String::new, |(_, domain)| domain.to_owned());
    (address, domain)
}
