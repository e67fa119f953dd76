//! To which incident a message belongs (decisions, 16), in whichever order messages arrive.
//!
//! A reference is made to be spoken, so it can be guessed: a message joins an incident by itself
//! only through a Message-ID or an address of ours with its keyed hash, through a Message-ID of the
//! declarants' own, or through the subject's mark from an address that is already in the incident.
//! The nearest wins.

use super::again::again;
use super::answer::is_verified;
use super::forgotten;
use super::intake::{Parts, Read};
use super::named::{self, Name};
use crate::domain::incident::{Incident, IncidentId, Reference};
use crate::domain::mark;
use crate::domain::message::MessageId;
use crate::store::{Held, Link, Naming, Related, Store, StoreError, Threading};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// Two answers to a message that has not come belong together where they came within this time.
const SIBLINGS: TimeDelta = TimeDelta::days(15);

/// For so long a message may be what its writer forgot, where the first waits for a person's look.
const FORGOTTEN: TimeDelta = TimeDelta::hours(1);

/// So many siblings are looked at.
const MOST_SIBLINGS: usize = 4;

/// Where a message belongs.
#[derive(Debug)]
pub enum Thread {
    /// It names no reference: it stands alone.
    New,
    /// It belongs to an incident, and proves it.
    Of(Box<Found>),
    /// It names this incident of ours without proof: a person may attach it.
    Unproven(Reference),
    /// It names a reference that is not here.
    Unknown,
}

/// The incident that a message belongs to.
#[derive(Debug)]
pub struct Found {
    /// The incident, or what it was merged into.
    pub incident: Incident,
    /// What proves it.
    pub proof: Proof,
    /// The incident whose mail it answers, which may be part of that one; and the number of the mail,
    /// where that is known.
    pub mail: (IncidentId, Option<u32>),
    /// Other incidents that it proves a part in.
    pub also: Vec<Reference>,
    /// The writer's address was in the incident before.
    pub is_known: bool,
}

/// What proves that a message belongs to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A Message-ID or an address of ours with its keyed hash.
    Key,
    /// A Message-ID of the declarants' own.
    Thread,
    /// Its own Message-ID: an answer to it came first.
    Origin,
    /// The subject's mark, from an address in the incident.
    Mark,
    /// It is what the same address forgot a moment before.
    Forgotten,
}

/// What messages name, and what is related to that.
#[derive(Default)]
pub(super) struct Names {
    named: Vec<Name>,
    theirs: Vec<String>,
    related: Vec<Related>,
}

/// Looks up what is related to each of these messages, with one query.
///
/// # Errors
/// The store's.
pub(super) async fn names(
    reads: &[Arc<Read>],
    parts: &Parts,
    store: &Store,
) -> Result<Vec<Names>, StoreError> {
    let mut all: Vec<Names> = reads
        .iter()
        .map(|read| {
            let named = named::names(read, parts);
            Names {
                theirs: named.iter().filter_map(Name::theirs).collect(),
                named,
                related: Vec::new(),
            }
        })
        .collect();
    let of: Vec<Naming<'_>> = reads
        .iter()
        .zip(&all)
        .map(|(read, names)| (read.message, names.theirs.as_slice(), since(read)))
        .collect();
    let found = store.related(&of).await?;
    for (names, related) in all.iter_mut().zip(found) {
        names.related = related;
    }
    Ok(all)
}

/// Siblings count that reached the mailbox later.
fn since(read: &Read) -> DateTime<Utc> {
    read.received_at - SIBLINGS
}

/// Looks up where a message belongs, and what it names others by.
///
/// # Errors
/// The store's.
pub(super) async fn thread(
    read: &Read,
    names: Names,
    parts: &Arc<Parts>,
    store: &Store,
) -> Result<(Thread, Threading), StoreError> {
    let Names {
        named,
        theirs,
        related,
    } = names;
    let mut threading = Threading {
        named: theirs,
        seen: related.iter().map(|one| one.message).collect(),
        since: since(read),
        held: None,
    };
    threading.seen.dedup();
    let mut proven = proofs(store, &named, &related).await?;
    let mut unproven = None;
    if proven.is_empty() {
        (proven, unproven) = by_mark(read, parts, store).await?;
    }
    if proven.is_empty() {
        proven.extend(by_sibling(read, &related, parts, store).await?);
    }
    let Some((first, rest)) = proven.split_first() else {
        let alone = match unproven {
            Some(reference) => Thread::Unproven(reference),
            None => {
                let (alone, held) = alone(read, parts, store).await?;
                threading.held = held;
                alone
            }
        };
        return Ok((alone, threading));
    };
    let thread = match store.incident(&first.reference).await? {
        Some(incident) => {
            let address = read.from_address();
            Thread::Of(Box::new(Found {
                is_known: store.is_known_address(incident.id, &address).await?,
                incident,
                proof: first.proof,
                mail: first.mail,
                also: rest.iter().map(|one| one.reference.clone()).collect(),
            }))
        }
        None => Thread::Unknown,
    };
    Ok((thread, threading))
}

/// A proof that a message belongs to an incident.
struct Proven {
    incident: IncidentId,
    reference: Reference,
    proof: Proof,
    /// A number counts within the incident that was mailed, not in what it became part of.
    mail: (IncidentId, Option<u32>),
}

