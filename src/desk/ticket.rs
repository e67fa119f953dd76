//! What a person does with a ticket: validate it, close it, set it aside, take it up again.

use super::intake::Parts;
use super::letter::{Occasion, letters};
use crate::domain::account::By;
use crate::domain::incident::{Incident, Reference, Status};
use crate::domain::outgoing::MailState;
use crate::store::{Committed, Move, Store, StoreError};
use std::sync::Arc;

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Everything that is shown is right: the ticket is complete, waits for what was asked, or, where
    /// nothing was asked, for a call.
    Validate,
    /// It is over; the declarants are told, where there is something to tell.
    Close(Option<Occasion>),
    /// It is no incident.
    SetAside,
    /// It is looked at again.
    Reopen,
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such ticket.
    #[error("{0}: no such ticket")]
    Unknown(Reference),
    /// Its status does not lead there.
    #[error("{reference} is {}: it can't be {}", from.as_str(), to.as_str())]
    NotAllowed {
        /// The ticket.
        reference: Reference,
        /// Where it stands.
        from: Status,
        /// Where it should have gone.
        to: Status,
    },
    /// It is part of another one: what is done is done there.
    #[error("{0} is part of {1}: act on that one, or split it first")]
    Merged(Reference, Reference),
    /// The store's.
    #[error("the act can't be kept")]
    Store(#[from] StoreError),
}

/// Does it; gives the ticket's new status, and what became of the mails that tell of it.
///
/// # Errors
/// See [`ActError`]; where the ticket changed meanwhile, a conflict of the store.
pub async fn act(
    store: &Store,
    parts: &Arc<Parts>,
    reference: &Reference,
    act: Act,
    by: &By,
) -> Result<(Status, Vec<Committed>), ActError> {
    let incident = store
        .incident(reference)
        .await?
        .ok_or_else(|| ActError::Unknown(reference.clone()))?;
    if let Some(merger) = incident.merged {
        return Err(ActError::Merged(reference.clone(), merger.into));
    }
    let to = target(store, &incident, &act).await?;
    // To validate once more settles nothing; any other act that was done already says so, and tells
    // nobody twice.
    let is_moot = act != Act::Validate && incident.status == to;
    if !incident.status.allows(to) || is_moot {
        return Err(ActError::NotAllowed {
            reference: reference.clone(),
            from: incident.status,
            to,
        });
    }
    let letters = match &act {
        Act::Close(Some(occasion)) => letters(store, parts, &incident, occasion, by.at).await?,
        _ => Vec::new(),
    };
    let step = Move {
        incident: &incident,
        to,
        letters: &letters,
        by,
    };
    Ok((to, store.move_ticket(&step).await?))
}

/// Where the act leads.
async fn target(store: &Store, incident: &Incident, act: &Act) -> Result<Status, StoreError> {
    Ok(match act {
        Act::Validate if incident.to_ask.is_empty() => Status::Complete,
        Act::Validate if is_asked(store, incident).await? => Status::Waiting,
        Act::Validate => Status::ToCall,
        Act::Close(_) => Status::Closed,
        Act::SetAside => Status::SetAside,
        Act::Reopen => Status::ToReview,
    })
}

/// Whether a request for what is missing has left, or will.
async fn is_asked(store: &Store, incident: &Incident) -> Result<bool, StoreError> {
    let mails = store.mails_of(&incident.reference).await?;
    Ok(mails.iter().any(|mail| {
        let asks = matches!(mail.template.as_str(), "E1" | "E1b" | "E3" | "E4");
        let is_lost = matches!(mail.state, MailState::Cancelled | MailState::Failed);
        asks && !is_lost && mail.bounced_at.is_none()
    }))
}
