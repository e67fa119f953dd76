//! The MIME tree of a message, cut out of the raw bytes within bounds.
//!
//! mail-parser follows `message/rfc822` as deep as it goes, and 2,295 levels abort the process
//! (fact 7 of `spec/reliability.md`); unclosed boundaries make it quadratic. So the structure is
//! found here, in time linear in the message, with at most [`DEEPEST`] levels and [`MOST_PARTS`]
//! parts; what lies beyond is kept as one opaque part. mail-parser reads fields and decodes.

use super::header::{Headers, MediaType};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use memchr::{memchr, memmem};
use std::borrow::Cow;
use std::ops::Range;

/// Levels of multipart and message/rfc822 together that are followed.
pub(super) const DEEPEST: usize = 24;
/// Parts of one message that are told apart.
pub(super) const MOST_PARTS: usize = 1_000;

/// One entity: a header block and what follows it.
#[derive(Debug)]
pub(super) struct Entity<'r> {
    pub headers: Headers<'r>,
    pub media_type: MediaType,
    pub disposition: Option<MediaType>,
    pub encoding: Encoding,
    /// Bytes of the body, still encoded.
    pub body: &'r [u8],
    /// Where it stands in the bytes that were cut, headers included.
    pub at: Range<usize>,
    pub content: Content<'r>,
}

/// What an entity holds.
#[derive(Debug)]
pub(super) enum Content<'r> {
    /// Text or bytes; also what lay beyond the bounds.
    Leaf,
    /// The parts of a multipart.
    Parts(Vec<Entity<'r>>),
    /// An attached message that was not encoded; encoded ones are leaves.
    Message(Box<Entity<'r>>),
}

/// Content-Transfer-Encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Plain,
    Base64,
    QuotedPrintable,
}

/// What is left of the bounds while a message is cut.
#[derive(Debug)]
pub(super) struct Budget {
    parts: usize,
    pub cut: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            parts: MOST_PARTS,
            cut: false,
        }
    }
}

impl<'r> Entity<'r> {
    /// Cuts a whole message. A leading mbox `From ` line and blank lines before the headers are
    /// stepped over.
    pub(super) fn message(raw: &'r [u8], depth: usize, budget: &mut Budget) -> Self {
        let mut start = 0;
        while let Some(b'\r' | b'\n') = raw.get(start) {
            start += 1;
        }
        if raw[start..].starts_with(b"From ") || raw[start..].starts_with(b">From ") {
            start = memchr(b'\n', &raw[start..]).map_or(raw.len(), |n| start + n + 1);
        }
        Self::cut(raw, start..raw.len(), depth, None, budget)
    }

    /// Decoded bytes of a leaf; base64 that breaks off gives what came before the break.
    pub(super) fn decoded(&self) -> Cow<'r, [u8]> {
        match self.encoding {
            Encoding::Plain => Cow::Borrowed(self.body),
            Encoding::Base64 => Cow::Owned(lenient_base64(self.body)),
            Encoding::QuotedPrintable => match quoted_printable_decode(self.body) {
                Some(bytes) => Cow::Owned(bytes),
                None => Cow::Owned(lenient_quoted_printable(self.body)),
            },
        }
    }

    /// Whether this is a message/rfc822 whose own encoding hides it from the cut (illegal by
    /// RFC 2046, 5.2.1, and sent all the same).
    pub(super) fn is_encoded_message(&self) -> bool {
        matches!(self.content, Content::Leaf)
            && self.encoding != Encoding::Plain
            && is_message(&self.media_type)
    }

    fn cut(
        raw: &'r [u8],
        range: Range<usize>,
        depth: usize,
        parent: Option<&MediaType>,
        budget: &mut Budget,
    ) -> Self {
        let end = range.end;
        let at = range.clone();
        let (headers, start) = Headers::read(raw, range);
        let start = start.min(end);
        let mut media_type = headers.media_type("Content-Type").unwrap_or_default();
        if media_type.kind.is_empty() || media_type.subtype.is_empty() && media_type.kind != "text"
        {
            let digest = parent.is_some_and(|p| p.is("multipart", "digest"));
            let (kind, subtype) = if digest {
                ("message", "rfc822")
            } else {
                ("text", "plain")
            };
            media_type.kind = kind.into();
            media_type.subtype = subtype.into();
        }
        let encoding = headers
            .raw("Content-Transfer-Encoding")
            .map_or(Encoding::Plain, encoding);
        let body = &raw[start..end];
        let container = media_type.kind == "multipart" || is_message(&media_type);
        let mut content = Content::Leaf;
        if container && depth >= DEEPEST {
            budget.cut = true;
        } else if media_type.kind == "multipart" {
            let parts = parts(raw, start..end, depth, &media_type, budget);
            if parts.is_empty() {
                // A boundary that never comes: what is there is text.
                media_type = MediaType {
                    kind: "text".into(),
                    subtype: "plain".into(),
                    ..media_type
                };
            } else {
                content = Content::Parts(parts);
            }
        } else if is_message(&media_type) && encoding == Encoding::Plain && !body.is_empty() {
            let mut from = start;
            while from < end && matches!(raw[from], b'\r' | b'\n') {
                from += 1;
            }
            content =
                Content::Message(Box::new(Self::cut(raw, from..end, depth + 1, None, budget)));
        }
        let disposition = headers.media_type("Content-Disposition");
        Self {
            headers,
            media_type,
            disposition,
            encoding,
            body,
            at,
            content,
        }
    }
}

