//! Whether two names may be one person's.

use crate::text::fold;

/// Whether two names share a word of more than two letters, or are an initial's: « L. Puig ».
pub(in crate::extract) fn is_same(one: &str, other: &str) -> bool {
    is_part_of(one, other)
        || is_part_of(other, one)
        || fold(one).split(|c: char| !c.is_alphabetic()).any(|word| {
            word.len() > 2
                && fold(other)
                    .split(|c: char| !c.is_alphabetic())
                    .any(|o| o == word)
        })
}

/// Whether every word of `short` begins a word of `full`, in any order: « L. Puig », « Kevin ».
pub(in crate::extract) fn is_part_of(short: &str, full: &str) -> bool {
    let full = fold(full);
    let short = fold(short);
    let words = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '-')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let long = words(&full);
    let short = words(&short);
    short.len() <= long.len()
        && short.iter().all(|word| {
            long.iter().any(|other| {
                other == word
                    || (word.len() == 1
                        && other.split('-').any(|part| part.starts_with(word.as_str())))
            })
        })
}
