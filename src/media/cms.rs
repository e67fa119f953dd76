//! What a CMS object (`smime.p7m`) is, and the MIME entity inside a signed one (RFC 5652, RFC 8551).
//!
//! Signatures are not checked: a mail is read whatever its signer, as one without a signature is.
//! Clients write BER with indefinite lengths and octet strings in pieces, which the DER readers of
//! the public crates refuse; so the few tags that matter are walked here, each byte once.

use std::borrow::Cow;

/// Levels of constructed octet strings that are followed.
const DEEPEST: usize = 8;

/// What a CMS object holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Cms<'c> {
    /// Signed, with the content inside (opaque signing).
    Signed(Cow<'c, [u8]>),
    /// Certificates or a signature alone.
    Bare,
    /// Encrypted for somebody's key.
    Encrypted,
    /// Something else: compressed, digested.
    Other,
}

const SIGNED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const ENVELOPED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
const ENCRYPTED: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
const AUTH_ENVELOPED: &[u8] = &[
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17,
];

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const EXPLICIT: u8 = 0xa0;
const CONSTRUCTED: u8 = 0x20;

/// Reads a ContentInfo; `None` where the bytes are none.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Cms<'_>> {
    let mut at = Walk { bytes, at: 0 };
    at.enter(SEQUENCE)?;
    let kind = at.primitive(OBJECT_ID)?;
    if [ENVELOPED, ENCRYPTED, AUTH_ENVELOPED].contains(&kind) {
        return Some(Cms::Encrypted);
    }
    if kind != SIGNED {
        return Some(Cms::Other);
    }
    Some(content(&mut at).map_or(Cms::Bare, Cms::Signed))
}

/// The eContent of a SignedData that the walk stands before.
fn content<'c>(at: &mut Walk<'c>) -> Option<Cow<'c, [u8]>> {
    at.enter(EXPLICIT)?;
    at.enter(SEQUENCE)?;
    at.primitive(INTEGER)?;
    at.skip(SET)?;
    at.enter(SEQUENCE)?;
    at.primitive(OBJECT_ID)?;
    at.enter(EXPLICIT)?;
    at.octets()
}

/// A place among tags. Lengths beyond the end mean the end: a mail cut in transit is read as far
/// as it goes.
struct Walk<'c> {
    bytes: &'c [u8],
    at: usize,
}

/// A tag and the length of what follows it; `None` is BER's indefinite form.
struct Head {
    tag: u8,
    length: Option<usize>,
}

impl<'c> Walk<'c> {
    fn head(&mut self) -> Option<Head> {
        let tag = *self.bytes.get(self.at)?;
        // Tags of several bytes have no place on the way to the content.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let first = *self.bytes.get(self.at + 1)?;
        self.at += 2;
        let length = match first {
            0x80 => None,
            0..=0x7f => Some(usize::from(first)),
            _ => {
                let count = usize::from(first & 0x7f);
                let digits = self.bytes.get(self.at..self.at + count)?;
                self.at += count;
                Some(digits.iter().fold(0_usize, |length, &digit| {
                    length.saturating_mul(256).saturating_add(digit.into())
                }))
            }
        };
        Some(Head { tag, length })
    }

    fn expect(&mut self, tag: u8) -> Option<Head> {
        self.head().filter(|head| head.tag == tag)
    }

    fn enter(&mut self, tag: u8) -> Option<()> {
        self.expect(tag).map(|_| ())
    }

