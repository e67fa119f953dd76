//! Bytes → text: the label is heard, but the bytes decide (`spec/pains.md`, 20).
//!
//! French mail is mislabelled in few ways: UTF-8 called Latin-1 or ASCII, Windows-1252 called
//! UTF-8 or called nothing, and text that was decoded wrongly once before it was sent (« fenÃªtre »).
//! Each of these shows in the bytes, and each is undone here.

use encoding_rs::{Encoding, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;

/// Decoded text, and whether the label had to be set aside to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    pub text: String,
    pub repaired: bool,
}

/// Decodes `bytes` that are labelled `label`. Never fails: what no charset explains becomes U+FFFD.
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    let label = label.map(|l| l.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    let label = label.as_deref().filter(|l| !l.is_empty());
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return Decoded {
            text: text.into_owned(),
            repaired: false,
        };
    }
    let family = label.map_or(Family::Unsaid, family);
    let decoded = match (family, std::str::from_utf8(bytes)) {
        (Family::Other, Ok(text)) if !has_shifts(bytes) && bytes.is_ascii() => plain(text),
        (Family::Other, _) | (Family::SingleByte, Err(_)) => by_label(bytes, label),
        (Family::Utf8 | Family::Unsaid | Family::Ascii, Ok(text)) => Decoded {
            text: text.to_owned(),
            repaired: matches!(family, Family::Ascii) && !text.is_ascii(),
        },
        (Family::SingleByte, Ok(text)) if text.is_ascii() => plain(text),
        // Several accents that all happen to be valid UTF-8 are UTF-8, whatever the label says.
        (Family::SingleByte, Ok(text)) => Decoded {
            text: text.to_owned(),
            repaired: true,
        },
        (Family::Utf8 | Family::Unsaid | Family::Ascii, Err(_)) => mostly_utf8(bytes).map_or_else(
            || Decoded {
                text: WINDOWS_1252
                    .decode_without_bom_handling(bytes)
                    .0
                    .into_owned(),
                repaired: !matches!(family, Family::Unsaid),
            },
            |text| Decoded {
                text,
                repaired: true,
            },
        ),
    };
    match unscramble(&decoded.text) {
        Some(text) => Decoded {
            text,
            repaired: true,
        },
        None => decoded,
    }
}

/// Undoes UTF-8 that was read as Windows-1252 before it was sent: « fenÃªtre » → « fenêtre ».
/// `None` where the text shows no such sequence, or where honest accents outnumber them.
pub(super) fn unscramble(text: &str) -> Option<String> {
    // Lead bytes of two- and three-byte sequences, seen as Windows-1252 letters.
    if !text.contains(['Ã', 'Â', 'â', 'Å', 'Ä', 'Ð', 'Ñ', 'Î', 'Ï']) {
        return None;
    }
    let mut repaired = String::with_capacity(text.len());
    let (mut undone, mut honest) = (0_usize, 0_usize);
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character.is_ascii() {
            repaired.push(character);
            continue;
        }
        let lead = windows_1252_byte(character);
        let length = match lead {
            Some(0xc2..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..=0xf4) => 4,
            _ => 0,
        };
        let mut bytes = [lead.unwrap_or(0), 0, 0, 0];
        let mut ahead = rest.clone();
        let mut complete = length > 0;
        for (index, slot) in bytes.iter_mut().enumerate().take(length).skip(1) {
            match ahead.next().and_then(continuation) {
                // A no-break space is the second byte of « à »; clients turn it into a blank.
                Some(0x20) if index + 1 == length && lead == Some(0xc3) => *slot = 0xa0,
                Some(byte) if byte >= 0x80 => *slot = byte,
                _ => complete = false,
            }
            if !complete {
                break;
            }
        }
        match std::str::from_utf8(&bytes[..length.max(1)]) {
            Ok(letter) if complete => {
                repaired.push_str(letter);
                rest = ahead;
                undone += 1;
            }
            _ => {
                repaired.push(character);
                honest += 1;
            }
        }
    }
    (undone > honest).then_some(repaired)
}

/// Body text as it is kept: LF line ends, no NUL nor other control characters, no bidi controls
/// (Outlook wraps pasted telephone numbers in them), no byte order mark.
pub(super) fn tidy(text: String) -> String {
    let clean = !text
        .bytes()
        .any(|b| (b < 0x20 && b != b'\n' && b != b'\t') || b == 0x7f || b >= 0xc2);
    if clean {
        return text;
    }
    let mut tidied = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() == Some(&'\n') {
                    characters.next();
                }
                tidied.push('\n');
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{c}' | '\u{b}' => tidied.push('\n'),
            '\n' | '\t' => tidied.push(character),
            c if c.is_control() || is_bidi_control(c) || c == '\u{feff}' => {}
            c => tidied.push(c),
        }
    }
    tidied
}

/// One line of a header as people see it: no control character, no line end, no bidi override
/// (fact 10 of `spec/reliability.md`), runs of blanks made one, at most `limit` characters.
pub(super) fn line(text: &str, limit: usize) -> String {
    let mut cleaned = String::with_capacity(text.len().min(limit * 4));
    let mut blank = false;
    let mut count = 0;
    for character in text.chars() {
        if character.is_control() || matches!(character, ' ' | '\u{2028}' | '\u{2029}') {
            blank = !cleaned.is_empty();
            continue;
        }
        if is_bidi_control(character) || character == '\u{feff}' {
            continue;
        }
        if count + usize::from(blank) >= limit {
            break;
        }
        if blank {
            cleaned.push(' ');
            count += 1;
            blank = false;
        }
        cleaned.push(character);
        count += 1;
    }
    cleaned
}

fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[derive(Debug, Clone, Copy)]
enum Family {
    Utf8,
    Ascii,
    SingleByte,
    Unsaid,
    /// Multi-byte and shifting charsets: the label is believed.
    Other,
}

fn family(label: &str) -> Family {
    match label {
        "utf-8" | "utf8" | "unicode-1-1-utf-8" | "utf-8mb4" | "cp65001" => Family::Utf8,
        "us-ascii" | "ascii" | "ansi_x3.4-1968" | "7bit" => Family::Ascii,
        l if l.starts_with("iso-8859-")
            || l.starts_with("iso8859")
            || l.starts_with("iso_8859")
            || l.starts_with("windows-125")
            || l.starts_with("cp125")
            || l.starts_with("latin")
            || l.starts_with("mac")
            || l.starts_with("x-mac")
            || l == "ansi" =>
        {
            Family::SingleByte
        }
        l if charset_decoder(l.as_bytes()).is_some() => Family::Other,
        _ => Family::Unsaid,
    }
}

fn by_label(bytes: &[u8], label: Option<&str>) -> Decoded {
    match label.and_then(|l| charset_decoder(l.as_bytes())) {
        Some(decoder) => Decoded {
            text: decoder(bytes),
            repaired: false,
        },
        None => Decoded {
            text: WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
                .into_owned(),
            repaired: true,
        },
    }
}

fn plain(text: &str) -> Decoded {
    Decoded {
        text: text.to_owned(),
        repaired: false,
    }
}

/// ISO-2022 and HZ switch by escapes, UTF-7 by a plus: these are not plain ASCII.
fn has_shifts(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .any(|b| matches!(b, 0x1b | 0 | b'+' | b'~' | 0x0e))
}

/// UTF-8 with a few broken bytes (cut by a gateway, an emoji torn apart) stays UTF-8.
fn mostly_utf8(bytes: &[u8]) -> Option<String> {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    (whole >= broken * 3 && whole > 0).then(|| String::from_utf8_lossy(bytes).into_owned())
}

fn continuation(character: char) -> Option<u8> {
    if character == ' ' {
        Some(0x20)
    } else {
        windows_1252_byte(character)
    }
}

/// The byte that Windows-1252 decodes to this character; its five holes decode to C1 controls.
fn windows_1252_byte(character: char) -> Option<u8> {
    let code = u32::from(character);
    match code {
        0x80..=0xff => u8::try_from(code).ok(),
        _ => HIGH
            .iter()
            .position(|&c| c == character)
            .and_then(|at| u8::try_from(at + 0x80).ok()),
    }
}

/// 0x80–0x9f of Windows-1252; the holes hold a character that never matches a decoded one.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide_where_the_label_lies() {
        let utf8 = "fenêtre « révoqué »".as_bytes();
        let latin: Vec<u8> = "D\u{c9}CLARANT – œuvre"
            .chars()
            .map(|c| windows_1252_byte(c).unwrap_or_else(|| u8::try_from(u32::from(c)).unwrap()))
            .collect();
        for (bytes, label, text, repaired) in [
            (utf8, Some("utf-8"), "fenêtre « révoqué »", false),
            (utf8, Some("ISO-8859-1"), "fenêtre « révoqué »", true),
            (utf8, Some("us-ascii"), "fenêtre « révoqué »", true),
            (utf8, None, "fenêtre « révoqué »", false),
            (&latin, Some("windows-1252"), "DÉCLARANT – œuvre", false),
            (&latin, Some("utf-8"), "DÉCLARANT – œuvre", true),
            (&latin, Some("US-ASCII"), "DÉCLARANT – œuvre", true),
            (&latin, Some("x-unknown"), "DÉCLARANT – œuvre", false),
            (&latin, None, "DÉCLARANT – œuvre", false),
            (b"plain", Some("iso-8859-15"), "plain", false),
            (b"\xa4uro", Some("iso-8859-15"), "€uro", false),
            (b"\xff\xfeA\0\xe9\0", None, "Aé", false),
            (b"\x1b$B$\"\x1b(B", Some("iso-2022-jp"), "あ", false),
        ] {
            assert_eq!(
                decode(bytes, label),
                Decoded {
                    text: text.to_owned(),
                    repaired
                },
                "{label:?} {text}"
            );
        }
    }

    #[test]
    fn text_scrambled_before_it_was_sent_is_read_through() {
        for (scrambled, text) in [
            (
                "la fenÃªtre indique Â« certificat rÃ©voquÃ© Â»",
                "la fenêtre indique « certificat révoqué »",
            ),
            ("d'un secteur Ã  l'autre", "d'un secteur à l'autre"),
            ("lâ€™Ã©cran reste blanc", "l’écran reste blanc"),
            ("ValÃ©rie NoÃ«l", "Valérie Noël"),
        ] {
            assert_eq!(unscramble(scrambled).as_deref(), Some(text));
        }
        for honest in [
            "À l’hôpital, l’Âge",
            "Ångström à Ñandú",
            "DÉJÀ RÉGLÉ",
            "plain",
        ] {
            assert_eq!(unscramble(honest), None, "{honest}");
        }
    }

    #[test]
    fn a_header_line_holds_no_control_and_no_override() {
        assert_eq!(
            line("a\r\nBcc: x\u{85}y\u{2028}z\u{202e}txt", 998),
            "a Bcc: x y ztxt"
        );
        assert_eq!(line(&"é".repeat(2000), 998).chars().count(), 998);
    }

    #[test]
    fn a_body_keeps_its_lines_and_loses_its_controls() {
        assert_eq!(
            tidy("a\r\nb\rc\0d\u{202a}01\u{202c}é".to_owned()),
            "a\nb\ncd01é"
        );
    }
}
