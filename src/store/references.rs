//! What messages name each other by: the declarants' own Message-IDs, in whichever order the
//! messages arrive.

use super::Store;
use super::db::{Query, Sql, Text, Tx};
use super::error::{Result, StoreError};
use super::held::has_opened;
use super::history::{Entry, note};
use super::outcome::{Effect, Outcome, Threading};
use super::rows::{stamp, to_json, word};
use super::searched::index_moved;
use crate::domain::declaration::Kind;
use crate::domain::history::EventKind;
use crate::domain::incident::IncidentId;
use crate::domain::message::MessageId;
use chrono::{DateTime, Utc};

/// How a stored message is related to one that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It is named by it: what it answers.
    Parent,
    /// It names it: an answer that came first.
    Child,
    /// Both name the same message, which has not come.
    Sibling,
}

/// A message of an incident that is related to one that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// How.
    pub link: Link,
    /// The Message-ID that they have in common, without angle brackets.
    pub id: String,
    /// The message.
    pub message: MessageId,
    /// Its incident.
    pub incident: IncidentId,
}

#[derive(sqlx::FromRow)]
struct RelatedRow {
    number: i64,
    link: i64,
    named: String,
    message: i64,
    incident: i64,
}

/// A Message-ID that a message names; its own where none stands here.
#[derive(serde::Serialize)]
struct NamingRow {
    number: usize,
    message: i64,
    named: Option<Text>,
    since: String,
}

/// A message, the Message-IDs that it names, and since when siblings count that reached the mailbox.
pub type Naming<'a> = (MessageId, &'a [String], DateTime<Utc>);

const RELATED: Sql = Sql {
    sqlite: "SELECT j.value ->> 'number' AS number, 0 AS link, m.message_id AS named,
                m.id AS message, m.incident_id AS incident
             FROM jsonb_each($1) AS j CROSS JOIN messages AS m
                ON m.message_id = j.value ->> 'named'
             WHERE m.incident_id IS NOT NULL AND m.id <> j.value ->> 'message'
             UNION SELECT j.value ->> 'number', 1, r.named, m.id, m.incident_id
             FROM jsonb_each($1) AS j CROSS JOIN messages AS own ON own.id = j.value ->> 'message'
             CROSS JOIN message_references AS r ON r.named = own.message_id
             CROSS JOIN messages AS m ON m.id = r.message_id
             WHERE j.value ->> 'named' IS NULL AND m.incident_id IS NOT NULL AND m.id <> own.id
             UNION SELECT j.value ->> 'number', 2, r.named, m.id, m.incident_id
             FROM jsonb_each($1) AS j CROSS JOIN message_references AS r
                ON r.named = j.value ->> 'named'
             CROSS JOIN messages AS m ON m.id = r.message_id
             WHERE m.incident_id IS NOT NULL AND m.id <> j.value ->> 'message'
               AND m.internal_date > j.value ->> 'since'
             ORDER BY 1, 2, 4",
    postgres: "WITH j AS (SELECT * FROM json_to_recordset($1::json)
                  AS j (number BIGINT, message BIGINT, named TEXT, since TIMESTAMPTZ))
               SELECT j.number, 0::bigint AS link, m.message_id AS named, m.id AS message,
                  m.incident_id AS incident
               FROM j JOIN messages AS m ON m.message_id = j.named
               WHERE m.incident_id IS NOT NULL AND m.id <> j.message
               UNION SELECT j.number, 1::bigint, r.named, m.id, m.incident_id
               FROM j JOIN messages AS own ON own.id = j.message
               JOIN message_references AS r ON r.named = own.message_id
               JOIN messages AS m ON m.id = r.message_id
               WHERE j.named IS NULL AND m.incident_id IS NOT NULL AND m.id <> own.id
               UNION SELECT j.number, 2::bigint, r.named, m.id, m.incident_id
               FROM j JOIN message_references AS r ON r.named = j.named
               JOIN messages AS m ON m.id = r.message_id
               WHERE m.incident_id IS NOT NULL AND m.id <> j.message
                 AND m.internal_date > j.since
               ORDER BY 1, 2, 4",
};

async fn related(query: Query<'_>, of: &[Naming<'_>]) -> Result<Vec<(usize, Related)>> {
    let namings: Vec<NamingRow> = of
        .iter()
        .enumerate()
        .flat_map(|(number, (message, named, since))| {
            let naming = move |named| NamingRow {
                number,
                message: message.0,
                named,
                since: stamp(*since),
            };
            let others = named.iter().map(move |id| naming(Some(Text::from(id))));
            std::iter::once(naming(None)).chain(others)
        })
        .collect();
    let rows: Vec<RelatedRow> = query.text(&to_json(&namings)).fetch_all().await?;
    rows.into_iter()
        .map(|row| {
            let link = match row.link {
                0 => Link::Parent,
                1 => Link::Child,
                _ => Link::Sibling,
            };
            let number = usize::try_from(row.number).ok();
            let related = Related {
                link,
                id: row.named,
                message: MessageId(row.message),
                incident: IncidentId(row.incident),
            };
            Ok((
                word("message_references", "message_id", row.message, number)?,
                related,
            ))
        })
        .collect()
}

