//! Words, numbers and signs of folded text, each with the way back to the bytes it came from.
//!
//! The finders are small grammars over these tokens: « 14h30 » is the number 14, the word `h` and
//! the number 30 without blanks between them.

pub(super) use super::lexicon::Lexicon;
use super::lexicon::{listed, mark};
use super::unpointed;
use crate::domain::field::Reading;
use crate::text::Folded;
use std::ops::Range;

/// What the answer after a label says, and where in the text it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The value, or why it can't be used.
    pub reading: Reading,
    /// Bytes of the text given, on character boundaries.
    pub span: Range<usize>,
}

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters.
    Word,
    /// ASCII digits.
    Number,
    /// One other character; those beyond ASCII are all `\u{1a}`.
    Sign(u8),
    /// A line's end.
    Line,
}

/// One token; `start..end` are bytes of the folded text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Blanks stand before it.
    pub spaced: bool,
    /// What lists know its word by at first sight: see [`mark`].
    mark: u8,
}

/// A text's tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    folded: Folded,
    list: Vec<Token>,
    shouted: bool,
}

impl Tokens {
    /// Folds and cuts `text`. Linear.
    pub fn new(text: &str) -> Self {
        let folded = Folded::new(text);
        let mut list = Vec::with_capacity(text.len() / 5 + 4);
        let words = folded.as_str();
        let bytes = words.as_bytes();
        let mut spaced = false;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            at += 1;
            let kind = match byte {
                b'\n' => Kind::Line,
                b'0'..=b'9' => {
                    at += bytes[at..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_digit())
                        .count();
                    Kind::Number
                }
                _ if byte.is_ascii_alphabetic() => {
                    at = word_end(words, at);
                    Kind::Word
                }
                _ if byte <= b' ' || byte == 0x7f => {
                    spaced = true;
                    continue;
                }
                _ if byte.is_ascii() => Kind::Sign(byte),
                _ => {
                    let character = words[start..].chars().next().unwrap_or_default();
                    at = start + character.len_utf8();
                    if character.is_whitespace() || character.is_control() {
                        spaced = true;
                        continue;
                    }
                    if character.is_alphabetic() {
                        at = word_end(words, at);
                        Kind::Word
                    } else {
                        Kind::Sign(0x1a)
                    }
                }
            };
            if kind == Kind::Word && spaced && begins_unpointed(text, &folded, start, at) {
                // The stop that was left out: no bytes of its own.
                let end = list.last().map_or(start, |token: &Token| token.end);
                list.push(Token {
                    kind: Kind::Sign(b'.'),
                    start: end,
                    end,
                    spaced: false,
                    mark: mark(""),
                });
            }
            list.push(Token {
                kind,
                start,
                end: at,
                spaced,
                mark: mark(&words[start..at]),
            });
            spaced = kind == Kind::Line;
        }
        let shouted = is_shouted(text);
        Self {
            folded,
            list,
            shouted,
        }
    }

    /// Whether the whole text is in capitals, so that they mark nothing.
    pub fn shouted(&self) -> bool {
        self.shouted
    }

    /// The same for a text of names and titles, in which capitals mark names however many they are.
    pub fn of_names(text: &str) -> Self {
        Self {
            shouted: false,
            ..Self::new(text)
        }
    }

    /// How many tokens.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The token at `at`.
    pub fn get(&self, at: usize) -> Option<Token> {
        self.list.get(at).copied()
    }

    /// The folded text of the token at `at`; empty beyond the end.
    pub fn text(&self, at: usize) -> &str {
        self.list
            .get(at)
            .map_or("", |token| &self.folded.as_str()[token.start..token.end])
    }

    /// The word at `at`, or nothing where it is no word.
    pub fn word(&self, at: usize) -> &str {
        match self.list.get(at) {
            Some(token) if token.kind == Kind::Word => {
                &self.folded.as_str()[token.start..token.end]
            }
            _ => "",
        }
    }

    /// Whether the word at `at` is one of `words`.
    pub fn is(&self, at: usize, words: &[&str]) -> bool {
        words.contains(&self.word(at))
    }

    /// Whether the word at `at` is one of `words`, parted by bars.
    pub fn among(&self, at: usize, words: &'static str) -> bool {
        let Some(token) = self.get(at).filter(|token| token.kind == Kind::Word) else {
            return false;
        };
        listed(words, |list| {
            let word = &self.folded.as_str()[token.start..token.end];
            list.may_lead(token.mark) && list.known(word).contains(&word)
        })
    }

    /// Whether the sign at `at` is `sign`.
    pub fn sign(&self, at: usize, sign: u8) -> bool {
        self.get(at)
            .is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    /// Whether a line ends at `at`, or the text.
    pub fn ends_line(&self, at: usize) -> bool {
        self.get(at).is_none_or(|token| token.kind == Kind::Line)
    }

    /// Whether the token at `at` follows its predecessor without a blank.
    pub fn glued(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| !token.spaced)
    }

    /// The number at `at` when it has at most `digits` digits.
    pub fn number(&self, at: usize, digits: usize) -> Option<u32> {
        let token = self.get(at)?;
        if token.kind != Kind::Number || token.end - token.start > digits.min(9) {
            return None;
        }
        self.text(at).parse().ok()
    }

    /// How many characters of folded text the token at `at` has, in bytes.
    pub fn width(&self, at: usize) -> usize {
        self.get(at).map_or(0, |token| token.end - token.start)
    }

    /// Whether the words from `at` on are those of `phrase` (blank-separated); where they end.
    /// Apostrophes and hyphens between words don't matter.
    pub fn phrase(&self, at: usize, phrase: &str) -> Option<usize> {
        let mut at = at;
        let mut rest = phrase;
        loop {
            let word = self.text(at);
            if word.is_empty() {
                return None;
            }
            rest = rest.strip_prefix(word)?;
            at += 1;
            if rest.is_empty() {
                return Some(at);
            }
            rest = rest.strip_prefix(' ')?;
            at = self.skip_joints(at);
        }
    }

    /// Where the longest of `phrases` (parted by bars) that stands at `at` ends.
    pub fn any_phrase(&self, at: usize, phrases: &'static str) -> Option<usize> {
        listed(phrases, |list| list.end(self, at))
    }

    /// Steps over one apostrophe, hyphen or abbreviation's point that joins two words.
    pub fn skip_joints(&self, at: usize) -> usize {
        match self.get(at).map(|token| token.kind) {
            Some(Kind::Sign(b'\'' | b'-' | b'.')) => at + 1,
            _ => at,
        }
    }

    /// The folded text under tokens `from..to`, blanks included.
    pub fn folded(&self, from: usize, to: usize) -> &str {
        match (
            self.get(from),
            to.checked_sub(1).and_then(|last| self.get(last)),
        ) {
            (Some(first), Some(last)) if from < to => &self.folded.as_str()[first.start..last.end],
            _ => "",
        }
    }

    /// The bytes of the original text under tokens `from..to`.
    pub fn span(&self, from: usize, to: usize) -> Range<usize> {
        let start = self.list.get(from).map_or(usize::MAX, |token| token.start);
        let end = to
            .checked_sub(1)
            .and_then(|last| self.list.get(last))
            .map_or(start, |token| token.end);
        self.folded.original(start.min(end)..end)
    }
}

