//! A message's whole effect, in one transaction: its kind, its incident with fields and evidence,
//! its attachments, the history, and the mail that answers. Several messages may share one
//! transaction; one that fails falls out alone. Those that touch no incident but their own share
//! their statements too (`together.rs`).

use super::Store;
use super::attachments::keep_attachments;
use super::bounces::{self, concern};
use super::circuit;
use super::db::{Sql, Text, Tx};
use super::error::{Result, StoreError};
use super::fields::{Said, insert_fields};
use super::held::supersede;
use super::history::{Entry, note, note_all};
use super::limits::{Asked, SO_FAR, SoFar, so_far};
use super::mails::{NewMail, insert_mails, ticket_so_far};
use super::opened::believe;
use super::outcome::{Answer, Answering, Committed, Effect, Facts, Filled, Outcome};
use super::proposals::keep_proposals;
use super::references::{gather, is_threaded, keep_references};
use super::rows::{reference, to_json};
use super::searched::index_joined;
use super::timers::stop_timers;
use super::together::{keep_together, stands_alone};
use crate::domain::decision::Review;
use crate::domain::field::{FieldName, Fields, Value, ValueOrigin};
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, IncidentId, Reference, is_doubtful};
use crate::domain::message::{MessageId, MessageState};
use crate::failpoint;
use chrono::{DateTime, Utc};

/// What the list shows of a description.
const SUMMARY: usize = 300;

/// Another did the message.
const GONE: StoreError = StoreError::Conflict("the message");

impl Store {
    /// Keeps one message's whole effect.
    ///
    /// # Errors
    /// The database's; a conflict where the message was done by another, or its incident changed
    /// since it was read. Nothing is kept then.
    pub async fn commit_outcome(&self, outcome: &Outcome, now: DateTime<Utc>) -> Result<Committed> {
        let mut tx = self.db.begin().await?;
        take_turn(&mut tx, std::slice::from_ref(outcome)).await?;
        let committed = keep(&mut tx, outcome, now).await?;
        tx.commit().await?;
        Ok(committed)
    }

    /// Keeps the effects of several messages with one commit, in order; one that fails is undone
    /// alone and says why.
    ///
    /// # Errors
    /// The database's, where it refuses the whole transaction: nothing is kept then.
    pub async fn commit_outcomes(
        &self,
        outcomes: &[Outcome],
        now: DateTime<Utc>,
    ) -> Result<Vec<Result<Committed>>> {
        let mut tx = self.db.begin().await?;
        take_turn(&mut tx, outcomes).await?;
        let mut results = Vec::with_capacity(outcomes.len());
        let mut rest = outcomes;
        while !rest.is_empty() {
            let alone = rest
                .iter()
                .take_while(|outcome| stands_alone(outcome))
                .count();
            let (group, after) = rest.split_at(alone.max(1));
            keep_group(&mut tx, group, now, &mut results).await?;
            rest = after;
        }
        tx.commit().await?;
        Ok(results)
    }
}

/// Keeps a group: together, or, where one of it can't be kept, one by one.
async fn keep_group(
    tx: &mut Tx,
    group: &[Outcome],
    now: DateTime<Utc>,
    results: &mut Vec<Result<Committed>>,
) -> Result<()> {
    if group.len() > 1
        && let Ok(together) = undoable(tx, async |tx| keep_together(tx, group, now).await).await?
    {
        results.extend(together.into_iter().map(Ok));
        return Ok(());
    }
    for outcome in group {
        results.push(undoable(tx, async |tx| keep(tx, outcome, now).await).await?);
    }
    Ok(())
}

/// Does what can be undone by itself: where it fails, nothing of it is left.
///
/// # Errors
/// Inside, what it failed of; outside, that the whole transaction is lost.
async fn undoable<R>(
    tx: &mut Tx,
    work: impl AsyncFnOnce(&mut Tx) -> Result<R>,
) -> Result<Result<R>> {
    tx.query("SAVEPOINT one").execute().await?;
    let result = match work(tx).await {
        // A full disk has undone the whole transaction, and the savepoint with it: asking for that
        // would fail in a way that time does not mend (STO-01).
        Err(error) if error.is_transient() => return Err(error),
        result => result,
    };
    if result.is_err() {
        tx.query("ROLLBACK TO SAVEPOINT one").execute().await?;
    }
    tx.query("RELEASE SAVEPOINT one").execute().await?;
    Ok(result)
}

/// What several instances make must count against the same limits: on PostgreSQL, where many can
/// write at once, those that may answer take turns, from before they count until they commit.
async fn take_turn(tx: &mut Tx, outcomes: &[Outcome]) -> Result<()> {
    match outcomes.iter().any(is_threaded) {
        true => turn(tx).await,
        false => Ok(()),
    }
}

/// Takes the turn of those who write mails or move incidents together, until the commit.
pub(super) async fn turn(tx: &mut Tx) -> Result<()> {
    tx.query(Sql {
        // BEGIN IMMEDIATE has taken the turn.
        sqlite: "SELECT 1",
        postgres: "SELECT pg_advisory_xact_lock(20260004)",
    })
    .execute()
    .await?;
    Ok(())
}

