//! An answer, read by what the mail asked that it answers, and by what its ticket knows.

use super::intake::{Parts, Read};
use super::named;
use crate::domain::asked::Asked;
use crate::domain::field::Fields;
use crate::domain::incident::IncidentId;
use crate::extract::reread;
use crate::store::{Store, StoreError};
use std::sync::Arc;

/// What the mail asked that a message answers: the one that it names, else the last request that
/// had left when the message was stored.
///
/// # Errors
/// The store's.
pub(super) async fn asked(
    read: &Read,
    (incident, mail): (IncidentId, Option<u32>),
    known: &Fields,
    store: &Store,
) -> Result<Asked, StoreError> {
    let (numbers, text) = store.asked(incident, mail, read.stored_at).await?;
    Ok(Asked {
        numbers,
        text,
        known: known.clone(),
    })
}

/// The incident whose mail a message of this one answers, and the number of the mail, as far as the
/// message names it: what was made part of this incident was mailed under its own name.
///
/// # Errors
/// The store's.
pub(super) async fn mail_named(
    read: &Read,
    incident: IncidentId,
    parts: &Parts,
    store: &Store,
) -> Result<(IncidentId, Option<u32>), StoreError> {
    for (reference, number) in named::mails(read, parts) {
        if let Some(named) = store.incident_id(&reference).await? {
            return Ok((named, number));
        }
    }
    Ok((incident, None))
}

/// The message, read anew where blocking is allowed; and whether it says that the trouble is over.
/// An answer that makes the reader panic stays as it was read alone.
pub(super) async fn by_what_was_asked(
    read: &Arc<Read>,
    parts: &Arc<Parts>,
    asked: &Arc<Asked>,
) -> (Arc<Read>, bool) {
    let (alone, parts, asked) = (Arc::clone(read), Arc::clone(parts), Arc::clone(asked));
    let reading = tokio::task::spawn_blocking(move || {
        let context = parts.context(alone.received_at);
        let mut read = Read::clone(&alone);
        let answer = reread(read.declaration, &read.email, &parts.form, &context, &asked);
        let resolved = answer.is_resolved();
        read.declaration = answer.declaration;
        (Arc::new(read), resolved)
    });
    reading.await.unwrap_or_else(|_| (Arc::clone(read), false))
}
