//! Lists of folded words and phrases, looked up by their first word.
//!
//! The finders' grammars are written with lists as they read (`"les|mes|nos"`), and ask them of
//! every token. A list that the program holds is therefore taken apart once, at its first question,
//! and known again by where it lies.

use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// Phrases found by their first word, so that a long list costs one look-up a token.
#[derive(Debug)]
pub(super) struct Lexicon {
    /// One bit for each [`mark`] of a phrase's first word: most words fail here.
    begins: [u64; 4],
    by_first: HashMap<&'static str, Vec<&'static str>, BuildHasherDefault<Fnv>>,
}

impl Lexicon {
    /// Folded phrases parted by bars or lines; blanks part their words. Lines that begin with `#`
    /// are remarks.
    pub fn new(list: &'static str) -> Self {
        let mut lexicon = Self {
            begins: [0; 4],
            by_first: HashMap::default(),
        };
        let lines = list.lines().filter(|line| !line.starts_with('#'));
        for phrase in lines
            .flat_map(|line| line.split('|'))
            .filter(|phrase| !phrase.is_empty())
        {
            let first = phrase.split(' ').next().unwrap_or(phrase);
            let mark = mark(first);
            lexicon.begins[usize::from(mark >> 6)] |= 1 << (mark & 63);
            lexicon.by_first.entry(first).or_default().push(phrase);
        }
        lexicon
    }

    /// The phrases whose first word is `word`.
    pub fn led_by(&self, word: &str) -> &[&'static str] {
        if self.may_lead(mark(word)) {
            self.known(word)
        } else {
            &[]
        }
    }

    /// Whether a phrase's first word may have that [`mark`].
    pub fn may_lead(&self, mark: u8) -> bool {
        self.begins[usize::from(mark >> 6)] & 1 << (mark & 63) != 0
    }

    /// The same as [`Self::led_by`] for a word whose mark is a first word's.
    pub fn known(&self, word: &str) -> &[&'static str] {
        self.by_first.get(word).map_or(&[], Vec::as_slice)
    }

    /// Whether `word` is one of the phrases.
    pub fn holds(&self, word: &str) -> bool {
        self.led_by(word).contains(&word)
    }
}

/// One of 256 by a word's first and last byte and its length.
pub(super) fn mark(word: &str) -> u8 {
    let (Some(&first), Some(&last)) = (word.as_bytes().first(), word.as_bytes().last()) else {
        return 0;
    };
    let length = word.len().to_le_bytes()[0];
    first
        .wrapping_mul(7)
        .wrapping_add(last.wrapping_mul(29))
        .wrapping_add(length.wrapping_mul(67))
}

/// Asks a list that the program holds, taken apart once.
pub(super) fn listed<R>(list: &'static str, ask: impl FnOnce(&Lexicon) -> R) -> R {
    static LISTS: Places<Lexicon> = [const { OnceLock::new() }; PLACES];
    kept(&LISTS, list, Lexicon::new, ask)
}

/// Whether `text` is one of the phrases of a list.
pub(super) fn is_one_of(list: &'static str, text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or(text);
    listed(list, |list| list.led_by(first).contains(&text))
}

/// Whether one of the pieces of a list, parted by bars, stands anywhere in a folded text.
pub(super) fn mentions(list: &'static str, text: &str) -> bool {
    static LISTS: Places<Option<AhoCorasick>> = [const { OnceLock::new() }; PLACES];
    // Whether it matches is all that is asked: of this kind, a filter over many bytes at once goes
    // before the automaton.
    let build = |list: &'static str| {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(pieces(list))
            .ok()
    };
    kept(&LISTS, list, build, |automaton| match automaton {
        Some(automaton) => automaton.is_match(text),
        None => pieces(list).any(|piece| text.contains(piece)),
    })
}

/// The pieces of a list, parted by bars.
pub(super) fn pieces(list: &str) -> impl Iterator<Item = &str> {
    list.split('|').filter(|piece| !piece.is_empty())
}

/// More places than the program has lists of one kind.
const PLACES: usize = 2_048;
/// What was made of lists, at places that follow from where these lie.
type Places<T> = [OnceLock<(&'static str, T)>; PLACES];

fn kept<T, R>(
    places: &'static Places<T>,
    list: &'static str,
    make: impl Fn(&'static str) -> T,
    ask: impl FnOnce(&T) -> R,
) -> R {
    // The upper bits of a product by the golden section spread neighbours.
    let address = list.as_ptr() as u64;
    let first = (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize;
    for place in first..first + 16 {
        let (known, made) = places[place % PLACES].get_or_init(|| (list, make(list)));
        if std::ptr::eq(*known, list) {
            return ask(made);
        }
    }
    ask(&make(list))
}

/// FNV-1a: short words, none of them chosen by a stranger.
#[derive(Debug)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_its_words_and_no_others() {
        for (list, word, holds) in [
            ("les|mes|nos", "mes", true),
            ("les|mes|nos", "me", false),
            ("les|mes|nos", "", false),
            ("tout le monde|tous", "tous", true),
            ("tout le monde|tous", "tout", false),
            ("# rien\nici|la", "rien", false),
            ("# rien\nici|la", "la", true),
        ] {
            assert_eq!(Lexicon::new(list).holds(word), holds, "{list}: {word}");
            assert_eq!(listed(list, |it| it.holds(word)), holds, "{list}: {word}");
        }
    }

    #[test]
    fn a_text_is_one_of_a_lists_phrases_or_mentions_one() {
        for (list, text, is_one, mentioned) in [
            ("moi|moi meme|idem", "moi meme", true, true),
            ("moi|moi meme|idem", "moi seul", false, true),
            ("moi|moi meme|idem", "toi", false, false),
            ("ne marche|plus de ", "il n'y a plus de son", false, true),
            ("ne marche|plus de ", "plus dense", false, false),
            ("ne marche|", "tout marche", false, false),
        ] {
            assert_eq!(is_one_of(list, text), is_one, "{list}: {text}");
            assert_eq!(mentions(list, text), mentioned, "{list}: {text}");
        }
    }

    #[test]
    fn lists_that_lie_inside_others_are_told_apart() {
        const LIST: &str = "un|deux|trois";
        for length in (0..=LIST.len()).chain(0..=LIST.len()) {
            let list = &LIST[..length];
            assert_eq!(listed(list, |it| it.holds("deux")), length >= 7, "{list}");
        }
    }
}
