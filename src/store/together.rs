//! The effects of several messages that each stand alone, kept with a few statements whatever their
//! number: a statement is a round to the database's thread or server, and a drain is made of little
//! else. What each of them counts against is counted as if they had been kept one after the other.

use super::attachments::{Kept, keep_attachments};
use super::bounces::concern;
use super::circuit;
use super::db::{Sql, Text, Tx};
use super::error::{Result, StoreError};
use super::history::{Entry, note_all};
use super::limits::{Asked, SO_FAR, SoFar, Unwritten, so_far};
use super::mails::{NewMail, insert_mails};
use super::opened::insert_incidents;
use super::outcome::{Answer, Answering, Committed, Effect, Facts, NewIncident, Outcome};
use super::references::{gather, keep_references, still_alone};
use super::rows::to_json;
use super::searched::index_all;
use crate::domain::decision::{Review, Ticket};
use crate::domain::history::EventKind;
use crate::domain::incident::{Concern, IncidentId, Reference};
use crate::domain::message::MessageState;
use crate::domain::outgoing::Outgoing;
use crate::failpoint;
use chrono::{DateTime, Utc};

/// Whether a message touches no incident but the one that it makes.
pub(super) fn stands_alone(outcome: &Outcome) -> bool {
    match &outcome.effect {
        Effect::Filed { notice, .. } => notice.is_none(),
        Effect::Quarantined(_) | Effect::Opened(..) => true,
        Effect::Joined(..) => false,
    }
}

/// One message on its way.
struct Work<'a> {
    outcome: &'a Outcome,
    opened: Option<Opened<'a>>,
    committed: Committed,
}

/// The incident that it makes.
struct Opened<'a> {
    id: IncidentId,
    reference: Reference,
    new: &'a NewIncident,
    answering: &'a Answering,
    is_duplicate_of: Option<String>,
    mail: Option<Outgoing>,
}

/// Keeps the effects of messages that stand alone, in order; all or none.
///
/// # Errors
/// The database's; a conflict where one of them was done by another. The caller undoes what was
/// written.
pub(super) async fn keep_together(
    tx: &mut Tx,
    outcomes: &[Outcome],
    now: DateTime<Utc>,
) -> Result<Vec<Committed>> {
    still_alone(tx, outcomes).await?;
    let mut works = open_all(tx, outcomes, now).await?;
    keep_references(tx, outcomes.iter()).await?;
    keep_done(tx, &works).await?;
    failpoint::hit("K07");
    decide(tx, &mut works, now).await?;
    make_mails(tx, &mut works, now).await?;
    keep_history(tx, &works, now).await?;
    let indexed = works.iter().map(|work| {
        let incident = work.opened.as_ref().map(|opened| opened.id);
        (work.outcome, incident)
    });
    index_all(tx, indexed).await?;
    gather(tx, outcomes.iter(), now).await?;
    Ok(works.into_iter().map(|work| work.committed).collect())
}

/// Makes the incidents, with their addresses and fields.
async fn open_all<'a>(
    tx: &mut Tx,
    outcomes: &'a [Outcome],
    now: DateTime<Utc>,
) -> Result<Vec<Work<'a>>> {
    let new: Vec<(&NewIncident, &Outcome)> = outcomes
        .iter()
        .filter_map(|outcome| match &outcome.effect {
            Effect::Opened(new, _) => Some((&**new, outcome)),
            _ => None,
        })
        .collect();
    let mut made = insert_incidents(tx, &new, now).await?.into_iter();
    let works = outcomes
        .iter()
        .map(|outcome| {
            let opened = match &outcome.effect {
                Effect::Opened(new, answering) => made.next().map(|(id, reference)| Opened {
                    id,
                    reference,
                    new,
                    answering,
                    is_duplicate_of: None,
                    mail: None,
                }),
                _ => None,
            };
            Work {
                outcome,
                committed: Committed {
                    opened: opened.is_some(),
                    quarantined: matches!(outcome.effect, Effect::Quarantined(_)),
                    ..Committed::of(
                        outcome.message,
                        opened.as_ref().map(|opened| opened.reference.clone()),
                    )
                },
                opened,
            }
        })
        .collect();
    Ok(works)
}

#[derive(serde::Serialize)]
struct DoneRow {
    message: i64,
    state: &'static str,
    error: &'static str,
    kind: &'static str,
    reason: Text,
    from_address: Text,
    subject: Text,
    incident: Option<i64>,
}

