//! Intake: a stored message → what it says → which incident → the answer → one transaction.
//!
//! [`read`] is pure and slow: it runs where blocking is allowed, and a message that makes it panic
//! is that message's matter alone. [`outcome`] looks up what the message belongs to. What is
//! answered is decided inside the store's transaction, by the same pure chain as every preview.

use super::answer::{self, Answering, Incoming, answer};
use super::thread::{Thread, notice, thread};
use crate::config::{AnswerFrom, Config};
use crate::domain::decision::{Decision, MOST_RECEIVED, Suppressed};
use crate::domain::declaration::{Declaration, Kind, Role};
use crate::domain::field::{FieldName, Fields, Reading};
use crate::domain::form::{Ask, Form};
use crate::domain::incident::{Concern, Incident, Status};
use crate::domain::message::{MessageId, Stored};
use crate::domain::why::Why;
use crate::extract::{Context, extract};
use crate::failpoint;
use crate::mail::{Doubt, Email};
use crate::secret::Key;
use crate::store::{self, Answer, Effect, Facts, Filled, NewAttachment, NewIncident, Outcome};
use crate::store::{Store, StoreError};
use crate::template::TemplateError;
use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What the intake needs to know of this installation; made once.
pub struct Parts {
    /// The form.
    pub form: Form,
    /// Who is answered, and with which words.
    pub answering: Answering,
    /// The prefix of our references: `INC`.
    pub mark: String,
    /// The installation's key.
    pub key: Key,
    /// The mailbox's own addresses, lower case.
    pub own_addresses: Vec<String>,
    /// From when on messages are answered.
    pub answer_from: AnswerFrom,
    /// How long after a mail the same words from the same sender are the same declaration; zero:
    /// never.
    pub duplicate_within: TimeDelta,
    /// Where the year of a reference turns.
    pub timezone: Tz,
}

impl Parts {
    /// Takes what the intake needs from the configuration; reads and tries the templates.
    ///
    /// # Errors
    /// A template of `[replies] templates` can't be used.
    pub fn new(config: &Config, key: Key, form: Form) -> Result<Self, TemplateError> {
        Ok(Self {
            answering: Answering::new(config, &key, &form)?,
            form,
            mark: config.service.mark.clone(),
            key,
            own_addresses: config.own_addresses(),
            answer_from: config.mailbox.answer_from,
            // Durations are bounded when they are read, far below what a TimeDelta holds.
            duplicate_within: TimeDelta::from_std(config.replies.duplicate_within)
                .unwrap_or_default(),
            timezone: config.service.timezone,
        })
    }
}

/// A message that was read: everything that its outcome needs, its bytes no more.
#[derive(Debug, Clone)]
pub struct Read {
    /// The message.
    pub message: MessageId,
    /// Decoded, without the bytes of its attachments.
    pub email: Email<'static>,
    /// What it says.
    pub declaration: Declaration,
    /// What it alone leaves to be asked for.
    pub asks: Vec<Ask>,
    /// Its attachments with their hashes.
    pub attachments: Vec<NewAttachment>,
    /// Why a person must look.
    pub concerns: Vec<Concern>,
    /// When the mailbox received it.
    pub received_at: DateTime<Utc>,
    /// It arrived after `answer_from`.
    pub answerable: bool,
}

impl Read {
    /// The address of From, lower case; empty where it has none.
    #[must_use]
    pub fn from_address(&self) -> String {
        let from = self.email.from.as_ref();
        from.map_or_else(String::new, |from| from.address.to_lowercase())
    }

    /// Whether it may belong to an incident that is there already.
    #[must_use]
    pub fn names_incident(&self) -> bool {
        let kind = self.declaration.kind;
        self.declaration.incident.is_some() || matches!(kind, Kind::Bounce | Kind::AutoReply)
    }

    /// Why the machine doesn't answer whatever the message says, if so: it read too little of it,
    /// or may have answered it already.
    /// Encrypted mail is answered: a plain copy is asked for.
    fn unread(&self) -> Option<&'static str> {
        let encrypted = self.email.is_unreadable();
        self.concerns.iter().find_map(|concern| match concern {
            Concern::Unreadable if encrypted => None,
            // The last may be what was answered already, served with other bytes (IMAP-18).
            Concern::TooLarge | Concern::Unreadable | Concern::SameMessageId => {
                Some(concern.as_str())
            }
            _ => None,
        })
    }
}

