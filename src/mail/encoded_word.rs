//! RFC 2047 encoded words, as clients really write them: characters torn between two words,
//! blanks inside a word, raw 8-bit text beside them, labels that lie.

use super::charset;
use super::header::utf8;
use mail_parser::decoders::base64::base64_decode;

/// Decodes an unstructured field. Words that follow each other in one charset and one encoding are
/// joined before they are decoded, since some clients cut inside a character.
pub(super) fn decode(value: &[u8]) -> String {
    let value = utf8(value);
    let mut decoded = String::with_capacity(value.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = value.as_ref();
    while let Some(at) = rest.find("=?") {
        let Some(word) = Word::read(&rest[at..]) else {
            flush(&mut pending, &mut decoded);
            decoded.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        let between = &rest[..at];
        // Blanks between two words belong to neither (RFC 2047, 6.2).
        if pending.is_none() || !between.trim().is_empty() {
            flush(&mut pending, &mut decoded);
            decoded.push_str(between);
        }
        match &mut pending {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(word.charset) => {
                bytes.extend(word.bytes());
            }
            _ => {
                flush(&mut pending, &mut decoded);
                pending = Some((word.charset.to_owned(), word.bytes()));
            }
        }
        rest = &rest[at + word.length..];
    }
    flush(&mut pending, &mut decoded);
    decoded.push_str(rest);
    charset::unscramble(&decoded).unwrap_or(decoded)
}

struct Word<'a> {
    charset: &'a str,
    base64: bool,
    data: &'a str,
    length: usize,
}

impl<'a> Word<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let inner = text.strip_prefix("=?")?;
        let (charset, after) = inner
            .get(..inner.len().min(100))
            .unwrap_or(inner)
            .split_once('?')?;
        let encoding = after.as_bytes().first()?.to_ascii_lowercase();
        if after.as_bytes().get(1) != Some(&b'?') || !matches!(encoding, b'q' | b'b') {
            return None;
        }
        let start = 2 + charset.len() + 3;
        // A word is at most 75 characters by the RFC; real ones are longer, but not endless.
        let end = memchr::memmem::find(
            &text.as_bytes()[start..text.len().min(start + 2_000)],
            b"?=",
        )?;
        let data = text.get(start..start + end)?;
        if data.contains('\n') && encoding == b'q' {
            return None;
        }
        let charset = charset.split('*').next().unwrap_or(charset);
        Some(Self {
            charset,
            base64: encoding == b'b',
            data,
            length: start + end + 2,
        })
    }

    fn bytes(&self) -> Vec<u8> {
        if self.base64 {
            return base64_decode(self.data.as_bytes()).unwrap_or_default();
        }
        let mut bytes = Vec::with_capacity(self.data.len());
        let mut input = self.data.bytes();
        while let Some(byte) = input.next() {
            let hex = || {
                let pair = input.as_slice_pair()?;
                let value =
                    char::from(pair.0).to_digit(16)? * 16 + char::from(pair.1).to_digit(16)?;
                u8::try_from(value).ok()
            };
            match byte {
                b'_' => bytes.push(b' '),
                b'=' => match hex() {
                    Some(value) => {
                        bytes.push(value);
                        input.nth(1);
                    }
                    None => bytes.push(b'='),
                },
                other => bytes.push(other),
            }
        }
        bytes
    }
}

/// The next two bytes of an input, not consumed.
trait NextPair {
    fn as_slice_pair(&self) -> Option<(u8, u8)>;
}

impl NextPair for std::str::Bytes<'_> {
    fn as_slice_pair(&self) -> Option<(u8, u8)> {
        let mut ahead = self.clone();
        Some((ahead.next()?, ahead.next()?))
    }
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, decoded: &mut String) {
    if let Some((charset, bytes)) = pending.take() {
        decoded.push_str(&charset::decode(&bytes, Some(&charset)).text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_decoded_as_clients_write_them() {
        for (value, text) in [
            ("plain", "plain"),
            ("=?utf-8?Q?carte_CPS_refus=C3=A9e?=", "carte CPS refusée"),
            ("=?ISO-8859-1?B?6WNyYW4=?= bleu", "écran bleu"),
            (
                "RE: [X #2026-000001] =?Windows-1252?Q?Il_manque?=",
                "RE: [X #2026-000001] Il manque",
            ),
            // A character torn between two words.
            (
                "=?utf-8?B?w6ljcmFuIGZpZ8M=?=\r\n =?utf-8?B?qQ==?=",
                "écran figé",
            ),
            ("=?utf-8?Q?a?= =?iso-8859-1?Q?_=E9?=", "a é"),
            // UTF-8 that says Latin-1.
            ("=?iso-8859-1?Q?fen=C3=AAtre?=", "fenêtre"),
            ("=?utf-8?Q?a b=20c?=", "a b c"),
            ("=?utf-8?X?nothing?= =?", "=?utf-8?X?nothing?= =?"),
            ("=?utf-8?Q?=ZZ?=", "=ZZ"),
        ] {
            assert_eq!(decode(value.as_bytes()), text, "{value}");
        }
    }
}
