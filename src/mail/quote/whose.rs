//! Whose words a quoted or forwarded block holds: ours, the writer's own earlier ones, somebody
//! else's, or those of the person whose message is passed on (`spec/declaration.md`, rulings 1, 2).

use super::heading::{Heading, Style};
use super::{BlockKind, Writer, person};
use crate::text::fold;

/// Whose words a block holds.
pub(super) fn kind(heading: &Heading, writer: &Writer<'_>, parent: Option<BlockKind>) -> BlockKind {
    let author = heading.from.as_ref();
    let recipient = author.is_some_and(|author| {
        writer
            .recipients
            .iter()
            .any(|recipient| person::same(author, recipient))
    });
    let is_writer = author
        .zip(writer.from)
        .is_some_and(|(author, from)| person::same(author, from));
    let subject_marked = heading.subject.as_deref().is_some_and(has_mark);
    let answers_us = writer.replies_to.iter().any(|id| has_mark_id(id));
    // What an answer to our Message-ID quotes first is our mail, where its author is only named, as
    // Thunderbird and Zimbra do.
    let quotes_us = answers_us
        && parent.is_none()
        && (recipient || author.is_none_or(|author| author.address.is_empty()));
    let reply_marked = has_mark(writer.subject)
        || answers_us
        || writer.recipients.iter().any(|r| has_plus_mark(&r.address));
    if !is_writer
        && (recipient && (reply_marked || subject_marked)
            || subject_marked && parent.is_none()
            || quotes_us)
    {
        return BlockKind::OurRequest;
    }
    let subject = fold(writer.subject);
    let prefix = subject.trim_start();
    let forwarded_subject = [
        "tr:",
        "tr :",
        "fwd:",
        "fwd :",
        "fw:",
        "fw :",
        "wg:",
        "i:",
        "transfert",
    ]
    .iter()
    .any(|p| prefix.starts_with(p));
    let answered_subject = ["re:", "re :", "rep:", "rep :", "aw:", "sv:"]
        .iter()
        .any(|p| prefix.starts_with(p));
    let forwarded = match parent {
        Some(BlockKind::Forwarded) => true,
        Some(_) => false,
        None => {
            heading.forwarded
                || heading.style == Style::Block
                    && (forwarded_subject || !recipient && !is_writer && !answered_subject)
        }
    };
    if forwarded {
        BlockKind::Forwarded
    } else if is_writer {
        BlockKind::OwnEarlier
    } else {
        BlockKind::Quoted
    }
}

/// Whether a subject carries a reference in brackets: `[INC-26-00042]`, `[SI-SAMU #2026-000123]`.
/// Whose it is, and whether it is genuine, is decided by those who know the form and the key.
fn has_mark(subject: &str) -> bool {
    subject.split('[').skip(1).any(|rest| {
        rest.split(']')
            .next()
            .is_some_and(|mark| mark.len() <= 40 && has_reference(mark))
    })
}

/// Whether a Message-ID begins with a reference.
fn has_mark_id(id: &str) -> bool {
    id.split('@')
        .next()
        .is_some_and(|local| local.contains('.') && has_reference(local))
}

fn has_plus_mark(address: &str) -> bool {
    address
        .split('@')
        .next()
        .and_then(|l| l.split_once('+'))
        .is_some_and(|(_, tag)| has_reference(tag))
}

/// `-` between two or four digits and five digits or more.
fn has_reference(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'-', bytes).any(|at| {
        let before = bytes[..at]
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let after = bytes[at + 1..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        matches!(before, 2 | 4) && (5..=9).contains(&after)
    })
}
