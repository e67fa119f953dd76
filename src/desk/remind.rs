//! The reminder: a request without an answer is told of once more (E4).

use super::intake::Parts;
use super::letter::{Addressed, Occasion};
use crate::domain::decision::Suppressed;
use crate::domain::timer::Timer;
use crate::store::{Store, StoreError};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// What came of a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reminded {
    /// It is made: the row in the outbox.
    Made(i64),
    /// None is made; a token says why.
    Silent(String),
    /// An answer, a person or another instance was quicker.
    Elsewhere,
}

/// Makes the reminder of a ticket whose timer is due.
///
/// # Errors
/// The store's; a conflict where the ticket changed meanwhile.
pub async fn remind(
    store: &Store,
    parts: &Arc<Parts>,
    timer: &Timer,
    now: DateTime<Utc>,
) -> Result<Reminded, StoreError> {
    let Some(incident) = store.incident(&timer.reference).await? else {
        return Ok(Reminded::Elsewhere);
    };
    let Some(addressed) = Addressed::of(store, parts, &incident).await? else {
        let reason = Suppressed::MessageGone;
        return Ok(match store.reminder_is_void(timer, reason, now).await? {
            true => Reminded::Silent(reason.as_str().to_owned()),
            false => Reminded::Elsewhere,
        });
    };
    let version = incident.version;
    let answering = addressed.answering(parts, incident, Occasion::Reminder, now);
    let committed = store
        .reminder_is_due(timer, version, addressed.message, &answering, now)
        .await?;
    Ok(match committed {
        None => Reminded::Elsewhere,
        Some(committed) => match (committed.mail, committed.silent) {
            (Some(mail), _) => Reminded::Made(mail),
            (None, reason) => Reminded::Silent(reason.unwrap_or_default()),
        },
    })
}