/// Where the letters end that go on at `at`.
/// Whether a text of some length has nearly no small letters.
fn is_shouted(text: &str) -> bool {
    const LETTERS: usize = 80;
    if text.len() < LETTERS {
        return false;
    }
    let large = text.bytes().filter(u8::is_ascii_uppercase).count();
    let small = text.bytes().filter(u8::is_ascii_lowercase).count();
    large >= LETTERS && small <= large / 10
}

/// Whether a sentence begins at the folded word `start..end` without a stop before it.
fn begins_unpointed(text: &str, folded: &Folded, start: usize, end: usize) -> bool {
    start > 0
        && unpointed::may_begin(&folded.as_str()[start..end])
        && unpointed::begins(text, folded.original(start..end).start)
}

fn word_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let rest = if byte.is_ascii() { "" } else { &text[at..] };
        match rest.chars().next() {
            Some(character) if character.is_alphabetic() => at += character.len_utf8(),
            _ => break,
        }
    }
    at
}

impl Lexicon {
    /// Where the longest phrase that stands at `at` ends.
    #[inline]
    pub fn end(&self, tokens: &Tokens, at: usize) -> Option<usize> {
        // Asked at every token for many lists: most words are none of them.
        if self.may_lead(tokens.list.get(at)?.mark) {
            self.longest(tokens, at)
        } else {
            None
        }
    }

