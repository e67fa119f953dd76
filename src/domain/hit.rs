//! The words around a hit: what a list of results shows of a text.

use crate::text::placed_words;
use std::ops::Range;

/// Words that are looked for, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Folded words, or facets ([`super::search`]).
    pub words: Vec<String>,
    /// The last word may go on.
    pub begins: bool,
}

/// A stretch of a shown text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Piece {
    /// As written, its line ends as blanks.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// Bytes shown before the first hit, and in all.
const BEFORE: usize = 60;
const WHOLE: usize = 220;

/// Where a text has what is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// Which patterns it has.
    pub patterns: Vec<usize>,
    spans: Vec<Range<usize>>,
}

/// Looks for patterns in a text.
#[must_use]
pub fn hits(text: &str, patterns: &[Pattern]) -> Hits {
    let placed = placed_words(text);
    let mut found = Hits::default();
    for (number, pattern) in patterns.iter().enumerate() {
        let length = pattern.words.len();
        let before = found.spans.len();
        if length == 0 {
            continue;
        }
        for window in placed.windows(length) {
            let is_hit =
                window
                    .iter()
                    .zip(&pattern.words)
                    .enumerate()
                    .all(
                        |(at, ((word, _), wanted))| match pattern.begins && at + 1 == length {
                            true => word.starts_with(wanted.as_str()),
                            false => word == wanted,
                        },
                    );
            if let (true, Some((_, first)), Some((_, last))) =
                (is_hit, window.first(), window.last())
            {
                found.spans.push(first.start..last.end);
            }
        }
        if found.spans.len() > before {
            found.patterns.push(number);
        }
    }
    found.spans.sort_by_key(|span| (span.start, span.end));
    found
}

impl Hits {
    /// The words around the first hit, with all hits there.
    #[must_use]
    pub fn around(&self, text: &str) -> Vec<Piece> {
        let first = self.spans.first().map_or(0, |span| span.start);
        let start = word_start(text, first.saturating_sub(BEFORE), first);
        let most = text.floor_char_boundary(start.saturating_add(WHOLE));
        let hit_end = self.spans.first().map_or(0, |span| span.end);
        let blank = text[..most].rfind(char::is_whitespace);
        // At a word's end, where that shows the hit.
        let end = match blank {
            Some(blank) if most < text.len() && blank >= hit_end.max(start) => blank,
            _ => most,
        };
        let mut pieces = Pieces(Vec::new());
        if start > 0 {
            pieces.push("… ", false);
        }
        let mut at = start;
        for span in &self.spans {
            // One hit may lie within another one.
            let from = span.start.max(at);
            if from >= end || span.end <= from {
                continue;
            }
            let to = span.end.min(end);
            pieces.push(&text[at..from], false);
            pieces.push(&text[from..to], true);
            at = to;
        }
        pieces.push(&text[at..end], false);
        if end < text.len() {
            pieces.push(" …", false);
        }
        pieces.0
    }
}

struct Pieces(Vec<Piece>);

impl Pieces {
    fn push(&mut self, text: &str, hit: bool) {
        if text.is_empty() {
            return;
        }
        let plain = |letter: char| match letter.is_control() {
            true => ' ',
            false => letter,
        };
        self.0.push(Piece {
            text: text.chars().map(plain).collect(),
            hit,
        });
    }
}

/// The beginning of a word near `from`, at `latest` at the latest.
fn word_start(text: &str, from: usize, latest: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let from = text.ceil_char_boundary(from).min(latest);
    let within = &text[from..latest];
    within
        .find(char::is_whitespace)
        .and_then(|at| {
            within[at..]
                .find(|letter: char| !letter.is_whitespace())
                .map(|more| from + at + more)
        })
        .unwrap_or(latest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(words: &[&str], begins: bool) -> Pattern {
        Pattern {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            begins,
        }
    }

    fn shown(text: &str, patterns: &[Pattern]) -> String {
        let mark = |piece: &Piece| match piece.hit {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        hits(text, patterns).around(text).iter().map(mark).collect()
    }

    #[test]
    fn hits_are_marked_as_written_and_the_rest_is_cut_at_words() {
        let text = "Bonjour,\nl’écran de la Télé\u{301}phonie reste gris.";
        let both = [pattern(&["ecran"], false), pattern(&["telepho"], true)];
        assert_eq!(
            shown(text, &both),
            "Bonjour, l’[écran] de la [Télé\u{301}phonie] reste gris."
        );
        assert_eq!(hits(text, &both).patterns, [0, 1]);
        assert!(shown(text, &[pattern(&["de", "la"], false)]).contains("[de la]"));
        assert_eq!(
            hits(text, &[pattern(&["la", "de"], false)]),
            Hits::default()
        );
        let long = format!("{}aiguille{}", "foin é ".repeat(99), " é".repeat(999));
        let found = shown(&long, &[pattern(&["aiguille"], false)]);
        assert!(
            found.starts_with("… foin") || found.starts_with("… é"),
            "{found}"
        );
        assert!(
            found.contains("[aiguille]") && found.ends_with(" …"),
            "{found}"
        );
    }

    #[test]
    fn one_hit_within_another_is_marked_once() {
        let nested = [
            pattern(&["carte", "grise"], false),
            pattern(&["grise"], true),
        ];
        assert_eq!(shown("La carte grise", &nested), "La [carte grise]");
    }
}
