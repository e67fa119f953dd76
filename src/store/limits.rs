//! What stands against one more mail: our mails so far, an open circuit, the same words answered
//! before, a copy restored. Asked once for all messages that one transaction keeps; the mails that
//! it makes itself are added here.

use super::Store;
use super::db::{Query, Sql, Text};
use super::error::Result;
use super::outcome::Answering;
use super::rows::{stamp, to_json, unsigned};
use crate::domain::decision::{Review, Sent};
use crate::domain::incident::{IncidentId, Reference};
use crate::domain::message::MessageId;
use crate::domain::outgoing::{Outgoing, Template};
use chrono::{DateTime, TimeDelta, Utc};

/// Each count stops here, far above every limit, so that a flood doesn't slow its own counting.
const MOST: u32 = 1_000;

impl Store {
    /// Our mails that count against the limits for one more to this address, and what else stands
    /// against it; whether the words are a duplicate's is not looked at.
    ///
    /// # Errors
    /// The database's.
    pub async fn limits(&self, address: &str, body_hash: &str, now: DateTime<Utc>) -> Result<Sent> {
        let asked = Asked::of(address, body_hash);
        let before = so_far(self.db.read(SO_FAR), &[asked], now).await?;
        Ok(before
            .into_iter()
            .next()
            .map(|before| before.sent)
            .unwrap_or_default())
    }
}

/// For whom it is asked.
#[derive(serde::Serialize)]
pub(super) struct Asked {
    number: usize,
    address: Text,
    domain: Text,
    body: Text,
    words: Text,
    since: Option<String>,
    incident: i64,
    message: i64,
}

impl Asked {
    fn of(address: &str, body_hash: &str) -> Self {
        let (address, domain) = counted_by(address);
        Self {
            number: 0,
            address: Text::from(&address),
            domain: Text::from(&domain),
            body: Text::from(body_hash),
            words: Text::from(""),
            since: None,
            incident: 0,
            message: 0,
        }
    }

    /// For the answer to this message of this incident, the `number`th of those asked for together.
    pub(super) fn answering(
        number: usize,
        answering: &Answering,
        incident: IncidentId,
        message: MessageId,
    ) -> Self {
        Self {
            number,
            words: Text::from(answering.words_hash()),
            since: answering.alike.as_ref().map(|alike| stamp(alike.since)),
            incident: incident.0,
            message: message.0,
            ..Self::of(&answering.address, &answering.body_hash)
        }
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub(super) struct SoFar {
    /// Our mails.
    pub(super) sent: Sent,
    /// The reference of another incident in which the same words from the same address were
    /// answered lately.
    pub(super) alike: Option<String>,
    /// The message was in the mailbox before a copy of the database was restored: it may have been
    /// answered in what was lost.
    pub(super) may_be_answered: bool,
}

/// What waits for a person does not count for a domain or in all: else a flood from one address,
/// which is held after its third mail, would keep everybody else from theirs (LOOP-10).
///
/// The same words, and a domain, are counted once for all who ask: in a flood of them each count
/// reads up to a thousand rows, while the only writer is held.
macro_rules! so_far {
    ($address:literal, $domain:literal, $body:literal, $words:literal, $since:literal,
        $incident:literal, $message:literal, $from:literal, $order:literal) => {
        concat!(
            "WITH bodies AS MATERIALIZED (SELECT b.body, (SELECT COUNT(*) FROM
        (SELECT 1 FROM outbox WHERE body_hash = b.body
        AND created_at > $3 AND state <> 'cancelled' LIMIT 1000) AS d) AS mails
    FROM (SELECT DISTINCT ",
            $body,
            " AS body FROM ",
            $from,
            ") AS b),
domains AS MATERIALIZED (SELECT b.domain, (SELECT COUNT(*) FROM
        (SELECT 1 FROM outbox WHERE domain = b.domain
        AND created_at > $4 AND state NOT IN ('cancelled', 'review') LIMIT 1000) AS e) AS mails
    FROM (SELECT DISTINCT ",
            $domain,
            " AS domain FROM ",
            $from,
            ") AS b)
SELECT
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE address = ",
            $address,
            "
        AND created_at > $2 AND state <> 'cancelled' AND answered_at IS NULL LIMIT 1000) AS a)
        AS to_address_hour,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE address = ",
            $address,
            "
        AND created_at > $3 AND state <> 'cancelled' LIMIT 1000) AS b) AS to_address_day,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE address = ",
            $address,
            "
        AND created_at > $3 AND state <> 'cancelled' AND template = $5 LIMIT 1000) AS c)
        AS outage_to_address_day,
    (SELECT mails FROM bodies WHERE bodies.body = ",
            $body,
            ") AS same_body_day,
    (SELECT mails FROM domains WHERE domains.domain = ",
            $domain,
            ") AS to_domain_quarter,
    (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE created_at > $4
        AND created_at > COALESCE((SELECT MAX(closed_at) FROM circuit), $4)
        AND state NOT IN ('cancelled', 'review') LIMIT 1000) AS f) AS all_quarter,
    (SELECT COUNT(*) FROM incident_addresses
        WHERE address = ",
            $address,
            " AND undeliverable_since IS NOT NULL) AS undeliverable,
    (SELECT COUNT(*) FROM circuit WHERE closed_at IS NULL) AS circuit_open,
    (SELECT i.reference FROM outbox o JOIN incidents i ON i.id = o.incident_id
        WHERE o.address = ",
            $address,
            " AND o.created_at > ",
            $since,
            "
        AND o.words_hash = ",
            $words,
            " AND o.incident_id <> ",
            $incident,
            "
        AND o.state <> 'cancelled' ORDER BY o.id LIMIT 1) AS alike,
    (SELECT COUNT(*) FROM restores r JOIN messages m ON m.id = ",
            $message,
            "
        WHERE r.restored_at IS NOT NULL AND m.internal_date <= r.restored_at) AS restored
FROM ",
            $from,
            " ORDER BY ",
            $order
        )
    };
}

