//! Apologies that stand in one sentence with the report: « désolée de vous déranger, la carte … »,
//! « … dsl pr les fautes jsui ds le rush ».

use crate::extract::lexicon::is_one_of;
use crate::text::fold;

/// The most words of an apology.
const LONGEST: usize = 12;

/// How many bytes of `words` apologise before the report begins, the comma or « mais » behind
/// included.
pub(super) fn opening(words: &str) -> usize {
    if !begins(words) {
        return 0;
    }
    let window = bounded(words);
    let comma = window.find([',', ';', ':', '\n', '.', '!']);
    let but = window.find(" mais ");
    let (end, behind) = match (comma, but) {
        (Some(comma), Some(but)) if but < comma => (but, but + " mais ".len()),
        (Some(comma), _) => (comma, comma + 1),
        (None, Some(but)) => (but, but + " mais ".len()),
        (None, None) => return 0,
    };
    let rest = words.get(behind..).unwrap_or_default();
    if !apologises(&window[..end]) || !rest.contains(char::is_alphanumeric) {
        return 0;
    }
    words.len() - rest.trim_start().len()
}

/// Whether nothing but an apology stands from `after` on, to the end of its sentence or line.
pub(super) fn closes(after: &str) -> bool {
    let words = after.trim_start_matches([' ', '\u{a0}']);
    if !begins(words) {
        return false;
    }
    let window = bounded(words);
    let stop = window.find(['.', '!', '?', '\n']);
    let ended = stop.is_some() || window.len() == words.len();
    let said = &window[..stop.unwrap_or(window.len())];
    ended && !said.contains([',', ':', ';']) && apologises(said)
}

/// The first 90 characters.
fn bounded(words: &str) -> &str {
    let end = words
        .char_indices()
        .nth(90)
        .map_or(words.len(), |(at, _)| at);
    &words[..end]
}

/// Whether the first word is one of apology.
fn begins(words: &str) -> bool {
    const FIRST: &str = "dsl|desole|desolee|desoles|desolees|pardon|pardonnez|sorry|excusez|excuse|navre|navree|scusate|scusa|scusi|toutes|mes|perdon|disculpen";
    let length: usize = words
        .chars()
        .take(12)
        .take_while(|c| c.is_alphabetic())
        .map(char::len_utf8)
        .sum();
    length > 2 && is_one_of(FIRST, &fold(&words[..length]))
}

/// « dsl pr les fautes », « désolée de vous écrire si tard », « scusate pour mon français ».
fn apologises(said: &str) -> bool {
    const OVER: &str = "faute|fautes|orthographe|ortho|derangement|deranger|derange|francais|francese|tard|tot|heure|anglais|english|clavier|longueur|longueurs|long|retard|frappe|accents|accent|embeter|insister|insistance|relancer|pave|doublon|excuses|excuser|ecrire|ecris|bloc|vrac|mets|melange|forme|style|brouillon|bruit|typos|typing";
    let folded = fold(said);
    let mut words = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let led = !folded.starts_with("mes ") && !folded.starts_with("toutes ")
        || folded.contains("mes excuses");
    led && folded.split_whitespace().count() <= LONGEST && words.any(|word| is_one_of(OVER, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_apology_before_the_report_is_no_part_of_it() {
        for (words, report) in [
            (
                "désolée de vous déranger, la carte est figée",
                "la carte est figée",
            ),
            (
                "Désolé d'écrire si tard mais le suivi est figé",
                "le suivi est figé",
            ),
            (
                "scusate pour mon français,\nla page est vide",
                "la page est vide",
            ),
            ("dsl pr les fautes, plus de carto", "plus de carto"),
            (
                "Toutes mes excuses pour le doublon : la file est vide",
                "la file est vide",
            ),
            ("désolé, la carte est figée", "désolé, la carte est figée"),
            (
                "Pardon, le bilan ne part pas",
                "Pardon, le bilan ne part pas",
            ),
            ("dsl pr les fautes", "dsl pr les fautes"),
        ] {
            assert_eq!(&words[opening(words)..], report, "{words}");
        }
    }

    #[test]
    fn an_apology_behind_the_report_stands_apart() {
        for after in [
            " dsl pr les fautes jsui ds le rush",
            " désolée pour l'orthographe",
            " sorry for my english.",
            " excusez les fautes de frappe",
        ] {
            assert!(closes(after), "{after}");
        }
        for after in [
            " dsl pr les fautes, la carte est vide",
            " désolé la carte rame",
            " pardon le bilan ne part pas",
            " la carte est vide",
        ] {
            assert!(!closes(after), "{after}");
        }
    }
}