    fn take(&mut self, length: usize) -> &'c [u8] {
        let end = self.at.saturating_add(length).min(self.bytes.len());
        let taken = &self.bytes[self.at.min(end)..end];
        self.at = end;
        taken
    }

    fn primitive(&mut self, tag: u8) -> Option<&'c [u8]> {
        let length = self.expect(tag)?.length?;
        Some(self.take(length))
    }

    /// Steps over one element, whatever lengths it uses inside.
    fn skip(&mut self, tag: u8) -> Option<()> {
        let mut open = match self.expect(tag)?.length {
            Some(length) => {
                self.take(length);
                return Some(());
            }
            None => 1_usize,
        };
        while open > 0 {
            match self.head()? {
                Head { tag: 0, .. } => open -= 1,
                Head {
                    length: Some(length),
                    ..
                } => {
                    self.take(length);
                }
                Head { length: None, .. } => open += 1,
            }
        }
        Some(())
    }

    /// An octet string, in one piece or in several.
    fn octets(&mut self) -> Option<Cow<'c, [u8]>> {
        let head = self.head()?;
        if head.tag == OCTETS {
            let length = head.length?;
            return Some(Cow::Borrowed(self.take(length)));
        }
        if head.tag != OCTETS | CONSTRUCTED {
            return None;
        }
        let mut joined = Vec::new();
        let end = |at: usize, head: &Head| head.length.map(|length| at.saturating_add(length));
        // Where each open string ends; the innermost last.
        let mut open = vec![end(self.at, &head)];
        while let Some(&innermost) = open.last() {
            if innermost.is_some_and(|end| self.at >= end) {
                open.pop();
                continue;
            }
            let Some(head) = self.head() else { break };
            match (head.tag, head.length) {
                (0, _) => {
                    open.pop();
                }
                (OCTETS, Some(length)) => joined.extend_from_slice(self.take(length)),
                (tag, _) if tag == OCTETS | CONSTRUCTED && open.len() < DEEPEST => {
                    open.push(end(self.at, &head));
                }
                _ => break,
            }
        }
        Some(Cow::Owned(joined))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MIME: &[u8] = b"Content-Type: text/plain\r\n\r\nplus de carto";

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let head = match length {
            0..=0x7f => vec![tag, u8::try_from(length).unwrap()],
            _ => {
                let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
                vec![tag, 0x82, high, low]
            }
        };
        [head, content.to_vec()].concat()
    }

    fn indefinite(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, 0x80], content, &[0, 0]].concat()
    }

    type Writer = fn(u8, &[u8]) -> Vec<u8>;

    fn signed(write: Writer, octets: &[u8]) -> Vec<u8> {
        let data = &SIGNED[..8];
        let oid = [data, &[1]].concat();
        let inner = write(
            SEQUENCE,
            &[element(OBJECT_ID, &oid), write(EXPLICIT, octets)].concat(),
        );
        let algorithms = write(SET, &write(SEQUENCE, &element(OBJECT_ID, b"\x2a\x03")));
        let body = [
            element(INTEGER, &[1]),
            algorithms,
            inner,
            element(SET, b"signers"),
        ]
        .concat();
        write(
            SEQUENCE,
            &[
                element(OBJECT_ID, SIGNED),
                write(EXPLICIT, &write(SEQUENCE, &body)),
            ]
            .concat(),
        )
    }

    #[test]
    fn the_content_of_a_signed_object_is_found_in_every_encoding() {
        let pieces: Vec<u8> = MIME.chunks(5).flat_map(|c| element(OCTETS, c)).collect();
        for (name, file) in [
            ("DER", signed(element, &element(OCTETS, MIME))),
            ("BER", signed(indefinite, &element(OCTETS, MIME))),
            (
                "BER in pieces, as streaming signers write it",
                signed(indefinite, &indefinite(OCTETS | CONSTRUCTED, &pieces)),
            ),
            (
                "pieces of a known length",
                signed(element, &element(OCTETS | CONSTRUCTED, &pieces)),
            ),
            (
                "pieces within pieces",
                signed(
                    element,
                    &indefinite(
                        OCTETS | CONSTRUCTED,
                        &indefinite(OCTETS | CONSTRUCTED, &pieces),
                    ),
                ),
            ),
        ] {
            assert_eq!(
                read(&file),
                Some(Cms::Signed(Cow::Borrowed(MIME))),
                "{name}"
            );
        }
    }

    #[test]
    fn what_holds_no_content_is_told_apart() {
        for (oid, cms) in [
            (ENVELOPED, Cms::Encrypted),
            (ENCRYPTED, Cms::Encrypted),
            (AUTH_ENVELOPED, Cms::Encrypted),
            (SIGNED, Cms::Bare),
            (&b"\x2a\x03"[..], Cms::Other),
        ] {
            let file = element(SEQUENCE, &element(OBJECT_ID, oid));
            assert_eq!(read(&file), Some(cms), "{oid:?}");
        }
        assert_eq!(read(b"-----BEGIN PKCS7-----"), None);
        assert_eq!(read(b""), None);
    }

    #[test]
    fn a_file_that_breaks_off_gives_what_came_before() {
        let whole = signed(element, &element(OCTETS, MIME));
        let at = memchr::memmem::find(&whole, b"plus").unwrap();
        let Some(Cms::Signed(content)) = read(&whole[..at + 4]) else {
            panic!("not read");
        };
        assert!(content.ends_with(b"plus"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_walked_without_harm(
            cut in any::<prop::sample::Index>(),
            rest in prop::collection::vec(prop::sample::select(vec![0, 1, 4, 0x24, 0x30, 0x80, 0xa0, 0xff]), 0..300),
        ) {
            let pieces: Vec<u8> = MIME.chunks(3).flat_map(|c| element(OCTETS, c)).collect();
            let whole = signed(indefinite, &indefinite(OCTETS | CONSTRUCTED, &pieces));
            let file = [&whole[..cut.index(whole.len())], &rest].concat();
            let _ = read(&rest);
            if let Some(Cms::Signed(content)) = read(&file) {
                prop_assert!(content.len() <= file.len());
            }
        }
    }
}