    fn longest(&self, tokens: &Tokens, at: usize) -> Option<usize> {
        self.known(tokens.text(at))
            .iter()
            .filter_map(|phrase| tokens.phrase(at, phrase))
            .max()
    }
}

/// Where the longest of some phrases, a constant, that stands at a token ends: `any_phrase` for
/// places that are asked at every token.
macro_rules! phrase {
    ($tokens:expr, $at:expr, $list:expr) => {{
        static LIST: std::sync::LazyLock<$crate::extract::token::Lexicon> =
            std::sync::LazyLock::new(|| $crate::extract::token::Lexicon::new($list));
        LIST.end(&$tokens, $at)
    }};
}
pub(super) use phrase;

/// A number written in digits (at most `digits`) or in words at `at`: its value and where it ends.
/// French up to 99 (« vingt et une », « soixante-douze »), « cent », English up to twelve.
pub(super) fn number(tokens: &Tokens, at: usize, digits: usize) -> Option<(u32, usize)> {
    if let Some(value) = tokens.number(at, digits) {
        return Some((value, at + 1));
    }
    number_word(tokens, at)
}

/// A number written in words at `at`.
pub(super) fn number_word(tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let word = tokens.word(at);
    let value = simple(word)?;
    let mut end = at + 1;
    let mut total = value;
    if word == "quatre" {
        let next = tokens.skip_joints(end);
        if tokens.is(next, &["vingt", "vingts"]) {
            total = 80;
            end = next + 1;
        }
    }
    if matches!(total, 20 | 30 | 40 | 50 | 60 | 80) {
        let mut next = tokens.skip_joints(end);
        let joined = tokens.is(next, &["et"]);
        if joined {
            next = tokens.skip_joints(next + 1);
        }
        let teens = matches!(total, 60 | 80);
        match simple(tokens.word(next)) {
            Some(one) if joined && (one == 1 || (teens && one == 11)) => {
                return Some((total + one, next + 1));
            }
            Some(one) if !joined && one > 0 && one < if teens { 20 } else { 10 } => {
                return Some((total + one, next + 1));
            }
            _ => {}
        }
    }
    if total == 10 {
        let next = tokens.skip_joints(end);
        if let Some(one @ 7..=9) = simple(tokens.word(next)) {
            return Some((10 + one, next + 1));
        }
    }
    Some((total, end))
}

fn simple(word: &str) -> Option<u32> {
    Some(match word {
        "zero" => 0,
        "un" | "une" | "one" => 1,
        "deux" | "two" => 2,
        "trois" | "three" => 3,
        "quatre" | "four" => 4,
        "cinq" | "five" => 5,
        "six" => 6,
        "sept" | "seven" => 7,
        "huit" | "eight" => 8,
        "neuf" | "nine" => 9,
        "dix" | "ten" => 10,
        "onze" | "eleven" => 11,
        "douze" | "twelve" => 12,
        "treize" => 13,
        "quatorze" => 14,
        "quinze" => 15,
        "seize" => 16,
        "vingt" | "twenty" => 20,
        "trente" | "thirty" => 30,
        "quarante" | "forty" => 40,
        "cinquante" | "fifty" => 50,
        "soixante" => 60,
        "cent" => 100,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_digits_and_in_words() {
        for (text, value) in [
            ("12", 12),
            ("vingt et une", 21),
            ("vingt-deux", 22),
            ("dix-sept", 17),
            ("soixante et onze", 71),
            ("quatre-vingt-douze", 92),
            ("deux", 2),
            ("trente cinq", 35),
        ] {
            let tokens = Tokens::new(text);
            assert_eq!(number(&tokens, 0, 3), Some((value, tokens.len())), "{text}");
        }
    }

    #[test]
    fn a_token_leads_back_to_its_bytes() {
        let text = "Débutée à 14h30, « œdème »";
        let tokens = Tokens::new(text);
        let words: Vec<&str> = (0..tokens.len())
            .map(|at| &text[tokens.span(at, at + 1)])
            .collect();
        assert_eq!(
            words,
            ["Débutée", "à", "14", "h", "30", ",", "«", "œdème", "»"]
        );
    }
}
