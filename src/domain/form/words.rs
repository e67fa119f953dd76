//! Text as folded words: labels, prompts and placeholders are compared word by word.

use crate::text::fold;
use std::borrow::Cow;
use std::ops::Range;

/// A folded word and its bytes in the text.
pub(super) struct Word<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) span: Range<usize>,
}

/// The words of a text, one after another.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Words<'t> {
    type Item = Word<'t>;

    fn next(&mut self) -> Option<Word<'t>> {
        loop {
            let start = self.at + self.text[self.at..].find(is_inside)?;
            let end = end_of_word(self.text, start);
            self.at = end;
            let word = folded(&self.text[start..end]);
            if !word.is_empty() && !is_ending(&word, self.text, start..end) {
                return Some(Word {
                    text: word,
                    span: start..end,
                });
            }
        }
    }
}

/// A word folded; most are written so.
pub(super) fn folded(word: &str) -> Cow<'_, str> {
    if word
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
    {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(fold(word))
    }
}

/// The words of a text, read as far as they are asked for.
pub(super) struct Ahead<'t> {
    read: Vec<Word<'t>>,
    rest: Words<'t>,
}

impl<'t> Ahead<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            read: Vec::new(),
            rest: Words { text, at: 0 },
        }
    }

    /// The folded word at `at`.
    pub(super) fn get(&mut self, at: usize) -> Option<&str> {
        while self.read.len() <= at {
            self.read.push(self.rest.next()?);
        }
        self.read.get(at).map(|word| word.text.as_ref())
    }

    /// The word at `at`.
    pub(super) fn word(&mut self, at: usize) -> Option<&Word<'t>> {
        self.get(at)?;
        self.read.get(at)
    }

    /// The words that were read, `limit` at most; as many are read before.
    pub(super) fn until(&mut self, limit: usize) -> &[Word<'t>] {
        self.get(limit.saturating_sub(1));
        &self.read[..limit.min(self.read.len())]
    }

    /// The first `limit` words.
    pub(super) fn first(mut self, limit: usize) -> Vec<Word<'t>> {
        let more = limit.saturating_sub(self.read.len());
        self.read.extend(self.rest.take(more));
        self.read
    }
}

/// The first word of a text that may open a label: nothing else than an opening bracket, a star or
/// a quote, and not many of them, stands before it. It is the first of [`words`].
pub(super) fn first_word(text: &str) -> Option<Range<usize>> {
    let (start, _) = text
        .char_indices()
        .take(64)
        .find(|(_, c)| !matches!(c, ' ' | '\u{a0}' | '*' | '_' | '"' | '«' | '(' | '\''))?;
    let range = start..end_of_word(text, start);
    let word = &text[range.clone()];
    let counts = word.contains(char::is_alphanumeric) && !is_ending(word, text, range.clone());
    counts.then_some(range)
}

/// Where the word ends that begins at `start`; there, where none does.
fn end_of_word(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let rest = if byte.is_ascii() { "" } else { &text[at..] };
        match rest.chars().next() {
            Some(character) if is_inside(character) => at += character.len_utf8(),
            _ => break,
        }
    }
    at
}

fn is_inside(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && (c.is_alphanumeric() || is_mark(c))
}

fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// « utilisateur(s) », « concerné(e)(s) »: the bracketed ending is no word.
fn is_ending(word: &str, text: &str, range: Range<usize>) -> bool {
    word.len() <= 2
        && text[range.end..].starts_with(')')
        && text[..range.start].ends_with('(')
        && matches!(word.to_ascii_lowercase().as_str(), "s" | "e" | "es")
}

/// The first `limit` words of a text.
pub(super) fn words(text: &str, limit: usize) -> Vec<Word<'_>> {
    Ahead::of(text).first(limit)
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

/// The folded words alone.
pub(super) fn words_of(text: &str) -> Vec<String> {
    words(text, 24)
        .into_iter()
        .map(|word| word.text.into_owned())
        .collect()
}

/// The folded words with single blanks.
pub(super) fn bare(text: &str) -> String {
    words_of(text).join(" ")
}