pub(super) async fn keep(tx: &mut Tx, outcome: &Outcome, now: DateTime<Utc>) -> Result<Committed> {
    let mut committed = Committed::of(outcome.message, None);
    let (incident, answering) = match &outcome.effect {
        Effect::Filed {
            notice: Some(notice),
            ..
        } => {
            let reference = bounces::notice(tx, notice, outcome.message, now).await?;
            committed.reference = Some(reference);
            (notice.incident, None)
        }
        Effect::Joined(filled, answering) => {
            committed.reference = Some(join(tx, filled, outcome, now).await?);
            keep_references(tx, std::iter::once(outcome)).await?;
            (filled.incident, Some((answering, filled.supersedes)))
        }
        _ => {
            let alone = keep_together(tx, std::slice::from_ref(outcome), now).await?;
            return alone.into_iter().next().ok_or(GONE);
        }
    };
    // The incident is changed first and this fails where another did the message: all is undone then.
    let done = tx
        .query(
            "UPDATE messages SET state = $7, leased_until = NULL, last_error = '', kind = $2,
                kind_reason = $3, from_address = $4, subject = $5, incident_id = $6,
                sender = '', thread = ''
             WHERE id = $1 AND state = 'new'",
        )
        .bind(outcome.message.0)
        .text(outcome.kind.as_str())
        .text(&outcome.reason)
        .text(&outcome.from_address)
        .text(&outcome.subject)
        .bind(incident.0)
        .text(MessageState::Done.as_str())
        .execute()
        .await?;
    if done == 0 {
        return Err(GONE);
    }
    let kept = (
        outcome.message,
        Some(incident),
        outcome.attachments.as_slice(),
    );
    keep_attachments(tx, &[kept]).await?;
    index_joined(tx, outcome, incident).await?;
    gather(tx, std::iter::once(outcome), now).await?;
    failpoint::hit("K07");
    if let (Some(answering), Some(reference)) = (answering, committed.reference.clone()) {
        let about = (incident, reference);
        respond(tx, about, answering, outcome.message, now, &mut committed).await?;
    }
    Ok(committed)
}

/// Decides the answer and keeps it: a mail in the outbox, or why there is none. A mail that has not
/// left is taken back for it where the message makes that needless; what is made in its stead leaves
/// when that would have, or at once where that time has passed: who writes again is not answered later.
pub(super) async fn respond(
    tx: &mut Tx,
    (incident, reference): (IncidentId, Reference),
    (answering, supersedes): (&Answering, Option<i64>),
    message: MessageId,
    now: DateTime<Utc>,
    committed: &mut Committed,
) -> Result<()> {
    let entry = Entry::of(incident, now).message(message);
    let taken = match supersedes {
        Some(mail) => supersede(tx, (incident, mail), message, now).await?,
        None => None,
    };
    let (ticket, sequence) = ticket_so_far(tx, incident).await?;
    let asked = Asked::answering(0, answering, incident, message);
    let before = so_far(tx.query(SO_FAR), &[asked], now).await?;
    let SoFar {
        mut sent,
        alike,
        may_be_answered,
    } = before.into_iter().next().ok_or(GONE)?;
    if let Some(first) = alike {
        sent.likely_duplicate = true;
        concern(tx, incident, Concern::LikelyDuplicate).await?;
        note(
            tx,
            EventKind::LikelyDuplicate,
            &entry.clone().detail(&first),
        )
        .await?;
    }
    let facts = Facts {
        reference,
        sequence,
        ticket,
        sent,
        superseded: taken.is_some(),
    };
    match (answering.decide)(&facts) {
        Answer::Mail(mut mail) => {
            if let Some(taken) = taken {
                mail.hold_until = taken.due.max(now);
                mail.review = mail.review.or(taken.review);
            }
            if mail.review.is_none() && may_be_answered {
                mail.review = Some(Review::Restored);
            }
            let new = NewMail {
                incident,
                answers: message,
                mail: &mail,
                answering,
            };
            let made = insert_mails(tx, &[new], now).await?;
            let id = *made.get(&incident).ok_or(GONE)?;
            if mail.review == Some(Review::AllLimit) {
                let reason = Review::AllLimit.as_str();
                committed.circuit_opened = circuit::open(tx, reason, now).await?;
            }
            let entry = entry.mail(id).detail(mail.template.as_str());
            note(tx, EventKind::MailPrepared, &entry).await?;
            committed.mail = Some(id);
        }
        Answer::Silent(reason) => {
            note(tx, EventKind::MailSuppressed, &entry.detail(&reason)).await?;
            committed.silent = Some(reason);
        }
    }
    Ok(())
}