/// Reads a message. Pure, and linear in its size; call it where blocking is allowed.
#[must_use]
pub fn read(stored: &Stored, parts: &Parts) -> Read {
    failpoint::asked_for(&stored.bytes);
    failpoint::hit("K05");
    let mut email = Email::parse(&stored.bytes);
    let context = Context {
        received_at: stored.internal_date,
        own_addresses: &parts.own_addresses,
        mark: &parts.mark,
        key: Some(parts.key.as_bytes()),
    };
    let declaration = extract(&email, &parts.form, &context);
    let hash = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    let attachments = declaration
        .attachments
        .iter()
        .zip(&email.attachments)
        .map(|(attachment, part)| NewAttachment {
            attachment: attachment.clone(),
            sha256: match part.contents.is_empty() && stored.left_on_server {
                true => String::new(),
                false => hash(&part.contents),
            },
        })
        .collect();
    email.attachments.clear();
    let unreadable = [Doubt::Unparsed, Doubt::Encrypted]
        .iter()
        .any(|doubt| email.doubts.contains(doubt));
    let concerns = [
        (stored.left_on_server, Concern::TooLarge),
        (unreadable, Concern::Unreadable),
        (stored.same_message_id_other_bytes, Concern::SameMessageId),
    ];
    let answer_from = match parts.answer_from {
        // Servers give INTERNALDATE to the second.
        AnswerFrom::FirstStart => stored.first_start.trunc_subsecs(0),
        AnswerFrom::Since(instant) => instant,
    };
    Read {
        message: stored.id,
        asks: asks(&declaration, &parts.form),
        email: email.into_owned(),
        declaration,
        attachments,
        concerns: concerns
            .into_iter()
            .filter_map(|(is, concern)| is.then_some(concern))
            .collect(),
        received_at: stored.internal_date,
        answerable: stored.internal_date >= answer_from,
    }
}

/// What one message alone leaves to be asked for. An answer that belongs to no incident of ours
/// makes one: support sees what that lacks.
fn asks(declaration: &Declaration, form: &Form) -> Vec<Ask> {
    match declaration.kind {
        Kind::Reply => remaining(
            form,
            &declaration.fields,
            declaration.attachments.iter().map(|one| one.role),
        ),
        _ => form.ask(declaration),
    }
}

/// What remains to be asked for in an incident.
pub(super) fn remaining(
    form: &Form,
    fields: &Fields,
    mut roles: impl Iterator<Item = Role>,
) -> Vec<Ask> {
    form.ask_for(fields, roles.any(|role| role == Role::Screenshot))
}

/// What a message that was read does: to which incident it belongs is asked of the store.
///
/// # Errors
/// The store's.
pub async fn outcome(
    read: &Arc<Read>,
    parts: &Arc<Parts>,
    store: &Store,
    now: DateTime<Utc>,
) -> Result<Outcome, StoreError> {
    // Of a message that is not all here nobody can say that it is nothing: a person looks.
    let is_all_here = !read.concerns.contains(&Concern::TooLarge);
    let kind = match read.declaration.kind {
        Kind::Other
            if !is_all_here && Why::parse(&read.declaration.reason).is_some_and(Why::is_unsaid) =>
        {
            Kind::Declaration
        }
        kind => kind,
    };
    let (mark, key) = (&parts.mark, parts.key.as_bytes());
    let effect = match kind {
        Kind::Other => Effect::Filed { notice: None },
        Kind::Bounce | Kind::AutoReply => Effect::Filed {
            notice: notice(read, mark, key, store).await?,
        },
        // It runs in circles between servers: an incident for each turn helps nobody (LOOP-08).
        _ if read.email.automatic.received > MOST_RECEIVED => {
            Effect::Quarantined(Suppressed::Circling.as_str())
        }
        _ => match thread(read, mark, key, store).await? {
            Thread::Of(incident) => joined(read, parts, *incident, now),
            Thread::Unproven => opened(read, parts, Some(Concern::UnprovenReference), now),
            Thread::Unknown => opened(read, parts, Some(Concern::UnknownReference), now),
            Thread::New => opened(read, parts, None, now),
        },
    };
    Ok(Outcome {
        message: read.message,
        kind,
        reason: read.declaration.reason.clone(),
        from_address: read.from_address(),
        subject: read.email.subject.clone(),
        attachments: read.attachments.clone(),
        effect,
    })
}

fn opened(
    read: &Arc<Read>,
    parts: &Arc<Parts>,
    concern: Option<Concern>,
    now: DateTime<Utc>,
) -> Effect {
    let declaration = &read.declaration;
    let mut addresses = vec![read.from_address()];
    if let Some(crate::domain::field::Value::Text(address)) =
        declaration.fields[FieldName::Email].value()
    {
        addresses.push(address.to_lowercase());
    }
    addresses.retain(|address| !address.is_empty());
    let mut concerns = read.concerns.clone();
    concerns.extend(concern);
    let new = NewIncident {
        prefix: parts.mark.clone(),
        year: read.received_at.with_timezone(&parts.timezone).year(),
        received_at: read.received_at,
        addresses,
        fields: declaration.fields.clone(),
        to_ask: read.asks.clone(),
        major_suspected: declaration.major_suspected,
        concerns,
    };
    Effect::Opened(
        Box::new(new),
        answering(read, parts, read.asks.clone(), now),
    )
}

