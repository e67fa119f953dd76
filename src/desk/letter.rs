//! The mails that no message of the moment calls for: the reminder, and those of a person's act. Each
//! goes under the message that our last mail of the ticket answered, with what the ticket says by now:
//! who has only spoken up in its thread since is told nothing of it.

use super::again::again;
use super::answer::{self, Incoming, letter_of_act};
use super::intake::{Parts, Read};
use super::respond::{answer_of, guarded};
use crate::domain::act::{Act, Closing};
use crate::domain::decision::Suppressed;
use crate::domain::incident::Incident;
use crate::domain::message::MessageId;
use crate::store::{Answer, Answering, Facts, Letter, Store, StoreError};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Why we write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Occasion {
    /// The request has no answer (E4).
    Reminder,
    /// The ticket is closed, with what an agent says of it (E9).
    Closing(Closing),
    /// It is closed since nobody could be reached (E9b).
    Unreached,
    /// It is made part of this one (E10).
    Attached(String),
    /// A capture was deleted, since it showed somebody's data: another one is asked for (E1d).
    DeletedCapture,
}

impl Occasion {
    fn act<'a>(&'a self, to: &'a str) -> Act<'a> {
        match self {
            Self::Reminder => Act::Remind { to },
            Self::Closing(closing) => Act::Close(closing),
            Self::Unreached => Act::CloseUnreached,
            Self::Attached(to) => Act::Attach { to },
            Self::DeletedCapture => Act::DeletedScreenshot,
        }
    }
}

/// The message that a ticket's mails answer, read again.
#[derive(Debug, Clone)]
pub struct Addressed {
    /// The message.
    pub message: MessageId,
    read: Arc<Read>,
}

impl Addressed {
    /// Loads and reads it; `None` where no person's message is left.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(
        store: &Store,
        parts: &Arc<Parts>,
        incident: &Incident,
    ) -> Result<Option<Self>, StoreError> {
        let Some(message) = store.answered(incident.id).await? else {
            return Ok(None);
        };
        let read = again(message, parts, store).await?;
        Ok(read.map(|read| Self { message, read }))
    }

    /// How the mail is decided, once what was sent so far is known.
    #[must_use]
    pub fn answering(
        &self,
        parts: &Arc<Parts>,
        incident: Incident,
        occasion: Occasion,
        now: DateTime<Utc>,
    ) -> Answering {
        let (read, parts) = (Arc::clone(&self.read), Arc::clone(parts));
        let to = answer::addressee(&read.email);
        let to = to.address().unwrap_or_default().to_owned();
        Answering {
            address: to.clone(),
            body_hash: answer::body_hash(&read.email, &read.declaration),
            alike: None,
            decide: Box::new(move |facts| {
                guarded(|| decided(&read, &parts, &incident, &occasion.act(&to), facts, now))
            }),
        }
    }
}

/// The letters of an occasion to the declarant of a ticket and to those of what is part of it, one
/// to an address: they were promised the same news (E10).
///
/// # Errors
/// The store's.
pub async fn letters(
    store: &Store,
    parts: &Arc<Parts>,
    incident: &Incident,
    occasion: &Occasion,
    now: DateTime<Utc>,
) -> Result<Vec<Letter>, StoreError> {
    let mut whole = vec![incident.clone()];
    for part in &incident.parts {
        whole.extend(store.incident(part).await?);
    }
    let mut letters: Vec<Letter> = Vec::new();
    for one in whole {
        let Some(addressed) = Addressed::of(store, parts, &one).await? else {
            continue;
        };
        let (incident, reference) = (one.id, one.reference.clone());
        let answering = addressed.answering(parts, one, occasion.clone(), now);
        let mut known = letters.iter().map(|known| &known.answering.address);
        if known.any(|known| known.eq_ignore_ascii_case(&answering.address)) {
            continue;
        }
        letters.push(Letter {
            incident,
            reference,
            message: addressed.message,
            answering,
        });
    }
    Ok(letters)
}

fn decided(
    read: &Read,
    parts: &Parts,
    incident: &Incident,
    act: &Act<'_>,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Answer {
    let is_reminder = matches!(act, Act::Remind { .. });
    if is_reminder && incident.major_suspected {
        return Answer::Silent(Suppressed::Outage.as_str().to_owned());
    }
    let incoming = Incoming {
        email: &read.email,
        declaration: &read.declaration,
        fields: &incident.fields,
        asks: &incident.to_ask,
        brought: None,
        answerable: read.answerable,
        reference: &facts.reference.to_string(),
        sequence: facts.sequence,
        ticket: facts.ticket,
        sent: facts.sent,
    };
    answer_of(letter_of_act(
        *act,
        &incoming,
        &parts.form,
        &parts.answering,
        now,
    ))
}