impl Store {
    /// The messages of incidents that are related to each of these, in their order.
    ///
    /// # Errors
    /// The database's.
    pub async fn related(&self, of: &[Naming<'_>]) -> Result<Vec<Vec<Related>>> {
        let mut each = vec![Vec::new(); of.len()];
        for (number, found) in related(self.db.read(RELATED), of).await? {
            if let Some(of) = each.get_mut(number) {
                of.push(found);
            }
        }
        Ok(each)
    }
}

/// What a message names, however it is kept.
fn threading(outcome: &Outcome) -> Option<&Threading> {
    match &outcome.effect {
        Effect::Opened(new, _) => Some(&new.threading),
        Effect::Joined(filled, _) => Some(&filled.threading),
        Effect::Filed { threading, .. } => Some(threading),
        Effect::Quarantined(_) => None,
    }
}

/// Whether what it does depends on what is related to it.
pub(super) fn is_threaded(outcome: &Outcome) -> bool {
    match &outcome.effect {
        Effect::Filed { threading, .. } => !threading.named.is_empty() || threading.held.is_some(),
        effect => matches!(effect, Effect::Opened(..) | Effect::Joined(..)),
    }
}

/// Fails where a message that stands alone is related to one that was not there when it was looked
/// up, or may have been forgotten in an incident of the same writer that was not: on PostgreSQL
/// another instance may have kept that meanwhile. The caller has taken its turn,
/// so that nothing more is kept until it commits.
///
/// # Errors
/// A conflict: the message is looked up again.
pub(super) async fn still_alone(tx: &mut Tx, outcomes: &[Outcome]) -> Result<()> {
    let new: Vec<(MessageId, &Threading)> = outcomes
        .iter()
        .filter(|outcome| is_threaded(outcome))
        .filter_map(|outcome| Some((outcome.message, threading(outcome)?)))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let of: Vec<Naming<'_>> = new
        .iter()
        .map(|(message, threading)| (*message, threading.named.as_slice(), threading.since))
        .collect();
    let found = related(tx.query(RELATED), &of).await?;
    let unseen = found.iter().any(|(number, related)| {
        new.get(*number)
            .is_none_or(|(_, threading)| !threading.seen.contains(&related.message))
    });
    if unseen {
        return Err(StoreError::Conflict("the thread"));
    }
    for held in new
        .iter()
        .filter_map(|(_, threading)| threading.held.as_ref())
    {
        if has_opened(tx, held).await? {
            return Err(StoreError::Conflict("the writer's incidents"));
        }
    }
    Ok(())
}

/// What was filed because it says nothing alone joins the incident of the message that it answers,
/// once that has come.
pub(super) async fn gather(
    tx: &mut Tx,
    outcomes: impl Iterator<Item = &Outcome>,
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<i64> = outcomes
        .filter(|outcome| matches!(outcome.effect, Effect::Opened(..) | Effect::Joined(..)))
        .map(|outcome| outcome.message.0)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let gathered: Vec<(i64, i64)> = tx
        .query(Sql {
            sqlite: "UPDATE messages SET incident_id = own.incident_id, kind = $2
                     FROM message_references AS r CROSS JOIN messages AS own
                     WHERE own.id IN (SELECT value FROM jsonb_each($1))
                       AND r.named = own.message_id AND messages.id = r.message_id
                       AND own.incident_id IS NOT NULL AND messages.incident_id IS NULL
                       AND messages.state = 'done' AND messages.kind = $3
                     RETURNING id, incident_id",
            postgres: "UPDATE messages SET incident_id = own.incident_id, kind = $2
                       FROM message_references AS r CROSS JOIN messages AS own
                       WHERE own.id IN (SELECT json_array_elements_text($1::json)::bigint)
                         AND r.named = own.message_id AND messages.id = r.message_id
                         AND own.incident_id IS NOT NULL AND messages.incident_id IS NULL
                         AND messages.state = 'done' AND messages.kind = $3
                       RETURNING messages.id, messages.incident_id",
        })
        .text(&to_json(&ids))
        .text(Kind::Reply.as_str())
        .text(Kind::Other.as_str())
        .fetch_all()
        .await?;
    for (message, incident) in gathered {
        tx.query("UPDATE attachments SET incident_id = $2 WHERE message_id = $1")
            .bind(message)
            .bind(incident)
            .execute()
            .await?;
        index_moved(tx, MessageId(message), IncidentId(incident)).await?;
        let entry = Entry::of(IncidentId(incident), now).message(MessageId(message));
        note(tx, EventKind::MessageAttached, &entry).await?;
    }
    Ok(())
}

#[derive(serde::Serialize)]
struct NewRow {
    message: i64,
    named: Text,
}

/// Keeps what messages name.
pub(super) async fn keep_references<'a>(
    tx: &mut Tx,
    outcomes: impl Iterator<Item = &'a Outcome>,
) -> Result<()> {
    let rows: Vec<NewRow> = outcomes
        .filter_map(|outcome| Some((outcome.message.0, threading(outcome)?)))
        .flat_map(|(message, threading)| {
            threading.named.iter().map(move |id| NewRow {
                message,
                named: Text::from(id),
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    tx.query(Sql {
        sqlite: "INSERT INTO message_references (message_id, named)
                 SELECT j.value ->> 'message', j.value ->> 'named'
                 FROM jsonb_each($1) AS j WHERE TRUE ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO message_references (message_id, named)
                   SELECT j.message, j.named
                   FROM json_to_recordset($1::json) AS j (message BIGINT, named TEXT)
                   ON CONFLICT DO NOTHING",
    })
    .text(&to_json(&rows))
    .execute()
    .await?;
    Ok(())
}
