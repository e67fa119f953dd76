//! Parameters of Content-Type and Content-Disposition where clients write more than a token: RFC 2231
//! pieces cut anywhere, encoded words torn apart inside quotes, both with labels that lie.

use super::{charset, encoded_word, header};

/// Pieces of one parameter that are kept: no file name has more.
const MOST_PIECES: usize = 64;

/// The parameter's value, decoded; `None` where the field has none of that name.
pub(super) fn read(field: &[u8], name: &str) -> Option<String> {
    let field = header::utf8(field);
    let mut plain: Option<String> = None;
    let mut pieces: Vec<(usize, bool, String)> = Vec::new();
    for (key, value) in split(&field) {
        let Some(rest) = key
            .get(..name.len())
            .filter(|start| start.eq_ignore_ascii_case(name))
            .map(|_| &key[name.len()..])
        else {
            continue;
        };
        if rest.is_empty() {
            plain.get_or_insert(value);
        } else if let Some(mark) = rest.strip_prefix('*')
            && pieces.len() < MOST_PIECES
        {
            let coded = mark.is_empty() || mark.ends_with('*');
            let number = mark.trim_end_matches('*');
            let number = if number.is_empty() {
                Some(0)
            } else {
                number.parse().ok()
            };
            pieces.extend(number.map(|number| (number, coded, value)));
        }
    }
    if pieces.is_empty() {
        // Torn words stand on several lines: the blanks between them belong to neither.
        return plain.map(|value| encoded_word::decode(value.as_bytes()));
    }
    pieces.sort_by_key(|(number, ..)| *number);
    let coded = pieces.iter().any(|(_, coded, _)| *coded);
    let whole: String = pieces.into_iter().map(|(.., value)| value).collect();
    if !coded {
        return Some(encoded_word::decode(whole.as_bytes()));
    }
    let mut parts = whole.splitn(3, '\'');
    let (label, text) = match (parts.next(), parts.next(), parts.next()) {
        (Some(label), Some(_), Some(text)) => (Some(label), text),
        _ => (None, whole.as_str()),
    };
    let label = label.filter(|label| !label.is_empty());
    Some(charset::decode(&unescape(text), label).text)
}

/// `%C3%A9` → bytes; a percent sign that escapes nothing stays.
fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = |index: usize| char::from(*bytes.get(index).unwrap_or(&0)).to_digit(16);
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.extend(u8::try_from(high * 16 + low));
                at += 3;
            }
            _ => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

/// `name=value` pairs after the first semicolon, quotes and their escapes undone.
fn split(field: &str) -> Vec<(&str, String)> {
    let mut pairs = Vec::new();
    let mut rest = field.split_once(';').map_or("", |(_, rest)| rest);
    while !rest.is_empty() {
        let Some(at) = rest.find(['=', ';']) else {
            break;
        };
        let (key, after) = (rest[..at].trim(), &rest[at + 1..]);
        if rest.as_bytes()[at] == b';' {
            rest = after;
            continue;
        }
        let after = after.trim_start();
        let (value, length) = value(after);
        pairs.push((key, value));
        rest = after[length..].split_once(';').map_or("", |(_, rest)| rest);
    }
    pairs
}

/// The value that a text begins with, and how many bytes it takes.
fn value(text: &str) -> (String, usize) {
    let Some(quoted) = text.strip_prefix('"') else {
        let length = text.find(';').unwrap_or(text.len());
        return (text[..length].trim().to_owned(), length);
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, character) in quoted.char_indices() {
        match character {
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '"' if !escaped => return (value, at + 2),
            // A folded line is one blank.
            '\r' | '\n' => {}
            other => value.push(other),
        }
        escaped = false;
    }
    (value, text.len())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn names_cut_in_pieces_and_torn_words_are_whole_again() {
        for (field, name) in [
            ("attachment; filename=a.png", Some("a.png")),
            (
                "attachment; filename=\"a ; \\\"b\\\".png\"; size=3",
                Some("a ; \"b\".png"),
            ),
            (
                "attachment; filename*=UTF-8''%C3%A9cran.png",
                Some("écran.png"),
            ),
            (
                "attachment; filename*=iso-8859-1'fr'%C3%A9cran.png",
                Some("écran.png"),
            ),
            (
                "attachment; filename*0*=UTF-8''%C3;\r\n filename*1*=%A9cran%;\r\n filename*2*=2E;\r\n filename*3=png",
                Some("écran.png"),
            ),
            (
                "attachment; filename*1=cran.png; filename*0=e",
                Some("ecran.png"),
            ),
            (
                "attachment; filename=\"=?utf-8?Q?=C3?=\r\n =?utf-8?Q?=A9cran.png?=\"",
                Some("écran.png"),
            ),
            ("attachment; FILENAME = \"100%.png\"", Some("100%.png")),
            ("attachment; size=3", None),
            ("attachment; filename", None),
            ("attachment; filename=\"ouvert", Some("ouvert")),
        ] {
            assert_eq!(
                read(field.as_bytes(), "filename").as_deref(),
                name,
                "{field}"
            );
        }
    }
}
