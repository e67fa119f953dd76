//! Whether the words report that a whole service is out of use (ruling 11): the portal, the
//! telephony or the call intake of a whole SAMU, or everyone. A flag for support, no more.

use super::cues::{Cues, Group};
use super::sentence::{About, Sentence};
use crate::text::fold;

/// Whether the text of one voice, with its subject, reports a major incident.
#[must_use]
pub fn suspected(subject: &str, text: &str, sentences: &[Sentence]) -> bool {
    let mut everyone = false;
    let mut whole_out = false;
    let mut samu = false;
    let described = sentences
        .iter()
        .filter(|sentence| sentence.about != About::Aside)
        .map(|sentence| &text[sentence.span.clone()]);
    for words in described.chain([subject]) {
        let folded = fold(words);
        let cues = Cues::scan(&folded);
        everyone |= cues.has(Group::Everyone);
        samu |= folded.contains("samu")
            && !folded
                .replace("si-samu", "")
                .replace("si samu", "")
                .trim()
                .is_empty()
            && names_a_samu(&folded);
        whole_out |= is_out(&folded, &cues);
    }
    whole_out && (everyone || samu && is_short(text))
}

/// A whole service and « out of use » near each other, not slowness, not one function of it.
fn is_out(folded: &str, cues: &Cues) -> bool {
    const SLOW: &str = "lent|rame|ralenti|saccad|par moment|parfois|de temps en temps|intermitten|ejecte|deconnect|apres 5 min|au bout de";
    const PART: &str = "page |onglet|module|bouton|menu |rubrique|fonction|ecran |export|carte |impression|messagerie|planning|statisti|annuaire|fiche|liste|formation";
    if SLOW.split('|').any(|cue| folded.contains(cue)) {
        return false;
    }
    cues.of(Group::Whole).any(|whole| {
        cues.of(Group::Out).any(|out| {
            let near = out.start < whole.end + 60 && whole.start < out.end + 40;
            let between =
                &folded[whole.end.min(out.start)..out.start.max(whole.end).min(folded.len())];
            near && !PART.split('|').any(|part| between.contains(part))
                && !led_by_part(folded, whole.start)
        })
    })
}

/// « le module carto du portail »: one function of it only.
fn led_by_part(folded: &str, at: usize) -> bool {
    let before = folded[..at].trim_end();
    let Some(before) = ["du", "de", "de la", "de l'", "dans le", "dans la", "sur le"]
        .iter()
        .find_map(|word| before.strip_suffix(word))
    else {
        return false;
    };
    let last = before.split_whitespace().next_back().unwrap_or_default();
    !matches!(
        last,
        "" | "l'ensemble"
            | "totale"
            | "panne"
            | "acces"
            | "l'acces"
            | "coupure"
            | "perte"
            | "indisponibilite"
            | "arret"
            | "ejecter"
    )
}

fn names_a_samu(folded: &str) -> bool {
    folded.match_indices("samu").any(|(at, _)| {
        let before = folded[..at].trim_end();
        let after = folded[at + 4..].trim_start();
        !before.ends_with("si")
            && !before.ends_with("si-")
            && (after.starts_with(|c: char| c.is_ascii_digit())
                || after.starts_with("de ")
                || after.starts_with("d'")
                || after.starts_with("du "))
    })
}

fn is_short(text: &str) -> bool {
    text.split_whitespace().count() <= 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    fn suspect(text: &str) -> bool {
        let folded = Folded::new(text);
        let cues = Cues::scan(folded.as_str());
        suspected(
            "",
            text,
            &super::super::sentence::sentences(text, &folded, &cues),
        )
    }

    #[test]
    fn a_whole_service_out_for_everyone_is_suspected() {
        for text in [
            "Portail SI-Samu totalement inaccessible depuis 7h20, plus personne ne se connecte",
            "PORTAIL SI SAMU INACCESSIBLE POUR TOUT LE MONDE AU SAMU 13",
            "La téléphonie est HS, plus aucun appel n'arrive, tous les postes sont muets",
            "Portail inaccessible sur les trois plateaux, sur toutes les positions. Mode dégradé papier",
        ] {
            assert!(suspect(text), "{text}");
        }
    }

    #[test]
    fn one_function_slowness_or_one_person_is_not() {
        for text in [
            "La carte est grise pour tout le monde",
            "Le portail est lent pour tous les utilisateurs",
            "La messagerie du portail ne marche plus pour toute la salle",
            "Plusieurs personnes se font éjecter du portail au bout de 5 min",
            "Je n'arrive plus à me connecter au portail, ma collègue y arrive",
        ] {
            assert!(!suspect(text), "{text}");
        }
    }
}
