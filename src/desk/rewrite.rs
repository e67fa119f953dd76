//! A stored message with another file in the stead of one: rewritten, read again and compared.

use super::capture::{Capture, Held};
use crate::domain::account::By;
use crate::domain::declaration::Attachment;
use crate::domain::message::Identity;
use crate::mail::{Email, File, replaced};
use crate::store::{NewAttachment, Replacing};
use sha2::{Digest as _, Sha256};

/// What takes a file's place.
pub(super) struct Changed {
    pub(super) attachment: Attachment,
    pub(super) contents: Vec<u8>,
    pub(super) is_attached: bool,
}

/// The rewritten message.
pub(super) struct Rewritten {
    was: String,
    raw: Vec<u8>,
    inner: u16,
    attachment: NewAttachment,
}

impl Rewritten {
    /// What is kept of it.
    pub(super) fn of<'a>(&'a self, capture: &'a Capture, by: &'a By) -> Replacing<'a> {
        Replacing {
            incident: &capture.incident,
            kept: &capture.kept,
            was: &self.was,
            raw: &self.raw,
            attachment: &self.attachment,
            inner: self.inner,
            motive: None,
            to_ask: &[],
            status: None,
            letters: &[],
            by,
        }
    }
}

/// Rewrites the message, reads it again and compares: `None` where anything but this file, and what was
/// inside it, would not be as it was.
pub(super) async fn rewritten(held: Held, number: u16, changed: Changed) -> Option<Rewritten> {
    let working = tokio::task::spawn_blocking(move || {
        let Changed {
            attachment,
            contents,
            is_attached,
        } = changed;
        let place = held.place.as_ref()?;
        let old = Email::parse(&held.raw);
        // A message that is nothing but this file would have text for its words.
        let labels: &[&str] = match is_attached {
            true => &["text/plain; charset=utf-8", "application/octet-stream"],
            false => &[&attachment.content_type],
        };
        let (raw, inner) = labels.iter().find_map(|content_type| {
            let file = File {
                content_type,
                filename: &attachment.filename,
                contents: &contents,
                is_attached,
            };
            let raw = replaced(&held.raw, place, &file)?;
            let inner = inner(&old, &Email::parse(&raw), number, &contents)?;
            // What is masked holds nothing.
            (is_attached || inner == 0).then_some((raw, inner))
        })?;
        drop(old);
        let sha256 = hash(&contents);
        Some(Rewritten {
            was: Identity::of(&held.raw).sha256,
            raw,
            inner,
            attachment: NewAttachment { attachment, sha256 },
        })
    });
    working.await.ok().flatten()
}

/// How many files were inside the one that gave way to `contents`; `None` where anything else changed.
fn inner(old: &Email<'_>, new: &Email<'_>, number: u16, contents: &[u8]) -> Option<u16> {
    let is_same = old.body.text == new.body.text
        && old.subject == new.subject
        && old.message_id == new.message_id;
    let inner = old.attachments.len().checked_sub(new.attachments.len())?;
    let at = usize::from(number).checked_sub(1)?;
    let (before, after) = (
        old.attachments.get(..at)?,
        old.attachments.get(at + 1 + inner..)?,
    );
    let around = before.iter().chain(after);
    let others = new.attachments.iter().enumerate();
    let others = others.filter(|(other, _)| *other != at);
    let is_alone = new.attachments.get(at)?.contents == contents
        && around
            .map(|one| &one.contents)
            .eq(others.map(|(_, one)| &one.contents));
    let inner = u16::try_from(inner).ok()?;
    (is_same && is_alone).then_some(inner)
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}
