//! What people do with one file of a ticket (`spec/experience.md`, P5): look at it, paint parts of it
//! black, delete it, find that it is good. To mask and to delete rewrite the stored message; what
//! can't be rewritten exactly is refused, and the message is read again before anything is kept.

use super::intake::Parts;
use super::letter::{Addressed, Occasion};
use super::rewrite::{Changed, hash, rewritten};
use crate::domain::account::By;
use crate::domain::capture::{MOST_ZONES, Motive, Zone};
use crate::domain::declaration::{Attachment, Role};
use crate::domain::form::{Ask, Form, Item};
use crate::domain::incident::{Incident, IncidentId, KeptAttachment, Reference, Status};
use crate::mail::{Email, Place};
use crate::media::censor;
use crate::store::{Committed, Letter, Raw, Replacing, Store, StoreError};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Pictures that are worked on at once: each may take a core and 128 MiB.
static DRAWN: Semaphore = Semaphore::const_new(2);

/// What a picture is called once parts of it are masked, and a file once it is deleted: names tell
/// things too.
const MASKED: &str = "capture-masquee.png";
const DELETED: &str = "piece-supprimee.txt";

/// Why an act on a file was not done.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// There is no such ticket, or no such file in it.
    #[error("there is no such file")]
    Unknown,
    /// The ticket is part of another one.
    #[error("{0} is part of {1}: act there")]
    Merged(Reference, Reference),
    /// Its bytes were left on the mail server, or are not what they were.
    #[error("its bytes are not here as they came")]
    Absent,
    /// It is inside another file, in the HTML of the message, or in an encoded message.
    #[error("it is inside another file or in the text: it can't be rewritten exactly")]
    Inside,
    /// Without it the message would not read as before.
    #[error("the rest of the message would not stay as it is")]
    NotAlone,
    /// It is no picture that can be decoded, or too large a one.
    #[error("it is no picture that can be decoded")]
    NoPicture,
    /// No zone was given, or too many.
    #[error("one to twenty zones are masked at once")]
    Zones,
    /// It is another file by now than the one that was looked at.
    #[error("it changed since it was looked at")]
    Changed,
    /// The store's.
    #[error("the act can't be kept")]
    Store(#[source] StoreError),
}

impl From<StoreError> for CaptureError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Changed,
            other => Self::Store(other),
        }
    }
}

/// One file of a ticket.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The ticket.
    pub incident: Incident,
    /// The file.
    pub kept: KeptAttachment,
}

/// A file with its bytes.
#[derive(Debug, Clone)]
pub struct Held {
    /// Decoded.
    pub contents: Vec<u8>,
    pub(super) raw: Vec<u8>,
    pub(super) place: Option<Place>,
}

impl Held {
    /// Whether it can be masked or deleted at all.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.place.is_some()
    }
}

/// What became of an act.
#[derive(Debug)]
pub struct Done {
    /// What became of the mail that tells of it.
    pub told: Vec<Committed>,
    /// Nothing of the old bytes is left in the database's files.
    pub is_gone: bool,
}

/// The file with this number, from 1, among those of a ticket.
///
/// # Errors
/// [`CaptureError::Unknown`]; the store's.
pub async fn find(
    store: &Store,
    reference: &Reference,
    number: usize,
) -> Result<Capture, CaptureError> {
    let incident = store.incident(reference).await?;
    let incident = incident.ok_or(CaptureError::Unknown)?;
    let at = number.checked_sub(1).ok_or(CaptureError::Unknown)?;
    let kept = incident.attachments.get(at).cloned();
    let kept = kept.ok_or(CaptureError::Unknown)?;
    Ok(Capture { incident, kept })
}

