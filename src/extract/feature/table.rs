//! Functions of the portal by name (`names.txt`), and where such a name means something else.

use crate::text::Folded;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::OnceLock;

struct Table {
    automaton: AhoCorasick,
    specific: Vec<bool>,
}

fn table() -> Option<&'static Table> {
    static TABLE: OnceLock<Option<Table>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let mut names = Vec::new();
            let mut specific = Vec::new();
            let mut is_specific = true;
            for line in include_str!("names.txt").lines() {
                match line {
                    "" => {}
                    "[specific]" => is_specific = true,
                    "[broad]" => is_specific = false,
                    line if line.starts_with('#') => {}
                    line => {
                        names.push(line);
                        specific.push(is_specific);
                    }
                }
            }
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(&names)
                .ok()
                .map(|automaton| Table {
                    automaton,
                    specific,
                })
        })
        .as_ref()
}

/// The names of the table in a text, and whether each names one function.
pub(super) fn named(folded: &Folded) -> Vec<(Range<usize>, bool)> {
    const PREFIXES: [&str; 6] = ["post-", "pre-", "anti-", "non-", "ex-", "auto-"];
    let text = folded.as_str();
    let Some(table) = table() else {
        return Vec::new();
    };
    let bytes = text.as_bytes();
    let inside = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    table
        .automaton
        .find_iter(text)
        .filter_map(|hit| {
            if hit.start() > 0 && inside(hit.start() - 1) {
                return None;
            }
            // « hémorragie post-extraction »
            if PREFIXES
                .iter()
                .any(|prefix| text[..hit.start()].ends_with(prefix))
            {
                return None;
            }
            let mut end = hit.end();
            if matches!(bytes.get(end), Some(b's' | b'x')) && !inside(end + 1) {
                end += 1;
            }
            // « poste d'astreinte@planning.example » and file names are no functions.
            let glued = inside(end)
                || matches!(bytes.get(end), Some(b'@'))
                || text[..hit.start()].ends_with(['@', '/']);
            (!glued && !means_else(&text[hit.start()..end], &text[..hit.start()], &text[end..]))
                .then(|| (hit.start()..end, table.specific[hit.pattern().as_usize()]))
        })
        .collect()
}

/// « de garde », « aucun rappel », « Rappel : », « votre adresse »: words that name a function only
/// where nothing beside them says otherwise.
fn means_else(name: &str, before: &str, after: &str) -> bool {
    let last = before
        .trim_end()
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    match name.trim_end_matches('s') {
        "garde" => matches!(
            last,
            "de" | "en" | "ma" | "bonne" | "prend" | "la" | "sa" | "cette"
        ),
        "rappel" => {
            matches!(
                last,
                "aucun" | "de" | "sans" | "pour" | "le" | "un" | "en" | "" | "votre" | "notre"
            ) || after.trim_start().starts_with(':')
        }
        // « formulaire d'incident », « le formulaire complété » is the declaration itself.
        "formulaire" | "fiche" => [
            " d'incident",
            " incident",
            " de declaration",
            " complet",
            " rempli",
            " ci-joint",
            " joint",
            " en piece",
        ]
        .iter()
        .any(|of| after.starts_with(of)),
        // « Session CESU », « la session du 15 au 19 »: a course.
        "session" => [" cesu", " du ", " de formation", " d'apprentissage"]
            .iter()
            .any(|of| after.starts_with(of)),
        // « Affectation d'un incident »: a ticket tool's own words.
        "affectation" => [
            " d'un incident",
            " d'incident",
            " de l'incident",
            " du ticket",
            " d'un ticket",
        ]
        .iter()
        .any(|of| after.starts_with(of)),
        "adresse" => {
            matches!(last, "votre" | "mon" | "son" | "leur" | "bonne") || after.starts_with(" mail")
        }
        _ => false,
    }
}

/// A function with what it is of: « export [de la liste de garde] », « [retour de] bilan [des
/// VSAV] », « chat [avec les ambulanciers] ».
pub(super) fn completed(lower: &str, range: Range<usize>) -> Range<usize> {
    const JOINTS: [&str; 12] = [
        " de la ",
        " de l'",
        " des ",
        " du ",
        " d'un ",
        " d'une ",
        " de ",
        " d'",
        " avec les ",
        " avec le ",
        " avec la ",
        " entre ",
    ];
    const NO_COMPLEMENT: &str = "|samu|smur|centre|chu|hopital|service|matin|nuit|jour|soir|hier|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|ce|cette|mon|ma|mes|notre|nos|votre|vos|leur|leurs|son|sa|ses|plus|nouveau|facon|maniere|suite|tous|tout|toute|toutes|base|salle|semaine|mois|collegue|collegues|poste|portail|si|la|le|les|production|prod|formation|";
    const ACTS: &str = "retour|retours|envoi|reception|affichage|calcul|choix|saisie|edition|suivi|modification|validation|suppression|sauvegarde|chargement|signature|modele|modeles|generation";
    let mut end = range.end;
    for _ in 0..2 {
        let rest = &lower[end..];
        let Some(joint) = JOINTS.iter().find(|joint| rest.starts_with(**joint)) else {
            break;
        };
        let word: &str = rest[joint.len()..]
            .split(|c: char| !(c.is_alphabetic() || c == '-'))
            .next()
            .unwrap_or_default();
        if word.chars().count() < 3 || NO_COMPLEMENT.contains(&format!("|{word}|")) {
            break;
        }
        end += joint.len() + word.len();
    }
    let before = &lower[..range.start];
    let start = JOINTS
        .iter()
        .find_map(|joint| {
            // The joint's leading blank belongs to the words before it.
            let noun = before.strip_suffix(*joint)?;
            let act = ACTS.split('|').find(|act| {
                noun.strip_suffix(*act)
                    .is_some_and(|lead| !lead.ends_with(char::is_alphanumeric))
            })?;
            Some(noun.len() - act.len())
        })
        .or_else(|| english(before, &lower[range.clone()]))
        .unwrap_or(range.start);
    start..end
}

/// « patient search », « directory search »: where the English noun begins that stands before the
/// name and tells of what it is.
fn english(before: &str, name: &str) -> Option<usize> {
    const NAMES: &str = "search|upload|queue|login|map|list|timer";
    const NO_NOUN: &str = "|the|a|an|my|our|your|their|this|that|any|no|each|every|when|and|or|to|can|cannot|for|of|with|is|not|in|on|they|you|we|also|does|do|did|from|by|new|same|if|but|la|le|les|de|un|une|";
    if !super::super::lexicon::is_one_of(NAMES, name) {
        return None;
    }
    let noun = before.strip_suffix(' ')?;
    let from = noun
        .rfind(|c: char| !(c.is_ascii_alphabetic() || c == '-'))
        .map_or(0, |at| {
            at + noun[at..].chars().next().map_or(1, char::len_utf8)
        });
    let word = &noun[from..];
    (word.len() > 2 && !NO_NOUN.contains(&format!("|{word}|"))).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::text::Folded;

    #[test]
    fn a_name_that_means_the_declaration_or_a_ticket_names_no_function() {
        for text in [
            "le formulaire d'incident",
            "le formulaire complété",
            "un formulaire rempli",
            "fiche incident complétée",
            "la fiche d'incident",
            "affectation d'un incident",
            "aucun rappel",
        ] {
            let folded = Folded::new(text);
            assert!(named(&folded).is_empty(), "{text}");
        }
        for text in ["le formulaire de bilan", "l'affectation des moyens"] {
            let folded = Folded::new(text);
            assert!(!named(&folded).is_empty(), "{text}");
        }
    }
}
