//! The reminder: a request without an answer, told once more (E4).

use super::answer;
use super::intake::{self, Parts, Read};
use crate::domain::declaration::Kind;
use crate::domain::incident::Incident;
use crate::domain::message::MessageId;
use crate::domain::timer::Timer;
use crate::store::{Answer, Answering, Kept, Store, StoreError};
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
    let Some((message, read)) = last_words(store, parts, &incident).await? else {
        return Ok(Reminded::Silent("no_message".to_owned()));
    };
    let address = answer::addressee(&read.email);
    let answering = Answering {
        address: address.address().unwrap_or_default().to_owned(),
        body_hash: answer::body_hash(&read.email, &read.declaration),
        alike: None,
        decide: Box::new(move |_| Answer::Silent("later".to_owned())),
    };
    let committed = store
        .reminder_is_due(timer, incident.version, message, &answering, now)
        .await?;
    Ok(match committed {
        None => Reminded::Elsewhere,
        Some(committed) => match (committed.mail, committed.silent) {
            (Some(mail), _) => Reminded::Made(mail),
            (None, reason) => Reminded::Silent(reason.unwrap_or_default()),
        },
    })
}

/// The last message of the ticket that a person wrote, read again: what we write answers it.
pub(super) async fn last_words(
    store: &Store,
    parts: &Arc<Parts>,
    incident: &Incident,
) -> Result<Option<(MessageId, Arc<Read>)>, StoreError> {
    let by_person = |kept: &Kept| {
        matches!(
            kept.kind,
            Kind::Declaration | Kind::Reply | Kind::Escalation
        )
    };
    let messages = store.kept_messages(incident.id).await?;
    let Some(last) = messages.into_iter().rfind(by_person) else {
        return Ok(None);
    };
    let stored = last.stored;
    let id = stored.id;
    let parts = Arc::clone(parts);
    let read = tokio::task::spawn_blocking(move || intake::read(&stored, &parts)).await;
    Ok(read.ok().map(|read| (id, Arc::new(read))))
}
