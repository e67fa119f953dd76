//! Header fields: found in the raw bytes, cut to a bearable size, then read by mail-parser.
//!
//! A field is looked for by name and only then parsed, so 100,000 headers or a line of 5 MB cost
//! one scan. mail-parser is called behind `catch_unwind` (fact 8 of `spec/reliability.md`).

use super::charset;
use super::encoded_word;
use super::parameters;
use super::unquoted;
use super::{Address, Doubt};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone};
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use memchr::memchr;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Fields that are kept of one header block; more are no mail but an attack.
const MOST_FIELDS: usize = 2_000;
/// Bytes of one field that are handed to mail-parser, whose encoded words are quadratic at worst.
const LONGEST_FIELD: usize = 16 * 1024;
/// RFC 5322 line length, and what we show of a subject.
pub(super) const LONGEST_LINE: usize = 998;

/// The fields of one header block.
#[derive(Debug)]
pub(super) struct Headers<'r> {
    fields: Vec<(&'r [u8], &'r [u8])>,
    failed: Cell<bool>,
}

/// A media type with the parameters that matter, in lower case but for names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MediaType {
    pub kind: String,
    pub subtype: String,
    pub parameters: Vec<(String, String)>,
}

impl MediaType {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    pub(super) fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }
}

impl<'r> Headers<'r> {
    /// Reads the header block that opens `raw[range]`; gives the offset at which the body starts.
    /// Text without a header is all body.
    pub(super) fn read(raw: &'r [u8], range: Range<usize>) -> (Self, usize) {
        let mut fields: Vec<(&[u8], &[u8])> = Vec::new();
        let mut at = range.start;
        let mut open: Option<(Range<usize>, usize)> = None;
        let mut stray = None;
        let mut body = range.end;
        while at < range.end {
            let end = memchr(b'\n', &raw[at..range.end]).map_or(range.end, |n| at + n + 1);
            let line = &raw[at..end];
            let blank = line.iter().all(|b| matches!(b, b'\r' | b'\n'));
            if blank {
                body = end;
                break;
            }
            if !matches!(line[0], b' ' | b'\t') || open.is_none() {
                let name = name_length(line);
                if name.is_none() && open.is_none() {
                    // Not a header at all: everything is the body.
                    return (
                        Self {
                            fields,
                            failed: Cell::new(false),
                        },
                        range.start,
                    );
                }
                if let Some((name, value)) = open.take() {
                    push(&mut fields, raw, name, value..at);
                }
                match name {
                    Some(length) => open = Some((at..at + length, at + colon(line))),
                    None => {
                        stray.get_or_insert(at);
                        open = Some((at..at, at));
                    }
                }
            }
            at = end;
        }
        if at >= range.end
            && body == range.end
            && let Some(stray) = stray
        {
            // No blank line anywhere: the text began where the headers stopped looking like some.
            body = stray;
        }
        if let Some((name, value)) = open {
            push(&mut fields, raw, name, value..at.min(range.end));
        }
        (
            Self {
                fields,
                failed: Cell::new(false),
            },
            body,
        )
    }

    /// Whether mail-parser panicked on one of the fields asked for.
    pub(super) fn doubt(&self) -> Option<Doubt> {
        self.failed.get().then_some(Doubt::Unparsed)
    }

