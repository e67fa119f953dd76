//! What the words beside a find say of it: that a time is of something else than the fault, that a name
//! replaces another.

use super::Words;
use crate::extract::count;
use crate::extract::lexicon::mentions;
use crate::extract::sentence::{About, Sentence};
use crate::extract::station;
use std::ops::Range;

impl Words<'_> {
    /// Whether the sentence of a time says that the workstation was checked and names no fault.
    pub(super) fn is_of_a_check(&self, span: &Range<usize>) -> bool {
        let holds = |sentence: &&Sentence| {
            sentence.span.start <= span.start && span.end <= sentence.span.end
        };
        self.sentences.iter().find(holds).is_some_and(|sentence| {
            sentence.about != About::Fault
                && sentence.span.len() <= 300
                && station::said(&self.words.text[sentence.span.clone()], "").is_some()
        })
    }

    /// « déclaré lundi », « trois jours que nous attendons »: the time of the declaration or of our
    /// silence, not of the fault.
    pub(super) fn is_of_a_complaint(&self, span: &Range<usize>) -> bool {
        const BEFORE: &str = "declare|declaree|signale|signalee|declaration de|declaration du|declaration d'|relance de|relance du|fourni|transmis|repondu|relances|appele|appeles|ecrit|envoye|envoyee|ouvert";
        const AFTER: &str = "que nous attend|que j'attend|qu'on attend|sans nouvelle|sans reponse|sans retour|sans aucune";
        let text = &self.words.text;
        let near = text.ceil_char_boundary(span.start.saturating_sub(60));
        let before = crate::text::fold(&text[near..span.start]);
        let before = before
            .trim_end()
            .trim_end_matches(" le")
            .trim_end_matches(" ce")
            .trim_end();
        let after: String = text[span.end..].chars().take(40).collect();
        let after = crate::text::fold(&after);
        BEFORE.split('|').any(|cue| before.ends_with(cue)) || mentions(AFTER, &after)
    }

    /// « Combien de personnes je ne sais pas, je suis seule ce soir. »: the writer alone there is not who
    /// is affected.
    pub(super) fn is_not_known(&self, found: &count::Found) -> bool {
        found.count.max == Some(1)
            && self.sentences.iter().any(|sentence| {
                sentence.span.start <= found.span.start
                    && found.span.end <= sentence.span.end
                    && count::is_unknown(&self.words.text[sentence.span.clone()])
            })
    }

    /// « … non pardon, Samu de la Vienne »: what follows replaces what stood before.
    pub(super) fn corrects(&self, start: usize) -> bool {
        const CUES: &str = "pardon|je voulais dire|je veux dire|erreur de ma part|rectification|je corrige|je rectifie|correction|plutot le|plutot du|sorry|i mean";
        let lead: String = self.words.text[..start].chars().rev().take(30).collect();
        let lead: String = lead.chars().rev().collect();
        let lead = crate::text::fold(&lead);
        mentions(CUES, &lead)
    }
}

/// « et oui, c'est reproductible, j'ai essayé depuis mon portable »: told outright, whatever is named
/// beside it; « dites-moi si c'est reproductible chez vous » asks.
pub(super) fn says_outright(text: &str) -> bool {
    const OUTRIGHT: &str = "c'est reproductible|est reproductible|bien reproductible|reproduit a chaque|reproduis a chaque|est systematique|a tous les coups";
    let folded = crate::text::fold(text);
    mentions(OUTRIGHT, &folded) && !mentions(" si |chez vous|merci de| if |quand c'est", &folded)
}

/// « tél 06 39 98 12 34, deux personnes, ça se reproduit »: the words stand behind a telephone number
/// and a comma.
pub(super) fn follows_number(before: &str) -> bool {
    let Some((first, _)) = before.split_once(',') else {
        return false;
    };
    first.bytes().filter(u8::is_ascii_digit).count() >= 9
}

/// « on est 3 pareil. prod. dispo au 06 … », « ma collègue (06 …) y arrive, donc c'est juste moi »: people
/// counted in a clause of their own, though the sentence also says how to reach somebody or what is
/// attached.
pub(super) fn counts_outright(text: &str, found: &count::Found) -> bool {
    const REACH: &str = "joign|joindre|dispo|appel|contact|capture|photo|copie|merci|conge|cordialement|reunion|repos|reponds|repondre|courage|journee|soiree|bonne|chercher|reste|presen|calme|quitte";
    if found.doubt.is_some() || found.score < 0.75 || found.count.min.is_none() {
        return false;
    }
    let stops = |c: char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '\n');
    let before = text.get(..found.span.start).unwrap_or_default();
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(60))..];
    let lead = before.rsplit(stops).next().unwrap_or_default();
    let after = text.get(found.span.end..).unwrap_or_default();
    let after = after.split(stops).next().unwrap_or_default();
    let near: Vec<&str> = after.split_whitespace().take(4).collect();
    let said = text.get(found.span.clone()).unwrap_or_default();
    let words = crate::text::fold(&format!(" {lead}{said} {}", near.join(" ")));
    !words
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| REACH.split('|').any(|reach| word.starts_with(reach)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_counted_beside_a_number_to_call_count() {
        let counts = |text: &str| {
            count::find(text)
                .iter()
                .any(|found| counts_outright(text, found))
        };
        for text in [
            "on est 3 pareil. prod. dispo au 0692 44 17 08 jusqu a 14h",
            "Ma collègue Yolande (06 39 98 02 77) y arrive depuis son bureau, donc c'est juste moi.",
            "Les 2 medecins de garde et moi on a la meme chose photo en pj",
            "mon numero 06 39 98 20 22, on est 4 a l'avoir",
        ] {
            assert!(counts(text), "{text}");
        }
        for text in [
            "appelez que moi au 06 39 98 20 22",
            "Joignable sur mon poste uniquement, 02 61 91 50 07",
            "Je suis seul joignable cette nuit : 06 39 98 20 22",
        ] {
            assert!(!counts(text), "{text}");
        }
    }
}
