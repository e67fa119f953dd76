//! Folding: text without case, accents, ligatures and typographic variety, with the way back.
//!
//! Labels, cue words and search all compare folded text, while evidence must point at the bytes
//! that were really written. [`Folded`] therefore keeps, for every folded byte, the offset of the
//! character that it came from. This room knows nobody.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Text folded to lower case without accents, with an offset map back to the original.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folded {
    text: String,
    /// For each byte of `text`, the byte offset in the original of the character it came from;
    /// one more entry at the end holds the original's length.
    offsets: Vec<u32>,
}

impl Folded {
    /// Folds `original`; offsets are bytes and saturate at 4 GiB, far above any part that we keep.
    #[must_use]
    pub fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut offsets = Vec::with_capacity(original.len() + 1);
        for (at, character) in original.char_indices() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let before = text.len();
            fold_char(character, &mut text);
            offsets.resize(offsets.len() + (text.len() - before), at);
        }
        offsets.push(u32::try_from(original.len()).unwrap_or(u32::MAX));
        Self { text, offsets }
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The range of the original that a range of the folded text came from, on character
    /// boundaries. A combining mark that followed the last character is part of the range.
    #[must_use]
    pub fn original(&self, folded: Range<usize>) -> Range<usize> {
        let last = self.offsets.len().saturating_sub(1);
        let at = |index: usize| self.offsets.get(index.min(last)).map_or(0, |&o| o as usize);
        let start = at(folded.start);
        let mut end_index = folded.end.max(folded.start);
        // The end is where the next folded character starts; bytes of the same source character
        // share one offset, so step over those.
        while end_index > folded.start && end_index < last && at(end_index) == at(end_index - 1) {
            end_index += 1;
        }
        start..at(end_index).max(start)
    }
}

/// Folds one string: lower case, no accents, `œ` as `oe`, every space as a blank, typographic
/// quotes and dashes as their ASCII kin.
#[must_use]
pub fn fold(original: &str) -> String {
    let mut text = String::with_capacity(original.len());
    for character in original.chars() {
        fold_char(character, &mut text);
    }
    text
}

fn fold_char(character: char, out: &mut String) {
    if character.is_ascii() {
        out.push(character.to_ascii_lowercase());
        return;
    }
    match character {
        'œ' | 'Œ' => out.push_str("oe"),
        'æ' | 'Æ' => out.push_str("ae"),
        'ß' => out.push_str("ss"),
        '’' | '‘' | '`' | '´' | 'ʼ' | '′' => out.push('\''),
        '“' | '”' | '„' | '«' | '»' | '‹' | '›' => out.push('"'),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => out.push('-'),
        '…' => out.push_str("..."),
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
        c if c.is_whitespace() => out.push(' '),
        c => {
            for part in std::iter::once(c).nfkd().filter(|p| !is_combining_mark(*p)) {
                out.extend(part.to_lowercase());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_accents_ligatures_and_typography() {
        for (original, folded) in [
            ("Téléphone", "telephone"),
            ("DÉBUT D’INCIDENT\u{a0}:", "debut d'incident :"),
            ("cœur – « Ça »", "coeur - \" ca \""),
            ("E\u{301}te", "ete"),
        ] {
            assert_eq!(fold(original), folded, "{original}");
        }
    }

    #[test]
    fn a_folded_range_leads_back_to_the_words_it_came_from() {
        let original = "Le cœur du Téle\u{301}phone : 02";
        let folded = Folded::new(original);
        let at = folded.as_str().find("telephone").unwrap();
        let range = folded.original(at..at + "telephone".len());
        assert_eq!(&original[range], "Téle\u{301}phone");
        let at = folded.as_str().find("coeur").unwrap();
        assert_eq!(&original[folded.original(at..at + 5)], "cœur");
        let at = folded.as_str().find("oe").unwrap();
        assert_eq!(&original[folded.original(at..at + 1)], "œ");
    }
}
