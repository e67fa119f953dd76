//! Makes a ticket part of another one, a duplicate of it or a report of the same outage, and undoes
//! that (experience, P4). A person does it: the machine only proposes (`alike.rs`).

use super::again::again;
use super::intake::{Parts, remaining};
use super::letter::{Occasion, letters};
use super::merge;
use super::respond::{Joins, Matter, answering, domain_is_known};
use crate::domain::account::By;
use crate::domain::alike::Candidate;
use crate::domain::asked::Asked;
use crate::domain::decision::Brought;
use crate::domain::declaration::{Kind, Role};
use crate::domain::field::{FieldName, Fields};
use crate::domain::form::Ask;
use crate::domain::incident::{Concern, Incident, IncidentId, Reference, Status};
use crate::domain::merger::{Misfit, REVERSIBLE, fits, given_back};
use crate::domain::message::MessageId;
use crate::domain::outgoing::{MailState, Template};
use crate::store::{Anew, Committed, Letter, Merging, Splitting, Store, StoreError, Undone};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum MergerError {
    /// There is no such ticket.
    #[error("{0}: no such ticket")]
    Unknown(Reference),
    /// The two don't fit.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// It is part of nothing.
    #[error("{0} is part of no other ticket")]
    NotMerged(Reference),
    /// What it is part of is itself part of another, which took of it in turn.
    #[error("{0} is itself part of {1}: split that first")]
    Deeper(Reference, Reference),
    /// The time for it has passed.
    #[error("{0} was merged too long ago to be split, seven days at most")]
    TooLate(Reference),
    /// The store's.
    #[error("it can't be kept")]
    Store(#[from] StoreError),
}

/// What merging two tickets would do.
#[derive(Debug)]
pub struct Plan {
    /// The ticket that becomes part of the other.
    pub incident: Incident,
    /// The one that is kept.
    pub into: Incident,
    /// The fields of the kept one that are completed.
    pub filled: Vec<FieldName>,
    /// Mails of the other that have not left and are taken back.
    pub taken_back: usize,
    /// The mails that tell its declarants.
    pub letters: Vec<Letter>,
    /// Until when it can be undone.
    pub until: DateTime<Utc>,
    fields: Fields,
    to_ask: Vec<Ask>,
}

/// Works out what would be done, and does nothing yet. Declarants are told unless it is `silent`.
///
/// # Errors
/// See [`MergerError`].
pub async fn plan(
    store: &Store,
    parts: &Arc<Parts>,
    (reference, into): (&Reference, &Reference),
    silent: bool,
    now: DateTime<Utc>,
) -> Result<Plan, MergerError> {
    let incident = found(store, reference).await?;
    let into = found(store, into).await?;
    fits(&incident, &into)?;
    let mut fields = into.fields.clone();
    let nothing_asked = Asked::default();
    let merged = merge::merge(&mut fields, &incident.fields, &into.origins, &nothing_asked);
    let attachments = into.attachments.iter().chain(&incident.attachments);
    let roles = attachments.map(|kept| kept.attachment.role);
    let to_ask = remaining(&parts.form, &fields, roles);
    let occasion = Occasion::Attached(into.reference.to_string());
    let letters = match silent {
        true => Vec::new(),
        false => letters(store, parts, &incident, &occasion, now).await?,
    };
    let mails = store.mails_of(reference).await?;
    let waits = |state| matches!(state, MailState::Queued | MailState::Review);
    Ok(Plan {
        filled: merged.changed,
        taken_back: mails.iter().filter(|mail| waits(mail.state)).count(),
        letters,
        until: now + REVERSIBLE,
        fields,
        to_ask,
        incident,
        into,
    })
}

/// Does what was planned; gives what became of the mails.
///
/// # Errors
/// A conflict where one of the two tickets changed since.
pub async fn merge(
    store: &Store,
    parts: &Arc<Parts>,
    plan: &Plan,
    by: &By,
) -> Result<Vec<Committed>, MergerError> {
    let Plan { incident, into, .. } = plan;
    let candidates = store.candidates(&into.reference).await?;
    let pair = candidates
        .iter()
        .find(|one| one.other == incident.reference);
    let waits = matches!(into.status, Status::Waiting | Status::ToCall);
    let major = into.major_suspected || incident.major_suspected;
    let anew = anew(
        store,
        parts,
        into,
        (&plan.fields, &plan.to_ask, major),
        by.at,
    )
    .await?;
    let merging = Merging {
        incident,
        into,
        fields: &plan.fields,
        filled: &plan.filled,
        to_ask: &plan.to_ask,
        // Nothing is waited for any more: a person validates.
        status: (waits && plan.to_ask.is_empty()).then_some(Status::ToReview),
        concerns: &settled(&into.concerns),
        why: &pair.map(why).unwrap_or_default(),
        letters: &plan.letters,
        anew: anew.as_ref(),
        by,
    };
    Ok(store.merge(&merging).await?)
}

/// Undoes it; gives the ticket that it was part of, the fields that this one gives back, and what
/// became of both.
///
/// # Errors
/// See [`MergerError`]; a conflict where one of the two tickets changed meanwhile.
pub async fn split(
    store: &Store,
    parts: &Arc<Parts>,
    reference: &Reference,
    by: &By,
) -> Result<(Reference, Vec<FieldName>, Undone), MergerError> {
    let incident = found(store, reference).await?;
    let Some(merger) = &incident.merged else {
        return Err(MergerError::NotMerged(reference.clone()));
    };
    if by.at > merger.until() {
        return Err(MergerError::TooLate(reference.clone()));
    }
    let into = found(store, &merger.into).await?;
    if let Some(further) = &into.merged {
        return Err(MergerError::Deeper(
            into.reference.clone(),
            further.into.clone(),
        ));
    }
    let taken = store.taken_of(incident.id).await?;
    let (fields, back) = given_back(&into, &taken);
    let to_ask = remaining(&parts.form, &fields, roles_without(&into, &incident));
    let major = into.major_suspected;
    let anew = anew(store, parts, &into, (&fields, &to_ask, major), by.at).await?;
    let splitting = Splitting {
        incident: &incident,
        into: &into,
        fields: &fields,
        back: &back,
        to_ask: &to_ask,
        anew: anew.as_ref(),
        by,
    };
    let undone = store.split(&splitting).await?;
    let names = back.into_iter().map(|one| one.name).collect();
    Ok((into.reference, names, undone))
}

/// Keeps a person's verdict that two tickets are no duplicates.
///
/// # Errors
/// See [`MergerError`]; a conflict where one of the two tickets changed meanwhile.
pub async fn distinct(
    store: &Store,
    (one, other): (&Reference, &Reference),
    by: &By,
) -> Result<(), MergerError> {
    let (one, other) = (found(store, one).await?, found(store, other).await?);
    if one.id == other.id {
        return Err(Misfit::Itself(one.reference).into());
    }
    for (part, whole) in [(&one, &other), (&other, &one)] {
        if whole.parts.contains(&part.reference) {
            let (part, whole) = (part.reference.clone(), whole.reference.clone());
            return Err(Misfit::Part(part, whole).into());
        }
    }
    Ok(store.keep_distinct(&one, &other, by).await?)
}

async fn found(store: &Store, reference: &Reference) -> Result<Incident, MergerError> {
    let incident = store.incident(reference).await?;
    incident.ok_or_else(|| MergerError::Unknown(reference.clone()))
}

/// That it may repeat another ticket has been looked at.
fn settled(concerns: &[Concern]) -> Vec<Concern> {
    let open = concerns.iter().copied();
    open.filter(|concern| *concern != Concern::LikelyDuplicate)
        .collect()
}

/// Why two tickets look alike, in stable words.
fn why(candidate: &Candidate) -> String {
    let signs = candidate.signs.iter().map(|sign| sign.token());
    let words = std::iter::once(candidate.likeness.as_str().to_owned()).chain(signs);
    words.collect::<Vec<_>>().join(" ")
}

/// What the attachments of a ticket are for, those left out that came with a part of it.
fn roles_without(into: &Incident, part: &Incident) -> impl Iterator<Item = Role> {
    let of_part: Vec<(MessageId, IncidentId)> = part
        .attachments
        .iter()
        .map(|kept| (kept.message, kept.incident))
        .collect();
    let kept = into.attachments.iter();
    kept.filter(move |kept| !of_part.contains(&(kept.message, kept.incident)))
        .map(|kept| kept.attachment.role)
}

/// What a ticket says in the stead of its mail that has not left, where that would ask for what is
/// known by now, or not for what is missing again.
pub(super) async fn anew(
    store: &Store,
    parts: &Arc<Parts>,
    into: &Incident,
    (fields, to_ask, major_suspected): (&Fields, &[Ask], bool),
    now: DateTime<Utc>,
) -> Result<Option<Anew>, StoreError> {
    if to_ask == into.to_ask {
        return Ok(None);
    }
    let waiting = store.waiting_mail(into.id).await?;
    let Some(waiting) = waiting.filter(|mail| mail.template != Template::E1c) else {
        return Ok(None);
    };
    let Some(message) = waiting.answers else {
        return Ok(None);
    };
    let Some(read) = again(message, parts, store).await? else {
        return Ok(None);
    };
    let matter = Matter {
        domain_is_known: domain_is_known(&read, major_suspected, store).await?,
        kind: Kind::Reply,
        fields: fields.clone(),
        asks: to_ask.to_vec(),
        joins: Some(Joins {
            brought: Brought {
                anything: true,
                answers: true,
                resolved: false,
            },
            // Nothing is said where that mail has left meanwhile.
            for_another: true,
            is_outsider: false,
            major_suspected,
        }),
        read,
    };
    Ok(Some(Anew {
        mail: waiting.mail,
        message,
        answering: answering(matter, parts, now),
    }))
}
