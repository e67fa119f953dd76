//! How words begin, by their first two letters: what tells at once that a word is none of many.

/// The pairs of letters that some folded words begin with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Openings([u32; 26]);

/// The bit of a word that has one letter.
const ALONE: u32 = 1 << 26;

impl Openings {
    /// Whether a word as written may be one of them, folded. It is so in doubt: a digit or a letter
    /// beyond ASCII tells nothing before it is folded.
    pub(super) fn may_open(&self, word: &str) -> bool {
        place(word).is_none_or(|(first, second)| self.0[first] & second != 0)
    }
}

impl<'a> FromIterator<&'a str> for Openings {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let mut openings = Self::default();
        for (first, second) in words.into_iter().filter_map(place) {
            openings.0[first] |= second;
        }
        openings
    }
}

/// The first letter's place and the second's bit, where both are ASCII letters.
fn place(word: &str) -> Option<(usize, u32)> {
    let letter = |byte: &u8| {
        let letter = byte.to_ascii_lowercase().wrapping_sub(b'a');
        (letter < 26).then_some(letter)
    };
    let bytes = word.as_bytes();
    let first = letter(bytes.first()?)?;
    let second = match bytes.get(1) {
        None => ALONE,
        Some(byte) => 1 << letter(byte)?,
    };
    Some((first.into(), second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_begins_like_none_is_told_at_once() {
        let openings: Openings = ["telephone", "l", "entite"].into_iter().collect();
        for (word, may) in [
            ("Téléphone", true),
            ("TELEPHONE", true),
            ("Tel", true),
            ("L", true),
            ("Le", false),
            ("E\u{301}cran", true),
            ("Tout", false),
            ("15", true),
            ("", true),
        ] {
            assert_eq!(openings.may_open(word), may, "{word}");
        }
    }
}