/// The bytes of a file.
///
/// # Errors
/// [`CaptureError::Absent`]; the store's.
pub async fn held(store: &Store, kept: &KeptAttachment) -> Result<Held, CaptureError> {
    let Raw::Whole(raw) = store.raw_checked(kept.message).await? else {
        return Err(CaptureError::Absent);
    };
    let (number, sha256) = (usize::from(kept.number), kept.sha256.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let mut attachments = Email::parse(&raw).attachments;
        let at = number.checked_sub(1)?;
        let found = (at < attachments.len()).then(|| attachments.swap_remove(at))?;
        let (contents, place) = (found.contents.into_owned(), found.place);
        drop(attachments);
        // Another version of the reader may have counted otherwise.
        (hash(&contents) == sha256).then_some(Held {
            contents,
            raw,
            place,
        })
    });
    let held = reading.await.ok().flatten();
    held.ok_or(CaptureError::Absent)
}

/// Works on a picture where blocking is allowed, few at a time.
pub async fn drawn<T, F>(work: F) -> Option<T>
where
    T: Send + 'static,
    F: FnOnce() -> Option<T> + Send + 'static,
{
    let _permit = DRAWN.acquire().await;
    tokio::task::spawn_blocking(work).await.ok().flatten()
}

/// Paints zones of a picture black and destroys the original. `seen` is the SHA-256 of the file that
/// was looked at.
///
/// # Errors
/// See [`CaptureError`]; nothing is changed then.
pub async fn mask(
    store: &Store,
    capture: &Capture,
    seen: &str,
    zones: &[Zone],
    by: &By,
) -> Result<Done, CaptureError> {
    if zones.is_empty() || zones.len() > MOST_ZONES {
        return Err(CaptureError::Zones);
    }
    let held = acted_on(store, capture, seen).await?;
    let zones: Vec<[u16; 4]> = zones.iter().map(|zone| zone.parts()).collect();
    let contents = held.contents.clone();
    let png = drawn(move || censor::masked(&contents, &zones)).await;
    let png = png.ok_or(CaptureError::NoPicture)?;
    let attachment = Attachment {
        filename: MASKED.to_owned(),
        content_type: "image/png".to_owned(),
        size: png.len() as u64,
        role: capture.kept.attachment.role,
    };
    let changed = Changed {
        attachment,
        contents: png,
        is_attached: false,
    };
    let rewritten = rewritten(held, capture.kept.number, changed).await;
    let rewritten = rewritten.ok_or(CaptureError::NotAlone)?;
    let replacing = Replacing {
        motive: None,
        to_ask: &[],
        status: None,
        letters: &[],
        ..rewritten.of(capture, by)
    };
    let (told, is_gone) = store.replace_capture(&replacing).await?;
    Ok(Done { told, is_gone })
}

/// Deletes a file; where `asks_again`, the declarant is told and asked for another one (E1d). `seen`
/// is the SHA-256 of the file that was looked at.
///
/// # Errors
/// See [`CaptureError`]; nothing is changed then.
pub async fn delete(
    store: &Store,
    parts: &Arc<Parts>,
    capture: &Capture,
    (seen, motive, asks_again): (&str, &Motive, bool),
    by: &By,
) -> Result<Done, CaptureError> {
    let held = acted_on(store, capture, seen).await?;
    let Capture { incident, kept } = capture;
    let owner = owner(store, incident, kept.incident).await?;
    // Read before it is rewritten: the mail goes under the message as it came.
    let letters = match asks_again {
        true => letter(store, parts, &owner, by).await?,
        false => Vec::new(),
    };
    let at = by.at.with_timezone(&parts.timezone);
    let text = format!(
        "Pièce supprimée le {}, motif\u{a0}: {}, par {}.\r\n",
        at.format("%d/%m/%Y à %H:%M"),
        motive.french(),
        by.actor.name
    );
    let attachment = Attachment {
        filename: DELETED.to_owned(),
        content_type: "text/plain".to_owned(),
        size: text.len() as u64,
        role: Role::Document,
    };
    let changed = Changed {
        attachment,
        contents: text.into_bytes(),
        is_attached: true,
    };
    let rewritten = rewritten(held, kept.number, changed).await;
    let rewritten = rewritten.ok_or(CaptureError::NotAlone)?;
    let to_ask: Vec<(IncidentId, Vec<Ask>)> = [incident, &owner]
        .into_iter()
        .filter_map(|one| Some((one.id, without(one, kept, &parts.form)?)))
        .collect();
    let lacks = to_ask.iter().any(|(id, _)| *id == incident.id);
    let replacing = Replacing {
        motive: Some((motive.as_str(), motive.french())),
        to_ask: &to_ask,
        // What was complete lacks something again.
        status: (lacks && incident.status == Status::Complete).then_some(Status::ToReview),
        letters: &letters,
        ..rewritten.of(capture, by)
    };
    let (told, is_gone) = store.replace_capture(&replacing).await?;
    Ok(Done { told, is_gone })
}