fn is_message(media_type: &MediaType) -> bool {
    media_type.kind == "message"
        && matches!(media_type.subtype.as_str(), "rfc822" | "global" | "news")
}

fn parts<'r>(
    raw: &'r [u8],
    range: Range<usize>,
    depth: usize,
    media_type: &MediaType,
    budget: &mut Budget,
) -> Vec<Entity<'r>> {
    let Some(boundary) = media_type
        .parameter("boundary")
        .filter(|b| !b.is_empty())
        .map(str::to_owned)
        .or_else(|| guessed_boundary(&raw[range.clone()]))
    else {
        return Vec::new();
    };
    let delimiter = format!("--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = range.start;
    while let Some(found) = finder.find(&raw[at..range.end]) {
        let start = at + found;
        let after = start + delimiter.len();
        at = after;
        let line_end = memchr(b'\n', &raw[after..range.end]).map_or(range.end, |n| after + n + 1);
        let tail = raw[after..line_end].trim_ascii();
        let at_line_start = start == range.start || matches!(raw[start - 1], b'\n' | b'\r');
        if !at_line_start || !(tail.is_empty() || tail.starts_with(b"--")) {
            continue;
        }
        if let Some(from) = open.take() {
            parts.push(from..line_break_before(raw, from, start));
        }
        at = line_end;
        if tail.starts_with(b"--") {
            // Some clients go on after the closing delimiter; what follows is an epilogue to us.
            break;
        }
        open = Some(line_end);
        if parts.len() >= budget.parts {
            budget.cut = true;
            break;
        }
    }
    if let Some(from) = open {
        // The closing delimiter is missing: the last part runs to the end.
        parts.push(from..range.end);
    }
    budget.parts = budget.parts.saturating_sub(parts.len());
    parts
        .into_iter()
        .map(|part| Entity::cut(raw, part, depth + 1, Some(media_type), budget))
        .collect()
}

/// Where the boundary parameter is missing, the first line that looks like a delimiter.
fn guessed_boundary(body: &[u8]) -> Option<String> {
    let line = body
        .split(|&b| b == b'\n')
        .take(20)
        .find(|l| l.starts_with(b"--"))?;
    let boundary = line.trim_ascii().strip_prefix(b"--")?;
    (boundary.len() >= 4).then(|| String::from_utf8(boundary.to_vec()).ok())?
}

fn line_break_before(raw: &[u8], from: usize, at: usize) -> usize {
    let mut end = at;
    if end > from && raw[end - 1] == b'\n' {
        end -= 1;
    }
    if end > from && raw[end - 1] == b'\r' {
        end -= 1;
    }
    end
}

fn encoding(value: &[u8]) -> Encoding {
    let word = value.trim_ascii();
    let word = word
        .split(|b| matches!(b, b' ' | b'\t' | b';' | b'('))
        .next()
        .unwrap_or(word);
    if word.eq_ignore_ascii_case(b"base64") || word.eq_ignore_ascii_case(b"base-64") {
        Encoding::Base64
    } else if word.eq_ignore_ascii_case(b"quoted-printable") {
        Encoding::QuotedPrintable
    } else {
        Encoding::Plain
    }
}

fn lenient_base64(bytes: &[u8]) -> Vec<u8> {
    if let Some(decoded) = base64_decode(bytes) {
        return decoded;
    }
    // Footers of lists and stray characters end up inside base64: a few are stepped over, and
    // where something else follows, what came before it counts.
    let alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let known = |b: &u8| alphabet(b) || b"=\r\n \t".contains(b);
    let broken = bytes.iter().filter(|b| !known(b)).count();
    let end = if broken * 20 > bytes.len() {
        bytes.iter().position(|b| !known(b)).unwrap_or(bytes.len())
    } else {
        bytes.len()
    };
    let kept: Vec<u8> = bytes[..end].iter().copied().filter(alphabet).collect();
    if kept.len() < 8 {
        return bytes.to_vec();
    }
    base64_decode(&kept).unwrap_or_else(|| bytes.to_vec())
}

