//! How one message is answered: decided inside the store's transaction, once the reference and what
//! was sent so far are known.

use super::answer::{self, Incoming, answer};
use super::intake::{Parts, Read};
use crate::domain::decision::{Decision, Suppressed};
use crate::domain::declaration::Kind;
use crate::domain::field::Fields;
use crate::domain::form::Ask;
use crate::store::{self, Answer, Facts};
use chrono::{DateTime, TimeDelta, Utc};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What is answered.
pub(super) struct Matter {
    /// The message whose writer is answered: the one that has come, or the one that the mail
    /// answered which is taken back.
    pub(super) read: Arc<Read>,
    /// What the message that has come is, in its conversation.
    pub(super) kind: Kind,
    /// What remains to be asked for.
    pub(super) asks: Vec<Ask>,
    /// How it joins an incident; `None` where it opens one.
    pub(super) joins: Option<Joins>,
}

/// How a message joins an incident.
pub(super) struct Joins {
    /// `read` is another message than the one that has come.
    pub(super) for_another: bool,
    /// The writer was not known in the incident: nothing of it is mailed to them.
    pub(super) is_outsider: bool,
    /// A mail waits already that says the same.
    pub(super) mail_waits: bool,
    /// A whole service may be out of use.
    pub(super) major_suspected: bool,
    /// The incident's fields, where whoever is answered may see them.
    pub(super) fields: Option<Fields>,
}

impl Matter {
    /// A message that opens an incident.
    pub(super) fn alone(kind: Kind, read: &Arc<Read>, asks: Vec<Ask>) -> Self {
        Self {
            read: Arc::clone(read),
            kind,
            asks,
            joins: None,
        }
    }
}

/// The answer, for the store to decide.
pub(super) fn answering(
    matter: Matter,
    parts: &Arc<Parts>,
    now: DateTime<Utc>,
) -> store::Answering {
    let (email, declaration) = (&matter.read.email, &matter.read.declaration);
    let address = answer::addressee(email);
    let within = parts.duplicate_within;
    let parts = Arc::clone(parts);
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
            catch_unwind(AssertUnwindSafe(|| decided(&matter, &parts, facts, now)))
                .unwrap_or_else(|_| Answer::Silent("panicked".to_owned()))
        }),
    }
}

fn decided(matter: &Matter, parts: &Parts, facts: &Facts, now: DateTime<Utc>) -> Answer {
    let read = &matter.read;
    if let Some(reason) = read.unread() {
        return Answer::Silent(reason.to_owned());
    }
    let silent = |reason: Suppressed| Answer::Silent(reason.as_str().to_owned());
    let mut declaration = read.declaration.clone();
    declaration.kind = matter.kind;
    if let Some(joins) = &matter.joins {
        let is_first = facts.ticket.requests == 0 && facts.ticket.last_mail.is_none();
        if facts.superseded {
            // What was about to be said is said anew, to whom it was to be said.
            if is_first {
                declaration.kind = Kind::Declaration;
            }
            declaration.major_suspected |= joins.major_suspected;
            if let Some(fields) = &joins.fields {
                declaration.fields = fields.clone();
            }
        } else if joins.is_outsider {
            return silent(Suppressed::Outsider);
        } else if joins.for_another || joins.mail_waits && matter.kind == Kind::Declaration {
            return silent(Suppressed::Waiting);
        } else if !is_first && matter.kind == Kind::Declaration {
            declaration.kind = Kind::Reply;
        }
    }
    let incoming = Incoming {
        email: &read.email,
        declaration: &declaration,
        asks: &matter.asks,
        answerable: read.answerable,
        reference: &facts.reference.to_string(),
        sequence: facts.sequence,
        ticket: facts.ticket,
        sent: facts.sent,
    };
    match answer(&incoming, &parts.form, &parts.answering, now) {
        Ok((_, Some(mail))) => Answer::Mail(Box::new(mail)),
        Ok((Decision::Silent { reason }, None)) => silent(reason),
        Ok((Decision::Reply { .. }, None)) | Err(_) => Answer::Silent("template".to_owned()),
    }
}
