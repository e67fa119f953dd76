//! Text as folded words: labels, prompts and placeholders are compared word by word.

use crate::text::fold;
use std::ops::Range;

/// A folded word and its bytes in the text.
pub(super) struct Word {
    pub(super) text: String,
    pub(super) span: Range<usize>,
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
                // « utilisateur(s) », « concerné(e)(s) »: the bracketed ending is no word.
                let ending = matches!(word.as_str(), "s" | "e" | "es")
                    && text[..from].ends_with('(')
                    && c == ')';
                if !ending && !word.is_empty() {
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