/// A message of an incident fills what was missing or unclear there; what was said once stays.
fn joined(read: &Arc<Read>, parts: &Arc<Parts>, incident: Incident, now: DateTime<Utc>) -> Effect {
    let declaration = &read.declaration;
    let mut fields = incident.fields;
    let changed = merge(&mut fields, &declaration.fields);
    let roles = incident
        .attachments
        .iter()
        .map(|kept| kept.attachment.role)
        .chain(declaration.attachments.iter().map(|one| one.role));
    let to_ask = remaining(&parts.form, &fields, roles);
    // « Merci » alone changes nothing: it is filed (decisions, 5).
    let is_answer = declaration.kind != Kind::Reply
        || declaration
            .fields
            .iter()
            .any(|(_, field)| field.reading != Reading::Missing)
        || declaration
            .attachments
            .iter()
            .any(|attachment| attachment.role != Role::Logo);
    let mut concerns = incident.concerns;
    for concern in &read.concerns {
        if !concerns.contains(concern) {
            concerns.push(*concern);
        }
    }
    let moves = is_answer && incident.status != Status::ToReview;
    let filled = Filled {
        incident: incident.id,
        version: incident.version,
        fields,
        changed,
        to_ask: to_ask.clone(),
        major_suspected: incident.major_suspected || declaration.major_suspected,
        concerns,
        subject: incident.subject,
        status: (moves && incident.status.allows(Status::ToReview)).then_some(Status::ToReview),
        is_answer,
        address: Some(read.from_address()).filter(|address| !address.is_empty()),
    };
    Effect::Joined(Box::new(filled), answering(read, parts, to_ask, now))
}

/// Completes fields with what a later message brings; gives the names of those that it filled.
pub fn merge(fields: &mut Fields, brought: &Fields) -> Vec<FieldName> {
    let mut changed = Vec::new();
    for (name, field) in brought.iter() {
        if fills(&fields[name].reading, &field.reading) {
            fields[name] = field.clone();
            changed.push(name);
        }
    }
    changed
}

/// Whether a new reading takes the place of an old one.
fn fills(old: &Reading, new: &Reading) -> bool {
    match (old, new) {
        (_, Reading::Missing) | (Reading::Present(_), _) => false,
        (Reading::Missing, _) => true,
        (Reading::Unclear(_), new) => !matches!(new, Reading::Unclear(_)),
        (Reading::Unknown, new) => matches!(new, Reading::Present(_)),
    }
}

/// The answer, decided once the reference and what was sent so far are known.
fn answering(
    read: &Arc<Read>,
    parts: &Arc<Parts>,
    asks: Vec<Ask>,
    now: DateTime<Utc>,
) -> store::Answering {
    let (email, declaration) = (&read.email, &read.declaration);
    let address = answer::addressee(email);
    let within = parts.duplicate_within;
    let (read, parts) = (Arc::clone(read), Arc::clone(parts));
    store::Answering {
        address: address.address().unwrap_or_default().to_owned(),
        body_hash: answer::body_hash(email, declaration),
        alike: (within > TimeDelta::zero()).then(|| store::Alike {
            words_hash: answer::words_hash(email),
            since: now - within,
        }),
        decide: Box::new(move |facts| {
            // A mail that can't be made must not take the incident with it: a person sees that
            // none was made, and why.
            catch_unwind(AssertUnwindSafe(|| {
                decided(&read, &parts, &asks, facts, now)
            }))
            .unwrap_or_else(|_| Answer::Silent("panicked".to_owned()))
        }),
    }
}

fn decided(read: &Read, parts: &Parts, asks: &[Ask], facts: &Facts, now: DateTime<Utc>) -> Answer {
    if let Some(reason) = read.unread() {
        return Answer::Silent(reason.to_owned());
    }
    let incoming = Incoming {
        email: &read.email,
        declaration: &read.declaration,
        asks,
        answerable: read.answerable,
        reference: &facts.reference.to_string(),
        sequence: facts.sequence,
        ticket: facts.ticket,
        sent: facts.sent,
    };
    match answer(&incoming, &parts.form, &parts.answering, now) {
        Ok((_, Some(mail))) => Answer::Mail(Box::new(mail)),
        Ok((Decision::Silent { reason }, None)) => Answer::Silent(reason.as_str().to_owned()),
        Ok((Decision::Reply { .. }, None)) | Err(_) => Answer::Silent("template".to_owned()),
    }
}