/// A person found nothing to hide in it.
///
/// # Errors
/// [`CaptureError::Changed`]; the store's.
pub async fn accept(
    store: &Store,
    capture: &Capture,
    seen: &str,
    by: &By,
) -> Result<(), CaptureError> {
    if capture.kept.sha256 != seen {
        return Err(CaptureError::Changed);
    }
    let reference = &capture.incident.reference;
    Ok(store.capture_accepted(reference, &capture.kept, by).await?)
}

/// The bytes of a file that may be acted on.
async fn acted_on(store: &Store, capture: &Capture, seen: &str) -> Result<Held, CaptureError> {
    let Capture { incident, kept } = capture;
    if let Some(merger) = &incident.merged {
        let into = merger.into.clone();
        return Err(CaptureError::Merged(incident.reference.clone(), into));
    }
    if kept.sha256 != seen {
        return Err(CaptureError::Changed);
    }
    let held = held(store, kept).await?;
    match held.is_reachable() {
        true => Ok(held),
        false => Err(CaptureError::Inside),
    }
}

/// The ticket whose message holds the file: this one, or one that is part of it.
async fn owner(
    store: &Store,
    incident: &Incident,
    owner: IncidentId,
) -> Result<Incident, StoreError> {
    for part in &incident.parts {
        if incident.id == owner {
            break;
        }
        if let Some(found) = store.incident(part).await?.filter(|one| one.id == owner) {
            return Ok(found);
        }
    }
    Ok(incident.clone())
}

/// The mail that asks the declarant for another capture; none where nobody is left to write to.
async fn letter(
    store: &Store,
    parts: &Arc<Parts>,
    owner: &Incident,
    by: &By,
) -> Result<Vec<Letter>, StoreError> {
    let Some(addressed) = Addressed::of(store, parts, owner).await? else {
        return Ok(Vec::new());
    };
    Ok(vec![Letter {
        incident: owner.id,
        reference: owner.reference.clone(),
        message: addressed.message,
        answering: addressed.answering(parts, owner.clone(), Occasion::DeletedCapture, by.at),
    }])
}

/// What a ticket must ask for once it has lost this file; `None` where that is nothing new.
fn without(incident: &Incident, lost: &KeptAttachment, form: &Form) -> Option<Vec<Ask>> {
    let is_capture = |kept: &&KeptAttachment| kept.attachment.role == Role::Screenshot;
    let is_lost =
        |kept: &KeptAttachment| (kept.message, kept.number) == (lost.message, lost.number);
    let mut captures = incident.attachments.iter().filter(is_capture);
    let asks = |asks: &[Ask]| asks.iter().any(|ask| ask.item == Item::Screenshot);
    if captures.any(|kept| !is_lost(kept)) || !is_capture(&lost) || asks(&incident.to_ask) {
        return None;
    }
    let lacking = form.ask_for(&incident.fields, false);
    asks(&lacking).then(|| {
        let mut to_ask = incident.to_ask.clone();
        to_ask.push(Ask {
            item: Item::Screenshot,
            reason: None,
        });
        to_ask
    })
}