    /// Raw value of the first field of that name, cut at 16 KiB.
    pub(super) fn raw(&self, name: &str) -> Option<&'r [u8]> {
        self.all(name).next()
    }

    /// Raw values of all fields of that name, in order.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'r [u8]> + 's {
        self.fields
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| &value[..value.len().min(LONGEST_FIELD)])
    }

    /// Names of the fields, as written.
    pub(super) fn names(&self) -> impl Iterator<Item = &'r [u8]> + '_ {
        self.fields.iter().map(|(name, _)| *name)
    }

    /// An unstructured field, decoded, unfolded and cleaned.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.raw(name)
            .map(|value| charset::line(&encoded_word::decode(value), LONGEST_LINE))
    }

    /// Mailboxes of all fields of that name.
    pub(super) fn addresses(&self, name: &str) -> Vec<Address> {
        let mut found = Vec::new();
        for value in self.all(name).take(20) {
            self.guard(
                value,
                |stream| stream.parse_address().into_owned(),
                |parsed| {
                    if let HeaderValue::Address(addresses) = parsed {
                        found.extend(unquoted::joined(addresses.iter().map(|a| {
                            address(
                                a.name.as_deref().unwrap_or(""),
                                a.address.as_deref().unwrap_or(""),
                            )
                        })));
                    }
                },
            );
        }
        found.retain(|a| !a.address.is_empty() || !a.name.is_empty());
        found
    }

    /// Message-IDs of all fields of that name, without angle brackets, cleaned.
    pub(super) fn ids(&self, name: &str) -> Vec<String> {
        self.all(name).take(20).flat_map(ids).collect()
    }

    /// The date in the first field of that name.
    pub(super) fn date(&self, name: &str) -> Option<DateTime<FixedOffset>> {
        let value = self.raw(name)?;
        let mut date = None;
        self.guard(
            value,
            |stream| stream.parse_date().into_owned(),
            |parsed| {
                if let HeaderValue::DateTime(parsed) = parsed {
                    date = instant(&parsed);
                }
            },
        );
        date
    }

    /// The date of the newest Received field that has one: the first.
    pub(super) fn received(&self) -> Option<DateTime<FixedOffset>> {
        self.all("Received").take(50).find_map(|value| {
            // The date follows the last semicolon; the rest is of no use here.
            let at = value.iter().rposition(|&b| b == b';')?;
            let mut date = None;
            self.guard(
                &value[at + 1..],
                |stream| stream.parse_date().into_owned(),
                |parsed| {
                    if let HeaderValue::DateTime(parsed) = parsed {
                        date = instant(&parsed);
                    }
                },
            );
            date
        })
    }

    /// A media type or disposition: the value before the first semicolon and its parameters,
    /// RFC 2231 pieces joined, names decoded.
    pub(super) fn media_type(&self, name: &str) -> Option<MediaType> {
        let value = self.raw(name)?;
        let mut media_type = None;
        self.guard(
            value,
            |stream| stream.parse_content_type().into_owned(),
            |parsed| {
                if let HeaderValue::ContentType(parsed) = parsed {
                    let decoded = |value: &str| {
                        let value = if value.contains("=?") {
                            encoded_word::decode(value.as_bytes())
                        } else {
                            value.to_owned()
                        };
                        charset::line(&charset::unscramble(&value).unwrap_or(value), LONGEST_LINE)
                    };
                    media_type = Some(MediaType {
                        kind: parsed.c_type.trim().to_ascii_lowercase(),
                        subtype: parsed
                            .c_subtype
                            .as_deref()
                            .unwrap_or("")
                            .trim()
                            .to_ascii_lowercase(),
                        parameters: parsed
                            .attributes
                            .iter()
                            .flatten()
                            .take(50)
                            .map(|a| (a.name.to_ascii_lowercase(), decoded(&a.value)))
                            .collect(),
                    });
                }
            },
        );
        if let Some(media_type) = &mut media_type
            && (memchr(b'*', value).is_some() || memchr::memmem::find(value, b"=?").is_some())
        {
            for name in ["name", "filename"] {
                if let Some(read) = parameters::read(value, name) {
                    let read = charset::unscramble(&read).unwrap_or(read);
                    media_type.parameters.retain(|(known, _)| known != name);
                    media_type
                        .parameters
                        .push((name.to_owned(), charset::line(&read, LONGEST_LINE)));
                }
            }
        }
        media_type
    }

    /// Runs one of mail-parser's field parsers over a value made fit for it: valid UTF-8 (raw
    /// Latin-1 in headers is common with old gateways) and ended by a line end.
    fn guard(
        &self,
        value: &[u8],
        parse: impl Fn(&mut MessageStream<'_>) -> HeaderValue<'static>,
        mut with: impl FnMut(HeaderValue<'static>),
    ) {
        let mut text = utf8(value).into_owned().into_bytes();
        while text.last().is_some_and(u8::is_ascii_whitespace) {
            text.pop();
        }
        text.push(b'\n');
        match catch_unwind(AssertUnwindSafe(|| parse(&mut MessageStream::new(&text)))) {
            Ok(parsed) => with(parsed),
            Err(_) => self.failed.set(true),
        }
    }
}

/// A mailbox as we keep it: name decoded and cleaned, domain in lower case.
pub(super) fn address(name: &str, address: &str) -> Address {
    let name = if name.contains("=?") {
        encoded_word::decode(name.as_bytes())
    } else {
        name.to_owned()
    };
    let name = charset::unscramble(&name).unwrap_or(name);
    let name = charset::line(&name, LONGEST_LINE);
    let name = name
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
        .to_owned();
    let address: String = charset::line(address, LONGEST_LINE)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"'))
        .collect();
    let address = match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => address,
    };
    Address { name, address }
}

/// Identifiers between angle brackets; a bare word with an `@` counts where there are none.
pub(super) fn ids(value: &[u8]) -> Vec<String> {
    let value = utf8(value);
    let clean = |id: &str| -> String {
        id.chars()
            .filter(|c| !c.is_whitespace() && !c.is_control())
            .take(LONGEST_LINE)
            .collect()
    };
    let mut found: Vec<String> = Vec::new();
    let mut rest = value.as_ref();
    while let Some(open) = rest.find('<') {
        let Some(length) = rest[open..].find('>') else {
            break;
        };
        let id = clean(&rest[open + 1..open + length]);
        if !id.is_empty() {
            found.push(id);
        }
        rest = &rest[open + length + 1..];
    }
    if found.is_empty() {
        found.extend(
            value
                .split_ascii_whitespace()
                .filter(|w| w.contains('@'))
                .map(clean),
        );
    }
    found
}

