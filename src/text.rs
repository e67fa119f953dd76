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
    /// Where the folded text stops running along the original, ascending: most of a text is ASCII,
    /// which folds byte for byte, so these are few.
    steps: Vec<Step>,
    /// The original's length.
    end: usize,
}

/// From `folded` on, the folded text came from `original` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    folded: usize,
    original: usize,
    /// The bytes from here to the next step all came from one character.
    one: bool,
}

impl Folded {
    /// Folds `original`. Linear.
    #[must_use]
    pub fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut steps: Vec<Step> = Vec::new();
        let mut rest = original;
        // Offset in the original less offset in the folded text, while one byte gives one byte.
        let mut shift = 0_usize;
        let mut along = true;
        while !rest.is_empty() {
            let at = original.len() - rest.len();
            let folded = text.len();
            let run = ascii_run(rest);
            let length = if run > 0 {
                push_ascii(&rest[..run], &mut text);
                run
            } else {
                let character = rest.chars().next().unwrap_or_default();
                fold_char(character, &mut text);
                character.len_utf8()
            };
            let one = run == 0 && text.len() > folded + 1;
            if text.len() > folded && (one || !along || at.wrapping_sub(folded) != shift) {
                steps.push(Step {
                    folded,
                    original: at,
                    one,
                });
                shift = at.wrapping_sub(folded);
                along = !one;
            }
            rest = &rest[length..];
        }
        Self {
            text,
            steps,
            end: original.len(),
        }
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
        let last = self.text.len();
        let start = self.place(folded.start);
        let mut end_index = folded.end.max(folded.start);
        // The end is where the next folded character starts; bytes of the same source character
        // share one offset, so step over those.
        while end_index > folded.start
            && end_index < last
            && self.place(end_index) == self.place(end_index - 1)
        {
            end_index += 1;
        }
        start..self.place(end_index).max(start)
    }

    /// Where the character began that the folded byte at `index` came from.
    fn place(&self, index: usize) -> usize {
        if index >= self.text.len() {
            return self.end;
        }
        let after = self.steps.partition_point(|step| step.folded <= index);
        match after.checked_sub(1).and_then(|at| self.steps.get(at)) {
            Some(step) if step.one => step.original,
            Some(step) => step.original + (index - step.folded),
            None => index,
        }
    }
}

/// Folds one string: lower case, no accents, `œ` as `oe`, every space as a blank, typographic
/// quotes and dashes as their ASCII kin.
#[must_use]
pub fn fold(original: &str) -> String {
    let mut text = String::with_capacity(original.len());
    let mut rest = original;
    while !rest.is_empty() {
        let run = ascii_run(rest);
        push_ascii(&rest[..run], &mut text);
        rest = &rest[run..];
        if let Some(character) = rest.chars().next() {
            fold_char(character, &mut text);
            rest = &rest[character.len_utf8()..];
        }
    }
    text
}

/// The longest word that search compares, in characters: what is longer is cut.
const LONGEST_WORD: usize = 60;

/// The words of a text as search compares them: folded, letters and digits only.
#[must_use]
pub fn words(original: &str) -> Vec<String> {
    let folded = fold(original);
    cut(&folded).map(|(_, word)| word.to_owned()).collect()
}

/// The same, each with where it stands in the text.
#[must_use]
pub fn placed_words(original: &str) -> Vec<(String, Range<usize>)> {
    let folded = Folded::new(original);
    cut(folded.as_str())
        .map(|(whole, word)| (word.to_owned(), folded.original(whole)))
        .collect()
}

/// The words of a folded text: where each whole one stands, and as much of it as is compared.
fn cut(folded: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let from = rest + folded[rest..].find(char::is_alphanumeric)?;
        let length = folded[from..].find(|letter: char| !letter.is_alphanumeric());
        let end = length.map_or(folded.len(), |length| from + length);
        rest = end;
        let whole = &folded[from..end];
        let most = whole.char_indices().nth(LONGEST_WORD);
        Some((from..end, most.map_or(whole, |(at, _)| &whole[..at])))
    })
}

/// How many bytes of ASCII stand at the start, eight at a time.
fn ascii_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(eight) = bytes[at..].first_chunk::<8>() {
        let beyond = u64::from_le_bytes(*eight) & 0x8080_8080_8080_8080;
        if beyond != 0 {
            return at + beyond.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    bytes[at..]
        .iter()
        .position(|byte| !byte.is_ascii())
        .map_or(bytes.len(), |rest| at + rest)
}

fn push_ascii(run: &str, out: &mut String) {
    let start = out.len();
    out.push_str(run);
    out[start..].make_ascii_lowercase();
}

/// Folds a character beyond ASCII.
fn fold_char(character: char, out: &mut String) {
    // What French is full of; the long way below gives the same.
    let letter = match character {
        'à' | 'â' | 'ä' | 'À' | 'Â' | 'Ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
        'î' | 'ï' | 'Î' | 'Ï' => 'i',
        'ô' | 'ö' | 'Ô' | 'Ö' => 'o',
        'ù' | 'û' | 'ü' | 'Ù' | 'Û' | 'Ü' => 'u',
        'ç' | 'Ç' => 'c',
        '’' | '‘' | '´' | 'ʼ' | '′' => '\'',
        '“' | '”' | '„' | '«' | '»' | '‹' | '›' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        c if c.is_whitespace() => ' ',
        _ => return fold_rare(character, out),
    };
    out.push(letter);
}

fn fold_rare(character: char, out: &mut String) {
    match character {
        'œ' | 'Œ' => out.push_str("oe"),
        'æ' | 'Æ' => out.push_str("ae"),
        'ß' => out.push_str("ss"),
        '…' => out.push_str("..."),
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
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

    #[test]
    fn words_are_letters_and_digits_folded_with_their_places() {
        let text = "L’Été, 100 % «\u{a0}cœur\u{a0}» a_b\0; DROP";
        assert_eq!(words(text), ["l", "ete", "100", "coeur", "a", "b", "drop"]);
        let placed = placed_words(text);
        let written: Vec<&str> = placed.iter().map(|(_, span)| &text[span.clone()]).collect();
        assert_eq!(written, ["L", "Été", "100", "cœur", "a", "b", "DROP"]);
        assert_eq!(words(&"x".repeat(99))[0].len(), LONGEST_WORD);
        assert!(words(" %_\\'\"\0*^").is_empty());
    }

    #[test]
    fn accents_fold_alike_the_short_and_the_long_way() {
        for character in '\u{80}'..='\u{24f}' {
            let (mut short, mut long) = (String::new(), String::new());
            fold_char(character, &mut short);
            fold_rare(character, &mut long);
            let typography = character.is_whitespace() || "´«»".contains(character);
            assert!(
                typography || short == long,
                "{character:?}: {short}, {long}"
            );
        }
    }

    #[test]
    fn every_folded_byte_leads_back_to_its_character() {
        for original in [
            "",
            "Bonjour",
            "é",
            "œ",
            "l’été à Œuf… « ça »\u{a0}: E\u{301}te\u{301}",
            "\u{feff}Ωmega ﬁn ½ – Ñandú \u{ad}",
            "a\u{200b}\u{301}b…c",
        ] {
            let folded = Folded::new(original);
            assert_eq!(folded.as_str(), fold(original), "{original}");
            let mut text = String::new();
            for (at, character) in original.char_indices() {
                let before = text.len();
                text.push_str(&fold(&character.to_string()));
                for index in before..text.len() {
                    assert_eq!(folded.place(index), at, "{original}: {index}");
                }
            }
            assert_eq!(folded.place(text.len()), original.len(), "{original}");
        }
    }
}