/// The incidents that a message belongs to, the nearest first, each once.
async fn proofs(
    store: &Store,
    named: &[Name],
    related: &[Related],
) -> Result<Vec<Proven>, StoreError> {
    let mut found: Vec<(IncidentId, Proof, Option<u32>)> = Vec::new();
    for name in named {
        match name {
            Name::Ours(reference, mail) => {
                let id = store.incident_id(reference).await?;
                found.extend(id.map(|id| (id, Proof::Key, *mail)));
            }
            Name::Theirs(id) => {
                let parents = related.iter();
                let parents = parents.filter(|one| one.link == Link::Parent && one.id == *id);
                found.extend(only(parents).map(|id| (id, Proof::Thread, None)));
            }
        }
    }
    if found.is_empty() {
        let children = related.iter().filter(|one| one.link == Link::Child);
        found.extend(only(children).map(|id| (id, Proof::Origin, None)));
    }
    let mut proven: Vec<Proven> = Vec::new();
    for (id, proof, mail) in found {
        let Some((incident, reference)) = store.kept_in(id).await? else {
            continue;
        };
        if proven.iter().all(|known| known.incident != incident) {
            proven.push(Proven {
                incident,
                reference,
                proof,
                mail: (id, mail),
            });
        }
    }
    Ok(proven)
}

/// The incident of another answer to the same message, which has not come.
async fn by_sibling(
    read: &Read,
    related: &[Related],
    parts: &Arc<Parts>,
    store: &Store,
) -> Result<Option<Proven>, StoreError> {
    let siblings = related.iter().filter(|one| one.link == Link::Sibling);
    for sibling in siblings.take(MOST_SIBLINGS) {
        if talk(read, sibling.message, parts, store).await? {
            let kept = store.kept_in(sibling.incident).await?;
            return Ok(kept.map(|(incident, reference)| Proven {
                incident,
                reference,
                proof: Proof::Thread,
                mail: (sibling.incident, None),
            }));
        }
    }
    Ok(None)
}

/// The one incident of these; where there are several, the Message-ID tells nothing.
fn only<'a>(mut related: impl Iterator<Item = &'a Related>) -> Option<IncidentId> {
    let first = related.next()?.incident;
    related.all(|one| one.incident == first).then_some(first)
}

/// Whether the writers of two answers to the same message talk with each other: they are one, or
/// one wrote to the other. Two people who answer a letter to all do not.
async fn talk(
    read: &Read,
    other: MessageId,
    parts: &Arc<Parts>,
    store: &Store,
) -> Result<bool, StoreError> {
    let Some(other) = again(other, parts, store).await? else {
        return Ok(false);
    };
    let writes_to = |one: &Read, address: &str| {
        let mut recipients = one.email.recipients.iter();
        recipients.any(|recipient| recipient.address.eq_ignore_ascii_case(address))
    };
    let (one, two) = (read.from_address(), other.from_address());
    Ok(!one.is_empty()
        && !two.is_empty()
        && (one == two || writes_to(read, &two) || writes_to(&other, &one)))
}

/// The incidents whose mark stands in the subject and is believed; and the first that is named
/// without proof.
async fn by_mark(
    read: &Read,
    parts: &Parts,
    store: &Store,
) -> Result<(Vec<Proven>, Option<Reference>), StoreError> {
    let address = read.from_address();
    let mut believed: Vec<Proven> = Vec::new();
    let mut named = None;
    let in_subject = mark::in_subject(&read.email.subject, &parts.mark);
    let elsewhere = read.declaration.incident.iter().cloned();
    for name in in_subject.iter().cloned().chain(elsewhere) {
        let Ok(reference) = name.parse::<Reference>() else {
            continue;
        };
        let Some(id) = store.incident_id(&reference).await? else {
            continue;
        };
        let Some((incident, kept)) = store.kept_in(id).await? else {
            continue;
        };
        let is_believed = !is_forged(read, parts)
            && in_subject.contains(&name)
            && store.is_known_address(incident, &address).await?;
        if is_believed {
            if believed.iter().all(|known| known.incident != incident) {
                believed.push(Proven {
                    incident,
                    reference: kept,
                    proof: Proof::Mark,
                    mail: (id, None),
                });
            }
        } else {
            named.get_or_insert(reference);
        }
    }
    Ok((believed, named))
}

/// Whose sender the server found forged is not who it says.
fn is_forged(read: &Read, parts: &Parts) -> bool {
    is_verified(&read.email, parts.answering.authserv_id.as_deref()) == Some(false)
}

/// A message that is tied to no incident, unless it is what its writer forgot a moment before; and
/// what that writer had waiting.
async fn alone(
    read: &Read,
    parts: &Parts,
    store: &Store,
) -> Result<(Thread, Option<Held>), StoreError> {
    let in_subject = mark::in_subject(&read.email.subject, &parts.mark);
    if read.declaration.incident.is_some() || !in_subject.is_empty() {
        return Ok((Thread::Unknown, None));
    }
    if !forgotten::may_be(read) || is_forged(read, parts) {
        return Ok((Thread::New, None));
    }
    let (address, since) = (read.from_address(), read.received_at - FORGOTTEN);
    let held = Held {
        seen: store.held_for(&address, since).await?,
        address,
        since,
    };
    if let [only] = held.seen.as_slice()
        && let Some(incident) = store.incident(only).await?
        && forgotten::belongs(read, &incident)
    {
        let found = Found {
            mail: (incident.id, None),
            incident,
            proof: Proof::Forgotten,
            also: Vec::new(),
            is_known: true,
        };
        return Ok((Thread::Of(Box::new(found)), Some(held)));
    }
    Ok((Thread::New, Some(held)))
}
