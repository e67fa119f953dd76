//! Header lines of our mails. Every value from outside is made harmless here: no line end, no
//! control character and no second address can pass (RFC 5322 section 2.2, RFC 2047).

use super::wrap::one_line;
use data_encoding::BASE64;

/// A header line is folded before this column where it can be.
const FOLD_AT: usize = 76;

/// References that are kept, ours not counted.
const MOST_REFERENCES: usize = 20;

/// `Re: <theirs> [INC-26-00042]`. Theirs is untouched so that mail programs keep the thread: a
/// `Re:` and a mark that are there are not repeated. Without a subject: `Votre déclaration […]`.
#[must_use]
pub fn subject(theirs: &str, mark: &str) -> String {
    let theirs = one_line(theirs);
    if theirs.is_empty() {
        return format!("Votre déclaration {mark}");
    }
    let re = if is_answer(&theirs) { "" } else { "Re: " };
    if theirs.to_uppercase().contains(&mark.to_uppercase()) {
        return format!("{re}{theirs}");
    }
    format!("{re}{theirs} {mark}")
}

/// Whether a subject begins as an answer's does: `Re:`, `RE :`, `Ré:`, `Rép :`, `AW:`.
fn is_answer(subject: &str) -> bool {
    let Some((word, _)) = subject.split_once(':') else {
        return false;
    };
    let word = word.trim_end().to_lowercase();
    matches!(
        word.as_str(),
        "re" | "ré" | "rép" | "rep" | "réf" | "aw" | "sv" | "antw"
    )
}

/// `Name: value` with CRLF, for unstructured text: ASCII is folded at blanks, anything else goes
/// into encoded words.
#[must_use]
pub fn text(name: &str, value: &str) -> String {
    let value = one_line(value);
    let longest = value.split(' ').map(str::len).max().unwrap_or_default();
    if value.is_ascii() && !value.contains("=?") && longest < 900 {
        return folded(name, value.split(' '));
    }
    let words = encoded_words(&value);
    folded(name, words.iter().map(String::as_str))
}

/// `Name: display <local@domain>` with CRLF; `display` may be empty.
#[must_use]
pub fn mailbox(name: &str, display: &str, address: &str) -> String {
    let display = one_line(display);
    let bracketed = format!("<{}>", bare_address(address));
    let mut parts: Vec<String> = if display.is_empty() {
        Vec::new()
    } else if display.is_ascii() && !display.contains("=?") {
        let escaped = display.replace('\\', "\\\\").replace('"', "\\\"");
        vec![format!("\"{escaped}\"")]
    } else {
        encoded_words(&display)
    };
    parts.push(bracketed);
    folded(name, parts.iter().map(String::as_str))
}

/// `Name: <id> <id>` with CRLF, one id a line; nothing where no id is sound. Of too many the
/// first and the last are kept: programs thread by either.
#[must_use]
pub fn ids<'a>(name: &str, ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut sound: Vec<String> = ids.into_iter().filter_map(id).collect();
    sound.dedup();
    if sound.len() > MOST_REFERENCES {
        sound.drain(1..=sound.len() - MOST_REFERENCES);
    }
    if sound.is_empty() {
        return String::new();
    }
    let mut line = format!("{name}:");
    for (index, id) in sound.iter().enumerate() {
        line.push_str(if index == 0 { " " } else { "\r\n " });
        line.push_str(id);
    }
    line.push_str("\r\n");
    line
}

/// A Message-ID in angle brackets, if it can stand in a header.
fn id(id: &str) -> Option<String> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    let sound = |c: char| c.is_ascii_graphic() && !"<>()[]\\,;\"".contains(c);
    let is_sound = !id.is_empty() && id.len() <= 500 && id.chars().all(sound);
    is_sound.then(|| format!("<{id}>"))
}

/// An address without anything that could end it: addresses are checked before they come here.
fn bare_address(address: &str) -> String {
    address
        .chars()
        .filter(|c| c.is_ascii_graphic() && !"<>,;()\"\\".contains(*c))
        .take(320)
        .collect()
}

/// Encoded words of at most 75 characters, each a whole number of characters (RFC 2047, 2 and 5).
fn encoded_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chunk = String::new();
    for character in text.chars() {
        if chunk.len() + character.len_utf8() > 42 {
            words.push(encoded_word(&chunk));
            chunk.clear();
        }
        chunk.push(character);
    }
    if !chunk.is_empty() {
        words.push(encoded_word(&chunk));
    }
    words
}

fn encoded_word(chunk: &str) -> String {
    format!("=?utf-8?B?{}?=", BASE64.encode(chunk.as_bytes()))
}

