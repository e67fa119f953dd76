//! One part of a raw message gives way to another file; every byte outside of it stays as it was.
//!
//! Whoever rewrites a stored message reads it again afterwards and compares: what the cut did not
//! foresee shows there.

use data_encoding::BASE64_MIME;
use std::ops::Range;

/// Where a part stands in the raw message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The whole part, its header included; without the line end before the next delimiter.
    pub(super) at: Range<usize>,
    /// Where its body begins.
    pub(super) body: usize,
}

/// What takes the place of a part.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// `image/png`.
    pub content_type: &'a str,
    /// Of its characters only letters of ASCII, digits, `.`, `-` and `_` are kept.
    pub filename: &'a str,
    /// Its bytes.
    pub contents: &'a [u8],
    /// Whether it is an attachment however the old part was labelled: text must not become words of
    /// the message.
    pub is_attached: bool,
}

/// The message with another file in the part's stead, as base64; `None` where the part is not there.
/// Of the old header only fields that do not describe the content stay, and the Content-ID.
#[must_use]
pub fn replaced(raw: &[u8], place: &Place, file: &File<'_>) -> Option<Vec<u8>> {
    let (before, after) = (raw.get(..place.at.start)?, raw.get(place.at.end..)?);
    let header = raw.get(place.at.start..place.body.min(place.at.end))?;
    let end = match memchr::memmem::find(header, b"\r\n") {
        Some(_) => "\r\n",
        None if header.contains(&b'\n') => "\n",
        None if memchr::memmem::find(raw, b"\r\n").is_some() => "\r\n",
        None => "\n",
    };
    let filename: String = file
        .filename
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .collect();
    let mut part = Vec::with_capacity(header.len() + file.contents.len() / 2 * 3 + 512);
    let mut is_inline = true;
    for field in fields(header) {
        let name = field.split(|byte| *byte == b':').next().unwrap_or(field);
        let name = name.trim_ascii().to_ascii_lowercase();
        if name == b"content-disposition" {
            let value = field.get(name.len()..).unwrap_or_default();
            let value = value.trim_ascii_start();
            let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii_start();
            is_inline = value
                .get(..6)
                .is_some_and(|word| word.eq_ignore_ascii_case(b"inline"));
        }
        let describes = name.starts_with(b"content-") || name == b"x-attachment-id";
        if !describes || name == b"content-id" {
            part.extend_from_slice(field);
            if !field.ends_with(b"\n") {
                part.extend_from_slice(end.as_bytes());
            }
        }
    }
    let disposition = match is_inline && !file.is_attached {
        true => "inline",
        false => "attachment",
    };
    for line in [
        format!("Content-Type: {}; name=\"{filename}\"", file.content_type),
        "Content-Transfer-Encoding: base64".to_owned(),
        format!("Content-Disposition: {disposition}; filename=\"{filename}\""),
        String::new(),
    ] {
        part.extend_from_slice(line.as_bytes());
        part.extend_from_slice(end.as_bytes());
    }
    let body = BASE64_MIME.encode(file.contents);
    part.extend_from_slice(body.trim_ascii_end().replace("\r\n", end).as_bytes());
    if after.is_empty() {
        part.extend_from_slice(end.as_bytes());
    }
    Some([before, &part, after].concat())
}

