//! How one message is answered: decided inside the store's transaction, once the reference and what
//! was sent so far are known.

use super::answer::{self, Incoming, answer};
use super::intake::{Parts, Read};
use crate::domain::decision::{Brought, Decision, Sent, Suppressed};
use crate::domain::declaration::Kind;
use crate::domain::field::Fields;
use crate::domain::form::Ask;
use crate::domain::outgoing::Outgoing;
use crate::domain::sender::{domain, is_mail_provider};
use crate::store::{self, Answer, Facts, Store, StoreError};
use crate::template::TemplateError;
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
    /// What is known, as far as whoever is answered may see it.
    pub(super) fields: Fields,
    /// What remains to be asked for.
    pub(super) asks: Vec<Ask>,
    /// How it joins an incident; `None` where it opens one.
    pub(super) joins: Option<Joins>,
    /// A person validated a ticket of the writer's very domain; asked for where a whole service may
    /// be out of use.
    pub(super) domain_is_known: bool,
}

/// How a message joins an incident.
pub(super) struct Joins {
    /// What it brings there.
    pub(super) brought: Brought,
    /// `read` is another message than the one that has come.
    pub(super) for_another: bool,
    /// The writer was not known in the incident: nothing of it is mailed to them.
    pub(super) is_outsider: bool,
    /// A whole service may be out of use.
    pub(super) major_suspected: bool,
}

impl Matter {
    /// A message that opens an incident.
    pub(super) fn alone(kind: Kind, read: &Arc<Read>, asks: Vec<Ask>) -> Self {
        Self {
            read: Arc::clone(read),
            kind,
            fields: read.declaration.fields.clone(),
            asks,
            joins: None,
            domain_is_known: false,
        }
    }
}

/// Whether a person validated a ticket of the writer's very domain, where a whole service may be out
/// of use: else nobody asks.
///
/// # Errors
/// The store's.
pub(super) async fn domain_is_known(
    read: &Read,
    is_major: bool,
    store: &Store,
) -> Result<bool, StoreError> {
    let domain = domain(&read.from_address());
    Ok(is_major
        && !domain.is_empty()
        && !is_mail_provider(&domain)
        && store.is_validated_domain(&domain).await?)
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
        decide: Box::new(move |facts| guarded(|| decided(&matter, &parts, facts, now))),
    }
}

/// A mail that can't be made must not take the incident with it: a person sees that none was made,
/// and why.
pub(super) fn guarded(decide: impl FnOnce() -> Answer) -> Answer {
    catch_unwind(AssertUnwindSafe(decide)).unwrap_or_else(|_| Answer::Silent("panicked".to_owned()))
}

/// What was decided and made, for the store.
pub(super) fn answer_of(made: Result<(Decision, Option<Outgoing>), TemplateError>) -> Answer {
    match made {
        Ok((_, Some(mail))) => Answer::Mail(Box::new(mail)),
        Ok((Decision::Silent { reason }, None)) => Answer::Silent(reason.as_str().to_owned()),
        Ok((Decision::Reply { .. }, None)) | Err(_) => Answer::Silent("template".to_owned()),
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
    match &matter.joins {
        // What was about to be said is said anew, to whom it was to be said.
        Some(joins) if facts.superseded => {
            declaration.kind = Kind::Reply;
            declaration.major_suspected |= joins.major_suspected;
        }
        Some(joins) if joins.is_outsider => return silent(Suppressed::Outsider),
        Some(joins) if joins.for_another => return silent(Suppressed::AlreadyAsked),
        _ => (),
    }
    let incoming = Incoming {
        email: &read.email,
        declaration: &declaration,
        fields: &matter.fields,
        asks: &matter.asks,
        brought: matter.joins.as_ref().map(|joins| joins.brought),
        answerable: read.answerable,
        reference: &facts.reference.to_string(),
        sequence: facts.sequence,
        ticket: facts.ticket,
        sent: Sent {
            domain_is_known: matter.domain_is_known,
            ..facts.sent
        },
    };
    answer_of(answer(&incoming, &parts.form, &parts.answering, now))
}