/// Joins words by blanks, folding where a line would grow too long.
fn folded<'a>(name: &str, words: impl Iterator<Item = &'a str>) -> String {
    let mut line = format!("{name}:");
    let mut column = line.len();
    for (index, word) in words.enumerate() {
        // The first word stays beside the name: some programs lose a value that starts folded.
        if index > 0 && column + 1 + word.len() > FOLD_AT {
            line.push_str("\r\n");
            column = 0;
        }
        line.push(' ');
        line.push_str(word);
        column += 1 + word.len();
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "[INC-26-00042]";

    #[test]
    fn a_subject_is_kept_and_marked_once() {
        for (theirs, ours) in [
            ("pb carto ce matin", "Re: pb carto ce matin [INC-26-00042]"),
            ("RE: pb carto", "RE: pb carto [INC-26-00042]"),
            ("Re : pb  [inc-26-00042]", "Re : pb [inc-26-00042]"),
            ("TR: pb", "Re: TR: pb [INC-26-00042]"),
            ("Retour : panne", "Re: Retour : panne [INC-26-00042]"),
            ("", "Votre déclaration [INC-26-00042]"),
            (" \r\n ", "Votre déclaration [INC-26-00042]"),
            (
                "x\r\nBcc: evil@x.example",
                "Re: x Bcc: evil@x.example [INC-26-00042]",
            ),
        ] {
            assert_eq!(subject(theirs, MARK), ours, "{theirs:?}");
        }
    }

    #[test]
    fn no_value_can_end_its_header() {
        let evil = [
            "x\r\nBcc: a@b.example",
            "x\nBcc: a@b.example",
            "x\rBcc: a@b.example",
            "x\u{85}Bcc: a@b.example",
            "x\u{2028}Bcc: a@b.example",
            "x\0y",
            "=?utf-8?Q?x=0D=0ABcc:_a@b.example?=",
            &"é".repeat(2_000),
            &"x".repeat(5_000),
        ];
        for value in evil {
            for line in [text("Subject", value), mailbox("From", value, value)] {
                assert!(line.ends_with("\r\n"));
                assert!(line.is_ascii(), "{line}");
                let lines: Vec<&str> = line.trim_end().split("\r\n").collect();
                assert!(
                    lines
                        .iter()
                        .skip(1)
                        .all(|l| l.starts_with(' ') && l.len() <= 998)
                );
                assert!(
                    !line.replace("\r\n", "").contains(|c: char| c.is_control()),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn encoded_words_decode_to_what_was_said() {
        let value = "Écran figé depuis ce matin à Nantes, personne ne peut rien voir — œuvre 🚑";
        let raw = format!("{}\r\n", text("Subject", value));
        let parsed = decoded(&raw);
        assert_eq!(parsed, value);
        assert!(raw.lines().all(|line| line.len() <= 78), "{raw}");
    }

    /// Decodes an encoded-word header without the mail room, which this room may not know.
    fn decoded(raw: &str) -> String {
        let value = raw.trim_end().replace("\r\n", "");
        let value = value.strip_prefix("Subject: ").unwrap();
        let mut bytes = Vec::new();
        for word in value.split(' ') {
            let inside = word
                .strip_prefix("=?utf-8?B?")
                .unwrap()
                .strip_suffix("?=")
                .unwrap();
            bytes.extend(BASE64.decode(inside.as_bytes()).unwrap());
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn references_are_sound_and_few() {
        let many: Vec<String> = (0..5_000).map(|n| format!("<m{n}@x.example>")).collect();
        let line = ids("References", many.iter().map(String::as_str));
        assert_eq!(line.matches('<').count(), 20);
        assert!(line.contains("<m0@x.example>") && line.contains("<m4999@x.example>"));
        assert!(line.lines().all(|line| line.len() <= 998));
        for bad in ["", "<>", "a b@x", "<a\r\nBcc: x@y>", "é@x", "<a><b@x>"] {
            assert_eq!(ids("In-Reply-To", [bad]), "", "{bad:?}");
        }
        assert_eq!(ids("In-Reply-To", ["a@b"]), "In-Reply-To: <a@b>\r\n");
    }

    #[test]
    fn a_display_name_is_quoted_or_encoded() {
        assert_eq!(
            mailbox("From", "Support \"SI\"-Samu", "s@x.example"),
            "From: \"Support \\\"SI\\\"-Samu\" <s@x.example>\r\n"
        );
        assert!(mailbox("From", "Régulation", "s@x.example").starts_with("From: =?utf-8?B?"));
        assert_eq!(mailbox("To", "", "a@x.example"), "To: <a@x.example>\r\n");
        assert_eq!(mailbox("To", "", "a@b>, <c@d"), "To: <a@bc@d>\r\n");
    }
}
