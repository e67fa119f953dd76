//! A choice: which of the answers that a form offers is meant, however it is put.

use super::words::{words, words_of};
use std::ops::Range;

/// One of the answers that a form offers.
#[derive(Debug, Clone)]
pub struct Choice {
    /// As it is shown and kept.
    pub value: String,
    /// Its folded words and those of its synonyms, the longest first.
    variants: Vec<Vec<String>>,
}

/// What an answer chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    /// This one, said by these bytes of the answer.
    One(String, Range<usize>),
    /// Several, or none that the form offers.
    Unclear,
    /// All of them: the line is as the form prints it.
    Unfilled,
}

/// Words of an answer that are looked at.
const WORDS: usize = 48;

/// « Pas Windows, un Mac »: what follows such a word is not meant.
const NEGATIONS: [&str; 6] = ["pas", "non", "ni", "sans", "plus", "sauf"];

/// What may stand between such a word and the choice.
const ARTICLES: [&str; 12] = [
    "un", "une", "le", "la", "l", "de", "du", "des", "d", "sous", "sur", "avec",
];

impl Choice {
    pub(super) fn new(value: &str, synonyms: &[String]) -> Self {
        let mut variants: Vec<Vec<String>> = std::iter::once(value)
            .chain(synonyms.iter().map(String::as_str))
            .map(words_of)
            .filter(|words| !words.is_empty())
            .collect();
        variants.sort_by_key(|words| std::cmp::Reverse(words.len()));
        Self {
            value: value.to_owned(),
            variants,
        }
    }
}

/// Which of the choices an answer means.
#[must_use]
pub fn choose(choices: &[Choice], answer: &str) -> Chosen {
    let words = words(answer, WORDS);
    let mut named: Vec<(usize, Range<usize>)> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = &words[at..];
        let starts = |variant: &&Vec<String>| {
            variant.len() <= rest.len() && variant.iter().zip(rest).all(|(a, b)| *a == b.text)
        };
        let found = choices
            .iter()
            .enumerate()
            .filter_map(|(index, choice)| Some((index, choice.variants.iter().find(starts)?.len())))
            .max_by_key(|(_, length)| *length);
        let Some((index, length)) = found else {
            at += 1;
            continue;
        };
        let mut before = words.get(..at).unwrap_or_default().iter().rev();
        let before = before.find(|word| !ARTICLES.contains(&word.text.as_ref()));
        let is_negated = before.is_some_and(|word| NEGATIONS.contains(&word.text.as_ref()));
        let end = rest
            .get(length - 1)
            .map_or(word.span.end, |last| last.span.end);
        if !is_negated && named.iter().all(|(other, _)| *other != index) {
            named.push((index, word.span.start..end));
        }
        at += length;
    }
    match named.as_slice() {
        [(index, span)] => choices.get(*index).map_or(Chosen::Unclear, |choice| {
            Chosen::One(choice.value.clone(), span.clone())
        }),
        _ if named.len() > 1 && named.len() == choices.len() => Chosen::Unfilled,
        _ => Chosen::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_meant_by_its_name_or_a_synonym_and_by_one_alone() {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let choices = [
            Choice::new("Windows", &words(&["w11", "windows 10", "pc"])),
            Choice::new("Mac", &words(&["macbook", "apple"])),
            Choice::new("tablette", &words(&["ipad", "galaxy tab"])),
        ];
        for (answer, chosen) in [
            ("Windows", Some("Windows")),
            ("un portable sous W11", Some("Windows")),
            ("WINDOWS 10 (pc du bureau)", Some("Windows")),
            ("Galaxy-Tab de l'école", Some("tablette")),
            ("pas un pc, un MacBook", Some("Mac")),
            ("ni Windows ni Mac : tablette", Some("tablette")),
            ("iPad et PC", None),
            ("Linux", None),
            ("", None),
            ("macaron", None),
        ] {
            let expected = chosen.map(str::to_owned);
            let seen = match choose(&choices, answer) {
                Chosen::One(value, span) => {
                    assert!(answer.get(span).is_some_and(|words| !words.is_empty()));
                    Some(value)
                }
                Chosen::Unclear => None,
                Chosen::Unfilled => panic!("{answer}"),
            };
            assert_eq!(seen, expected, "{answer}");
        }
        let unfilled = choose(&choices, "Windows / Mac / tablette");
        assert_eq!(unfilled, Chosen::Unfilled);
    }
}
