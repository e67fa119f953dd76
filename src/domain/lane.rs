//! In which lanes a message waits: its sender's, and that of the incident which it names. Senders take
//! turns, so that a flood of one does not keep the others waiting (LOOP-10); within a lane the
//! mailbox's order stays.
//!
//! Read from the raw header of a message that nobody has parsed: what a forged or odd header shows
//! decides at worst when a message is read, never what becomes of it.

use super::message::line_at;

/// Longer ones are cut: they only need to be told apart.
const LONGEST: usize = 254;

/// The lanes of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lane {
    /// The address of From, lower case; what stands there where that is none. Empty without From.
    pub sender: String,
    /// The reference that it names (`INC-26-00042`), of whichever prefix: in the Message-IDs that it
    /// answers, else in its recipients, else in its subject. Empty where it shows none.
    pub thread: String,
}

impl Lane {
    /// Reads them in one pass over the header.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        // By strength: what it answers, to whom it went, what its subject says.
        let mut named: [Option<String>; 3] = Default::default();
        let mut sender = None;
        let mut rest = bytes;
        while let Some((field, after)) = next_field(rest) {
            rest = after;
            let Some(colon) = memchr::memchr(b':', field) else {
                continue;
            };
            let (name, value) = (field[..colon].trim_ascii_end(), &field[colon + 1..]);
            let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
            let place = if is("from") {
                sender = sender.or_else(|| Some(address(value)));
                continue;
            } else if is("in-reply-to") || is("references") {
                0
            } else if is("to") || is("cc") || is("delivered-to") {
                1
            } else if is("subject") {
                2
            } else {
                continue;
            };
            if named[place].is_none() {
                named[place] = reference(value);
            }
        }
        Self {
            sender: sender.unwrap_or_default(),
            thread: named.into_iter().flatten().next().unwrap_or_default(),
        }
    }
}

/// The first field of a header with its folded lines (RFC 5322, section 2.2.3), and what follows it;
/// `None` at the header's end.
fn next_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = 0;
    loop {
        let line = line_at(bytes, end);
        let is_folded = end > 0 && matches!(line.first(), Some(b' ' | b'\t'));
        if line.is_empty() || end > 0 && !is_folded {
            break;
        }
        if end == 0 && line.trim_ascii().is_empty() {
            return None;
        }
        end += line.len();
    }
    (end > 0).then(|| bytes.split_at(end))
}

/// The address between the last angle brackets, else the first word with an `@`, else all of it.
fn address(value: &[u8]) -> String {
    let value = value.trim_ascii();
    let inside = memchr::memrchr(b'<', value).map(|at| {
        let rest = &value[at + 1..];
        &rest[..memchr::memchr(b'>', rest).unwrap_or(rest.len())]
    });
    let mut words = value.split(|byte| byte.is_ascii_whitespace() || *byte == b',');
    let found = inside
        .or_else(|| words.find(|word| word.contains(&b'@')))
        .unwrap_or(value);
    let text = String::from_utf8_lossy(&found[..found.len().min(LONGEST)]);
    text.replace('\0', "").trim().to_lowercase()
}

/// The first reference in it, in its stable form: a prefix of letters and digits, two digits of the
/// year, at least five of a number (see [`super::mark`]).
fn reference(value: &[u8]) -> Option<String> {
    let mut before = 0;
    for word in value.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-') {
        // « =5B » of quoted-printable is a bracket, not the beginning of the prefix.
        let is_encoded = before > 0 && value[before - 1] == b'=';
        before += word.len() + 1;
        let word = if is_encoded {
            word.get(2..).unwrap_or_default()
        } else {
            word
        };
        let mut parts = word.rsplitn(3, |byte| *byte == b'-');
        let (Some(number), Some(year), Some(prefix)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        if year.len() == 2
            && (5..=12).contains(&number.len())
            && (1..=32).contains(&prefix.len())
            && digits(year)
            && digits(number)
        {
            return Some(String::from_utf8_lossy(word).to_ascii_uppercase());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sender_is_the_address_of_from_however_it_is_written() {
        for (header, sender) in [
            (
                "From: Claire <C.Lebreton@chu.example>\r\n",
                "c.lebreton@chu.example",
            ),
            (
                "from:\r\n  \"a <b@c>\"\r\n\t<real@x.example>\r\n",
                "real@x.example",
            ),
            ("FROM: real@x.example (Claire)\r\n", "real@x.example"),
            (
                "From: undisclosed\r\nFrom: <second@x.example>\r\n",
                "undisclosed",
            ),
            ("From: <>\r\n", ""),
            ("Subject: From: a@b.example\r\n", ""),
            ("\r\nFrom: body@x.example\r\n", ""),
            ("", ""),
        ] {
            assert_eq!(Lane::of(header.as_bytes()).sender, sender, "{header}");
        }
        let long = format!("From: <{}@x.example>\r\n", "é".repeat(100_000));
        assert!(Lane::of(long.as_bytes()).sender.len() <= 3 * LONGEST);
    }

    #[test]
    fn the_incident_is_named_by_what_is_answered_then_by_the_recipient_then_by_the_subject() {
        let answered = "In-Reply-To:\r\n <INC-26-00042.1.4f9c2e@vigie.example>\r\n";
        let sent = "To: support+inc-26-00043.abc@vigie.example\r\n";
        let subject = "Subject: Re: carto [INC-26-00044]\r\n";
        for (header, thread) in [
            ([subject, sent, answered].concat(), "INC-26-00042"),
            ([subject, sent].concat(), "INC-26-00043"),
            (subject.to_owned(), "INC-26-00044"),
            (
                "Subject: =?utf-8?Q?R=C3=A9=5BINC-26-00042=5D?=\r\n".to_owned(),
                "INC-26-00042",
            ),
            (
                "To: support+b.INC-26-00042.abc@x.example\n".to_owned(),
                "INC-26-00042",
            ),
            (
                "Subject: INC-2026-00042 INC-26-0042 26-00042\n".to_owned(),
                "",
            ),
            ("References: <a@b> <c-12-34567x@d>\n".to_owned(), ""),
            (
                "X-Other: INC-26-00042\n\nSubject: [INC-26-00042]\n".to_owned(),
                "",
            ),
        ] {
            assert_eq!(Lane::of(header.as_bytes()).thread, thread, "{header}");
        }
    }
}