/// Header bytes as text: UTF-8 where they are that, Windows-1252 where they are not.
pub(super) fn utf8(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        // A value cut at the limit may end inside a character.
        Err(error) if error.error_len().is_none() => {
            Cow::Borrowed(std::str::from_utf8(&value[..error.valid_up_to()]).unwrap_or_default())
        }
        Err(_) => Cow::Owned(charset::decode(value, None).text),
    }
}

fn instant(date: &mail_parser::DateTime) -> Option<DateTime<FixedOffset>> {
    let offset = (i32::from(date.tz_hour) * 60 + i32::from(date.tz_minute)) * 60;
    let offset = FixedOffset::east_opt(if date.tz_before_gmt { -offset } else { offset })?;
    let naive = NaiveDate::from_ymd_opt(i32::from(date.year), date.month.into(), date.day.into())?
        .and_hms_opt(
            date.hour.into(),
            date.minute.into(),
            u32::from(date.second).min(59),
        )?;
    offset.from_local_datetime(&naive).single()
}

fn push<'r>(
    fields: &mut Vec<(&'r [u8], &'r [u8])>,
    raw: &'r [u8],
    name: Range<usize>,
    value: Range<usize>,
) {
    if fields.len() < MOST_FIELDS && !name.is_empty() {
        fields.push((&raw[name], &raw[value]));
    }
}

/// Length of a field's name at the start of a line, where the line is one.
fn name_length(line: &[u8]) -> Option<usize> {
    let colon = memchr(b':', &line[..line.len().min(200)])?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|b| (33..127).contains(b))).then_some(name.len())
}

fn colon(line: &[u8]) -> usize {
    memchr(b':', line).map_or(line.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &[u8]) -> (Headers<'_>, usize) {
        Headers::read(raw, 0..raw.len())
    }

    #[test]
    fn fields_are_found_whatever_their_case_line_ends_and_charset() {
        let raw = b"Subject: =?utf-8?Q?=C3=A9cran?=\r\n noir\r\nFROM: R\xe9gul <a@X.Example>\nX:y\n\nbody";
        let (headers, body) = read(raw);
        assert_eq!(&raw[body..], b"body");
        assert_eq!(headers.text("subject").as_deref(), Some("écran noir"));
        assert_eq!(
            headers.addresses("From"),
            [Address {
                name: "Régul".into(),
                address: "a@x.example".into()
            }]
        );
    }

    #[test]
    fn text_without_headers_is_all_body() {
        for raw in [
            &b"Bonjour, plus rien\nne marche"[..],
            b"",
            b"\n\nx",
            b" folded: nothing\nx",
        ] {
            let (headers, body) = read(raw);
            assert!(headers.fields.is_empty());
            assert!(body <= 1, "{body}");
        }
    }

    #[test]
    fn headers_that_run_into_the_text_end_where_they_stop_looking_like_some() {
        let raw = b"Subject: x\nplus de carto ce matin\n";
        let (headers, body) = read(raw);
        assert_eq!(headers.text("Subject").as_deref(), Some("x"));
        assert_eq!(&raw[body..], b"plus de carto ce matin\n");
    }

    #[test]
    fn dates_and_ids_are_read_in_the_spellings_that_clients_write() {
        for (value, date) in [
            (
                "Thu, 16 Jan 2025 23:47:09 +0100",
                "2025-01-16T23:47:09+01:00",
            ),
            (
                "Fri, 23 Jan 2026 16:14:04 +0100 (CET)",
                "2026-01-23T16:14:04+01:00",
            ),
            ("21 Nov 2025 08:02 -0400", "2025-11-21T08:02:00-04:00"),
        ] {
            let raw = format!("Date: {value}\n\n");
            assert_eq!(
                read(raw.as_bytes()).0.date("Date").unwrap().to_rfc3339(),
                date
            );
        }
        assert_eq!(ids(b"<a@b> <c d@e>\r\n <f@g>"), ["a@b", "cd@e", "f@g"]);
        assert_eq!(ids(b"bare@id"), ["bare@id"]);
    }

    #[test]
    fn a_header_line_of_five_megabytes_and_ten_thousand_fields_are_cut() {
        let mut raw = b"Subject: ".to_vec();
        raw.extend(std::iter::repeat_n(b'a', 5_000_000));
        raw.extend(b"\nX: y".repeat(100_000));
        raw.extend(b"\n\nbody");
        let (headers, body) = read(&raw);
        assert_eq!(&raw[body..], b"body");
        assert_eq!(headers.text("Subject").unwrap().len(), LONGEST_LINE);
    }
}
