//! A stored message: where it lies in its mailbox, its bytes, its state, and what tells two apart.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fmt;

/// Where a message lies in its mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// RFC 9051 section 2.3.1.1: a UID is never used twice while UIDVALIDITY stays.
    Imap {
        /// The folder's UIDVALIDITY.
        uidvalidity: u32,
        /// The message's UID.
        uid: u32,
    },
    /// A file of a Maildir.
    Maildir {
        /// The unique file name, without the folder and without the flags (`:2,S`).
        name: String,
    },
}

/// One message as a mailbox gave it.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where.
    pub place: Place,
    /// IMAP's INTERNALDATE; a Maildir file's modification time.
    pub internal_date: DateTime<Utc>,
    /// As served. For a message over the size limit: its headers and the beginnings of its texts.
    pub bytes: Vec<u8>,
    /// Over the size limit: `bytes` holds an excerpt, the rest stays on the server, and the
    /// message is never moved from where it is.
    pub left_on_server: bool,
    /// The size that the server told (RFC822.SIZE): another one later is another message (IMAP-20).
    pub told_size: Option<u64>,
    /// The server did not give it in five tries (IMAP-11): `bytes` only say which one it is.
    pub withheld: bool,
}

/// How far a folder was read: every UID below `uidnext` of that UIDVALIDITY is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The folder's UIDVALIDITY.
    pub uidvalidity: u32,
    /// The first UID not yet stored.
    pub uidnext: u32,
}

/// A stored message's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub i64);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m-{}", self.0)
    }
}

/// What became of one fetched message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The row that holds it.
    pub message: MessageId,
    /// False where it was stored before: same place, or same bytes but for trace headers.
    pub new: bool,
}

/// How far the work on a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageState {
    /// Stored, not yet read.
    New,
    /// Read; its effect is stored.
    Done,
    /// Reading it failed three times: kept raw, shown, left alone.
    Quarantined,
}

impl MessageState {
    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Done => "done",
            Self::Quarantined => "quarantined",
        }
    }

    /// The state with that stable word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::New, Self::Done, Self::Quarantined]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A stored message, claimed for reading.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its row.
    pub id: MessageId,
    /// The name of the mailbox that first delivered it.
    pub mailbox: String,
    /// The raw message.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes as they were stored, lower-case hexadecimal: those served, unless a
    /// capture was masked or deleted since.
    pub sha256: String,
    /// When the mailbox received it.
    pub internal_date: DateTime<Utc>,
    /// When we stored it.
    pub received_at: DateTime<Utc>,
    /// When this mailbox was first read: the default of `answer_from`.
    pub first_start: DateTime<Utc>,
    /// How often reading it was begun, this time included.
    pub attempts: u32,
    /// Only an excerpt is here; see [`Fetched::left_on_server`].
    pub left_on_server: bool,
    /// Another stored message has the same Message-ID and other bytes.
    pub same_message_id_other_bytes: bool,
}

impl Stored {
    /// Whether the bytes are those that were stored.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        data_encoding::HEXLOWER.encode(&Sha256::digest(&self.bytes)) == self.sha256
    }
}

/// What tells two messages apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-256 without trace headers and without the difference of CRLF and LF: equal for the
    /// copies of one message that came by two ways, or again after UIDVALIDITY changed.
    pub content: String,
    /// Message-ID, without angle brackets, at most 998 bytes.
    pub message_id: Option<String>,
}

/// Bytes that are hashed at once.
const RUN: usize = 32 << 10;

impl Identity {
    /// Reads the identity of raw bytes, in one pass over the header and one over the whole.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut content = Sha256::new();
        let mut message_id = None;
        let mut at = 0;
        let mut skipping = false;
        while at < bytes.len() {
            let line = line_at(bytes, at);
            let text = line.trim_ascii_end();
            if text.is_empty() {
                break;
            }
            if !matches!(line.first(), Some(b' ' | b'\t')) {
                skipping = is_trace(line);
                if message_id.is_none() {
                    message_id = message_id_of(bytes, at);
                }
            }
            if !skipping {
                content.update(text);
                content.update(b"\n");
            }
            at += line.len();
        }
        let mut from = at;
        // In large runs: a hash is slow to take up a line at a time.
        let mut runs = Vec::with_capacity(RUN.min(bytes.len()));
        for end in memchr::memchr_iter(b'\r', &bytes[at..]).map(|end| at + end) {
            if runs.len() + end - from > RUN {
                content.update(&runs);
                runs.clear();
            }
            runs.extend_from_slice(&bytes[from..end]);
            from = end + 1;
        }
        content.update(&runs);
        content.update(&bytes[from..]);
        Self {
            sha256: hex(&Sha256::digest(bytes)),
            content: hex(&content.finalize()),
            message_id,
        }
    }
}

