//! Who is affected, where the words say so: « pour moi », « mon poste », « le Dr … ne parvient
//! plus à … ». What is only implied stays missing (ruling 3).

use super::person;
use super::sentence::{About, Sentence};
use crate::text::{Folded, fold};
use std::ops::Range;

/// Who is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The speaker, at these bytes.
    Speaker(Range<usize>),
    /// Somebody named.
    Named(String, Range<usize>),
}

/// Reads the sentences of running text. `declarant` is the declarant's name, who is no third person.
#[must_use]
pub fn find(text: &str, sentences: &[Sentence], declarant: Option<&str>) -> Option<Found> {
    for sentence in sentences
        .iter()
        .filter(|sentence| sentence.about != About::Aside)
    {
        let words = &text[sentence.span.clone()];
        let folded = Folded::new(words);
        let lower = folded.as_str();
        let at = |range: Range<usize>| {
            let span = folded.original(range);
            sentence.span.start + span.start..sentence.span.start + span.end
        };
        if let Some(found) = me_and(lower, words, &folded, sentence.span.start) {
            return Some(found);
        }
        const ME: &str = "chez moi|pour moi|mon poste|mon compte|ma session|mon ecran|mon ordinateur|mon pc|c'est seulement moi|moi seul|seulement moi|\
            je suis le seul|je suis la seule|uniquement moi|mon identifiant|my account|my workstation|only me|for me";
        // « je prends mon poste » begins a shift.
        const TAKES: [&str; 5] = ["prends", "pris", "prise de", "prendre", "quitte"];
        for cue in ME.split('|') {
            if let Some(start) = lower.find(cue)
                && !lower[start + cue.len()..].starts_with(char::is_alphanumeric)
                && !super::answer::is_denied(&lower[..start])
                && !TAKES
                    .iter()
                    .any(|verb| lower[..start].trim_end().ends_with(verb))
            {
                return Some(Found::Speaker(at(start..start + cue.len())));
            }
        }
    }
    for sentence in sentences
        .iter()
        .filter(|sentence| sentence.about == About::Fault)
    {
        let words = &text[sentence.span.clone()];
        for found in person::find_in_prose(words) {
            let Some(name) = found.name else { continue };
            let before = fold(&words[..found.span.start]);
            let after = fold(&words[found.span.end..]);
            let same = declarant.is_some_and(|declarant| shares_a_word(declarant, &name));
            if !same && (suffers(&after) || beneficiary(&before)) {
                let span =
                    sentence.span.start + found.span.start..sentence.span.start + found.span.end;
                return Some(Found::Named(name, span));
            }
        }
    }
    None
}

/// « chez moi et chez Sabrina »: both, as written.
fn me_and(lower: &str, words: &str, folded: &Folded, base: usize) -> Option<Found> {
    let start = [
        "chez moi et chez ",
        "pour moi et pour ",
        "chez moi et ",
        "pour moi et ",
        "moi et ",
    ]
    .iter()
    .find_map(|cue| lower.find(cue).map(|at| (at, at + cue.len())))?;
    let name = folded.original(start.1..lower.len());
    let rest = &words[name.start..];
    let length: usize = rest
        .split_inclusive(' ')
        .take_while(|word| word.starts_with(char::is_uppercase))
        .map(str::len)
        .sum();
    let name = rest[..length].trim_end_matches(|c: char| !c.is_alphanumeric());
    if name.is_empty() {
        return None;
    }
    let span = folded.original(start.0..start.1);
    let end = span.end + name.len();
    Some(Found::Named(
        format!("moi et {name}"),
        base + span.start..base + end,
    ))
}

fn suffers(after: &str) -> bool {
    const CUES: &str = "ne parvient|n'arrive|ne peut|ne voit|n'a plus|ne recoit|ne se connecte|est bloque|n'est plus|a perdu|a un probleme|est deconnecte|cannot|can't|is unable|rencontre|ne retrouve";
    let clause: String = after.chars().take(90).collect();
    CUES.split('|').any(|cue| clause.contains(cue))
}

fn beneficiary(before: &str) -> bool {
    const CUES: &str = "mon collegue|ma collegue|mon confrere|ma consoeur|notre collegue|un collegue|une collegue|a la demande du|a la demande de|pour le compte de|pour le compte du|chez|pour|le poste de|le poste du|le compte de|le compte du|la session de|la session du|l'utilisateur|l'utilisatrice";
    let before = before.trim_end().trim_end_matches(['"', '\'']);
    CUES.split('|').any(|cue| before.ends_with(cue))
}

fn shares_a_word(one: &str, other: &str) -> bool {
    let one = fold(one);
    let words: Vec<&str> = one.split_whitespace().collect();
    fold(other)
        .split_whitespace()
        .any(|word| word.len() > 2 && words.contains(&word))
}