/// The messages are done, and their attachments known.
async fn keep_done(tx: &mut Tx, works: &[Work<'_>]) -> Result<()> {
    let incident = |work: &Work<'_>| work.opened.as_ref().map(|opened| opened.id);
    let rows: Vec<DoneRow> = works
        .iter()
        .map(|work| {
            let outcome = work.outcome;
            let (state, error) = match outcome.effect {
                Effect::Quarantined(reason) => (MessageState::Quarantined, reason),
                _ => (MessageState::Done, ""),
            };
            DoneRow {
                message: outcome.message.0,
                state: state.as_str(),
                error,
                kind: outcome.kind.as_str(),
                reason: Text::from(&outcome.reason),
                from_address: Text::from(&outcome.from_address),
                subject: Text::from(&outcome.subject),
                incident: incident(work).map(|incident| incident.0),
            }
        })
        .collect();
    // This touches fewer where another did one of them: all is undone then.
    let done = tx
        .query(Sql {
            sqlite: "UPDATE messages SET state = j.value ->> 'state', leased_until = NULL,
                        last_error = j.value ->> 'error', kind = j.value ->> 'kind',
                        kind_reason = j.value ->> 'reason',
                        from_address = j.value ->> 'from_address',
                        subject = j.value ->> 'subject', incident_id = j.value ->> 'incident',
                        sender = '', thread = ''
                     FROM jsonb_each($1) AS j
                     WHERE messages.id = j.value ->> 'message' AND messages.state = 'new'",
            postgres: "UPDATE messages SET state = j.state, leased_until = NULL,
                          last_error = j.error, kind = j.kind, kind_reason = j.reason,
                          from_address = j.from_address, subject = j.subject,
                          incident_id = j.incident, sender = '', thread = ''
                       FROM json_to_recordset($1::json) AS j (message BIGINT, state TEXT,
                          error TEXT, kind TEXT, reason TEXT, from_address TEXT, subject TEXT,
                          incident BIGINT)
                       WHERE messages.id = j.message AND messages.state = 'new'",
        })
        .text(&to_json(&rows))
        .execute()
        .await?;
    if done != works.len() as u64 {
        return Err(StoreError::Conflict("the message"));
    }
    let kept: Vec<Kept<'_>> = works
        .iter()
        .map(|work| {
            (
                work.outcome.message,
                incident(work),
                work.outcome.attachments.as_slice(),
            )
        })
        .collect();
    keep_attachments(tx, &kept).await
}

/// Decides the answers, in order: each counts those before it.
async fn decide(tx: &mut Tx, works: &mut [Work<'_>], now: DateTime<Utc>) -> Result<()> {
    let asked: Vec<Asked> = works
        .iter()
        .filter_map(|work| {
            let opened = work.opened.as_ref()?;
            Some((opened, work.outcome.message))
        })
        .enumerate()
        .map(|(number, (opened, message))| {
            Asked::answering(number, opened.answering, opened.id, message)
        })
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let found = so_far(tx.query(SO_FAR), &asked, now).await?;
    let mut unwritten = Unwritten::default();
    let opened = works
        .iter_mut()
        .filter_map(|work| Some((work.opened.as_mut()?, &mut work.committed)));
    for (((opened, committed), asked), mut before) in opened.zip(&asked).zip(found) {
        unwritten.count(asked, &mut before);
        if let Some(first) = before.alike.take() {
            before.sent.likely_duplicate = true;
            concern(tx, opened.id, Concern::LikelyDuplicate).await?;
            opened.is_duplicate_of = Some(first);
        }
        match answer(opened, &before) {
            Answer::Mail(mail) => {
                unwritten.add(&opened.reference, &mail, opened.answering);
                if mail.review == Some(Review::AllLimit) {
                    let reason = Review::AllLimit.as_str();
                    committed.circuit_opened = circuit::open(tx, reason, now).await?;
                }
                opened.mail = Some(*mail);
            }
            Answer::Silent(reason) => committed.silent = Some(reason),
        }
    }
    Ok(())
}

/// Decides one answer.
fn answer(opened: &Opened<'_>, before: &SoFar) -> Answer {
    let mut answer = (opened.answering.decide)(&Facts {
        reference: opened.reference.clone(),
        // The incident has just been made.
        sequence: 1,
        ticket: Ticket::default(),
        sent: before.sent,
        superseded: false,
    });
    if let Answer::Mail(mail) = &mut answer
        && mail.review.is_none()
        && before.may_be_answered
    {
        mail.review = Some(Review::Restored);
    }
    answer
}

/// Writes the mails, and what their making says of the incidents.
async fn make_mails(tx: &mut Tx, works: &mut [Work<'_>], now: DateTime<Utc>) -> Result<()> {
    let mails: Vec<NewMail<'_>> = works
        .iter()
        .filter_map(|work| {
            let opened = work.opened.as_ref()?;
            Some(NewMail {
                incident: opened.id,
                answers: work.outcome.message,
                mail: opened.mail.as_ref()?,
                answering: opened.answering,
            })
        })
        .collect();
    let made = insert_mails(tx, &mails, now).await?;
    for work in works {
        if let Some(opened) = &work.opened {
            work.committed.mail = made.get(&opened.id).copied();
        }
    }
    Ok(())
}

async fn keep_history(tx: &mut Tx, works: &[Work<'_>], now: DateTime<Utc>) -> Result<()> {
    let mut events = Vec::new();
    for work in works {
        let Some(opened) = &work.opened else { continue };
        let entry = Entry::of(opened.id, now).message(work.outcome.message);
        let kind = work.outcome.kind.as_str();
        events.push((EventKind::Opened, entry.clone().detail(kind)));
        if let Some((earlier, reference)) = &opened.new.follows {
            let name = opened.reference.to_string();
            let there = Entry::of(*earlier, now).message(work.outcome.message);
            events.push((EventKind::FollowedBy, there.detail(&name)));
            let name = reference.to_string();
            events.push((EventKind::Follows, entry.clone().detail(&name)));
        }
        for (kind, detail) in &opened.new.noted {
            events.push((*kind, entry.clone().detail(detail)));
        }
        if let Some(first) = &opened.is_duplicate_of {
            events.push((EventKind::LikelyDuplicate, entry.clone().detail(first)));
        }
        if let (Some(mail), Some(id)) = (&opened.mail, work.committed.mail) {
            let entry = entry.mail(id).detail(mail.template.as_str());
            events.push((EventKind::MailPrepared, entry));
        } else if let Some(reason) = &work.committed.silent {
            events.push((EventKind::MailSuppressed, entry.detail(reason)));
        }
    }
    note_all(tx, &events).await
}
