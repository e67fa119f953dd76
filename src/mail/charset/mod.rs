//! Bytes → text: the label is heard, but the bytes decide (`spec/pains.md`, 20).
//!
//! French mail is mislabelled in few ways: UTF-8 called Latin-1 or ASCII, Windows-1252 called
//! UTF-8 or called nothing, and text that was decoded wrongly once before it was sent (« fenÃªtre »).
//! Each of these shows in the bytes, and each is undone here.

mod repair;
mod utf7;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;
pub(super) use repair::unscramble;

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
    if let Some(encoding) = wide(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        return Decoded {
            text: text.into_owned(),
            repaired: !label.is_some_and(|l| l.starts_with("utf-16")),
        };
    }
    let decoded = match (label.map_or(Family::Unsaid, family), label) {
        (Family::Utf7, Some(_)) if bytes.is_ascii() => plain(utf7::decode(bytes)),
        (Family::Shifting, Some(label)) if bytes.is_ascii() => by_label(bytes, label),
        (Family::SingleByte, Some(label)) => match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() => plain(text.to_owned()),
            // Several accents that all happen to be valid UTF-8 are UTF-8, whatever the label says.
            Ok(text) => mended(text.to_owned()),
            Err(_) => {
                let decoded = by_label(bytes, label);
                if is_western(label) {
                    latin9(decoded)
                } else {
                    decoded
                }
            }
        },
        (Family::Other, Some(label)) => match std::str::from_utf8(bytes) {
            Ok(text) if !text.is_ascii() => mended(text.to_owned()),
            _ => by_label(bytes, label),
        },
        (family, _) => {
            let said = !matches!(family, Family::Unsaid);
            match std::str::from_utf8(bytes) {
                Ok(text) => Decoded {
                    text: text.to_owned(),
                    repaired: said && !matches!(family, Family::Utf8) && !text.is_ascii(),
                },
                Err(_) => match repair::mostly_utf8(bytes) {
                    Some(text) => mended(text),
                    None => latin9(Decoded {
                        text: windows_1252(bytes),
                        repaired: said,
                    }),
                },
            }
        }
    };
    match unscramble(&decoded.text) {
        Some(text) => mended(text),
        None => decoded,
    }
}

/// UTF-16 without its mark, or called something else: every second byte is zero, since French is.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096)];
    memchr::memchr(0, head)?;
    let zeros = |parity: usize| {
        head.iter()
            .skip(parity)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    match () {
        () if odd * 10 > half * 6 && even * 20 < half => Some(UTF_16LE),
        () if even * 10 > half * 6 && odd * 20 < half => Some(UTF_16BE),
        () => None,
    }
}

/// Body text as it is kept: LF line ends, no NUL nor other control characters, no bidi controls
/// (Outlook wraps pasted telephone numbers in them), no byte order mark.
pub(super) fn tidy(text: String) -> String {
    let bytes = text.as_bytes();
    // Whether a character that does not stay as it is may begin here: a control, one of the two
    // blocks that hold bidi controls and odd line ends, or the byte order mark's.
    const ODD: [bool; 256] = {
        let mut odd = [false; 256];
        let mut byte = 0;
        while byte < 0x20 {
            odd[byte] = byte != b'\n' as usize && byte != b'\t' as usize;
            byte += 1;
        }
        odd[0x7f] = true;
        odd[0xc2] = true;
        odd[0xe2] = true;
        odd[0xef] = true;
        odd
    };
    let odd = |&byte: &u8| ODD[usize::from(byte)];
    if !bytes.iter().any(odd) {
        return text;
    }
    let mut tidied = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let run = rest.as_bytes().iter().position(odd);
        let run = run.unwrap_or(rest.len());
        tidied.push_str(&rest[..run]);
        rest = &rest[run..];
        let Some(character) = rest.chars().next() else {
            break;
        };
        rest = &rest[character.len_utf8()..];
        match character {
            '\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                tidied.push('\n');
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{c}' | '\u{b}' => tidied.push('\n'),
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
    Utf7,
    /// Charsets of 7-bit bytes that switch by escapes (ISO-2022, HZ).
    Shifting,
    /// Multi-byte charsets.
    Other,
}

fn family(label: &str) -> Family {
    match label {
        "utf-8" | "utf8" | "unicode-1-1-utf-8" | "utf-8mb4" | "cp65001" => Family::Utf8,
        "us-ascii" | "ascii" | "ansi_x3.4-1968" | "7bit" => Family::Ascii,
        "utf-7" | "utf7" | "unicode-1-1-utf-7" | "csunicode11utf7" => Family::Utf7,
        "x-user-defined" => Family::Unsaid,
        l if l.starts_with("iso-2022") || l.starts_with("csiso2022") || l.starts_with("hz") => {
            Family::Shifting
        }
        l if [
            "iso-8859-",
            "iso8859",
            "iso_8859",
            "windows-125",
            "cp125",
            "latin",
            "mac",
            "x-mac",
            "cp8",
            "ibm8",
        ]
        .iter()
        .any(|start| l.starts_with(start))
            || l == "ansi" =>
        {
            Family::SingleByte
        }
        l if Encoding::for_label_no_replacement(l.as_bytes()).is_some()
            || charset_decoder(l.as_bytes()).is_some() =>
        {
            Family::Other
        }
        _ => Family::Unsaid,
    }
}

/// Latin-1, Latin-9 and Windows-1252, which are taken for each other.
fn is_western(label: &str) -> bool {
    Encoding::for_label(label.as_bytes()).is_none_or(|encoding| encoding == WINDOWS_1252)
        && !label.starts_with("mac")
        && !label.starts_with("cp8")
        && !label.starts_with("ibm8")
}

/// What the label says; bytes that it cannot explain are left out, the raw message has them.
fn by_label(bytes: &[u8], label: &str) -> Decoded {
    let label = label.replace('_', "-");
    let text = match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => match charset_decoder(label.as_bytes()) {
            Some(decoder) => decoder(bytes),
            None => return mended(windows_1252(bytes)),
        },
    };
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return mended(text.replace(char::REPLACEMENT_CHARACTER, ""));
    }
    plain(text)
}

fn windows_1252(bytes: &[u8]) -> String {
    WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

/// Latin-9 called Latin-1 shows « c½ur » and « 3 ¤ ».
fn latin9(decoded: Decoded) -> Decoded {
    match repair::latin9(&decoded.text) {
        Some(text) => mended(text),
        None => decoded,
    }
}

fn plain(text: String) -> Decoded {
    Decoded {
        text,
        repaired: false,
    }
}

fn mended(text: String) -> Decoded {
    Decoded {
        text,
        repaired: true,
    }
}

#[cfg(test)]
mod tests {
    use super::repair::windows_1252_byte;
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
