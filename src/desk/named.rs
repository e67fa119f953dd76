//! What a message names by its headers: mails and addresses of ours by a keyed hash that is right, and
//! the messages of others.

use super::intake::{Parts, Read};
use crate::domain::incident::Reference;
use crate::domain::mark::{self, Mark, Purpose};

/// A Message-ID longer than this is none that we follow (RFC 5322, section 2.1.1).
const LONGEST_ID: usize = 998;

/// What a message names, the nearest first.
#[derive(Debug)]
pub(super) enum Name {
    /// A mail of ours, or an address, by a keyed hash that is right.
    Ours(Reference, Option<u32>),
    /// Somebody's message.
    Theirs(String),
}

impl Name {
    /// Somebody's message.
    pub(super) fn theirs(&self) -> Option<String> {
        match self {
            Self::Ours(..) => None,
            Self::Theirs(id) => Some(id.clone()),
        }
    }
}

/// What a message names, by its headers.
pub(super) fn names(read: &Read, parts: &Parts) -> Vec<Name> {
    let (prefix, key) = (&parts.mark, parts.key.as_bytes());
    let email = &read.email;
    let mut names = Vec::new();
    let mut ids: Vec<&String> = Vec::new();
    for id in email
        .in_reply_to
        .iter()
        .chain(email.references.iter().rev())
    {
        if !ids.contains(&id) && !id.is_empty() && id.len() <= LONGEST_ID {
            ids.push(id);
        }
    }
    for id in ids {
        // What looks like ours is ours or nobody's: a forged one ties nothing together.
        match mark::in_message_id(id, prefix) {
            Some(mark) => names.extend(ours(&mark, key)),
            None => names.push(Name::Theirs(id.clone())),
        }
    }
    let recipients = email.recipients.iter().chain(&email.delivered_to);
    names.extend(
        recipients
            .filter_map(|recipient| mark::in_address(&recipient.address, prefix))
            .filter(|mark| mark.purpose == Purpose::Reply)
            .filter_map(|mark| ours(&mark, key)),
    );
    names
}

/// The incidents of ours that a message names, the nearest first, each with the number of the mail.
pub(super) fn mails(read: &Read, parts: &Parts) -> impl Iterator<Item = (Reference, Option<u32>)> {
    let names = names(read, parts);
    names.into_iter().filter_map(|name| match name {
        Name::Ours(reference, number) => Some((reference, number)),
        Name::Theirs(_) => None,
    })
}

fn ours(mark: &Mark, key: &[u8]) -> Option<Name> {
    let reference = mark.reference.parse().ok().filter(|_| mark.is_ours(key))?;
    let number = (mark.purpose == Purpose::MessageId).then_some(mark.sequence);
    Some(Name::Ours(reference, number))
}
