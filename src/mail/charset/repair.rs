//! Text that was decoded wrongly before it was sent, or is two charsets in one: undone by what its
//! letters show, line by line.

use encoding_rs::WINDOWS_1252;
use memchr::memchr_iter;

/// Undoes UTF-8 that was read as Windows-1252 before it was sent, once or more often: « fenÃªtre » →
/// « fenêtre ». `None` where no line shows more such sequences than honest accents.
pub(in crate::mail) fn unscramble(text: &str) -> Option<String> {
    let mut current = once(text)?;
    for _ in 0..2 {
        match once(&current) {
            Some(text) => current = text,
            None => break,
        }
    }
    Some(current)
}

fn once(text: &str) -> Option<String> {
    // Lead bytes of two- and three-byte sequences, seen as Windows-1252 letters.
    if !holds_lead(text) {
        return None;
    }
    let mut repaired = String::with_capacity(text.len());
    let mut any = false;
    for line in text.split_inclusive('\n') {
        match holds_lead(line).then(|| unscrambled_line(line)).flatten() {
            Some(line) => {
                any = true;
                repaired.push_str(&line);
            }
            None => repaired.push_str(line),
        }
    }
    any.then_some(repaired)
}

/// Whether one of Â Ã Ä Å Î Ï Ð Ñ â is there: they are 0xc3 and a byte in UTF-8.
fn holds_lead(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr_iter(0xc3, bytes)
        .any(|at| matches!(bytes.get(at + 1), Some(0x82..=0x85 | 0x8e..=0x91 | 0xa2)))
}

fn unscrambled_line(text: &str) -> Option<String> {
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

/// UTF-8 with a few broken bytes stays UTF-8: letters of a footer that a gateway wrote in Latin-1
/// are read as such, what was torn apart (an emoji, the last letter of a cut text) is left out.
pub(super) fn mostly_utf8(bytes: &[u8]) -> Option<String> {
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    if whole < broken * 3 || whole == 0 {
        return None;
    }
    let mut text = String::with_capacity(bytes.len());
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        at += chunk.valid().len() + chunk.invalid().len();
        let torn = match chunk.invalid() {
            [0xf0..=0xf4, _, ..] | [0xe0..=0xef, 0x80..=0x9f, ..] | [0x80..=0x9f] => true,
            [0xc2..=0xf4] => at == bytes.len(),
            _ => false,
        };
        if !torn {
            let (letters, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
            text.push_str(&letters);
        }
    }
    Some(text)
}

/// « c½ur », « 3 ¤ »: Latin-9 that was called Latin-1. Nobody writes `¤`, and no word holds `½`.
pub(super) fn latin9(text: &str) -> Option<String> {
    if !text.contains(['½', '¼', '¤']) {
        return None;
    }
    let mut repaired = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    let mut any = false;
    while let Some(character) = characters.next() {
        // The letters that follow « œ » in French words: cœur, œil, fœtus, œdème, œnologie….
        let word = !before.is_ascii_digit()
            && characters
                .peek()
                .is_some_and(|next| "uidnstceUIDNSTCE".contains(*next));
        let meant = match character {
            '¤' => '€',
            '½' if word => 'œ',
            '¼' if word => 'Œ',
            other => other,
        };
        any |= meant != character;
        repaired.push(meant);
        before = character;
    }
    any.then_some(repaired)
}

fn continuation(character: char) -> Option<u8> {
    if character == ' ' {
        Some(0x20)
    } else {
        windows_1252_byte(character)
    }
}

/// The byte that Windows-1252 decodes to this character; its five holes decode to C1 controls.
pub(super) fn windows_1252_byte(character: char) -> Option<u8> {
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
    fn text_scrambled_before_it_was_sent_is_read_through() {
        for (scrambled, text) in [
            (
                "la fenÃªtre indique Â« certificat rÃ©voquÃ© Â»",
                "la fenêtre indique « certificat révoqué »",
            ),
            ("d'un secteur Ã  l'autre", "d'un secteur à l'autre"),
            ("lâ€™Ã©cran reste blanc", "l’écran reste blanc"),
            ("ValÃ©rie NoÃ«l", "Valérie Noël"),
            ("la fenÃƒÂªtre grisÃƒÂ©e", "la fenêtre grisée"),
            (
                "Relevé à midi :\nla fenÃªtre\ngrisée",
                "Relevé à midi :\nla fenêtre\ngrisée",
            ),
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
    fn two_charsets_in_one_text_are_both_read() {
        for (bytes, text) in [
            (
                &b"d\xc3\xa9j\xc3\xa0 \xc3\xa9t\xc3\xa9, pied : h\xf4pital"[..],
                "déjà été, pied : hôpital",
            ),
            (b"\xc3\xa9\xc3\xa8\xc3\xa0 \xf0\x9f\x9a fin", "éèà  fin"),
            (b"\xc3\xa9\xc3\xa8\xc3\xa0 fin\xc3", "éèà fin"),
            (
                b"\xc3\xa9\xc3\xa8\xc3\xa0\xc3\xa9\xc3\xa8\xc3\xa0 \xabfig\xe9\xbb",
                "éèàéèà «figé»",
            ),
        ] {
            assert_eq!(mostly_utf8(bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn latin9_called_latin1_shows_in_words() {
        for (seen, text) in [
            ("le c½ur, l'½il", Some("le cœur, l'œil")),
            ("¼uvre à 3 ¤", Some("Œuvre à 3 €")),
            ("1½ heure, 2 ½ h, ½ journée", None),
        ] {
            assert_eq!(latin9(seen).as_deref(), text, "{seen}");
        }
    }
}
