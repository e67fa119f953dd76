//! Intake: a stored message → what it says → which incident → the answer → one transaction.
//!
//! [`read`] is pure and slow: it runs where blocking is allowed, and a message that makes it panic
//! is that message's matter alone. [`outcome`] looks up what the message belongs to. What is
//! answered is decided inside the store's transaction, by the same pure chain as every preview.

use super::answer::Answering;
use super::forgotten;
use super::join::{self, Fate};
use super::notice::notice;
use super::open::{Opening, opened};
use super::respond::domain_is_known;
use super::searched::searched;
use super::thread::{Names, Thread, names, thread};
use crate::config::{AnswerFrom, Config};
use crate::domain::decision::{MOST_RECEIVED, Suppressed};
use crate::domain::declaration::{Declaration, Kind, Role};
use crate::domain::field::Fields;
use crate::domain::form::{Ask, Form};
use crate::domain::history::EventKind;
use crate::domain::incident::Concern;
use crate::domain::message::{MessageId, Stored};
use crate::domain::why::Why;
use crate::extract::{Context, extract};
use crate::failpoint;
use crate::mail::{Doubt, Email};
use crate::secret::Key;
use crate::store::{Effect, NewAttachment, Notice, Outcome, Store, StoreError, Threading};
use crate::template::TemplateError;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
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

    /// What the reader knows besides a message that was received then.
    pub(super) fn context(&self, received_at: DateTime<Utc>) -> Context<'_> {
        Context {
            received_at,
            own_addresses: &self.own_addresses,
            mark: &self.mark,
            key: Some(self.key.as_bytes()),
        }
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
    /// When we stored it.
    pub stored_at: DateTime<Utc>,
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

    /// The Message-IDs by which it and others are one thread: its own, and those that it names.
    #[must_use]
    pub fn thread_ids(&self) -> HashSet<&str> {
        let email = &self.email;
        let ids = email.in_reply_to.iter().chain(&email.references);
        ids.chain(&email.message_id).map(String::as_str).collect()
    }

    /// Whether it may be what its writer forgot in a message just before.
    #[must_use]
    pub fn may_be_forgotten(&self) -> bool {
        forgotten::may_be(self)
    }

    /// Why the machine doesn't answer whatever the message says, if so: it read too little of it,
    /// or may have answered it already.
    /// Encrypted mail is answered: a plain copy is asked for.
    pub(super) fn unread(&self) -> Option<&'static str> {
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
    let context = parts.context(stored.internal_date);
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
        stored_at: stored.received_at,
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
    let names = names(std::slice::from_ref(read), parts, store).await?;
    effect(
        read,
        names.into_iter().next().unwrap_or_default(),
        parts,
        store,
        now,
    )
    .await
}

pub(super) async fn effect(
    read: &Arc<Read>,
    names: Names,
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
    let (kind, effect) = match kind {
        Kind::Other if !is_a_persons(&read.declaration) => {
            (kind, filed(None, Threading::default()))
        }
        Kind::Bounce | Kind::AutoReply => {
            let notice = notice(read, mark, key, store).await?;
            (kind, filed(notice, Threading::default()))
        }
        // It runs in circles between servers: an incident for each turn helps nobody (LOOP-08).
        _ if read.email.automatic.received > MOST_RECEIVED => {
            let circling = Effect::Quarantined(Suppressed::Circling.as_str());
            (kind, circling)
        }
        kind => placed(kind, (read, names), parts, store, now).await?,
    };
    Ok(Outcome {
        message: read.message,
        kind,
        reason: read.declaration.reason.clone(),
        from_address: read.from_address(),
        subject: read.email.subject.clone(),
        text: searched(&read.email),
        attachments: read.attachments.clone(),
        effect,
    })
}

fn filed(notice: Option<Notice>, threading: Threading) -> Effect {
    Effect::Filed { notice, threading }
}

/// Whether a person wrote a message that declares nothing: in a conversation it still says
/// something.
fn is_a_persons(declaration: &Declaration) -> bool {
    use Why::{NoFault, Question, Thanks, WorksAgain};
    let why = Why::parse(&declaration.reason);
    matches!(why, Some(NoFault | Question | Thanks | WorksAgain))
}

/// What becomes of a message that a person wrote, by where it belongs.
async fn placed(
    kind: Kind,
    (read, names): (&Arc<Read>, Names),
    parts: &Arc<Parts>,
    store: &Store,
    now: DateTime<Utc>,
) -> Result<(Kind, Effect), StoreError> {
    let (thread, threading) = thread(read, names, parts, store).await?;
    let mut opening = Opening::new(kind, threading);
    match thread {
        Thread::Of(found) => match join::fate(read, &found.incident) {
            Fate::Joins => {
                // What says little alone is an answer in a conversation.
                let kind = match kind {
                    Kind::Other => Kind::Reply,
                    kind => kind,
                };
                let threading = opening.threading;
                let effect = join::joined(kind, read, parts, store, (*found, threading), now);
                return Ok((kind, effect.await?));
            }
            Fate::Follows(kind) => {
                opening.kind = kind;
                opening.follows = Some((found.incident.id, found.incident.reference));
            }
        },
        _ if kind == Kind::Other => return Ok((kind, filed(None, opening.threading))),
        Thread::Unproven(reference) => {
            opening.concern = Some(Concern::UnprovenReference);
            let named = (EventKind::AttachProposed, reference.to_string());
            opening.noted.push(named);
        }
        Thread::Unknown => opening.concern = Some(Concern::UnknownReference),
        Thread::New => (),
    }
    let is_major = read.declaration.major_suspected;
    opening.domain_is_known = domain_is_known(read, is_major, store).await?;
    Ok((opening.kind, opened(read, parts, opening, now)))
}