pub(super) const SO_FAR: Sql = Sql {
    sqlite: so_far!(
        "j.value ->> 'address'",
        "j.value ->> 'domain'",
        "j.value ->> 'body'",
        "j.value ->> 'words'",
        "j.value ->> 'since'",
        "j.value ->> 'incident'",
        "j.value ->> 'message'",
        "jsonb_each($1) AS j",
        "j.key"
    ),
    postgres: so_far!(
        "j.address",
        "j.domain",
        "j.body",
        "j.words",
        "j.since",
        "j.incident",
        "j.message",
        "json_to_recordset($1::json) AS j (number BIGINT, address TEXT, domain TEXT, body TEXT,
            words TEXT, since TIMESTAMPTZ, incident BIGINT, message BIGINT)",
        "j.number"
    ),
};

#[derive(sqlx::FromRow)]
struct SoFarRow {
    to_address_hour: i64,
    to_address_day: i64,
    outage_to_address_day: i64,
    same_body_day: i64,
    to_domain_quarter: i64,
    all_quarter: i64,
    undeliverable: i64,
    circuit_open: i64,
    alike: Option<String>,
    restored: i64,
}

impl SoFarRow {
    fn read(self) -> Result<SoFar> {
        let number = |column, value| unsigned("outbox", column, 0, value);
        Ok(SoFar {
            sent: Sent {
                to_address_hour: number("to_address_hour", self.to_address_hour)?,
                to_address_day: number("to_address_day", self.to_address_day)?,
                outage_to_address_day: number("outage_to_address_day", self.outage_to_address_day)?,
                same_body_day: number("same_body_day", self.same_body_day)?,
                to_domain_quarter: number("to_domain_quarter", self.to_domain_quarter)?,
                all_quarter: number("all_quarter", self.all_quarter)?,
                undeliverable: self.undeliverable > 0,
                circuit_open: self.circuit_open > 0,
                likely_duplicate: false,
                domain_is_known: false,
            },
            alike: self.alike,
            may_be_answered: self.restored > 0,
        })
    }
}

/// What stands against a mail for each of those asked for, in order; `query` is [`SO_FAR`].
pub(super) async fn so_far(
    query: Query<'_>,
    asked: &[Asked],
    now: DateTime<Utc>,
) -> Result<Vec<SoFar>> {
    let rows: Vec<SoFarRow> = query
        .text(&to_json(&asked))
        .bind(now - TimeDelta::hours(1))
        .bind(now - TimeDelta::hours(24))
        .bind(now - TimeDelta::minutes(15))
        .text(Template::E1c.as_str())
        .fetch_all()
        .await?;
    rows.into_iter().map(SoFarRow::read).collect()
}

/// The mails of one transaction that no table holds yet.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    mails: Vec<New>,
    /// One of them broke the limit in all.
    pub(super) circuit_open: bool,
}

#[derive(Debug)]
struct New {
    reference: String,
    address: Text,
    domain: Text,
    body: Text,
    words: Text,
    is_outage: bool,
    in_review: bool,
}

impl Unwritten {
    /// One more is made, in the incident of this reference.
    pub(super) fn add(&mut self, reference: &Reference, mail: &Outgoing, answering: &Answering) {
        let (address, domain) = counted_by(&mail.to);
        self.circuit_open |= mail.review == Some(Review::AllLimit);
        self.mails.push(New {
            reference: reference.to_string(),
            address: Text::from(&address),
            domain: Text::from(&domain),
            body: Text::from(&mail.body_hash),
            words: Text::from(answering.words_hash()),
            is_outage: mail.template == Template::E1c,
            in_review: mail.review.is_some(),
        });
    }

    /// Counts them too, as [`SO_FAR`] would once they are written.
    pub(super) fn count(&self, asked: &Asked, so_far: &mut SoFar) {
        let SoFar { sent, alike, .. } = so_far;
        sent.circuit_open |= self.circuit_open;
        let more = |count: &mut u32, counts: bool| {
            *count = (*count + u32::from(counts)).min(MOST);
        };
        for mail in &self.mails {
            let same_address = mail.address == asked.address;
            more(&mut sent.to_address_hour, same_address);
            more(&mut sent.to_address_day, same_address);
            more(
                &mut sent.outage_to_address_day,
                same_address && mail.is_outage,
            );
            more(&mut sent.same_body_day, mail.body == asked.body);
            let leaves = !mail.in_review;
            more(
                &mut sent.to_domain_quarter,
                mail.domain == asked.domain && leaves,
            );
            more(&mut sent.all_quarter, leaves);
            if alike.is_none() && asked.since.is_some() && same_address && mail.words == asked.words
            {
                *alike = Some(mail.reference.clone());
            }
        }
    }
}

/// The address in lower case, and its domain.
pub(super) fn counted_by(address: &str) -> (String, String) {
    let address = address.to_lowercase();
    let domain = address
        .rsplit_once('@')
        .map_or_else(String::new, |(_, domain)| domain.to_owned());
    (address, domain)
}