async fn join(
    tx: &mut Tx,
    filled: &Filled,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<Reference> {
    let row: Option<(String, String)> = tx
        .query(
            "UPDATE incidents SET version = version + 1, status = COALESCE($3, status),
                entity = $4, summary = $5, to_ask = $6, concerns = $7, major_suspected = $8,
                doubtful = $9,
                status_since = CASE WHEN $3 IS NULL THEN status_since ELSE $10 END,
                closed_at = CASE WHEN $3 IS NULL THEN closed_at END
             WHERE id = $1 AND version = $2 RETURNING reference, status",
        )
        .bind(filled.incident.0)
        .bind(filled.version)
        .bind(filled.status.map(|status| Text::from(status.as_str())))
        .text(&entity(&filled.fields))
        .text(&summary(&filled.fields, &filled.subject))
        .text(&to_json(&filled.to_ask))
        .text(&concern_words(&filled.concerns))
        .bind(filled.major_suspected)
        .bind(is_doubtful(
            &filled.fields,
            &filled.concerns,
            filled.major_suspected,
        ))
        .bind(now)
        .fetch_optional()
        .await?;
    let (name, status) = row.ok_or(StoreError::Conflict("the incident"))?;
    let said = Said {
        incident: filled.incident,
        message: Some(outcome.message),
        fields: &filled.fields,
        names: &filled.changed,
        origin: ValueOrigin::Reply,
    };
    insert_fields(tx, &[said]).await?;
    keep_proposals(tx, filled.incident, &filled.proposals).await?;
    if let Some(address) = &filled.address {
        believe(tx, &[(filled.incident, address)]).await?;
    }
    if filled.is_answer {
        stop_timers(tx, filled.incident).await?;
        tx.query(
            "UPDATE outbox SET answered_at = $2 WHERE incident_id = $1 AND answered_at IS NULL",
        )
        .bind(filled.incident.0)
        .bind(now)
        .execute()
        .await?;
    }
    let entry = Entry::of(filled.incident, now).message(outcome.message);
    let names: Vec<&str> = filled.changed.iter().map(FieldName::as_str).collect();
    note(
        tx,
        EventKind::MessageAttached,
        &entry.clone().detail(&names.join(" ")),
    )
    .await?;
    let mut others = filled.noted.clone();
    if !filled.proposals.is_empty() {
        let names: Vec<&str> = filled
            .proposals
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        others.push((EventKind::ValueProposed, names.join(" ")));
    }
    if filled.status.is_some() {
        others.push((EventKind::StatusChanged, status));
    }
    let others: Vec<(EventKind, Entry)> = others
        .into_iter()
        .map(|(kind, detail)| (kind, entry.clone().detail(&detail)))
        .collect();
    note_all(tx, &others).await?;
    reference("incidents", filled.incident.0, &name)
}

/// The entity as the list shows it.
pub(super) fn entity(fields: &Fields) -> String {
    match fields[FieldName::Entity].value() {
        Some(Value::Entity { name, .. }) => name.clone(),
        _ => String::new(),
    }
}

/// What is wrong as the list shows it.
pub(super) fn summary(fields: &Fields, subject: &str) -> String {
    match fields[FieldName::Description].value() {
        Some(Value::Text(text)) => text.chars().take(SUMMARY).collect(),
        _ => subject.to_owned(),
    }
}

pub(super) fn concern_words(concerns: &[Concern]) -> String {
    let words: Vec<&str> = concerns.iter().map(|concern| concern.as_str()).collect();
    to_json(&words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declaration::Kind;
    use crate::domain::message::{Fetched, Place};
    use crate::store::Threading;

    fn outcome(id: MessageId, subject: String) -> Outcome {
        Outcome {
            message: id,
            kind: Kind::Other,
            reason: String::new(),
            from_address: String::new(),
            subject,
            text: String::new(),
            attachments: Vec::new(),
            effect: Effect::Filed {
                notice: None,
                threading: Threading::default(),
            },
        }
    }

    /// SQLite undoes the whole transaction; asking for the savepoint then failed for good, and the
    /// service ended.
    #[tokio::test]
    async fn sto_01_a_disk_that_fills_in_the_middle_of_a_batch_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let store = Store::open(&url).await.unwrap();
        let now = DateTime::UNIX_EPOCH;
        let batch: Vec<Fetched> = (1..=2)
            .map(|uid| Fetched {
                place: Place::Imap {
                    uidvalidity: 1,
                    uid,
                },
                internal_date: now,
                bytes: format!("Subject: {uid}\r\n\r\n").into_bytes(),
                left_on_server: false,
                told_size: None,
                withheld: false,
            })
            .collect();
        let recorded = store.record_batch("box", None, &batch, now).await.unwrap();
        // The limit belongs to the connection, which is thrown away with the failure.
        store
            .db
            .write("PRAGMA max_page_count = 1")
            .execute()
            .await
            .unwrap();
        let outcomes = [
            outcome(recorded[0].message, "short".to_owned()),
            outcome(recorded[1].message, "x".repeat(20_000_000)),
        ];
        let full = store.commit_outcomes(&outcomes, now).await.unwrap_err();
        assert!(full.is_transient(), "{full:?}");
        let kept = store.commit_outcomes(&outcomes, now).await.unwrap();
        assert!(kept.iter().all(Result::is_ok), "{kept:?}");
    }
}