/// The fields of a header block, each with its further lines; the blank line that ends it is none.
fn fields(header: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < header.len() {
        let rest = &header[at..];
        let end = at + memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        if at > from && !matches!(header[at], b' ' | b'\t') {
            found.push(&header[from..at]);
            from = at;
        }
        at = end;
    }
    if from < header.len() {
        found.push(&header[from..]);
    }
    found.retain(|field| !field.trim_ascii().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::super::Email;
    use super::*;
    use proptest::prelude::*;

    const OTHER: &[u8] = b"\x89PNG\r\n\x1a\nwhat takes its place";

    fn masked() -> File<'static> {
        File {
            content_type: "image/png",
            filename: "capture-masquee.png",
            contents: OTHER,
            is_attached: false,
        }
    }

    fn told(contents: &[u8]) -> File<'_> {
        File {
            content_type: "text/plain; charset=utf-8",
            filename: "piece-supprimee.txt",
            contents,
            is_attached: true,
        }
    }

    fn message(part: &str) -> String {
        format!(
            "From: a@b.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n\
             --c\r\nContent-Type: text/plain\r\n\r\nLa carte reste grise.\r\n\
             --c\r\n{part}\r\n--c--\r\n\
             --b\r\nContent-Type: application/pdf; name=n.pdf\r\n\r\n%PDF-1.4 rest\r\n--b--\r\nend"
        )
    }

    #[test]
    fn a_part_of_any_encoding_gives_way_and_the_rest_stays_byte_for_byte() {
        let secret = "secret ".repeat(20);
        let base64 = data_encoding::BASE64_MIME.encode(secret.as_bytes());
        for (encoding, body) in [
            ("base64", base64.as_str()),
            ("quoted-printable", &secret.replace('e', "=65")),
            ("8bit", &secret),
            ("7bit", &secret),
        ] {
            for end in ["\r\n", "\n"] {
                let part = format!(
                    "Content-Type: image/png;\r\n name=\"Jean Exemple.png\"\r\n\
                     Content-Transfer-Encoding: {encoding}\r\nX-Kept: yes,\r\n folded\r\n\
                     Content-Description: Jean Exemple\r\nContent-ID: <i@b>\r\n\r\n{}",
                    body.trim_end()
                );
                let raw = message(&part).replace("\r\n", end);
                let old = part.replace("\r\n", end);
                let email = Email::parse(raw.as_bytes());
                assert_eq!(email.attachments.len(), 2);
                let place = email.attachments[0].place.clone().unwrap();
                let new = replaced(raw.as_bytes(), &place, &masked()).unwrap();
                let read = Email::parse(&new);
                assert_eq!(*read.attachments[0].contents, *OTHER);
                assert_eq!(read.attachments[0].filename, "capture-masquee.png");
                assert_eq!(read.attachments[0].content_id.as_deref(), Some("i@b"));
                assert_eq!(read.attachments[1].contents, email.attachments[1].contents);
                assert_eq!(read.body.text, email.body.text);
                let text = String::from_utf8(new).unwrap();
                let (before, after) = raw.split_once(&old).unwrap();
                assert!(text.starts_with(before) && text.ends_with(after), "{text}");
                assert!(
                    !text.contains("Jean") && !text.contains(&body[..20]),
                    "{text}"
                );
                assert!(text.contains(&format!("X-Kept: yes,{end} folded{end}")));
                assert_eq!(text.contains('\r'), end == "\r\n");
            }
        }
    }

    #[test]
    fn a_message_that_is_nothing_but_a_picture_keeps_its_own_header() {
        let raw = b"From: a@b.example\r\nContent-Type: image/png\r\nSubject: x\r\n\
            Content-Disposition: inline\r\n\r\n\x89PNG\r\n\x1a\nsecret";
        let email = Email::parse(raw);
        let place = email.attachments[0].place.clone().unwrap();
        let told = File {
            content_type: "application/octet-stream",
            ..told("supprimée".as_bytes())
        };
        for file in [masked(), told] {
            let new = replaced(raw, &place, &file).unwrap();
            let read = Email::parse(&new);
            assert_eq!(read.subject, "x");
            assert_eq!(read.attachments.len(), 1);
            assert_eq!(*read.attachments[0].contents, *file.contents);
            assert_eq!(read.body.text, email.body.text);
            assert!(memchr::memmem::find(&new, b"secret").is_none());
        }
    }

    #[test]
    fn a_picture_in_an_attached_message_has_its_place_and_one_inside_a_file_has_none() {
        let inner = "From: c@d.example\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n\
             --i\r\n\r\nmots\r\n--i\r\nContent-Type: image/png; name=p.png\r\n\r\n\x7fsecret\r\n--i--";
        let plain = message(&format!("Content-Type: message/rfc822\r\n\r\n{inner}"));
        let email = Email::parse(plain.as_bytes());
        assert_eq!(email.attachments.len(), 3);
        let place = email.attachments[1].place.clone().unwrap();
        let new = replaced(plain.as_bytes(), &place, &masked()).unwrap();
        let read = Email::parse(&new);
        assert_eq!(*read.attachments[1].contents, *OTHER);
        assert_eq!(read.attachments[2].contents, email.attachments[2].contents);
        assert!(memchr::memmem::find(&new, b"secret").is_none());

        let encoded = data_encoding::BASE64_MIME.encode(inner.as_bytes());
        let closed = message(&format!(
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}"
        ));
        let email = Email::parse(closed.as_bytes());
        assert_eq!(email.attachments.len(), 3);
        assert!(email.attachments[0].place.is_some());
        assert_eq!(email.attachments[1].place, None);

        let data = data_encoding::BASE64.encode(&[b"\x89PNG\r\n\x1a\n", &[0; 200][..]].concat());
        let html = format!(
            "From: a@b.example\r\nContent-Type: text/html\r\n\r\n\
             <p>mots</p><img src=\"data:image/png;base64,{data}\">"
        );
        let email = Email::parse(html.as_bytes());
        assert_eq!(email.attachments.len(), 1);
        assert_eq!(email.attachments[0].place, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn any_message_with_a_place_keeps_what_stands_around_it(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "--b\n", "--b--\n", "\n", "Content-Type: image/png\n", "Content-Type: message/rfc822\n",
                "Content-Type: multipart/mixed; boundary=b\n", "x: y\n", " folded\n", "words", "\r\n",
            ]), 0..30),
        ) {
            let raw = pieces.concat();
            for attachment in Email::parse(raw.as_bytes()).attachments {
                let Some(place) = attachment.place else { continue };
                let new = replaced(raw.as_bytes(), &place, &masked()).unwrap();
                prop_assert!(new.starts_with(&raw.as_bytes()[..place.at.start]));
                prop_assert!(new.ends_with(&raw.as_bytes()[place.at.end..]));
            }
        }
    }
}