/// The line that starts at `at`, with its end.
pub(super) fn line_at(bytes: &[u8], at: usize) -> &[u8] {
    let rest = &bytes[at..];
    match memchr::memchr(b'\n', rest) {
        Some(end) => &rest[..=end],
        None => rest,
    }
}

/// Whether a header line was added on the way, not by the sender.
fn is_trace(line: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [
        b"received",
        b"received-spf",
        b"return-path",
        b"delivered-to",
        b"envelope-to",
        b"authentication-results",
    ];
    let name = match memchr::memchr(b':', line) {
        Some(colon) => line[..colon].trim_ascii_end(),
        None => return false,
    };
    let begins = |prefix: &[u8]| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    begins(b"x-") || begins(b"arc-") || NAMES.iter().any(|trace| name.eq_ignore_ascii_case(trace))
}

/// The Message-ID, if that is the header that starts at `at`; it may stand on the next line.
fn message_id_of(bytes: &[u8], at: usize) -> Option<String> {
    const NAME: &[u8] = b"message-id:";
    let line = line_at(bytes, at);
    if !line.get(..NAME.len())?.eq_ignore_ascii_case(NAME) {
        return None;
    }
    let mut value = line[NAME.len()..].trim_ascii();
    if value.is_empty() {
        value = line_at(bytes, at + line.len()).trim_ascii();
    }
    let value = String::from_utf8_lossy(&value[..value.len().min(998)]);
    let id = match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => value.split_whitespace().next().unwrap_or_default(),
    };
    let id: String = id.chars().filter(|c| !c.is_control()).collect();
    (!id.is_empty()).then_some(id)
}

/// Lower-case hexadecimal.
fn hex(digest: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_that_came_by_two_ways_are_one_message() {
        let first = b"Received: from a.example\r\n\tby b.example\r\nX-Spam: no\r\nMessage-ID: <1@a.example>\r\nSubject: x\r\n\r\nBonjour\r\n";
        for copy in [
            b"Message-ID: <1@a.example>\nSubject: x\n\nBonjour\n".as_slice(),
            b"Delivered-To: c@example\r\nMessage-ID: <1@a.example>\r\nSubject: x\r\nARC-Seal: i=1;\r\n a=b\r\n\r\nBonjour\r\n",
        ] {
            assert_eq!(Identity::of(copy).content, Identity::of(first).content);
            assert_ne!(Identity::of(copy).sha256, Identity::of(first).sha256);
        }
    }

    #[test]
    fn line_ends_of_a_body_of_any_length_make_no_difference() {
        for (count, length) in [(3_000, 76), (3, RUN), (2, RUN - 1), (2, 5 * RUN), (1, 0)] {
            let line = "x".repeat(length);
            let crlf = format!("Subject: x\r\n\r\n{}", format!("{line}\r\n").repeat(count));
            let lf = Identity::of(crlf.replace('\r', "").as_bytes());
            let crlf = Identity::of(crlf.as_bytes());
            assert_eq!(crlf.content, lf.content, "{count} lines of {length}");
            let bytes = format!("Subject: x\n\n{}", format!("{line}\n").repeat(count));
            assert_eq!(lf.content, hex(&Sha256::digest(bytes)));
        }
    }

    #[test]
    fn another_subject_or_another_body_is_another_message() {
        let first = Identity::of(b"Message-ID: <1@a.example>\n\nBonjour\n");
        for other in [
            b"Message-ID: <2@a.example>\n\nBonjour\n".as_slice(),
            b"Message-ID: <1@a.example>\n\nBonsoir\n",
            b"Message-ID: <1@a.example>\nBonjour\n",
            b"",
        ] {
            assert_ne!(Identity::of(other).content, first.content);
        }
    }

    #[test]
    fn a_message_id_is_read_folded_bare_or_not_at_all() {
        for (raw, id) in [
            ("Message-ID: <a.b@c.example>\r\n\r\n", Some("a.b@c.example")),
            ("message-id:\r\n <a@b.example>\r\n\r\n", Some("a@b.example")),
            ("Message-Id: a@b.example (comment)\n\n", Some("a@b.example")),
            ("Message-ID: <>\n\n", None),
            ("Subject: x\n\nMessage-ID: <a@b.example>\n", None),
            ("", None),
        ] {
            assert_eq!(
                Identity::of(raw.as_bytes()).message_id.as_deref(),
                id,
                "{raw}"
            );
        }
    }
}
