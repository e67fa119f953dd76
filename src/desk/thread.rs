//! To which incident a message belongs (decisions, 16).
//!
//! A reference is made to be spoken, so it can be guessed: a message joins an incident by itself
//! only through a Message-ID or an address of ours with its keyed hash, or through the subject's
//! mark from an address that is already in the incident.

use super::intake::Read;
use crate::domain::declaration::Kind;
use crate::domain::incident::{Incident, Reference};
use crate::domain::mark::{self, Purpose};
use crate::store::{Store, StoreError};

/// Where a message belongs.
#[derive(Debug)]
pub enum Thread {
    /// It names no reference: it stands alone.
    New,
    /// It belongs to this incident, and proves it.
    Of(Box<Incident>),
    /// It names an incident of ours without proof: a person may attach it.
    Unproven,
    /// It names a reference that is not here.
    Unknown,
}

/// Looks up where a message belongs.
///
/// # Errors
/// The store's.
pub async fn thread(
    read: &Read,
    prefix: &str,
    key: &[u8],
    store: &Store,
) -> Result<Thread, StoreError> {
    for reference in proven(read, prefix, key) {
        if let Some(incident) = store.incident(&reference).await? {
            return Ok(Thread::Of(Box::new(incident)));
        }
    }
    let email = &read.email;
    let mut named = false;
    let in_subject = mark::in_subject(&email.subject, prefix);
    let elsewhere = read.declaration.incident.iter().cloned();
    for name in in_subject.iter().cloned().chain(elsewhere) {
        let Ok(reference) = name.parse::<Reference>() else {
            continue;
        };
        let Some(id) = store.incident_id(&reference).await? else {
            continue;
        };
        named = true;
        let believed =
            in_subject.contains(&name) && store.is_known_address(id, &read.from_address()).await?;
        if believed && let Some(incident) = store.incident(&reference).await? {
            return Ok(Thread::Of(Box::new(incident)));
        }
    }
    Ok(match (named, &read.declaration.incident) {
        (true, _) => Thread::Unproven,
        (false, Some(_)) => Thread::Unknown,
        (false, None) if !in_subject.is_empty() => Thread::Unknown,
        (false, None) => Thread::New,
    })
}

/// The references whose keyed hash the message carries, the nearest first.
fn proven(read: &Read, prefix: &str, key: &[u8]) -> Vec<Reference> {
    let email = &read.email;
    let bounced = email.automatic.bounce.as_ref();
    let is_notice = matches!(read.declaration.kind, Kind::Bounce | Kind::AutoReply);
    let ids = bounced
        .and_then(|bounce| bounce.message_id.as_ref())
        .into_iter()
        .chain(&email.in_reply_to)
        .chain(email.references.iter().rev());
    let of_ids = ids.filter_map(|id| mark::in_message_id(id, prefix));
    let of_addresses = email
        .recipients
        .iter()
        .filter_map(|recipient| mark::in_address(&recipient.address, prefix))
        // The address for bounces stands in no header of ours: only a notice comes there.
        .filter(|found| found.purpose == Purpose::Reply || is_notice);
    let mut references = Vec::new();
    for found in of_ids
        .chain(of_addresses)
        .filter(|found| found.is_ours(key))
    {
        if let Ok(reference) = found.reference.parse::<Reference>()
            && !references.contains(&reference)
        {
            references.push(reference);
        }
    }
    references
}
