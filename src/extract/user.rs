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
        .filter(|sentence| sentence.about != About::Aside)
    {
        let words = &text[sentence.span.clone()];
        let faulty = sentence.about == About::Fault;
        for found in person::find_in_prose(words) {
            let Some(name) = found.name else { continue };
            let before = fold(&words[..found.span.start]);
            let after = fold(&words[found.span.end..]);
            let same = declarant.is_some_and(|declarant| shares_a_word(declarant, &name));
            if !same && (faulty && (suffers(&after) || beneficiary(&before)) || meant(&before)) {
                let both = pair(words, found.span.clone());
                let own = both.clone().unwrap_or(found.span);
                let span = sentence.span.start + own.start..sentence.span.start + own.end;
                let name = both.map_or(name, |both| words[both].to_owned());
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
    let before = untitled(before);
    CUES.split('|').any(|cue| before.ends_with(cue))
}

/// « il s'agit de … », « le poste de … »: said of the person affected even where no fault is.
fn meant(before: &str) -> bool {
    const CUES: &str = "il s'agit de|il s'agit du|il s'agit du poste de|il s'agit du compte de|c'est le poste de|c'est le compte de|utilisateur concerne|utilisatrice concernee|cela concerne|ca concerne|ca touche|cela touche";
    let before = untitled(before);
    CUES.split('|').any(|cue| before.ends_with(cue))
}

/// The words before a person without its title and marks.
fn untitled(before: &str) -> &str {
    let mut before = before.trim_end().trim_end_matches(['"', '\'', ':', ' ']);
    for title in [
        "dr", "dr.", "docteur", "mme", "m.", "mr", "mlle", "monsieur", "madame", "pr",
    ] {
        if let Some(rest) = before.strip_suffix(title)
            && (rest.is_empty() || rest.ends_with(' '))
        {
            before = rest.trim_end();
            break;
        }
    }
    for article in [" le", " la"] {
        if let Some(rest) = before.strip_suffix(article)
            && !rest.is_empty()
        {
            return rest.trim_end();
        }
    }
    before
}

/// « Mme Ndiaye et M. Kowal »: two people, with their titles, as written.
fn pair(words: &str, first: Range<usize>) -> Option<Range<usize>> {
    const TITLES: [&str; 10] = [
        "Mme ",
        "M. ",
        "Mr ",
        "Dr ",
        "Mlle ",
        "Monsieur ",
        "Madame ",
        "Docteur ",
        "Pr ",
        "M ",
    ];
    let rest = words[first.end..].strip_prefix(" et ")?;
    let lead = rest
        .strip_prefix("de ")
        .or_else(|| rest.strip_prefix("du "))
        .unwrap_or(rest);
    let title = TITLES.iter().find(|title| lead.starts_with(**title))?;
    let name: usize = lead[title.len()..]
        .split_inclusive(' ')
        .take_while(|word| word.starts_with(char::is_uppercase))
        .take(3)
        .map(str::len)
        .sum();
    if name == 0 {
        return None;
    }
    let at = words.len() - lead.len();
    let end = at + title.len() + name;
    let end = at
        + words[at..end]
            .trim_end_matches(|c: char| !c.is_alphanumeric())
            .len();
    let before = &words[..first.start];
    let start = TITLES
        .iter()
        .find(|title| before.ends_with(**title))
        .map_or(first.start, |title| first.start - title.len());
    Some(start..end)
}

fn shares_a_word(one: &str, other: &str) -> bool {
    let one = fold(one);
    let words: Vec<&str> = one.split_whitespace().collect();
    fold(other)
        .split_whitespace()
        .any(|word| word.len() > 2 && words.contains(&word))
}
