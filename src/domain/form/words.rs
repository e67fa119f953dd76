//! Text as folded words: labels, prompts and placeholders are compared word by word.

use crate::text::fold;
use std::ops::Range;

/// A folded word and its bytes in the text.
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

/// The first word of a text that may open a label: nothing else than an opening bracket, a star or
/// a quote, and not many of them, stands before it. It is the first of [`words`].
pub(super) fn first_word(text: &str) -> Option<Range<usize>> {
    let (start, _) = text
        .char_indices()
        .take(64)
        .find(|(_, c)| !matches!(c, ' ' | '\u{a0}' | '*' | '_' | '"' | '«' | '(' | '\''))?;
    let length = text[start..]
        .find(|c: char| !(c.is_alphanumeric() || is_mark(c)))
        .unwrap_or(text.len() - start);
    let range = start..start + length;
    let word = &text[range.clone()];
    let counts = word.contains(char::is_alphanumeric)
        && !is_ending(word, &text[..start], text[range.end..].chars().next());
    counts.then_some(range)
}

/// « utilisateur(s) », « concerné(e)(s) »: the bracketed ending is no word.
fn is_ending(word: &str, before: &str, after: Option<char>) -> bool {
    word.len() <= 2
        && matches!(word.to_ascii_lowercase().as_str(), "s" | "e" | "es")
        && before.ends_with('(')
        && after == Some(')')
}

/// The first `limit` words of a text.
pub(super) fn words(text: &str, limit: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric() || is_mark(c);
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                let word = fold(&text[from..at]);
                if !word.is_empty() && !is_ending(&word, &text[..from], Some(c)) {
                    words.push(Word {
                        text: word,
                        span: from..at,
                    });
                    if words.len() == limit {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    words
}

/// How a folded word sounds, roughly: « consernée » and « concernée », « envirronemant » and
/// « environnement » are one.
pub(super) fn sound(word: &str) -> String {
    let mut text = word.to_owned();
    for (from, to) in [
        ("eau", "o"),
        ("ph", "f"),
        ("qu", "k"),
        ("au", "o"),
        ("ai", "e"),
        ("ei", "e"),
        ("ez", "e"),
        ("er", "e"),
        ("em", "an"),
        ("en", "an"),
        ("am", "an"),
        ("ce", "se"),
        ("ci", "si"),
        ("tion", "sion"),
    ] {
        // « er » and « ez » sound like « é » at the word's end only.
        if matches!(from, "er" | "ez") {
            if let Some(stem) = text.strip_suffix(from) {
                text = format!("{stem}{to}");
            }
        } else {
            text = text.replace(from, to);
        }
    }
    let mut sound = String::with_capacity(text.len());
    for c in text.chars() {
        let c = match c {
            'h' => continue,
            'c' | 'q' => 'k',
            'y' => 'i',
            'm' => 'n',
            'z' | 'x' => 's',
            other => other,
        };
        if !sound.ends_with(c) {
            sound.push(c);
        }
    }
    let stem = sound.trim_end_matches(['e', 's', 't', 'd']);
    if stem.len() >= 2 {
        stem.to_owned()
    } else {
        sound
    }
}

/// The sounds of several words without the small ones between them.
pub(super) fn sounds<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for word in words {
        if matches!(
            word,
            "de" | "d" | "du" | "des" | "le" | "la" | "les" | "l" | "et" | "of" | "the"
        ) {
            continue;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&sound(word));
    }
    joined
}

fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// The folded words alone.
pub(super) fn words_of(text: &str) -> Vec<String> {
    words(text, 24).into_iter().map(|word| word.text).collect()
}

/// The folded words with single blanks.
pub(super) fn bare(text: &str) -> String {
    words_of(text).join(" ")
}