/// Quoted-printable with bare `=` signs: those stay as they are.
fn lenient_quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'=' {
            decoded.push(byte);
            continue;
        }
        let hex = |index: usize| char::from(*bytes.get(index).unwrap_or(&0)).to_digit(16);
        if let (Some(high), Some(low)) = (hex(at), hex(at + 1)) {
            decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
            at += 2;
            continue;
        }
        // A soft line end, blanks that gateways put behind it included; or the end of it all.
        let blanks = bytes[at..]
            .iter()
            .take(80)
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .count();
        match bytes.get(at + blanks) {
            Some(b'\n') => at += blanks + 1,
            None => at = bytes.len(),
            _ => decoded.push(b'='),
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn cut(raw: &[u8]) -> (Entity<'_>, Budget) {
        let mut budget = Budget::default();
        let entity = Entity::message(raw, 0, &mut budget);
        (entity, budget)
    }

    fn leaves<'e>(entity: &'e Entity<'_>, found: &mut Vec<&'e [u8]>) {
        match &entity.content {
            Content::Leaf => found.push(entity.body),
            Content::Parts(parts) => parts.iter().for_each(|p| leaves(p, found)),
            Content::Message(message) => leaves(message, found),
        }
    }

    #[test]
    fn parts_are_cut_at_their_delimiters() {
        for raw in [
            "Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n\none\n--b  \nA: b\n\ntwo\n--b--\nepilogue",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\nA: b\n\ntwo",
            "\nFrom x Mon\nContent-Type: multipart/mixed\n\n--long-one\n\none\n--long-one\nA: b\n\ntwo\n--long-one--",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nA: b\r\n\r\ntwo\r\n--b--\r\n",
        ] {
            let (entity, budget) = cut(raw.as_bytes());
            let mut found = Vec::new();
            leaves(&entity, &mut found);
            assert_eq!(found, [&b"one"[..], b"two"], "{raw}");
            assert!(!budget.cut);
        }
    }

    #[test]
    fn a_boundary_that_begins_another_one_is_not_taken_for_it() {
        let raw = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--b1\nx\n--bb\n--b--\n";
        let mut found = Vec::new();
        let (entity, _) = cut(raw.as_bytes());
        leaves(&entity, &mut found);
        assert_eq!(found, [&b"--b1\nx\n--bb"[..]]);
    }

    #[test]
    fn nesting_past_the_bound_is_one_opaque_part() {
        let messages = "Content-Type: message/rfc822\n\n".repeat(100_000);
        let multiparts: String = (0..20_000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
            .collect();
        let mixed: String = (0..20_000)
            .map(|n| {
                format!(
                    "Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\nContent-Type: message/rfc822\n\n"
                )
            })
            .collect();
        for raw in [messages, multiparts, mixed] {
            let start = Instant::now();
            let (entity, budget) = cut(raw.as_bytes());
            let mut found = Vec::new();
            leaves(&entity, &mut found);
            assert!(budget.cut && found.len() == 1);
            assert!(start.elapsed() < Duration::from_secs(20));
        }
    }

    #[test]
    fn a_million_parts_are_cut_at_the_bound() {
        let mut raw = b"Content-Type: multipart/mixed; boundary=b\n\n".to_vec();
        raw.extend(b"--b\n\nx\n".repeat(1_000_000));
        let (entity, budget) = cut(&raw);
        let mut found = Vec::new();
        leaves(&entity, &mut found);
        assert!(budget.cut);
        assert_eq!(found.len(), MOST_PARTS + 1);
    }

    #[test]
    fn sibling_multiparts_without_their_delimiters_cost_one_scan_each() {
        let mut raw = b"Content-Type: multipart/mixed; boundary=b\n\n".to_vec();
        for n in 0..50_000 {
            raw.extend(format!("--b\nContent-Type: multipart/mixed; boundary=c{n}\n\nx\n").bytes());
        }
        let start = Instant::now();
        let _ = cut(&raw);
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn broken_encodings_give_what_they_hold() {
        for (bytes, decoded) in [
            (&b"Ym9u\nam91cg=="[..], &b"bonjour"[..]),
            (b"Ym9uam91cg", b"bonjour"),
            (b"Ym9uam91cg==\n_______________________", b"bonjour"),
        ] {
            let raw = [b"Content-Transfer-Encoding: BASE64\n\n", bytes].concat();
            assert!(cut(&raw).0.decoded().starts_with(decoded));
        }
        let raw = b"Content-Transfer-Encoding: quoted-printable\n\na = b =E9 =\nc";
        assert_eq!(*cut(raw).0.decoded(), *b"a = b \xe9 c");
    }
}
